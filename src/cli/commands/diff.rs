//! `infrac diff`: what an update does.

use super::{Answer, Shown, Stream, WorldError, code};
use crate::base::Span;
use crate::cli::args::{DiffArguments, DiffFormat};
use crate::diff;
use crate::driver::{self, Options, Side};
use crate::world::World;
use crate::world::write::write_build;

pub(super) fn run(world: &dyn World, arguments: &DiffArguments, shown: Shown) -> Result<Answer, WorldError> {
    let old = Side { path: &arguments.old, parameters: arguments.old_parameters.as_deref() };
    let new = Side { path: &arguments.new, parameters: arguments.new_parameters.as_deref() };
    let options = Options { environments: arguments.env.clone(), ..Options::default() };
    let compared = driver::compare(world, old, new, &options)?;
    if let Some(folder) = &arguments.output
        && !compared.phases.is_empty()
    {
        write_build(folder, &compared.phases)?;
    }
    let place = |span: Span| compared.place(span);
    let difference = compared.difference.as_ref();
    let out = difference.map(|difference| match arguments.format {
        DiffFormat::Human => diff::to_text(difference, &place),
        DiffFormat::Json => {
            let mut text = serde_json::to_string_pretty(&diff::to_json(difference, &place)).unwrap_or_default();
            text.push('\n');
            text
        }
    });
    let verdict = difference.map(|difference| difference.verdict.exit_code());
    Ok(Answer {
        out: out.unwrap_or_default(),
        err: shown.diagnostics(Stream::Err, arguments.messages, &compared.checked),
        code: verdict.unwrap_or_else(|| code(&compared.checked)),
    })
}
