//! What a name in a source can stand for.

use crate::base::{Span, Symbol};
use crate::catalog::{Action, Property, ResourceType};
use crate::syntax::ast::{
    Component, Environment, External, ExternalOutput, FieldType, Fn, Ident, Instance, Let, Output, Param, Policy,
    PolicyRule, Step, TypeAlias, Verb,
};

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub enum Target<'p> {
    /// The system's name for itself.
    System(Ident),
    /// A param, of the system, of a component or of a function.
    Param(&'p Param),
    /// A value.
    Let(&'p Let),
    /// A function.
    Fn(&'p Fn),
    /// A type of its own name.
    Type(&'p TypeAlias),
    /// A component.
    Component(&'p Component),
    /// A stack, by the place where it is first opened.
    Stack(Ident),
    /// What exists elsewhere.
    External(&'p External),
    /// One of its outputs.
    ExternalOutput(&'p ExternalOutput),
    /// What people do.
    Step(&'p Step),
    /// Invariants packed for reuse.
    Policy(&'p Policy),
    /// One of them.
    Rule(&'p PolicyRule),
    /// An environment.
    Environment(&'p Environment),
    /// An instance.
    Instance(&'p Instance),
    /// An output of a stack or a component.
    Output(&'p Output),
    /// The name of a loop.
    Binder(Ident),
    /// A field of a record type.
    Field(&'p FieldType),
    /// What can be granted.
    Verb(&'p Verb),
    /// A resource type of AWS.
    Resource(ResourceType),
    /// A property of a resource type, or of something in it.
    Property(ResourceType, Property),
    /// What AWS returns of a resource: of which type, and its name.
    Attribute(ResourceType, Symbol),
    /// An IAM action.
    Action(Action),
    /// What infrac itself has: a function, a type, a value that is there everywhere, a setting of every instance, a field of a value.
    Own(Own, Symbol),
    /// The code of a diagnostic.
    Code(Symbol),
}

/// What kind of thing infrac itself calls so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    /// A function.
    Function,
    /// A type.
    Type,
    /// A value that is there everywhere.
    Value,
    /// A setting that every instance takes, or an environment.
    Setting,
    /// What stands behind the dot of a value.
    Field,
}

/// The same for equal targets, and for no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// Where its name is declared.
    Place(Span),
    /// Something that no source declares.
    Named(Own, Symbol, Symbol),
}

impl Target<'_> {
    /// The name where it is declared, if some source declares it.
    pub fn declared(&self) -> Option<Ident> {
        Some(match self {
            Target::System(name) | Target::Stack(name) | Target::Binder(name) => *name,
            Target::Param(param) => param.name,
            Target::Let(binding) => binding.name,
            Target::Fn(function) => function.name,
            Target::Type(alias) => alias.name,
            Target::Component(component) => component.name,
            Target::External(external) => external.name,
            Target::ExternalOutput(output) => output.name,
            Target::Step(step) => step.name,
            Target::Policy(policy) => policy.name,
            Target::Rule(rule) => rule.name,
            Target::Environment(environment) => environment.name,
            Target::Instance(instance) => instance.name,
            Target::Output(output) => output.name,
            Target::Field(field) => field.name,
            Target::Verb(verb) => verb.name,
            Target::Resource(_)
            | Target::Property(..)
            | Target::Attribute(..)
            | Target::Action(_)
            | Target::Own(..)
            | Target::Code(_) => return None,
        })
    }

    /// What tells it from everything else.
    pub fn identity(&self) -> Identity {
        if let Some(name) = self.declared() {
            return Identity::Place(name.span);
        }
        let nothing = Symbol::new("");
        match self {
            Target::Resource(ty) => Identity::Named(Own::Type, Symbol::new(ty.name()), nothing),
            Target::Property(ty, property) => {
                Identity::Named(Own::Setting, Symbol::new(ty.name()), Symbol::new(property.name()))
            }
            Target::Attribute(ty, name) => Identity::Named(Own::Field, Symbol::new(ty.name()), *name),
            Target::Action(action) => {
                Identity::Named(Own::Function, Symbol::new(action.prefix()), Symbol::new(action.name()))
            }
            Target::Own(own, name) => Identity::Named(*own, *name, nothing),
            Target::Code(code) => Identity::Named(Own::Value, Symbol::new("code"), *code),
            Target::System(_)
            | Target::Param(_)
            | Target::Let(_)
            | Target::Fn(_)
            | Target::Type(_)
            | Target::Component(_)
            | Target::Stack(_)
            | Target::External(_)
            | Target::ExternalOutput(_)
            | Target::Step(_)
            | Target::Policy(_)
            | Target::Rule(_)
            | Target::Environment(_)
            | Target::Instance(_)
            | Target::Output(_)
            | Target::Binder(_)
            | Target::Field(_)
            | Target::Verb(_) => Identity::Named(Own::Value, nothing, nothing),
        }
    }

    /// What it is, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::System(_) => "system",
            Target::Param(param) if param.deploy => "deploy param",
            Target::Param(_) => "param",
            Target::Let(_) => "let",
            Target::Fn(_) => "fn",
            Target::Type(_) | Target::Own(Own::Type, _) => "type",
            Target::Component(_) => "component",
            Target::Stack(_) => "stack",
            Target::External(_) => "external",
            Target::ExternalOutput(_) | Target::Output(_) => "output",
            Target::Step(_) => "step",
            Target::Policy(_) => "policy",
            Target::Rule(_) => "rule",
            Target::Environment(_) => "environment",
            Target::Instance(_) => "instance",
            Target::Binder(_) => "loop name",
            Target::Field(_) => "field",
            Target::Verb(_) => "verb",
            Target::Resource(_) => "resource type",
            Target::Property(..) => "property",
            Target::Attribute(..) => "attribute",
            Target::Action(_) => "IAM action",
            Target::Own(Own::Function, _) => "function",
            Target::Own(Own::Value, _) => "value",
            Target::Own(Own::Setting, _) => "setting",
            Target::Own(Own::Field, _) => "part",
            Target::Code(_) => "diagnostic",
        }
    }
}
