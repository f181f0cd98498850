//! Entries, and types.

use crate::base::Symbol;
use crate::catalog::Shape;
use crate::ide::scope::Scope;
use crate::ide::target::{Own, Target};
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::view::params;
use crate::ide::walk::{Role, Walk};
use crate::resolve::words::COMMON_SETTINGS;
use crate::syntax::ast::{Entry, EntryKey, Ident, Param, TypeExpr, TypeExprKind, TypeName};

/// Settings of an environment besides params.
pub(in crate::ide) const ENVIRONMENT_SETTINGS: [&str; 3] = ["account", "region", "confirm"];

impl<'p> Walk<'_, 'p> {
    pub(super) fn entries(&mut self, entries: &'p [Entry], keys: Keys<'p>, scope: &Scope<'_, 'p>) {
        let beside: Vec<Ident> = entries.iter().filter_map(word).collect();
        entries.iter().for_each(|entry| self.entry(entry, keys, &beside, scope));
    }

    pub(super) fn entry(&mut self, entry: &'p Entry, keys: Keys<'p>, beside: &[Ident], scope: &Scope<'_, 'p>) {
        let mut wanted = Wanted::Any;
        match &entry.key {
            EntryKey::Word(name) => {
                self.listener.key(*name, entry, keys, beside);
                let (target, of) = self.view.key(keys, name.name);
                wanted = of;
                if let Some(target) = target {
                    let role = if entry.shorthand { Role::Shorthand } else { Role::Set };
                    self.name(*name, target, role);
                }
            }
            EntryKey::Text(key) => {
                self.value(key, Wanted::Prose, scope);
                if let Keys::Shape(ty, shape, _) = keys
                    && let Some(items) = shape.items()
                {
                    wanted = Wanted::Shape(ty, items);
                }
            }
        }
        if entry.shorthand {
            self.listener.value(&entry.value, wanted, scope);
            self.name_of_value(&entry.value, Role::ShorthandValue, scope);
        } else {
            self.value(&entry.value, wanted, scope);
        }
    }

    pub(super) fn type_name(&mut self, name: TypeName, instance: bool) {
        self.listener.type_name(name, instance);
        if let Some(target) = self.view.named_type(name) {
            self.name(Ident { name: name.name, span: name.span }, target, Role::Read);
        }
    }

    pub(super) fn ty(&mut self, ty: &'p TypeExpr, scope: &Scope<'_, 'p>) {
        if let Some(range) = &ty.range {
            range.lo.iter().chain(&range.hi).for_each(|end| self.value(end, Wanted::Any, scope));
        }
        match &ty.kind {
            TypeExprKind::Named(name) => self.type_name(*name, false),
            TypeExprKind::List(inner) | TypeExprKind::Map(inner) | TypeExprKind::Optional(inner) => {
                self.ty(inner, scope);
            }
            TypeExprKind::Record(fields) => {
                for field in fields {
                    self.declares(Target::Field(field));
                    self.ty(&field.ty, scope);
                    field.default.iter().for_each(|value| self.value(value, Wanted::Declared(&field.ty), scope));
                }
            }
            TypeExprKind::Union(members) => members.iter().for_each(|member| self.ty(member, scope)),
            TypeExprKind::Literal(literal) => self.value(literal, Wanted::Prose, scope),
            TypeExprKind::Error => {}
        }
    }
}

/// The key of an entry, if it is a word.
pub(in crate::ide) fn word(entry: &Entry) -> Option<Ident> {
    match &entry.key {
        EntryKey::Word(name) => Some(*name),
        EntryKey::Text(_) => None,
    }
}

impl<'p> crate::ide::view::View<'p> {
    /// What may be set on an instance.
    pub(in crate::ide) fn settings(&self, ty: &Ty<'p>) -> Keys<'p> {
        match self.resolved(ty) {
            Ty::Component(component) => Keys::Component(component),
            Ty::Resource(ty) => Keys::Shape(ty, ty.shape(), true),
            Ty::Family(inner) => self.settings(&inner),
            Ty::Unknown
            | Ty::Stack(_)
            | Ty::Foreign
            | Ty::External(_)
            | Ty::Declared(_)
            | Ty::Plain(_)
            | Ty::List(_)
            | Ty::Record(_)
            | Ty::Attribute(..)
            | Ty::Fn(_) => Keys::Any,
        }
    }

    /// What a key stands for, and what is wanted behind it.
    pub(in crate::ide) fn key(&self, keys: Keys<'p>, name: Symbol) -> (Option<Target<'p>>, Wanted<'p>) {
        let setting = |names: &[&str]| {
            let known = names.contains(&name.as_str());
            (known.then_some(Target::Own(Own::Setting, name)), Wanted::Any)
        };
        let of_param = |param: &'p Param| (Some(Target::Param(param)), Wanted::Declared(&param.ty));
        match keys {
            Keys::Any | Keys::Tags => (None, Wanted::Any),
            Keys::Lints => (crate::diag::codes::Code::find(name.as_str()).map(|_| Target::Code(name)), Wanted::Any),
            Keys::Params(environment) => {
                let params = self.program.params.iter().map(|(_, param)| *param);
                match params.into_iter().find(|param| param.name.name == name) {
                    Some(param) => of_param(param),
                    None if environment => setting(&ENVIRONMENT_SETTINGS),
                    None => (None, Wanted::Any),
                }
            }
            Keys::Component(component) => match params(component).find(|param| param.name.name == name) {
                Some(param) => of_param(param),
                None => setting(&COMMON_SETTINGS),
            },
            Keys::Shape(ty, shape, top) => match property(shape, name.as_str()) {
                Some(found) => (Some(Target::Property(ty, found)), Wanted::Shape(ty, found.shape())),
                None if top => setting(&COMMON_SETTINGS),
                None => (None, shape.items().map_or(Wanted::Any, |items| Wanted::Shape(ty, items))),
            },
            Keys::Fields(ty) => {
                let resolved = self.resolved(&Ty::Declared(ty));
                if let Ty::Declared(TypeExpr { kind: TypeExprKind::Record(fields), .. }) = resolved
                    && let Some(field) = fields.iter().find(|field| field.name.name == name)
                {
                    return (Some(Target::Field(field)), Wanted::Declared(&field.ty));
                }
                let one = if let Ty::Family(inner) = &resolved { inner.declared() } else { None };
                (None, one.map_or(Wanted::Any, Wanted::Declared))
            }
        }
    }
}

/// A property of a shape, or of one of the shapes that it can be.
pub(in crate::ide) fn property(shape: Shape, name: &str) -> Option<crate::catalog::Property> {
    let deeper = || shape.one_of().chain(shape.any_of()).chain(shape.all_of());
    shape.property(name).or_else(|| deeper().find_map(|shape| shape.property(name)))
}
