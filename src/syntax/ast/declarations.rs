//! What a system declares: params, environments, names, tags, policies, tests, and the systems outside of it.

use serde::{Deserialize, Serialize};

use super::{Doc, Expr, Grant, Ident, Path, PortSpec, TypeExpr, TypeName};
use crate::base::Span;

/// `[deploy] param name: type = default`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// Left open until deployment.
    pub deploy: bool,
    /// Its name.
    pub name: Ident,
    /// Its type, with limits.
    pub ty: TypeExpr,
    /// Its value where none is given.
    pub default: Option<Expr>,
}

/// `[base] environment name [from base] { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Only lends its values.
    pub base: bool,
    /// Its name.
    pub name: Ident,
    /// Where it takes the values from that it does not set.
    pub from: Option<Ident>,
    /// `account`, `region`, `confirm`, and params.
    pub entries: Vec<Entry>,
}

/// `name = value` in a block, a record or a list of settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The name.
    pub key: EntryKey,
    /// The value; for the shorthand `vpc` it is the name itself.
    pub value: Expr,
    /// The shorthand: `vpc` for `vpc = vpc`.
    pub shorthand: bool,
    /// The whole entry.
    pub span: Span,
}

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EntryKey {
    /// A word.
    Word(Ident),
    /// `"odd:key"`, which may interpolate.
    Text(Expr),
}

/// One line of `naming { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamingRule {
    /// What it names.
    pub subject: NamingSubject,
    /// The name; the bare word `generated` leaves it to AWS.
    pub value: Expr,
    /// The whole line.
    pub span: Span,
}

/// What a naming rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum NamingSubject {
    /// Everything without a rule of its own.
    Default,
    /// Stacks.
    Stack,
    /// Exports.
    Export,
    /// What stands in `per account` stacks, and these stacks.
    PerAccount,
    /// Resources of one type.
    Type(TypeName),
}

/// `require tag NAME [matching /…/]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequireTag {
    /// The tag's key.
    pub name: Ident,
    /// What its value must match.
    pub pattern: Option<Pattern>,
}

/// `/…/` after `matching`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// Between the slashes, with `\/` made `/`.
    pub text: String,
    /// With the slashes.
    pub span: Span,
}

/// `external NAME "title" from "../network" after … before … { … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct External {
    /// Its name.
    pub name: Ident,
    /// What it is.
    pub title: Option<Expr>,
    /// Another infrac system's folder.
    pub from: Option<Expr>,
    /// What it comes after in the deploy order.
    pub after: Vec<Path>,
    /// What it comes before.
    pub before: Vec<Path>,
    /// `deployed_by = "…"` and other settings.
    pub settings: Vec<Entry>,
    /// What it offers.
    pub outputs: Vec<ExternalOutput>,
}

/// `name: TYPE from parameter`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExternalOutput {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// Where its value comes from.
    pub source: ExternalSource,
    /// All of it.
    pub span: Span,
}

/// Where an external value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExternalSource {
    /// A parameter of the template that uses it.
    Parameter,
    /// `export "…"`.
    Export(Expr),
    /// `ssm "…"`.
    Ssm(Expr),
    /// `name "…"`: its physical name is known.
    Name(Expr),
}

/// `step NAME "text" after … before …`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: Ident,
    /// What is to be done.
    pub text: Option<Expr>,
    /// After which stacks or steps.
    pub after: Vec<Path>,
    /// Before which.
    pub before: Vec<Path>,
    /// Settings such as `run = "…"`.
    pub settings: Vec<Entry>,
}

/// `ensure A at least B`: A's protections are never weaker.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AtLeast {
    /// The environment that is never protected less.
    pub higher: Ident,
    /// The one that it is held against.
    pub lower: Ident,
}

/// A path from one environment to another, which must not be, or must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// `forbid`, not `ensure`.
    pub forbidden: bool,
    /// From where.
    pub from: CrossingEnd,
    /// To where.
    pub to: CrossingEnd,
    /// On what the other end is asked; empty: anything.
    pub ports: Vec<PortSpec>,
}

/// `A in X`, or `environment X` for whatever is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossingEnd {
    /// What; `None`: everything.
    pub what: Option<Expr>,
    /// The environment.
    pub environment: Ident,
}

/// `ensure "…" { conditions }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ensure {
    /// What must hold, in words.
    pub text: Option<Expr>,
    /// All must be true.
    pub body: Vec<Expr>,
}

/// `path A -> B [on tcp 443] [through X] [without Y]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathSentence {
    /// From where.
    pub from: Expr,
    /// To where.
    pub to: Expr,
    /// On what the other end is asked; empty: anything.
    pub ports: Vec<PortSpec>,
    /// What it goes through, in this order.
    pub through: Option<Expr>,
    /// What it does not go through.
    pub without: Option<Expr>,
}

/// What must never be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Forbid {
    /// `forbid path A -> B [on …] [through …] [without …]`.
    Path(Box<PathSentence>),
    /// `forbid grant WHO ACTION on WHAT`.
    Grant(Box<Grant>),
}

/// `policy NAME { rule … }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: Ident,
    /// Its rules.
    pub rules: Vec<PolicyRule>,
}

/// `rule NAME "…" level { conditions }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// `///` before it.
    pub doc: Option<Doc>,
    /// Its name.
    pub name: Ident,
    /// In words.
    pub text: Option<Expr>,
    /// How serious it is if it does not hold; `error` if it is not said.
    pub level: RuleLevel,
    /// All must be true.
    pub body: Vec<Expr>,
    /// All of it.
    pub span: Span,
}

/// How serious a broken rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleLevel {
    /// Nothing is built, unless a waiver lifts it.
    Error,
    /// Worth a look.
    Warning,
    /// Worth knowing.
    Advice,
}

/// `use A, B from "path"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// What is taken.
    pub names: Vec<Ident>,
    /// From where, relative to the file.
    pub path: Expr,
}

/// `test "…" [in ENV] [with { … }] { assert … }` or `… fails CODE`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Its name.
    pub name: Expr,
    /// In which environments; all if empty.
    pub environments: Vec<Ident>,
    /// Params set otherwise.
    pub with: Vec<Entry>,
    /// What is expected.
    pub body: TestBody,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TestBody {
    /// Each must be true.
    Asserts(Vec<Expr>),
    /// The named diagnostic.
    Fails(Ident),
}

/// `claim "…" { rto = 1h }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What is promised.
    pub text: Expr,
    /// In figures.
    pub entries: Vec<Entry>,
}
