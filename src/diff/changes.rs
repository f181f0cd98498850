//! The paths at which two values differ.

use std::fmt;

use crate::cfn::{Value, ValueKind, same};

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// An entry of an object.
    Key(String),
    /// An item of a list.
    Item(usize),
}

/// A difference: where, and what stands there in the old and the new.
#[derive(Debug, Clone)]
pub(super) struct Change<'v> {
    pub(super) path: Vec<Step>,
    pub(super) from: Option<&'v Value>,
    pub(super) to: Option<&'v Value>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) => write!(f, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Item(at) => write!(f, "/{at}"),
        }
    }
}

/// A path as a JSON pointer below a root.
pub(super) fn pointer(root: &str, path: &[Step]) -> String {
    let steps: String = path.iter().map(Step::to_string).collect();
    format!("{root}{steps}")
}

/// All differences, in the order of the new value, those of the old one alone last. The deepest place is named at which two values of one
/// form differ.
pub(super) fn changes<'v>(from: Option<&'v Value>, to: Option<&'v Value>) -> Vec<Change<'v>> {
    let mut found = Vec::new();
    compare(&mut Vec::new(), from, to, &mut found);
    found
}

fn compare<'v>(path: &mut Vec<Step>, from: Option<&'v Value>, to: Option<&'v Value>, found: &mut Vec<Change<'v>>) {
    let (Some(old), Some(new)) = (from, to) else {
        if from.is_some() || to.is_some() {
            found.push(Change { path: path.clone(), from, to });
        }
        return;
    };
    match (&old.kind, &new.kind) {
        (ValueKind::Map(olds), ValueKind::Map(news)) => {
            for (key, new) in news {
                inside(path, Step::Key(key.clone()), olds.get(key), Some(new), found);
            }
            for (key, old) in olds.iter().filter(|(key, _)| !news.contains_key(*key)) {
                inside(path, Step::Key(key.clone()), Some(old), None, found);
            }
        }
        (ValueKind::List(olds), ValueKind::List(news)) => lists(path, olds, news, found),
        (
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_),
            _,
        ) => {
            if !same(old, new) {
                found.push(Change { path: path.clone(), from, to });
            }
        }
    }
}

fn inside<'v>(
    path: &mut Vec<Step>,
    step: Step,
    from: Option<&'v Value>,
    to: Option<&'v Value>,
    found: &mut Vec<Change<'v>>,
) {
    path.push(step);
    compare(path, from, to, found);
    path.pop();
}

fn lists<'v>(path: &mut Vec<Step>, olds: &'v [Value], news: &'v [Value], found: &mut Vec<Change<'v>>) {
    let pairs = if let (Some(old_keys), Some(new_keys)) = (keys(olds), keys(news)) {
        by_key(&old_keys, &new_keys)
    } else if is_a_set(olds) && is_a_set(news) {
        as_sets(olds, news)
    } else {
        in_order(olds, news)
    };
    for (old, new) in pairs {
        let at = new.or(old).unwrap_or_default();
        inside(path, Step::Item(at), old.and_then(|at| olds.get(at)), new.and_then(|at| news.get(at)), found);
    }
}

/// Items that belong together: the place in the old list and the one in the new.
type Pairs = Vec<(Option<usize>, Option<usize>)>;

/// The keys of a list of tags or the like: what identifies each item, if every item has one and no two are the same.
fn keys(items: &[Value]) -> Option<Vec<String>> {
    let mut keys: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let key = item.get("Key").or_else(|| item.get("Sid"))?.scalar()?;
        if keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    Some(keys)
}

fn by_key(olds: &[String], news: &[String]) -> Pairs {
    let place = |all: &[String], key: &String| all.iter().position(|other| other == key);
    let mut pairs: Pairs = news.iter().enumerate().map(|(at, key)| (place(olds, key), Some(at))).collect();
    pairs.extend(olds.iter().enumerate().filter(|(_, key)| !news.contains(key)).map(|(at, _)| (Some(at), None)));
    pairs
}

/// Whether the order of a list says nothing: statements of a policy, and what a statement lists.
fn is_a_set(items: &[Value]) -> bool {
    let is_statement = |item: &Value| item.get("Effect").is_some();
    !items.is_empty() && items.iter().all(is_statement)
}

/// Equal items belong together wherever they stand; the rest in their order.
fn as_sets(olds: &[Value], news: &[Value]) -> Pairs {
    let mut free: Vec<usize> = (0..olds.len()).collect();
    let mut pairs: Pairs = Vec::new();
    for (at, new) in news.iter().enumerate() {
        let equal = free.iter().position(|old| olds.get(*old).is_some_and(|old| same(old, new)));
        match equal {
            Some(found) => pairs.push((Some(free.remove(found)), Some(at))),
            None => pairs.push((None, Some(at))),
        }
    }
    pair_the_rest(&mut pairs, free);
    pairs
}

/// What is equal at both ends belongs together; what is between them, in its order.
fn in_order(olds: &[Value], news: &[Value]) -> Pairs {
    let equal = |pair: &(&Value, &Value)| same(pair.0, pair.1);
    let before = olds.iter().zip(news).take_while(equal).count();
    let rest = olds.len().min(news.len()) - before;
    let after = olds.iter().rev().zip(news.iter().rev()).take(rest).take_while(equal).count();
    let mut pairs: Pairs = (before..news.len() - after).map(|at| (None, Some(at))).collect();
    pair_the_rest(&mut pairs, (before..olds.len() - after).collect());
    pairs
}

fn pair_the_rest(pairs: &mut Pairs, free: Vec<usize>) {
    let mut free = free.into_iter();
    for pair in pairs.iter_mut().filter(|(old, _)| old.is_none()) {
        pair.0 = free.next();
    }
    pairs.extend(free.map(|at| (Some(at), None)));
}

/// Whether two values are certain to differ once everything is known. `is_new` says of a resource that it is certain to be another one.
pub(super) fn surely_differ(from: Option<&Value>, to: Option<&Value>, is_new: &dyn Fn(&str) -> bool) -> bool {
    use crate::cfn::Open;
    let (Some(from), Some(to)) = (from, to) else { return true };
    let mut of_new = false;
    to.each_open(&mut |open| {
        if let Open::Resource(id) | Open::Attribute(id, _) = open {
            of_new |= is_new(id);
        }
    });
    if of_new || !from.is_open() && !to.is_open() {
        return true;
    }
    let (from, to) = (text_parts(from), text_parts(to));
    let equal = |pair: &(&&Value, &&Value)| same(pair.0, pair.1);
    let before = from.iter().zip(&to).take_while(equal).count();
    let rest = from.len().min(to.len()) - before;
    let after = from.iter().rev().zip(to.iter().rev()).take(rest).take_while(equal).count();
    let (from, to) = (from.get(before..from.len() - after), to.get(before..to.len() - after));
    match (from.unwrap_or_default(), to.unwrap_or_default()) {
        // Beside what is equal, known text stands against known text, or against nothing.
        ([one], [other]) => match (one.scalar(), other.scalar()) {
            (Some(_), Some(_)) => true,
            (None, None) => are_two_resources(one, other),
            (Some(_), None) | (None, Some(_)) => false,
        },
        ([one], []) | ([], [one]) => one.scalar().is_some(),
        _ => false,
    }
}

fn are_two_resources(one: &Value, other: &Value) -> bool {
    use crate::cfn::Open;
    match (&one.kind, &other.kind) {
        (ValueKind::Open(Open::Resource(one)), ValueKind::Open(Open::Resource(other))) => one != other,
        (ValueKind::Open(Open::Attribute(one, a)), ValueKind::Open(Open::Attribute(other, b))) => {
            one != other && a == b
        }
        (
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Text(_)
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Open(_),
            _,
        ) => false,
    }
}

fn text_parts(value: &Value) -> Vec<&Value> {
    match &value.kind {
        ValueKind::Open(crate::cfn::Open::Text(parts)) => parts.iter().collect(),
        ValueKind::Null
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::Text(_)
        | ValueKind::List(_)
        | ValueKind::Map(_)
        | ValueKind::Open(_) => vec![value],
    }
}
