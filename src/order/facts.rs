//! What AWS refuses to delete.

use crate::derive::template::{Json, Tree};

/// Types with a property that protects the resource, and its value where it is no boolean.
const PROTECTED: [(&str, &str, Option<&str>); 10] = [
    ("AWS::RDS::DBInstance", "DeletionProtection", None),
    ("AWS::RDS::DBCluster", "DeletionProtection", None),
    ("AWS::RDS::GlobalCluster", "DeletionProtection", None),
    ("AWS::DocDB::DBCluster", "DeletionProtection", None),
    ("AWS::Neptune::DBCluster", "DeletionProtection", None),
    ("AWS::DynamoDB::Table", "DeletionProtectionEnabled", None),
    ("AWS::Cognito::UserPool", "DeletionProtection", Some("ACTIVE")),
    ("AWS::EC2::Instance", "DisableApiTermination", None),
    ("AWS::Logs::LogGroup", "DeletionProtectionEnabled", None),
    ("AWS::NetworkFirewall::Firewall", "DeleteProtection", None),
];
const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LOAD_BALANCER_SWITCH: &str = "deletion_protection.enabled";
const BUCKET: &str = "AWS::S3::Bucket";

/// Whether AWS refuses to delete it as it is declared. A value known only when deployed counts: switching protection off twice does no harm.
pub(super) fn is_protected(ty: &str, properties: &Tree) -> bool {
    if ty == LOAD_BALANCER {
        let Some(Json::List(attributes)) = property(properties, "LoadBalancerAttributes") else { return false };
        return attributes.iter().any(|attribute| {
            matches!(property(attribute, "Key"), Some(Json::Text(key)) if key == LOAD_BALANCER_SWITCH)
                && !matches!(property(attribute, "Value"), Some(Json::Text(value)) if value == "false")
        });
    }
    let Some((_, name, word)) = PROTECTED.iter().find(|(known, _, _)| *known == ty) else { return false };
    match property(properties, name) {
        None | Some(Json::Bool(false)) => false,
        Some(Json::Text(text)) => word.map_or(text != "false", |word| text == word),
        Some(Json::Bool(true) | Json::Int(_) | Json::Float(_) | Json::List(_) | Json::Map(_)) => true,
    }
}

/// Whether AWS refuses to delete it while something is in it.
pub(super) fn must_be_empty(ty: &str) -> bool {
    ty == BUCKET
}

fn property<'a>(tree: &'a Tree, name: &str) -> Option<&'a Json> {
    match &tree.json {
        Json::Map(map) => map.get(name).map(|value| &value.json),
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) | Json::List(_) => None,
    }
}
