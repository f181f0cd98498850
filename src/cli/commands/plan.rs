//! `infrac plan`: the deploy order.

use super::{Answer, Shown, Stream, WorldError, code, deny, find_one, options};
use crate::cli::args::{PlanArguments, PlanFormat};
use crate::driver::{self, PlanForm, Planned};
use crate::world::World;

pub(super) fn run(world: &dyn World, arguments: &PlanArguments, shown: Shown) -> Result<Answer, WorldError> {
    let system = match find_one(world, arguments.path.as_ref(), &arguments.common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, arguments.messages, &problems);
            return Ok(Answer { err, code: code(&problems), ..Answer::default() });
        }
    };
    let form = match (arguments.why.as_deref(), arguments.format) {
        (Some([a, b]), _) => PlanForm::Why(a.clone(), b.clone()),
        (_, PlanFormat::Human) => PlanForm::Text,
        (_, PlanFormat::Json) => PlanForm::Json,
        (_, PlanFormat::Mermaid) => PlanForm::Mermaid,
        (_, PlanFormat::Dot) => PlanForm::Dot,
    };
    let Planned { mut checked, text } = driver::plan(world, &system, &options(world, &arguments.common)?, &form)?;
    deny(&mut checked, &arguments.common);
    let all = [checked];
    Ok(Answer {
        out: text.unwrap_or_default(),
        err: shown.diagnostics(Stream::Err, arguments.messages, &all),
        code: code(&all),
    })
}
