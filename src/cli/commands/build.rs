//! `infrac build`: check, then write, or compare with what is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Answer, Shown, Stream, WorldError, code, counted, deny, find, options};
use crate::cli::args::BuildArguments;
use crate::driver::{self, Built};
use crate::world::write::{DifferenceKind, compare_build, write_build};
use crate::world::{SystemFolder, World};

/// A system that has no error, and where it goes.
struct Output {
    folder: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    lost: Vec<(String, String)>,
}

pub(super) fn run(world: &dyn World, arguments: &BuildArguments, shown: Shown) -> Result<Answer, WorldError> {
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let (systems, mut all) = find(world, &paths, &arguments.common)?;
    let mut options = options(world, &arguments.common)?;
    options.renderings = arguments.with.iter().map(|with| with.rendering()).collect();
    let mut outputs = Vec::new();
    for system in &systems {
        let Built { mut checked, files, lost } = driver::build(world, system, &options)?;
        deny(&mut checked, &arguments.common);
        let folder = if systems.len() == 1 { arguments.output.clone() } else { below(arguments, system) };
        outputs.extend(files.map(|files| Output { folder, files, lost }));
        all.push(checked);
    }
    let mut answer =
        Answer { err: shown.diagnostics(Stream::Err, arguments.format, &all), code: code(&all), ..Answer::default() };
    // An error in one of them, and none is written.
    if answer.code != 0 {
        return Ok(answer);
    }
    for output in outputs {
        if arguments.check {
            compare(&output, &mut answer)?;
        } else {
            write(&output, shown, &mut answer)?;
        }
    }
    Ok(answer)
}

/// Where one of several systems goes: the path that it has below the folder in which they were found.
fn below(arguments: &BuildArguments, system: &SystemFolder) -> PathBuf {
    let found_in = arguments.path.as_deref().unwrap_or(Path::new("."));
    arguments.output.join(system.root.strip_prefix(found_in).unwrap_or(&system.root))
}

fn compare(output: &Output, answer: &mut Answer) -> Result<(), WorldError> {
    for difference in compare_build(&output.folder, &output.files)? {
        let word = match difference.kind {
            DifferenceKind::Missing => "missing",
            DifferenceKind::Changed => "changed",
            DifferenceKind::Extra => "extra",
        };
        answer.out.push_str(&format!("{word} {}/{}\n", output.folder.display(), difference.path));
        answer.code = 1;
    }
    Ok(())
}

fn write(output: &Output, shown: Shown, answer: &mut Answer) -> Result<(), WorldError> {
    let report = write_build(&output.folder, &output.files)?;
    if shown.quiet {
        return Ok(());
    }
    let changed = match (report.written.len(), report.removed.len()) {
        (0, 0) => String::from("nothing changed"),
        (written, 0) => format!("{written} written"),
        (written, removed) => format!("{written} written, {removed} removed"),
    };
    let folder = output.folder.display();
    answer.out.push_str(&format!("{folder}: {}, {changed}\n", counted(output.files.len(), "file")));
    for (file, what) in &output.lost {
        answer.out.push_str(&format!("{folder}/{file} does not carry {what}\n"));
    }
    Ok(())
}
