//! The platform with something else in it.

use super::anywhere;
use crate::system::{Environment, Variant};
use crate::tree::want;

/// Every other form.
pub static VARIANTS: [Variant; 1] = [Variant {
    facts: &["UK-020"],
    name: "development-with-firewalls-alone",
    make: |source| source.replace("firewalls   = false", "firewalls   = true"),
    environment: Environment { folder: "dev", id: "dev" },
    check: |e| {
        let edge = e.one("edge", "AWS::WAFv2::WebACL")?;
        e.one("main", "AWS::WAFv2::WebACL")?;
        for ty in ["AWS::CloudTrail::Trail", "AWS::Backup::BackupPlan", "AWS::Chatbot::SlackChannelConfiguration"] {
            let found = anywhere(e, ty)?;
            want(found.is_empty(), || format!("{found:?}"))?;
        }
        edge.is("Scope", "CLOUDFRONT")
    },
}];
