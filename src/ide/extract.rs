//! A component made of statements that are selected.

use crate::base::{Span, Symbol};
use crate::diag::Edit;
use crate::ide::actions::Action;
use crate::ide::names::names;
use crate::ide::refactor::{free, start};
use crate::ide::scope::Scope;
use crate::ide::target::{Identity, Target};
use crate::ide::ty::{Ty, Wanted};
use crate::ide::view::{View, item_around};
use crate::ide::walk::{Listener, Role, Walk};
use crate::syntax::ast::{Expr, ExprKind, Item, ItemKind};

/// Makes a component of the instances that are selected, and an instance of it in their place. What they take from around them
/// becomes its params. Nothing may name them from outside; what is deployed of them gets other ids.
pub fn extract_component(view: &View<'_>, selection: Span) -> Option<Action> {
    let stack = item_around(view, selection, |item| matches!(item.kind, ItemKind::Stack(_)))?;
    let ItemKind::Stack(body) = &stack.kind else { return None };
    let touched: Vec<&Item> =
        body.body.iter().filter(|item| start(item) < selection.hi && selection.lo < item.span.hi).collect();
    let (first, last) = (touched.first()?, touched.last()?);
    let whole = Span { lo: start(first), hi: last.span.hi, ..selection };
    // A piece of a statement is no statement, and a cursor selects nothing.
    let covered = selection.contains(whole);
    let plain = touched.iter().all(|item| {
        item.marks.is_empty() && matches!(item.kind, ItemKind::Instance(_) | ItemKind::Grant(_) | ItemKind::Connect(_))
    });
    if !covered || !plain || !touched.iter().any(|item| matches!(item.kind, ItemKind::Instance(_))) {
        return None;
    }
    if named_from_outside(view, whole) {
        return None;
    }
    let mut taken = Taken { view, whole, found: Vec::new(), unknown: false };
    Walk::file(view, selection.file, &mut taken);
    if taken.unknown {
        return None;
    }
    let text = view.text(selection.file);
    let component = free(view, selection.file, "Part");
    let instance = free(view, selection.file, "part");
    // The same value is the same param.
    let mut params: Vec<(String, &str, String)> = Vec::new();
    let mut inside = text.get(whole.range())?.to_owned();
    taken.found.sort_by_key(|(place, ..)| *place);
    taken.found.dedup_by_key(|(place, ..)| *place);
    for (place, name, ty) in taken.found.iter().rev() {
        let value = text.get(place.range())?;
        let param = match params.iter().find(|(_, known, _)| *known == value) {
            Some((param, ..)) => param.clone(),
            None => {
                let mut param = name.as_str().to_owned();
                while params.iter().any(|(other, ..)| *other == param) {
                    param.push('_');
                }
                params.push((param.clone(), value, ty.clone()));
                param
            }
        };
        let from = (place.lo - whole.lo) as usize;
        let to = (place.hi - whole.lo) as usize;
        inside.replace_range(from..to, &param);
    }
    params.reverse();
    let declared: String = params.iter().map(|(name, _, ty)| format!("  param {name}: {ty}\n")).collect();
    let set: Vec<String> = params
        .iter()
        .map(|(name, value, _)| if name == value { name.clone() } else { format!("{name} = {value}") })
        .collect();
    let set = if set.is_empty() { String::from("{}") } else { format!("{{ {} }}", set.join(", ")) };
    let end = stack.span.hi;
    let edits = vec![
        Edit { span: whole, text: format!("{instance} = {component} {set}") },
        Edit {
            span: Span { lo: end, hi: end, ..selection },
            text: format!("\n\ncomponent {component} {{\n{declared}  {inside}\n}}"),
        },
    ];
    Some(Action { title: String::from("make a component of these statements, with ids of its own"), edits })
}

/// Whether something outside of a part of a source names an instance that is declared in it.
fn named_from_outside(view: &View<'_>, part: Span) -> bool {
    let all: Vec<_> = view.every_file().flat_map(|file| names(view, file)).collect();
    let own: Vec<Identity> = all
        .iter()
        .filter(|name| name.role == Role::Declared && part.contains(name.place))
        .map(|name| name.target.identity())
        .collect();
    all.iter().any(|name| !part.contains(name.place) && own.contains(&name.target.identity()))
}

/// The values in a part of a source that a component cannot see.
struct Taken<'w, 'p> {
    view: &'w View<'p>,
    whole: Span,
    /// Each with a name and a type for a param.
    found: Vec<(Span, Symbol, String)>,
    /// Whether there is one of which no type can be said.
    unknown: bool,
}

impl<'p> Listener<'p> for Taken<'_, 'p> {
    fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, scope: &Scope<'_, 'p>) {
        let within = self.whole.contains(expr.span);
        let known = self.found.iter().any(|(place, ..)| place.contains(expr.span));
        if !within || known {
            return;
        }
        // The whole of `Network.vpc.private` is taken, and not the stack that it begins with.
        let Some((root, name)) = path(expr) else { return };
        let Some((target, _)) = self.view.look_up(root, scope, 0) else { return };
        let Some(declared) = target.declared() else { return };
        let own = self.whole.contains(declared.span);
        let hidden = matches!(
            target,
            Target::Param(_) | Target::Instance(_) | Target::Stack(_) | Target::External(_) | Target::Let(_)
        );
        if own || !hidden || declared.span.file.is_stdlib() {
            return;
        }
        match of_param(self.view, &self.view.infer(expr, scope, 0)) {
            Some(ty) => self.found.push((expr.span, name, ty)),
            None => self.unknown = true,
        }
    }
}

/// The first and the last name of `a.b.c`.
fn path(expr: &Expr) -> Option<(Symbol, Symbol)> {
    if let ExprKind::Name(name) = &expr.kind {
        return Some((*name, *name));
    }
    let ExprKind::Field(of, last) = &expr.kind else { return None };
    let mut of = of;
    loop {
        if let ExprKind::Name(first) = &of.kind {
            return Some((*first, last.name));
        }
        let ExprKind::Field(inner, _) = &of.kind else { return None };
        of = inner;
    }
}

/// The type of a param that takes such a value.
fn of_param(view: &View<'_>, ty: &Ty<'_>) -> Option<String> {
    match ty {
        Ty::Component(component) => Some(component.name.name.to_string()),
        Ty::Resource(ty) => Some(ty.name().to_owned()),
        Ty::Plain(name) => Some((*name).to_owned()),
        Ty::Declared(ty) => Some(view.sources.slice(ty.span).to_owned()),
        Ty::List(inner) => Some(format!("[{}]", of_param(view, inner)?)),
        Ty::Unknown
        | Ty::Stack(_)
        | Ty::Foreign
        | Ty::Family(_)
        | Ty::External(_)
        | Ty::Record(_)
        | Ty::Attribute(..)
        | Ty::Fn(_) => None,
    }
}
