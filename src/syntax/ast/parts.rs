//! What stacks and components are made of, and what decides which of it is there.

use serde::{Deserialize, Serialize};

use super::{Entry, Expr, Ident, Item, Param, Path, TypeExpr, TypeName};
use crate::base::Span;

/// `stack NAME "title" clauses { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// Its name in the source.
    pub name: Ident,
    /// What it is for.
    pub title: Option<Expr>,
    /// `as "…"`: its whole physical name.
    pub as_name: Option<Expr>,
    /// `in "us-east-1"`.
    pub region: Option<Expr>,
    /// `if COND`.
    pub condition: Option<Expr>,
    /// `per account`: where that stands.
    pub per_account: Option<Span>,
    /// `after Other`.
    pub after: Vec<Path>,
    /// Its statements.
    pub body: Vec<Item>,
}

/// `[main] name[key] = Type { settings } with { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Where `main` stands: the one its component stands for.
    pub main: Option<Span>,
    /// Its name.
    pub name: Ident,
    /// The key in brackets.
    pub key: Option<Expr>,
    /// A component, or a CloudFormation type.
    pub ty: TypeName,
    /// What is set.
    pub settings: Vec<Entry>,
    /// What is set on inner resources.
    pub with: Vec<With>,
}

/// `inner { Key = value, override Key = value because "…" }` after `with`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct With {
    /// The inner instance.
    pub target: Ident,
    /// What is set on it.
    pub entries: Vec<WithEntry>,
    /// Deeper levels: `with { inner { innermost { … } } }`.
    pub inner: Vec<With>,
    /// All of it.
    pub span: Span,
}

/// One setting in a `with`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithEntry {
    /// The setting.
    pub entry: Entry,
    /// `override … because "…"`: the reason.
    pub because: Option<Expr>,
    /// Where `override` stands.
    pub overrides: Option<Span>,
}

/// `extend target { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extend {
    /// The instance.
    pub target: Expr,
    /// What is added.
    pub entries: Vec<Entry>,
}

/// `output name = value [as "…"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub name: Ident,
    /// Its value.
    pub value: Expr,
    /// Its export name.
    pub as_name: Option<Expr>,
}

/// `component Name { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: Ident,
    /// Params, instances, outputs, statements.
    pub body: Vec<Item>,
}

/// `if COND { … } else { … }`; `else if` is an `If` alone in `otherwise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct If {
    /// The condition.
    pub condition: Expr,
    /// Where it holds.
    pub then: Vec<Item>,
    /// Where it does not.
    pub otherwise: Vec<Item>,
}

/// `for X in LIST { … }`, `for K, V in MAP { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct For {
    /// One or two names.
    pub binders: Vec<Ident>,
    /// What is gone through.
    pub source: Expr,
    /// What is done for each.
    pub body: Vec<Item>,
}

/// `match VALUE { "a", "b" { … } else { … } }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// What is looked at.
    pub subject: Expr,
    /// In order; complete, or an error.
    pub arms: Vec<MatchArm>,
}

/// One arm of a `match` statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchArm {
    /// The values; empty for `else`.
    pub values: Vec<Expr>,
    /// What is done.
    pub body: Vec<Item>,
    /// All of it.
    pub span: Span,
}

/// `let name[: type] = value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Let {
    /// Its name.
    pub name: Ident,
    /// Its type, if said.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// `fn name(a: T = d) -> U = value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fn {
    /// Its name.
    pub name: Ident,
    /// Its params (never `deploy`).
    pub params: Vec<Param>,
    /// What it gives.
    pub result: Option<TypeExpr>,
    /// How.
    pub body: Expr,
}

/// `type Name = …`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TypeAlias {
    /// Its name.
    pub name: Ident,
    /// What it stands for.
    pub ty: TypeExpr,
}
