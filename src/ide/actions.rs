//! Changes that an editor offers at a place.

use crate::base::{FileId, Span, Symbol};
use crate::diag::{Code, Edit};
use crate::ide::complete::required;
use crate::ide::view::{View, item_around};
use crate::ide::walk::word;
use crate::syntax::ast::{Instance, ItemKind};

/// A change with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, as an order.
    pub title: String,
    /// The changes, in order.
    pub edits: Vec<Edit>,
}

/// Sets what must be set on the instance around a place.
pub fn add_required(view: &View<'_>, file: FileId, offset: u32) -> Option<Action> {
    let at = Span { file, lo: offset, hi: offset };
    let around = item_around(view, at, |item| matches!(item.kind, ItemKind::Instance(_)))?;
    let ItemKind::Instance(instance) = &around.kind else { return None };
    let set: Vec<Symbol> = instance.settings.iter().filter_map(word).map(|name| name.name).collect();
    let missing = required(view, instance.ty, &set);
    if missing.is_empty() {
        return None;
    }
    let named: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
    let title = format!("set {}", named.join(", "));
    let entries: Vec<String> = missing.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    Some(Action { title, edits: vec![insertion(view, instance, &entries)?] })
}

/// The entries behind those that are there, on lines of their own if those are.
fn insertion(view: &View<'_>, instance: &Instance, entries: &[String]) -> Option<Edit> {
    let text = view.text(instance.ty.span.file);
    let at = |offset: u32| Span { lo: offset, hi: offset, ..instance.ty.span };
    if let Some(last) = instance.settings.last() {
        let (own_line, between) = line_start(text, last.span.lo)?;
        let text = if own_line {
            entries.iter().map(|entry| format!("{between}{entry}")).collect()
        } else {
            entries.iter().map(|entry| format!(", {entry}")).collect()
        };
        return Some(Edit { span: at(last.span.hi), text });
    }
    let rest = text.get(instance.ty.span.hi as usize..)?;
    let open = rest.find('{').filter(|open| rest.get(..*open).is_some_and(|between| between.trim().is_empty()))?;
    let open = instance.ty.span.hi + u32::try_from(open).ok()? + 1;
    let inside = text.get(open as usize..)?;
    let space = if inside.starts_with('}') { " " } else { "" };
    Some(Edit { span: at(open), text: format!(" {}{space}", entries.join(", ")) })
}

/// Waives a diagnostic before the statement that it is about; the reason is left to whoever waives.
pub fn waive(view: &View<'_>, code: Code, place: Span) -> Option<Action> {
    if !code.waivable() {
        return None;
    }
    let at = item_around(view, place, |_| true)?.span.lo;
    let between = line_start(view.text(place.file), at)?.1;
    let text = format!("@waive({}, because \"\"){between}", code.name());
    Some(Action {
        title: format!("waive `{}` here, with a reason", code.name()),
        edits: vec![Edit { span: Span { lo: at, hi: at, ..place }, text }],
    })
}

/// Whether what stands at a place begins its line, and what to put between it and something of its own kind.
pub(super) fn line_start(text: &str, at: u32) -> Option<(bool, String)> {
    let line = text.get(..at as usize)?.rsplit('\n').next()?;
    let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
    let begins = indent == line;
    Some((begins, if begins { format!("\n{indent}") } else { String::from(" ") }))
}
