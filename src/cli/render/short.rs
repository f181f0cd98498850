//! One line each: `file:line:column: error[code]: message`.

use super::environments;
use crate::diag::Diagnostic;
use crate::world::Sources;

pub(super) fn render(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place = sources
        .place(diagnostic.span())
        .map(|place| format!("{}:{}:{}: ", place.file, place.start.line + 1, place.start.column + 1))
        .unwrap_or_default();
    let message = diagnostic.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let names = environments(diagnostic).map(|names| format!(" (in {names})")).unwrap_or_default();
    format!("{place}{}[{}]: {message}{names}\n", diagnostic.level.word(), diagnostic.code.name())
}
