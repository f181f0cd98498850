//! The syntax tree: what a source file says, with the place of everything. It is never changed after parsing.
//!
//! Trees are plain data, so that the standard library's can be encoded when infrac is built and decoded on first use.

mod access;
mod declarations;
mod expressions;
mod parts;
mod types;

use serde::{Deserialize, Serialize};

use crate::base::{Span, Symbol};

pub use access::*;
pub use declarations::*;
pub use expressions::*;
pub use parts::*;
pub use types::*;

/// A name and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ident {
    /// The name.
    pub name: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// `a.b.c` in a clause, or a single name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// At least one name.
    pub names: Vec<Ident>,
    /// From the first name to the last.
    pub span: Span,
}

/// `AWS::S3::Bucket`, `Custom::Thing`, or the name of a component (`Vpc`), which has no `::`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeName {
    /// The whole name, colons included.
    pub name: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// One source file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct File {
    /// What it declares, in order.
    pub items: Vec<Item>,
}

/// A declaration or statement, with the documentation and marks before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Without documentation and marks.
    pub span: Span,
    /// The `///` lines before it, joined by line feeds, without their slashes and first blank.
    pub doc: Option<Doc>,
    /// `@waive(…)`, `@was(…)` and the like.
    pub marks: Vec<Mark>,
    /// What it is.
    pub kind: ItemKind,
}

/// The `///` lines before a declaration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// The text, lines joined by line feeds.
    pub text: String,
    /// All its lines.
    pub span: Span,
}

/// `@name(arguments)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// `waive`, `was`, `retain`, `unchecked`, `update`, `metadata`…
    pub name: Ident,
    /// What stands in its parentheses.
    pub arguments: Vec<MarkArgument>,
    /// From the `@` to its end.
    pub span: Span,
}

/// One argument of a mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum MarkArgument {
    /// A rule's name, dots and hyphens included (`open_port_without_listener`, `cfn_lint.W3045`), or an old path.
    Word(Ident),
    /// `because "…"`.
    Because(Expr),
    /// `until 2027-01-31`.
    Until(Expr),
    /// `on AWS::S3::Bucket`.
    On(TypeName),
    /// `name = value`, or any other value.
    Entry(Entry),
}

/// A declaration or statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ItemKind {
    /// `system NAME`.
    System(Ident),
    /// `param …` or `deploy param …`.
    Param(Param),
    /// `[base] environment …`.
    Environment(Environment),
    /// `naming { … }`.
    Naming(Vec<NamingRule>),
    /// `tags { … }`.
    Tags(Vec<Entry>),
    /// `require tag NAME [matching /…/]`.
    RequireTag(RequireTag),
    /// `stack … { … }`.
    Stack(Box<Stack>),
    /// `name = Type { … }`.
    Instance(Box<Instance>),
    /// `extend path { … }`.
    Extend(Extend),
    /// `output NAME = value [as "…"]`.
    Output(Output),
    /// `component NAME { … }`.
    Component(Component),
    /// `access VERB { … }`, in a component.
    Access(Verb),
    /// `access on TYPE { … }`.
    AccessOn(AccessOn),
    /// `principal EXPR`, in a component.
    Principal(Expr),
    /// `endpoint EXPR on tcp N`, in a component.
    Endpoint(Endpoint),
    /// `grant …`.
    Grant(Box<Grant>),
    /// `deny …`.
    Deny(Box<Grant>),
    /// `permit … because "…"`: a hand-written statement.
    Permit(Box<Permit>),
    /// `connect A -> B [on …]`.
    Connect(Connect),
    /// `external NAME … { … }`.
    External(Box<External>),
    /// `step NAME "…" after … before …`.
    Step(Step),
    /// `ensure "…" { … }`.
    Ensure(Ensure),
    /// `ensure A at least B`.
    AtLeast(AtLeast),
    /// `forbid path A in X -> B in Y`, and the same with `ensure`.
    Crossing(Crossing),
    /// `forbid path A -> B`, `forbid grant …`.
    Forbid(Forbid),
    /// `policy NAME { rule … }`.
    Policy(Policy),
    /// `use policy NAME`.
    UsePolicy(Path),
    /// `use A, B from "path"`.
    Use(Use),
    /// `test "…" …`.
    Test(Test),
    /// `claim "…" { … }`.
    Claim(Claim),
    /// `lints { … }`.
    Lints(Vec<Entry>),
    /// `if …  { … } else { … }`.
    If(If),
    /// `for … in … { … }`.
    For(For),
    /// `match … { … }`.
    Match(Match),
    /// `let name = value`.
    Let(Let),
    /// `fn name(a: T) -> U = value`.
    Fn(Fn),
    /// `type Name = …`.
    Type(TypeAlias),
    /// What could not be read; a diagnostic says why.
    Error,
}
