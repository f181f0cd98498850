//! A policy as data.

use std::fmt;

use crate::check::iam::glyphs::matches_action;

/// What a policy is attached to, which decides what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user's or role's own.
    Identity,
    /// A resource's: a bucket's, a key's, a role's trust.
    Resource,
    /// The most that an identity's policies may give.
    Boundary,
    /// Given when a session starts.
    Session,
    /// An organisation's, for principals.
    ServiceControl,
    /// An organisation's, for resources.
    ResourceControl,
    /// A VPC endpoint's.
    Endpoint,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether `${…}` stands for a value of the request: since version 2012-10-17.
    pub variables: bool,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// What a statement does if it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies.
    Deny,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name, if it has one.
    pub sid: Option<String>,
    /// What it does if it applies.
    pub effect: Effect,
    /// Who it is about; none in a policy that belongs to whom it is about.
    pub who: Option<Who>,
    /// The actions.
    pub actions: Scope,
    /// The resources; none in a policy that speaks of its own resource only.
    pub resources: Option<Scope>,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// What one of the patterns matches.
    Of(Vec<String>),
    /// What none of the patterns matches.
    AllBut(Vec<String>),
}

impl Scope {
    /// Whether an action is among them.
    pub fn has_action(&self, action: &str) -> bool {
        match self {
            Scope::Of(patterns) => patterns.iter().any(|pattern| matches_action(pattern, action)),
            Scope::AllBut(patterns) => !patterns.iter().any(|pattern| matches_action(pattern, action)),
        }
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// These.
    Of(Principals),
    /// All but these.
    AllBut(Principals),
}

/// Principals, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principals {
    /// `"*"`.
    pub everyone: bool,
    /// Accounts, users, roles, sessions; `*` among them is everyone.
    pub aws: Vec<String>,
    /// Services.
    pub services: Vec<String>,
    /// Identity providers.
    pub federated: Vec<String>,
    /// S3's own names of accounts.
    pub canonical: Vec<String>,
}

/// One key of a `Condition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the key is compared.
    pub operator: Operator,
    /// The key.
    pub key: String,
    /// What it is compared with; one has to match.
    pub values: Vec<String>,
}

/// An operator with its qualifier and `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// `ForAllValues`, `ForAnyValue` or neither.
    pub qualifier: Qualifier,
    /// What is compared, and how.
    pub test: Test,
    /// Whether a key that the request does not have counts as held.
    pub if_exists: bool,
}

/// How many of a key's values must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// The key has one value.
    None,
    /// Every one, and also none at all.
    ForAllValues,
    /// At least one.
    ForAnyValue,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// `StringEquals` and its relatives.
    Text {
        /// `Not…`.
        negated: bool,
        /// `…IgnoreCase`.
        ignore_case: bool,
        /// `…Like`: `*` and `?` are wildcards.
        like: bool,
    },
    /// `Numeric…`.
    Number(Order),
    /// `Date…`.
    Date(Order),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`, `NotIpAddress`.
    Address {
        /// `Not…`.
        negated: bool,
    },
    /// `ArnEquals`, `ArnLike`, which are the same, and their opposites.
    Arn {
        /// `Not…`.
        negated: bool,
    },
    /// `Null`.
    Null,
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The same.
    Equals,
    /// Not the same.
    NotEquals,
    /// Less.
    LessThan,
    /// Less or the same.
    LessThanEquals,
    /// More.
    GreaterThan,
    /// More or the same.
    GreaterThanEquals,
}

impl Test {
    /// Whether it holds where the comparison does not.
    pub fn is_negated(self) -> bool {
        match self {
            Test::Text { negated, .. } | Test::Address { negated } | Test::Arn { negated } => negated,
            Test::Number(order) | Test::Date(order) => order == Order::NotEquals,
            Test::Bool | Test::Binary | Test::Null => false,
        }
    }

    /// Whether `${…}` stands for a value in what it compares with.
    pub fn takes_variables(self) -> bool {
        match self {
            Test::Text { .. } | Test::Arn { .. } => true,
            Test::Number(_) | Test::Date(_) | Test::Bool | Test::Binary | Test::Address { .. } | Test::Null => false,
        }
    }
}

impl Operator {
    /// Reads an operator's name.
    pub fn parse(name: &str) -> Option<Operator> {
        let lower = name.to_ascii_lowercase();
        let (qualifier, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Qualifier::ForAllValues, rest),
            Some(("foranyvalue", rest)) => (Qualifier::ForAnyValue, rest),
            Some(_) => return None,
            None => (Qualifier::None, lower.as_str()),
        };
        let (rest, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |rest| (rest, true));
        let test = test(rest)?;
        // Whether a key is there is not asked of its values, nor only where it is there.
        let plain = qualifier == Qualifier::None && !if_exists;
        (test != Test::Null || plain).then_some(Operator { qualifier, test, if_exists })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.qualifier {
            Qualifier::None => "",
            Qualifier::ForAllValues => "ForAllValues:",
            Qualifier::ForAnyValue => "ForAnyValue:",
        })?;
        let order = |order: Order| match order {
            Order::Equals => "Equals",
            Order::NotEquals => "NotEquals",
            Order::LessThan => "LessThan",
            Order::LessThanEquals => "LessThanEquals",
            Order::GreaterThan => "GreaterThan",
            Order::GreaterThanEquals => "GreaterThanEquals",
        };
        let not = |negated: bool| if negated { "Not" } else { "" };
        match self.test {
            Test::Text { negated, ignore_case, like } => {
                let compares = if like { "Like" } else { "Equals" };
                let case = if ignore_case { "IgnoreCase" } else { "" };
                write!(f, "String{}{compares}{case}", not(negated))?;
            }
            Test::Number(by) => write!(f, "Numeric{}", order(by))?,
            Test::Date(by) => write!(f, "Date{}", order(by))?,
            Test::Bool => f.write_str("Bool")?,
            Test::Binary => f.write_str("BinaryEquals")?,
            Test::Address { negated } => write!(f, "{}IpAddress", not(negated))?,
            Test::Arn { negated } => write!(f, "Arn{}Like", not(negated))?,
            Test::Null => f.write_str("Null")?,
        }
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

fn test(name: &str) -> Option<Test> {
    let text = |negated, ignore_case, like| Some(Test::Text { negated, ignore_case, like });
    match name {
        "stringequals" => text(false, false, false),
        "stringnotequals" => text(true, false, false),
        "stringequalsignorecase" => text(false, true, false),
        "stringnotequalsignorecase" => text(true, true, false),
        "stringlike" => text(false, false, true),
        "stringnotlike" => text(true, false, true),
        "bool" => Some(Test::Bool),
        "binaryequals" => Some(Test::Binary),
        "ipaddress" => Some(Test::Address { negated: false }),
        "notipaddress" => Some(Test::Address { negated: true }),
        "arnequals" | "arnlike" => Some(Test::Arn { negated: false }),
        "arnnotequals" | "arnnotlike" => Some(Test::Arn { negated: true }),
        "null" => Some(Test::Null),
        _ => {
            let number = name.strip_prefix("numeric").and_then(order).map(Test::Number);
            number.or_else(|| name.strip_prefix("date").and_then(order).map(Test::Date))
        }
    }
}

fn order(name: &str) -> Option<Order> {
    match name {
        "equals" => Some(Order::Equals),
        "notequals" => Some(Order::NotEquals),
        "lessthan" => Some(Order::LessThan),
        "lessthanequals" => Some(Order::LessThanEquals),
        "greaterthan" => Some(Order::GreaterThan),
        "greaterthanequals" => Some(Order::GreaterThanEquals),
        _ => None,
    }
}
