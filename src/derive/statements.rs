//! Statements of policies: actions, resources and conditions gathered, equal parts merged, written down.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::limits::MAX_CONDITION_CASES;
use crate::base::{IndexMap, Symbol};
use crate::catalog::{KeyType, catalog};
use crate::derive::build::Build;
use crate::derive::facts;
use crate::derive::refs::{Atom, Place, expand_for, joined};
use crate::derive::template::{Json, Tree};
use crate::derive::text::pascal;
use crate::eval::model::{Condition, ConditionValue, Effect, Model, Permission, Statement};
use crate::eval::origin::Origin;
use crate::eval::value::Template;
use crate::syntax::ast::ConditionOperator;

/// The version of the policy language.
const VERSION: &str = "2012-10-17";
/// The operator that asks whether a key is there.
const NULL: &str = "Null";
/// The longest statement id we make.
const LONGEST_SID: usize = 64;

/// A statement whose references are still open, so that equal ones are equal wherever they will stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// Allow or Deny.
    pub effect: Effect,
    /// Who, in a resource's policy: `AWS`, `Service` or `Federated` with its value, or nothing for everyone.
    pub principal: Option<Who>,
    /// `service:Action`, sorted.
    pub actions: BTreeSet<Symbol>,
    /// ARNs or `*`.
    pub resources: BTreeSet<Vec<Atom>>,
    /// By operator and key.
    pub conditions: BTreeMap<(String, String), BTreeSet<Vec<Atom>>>,
    /// The verbs as written, for the statement's id.
    pub verbs: BTreeSet<String>,
    /// What it is about, for the statement's id.
    pub about: BTreeSet<String>,
    /// Its cause.
    pub origin: Origin,
}

/// A principal in a resource's policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Everyone.
    Everyone,
    /// Somebody: the kind, as policies call it, and the value.
    One(&'static str, Vec<Atom>),
}

impl Open {
    /// One permission of a statement.
    pub fn of(model: &Model, statement: &Statement, permission: &Permission, place: Place) -> Open {
        // What a grant calls `region` is that of what it is about.
        let role = match &statement.who {
            crate::eval::model::Who::Role(role) => Some(*role),
            crate::eval::model::Who::Other(_) => None,
        };
        let home = statement.target.or(role).map_or(place.stack, |id| model.resource(id).stack);
        let write = |text: &Template| joined(expand_for(model, text, home, place));
        let mut conditions: BTreeMap<(String, String), BTreeSet<Vec<Atom>>> = BTreeMap::new();
        for condition in &permission.conditions {
            let Asks { operator, present } = asks(condition, statement.effect);
            let key = condition.key.as_str().to_owned();
            if present {
                let there = conditions.entry((NULL.to_owned(), key.clone())).or_default();
                there.insert(vec![Atom::Text("false".into())]);
            }
            conditions.entry((operator, key)).or_default().extend(values(condition, &write));
        }
        let about = match statement.target {
            Some(target) => pascal(&model.resource(target).id),
            None => String::new(),
        };
        let verbs = statement.verbs.iter().map(|verb| pascal(last(verb.as_str()))).collect();
        Open {
            effect: statement.effect,
            principal: None,
            actions: permission.actions.iter().copied().collect(),
            resources: permission.resources.iter().map(write).collect(),
            conditions,
            verbs,
            about: BTreeSet::from([about]),
            origin: if permission.origin == Origin::INHERITED { statement.origin } else { permission.origin },
        }
    }

    /// Everything that it refers to.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        let conditions = self.conditions.values().flatten();
        let principal = match &self.principal {
            Some(Who::One(_, atoms)) => Some(atoms),
            Some(Who::Everyone) | None => None,
        };
        self.resources.iter().chain(conditions).chain(principal).flatten()
    }

    /// What its statement is called, unless another one is called so.
    pub fn name(&self) -> String {
        let words = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<String>();
        let effect = match self.effect {
            Effect::Allow => "",
            Effect::Deny => "Deny",
        };
        let long = format!("{effect}{}{}", words(&self.verbs), words(&self.about));
        if long.len() <= LONGEST_SID { long } else { format!("{effect}{}", words(&self.about)) }
    }
}

/// `GetObject` of `s3:GetObject`; a verb is its own.
fn last(verb: &str) -> &str {
    match verb.rsplit_once(':') {
        Some((_, "*")) => "All",
        Some((_, action)) => action,
        None => verb,
    }
}

/// The statements with equal parts merged, in an order that depends on nothing but their content.
pub fn merged(statements: Vec<Open>) -> Vec<Open> {
    let mut statements = statements;
    // Each step can make others alike: actions of equal resources, resources of equal actions, values of equal keys.
    loop {
        let before = statements.len();
        statements = unite(statements, |one, other| {
            let alike = one.conditions == other.conditions && one.resources == other.resources;
            if alike {
                one.actions.extend(other.actions.iter().copied());
            }
            alike
        });
        statements = unite(statements, |one, other| {
            let alike = one.conditions == other.conditions && one.actions == other.actions;
            if alike {
                one.resources.extend(other.resources.iter().cloned());
            }
            alike
        });
        statements = unite(statements, |one, other| {
            one.actions == other.actions && one.resources == other.resources && widen(one, other)
        });
        if statements.len() == before {
            break;
        }
    }
    statements.sort_by(|a, b| {
        let key = |open: &Open| (open.effect, open.principal.clone(), open.actions.clone(), open.resources.clone());
        key(a).cmp(&key(b)).then_with(|| a.conditions.cmp(&b.conditions))
    });
    statements
}

/// Conditions that differ in the values of one key only, of which one has to fit, are one condition with the values of both.
fn widen(one: &mut Open, other: &Open) -> bool {
    let same_keys = one.conditions.len() == other.conditions.len() && one.conditions.keys().eq(other.conditions.keys());
    if !same_keys {
        return false;
    }
    let mut differ = one.conditions.iter().zip(&other.conditions).filter(|((_, own), (_, others))| own != others);
    let (Some(((key, _), (_, more))), None) = (differ.next(), differ.next()) else { return false };
    let (operator, _) = key;
    // "None of these" and "all of these" would change their meaning; so would a bound.
    let positive = ["StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress", "NumericEquals", "DateEquals"];
    if !positive.contains(&operator.as_str()) {
        return false;
    }
    let (key, more) = (key.clone(), more.clone());
    let after = |(own, values): (&(String, String), &BTreeSet<Vec<Atom>>)| {
        if *own == key { values.union(&more).count() } else { values.len() }
    };
    if one.conditions.iter().map(after).product::<usize>() > MAX_CONDITION_CASES {
        return false;
    }
    one.conditions.entry(key).or_default().extend(more);
    true
}

/// Statements of the same effect and principal put together where `join` can.
fn unite(statements: Vec<Open>, join: impl Fn(&mut Open, &Open) -> bool) -> Vec<Open> {
    let mut united: Vec<Open> = Vec::new();
    for statement in statements {
        let same = |known: &Open| (known.effect, &known.principal) == (statement.effect, &statement.principal);
        match united.iter_mut().find_map(|known| (same(known) && join(known, &statement)).then_some(known)) {
            Some(known) => {
                known.verbs.extend(statement.verbs);
                known.about.extend(statement.about);
            }
            None => united.push(statement),
        }
    }
    united
}

impl Build<'_> {
    /// A policy document.
    pub fn document(&mut self, statements: Vec<Open>, place: Place) -> Tree {
        let statements = self.statement_trees(statements, place, &BTreeSet::new());
        Tree::map([("Version", Tree::text(VERSION)), ("Statement", Tree::list(statements))])
    }

    /// Merged and written down, with ids that differ from each other and from those that are taken.
    pub fn statement_trees(&mut self, statements: Vec<Open>, place: Place, taken: &BTreeSet<String>) -> Vec<Tree> {
        let statements = merged(statements);
        let mut taken = taken.clone();
        let mut trees = Vec::new();
        for statement in statements {
            let sid = free_sid(&statement.name(), &taken);
            taken.extend(sid.clone());
            trees.push(self.statement(statement, sid, place));
        }
        trees
    }

    fn statement(&mut self, open: Open, sid: Option<String>, place: Place) -> Tree {
        let origin = open.origin;
        self.within = origin;
        let mut entries: IndexMap<String, Tree> = IndexMap::default();
        if let Some(sid) = sid {
            entries.insert("Sid".into(), Tree::text(sid));
        }
        let effect = match open.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        entries.insert("Effect".into(), Tree::text(effect));
        match open.principal {
            None => {}
            Some(Who::Everyone) => {
                entries.insert("Principal".into(), Tree::text("*"));
            }
            Some(Who::One(kind, atoms)) => {
                let value = self.tree(atoms, place, origin);
                entries.insert("Principal".into(), Tree::map([(kind, value)]));
            }
        }
        let actions = open.actions.iter().map(|action| Tree::text(action.as_str()));
        entries.insert("Action".into(), Tree::list(actions));
        let mut resources: Vec<Tree> =
            open.resources.into_iter().map(|atoms| self.tree(atoms, place, Origin::INHERITED)).collect();
        let is_everything = |tree: &Tree| tree.json == Json::Text("*".to_owned());
        let resource = match resources.pop() {
            Some(only) if resources.is_empty() && is_everything(&only) => only,
            Some(last) => {
                resources.push(last);
                Tree::list(resources)
            }
            None => Tree::text("*"),
        };
        entries.insert("Resource".into(), resource);
        if !open.conditions.is_empty() {
            let mut operators: IndexMap<String, Tree> = IndexMap::default();
            for ((operator, key), values) in open.conditions {
                let mut values: Vec<Tree> =
                    values.into_iter().map(|atoms| self.tree(atoms, place, Origin::INHERITED)).collect();
                let value = match values.pop() {
                    Some(only) if values.is_empty() => only,
                    last => {
                        values.extend(last);
                        Tree::list(values)
                    }
                };
                let keys = operators.entry(operator).or_insert_with(|| Tree::map::<String>([]));
                if let Json::Map(keys) = &mut keys.json {
                    keys.insert(key, value);
                }
            }
            entries.insert("Condition".into(), Tree::map(operators));
        }
        Tree::map(entries).because(origin)
    }
}

/// A name that is free, with a number behind it if need be; none if there is nothing to call it by.
fn free_sid(name: &str, taken: &BTreeSet<String>) -> Option<String> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    if name.is_empty() || name.len() > LONGEST_SID {
        return None;
    }
    let numbered = (2..).map(|number| format!("{name}{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|sid| !taken.contains(sid))
}

/// What IAM is asked of a key.
pub struct Asks {
    /// The operator.
    pub operator: String,
    /// Whether the key has to be there besides.
    pub present: bool,
}

/// IAM's operator: it follows the type of the key. Of a key with many values, a permission asks that all of them fit and that there are
/// some, and a denial that one does; where the key says what somebody is, one that fits is enough for a permission too.
pub fn asks(condition: &Condition, effect: Effect) -> Asks {
    let name = compares(condition);
    let many = catalog().condition_key(condition.key.as_str()).is_some_and(|key| key.many);
    let negated = condition.operator == ConditionOperator::NotEqual;
    match (many, effect) {
        (false, _) => Asks { operator: name.to_owned(), present: false },
        (true, Effect::Allow) if negated || !facts::says_what_one_is(condition.key.as_str()) => {
            Asks { operator: format!("ForAllValues:{name}"), present: !negated }
        }
        (true, Effect::Allow | Effect::Deny) => Asks { operator: format!("ForAnyValue:{name}"), present: false },
    }
}

fn compares(condition: &Condition) -> &'static str {
    use ConditionOperator as Op;
    let key = catalog().condition_key(condition.key.as_str());
    let is_bool = condition.values.iter().any(|value| matches!(value, ConditionValue::Bool(_)));
    let is_number = condition.values.iter().any(|value| matches!(value, ConditionValue::Int(_)));
    let ty = match key.map(|key| key.value) {
        Some(ty) => ty,
        None if is_bool => KeyType::Bool,
        None if is_number => KeyType::Numeric,
        None => KeyType::String,
    };
    match (ty, condition.operator) {
        (KeyType::Bool, _) => "Bool",
        (KeyType::IpAddress, Op::NotEqual) => "NotIpAddress",
        (KeyType::IpAddress, _) => "IpAddress",
        (KeyType::Arn, Op::NotEqual) => "ArnNotEquals",
        (KeyType::Arn, Op::Like) => "ArnLike",
        (KeyType::Arn, _) => "ArnEquals",
        (KeyType::Date, Op::NotEqual) => "DateNotEquals",
        (KeyType::Date, Op::Less) => "DateLessThan",
        (KeyType::Date, Op::LessEqual) => "DateLessThanEquals",
        (KeyType::Date, Op::Greater) => "DateGreaterThan",
        (KeyType::Date, Op::GreaterEqual) => "DateGreaterThanEquals",
        (KeyType::Date, Op::Equal | Op::In | Op::Like) => "DateEquals",
        (KeyType::Numeric, Op::NotEqual) => "NumericNotEquals",
        (_, Op::Less) => "NumericLessThan",
        (_, Op::LessEqual) => "NumericLessThanEquals",
        (_, Op::Greater) => "NumericGreaterThan",
        (_, Op::GreaterEqual) => "NumericGreaterThanEquals",
        (KeyType::Numeric, Op::Equal | Op::In | Op::Like) => "NumericEquals",
        (KeyType::String, Op::NotEqual) => "StringNotEquals",
        (KeyType::String, Op::Like) => "StringLike",
        (KeyType::String, Op::Equal | Op::In) => "StringEquals",
    }
}

fn values<'a>(
    condition: &'a Condition,
    write: &'a impl Fn(&Template) -> Vec<Atom>,
) -> impl Iterator<Item = Vec<Atom>> + 'a {
    let negated = condition.operator == ConditionOperator::NotEqual;
    condition.values.iter().map(move |value| match value {
        ConditionValue::Text(text) => write(text),
        // There is no operator for "not this boolean".
        ConditionValue::Bool(value) => vec![Atom::Text((*value != negated).to_string())],
        ConditionValue::Int(number) => vec![Atom::Text(number.to_string())],
    })
}
