//! What a service refuses though its schema lets it pass: found here, not in the middle of a deployment.

use std::collections::BTreeSet;

use crate::base::Span;
use crate::check::facts::refused as facts;
use crate::check::{World, items, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Resource, ResourceId};
use crate::eval::value::{Hole, Node, NodeKind};

/// What a path of properties leads to, lists passed through.
pub(super) fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    path.split('/').try_fold(node, |node, key| node.get(key))
}

/// The resource that a node names.
pub(super) fn named(node: &Node) -> Option<ResourceId> {
    let mut found = None;
    node.each_template(&mut |text, _| {
        if let Some(Hole::Resource(id, _)) = text.single_hole() {
            found = Some(id);
        }
    });
    found
}

/// The resources that the items of a list name, if every item names one.
fn all_named(node: Option<&Node>) -> Option<Vec<ResourceId>> {
    let items = items(node);
    if items.is_empty() { None } else { items.iter().map(named).collect() }
}

pub(super) fn place(model: &Model, id: ResourceId) -> Span {
    model.origins.user_span(model.resource(id).origin)
}

/// The place of a property, or of the resource if it is not spelled.
pub(super) fn property_place(model: &Model, id: ResourceId, path: &str) -> Span {
    let own = at(&model.resource(id).properties, path).map(|node| model.origins.user_span(node.origin));
    own.filter(|span| !span.is_none()).unwrap_or_else(|| place(model, id))
}

pub(super) fn word(model: &Model, resource: &Resource, path: &str) -> Option<String> {
    known(model, resource.stack, at(&resource.properties, path)?)
}

fn number(model: &Model, resource: &Resource, path: &str) -> Option<i64> {
    word(model, resource, path)?.parse().ok()
}

pub(super) fn of_type<'m>(model: &'m Model, ty: &'m str) -> impl Iterator<Item = ResourceId> + 'm {
    model.resource_ids().filter(move |id| model.resource(*id).ty == *ty)
}

/// What stands in several subnets and groups stands in one network.
pub(super) fn one_network_for_each(world: &mut World<'_>) {
    let model = world.model;
    let network = |id: ResourceId| named(model.resource(id).properties.get("VpcId")?);
    for (ty, paths) in facts::IN_A_NETWORK {
        for id in of_type(model, ty) {
            let resource = model.resource(id);
            let parts = paths.iter().filter_map(|path| Some((*path, at(&resource.properties, path)?)));
            let mut first: Option<(ResourceId, ResourceId)> = None;
            for (path, part) in parts.flat_map(|(path, list)| items(Some(list)).iter().map(move |item| (path, item))) {
                let Some((part, vpc)) = named(part).and_then(|part| Some((part, network(part)?))) else { continue };
                let (known, other) = *first.get_or_insert((part, vpc));
                if other == vpc {
                    continue;
                }
                let paths = [known, part, other, vpc].map(|id| model.resource(id).path.as_str());
                let message = format!(
                    "`{}` stands in two networks: `{}` belongs to `{}`, and `{}` to `{}`",
                    resource.path, paths[0], paths[2], paths[1], paths[3]
                );
                world.found.push(
                    Diagnostic::new(codes::TWO_NETWORKS, property_place(model, id, path), message)
                        .label(place(model, known), format!("belongs to `{}`", paths[2]))
                        .label(place(model, part), format!("belongs to `{}`", paths[3]))
                        .help("name subnets and groups of one network"),
                );
                break;
            }
        }
    }
}

/// What has to outlive a zone stands in two.
pub(super) fn two_zones_where_needed(world: &mut World<'_>) {
    let model = world.model;
    let zone = |id: ResourceId| -> Option<String> {
        let resource = model.resource(id);
        let node = resource.properties.get("AvailabilityZone")?;
        match node.kind {
            NodeKind::Zone(number) => Some(format!("zone {number}")),
            _ => known(model, resource.stack, node),
        }
    };
    for (ty, path) in facts::IN_TWO_ZONES {
        for id in of_type(model, ty) {
            let resource = model.resource(id);
            if word(model, resource, "Type").is_some_and(|kind| facts::ONE_ZONE_KINDS.contains(&kind.as_str())) {
                continue;
            }
            let Some(subnets) = all_named(at(&resource.properties, path)) else { continue };
            let zones: Option<BTreeSet<String>> = subnets.iter().map(|subnet| zone(*subnet)).collect();
            let Some(zones) = zones.filter(|zones| zones.len() == 1) else { continue };
            let zone = zones.into_iter().next().unwrap_or_default();
            let message =
                format!("`{}` needs subnets in two availability zones, and all of its are in {zone}", resource.path);
            let mut diagnostic = Diagnostic::new(codes::TOO_FEW_ZONES, property_place(model, id, path), message)
                .help("name a subnet in another zone as well: `zone(1)` is the second one of a region");
            for subnet in subnets {
                diagnostic = diagnostic.label(place(model, subnet), format!("in {zone}"));
            }
            world.found.push(diagnostic);
        }
    }
}

/// A table defines the attributes that its keys use, and no others.
pub(super) fn keys_are_defined(world: &mut World<'_>) {
    let model = world.model;
    for ty in facts::TABLES {
        for id in of_type(model, ty) {
            let resource = model.resource(id);
            let names = |list: Option<&Node>| -> Option<BTreeSet<String>> {
                let name = |item: &Node| known(model, resource.stack, item.get("AttributeName")?);
                items(list).iter().map(name).collect()
            };
            let mut used = names(resource.properties.get("KeySchema"));
            for index in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
                for index in items(resource.properties.get(index)) {
                    let more = names(index.get("KeySchema"));
                    used = used.zip(more).map(|(mut used, more)| {
                        used.extend(more);
                        used
                    });
                }
            }
            let Some((used, defined)) = used.zip(names(resource.properties.get("AttributeDefinitions"))) else {
                continue;
            };
            let mut differ = |name: &String, what: &str, help: String| {
                let message = format!("`{}` {what} the attribute `{name}`", resource.path);
                let at = property_place(model, id, "AttributeDefinitions");
                world.found.push(Diagnostic::new(codes::KEY_ATTRIBUTES_DIFFER, at, message).help(help));
            };
            for name in used.difference(&defined) {
                let help = format!(
                    "add `{{ AttributeName = \"{name}\", AttributeType = \"S\" }}` to its `AttributeDefinitions`"
                );
                differ(name, "has a key of, but does not define,", help);
            }
            for name in defined.difference(&used) {
                differ(
                    name,
                    "defines, but has no key of,",
                    String::from("define key attributes alone: others need no definition"),
                );
            }
        }
    }
}

/// A message stays hidden at least as long as a function may work on it.
pub(super) fn queues_wait_for_functions(world: &mut World<'_>) {
    let model = world.model;
    for id in of_type(model, facts::EVENT_SOURCE) {
        let resource = model.resource(id);
        let of = |property: &str| named(resource.properties.get(property)?);
        let (Some(queue), Some(function)) = (of("EventSourceArn"), of("FunctionName")) else { continue };
        let (source, worker) = (model.resource(queue), model.resource(function));
        if source.ty != *facts::QUEUE || worker.ty != *facts::FUNCTION {
            continue;
        }
        let or = |resource: &Resource, property: &str, default: i64| match resource.properties.get(property) {
            None => Some(default),
            Some(_) => number(model, resource, property),
        };
        let hidden = or(source, "VisibilityTimeout", facts::DEFAULT_VISIBILITY);
        let works = or(worker, "Timeout", facts::DEFAULT_TIMEOUT);
        let (Some(hidden), Some(works)) = (hidden, works) else { continue };
        if hidden < works {
            let message = format!(
                "`{}` hides a message for {hidden} seconds, but `{}` may work on it for {works}",
                source.path, worker.path
            );
            world.found.push(
                Diagnostic::new(
                    codes::VISIBILITY_TOO_SHORT,
                    property_place(model, queue, "VisibilityTimeout"),
                    message,
                )
                .label(property_place(model, function, "Timeout"), format!("works for {works} seconds"))
                .label(place(model, id), "takes from the queue here")
                .help(format!("hide messages for {} seconds: six times as long, as AWS advises", 6 * works)),
            );
        }
    }
}

/// What the world's edge reads stands in the one region where it looks.
pub(super) fn the_edge_finds_what_it_reads(world: &mut World<'_>) {
    let model = world.model;
    for id in of_type(model, facts::DISTRIBUTION) {
        let resource = model.resource(id);
        for path in facts::READ_AT_THE_EDGE {
            let Some(other) = at(&resource.properties, path).and_then(named) else { continue };
            let read = model.resource(other);
            let region = &model.stack(read.stack).region;
            if region != facts::EDGE_REGION {
                let message = format!(
                    "`{}` reads `{}` in {}, but it is in {region}",
                    resource.path,
                    read.path,
                    facts::EDGE_REGION
                );
                world.found.push(
                    Diagnostic::new(codes::NOT_AT_THE_EDGE, property_place(model, id, path), message)
                        .label(place(model, other), format!("made in {region}"))
                        .help(format!(
                            "declare it in a stack of its own: `stack Edge in \"{}\" {{ … }}`",
                            facts::EDGE_REGION
                        )),
                );
            }
        }
    }
    for id in of_type(model, facts::FIREWALL) {
        let resource = model.resource(id);
        let region = &model.stack(resource.stack).region;
        if word(model, resource, "Scope").is_some_and(|scope| scope == facts::EDGE_SCOPE)
            && region != facts::EDGE_REGION
        {
            let message = format!("`{}` is for CloudFront, but it is in {region}", resource.path);
            world.found.push(
                Diagnostic::new(codes::NOT_AT_THE_EDGE, property_place(model, id, "Scope"), message).help(format!(
                    "declare it in a stack of its own: `stack Edge in \"{}\" {{ … }}`",
                    facts::EDGE_REGION
                )),
            );
        }
    }
}

/// A role that is handed to a service trusts that service.
pub(super) fn roles_trust_their_service(world: &mut World<'_>) {
    let model = world.model;
    for (ty, path, service) in facts::ROLES_OF {
        for id in of_type(model, ty) {
            let resource = model.resource(id);
            let Some(role) = at(&resource.properties, path).and_then(named) else { continue };
            let trusted = model.resource(role);
            let Some(services) = (trusted.ty == *facts::ROLE).then(|| trusted_services(model, trusted)).flatten()
            else {
                continue;
            };
            if services.contains(*service) {
                continue;
            }
            let who = if services.is_empty() {
                String::from("no service")
            } else {
                format!("`{}` alone", services.iter().cloned().collect::<Vec<_>>().join("` and `"))
            };
            let message = format!("`{}` acts with `{}`, which trusts {who}", resource.path, trusted.path);
            world.found.push(
                Diagnostic::new(codes::ROLE_NOT_TRUSTED, property_place(model, id, path), message)
                    .label(place(model, role), format!("trusts {who}"))
                    .help(format!("let the role trust `{service}`")),
            );
        }
    }
}

/// The services that may become a role; nothing if that cannot be said.
fn trusted_services(model: &Model, role: &Resource) -> Option<BTreeSet<String>> {
    let mut document = role.properties.get("AssumeRolePolicyDocument")?;
    if let NodeKind::Json(inner) = &document.kind {
        document = inner;
    }
    let mut services = BTreeSet::new();
    for statement in items(document.get("Statement")) {
        let principal = statement.get("Principal")?;
        if let NodeKind::Text(_) = principal.kind {
            return None;
        }
        for service in items(principal.get("Service")) {
            services.insert(known(model, role.stack, service)?);
        }
    }
    Some(services)
}
