//! Who gains and loses what: statements of the old and the new, compared as sets.

use indexmap::IndexMap;

use crate::base::Span;
use crate::diff::Pair;
use crate::diff::statements::{Statement, statements};

/// A change of access.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// What kind of change.
    pub change: AccessChange,
    /// Who.
    pub principal: String,
    /// May do what.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The statement that causes it: the new one, or the old one that goes away.
    pub span: Span,
}

/// How access changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessChange {
    /// There was none of this kind.
    Gained,
    /// There was some, and now there is more.
    Broadened,
    /// There is less.
    Narrowed,
    /// There is none left of this kind.
    Lost,
}

/// Compares the access that two templates give.
pub(super) fn compare(pairs: &[Pair<'_>]) -> Vec<Access> {
    let side = |pick: &dyn Fn(&Pair<'_>) -> Vec<Statement>| by_principal(pairs.iter().flat_map(pick).collect());
    let olds = side(&|pair| pair.old.map(statements).unwrap_or_default());
    let news = side(&|pair| pair.new.map(statements).unwrap_or_default());
    let mut found = Vec::new();
    let none = Vec::new();
    for (principal, news) in &news {
        compare_one(olds.get(principal).unwrap_or(&none), news, &mut found);
    }
    for (principal, olds) in &olds {
        if !news.contains_key(principal) {
            compare_one(olds, &none, &mut found);
        }
    }
    found.dedup();
    found.sort_by_key(|access| access.change);
    found
}

fn by_principal(all: Vec<Statement>) -> IndexMap<String, Vec<Statement>> {
    let mut grouped: IndexMap<String, Vec<Statement>> = IndexMap::new();
    for statement in all {
        grouped.entry(statement.principal.clone()).or_default().push(statement);
    }
    grouped
}

fn compare_one(olds: &[Statement], news: &[Statement], found: &mut Vec<Access>) {
    for new in news.iter().filter(|new| !olds.iter().any(|old| covers(old, new))) {
        let widens = olds.iter().any(|old| covers(new, old));
        let change = match (new.allows, widens) {
            (true, true) => AccessChange::Broadened,
            (true, false) => AccessChange::Gained,
            // What is denied is taken away from what is allowed.
            (false, true | false) => AccessChange::Narrowed,
        };
        found.push(access(change, new));
    }
    for old in olds.iter().filter(|old| !news.iter().any(|new| covers(new, old))) {
        let narrows = news.iter().any(|new| covers(old, new));
        let change = match (old.allows, narrows) {
            (true, true) => AccessChange::Narrowed,
            (true, false) => AccessChange::Lost,
            (false, true | false) => AccessChange::Broadened,
        };
        found.push(access(change, old));
    }
}

fn access(change: AccessChange, statement: &Statement) -> Access {
    Access {
        change,
        principal: statement.principal.clone(),
        action: if statement.allows { statement.action.clone() } else { format!("{} (denied)", statement.action) },
        resource: statement.resource.clone(),
        span: statement.span,
    }
}

/// Whether the first statement says at least what the second says.
fn covers(one: &Statement, other: &Statement) -> bool {
    one.allows == other.allows
        && (one.condition.is_empty() || one.condition == other.condition)
        && within(&one.action.to_ascii_lowercase(), &other.action.to_ascii_lowercase())
        && within(&one.resource, &other.resource)
}

/// Whether every text that matches the second pattern matches the first: its wildcards can only be taken by wildcards.
fn within(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    // Where the last `*` stood, and how much of the text it had taken.
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match (pattern.get(at), text.get(read)) {
            (Some('*'), _) => {
                star = Some((at, read));
                at += 1;
            }
            (Some(wanted), Some(found)) if wanted == found || *wanted == '?' && *found != '*' => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = place + 1;
                read = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_wildcard_is_within_a_wider_one_alone() {
        assert!(within("s3:*", "s3:getobject"));
        assert!(within("s3:*", "s3:get*"));
        assert!(!within("s3:get*", "s3:*"));
        assert!(within("arn:aws:s3:::a/*", "arn:aws:s3:::a/b/*"));
        assert!(!within("arn:aws:s3:::a/?", "arn:aws:s3:::a/*"));
        assert!(within("*", "all but x"));
        assert!(!within("a*b", "a"));
    }
}
