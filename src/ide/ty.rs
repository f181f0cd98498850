//! What is known of a value without evaluating it: enough to say what stands behind its dot.

use crate::base::Symbol;
use crate::catalog::ResourceType;
use crate::syntax::ast::{Component, Entry, External, Fn, TypeExpr};

/// What a value is.
#[derive(Debug, Clone)]
pub enum Ty<'p> {
    /// Nobody knows.
    Unknown,
    /// A stack, by its number in the program.
    Stack(usize),
    /// An instance of a component.
    Component(&'p Component),
    /// A resource.
    Resource(ResourceType),
    /// A resource of a type that the catalog does not know, such as a custom one.
    Foreign,
    /// The instances of `name[key]`.
    Family(Box<Ty<'p>>),
    /// What exists elsewhere.
    External(&'p External),
    /// As a declaration says.
    Declared(&'p TypeExpr),
    /// A type of infrac's own.
    Plain(&'static str),
    /// A list.
    List(Box<Ty<'p>>),
    /// A record that is written out, and what the names in it can see.
    Record(&'p [Entry]),
    /// The beginning of an attribute with dots.
    Attribute(ResourceType, Symbol),
    /// A function.
    Fn(&'p Fn),
}

impl<'p> Ty<'p> {
    /// The component that it is an instance of.
    pub(super) fn component(&self) -> Option<&'p Component> {
        if let Ty::Component(component) = self { Some(component) } else { None }
    }

    /// The function that it is.
    pub(super) fn function(&self) -> Option<&'p Fn> {
        if let Ty::Fn(function) = self { Some(function) } else { None }
    }

    /// What each of several is: of a list, or of the instances of `name[key]`.
    pub(super) fn each(self) -> Option<Ty<'p>> {
        if let Ty::List(inner) | Ty::Family(inner) = self { Some(*inner) } else { None }
    }

    /// The declaration that says what it is.
    pub(super) fn declared(&self) -> Option<&'p TypeExpr> {
        if let Ty::Declared(ty) = self { Some(ty) } else { None }
    }
}

/// What is wanted where a value stands.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'p> {
    /// Anything.
    Any,
    /// What a property of a resource type takes.
    Shape(ResourceType, crate::catalog::Shape),
    /// What a declaration says.
    Declared(&'p TypeExpr),
    /// True or false.
    Truth,
    /// Somebody who can be granted something, or whom something is denied.
    Who,
    /// A thing that something is granted on.
    What,
    /// The end of a connection.
    End,
    /// A text of the writer's own.
    Prose,
}

/// What the keys of a block are.
#[derive(Debug, Clone, Copy)]
pub enum Keys<'p> {
    /// Anything.
    Any,
    /// Settings of an instance of a component.
    Component(&'p Component),
    /// Properties of a resource; whether at its top level, where settings of every instance stand, too.
    Shape(ResourceType, crate::catalog::Shape, bool),
    /// Params of the system; whether in an environment, which has an account, too.
    Params(bool),
    /// Fields of a record type.
    Fields(&'p TypeExpr),
    /// Names of tags.
    Tags,
    /// Codes of diagnostics.
    Lints,
}
