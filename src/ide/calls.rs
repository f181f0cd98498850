//! Who makes instances of which components, and who calls which functions.

use crate::base::{FileId, Span};
use crate::ide::names::{Name, name_at, names, references};
use crate::ide::target::Target;
use crate::ide::view::{View, item_around};
use crate::ide::walk::Role;
use crate::syntax::ast::{Ident, ItemKind};

/// Who calls, or is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callable {
    /// Its name where it is declared.
    pub name: Ident,
    /// What it is: `component`, `fn`, `stack`, `system`.
    pub kind: &'static str,
    /// All of it.
    pub whole: Span,
}

/// Somebody on the other end of calls, and where those stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Who.
    pub who: Callable,
    /// Where.
    pub at: Vec<Span>,
}

/// What can be called at a place: a component, by its name or by that of an instance, or a function.
pub fn callable(view: &View<'_>, file: FileId, offset: u32) -> Option<Callable> {
    let mut target = name_at(view, file, offset)?.target;
    if let Target::Instance(instance) = target {
        target = Target::Component(view.program.component_at(instance.ty)?);
    }
    if !matches!(target, Target::Component(_) | Target::Fn(_)) {
        return None;
    }
    of_target(view, &target)
}

fn of_target(view: &View<'_>, target: &Target<'_>) -> Option<Callable> {
    let name = target.declared()?;
    let whole = view.declaration(name.span).map_or(name.span, |item| item.span);
    Some(Callable { name, kind: target.kind(), whole })
}

/// Who calls what is declared at a place.
pub fn incoming(view: &View<'_>, file: FileId, offset: u32) -> Vec<Calls> {
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let read = references(view, file, name.target.identity()).into_iter().filter(|name| name.role == Role::Read);
    grouped(read.filter_map(|name| Some((caller(view, name.place)?, name.place))))
}

/// What is called by what is declared at a place.
pub fn outgoing(view: &View<'_>, file: FileId, offset: u32) -> Vec<Calls> {
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let Some(declared) = name.target.declared() else { return Vec::new() };
    // A stack may be opened several times, a system consists of all its files.
    let files: Vec<FileId> = match name.target.declared().map(|name| name.span.file.is_stdlib()) {
        Some(true) => vec![file],
        Some(false) | None => view.every_file().collect(),
    };
    let called =
        |name: &Name<'_>| name.role == Role::Read && matches!(name.target, Target::Component(_) | Target::Fn(_));
    let all: Vec<Name<'_>> = files.into_iter().flat_map(|file| names(view, file)).filter(called).collect();
    let own = all.iter().filter(|name| caller(view, name.place).is_some_and(|by| by.name.name == declared.name));
    grouped(own.filter_map(|name| Some((of_target(view, &name.target)?, name.place))))
}

/// The declaration that a call stands in.
fn caller(view: &View<'_>, call: Span) -> Option<Callable> {
    let item = item_around(view, call, |item| {
        matches!(item.kind, ItemKind::Component(_) | ItemKind::Fn(_) | ItemKind::Stack(_))
    });
    let Some(item) = item else {
        let name = view.program.system;
        return (!name.span.is_none()).then_some(Callable { name, kind: "system", whole: name.span });
    };
    let name = crate::ide::view::parts(&item.kind).declared?.0;
    let kind = if matches!(item.kind, ItemKind::Component(_)) {
        "component"
    } else if matches!(item.kind, ItemKind::Fn(_)) {
        "fn"
    } else {
        "stack"
    };
    Some(Callable { name, kind, whole: item.span })
}

fn grouped(calls: impl Iterator<Item = (Callable, Span)>) -> Vec<Calls> {
    let mut groups: Vec<Calls> = Vec::new();
    for (who, place) in calls {
        match groups.iter_mut().find(|group| group.who.name.span == who.name.span) {
            Some(group) => group.at.push(place),
            None => groups.push(Calls { who, at: vec![place] }),
        }
    }
    groups
}
