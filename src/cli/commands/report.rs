//! `infrac report`: the tables that a reviewer wants.

use super::{Answer, Shown, Stream, WorldError, code, deny, find_one, options, refused};
use crate::cli::args::{ReportArguments, ReportFormat};
use crate::driver::{self, Reported};
use crate::report;
use crate::world::World;

pub(super) fn run(world: &dyn World, arguments: &ReportArguments, shown: Shown) -> Result<Answer, WorldError> {
    // Arguments name only reports that there are.
    let Some(kind) = report::find(&arguments.table) else { return Ok(Answer::default()) };
    let system = match find_one(world, arguments.path.as_ref(), &arguments.common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, arguments.messages, &problems);
            return Ok(Answer { err, code: code(&problems), ..Answer::default() });
        }
    };
    let Reported { mut checked, report } = driver::report(world, &system, &options(world, &arguments.common)?, kind)?;
    deny(&mut checked, &arguments.common);
    let Some(made) = report.filter(|_| !checked.has_errors()) else {
        let all = [checked];
        let err = shown.diagnostics(Stream::Err, arguments.messages, &all);
        return Ok(Answer { err, code: 1, ..Answer::default() });
    };
    // Advice on the system is no part of the answer.
    let out = match arguments.format {
        ReportFormat::Human => report::text(&made.sections),
        ReportFormat::Json => format!("{:#}\n", report::json(kind, made)),
        ReportFormat::Mermaid if made.drawings.is_empty() => {
            return Ok(refused(&format!("there is no drawing of `{}`; use `--format human` or `json`", kind.name)));
        }
        ReportFormat::Mermaid => made.drawings.join("\n"),
    };
    Ok(Answer { out, ..Answer::default() })
}
