//! `infrac build`: check, then write, or compare with what is written.

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find_one, options};
use crate::cli::args::BuildArguments;
use crate::driver::{self, Built};
use crate::world::World;
use crate::world::write::{DifferenceKind, compare_build, write_build};

pub(super) fn run(world: &dyn World, arguments: &BuildArguments, shown: Shown) -> Result<Answer, WorldError> {
    let system = match find_one(world, arguments.path.as_ref(), &arguments.common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, arguments.format, &problems);
            return Ok(Answer { err, code: code(&problems), ..Answer::default() });
        }
    };
    let mut options = options(world, &arguments.common)?;
    options.renderings = arguments.with.iter().map(|with| with.rendering()).collect();
    let Built { mut checked, files, lost } = driver::build(world, &system, &options)?;
    deny(&mut checked, &arguments.common);
    let all = [checked];
    let mut answer =
        Answer { err: shown.diagnostics(Stream::Err, arguments.format, &all), code: code(&all), ..Answer::default() };
    let Some(files) = files.filter(|_| answer.code == 0) else { return Ok(answer) };
    let folder = arguments.output.display();
    if arguments.check {
        for difference in compare_build(&arguments.output, &files)? {
            let word = match difference.kind {
                DifferenceKind::Missing => "missing",
                DifferenceKind::Changed => "changed",
                DifferenceKind::Extra => "extra",
            };
            answer.out.push_str(&format!("{word} {folder}/{}\n", difference.path));
            answer.code = 1;
        }
    } else {
        let report = write_build(&arguments.output, &files)?;
        if !shown.quiet {
            let changed = match (report.written.len(), report.removed.len()) {
                (0, 0) => String::from("nothing changed"),
                (written, 0) => format!("{written} written"),
                (written, removed) => format!("{written} written, {removed} removed"),
            };
            answer.out.push_str(&format!("{folder}: {}, {changed}\n", counted(files.len(), "file")));
            for (file, what) in lost {
                answer.out.push_str(&format!("{folder}/{file} does not carry {what}\n"));
            }
        }
    }
    Ok(answer)
}
