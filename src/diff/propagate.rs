//! What a replacement or a change means for those that refer to it.

use indexmap::IndexMap;

use crate::catalog::{Obtain, Texts};
use crate::cfn::{Evaluated, Open, Value, same};
use crate::diff::changes::{Step, pointer};
use crate::diff::classify::Known;
use crate::diff::resources::Outcome;
use crate::diff::{Action, Cause, CauseKind, Replacement};

/// Carries every change along references until nothing more follows.
pub(super) fn propagate(old: &Evaluated, new: &Evaluated, outcomes: &mut IndexMap<String, Outcome>) {
    let uses: Vec<Use<'_>> = new
        .resources
        .iter()
        .filter(|(id, _)| old.resources.contains_key(*id))
        .flat_map(|(id, resource)| uses(id, &resource.properties))
        .collect();
    // A resource can become worse twice at most: from never to maybe, from maybe to always.
    for _ in 0..=2 * outcomes.len() {
        let mut worse = false;
        for each in &uses {
            worse |= carry(each, old, new, outcomes);
        }
        if !worse {
            break;
        }
    }
}

/// A place in a resource that speaks of another one.
struct Use<'e> {
    user: &'e str,
    path: Vec<Step>,
    of: &'e str,
    attribute: Option<&'e str>,
    value: &'e Value,
}

fn uses<'e>(user: &'e str, properties: &'e Value) -> Vec<Use<'e>> {
    let mut found = Vec::new();
    walk(user, properties, &mut Vec::new(), &mut found);
    found
}

fn walk<'e>(user: &'e str, value: &'e Value, path: &mut Vec<Step>, found: &mut Vec<Use<'e>>) {
    if let Some(map) = value.map() {
        for (key, value) in map {
            path.push(Step::Key(key.clone()));
            walk(user, value, path, found);
            path.pop();
        }
    } else if let Some(items) = value.list() {
        for (at, value) in items.iter().enumerate() {
            path.push(Step::Item(at));
            walk(user, value, path, found);
            path.pop();
        }
    } else {
        value.each_open(&mut |open| {
            let (of, attribute) = match open {
                Open::Resource(id) => (id.as_str(), None),
                Open::Attribute(id, attribute) => (id.as_str(), Some(attribute.as_str())),
                Open::Pseudo(_)
                | Open::Parameter(_)
                | Open::Secret(..)
                | Open::Import(_)
                | Open::Text(_)
                | Open::Either(_)
                | Open::Call(..) => return,
            };
            if of != user {
                found.push(Use { user, path: path.clone(), of, attribute, value });
            }
        });
    }
}

/// Carries one change; whether anything became worse.
fn carry(each: &Use<'_>, old: &Evaluated, new: &Evaluated, outcomes: &mut IndexMap<String, Outcome>) -> bool {
    let Some(cause) = outcomes.get(each.of) else { return false };
    let (Some(was), Some(is)) = (old.resources.get(each.of), new.resources.get(each.of)) else { return false };
    let known = new.resources.get(each.user).map_or(Known::Nothing, |user| Known::of(&user.ty));
    let meaning = known.meaning(&each.path, None, None);
    let (requires, flows, from, to) = match cause.replacement {
        Replacement::Always => (meaning.requires, Flow::Surely, None, None),
        Replacement::Maybe => (meaning.requires.min(Replacement::Maybe), Flow::Surely, None, None),
        Replacement::Never => {
            let Some(attribute) = each.attribute else { return false };
            if cause.action != Action::Modify || !cause.causes.iter().any(|cause| cause.path.starts_with("/Properties"))
            {
                return false;
            }
            let path: Vec<&str> = attribute.split('.').collect();
            match (was.properties.at(&path), is.properties.at(&path)) {
                // The attribute gives back what the template sets.
                (Some(before), Some(after)) if same(before, after) => return false,
                (Some(before), Some(after)) => (meaning.requires, Flow::Surely, Some(before), Some(after)),
                (None, _) | (_, None) if stays(Known::of(&is.ty), attribute) => return false,
                (None, _) | (_, None) => (meaning.requires.min(Replacement::Maybe), Flow::Perhaps, None, None),
            }
        }
    };
    let through = each.attribute.map_or_else(|| each.of.to_owned(), |attribute| format!("{}.{attribute}", each.of));
    let made = Cause {
        path: pointer("/Properties", &each.path),
        kind: CauseKind::Propagated,
        requires,
        from: from.cloned().or_else(|| Some(each.value.clone())),
        to: to.cloned().or_else(|| Some(each.value.clone())),
        through: Some(through),
        span: each.value.span,
    };
    let Some(user) = outcomes.get_mut(each.user) else { return false };
    let known = user.causes.iter_mut().find(|known| known.path == made.path && known.through == made.through);
    match known {
        Some(known) if known.requires >= made.requires => return false,
        Some(known) => known.requires = made.requires,
        None => user.causes.push(made),
    }
    let sure = flows == Flow::Surely || requires > Replacement::Never;
    if user.action == Action::None && sure {
        user.action = Action::Modify;
    }
    user.replacement = user.replacement.max(requires);
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Surely,
    Perhaps,
}

/// Whether an attribute identifies the resource, so that no change in place gives it another value.
fn stays(known: Known, attribute: &str) -> bool {
    let Some(ty) = known.ty() else { return false };
    let listed = |mut texts: Texts| texts.any(|path| path.replace('/', ".") == attribute);
    listed(ty.primary_identifier())
        || listed(ty.ref_value())
        || ty.additional_identifiers().any(listed)
        || matches!(ty.arn(), Some(Obtain::GetAtt(arn)) if arn == attribute)
}
