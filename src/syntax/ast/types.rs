//! Types as they are written.

use serde::{Deserialize, Serialize};

use super::{Expr, Ident, Pattern, TypeName};
use crate::base::Span;

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
