//! Which types' values belong in a property, and which attribute of each.

use super::texts;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the types that properties refer to.
pub struct Targets<'a> {
    types: BTreeMap<&'a str, &'a Value>,
    overrides: &'a Value,
}

impl<'a> Targets<'a> {
    /// Of all types.
    pub fn new(entries: &[(&'a String, &'a Value)], overrides: &'a Value) -> Targets<'a> {
        Targets { types: entries.iter().map(|(name, entry)| (name.as_str(), *entry)).collect(), overrides }
    }

    /// A reference such as `AWS::IAM::Role.Arn`, and those that are as good.
    pub fn alike(&self, reference: &str) -> BTreeSet<String> {
        let others = texts(&self.overrides["alike"][reference]["references"]);
        others.into_iter().chain([reference]).map(str::to_owned).collect()
    }

    /// Whether a resource of the type gives such an attribute. Some relationships only say that both have the same property.
    pub fn gives(&self, reference: &str) -> bool {
        let Some((name, attribute)) = reference.rsplit_once('.') else { return false };
        let Some(entry) = self.types.get(name) else { return true };
        let listed = |key: &str| texts(&entry[key]).contains(&attribute);
        let stated = &self.overrides["refs"][name]["paths"];
        ["Arn", "Id", "Name"].contains(&attribute)
            || listed("attributes")
            || listed("primaryIdentifier")
            || listed("ref")
            || texts(stated).contains(&attribute)
            || !entry["unlistedAttributes"][attribute].is_null()
    }
}
