//! Every record is reached once and is well-formed.

use super::super::layout::*;
use super::super::shape::Shape;
use super::super::{Kind, Property, catalog};
use proptest::prelude::*;
use std::collections::HashSet;

fn walk(shape: Shape, seen: &mut HashSet<Shape>, pending: &mut Vec<Shape>) {
    if !seen.insert(shape) {
        return;
    }
    let mut before = "";
    for property in shape.properties() {
        assert!(before < property.name(), "{} stands after {before}", property.name());
        before = property.name();
        assert_eq!(shape.property(before).map(Property::shape), Some(property.shape()), "{before} is not found");
        assert!(!(property.required() && property.read_only()), "{before} is required and read-only");
        pending.push(property.shape());
    }
    let mut last = 0;
    for (facet, value) in shape.facets() {
        assert!(last < facet && facet <= F_REFERENCES_OPEN, "facet {facet} after {last}");
        last = facet;
        assert_ne!(value, NONE);
    }
    pending.extend(shape.items());
    pending.extend(shape.prefix_items().chain(shape.one_of()).chain(shape.any_of()).chain(shape.all_of()));
    pending.extend(shape.conditions().chain(shape.excluded()).chain(shape.contains()).chain(shape.keys()));
    pending.extend(shape.dependent_shapes().map(|(_, shape)| shape));
    if let Some(conditional) = shape.conditional() {
        pending.extend([Some(conditional.condition), conditional.then, conditional.otherwise].into_iter().flatten());
    }
    assert!(shape.enum_values().all(|value| value.len() < 2_000));
    assert!(shape.references().all(|reference| reference.type_name.contains("::") && !reference.attribute.is_empty()));
    assert!(shape.kind() != Kind::List || shape.items().is_some() || shape.properties().next().is_none());
    assert!(shape.kind() != Kind::Map || shape.items().is_some());
    assert!(shape.pattern().is_none_or(|pattern| !pattern.is_empty()));
    for name in shape.required().chain(shape.required_xor()).chain(shape.required_or()).chain(shape.unique_keys()) {
        assert!(!name.is_empty());
    }
    for (name, others) in shape.dependent_required().chain(shape.dependent_excluded()) {
        assert!(!name.is_empty() && !others.is_empty());
    }
}

#[test]
fn every_resource_type_is_well_formed() {
    let mut seen = HashSet::new();
    let mut pending: Vec<Shape> = Vec::new();
    let mut before = "";
    for found in catalog().resource_types() {
        let name = found.name();
        assert!(before < name, "{name} stands after {before}");
        before = name;
        assert_eq!(catalog().resource_type(name), Some(found));
        assert_eq!(name.split("::").count(), 3, "{name}");
        pending.push(found.shape());
        for (attribute, shape) in found.attributes() {
            assert!(found.attribute(attribute).is_some(), "{name}.{attribute} is not found");
            pending.push(shape);
        }
        for path in found.primary_identifier() {
            assert!(found.shape().find(path).is_some(), "{name} is identified by {path}, which is no property");
        }
        for (operation, actions) in found.handlers() {
            assert!(["create", "delete", "list", "read", "update"].contains(&operation), "{name}: {operation}");
            assert!(actions.into_iter().all(|action| !action.is_empty()));
        }
        if let Some(tagging) = found.tagging() {
            let top = tagging.property().split('/').next().unwrap();
            assert!(found.property(top).is_some(), "{name} is tagged in {top}, which is no property");
        }
        if let Some(rules) = found.name_rules() {
            assert!(rules.min() <= rules.max() || rules.max().is_none(), "{name}: no name is long enough");
        }
        if let Some(super::super::Obtain::GetAtt(attribute)) = found.arn() {
            assert!(found.attribute(attribute).is_some(), "{name} has no attribute {attribute}");
        }
        for metrics in found.metrics() {
            assert!(!metrics.namespace.is_empty() && !metrics.names.is_empty());
        }
    }
    while let Some(shape) = pending.pop() {
        walk(shape, &mut seen, &mut pending);
    }
    assert!(seen.len() > 15_000, "{} shapes are reached", seen.len());
    let references: Vec<_> = seen.iter().flat_map(|shape| shape.references()).collect();
    let lost =
        references.iter().filter(|reference| reference.target().is_some() && reference.obtain().is_none()).count();
    assert!(references.len() > 1_000 && lost <= 12, "{lost} of {} references can't be obtained", references.len());
}

#[test]
fn every_action_is_well_formed() {
    let mut count = 0;
    for service in catalog().services() {
        assert_eq!(catalog().service(service.prefix()), Some(service));
        assert!(!service.name().is_empty());
        for action in service.actions() {
            count += 1;
            assert_eq!(catalog().action(&action.to_string()), Some(action));
            assert!(action.levels().next().is_some(), "{action} has no access level");
            for resource in action.resources() {
                assert!(resource.resource_kind().is_some(), "{action} takes {}, which is unknown", resource.kind);
            }
        }
        for kind in service.resource_kinds() {
            assert!(kind.arn().starts_with("arn:"), "{}:{}: {}", service.prefix(), kind.name(), kind.arn());
        }
        for key in service.condition_keys() {
            assert!(service.condition_key(key.name).is_some(), "{}", key.name);
        }
    }
    assert!(count >= 22_000, "{count} actions");
}

proptest! {
    #[test]
    fn a_name_that_is_not_there_is_not_found(name in "[A-Za-z:*\u{e9}]{0,40}") {
        let found = catalog().resource_type(&name);
        prop_assert_eq!(found.is_some(), catalog().resource_types().any(|each| each.name() == name));
        prop_assert_eq!(catalog().service(&name).is_some(), catalog().services().any(|each| each.prefix() == name));
        let _ = (catalog().action(&name), catalog().condition_key(&name));
    }

    #[test]
    fn a_name_in_any_case_finds_its_action(at in 0usize..22_000, flips in any::<u64>()) {
        let action = catalog().services().flat_map(|service| service.actions()).nth(at).unwrap();
        let flip = |(place, letter): (usize, char)| match flips >> (place % 64) & 1 {
            0 => letter.to_ascii_uppercase(),
            _ => letter.to_ascii_lowercase(),
        };
        let name: String = action.to_string().chars().enumerate().map(flip).collect();
        prop_assert_eq!(catalog().action(&name), Some(action));
    }

    #[test]
    fn a_property_is_found_by_its_name_alone(at in 0usize..1_890, name in "[A-Za-z]{1,12}") {
        let found = catalog().resource_types().nth(at).unwrap();
        prop_assert_eq!(found.property(&name).is_some(), found.properties().any(|each| each.name() == name));
    }
}
