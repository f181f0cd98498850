//! Where names are declared, and where they are used.

use crate::base::{FileId, Span};
use crate::ide::target::{Identity, Target};
use crate::ide::view::{View, each_item};
use crate::ide::walk::{Listener, Role, Walk};
use crate::syntax::ast::{ItemKind, TypeExpr, TypeExprKind, TypeName};

/// A name where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Name<'p> {
    /// Where.
    pub place: Span,
    /// What it stands for.
    pub target: Target<'p>,
    /// What it does there.
    pub role: Role,
}

struct Gather<'p>(Vec<Name<'p>>);

impl<'p> Listener<'p> for Gather<'p> {
    fn name(&mut self, place: Span, target: Target<'p>, role: Role) {
        self.0.push(Name { place, target, role });
    }
}

/// Every name of a file that stands for something, in order. The name of a shorthand entry stands there twice: as the key, and
/// as the value.
pub fn names<'p>(view: &View<'p>, file: FileId) -> Vec<Name<'p>> {
    let mut gather = Gather(Vec::new());
    Walk::file(view, file, &mut gather);
    gather.0.sort_by_key(|name| (name.place, name.role));
    gather.0
}

/// The name at a place; of a shorthand entry, the value.
pub fn name_at<'p>(view: &View<'p>, file: FileId, offset: u32) -> Option<Name<'p>> {
    let touches = |name: &&Name<'p>| name.place.lo <= offset && offset <= name.place.hi;
    names(view, file).iter().filter(touches).max_by_key(|name| (name.place.lo, name.role)).copied()
}

/// Where the thing at a place is declared.
pub fn definition(view: &View<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let Some(declared) = name.target.declared() else { return Vec::new() };
    if matches!(name.target, Target::Instance(_)) && !declared.span.file.is_stdlib() {
        let all = references(view, file, name.target.identity());
        let places = all.iter().filter(|name| name.role == Role::Declared).map(|name| name.place);
        let places: Vec<Span> = places.collect();
        if !places.is_empty() {
            return places;
        }
    }
    if declared.span.is_none() { Vec::new() } else { vec![declared.span] }
}

/// Where the type of the thing at a place is declared: the component of an instance, the `type` of a param.
pub fn type_definition(view: &View<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let ty = match name.target {
        Target::Instance(instance) => Some(instance.ty),
        Target::Param(param) => named(&param.ty),
        Target::Field(field) => named(&field.ty),
        Target::ExternalOutput(output) => named(&output.ty),
        Target::Let(binding) => binding.ty.as_ref().and_then(named),
        Target::Fn(function) => function.result.as_ref().and_then(named),
        Target::System(_)
        | Target::Type(_)
        | Target::Component(_)
        | Target::Stack(_)
        | Target::External(_)
        | Target::Step(_)
        | Target::Policy(_)
        | Target::Rule(_)
        | Target::Environment(_)
        | Target::Output(_)
        | Target::Binder(_)
        | Target::Verb(_)
        | Target::Resource(_)
        | Target::Property(..)
        | Target::Attribute(..)
        | Target::Action(_)
        | Target::Own(..)
        | Target::Code(_) => None,
    };
    let Some(ty) = ty else { return Vec::new() };
    let declared = match view.program.component_at(ty) {
        Some(component) => Some(component.name.span),
        None => view.program.type_alias(ty).map(|alias| alias.name.span),
    };
    declared.into_iter().collect()
}

/// Where the thing at a place is put to use as a whole: the instances of a component, the environments that set a param, the
/// systems' lines that take a policy.
pub fn implementation(view: &View<'_>, file: FileId, offset: u32) -> Vec<Span> {
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let target = name.target;
    if let Target::Component(component) = target {
        let mut made = Vec::new();
        for item in view.every_file().flat_map(|file| view.items(file)) {
            each_item(item, &mut |item| {
                if let ItemKind::Instance(instance) = &item.kind
                    && view.program.component_at(instance.ty).is_some_and(|own| own.name == component.name)
                {
                    made.push(instance.name.span);
                }
            });
        }
        return made;
    }
    let wanted = if let Target::Param(_) = target {
        Role::Set
    } else if let Target::Policy(_) = target {
        Role::Read
    } else {
        return definition(view, file, offset);
    };
    let all = references(view, file, target.identity());
    all.iter().filter(|name| name.role == wanted).map(|name| name.place).collect()
}

fn named(ty: &TypeExpr) -> Option<TypeName> {
    match &ty.kind {
        TypeExprKind::Named(name) => Some(*name),
        TypeExprKind::List(inner) | TypeExprKind::Map(inner) | TypeExprKind::Optional(inner) => named(inner),
        TypeExprKind::Record(_) | TypeExprKind::Union(_) | TypeExprKind::Literal(_) | TypeExprKind::Error => None,
    }
}

/// Where a thing is declared and used, in the user's files and in the one that is asked of, in order.
pub fn references<'p>(view: &View<'p>, file: FileId, identity: Identity) -> Vec<Name<'p>> {
    let mut files: Vec<FileId> = view.every_file().collect();
    if !files.contains(&file) {
        files.push(file);
    }
    let all = files.into_iter().flat_map(|file| names(view, file));
    all.filter(|name| name.target.identity() == identity).collect()
}

/// Where the thing at a place stands in the same file.
pub fn highlights<'p>(view: &View<'p>, file: FileId, offset: u32) -> Vec<Name<'p>> {
    let all = names(view, file);
    let Some(name) = name_at(view, file, offset) else { return Vec::new() };
    let identity = name.target.identity();
    let mut same: Vec<Name<'p>> = all.into_iter().filter(|name| name.target.identity() == identity).collect();
    same.dedup_by_key(|name| name.place);
    same
}

/// The names in values and behind dots of which nothing is known, though a system without mistakes knows all of them.
#[cfg(test)]
pub(super) fn unresolved(view: &View<'_>, file: FileId) -> Vec<Span> {
    use crate::ide::scope::Scope;
    use crate::ide::ty::{Ty, Wanted};
    use crate::syntax::ast::{Expr, ExprKind, Ident};

    #[derive(Default)]
    struct Silent {
        asked: Vec<Span>,
        known: Vec<Span>,
    }
    impl<'p> Listener<'p> for Silent {
        fn name(&mut self, place: Span, _target: Target<'p>, _role: Role) {
            self.known.push(place);
        }
        fn value(&mut self, expr: &'p Expr, _wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {
            if matches!(expr.kind, ExprKind::Name(_)) {
                self.asked.push(expr.span);
            }
        }
        fn field(&mut self, name: Ident, of: &Ty<'p>) {
            // Behind what nobody knows without evaluating it, nobody knows the names.
            if !matches!(of, Ty::Unknown | Ty::Plain(_)) {
                self.asked.push(name.span);
            }
        }
    }
    let mut silent = Silent::default();
    Walk::file(view, file, &mut silent);
    silent.asked.retain(|place| !silent.known.contains(place));
    silent.asked
}
