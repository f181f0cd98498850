//! What is wrong with what was read, as diagnostics.

use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::world::{MAX_FOLDER_DEPTH, MAX_SOURCE_BYTES, Problem};

/// The diagnostic of a problem in reading.
pub fn diagnostic_of(problem: &Problem) -> Diagnostic {
    match problem {
        Problem::NotASystem { path, sources: 0, .. } => {
            Diagnostic::new(codes::NOT_A_SYSTEM, Span::NONE, format!("`{path}` holds no `.infra` files")).help(
                "name the folder of a system, or begin one: a file such as `main.infra` with the line `system NAME`",
            )
        }
        Problem::NotASystem { path, sources, like } => {
            let files = if *sources == 1 { "file" } else { "files" };
            let message = format!("`{path}` is no system: none of {sources} `.infra` {files} holds a `system` line");
            let help = match like {
                Some((file, line, word)) => format!("line {line} of `{file}` begins with `{word}`: is `system` meant?"),
                None => String::from("write `system NAME` in one file of the system's folder"),
            };
            Diagnostic::new(codes::NOT_A_SYSTEM, Span::NONE, message).help(help)
        }
        Problem::NotASource { path } => {
            Diagnostic::new(codes::NOT_A_SYSTEM, Span::NONE, format!("`{path}` is not an `.infra` file"))
                .help("name a system's folder, or an `.infra` file in it")
        }
        Problem::InvalidUtf8 { span, byte } => {
            Diagnostic::new(codes::INVALID_UTF8, *span, "this file is not UTF-8 text")
                .here(format!("byte {byte:#04x} begins no character"))
                .help("save the file as UTF-8")
        }
        Problem::FileTooLarge { path } => {
            let message = format!("`{path}` has more than {} MiB", MAX_SOURCE_BYTES >> 20);
            Diagnostic::new(codes::FILE_TOO_LARGE, Span::NONE, message)
                .help("split it: every `.infra` file in a system's folder belongs to the system")
        }
        Problem::TooDeep { path } => {
            let message = format!("`{path}` is nested more than {MAX_FOLDER_DEPTH} folders deep");
            Diagnostic::new(codes::TOO_DEEP, Span::NONE, message)
                .help("name the system's folder itself, or move the system up")
        }
    }
}
