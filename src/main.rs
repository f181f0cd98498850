//! infrac, the command.

// A fifth of what a check costs is memory that is asked for and given back: the system's allocator takes longer for both.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    infrac::cli::run()
}
