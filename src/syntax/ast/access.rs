//! Who may do what, and who talks to whom.

use serde::{Deserialize, Serialize};

use super::{Entry, Expr, Ident, TypeName};
use crate::base::Span;

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
