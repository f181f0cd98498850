//! Changes of form: a value gets a name, a grant becomes narrower, a system another environment.

use std::collections::BTreeSet;

use crate::base::{FileId, Span, Symbol};
use crate::diag::Edit;
use crate::ide::actions::{Action, line_start};
use crate::ide::names::names;
use crate::ide::scope::Scope;
use crate::ide::target::Target;
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::view::{View, item_around};
use crate::ide::walk::{Listener, Walk};
use crate::syntax::RESERVED;
use crate::syntax::ast::{AccessItem, Entry, Expr, ExprKind, Grant, Ident, Item, ItemKind, Verb};

/// Gives the value that is selected a name of its own, before the statement that it stands in.
pub fn extract_let(view: &View<'_>, selection: Span) -> Option<Action> {
    struct Find {
        selection: Span,
        found: bool,
        key: Option<Ident>,
    }
    impl<'p> Listener<'p> for Find {
        fn value(&mut self, expr: &'p Expr, wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {
            // A name has one already, and what is said to people needs none.
            let worth = !matches!(expr.kind, ExprKind::Name(_) | ExprKind::Error) && !matches!(wanted, Wanted::Prose);
            self.found |= expr.span == self.selection && worth;
        }
        fn key(&mut self, key: Ident, entry: &'p Entry, _keys: Keys<'p>, _beside: &[Ident]) {
            if entry.value.span == self.selection {
                self.key = Some(key);
            }
        }
    }
    let text = view.text(selection.file);
    let chosen = text.get(selection.range())?;
    let (before, after) = (chosen.len() - chosen.trim_start().len(), chosen.len() - chosen.trim_end().len());
    if chosen.trim().is_empty() {
        return None;
    }
    let at = |offset: usize| u32::try_from(offset).ok();
    let selection = Span { lo: selection.lo + at(before)?, hi: selection.hi - at(after)?, ..selection };
    let mut find = Find { selection, found: false, key: None };
    Walk::file(view, selection.file, &mut find);
    let item = item_around(view, selection, |_| true).filter(|_| find.found)?;
    if !takes_a_let(item) {
        return None;
    }
    // The name of a loop within the statement means nothing before it.
    let all = names(view, selection.file);
    let bound = all.iter().filter(|name| selection.contains(name.place)).any(|name| {
        let binder = if let Target::Binder(binder) = name.target { Some(binder.span) } else { None };
        binder.is_some_and(|binder| item.span.contains(binder) && !selection.contains(binder))
    });
    if bound {
        return None;
    }
    let name = free(view, selection.file, &snake(find.key.map_or("value", |key| key.name.as_str())));
    let start = start(item);
    let between = line_start(text, start)?.1;
    let value = text.get(selection.range())?;
    let binding =
        Edit { span: Span { lo: start, hi: start, ..selection }, text: format!("let {name} = {value}{between}") };
    let edits = vec![binding, Edit { span: selection, text: name.clone() }];
    Some(Action { title: format!("give this value a name: `{name}`"), edits })
}

/// Whether a `let` may stand beside a statement, where its values can be seen.
fn takes_a_let(item: &Item) -> bool {
    matches!(
        item.kind,
        ItemKind::Instance(_)
            | ItemKind::Output(_)
            | ItemKind::Let(_)
            | ItemKind::Extend(_)
            | ItemKind::Grant(_)
            | ItemKind::Permit(_)
            | ItemKind::Connect(_)
    )
}

/// Where a statement begins with what belongs to it.
pub(super) fn start(item: &Item) -> u32 {
    let doc = item.doc.iter().map(|doc| doc.span.lo);
    doc.chain(item.marks.iter().map(|mark| mark.span.lo)).fold(item.span.lo, u32::min)
}

/// `VisibilityTimeout` as values are called.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && out.ends_with(|before: char| before.is_ascii_lowercase()) {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// A name that nothing in a file and nothing at the top level has.
pub(super) fn free(view: &View<'_>, file: FileId, wanted: &str) -> String {
    let text = view.text(file);
    let taken: BTreeSet<&str> = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    let is_free = |name: &str| {
        !taken.contains(name) && !RESERVED.contains(&name) && view.program.find(Symbol::new(name), file).is_none()
    };
    if is_free(wanted) {
        return wanted.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let name = format!("{wanted}_{number}");
        if is_free(&name) {
            return name;
        }
        number += 1;
    }
}

/// Makes the grant around a place allow less: one of its verbs alone, or a verb that allows a part of what its verb does.
pub fn narrow(view: &View<'_>, file: FileId, offset: u32) -> Vec<Action> {
    // What else can be granted on the same thing is known where verbs are looked up.
    struct Find<'w, 'p> {
        view: &'w View<'p>,
        place: Span,
        of: Vec<(Ident, Vec<Symbol>)>,
    }
    impl<'p> Listener<'p> for Find<'_, 'p> {
        fn verb(&mut self, verb: Ident, on: &Ty<'p>, _action: bool) {
            if verb.span == self.place {
                let verbs = self.view.verbs(on, 0);
                self.of = verbs.into_iter().map(|verb| (verb.name, actions(verb))).collect();
            }
        }
    }
    let at = Span { file, lo: offset, hi: offset };
    let Some(item) = item_around(view, at, |item| grant_of(item).is_some()) else { return Vec::new() };
    let Some(grant) = grant_of(item) else { return Vec::new() };
    let (Some(first), Some(last)) = (grant.verbs.first(), grant.verbs.last()) else { return Vec::new() };
    let place = first.span.to(last.span);
    let change = |text: &str| Action {
        title: format!("grant only `{text}`"),
        edits: vec![Edit { span: place, text: text.to_owned() }],
    };
    if grant.verbs.len() > 1 {
        return grant.verbs.iter().map(|verb| change(verb.name.as_str())).collect();
    }
    let mut find = Find { view, place, of: Vec::new() };
    Walk::file(view, file, &mut find);
    let known = find.of;
    let Some((_, own)) = known.iter().find(|(name, _)| name.name == first.name) else { return Vec::new() };
    let part = |actions: &[Symbol]| {
        !actions.is_empty() && actions.len() < own.len() && actions.iter().all(|action| own.contains(action))
    };
    known.iter().filter(|(_, actions)| part(actions)).map(|(name, _)| change(name.name.as_str())).collect()
}

fn grant_of(item: &Item) -> Option<&Grant> {
    if let ItemKind::Grant(grant) = &item.kind {
        Some(grant)
    } else if let ItemKind::Permit(permit) = &item.kind {
        Some(&permit.grant)
    } else {
        None
    }
}

/// The actions that a verb may stand for.
fn actions(verb: &Verb) -> Vec<Symbol> {
    fn gather(items: &[AccessItem], found: &mut BTreeSet<Symbol>) {
        for item in items {
            match item {
                AccessItem::Statement(statement) => found.extend(statement.actions.iter().map(|action| action.name)),
                AccessItem::If { then, otherwise, .. } => {
                    gather(then, found);
                    gather(otherwise, found);
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    gather(&verb.body, &mut found);
    found.into_iter().collect()
}

/// Adds an environment that is built from the one at a place.
pub fn add_environment(view: &View<'_>, file: FileId, offset: u32) -> Option<Action> {
    let at = Span { file, lo: offset, hi: offset };
    let item = item_around(view, at, |item| matches!(item.kind, ItemKind::Environment(_)))?;
    let ItemKind::Environment(environment) = &item.kind else { return None };
    let known = |name: &str| view.program.environments.contains_key(&Symbol::new(name));
    let usual = ["staging", "test", "production"].map(str::to_owned).into_iter();
    let name = usual.chain((2..1000).map(|number| format!("staging{number}"))).find(|name| !known(name))?;
    let end = item.span.hi;
    Some(Action {
        title: format!("add an environment built from `{}`", environment.name.name),
        edits: vec![Edit {
            span: Span { file, lo: end, hi: end },
            text: format!("\nenvironment {name} from {} {{}}", environment.name.name),
        }],
    })
}
