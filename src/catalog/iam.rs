//! IAM: services, actions, kinds of resource, condition keys.

use super::catalog;
use super::data::{List, Texts, bytes, text, word};
use super::layout::*;

/// A service, by its prefix in policies.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Service(u32);

impl Service {
    pub(super) fn at(record: u32) -> Service {
        Service(record)
    }

    /// As in `s3`.
    pub fn prefix(self) -> &'static str {
        text(word(self.0, S_PREFIX))
    }

    /// As in `Amazon S3`.
    pub fn name(self) -> &'static str {
        text(word(self.0, S_NAME))
    }

    /// Whether resource control policies apply to it.
    pub fn takes_resource_control_policies(self) -> bool {
        word(self.0, S_RCP) == 1
    }

    /// Its actions, sorted without regard to case.
    pub fn actions(self) -> impl Iterator<Item = Action> + Clone {
        List::of(self.0, S_ACTIONS).words().map(Action)
    }

    /// One action, by its name without prefix; case is ignored.
    pub fn action(self, name: &str) -> Option<Action> {
        let list = List::of(self.0, S_ACTIONS);
        let wanted = || name.bytes().map(|byte| byte.to_ascii_lowercase());
        let lower = |record| bytes(word(record, A_NAME)).iter().map(u8::to_ascii_lowercase);
        list.find(1, |record| lower(record).cmp(wanted())).map(|at| Action(list.get(at)))
    }

    /// The actions that a pattern such as `Get*` names, in which `*` is any text and `?` one character.
    pub fn actions_like(self, pattern: &str) -> impl Iterator<Item = Action> {
        self.actions().filter(move |action| like(pattern.as_bytes(), action.name().as_bytes()))
    }

    /// The kinds of resource it has, sorted.
    pub fn resource_kinds(self) -> impl Iterator<Item = ResourceKind> + Clone {
        List::of(self.0, S_RESOURCES).words().map(ResourceKind)
    }

    /// One kind of resource.
    pub fn resource_kind(self, name: &str) -> Option<ResourceKind> {
        let list = List::of(self.0, S_RESOURCES);
        list.find(1, |record| bytes(word(record, R_NAME)).cmp(name.as_bytes())).map(|at| ResourceKind(list.get(at)))
    }

    /// Its own condition keys, sorted.
    pub fn condition_keys(self) -> impl Iterator<Item = ConditionKey> + Clone {
        List::of(self.0, S_KEYS).pairs().map(ConditionKey::of)
    }

    /// One of its condition keys; case is ignored, and `s3:ExistingObjectTag/team` finds `s3:ExistingObjectTag/<key>`.
    pub fn condition_key(self, name: &str) -> Option<ConditionKey> {
        ConditionKey::among(List::of(self.0, S_KEYS), name)
    }
}

/// What an action does.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Lists resources.
    List,
    /// Reads them.
    Read,
    /// Changes them.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
    /// Changes tags alone.
    Tagging,
}

/// The order of [`ACCESS_LEVELS`].
const LEVELS: [AccessLevel; ACCESS_LEVELS.len()] = [
    AccessLevel::List,
    AccessLevel::Read,
    AccessLevel::Write,
    AccessLevel::PermissionsManagement,
    AccessLevel::Tagging,
];

/// An action.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Action(u32);

impl Action {
    /// Its name without prefix, as in `GetObject`.
    pub fn name(self) -> &'static str {
        text(word(self.0, A_NAME))
    }

    /// Its service's prefix, as in `s3`.
    pub fn prefix(self) -> &'static str {
        text(word(self.0, A_SERVICE))
    }

    /// Its service.
    pub fn service(self) -> Option<Service> {
        catalog().service(self.prefix())
    }

    /// Its access levels: mostly one; tagging and permissions management are writing, too.
    pub fn levels(self) -> impl Iterator<Item = AccessLevel> {
        let bits = word(self.0, A_ACCESS);
        (0..).zip(LEVELS).filter(move |(bit, _)| bits & 1 << bit != 0).map(|(_, level)| level)
    }

    /// The kinds of resource it takes; none means that it takes `*` alone.
    pub fn resources(self) -> impl Iterator<Item = ActionResource> + Clone {
        let prefix = self.prefix();
        List::of(self.0, A_RESOURCES).triples().map(move |(kind, required, conditions)| ActionResource {
            prefix,
            kind: text(kind),
            required: required == 1,
            conditions: Texts::at(conditions),
        })
    }

    /// The condition keys it reads, besides global ones and those of its resources.
    pub fn condition_keys(self) -> Texts {
        Texts::of(self.0, A_CONDITIONS)
    }

    /// Other actions, with prefix, that a caller may need besides it.
    pub fn dependents(self) -> Texts {
        Texts::of(self.0, A_DEPENDENTS)
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.prefix(), self.name())
    }
}

/// A kind of resource that an action takes.
#[derive(Copy, Clone, Debug)]
pub struct ActionResource {
    prefix: &'static str,
    /// Its name, as in `object`.
    pub kind: &'static str,
    /// A statement without one of these does not allow the action.
    pub required: bool,
    /// Condition keys that apply with this kind.
    pub conditions: Texts,
}

impl ActionResource {
    /// More about it.
    pub fn resource_kind(self) -> Option<ResourceKind> {
        catalog().service(self.prefix)?.resource_kind(self.kind)
    }
}

/// A kind of resource in policies.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct ResourceKind(u32);

impl ResourceKind {
    /// As in `object`.
    pub fn name(self) -> &'static str {
        text(word(self.0, R_NAME))
    }

    /// Its service's prefix.
    pub fn prefix(self) -> &'static str {
        text(word(self.0, R_SERVICE))
    }

    /// As in `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    pub fn arn(self) -> &'static str {
        text(word(self.0, R_ARN))
    }

    /// Condition keys that it has values for.
    pub fn condition_keys(self) -> Texts {
        Texts::of(self.0, R_CONDITIONS)
    }
}

/// The type of a condition key's value.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// True or false.
    Bool,
    /// A number.
    Numeric,
    /// A date and time.
    Date,
    /// An address or range.
    IpAddress,
}

/// What stands in a key's name where the caller says a tag's.
const TAG_KEY: &str = "tag-key";

/// A condition key.
#[derive(Copy, Clone, Debug)]
pub struct ConditionKey {
    /// As in `aws:SourceArn`; what the caller fills in stands as `${TagKey}`, `<key>` or `tag-key`.
    pub name: &'static str,
    /// The type of its value.
    pub value: KeyType,
    /// It has many values, which `ForAllValues` and `ForAnyValue` speak of.
    pub many: bool,
}

impl ConditionKey {
    pub(super) fn of((name, value): (u32, u32)) -> ConditionKey {
        let value = text(value);
        let single = value.strip_prefix("ArrayOf");
        let many = single.is_some();
        let value = match single.unwrap_or(value) {
            "ARN" => KeyType::Arn,
            "Bool" => KeyType::Bool,
            "Numeric" => KeyType::Numeric,
            "Date" => KeyType::Date,
            "IPAddress" => KeyType::IpAddress,
            _ => KeyType::String,
        };
        ConditionKey { name: text(name), value, many }
    }

    /// The first of several that a policy's key is.
    pub(super) fn among(keys: List, name: &str) -> Option<ConditionKey> {
        // The first letters tell most of them apart, before anything is made of them. What the caller fills in comes later than that.
        const FIRST: usize = 5;
        let wanted = name.as_bytes().get(..FIRST);
        let begins_alike = |own: &[u8]| match (own.get(..FIRST), wanted) {
            (Some(first), Some(wanted))
                if own.len() > FIRST + TAG_KEY.len() && !first.iter().any(|byte| b"$<".contains(byte)) =>
            {
                first.eq_ignore_ascii_case(wanted)
            }
            _ => true,
        };
        keys.pairs().filter(|(own, _)| begins_alike(bytes(*own))).map(ConditionKey::of).find(|key| key.stands_for(name))
    }

    /// Whether a policy's key is this one.
    pub fn stands_for(self, name: &str) -> bool {
        if self.name.eq_ignore_ascii_case(name) {
            return true;
        }
        let open = self.name.find(['$', '<']).or_else(|| self.name.strip_suffix(TAG_KEY).map(str::len));
        let start = open.and_then(|at| self.name.get(..at));
        start.is_some_and(|start| {
            name.len() > start.len() && name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
        })
    }
}

/// IAM's matching: `*` is any text, `?` one character, and case is ignored.
fn like(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from, mut retry) = (0, 0, None);
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, from));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || name.get(from).is_some_and(|byte| byte.eq_ignore_ascii_case(wanted)) => {
                at += 1;
                from += 1;
            }
            _ => match retry {
                Some((star, start)) => {
                    at = star + 1;
                    from = start + 1;
                    retry = Some((star, from));
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

macro_rules! debug_by_name {
    ($($kind:ident . $name:ident),*) => {$(
        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($kind), "({})"), self.$name())
            }
        }
    )*};
}
debug_by_name!(Service.prefix, Action.name, ResourceKind.name);
