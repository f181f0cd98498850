//! The syntax tree: what a source file says, with the place of everything. It is never changed after parsing.
//!
//! Trees are plain data, so that the standard library's can be encoded when infrac is built and decoded on first use.

use serde::{Deserialize, Serialize};

use crate::base::{Span, Symbol};

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

/// `VERB { statements }`: what a verb means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verb {
    /// `read`, `write`, `publish`…
    pub name: Ident,
    /// What it allows.
    pub body: Vec<AccessItem>,
}

/// What stands in an access block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AccessItem {
    /// `s3:GetObject, s3:GetObjectVersion on "{arn}/{under}" when …`.
    Statement(AccessStatement),
    /// `if COND { … } else { … }`, over the target's params or properties.
    If {
        /// The condition.
        condition: Expr,
        /// Where it holds.
        then: Vec<AccessItem>,
        /// Where it does not.
        otherwise: Vec<AccessItem>,
        /// All of it.
        span: Span,
    },
}

/// One line of an access block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessStatement {
    /// IAM actions, `service:Action`.
    pub actions: Vec<Ident>,
    /// The resource: text (`"{arn}/{under}"`, `"*"`), or an instance.
    pub on: Expr,
    /// Conditions.
    pub when: Vec<Condition>,
    /// All of it.
    pub span: Span,
}

/// `access on TYPE { … }`: what is known of granting on, and connecting to, a plain resource type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessOn {
    /// The type.
    pub ty: TypeName,
    /// Its verbs.
    pub verbs: Vec<Verb>,
    /// `policy TYPE { Target = it }`: the resource that holds its resource policy.
    pub policy: Option<ResourcePolicy>,
    /// `principal EXPR`: the role that such a resource acts as; its properties are in scope.
    pub principal: Option<Expr>,
    /// `endpoint EXPR on tcp N`: where such a resource listens.
    pub endpoint: Option<Endpoint>,
}

/// `policy TYPE { … }` in `access on`: how the type's resource policy is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourcePolicy {
    /// The type that holds the policy; `None` for `policy in Property`: a property of the target itself.
    pub ty: Option<TypeName>,
    /// With a type: its properties, in which `it` is the target and `document` the policy.
    pub entries: Vec<Entry>,
    /// Without: the property.
    pub property: Option<Ident>,
    /// All of it.
    pub span: Span,
}

/// `endpoint GROUP on tcp 5432`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The security group.
    pub group: Expr,
    /// What it listens on.
    pub ports: Vec<PortSpec>,
}

/// `tcp 80`, `udp 53`, `tcp 1024..2048`, `tcp app_port`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PortSpec {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`.
    pub protocol: Ident,
    /// The first port; absent for protocols without ports.
    pub from: Option<Expr>,
    /// The last port, if it is a range.
    pub to: Option<Expr>,
    /// All of it.
    pub span: Span,
}

/// `grant WHO VERB, … on WHAT [under …] [when …] [in its policy | in both policies]`, and the same for `deny`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Who: an instance, a role, `service("…")`, a list; for `deny` also `everyone`.
    pub who: Expr,
    /// Verbs of the target, or single actions (`s3:GetObject`; `s3:*` in a deny).
    pub verbs: Vec<Ident>,
    /// On what: an instance, an ARN, a list.
    pub on: Expr,
    /// `under "uploads/*"`: a text or a list of texts.
    pub under: Option<Expr>,
    /// Conditions.
    pub when: Vec<Condition>,
    /// Where the statement goes.
    pub side: Side,
}

/// Which policy a grant is written into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The principal's.
    Principal,
    /// `in its policy`: the resource's.
    Resource,
    /// `in both policies`.
    Both,
}

/// `aws:SourceAccount == account`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The condition key, as written.
    pub key: Ident,
    /// How it is compared.
    pub operator: ConditionOperator,
    /// With what: a value or a list.
    pub value: Expr,
    /// All of it.
    pub span: Span,
}

/// Comparison in a `when`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `like`, with `*` and `?`
    Like,
    /// `in`: one of a list
    In,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// `permit WHO ACTION, … on WHAT [when …] because "…"`: a statement written by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Permit {
    /// The statement, as for a grant.
    pub grant: Grant,
    /// Why no grant says it.
    pub because: Option<Expr>,
}

/// `connect A -> B [on tcp 80, tcp 443]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connect {
    /// From where.
    pub from: Expr,
    /// To where.
    pub to: Expr,
    /// On what; empty: what the other end's endpoint listens on.
    pub ports: Vec<PortSpec>,
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

/// A type as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeExprKind,
    /// `(3..63)`: length, size or value, whichever the type has.
    pub range: Option<Range>,
    /// `matching /…/`.
    pub pattern: Option<Pattern>,
    /// All of it.
    pub span: Span,
}

/// `(lo..hi)`; either end may be open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The least value.
    pub lo: Option<Expr>,
    /// The greatest value.
    pub hi: Option<Expr>,
    /// With the parentheses.
    pub span: Span,
}

/// What a type is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TypeExprKind {
    /// `text`, `Subnets`, `AWS::EC2::VPC`.
    Named(TypeName),
    /// `[T]`.
    List(Box<TypeExpr>),
    /// `{text: T}`.
    Map(Box<TypeExpr>),
    /// `{a: T, b: U?}`.
    Record(Vec<FieldType>),
    /// `"single" | "dual" | T`.
    Union(Vec<TypeExpr>),
    /// A literal.
    Literal(Expr),
    /// `T?`.
    Optional(Box<TypeExpr>),
    /// What could not be read.
    Error,
}

/// A field of a record type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldType {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// `= value`, where it may be left out.
    pub default: Option<Expr>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// `none`
    None,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `30s`, `7d`: in milliseconds
    Duration(i64),
    /// `20GiB`: in bytes
    Size(i64),
    /// `80%`: 80.0
    Percent(f64),
    /// `10.0.0.0/16`
    Cidr(ipnet::IpNet),
    /// `2027-01-31`
    Date(Date),
    /// `"…"` and its kin
    Text(Text),
    /// `every 30d`
    Every(Box<Expr>),
    /// A name.
    Name(Symbol),
    /// `AWS::EC2::NatGateway`: all resources of this type.
    TypeName(Symbol),
    /// `a.b`
    Field(Box<Expr>, Ident),
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    /// `f(a, name = b)`
    Call(Box<Expr>, Vec<Argument>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ a = 1 }`
    Record(Vec<Entry>),
    /// `[for x in xs if c: e]`
    ListFor(Box<Comprehension>, Box<Expr>),
    /// `{for k, v in m: key = value}`
    RecordFor(Box<Comprehension>, Box<Entry>),
    /// `-a`, `not a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a <= b < c`: at least one comparison
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `per env { … }`, `per X { … }`
    Per(Box<Expr>, Vec<PerArm>),
    /// `every x in xs: c`, `some …`, `no …`
    Quantified(Quantifier, Ident, Box<Expr>, Box<Expr>),
    /// `[only] A connects to B [on …]`
    Connects {
        /// Nothing else may.
        only: bool,
        /// From where.
        from: Box<Expr>,
        /// To where.
        to: Box<Expr>,
        /// On what; empty: anything.
        ports: Vec<PortSpec>,
    },
    /// `x matching /…/`
    Matching(Box<Expr>, Pattern),
    /// `path A -> B [on …] [through …] [without …]`
    Path(Box<PathSentence>),
    /// `[only] WHO can ACTION on WHAT`
    Can {
        /// Nobody else may.
        only: bool,
        /// Who.
        who: Box<Expr>,
        /// An IAM action or a verb.
        action: Ident,
        /// On what.
        on: Box<Expr>,
    },
    /// What could not be read.
    Error,
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day, from 1.
    pub day: u8,
}

/// A text, in pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// How it is quoted.
    pub style: TextStyle,
    /// After escapes, indentation and braces are resolved.
    pub pieces: Vec<TextPiece>,
}

/// How a text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextStyle {
    /// `"…"`
    Quoted,
    /// `"""`
    Block,
    /// `'…'`
    Raw,
    /// `'''`
    RawBlock,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TextPiece {
    /// As it is.
    Literal(String, Span),
    /// `{expr}`
    Interpolation(Expr),
    /// `${…}`: passed through; the text between the braces.
    Variable(String, Span),
}

/// `value` or `name = value` in a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Argument {
    /// Its name.
    pub name: Option<Ident>,
    /// Its value.
    pub value: Expr,
}

/// `for x in xs if c` in a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comprehension {
    /// One or two names.
    pub binders: Vec<Ident>,
    /// What is gone through.
    pub source: Expr,
    /// Which are taken.
    pub condition: Option<Expr>,
}

/// One arm of `per`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerArm {
    /// The environment's name or the value; `None` for `else`.
    pub key: Option<PerKey>,
    /// Where the key (or `else`) stands.
    pub span: Span,
    /// The value.
    pub value: Expr,
}

/// What an arm of `per` answers to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PerKey {
    /// An environment, or a word value.
    Word(Symbol),
    /// A literal.
    Literal(Expr),
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Binary operators, comparisons apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `++`
    Join,
    /// `??`
    Else,
    /// `and`
    And,
    /// `or`
    Or,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// Quantifiers over resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantifier {
    /// `every x in …`
    Every,
    /// `some x in …`
    Some,
    /// `no x in …`
    No,
}
