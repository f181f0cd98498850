//! `infrac diff`: what an update does.

use super::{Answer, Shown, Stream, WorldError, code};
use crate::base::Span;
use crate::cli::args::{DiffArguments, DiffFormat};
use crate::diff;
use crate::driver::{self, Compared, TemplateFiles};
use crate::world::World;

pub(super) fn run(world: &dyn World, arguments: &DiffArguments, shown: Shown) -> Result<Answer, WorldError> {
    let old = TemplateFiles { template: &arguments.old, parameters: arguments.old_parameters.as_deref() };
    let new = TemplateFiles { template: &arguments.new, parameters: arguments.new_parameters.as_deref() };
    let Compared { checked, difference } = driver::compare_templates(world, old, new)?;
    let place = |span: Span| {
        let place = checked.sources.place(span)?;
        Some(format!("{}:{}:{}", place.file, place.start.line + 1, place.start.column + 1))
    };
    let out = difference.as_ref().map(|difference| match arguments.format {
        DiffFormat::Human => diff::to_text(difference, &place),
        DiffFormat::Json => {
            let mut text = serde_json::to_string_pretty(&diff::to_json(difference, &place)).unwrap_or_default();
            text.push('\n');
            text
        }
    });
    let verdict = difference.map(|difference| difference.verdict.exit_code());
    let all = [checked];
    Ok(Answer {
        out: out.unwrap_or_default(),
        err: shown.diagnostics(Stream::Err, arguments.messages, &all),
        code: verdict.unwrap_or_else(|| code(&all)),
    })
}
