//! `infrac fmt`: sources in canonical form.

use super::{Answer, Shown, WorldError, refused, standard_input};
use crate::base::limits::MAX_FILE_BYTES;
use crate::cli::args::FmtArguments;
use crate::format::{Unproved, format};
use crate::world::write::write_file;
use crate::world::{World, find_sources};

/// One more than a source may have, to tell one that has more.
const LIMIT: u64 = MAX_FILE_BYTES as u64 + 1;

pub(super) fn run(world: &dyn World, arguments: &FmtArguments, shown: Shown) -> Result<Answer, WorldError> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        if arguments.paths.len() > 1 {
            return Ok(refused("standard input is formatted alone"));
        }
        return one_text(arguments);
    }
    let mut answer = Answer::default();
    for path in find_sources(world, &arguments.paths)? {
        let source = match text(world.read_at_most(&path, LIMIT)?) {
            Ok(source) => source,
            Err(what) => {
                answer.err.push_str(&format!("error: `{}` {what}\n", path.display()));
                answer.code = answer.code.max(1);
                continue;
            }
        };
        match format(&source) {
            Ok(formatted) if formatted == source => {}
            Ok(formatted) => {
                if !arguments.check {
                    // A link stays a link.
                    write_file(&world.canonical(&path)?, formatted.as_bytes())?;
                }
                answer.code = answer.code.max(u8::from(arguments.check));
                if !shown.quiet {
                    answer.out.push_str(&format!("{}\n", path.display()));
                }
            }
            Err(unproved) => {
                answer.err.push_str(&format!("error: {}\n", bug(&format!("`{}`", path.display()), unproved)));
                answer.code = 2;
            }
        }
    }
    Ok(answer)
}

/// From standard input to standard output.
fn one_text(arguments: &FmtArguments) -> Result<Answer, WorldError> {
    let source = match text(standard_input(LIMIT)?) {
        Ok(source) => source,
        Err(what) => {
            return Ok(Answer { err: format!("error: standard input {what}\n"), code: 1, ..Answer::default() });
        }
    };
    Ok(match format(&source) {
        Ok(formatted) if arguments.check => Answer { code: u8::from(formatted != source), ..Answer::default() },
        Ok(formatted) => Answer { out: formatted, ..Answer::default() },
        Err(unproved) => refused(&bug("standard input", unproved)),
    })
}

/// The text of a source, or what is wrong with it.
fn text(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.len() as u64 >= LIMIT {
        return Err("is larger than 4 MiB");
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text")
}

fn bug(what: &str, unproved: Unproved) -> String {
    let why = match unproved {
        Unproved::Characters => "a character would be lost",
        Unproved::Meaning => "it would mean something else",
        Unproved::Comments => "a comment would change",
        Unproved::Mistakes => "a mistake would be added",
        Unproved::Unstable => "it would change again",
    };
    format!("cannot format {what}: {why}; nothing was written. This is a bug in infrac")
}
