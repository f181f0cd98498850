//! Waivers of outside judges' rules, in the form that each judge reads from `Metadata`.

use crate::base::{IndexMap, Span};
use crate::derive::build::Build;
use crate::derive::template::{Json, Tree};
use crate::eval::model::{Model, Waiver};
use crate::eval::origin::Origin;

/// An outside judge whose suppressions we can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judge {
    /// cfn-lint
    CfnLint,
    /// checkov
    Checkov,
    /// cdk-nag
    CdkNag,
    /// cfn-nag
    CfnNag,
    /// CloudFormation Guard
    Guard,
}

/// How waivers begin that speak to an outside judge.
pub const JUDGES: [(&str, Judge); 5] = [
    ("cfn_lint", Judge::CfnLint),
    ("checkov", Judge::Checkov),
    ("cdk_nag", Judge::CdkNag),
    ("cfn_nag", Judge::CfnNag),
    ("guard", Judge::Guard),
];

/// The judge and its rule, if a waiver names one: `checkov.CKV_AWS_18`.
pub fn outside(rule: &str) -> Option<(Judge, &str)> {
    let (judge, rule) = rule.split_once('.')?;
    let (_, judge) = JUDGES.iter().find(|(name, _)| *name == judge)?;
    Some((*judge, rule))
}

/// Whether a waiver covers what has an origin: it, or what led there, was declared behind the mark.
pub fn covers(model: &Model, waiver: &Waiver, origin: Origin) -> bool {
    let mut at = origin;
    while let Some(cause) = model.origins.get(at) {
        if within(cause.span, waiver.covers) {
            return true;
        }
        at = cause.through;
    }
    false
}

/// Whether a waiver of an outside judge's rule speaks of a resource: its type, and where it came from.
pub fn suppresses(model: &Model, waiver: &Waiver, ty: &str, origin: Origin) -> bool {
    let of_the_kind = waiver.types.is_empty() || waiver.types.iter().any(|wanted| *wanted == ty);
    of_the_kind && (waiver.everywhere || covers(model, waiver, origin))
}

/// Whether a place lies within another.
pub fn within(inner: Span, outer: Span) -> bool {
    !inner.is_none() && outer.contains(inner)
}

impl Build<'_> {
    /// Suppressions on every resource that such a waiver covers, also on what was added for it.
    pub fn suppressions(&mut self) {
        let model = self.model;
        for waiver in &model.waivers {
            let Some((judge, rule)) = outside(waiver.rule.as_str()) else { continue };
            let reason = waiver.because.clone().unwrap_or_default();
            for template in &mut self.templates {
                for resource in template.resources.values_mut() {
                    if suppresses(model, waiver, &resource.ty, resource.origin) {
                        let metadata =
                            resource.attributes.entry("Metadata".to_owned()).or_insert_with(|| Tree::map::<String>([]));
                        suppress(metadata, judge, rule, &reason);
                    }
                }
            }
        }
    }
}

fn suppress(metadata: &mut Tree, judge: Judge, rule: &str, reason: &str) {
    let with_reason = |key: &str| Tree::map([("id", Tree::text(rule)), (key, Tree::text(reason))]);
    let (path, entry): (&[&str], Tree) = match judge {
        Judge::CfnLint => (&["cfn-lint", "config", "ignore_checks"], Tree::text(rule)),
        Judge::Checkov => (&["checkov", "skip"], with_reason("comment")),
        Judge::CdkNag => (&["cdk_nag", "rules_to_suppress"], with_reason("reason")),
        Judge::CfnNag => (&["cfn_nag", "rules_to_suppress"], with_reason("reason")),
        Judge::Guard => (&["guard", "SuppressedRules"], Tree::text(rule)),
    };
    append(metadata, path, entry);
}

/// Appends to the list at a path, making what is missing on the way; an equal entry is not added again.
fn append(tree: &mut Tree, path: &[&str], entry: Tree) {
    match path {
        [] => {
            if let Json::List(items) = &mut tree.json
                && !items.contains(&entry)
            {
                items.push(entry);
            }
        }
        [first, rest @ ..] => {
            if !matches!(tree.json, Json::Map(_)) {
                tree.json = Json::Map(IndexMap::default());
            }
            if let Json::Map(entries) = &mut tree.json {
                let made = if rest.is_empty() { Tree::list([]) } else { Tree::map::<String>([]) };
                append(entries.entry((*first).to_owned()).or_insert(made), rest, entry);
            }
        }
    }
}
