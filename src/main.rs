//! infrac, the command.

fn main() -> std::process::ExitCode {
    infrac::cli::run()
}
