//! One walk over a file that says of every name what it stands for, and of every value what is wanted there.
//!
//! Whoever asks is a [`Listener`]: one gathers names, another looks for the cursor.

mod blocks;
mod exprs;
mod statements;

pub(super) use blocks::{ENVIRONMENT_SETTINGS, word};

use crate::base::{FileId, Span};
use crate::ide::scope::{Local, Scope};
use crate::ide::target::Target;
use crate::ide::ty::{Keys, Ty, Wanted};
use crate::ide::view::View;
use crate::syntax::ast::{Component, Entry, Expr, ExprKind, Ident, Item, ItemKind, TypeName};

/// What a name does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It is declared here.
    Declared,
    /// It is asked for here.
    Read,
    /// It names what is set here: the key of an entry.
    Set,
    /// The key of an entry without a value, which is the value, too: `vpc` for `vpc = vpc`.
    Shorthand,
    /// The value of such an entry.
    ShorthandValue,
}

/// Whoever wants to know.
pub trait Listener<'p> {
    /// A name, and what it stands for.
    fn name(&mut self, _place: Span, _target: Target<'p>, _role: Role) {}

    /// A value, and what is wanted of it.
    fn value(&mut self, _expr: &'p Expr, _wanted: Wanted<'p>, _scope: &Scope<'_, 'p>) {}

    /// The key of an entry, what keys there are, and the keys that stand beside it.
    fn key(&mut self, _key: Ident, _entry: &'p Entry, _keys: Keys<'p>, _beside: &[Ident]) {}

    /// A name behind a dot, and what stands before the dot.
    fn field(&mut self, _name: Ident, _of: &Ty<'p>) {}

    /// A verb or an action, and on what; whether it must be an action.
    fn verb(&mut self, _verb: Ident, _on: &Ty<'p>, _action: bool) {}

    /// The name of a type; whether an instance is made of it.
    fn type_name(&mut self, _name: TypeName, _instance: bool) {}

    /// The name of something at the top level that is asked for by itself.
    fn word(&mut self, _word: Ident, _what: Word) {}

    /// The inner instance of a component that something is set on from outside.
    fn inner(&mut self, _word: Ident, _of: &'p Component) {}
}

/// What a lone word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// An environment.
    Environment,
    /// A stack, a step or an external system.
    Stack,
    /// A policy.
    Policy,
    /// The code of a diagnostic.
    Code,
    /// A mark.
    Mark,
    /// A condition key.
    ConditionKey,
}

/// One walk.
pub struct Walk<'w, 'p> {
    pub(super) view: &'w View<'p>,
    pub(super) listener: &'w mut dyn Listener<'p>,
}

impl<'p> Walk<'_, 'p> {
    /// Goes through a whole file.
    pub fn file(view: &View<'p>, file: FileId, listener: &mut dyn Listener<'p>) {
        let items = view.items(file);
        let mut walk = Walk { view, listener };
        walk.items_at_top(&items, file);
    }

    /// Goes through those declarations of a file's top level that begin in a part of it.
    pub fn part(view: &View<'p>, part: Span, listener: &mut dyn Listener<'p>) {
        let mut items = view.items(part.file);
        items.retain(|item| part.lo <= item.span.lo && item.span.lo <= part.hi);
        Walk { view, listener }.items_at_top(&items, part.file);
    }

    fn items_at_top(&mut self, items: &[&'p Item], file: FileId) {
        let is_system =
            !file.is_stdlib() && self.view.files.system.iter().any(|tree| first_file(&tree.items) == Some(file));
        let mut scope = Scope::top(file, is_system);
        scope.names = self.view.instances(self.view.program.statements.iter().copied().filter(|_| is_system));
        for item in items {
            self.statement(item, &scope);
        }
    }

    pub(super) fn name(&mut self, name: Ident, target: Target<'p>, role: Role) {
        self.listener.name(name.span, target, role);
    }

    pub(super) fn name_of_value(&mut self, expr: &'p Expr, role: Role, scope: &Scope<'_, 'p>) {
        if let ExprKind::Name(name) = &expr.kind
            && let Some((target, _)) = self.view.look_up(*name, scope, 0)
        {
            self.name(Ident { name: *name, span: expr.span }, target, role);
        }
    }

    pub(super) fn declares(&mut self, target: Target<'p>) {
        if let Some(name) = target.declared() {
            self.listener.name(name.span, target, Role::Declared);
        }
    }

    /// The `let`s among statements.
    pub(super) fn lets(&self, items: &'p [Item], scope: &Scope<'_, 'p>) -> Vec<Local<'p>> {
        let mut lets = Vec::new();
        for item in items {
            if let ItemKind::Let(binding) = &item.kind {
                let ty = match &binding.ty {
                    Some(ty) => Ty::Declared(ty),
                    None => self.view.infer(&binding.value, scope, 0),
                };
                lets.push(Local { name: binding.name.name, target: Target::Let(binding), ty });
            }
        }
        lets
    }

    /// The statements of a block; its `let`s can be seen in all of it.
    pub(super) fn block(&mut self, items: &'p [Item], scope: &Scope<'_, 'p>) {
        let lets = self.lets(items, scope);
        let scope = scope.with(lets);
        for item in items {
            self.statement(item, &scope);
        }
    }

    /// A word that stands for something at the top level.
    pub(super) fn word(&mut self, word: Ident, what: Word, target: Option<Target<'p>>) {
        self.listener.word(word, what);
        if let Some(target) = target {
            self.name(word, target, Role::Read);
        }
    }
}

fn first_file(items: &[Item]) -> Option<FileId> {
    items.first().map(|item| item.span.file)
}
