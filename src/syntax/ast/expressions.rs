//! Expressions, down to the pieces of a text.

use serde::{Deserialize, Serialize};

use super::{Entry, Ident, PathSentence, Pattern, PortSpec};
use crate::base::{Span, Symbol};

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
