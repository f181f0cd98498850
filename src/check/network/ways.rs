//! Ways through the network that are declared or needed, and are not there.

use std::collections::BTreeSet;

use crate::base::Symbol;
use crate::check::World;
use crate::check::iam::matches_action;
use crate::check::reach::legs::Party;
use crate::check::reach::network::{EndpointKind, ServiceId, Sure, VpcId};
use crate::check::reach::packets::anything;
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::{Barrier, Read, tell};
use crate::check::{facts, items, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Connection, Effect, End, Model, Permission, Ports, ResourceId, Statement, Who};
use crate::eval::value::{Hole, Node, NodeKind};

/// A way that does not lead where it should.
pub(super) struct Missing<'r> {
    pub(super) read: &'r Read,
    pub(super) from: Party,
    pub(super) to: Party,
    pub(super) on: Ranges,
}

impl Missing<'_> {
    /// The barrier as a label.
    pub(super) fn label(&self, model: &Model, diagnostic: Diagnostic) -> Diagnostic {
        let blocked = self.read.solver.blocked(&self.from, &self.to, &self.on);
        let shown = self.read.solver.told_barrier(&self.from, &self.to, &self.on, &blocked);
        let place = model.origins.user_span(shown.origin);
        if place.is_none() { diagnostic.here(shown.text) } else { diagnostic.label(place, shown.text) }
    }
}

/// The parties of an end that stand somewhere; none for a group that nothing wears. All addresses mean those of the internet.
fn standing(read: &Read, model: &Model, end: &End) -> Vec<Party> {
    let end = match end {
        End::Cidr(net) if net.prefix_len() == 0 => &End::Internet,
        End::Cidr(_) | End::Internet | End::Group(..) => end,
    };
    let parties = read.parties(model, end, true);
    parties.into_iter().filter(|party| !matches!(party, Party::Wearer(..))).collect()
}

/// Whether one of several is enough: those that have an address of a range, or are on the internet.
fn is_anybody(end: &End) -> bool {
    match end {
        End::Group(..) => false,
        End::Cidr(_) | End::Internet => true,
    }
}

/// Whatever is declared to connect gets through: from each subnet, to each subnet, on each port.
pub(in crate::check) fn connections_get_through(world: &mut World<'_>) {
    let model = world.model;
    for connection in &model.connections {
        let read = world.reach.network(model);
        let (from, mut to) = (standing(read, model, &connection.from), standing(read, model, &connection.to));
        if is_anybody(&connection.to) {
            // The addresses of AWS's APIs are of the internet, and gateway endpoints lead to them.
            let endpoints = read.solver.network().endpoints.iter();
            let by_routes = endpoints.filter(|endpoint| endpoint.kind == EndpointKind::Gateway);
            to.extend(by_routes.map(|endpoint| Party::Service(endpoint.service)));
        }
        if from.is_empty() || to.is_empty() {
            continue;
        }
        for ports in &connection.ports {
            if let Some(missing) = missing(read, connection, &from, &to, ports) {
                world.found.push(blocked(model, connection, &missing));
            }
        }
    }
}

/// The first part of a connection that does not get through.
fn missing<'r>(
    read: &'r Read,
    connection: &Connection,
    from: &[Party],
    to: &[Party],
    ports: &Ports,
) -> Option<Missing<'r>> {
    let wanted = Read::carried(std::slice::from_ref(ports));
    let (any_sender, any_asked) = (is_anybody(&connection.from), is_anybody(&connection.to));
    // Of those who stand for anybody, all open ways count together; of others each has to be open.
    let mut groups: Vec<Vec<(&Party, &Party)>> = Vec::new();
    match (any_sender, any_asked) {
        (false, false) => groups.extend(from.iter().flat_map(|from| to.iter().map(move |to| vec![(from, to)]))),
        (true, false) => groups.extend(to.iter().map(|to| from.iter().map(|from| (from, to)).collect())),
        (false, true) => groups.extend(from.iter().map(|from| to.iter().map(|to| (from, to)).collect())),
        (true, true) => {}
    }
    for mut pairs in groups {
        // Nobody needs a way to itself.
        pairs.retain(|(from, to)| from != to);
        let open: Ranges = pairs.iter().map(|(from, to)| read.solver.open(from, to, &|_| false)).collect();
        let mut closed = wanted.minus(&open);
        if !closed.is_empty() {
            let passed = pairs.iter().map(|(from, to)| read.solver.carried_by_balancers(from, to, &closed)).collect();
            closed = closed.minus(&passed);
        }
        let Some((from, to)) = pairs.first().filter(|_| !closed.is_empty()) else { continue };
        let barrier = read.solver.blocked(from, to, &closed).by;
        // That nobody listens is told of the port; what never asks or hears wears the group for another reason.
        if !matches!(barrier, Barrier::NotListening | Barrier::NeverAsks | Barrier::NeverHears) {
            return Some(Missing { read, from: (*from).clone(), to: (*to).clone(), on: closed });
        }
    }
    None
}

fn blocked(model: &Model, connection: &Connection, missing: &Missing<'_>) -> Diagnostic {
    let place = model.origins.user_span(connection.origin);
    let solver = &missing.read.solver;
    let message = format!(
        "`{}` is declared, but {} does not get from {} to {}",
        connection.text,
        tell::carried(&missing.on),
        solver.whereabouts(&missing.from),
        solver.whereabouts(&missing.to),
    );
    let barrier = solver.blocked(&missing.from, &missing.to, &missing.on).by;
    let (code, help) = match barrier {
        Barrier::Back(_) => (
            codes::ANSWER_BLOCKED,
            "routes and network ACLs know no connections: open the way back, to ports 1024 to 65535 of who asks",
        ),
        _ => (
            codes::CONNECTION_BLOCKED,
            "open what stands in the way, or take the connection away: it only looks as if it were open",
        ),
    };
    missing.label(model, Diagnostic::new(code, place, message).here("declared here")).help(help)
}

/// The resource that a property names.
fn named(model: &Model, id: ResourceId, property: &str) -> Option<ResourceId> {
    model.resource(id).properties.get(property).and_then(first_resource)
}

fn first_resource(node: &Node) -> Option<ResourceId> {
    let mut found = None;
    node.each_template(&mut |text, _| {
        for hole in text.holes() {
            if let (None, Hole::Resource(id, _)) = (found, hole) {
                found = Some(id);
            }
        }
    });
    found
}

/// Whatever changes a database's password reaches the database, and the API that keeps the password.
pub(in crate::check) fn rotations_reach_their_databases(world: &mut World<'_>) {
    let model = world.model;
    let rotations = model.resource_ids().filter(|id| model.resource(*id).ty == *facts::ROTATION);
    for id in rotations.collect::<Vec<_>>() {
        let read = world.reach.network(model);
        let function = named(model, id, facts::ROTATION_FUNCTION).unwrap_or(id);
        let mut senders: Vec<Party> =
            read.interfaces.get(&function).into_iter().flatten().map(|own| Party::Interface(*own)).collect();
        if senders.is_empty() {
            // Outside of VPCs a function is on the internet.
            senders.push(Party::Internet(internet().clone()));
        }
        let secret = named(model, id, "SecretId");
        for database in databases(model, secret) {
            let on = port(model, database);
            let asked: Vec<Party> =
                read.interfaces.get(&database).into_iter().flatten().map(|own| Party::Interface(*own)).collect();
            let pairs = senders.iter().flat_map(|from| asked.iter().map(move |to| (from, to)));
            let closed = pairs
                .map(|(from, to)| (from, to, on.minus(&read.solver.open(from, to, &|_| false))))
                .find(|(_, _, closed)| !closed.is_empty() && *closed == on);
            if let Some((from, to, on)) = closed {
                let missing = Missing { read, from: from.clone(), to: to.clone(), on };
                let message = format!(
                    "`{}` changes the password of `{}` and has no way to it",
                    model.resource(id).path,
                    model.resource(database).path
                );
                let place = model.origins.user_span(model.resource(id).origin);
                let diagnostic = Diagnostic::new(codes::ROTATION_WITHOUT_WAY, place, message);
                let diagnostic = missing
                    .label(model, diagnostic)
                    .help("give the function a group that is connected to the database: `connect GROUP -> DATABASE`");
                world.found.push(diagnostic);
            }
        }
        world.found.extend(rotation_without_api(model, read, id, &senders));
    }
}

fn rotation_without_api(model: &Model, read: &Read, id: ResourceId, senders: &[Party]) -> Option<Diagnostic> {
    let service = read.service(facts::SECRETS_SERVICE)?;
    let from = senders.iter().find(|from| {
        let inside = matches!(from, Party::Interface(_));
        inside && !read.reaches_service(from, service, false, &|_| true)
    })?;
    let message = format!("`{}` changes a secret and has no way to the API that keeps it", model.resource(id).path);
    let place = model.origins.user_span(model.resource(id).origin);
    let to = Party::Service(service);
    let missing = Missing { read, from: from.clone(), to, on: facts::https() };
    let diagnostic = Diagnostic::new(codes::ROTATION_WITHOUT_WAY, place, message);
    Some(missing.label(model, diagnostic).help(
        "let its group out to the internet on tcp 443, or give the VPC an endpoint of `secretsmanager` and connect to that",
    ))
}

/// What a secret is attached to.
fn databases(model: &Model, secret: Option<ResourceId>) -> Vec<ResourceId> {
    let attachments = model.resource_ids().filter(|id| model.resource(*id).ty == *facts::SECRET_ATTACHMENT);
    let of = attachments.filter(|id| secret.is_some() && named(model, *id, "SecretId") == secret);
    of.filter_map(|id| named(model, id, "TargetId")).collect()
}

/// The port of a database; anything, if it is not said.
fn port(model: &Model, id: ResourceId) -> Ranges {
    let resource = model.resource(id);
    let port = resource.properties.get("Port").and_then(|node| known(model, resource.stack, node));
    match port.and_then(|port| port.parse().ok()) {
        Some(port) => crate::check::reach::packets::carried(crate::check::reach::packets::TCP, port, port),
        None => anything(),
    }
}

/// A workload, what it asks of an API, and where that is granted.
struct Use<'m> {
    workload: ResourceId,
    action: Symbol,
    service: &'static str,
    statement: &'m Statement,
}

/// What workloads in a VPC are granted on APIs of AWS, they can also ask there: by an endpoint, or over the internet.
pub(in crate::check) fn grants_reach_their_services(world: &mut World<'_>) {
    let model = world.model;
    let mut told: BTreeSet<(ResourceId, &str)> = BTreeSet::new();
    let mut advised: BTreeSet<(VpcId, &str)> = BTreeSet::new();
    for used in uses(model) {
        let read = world.reach.network(model);
        let Some(service) = read.service(used.service) else { continue };
        let own = read.interfaces.get(&used.workload).into_iter().flatten();
        let parties: Vec<Party> = own.map(|interface| Party::Interface(*interface)).collect();
        let admits = |endpoint: ResourceId| admits(model, endpoint, used.action) != Sure::No;
        let lost = parties.iter().find(|from| !read.reaches_service(from, service, false, &admits));
        if let Some(from) = lost {
            if told.insert((used.workload, used.service)) {
                world.found.push(without_service(model, read, &used, from, service));
            }
            continue;
        }
        let free = facts::FREE_ENDPOINTS.contains(&used.service);
        let out = parties.iter().find(|from| free && !read.reaches_service(from, service, true, &|_| true));
        if let Some(vpc) = out.and_then(|from| read.vpc_of(from))
            && advised.insert((vpc, used.service))
        {
            let vpc = &read.solver.network().vpc(vpc).named;
            let name = &model.resource(used.workload).path;
            let message =
                format!("`{name}` reaches `{}` over the internet, past an endpoint that costs nothing", used.service);
            world.found.push(
                Diagnostic::new(codes::SERVICE_OVER_INTERNET, model.origins.user_span(used.statement.origin), message)
                    .here("granted here")
                    .label(model.origins.user_span(vpc.origin), "its VPC")
                    .help(format!("add a gateway endpoint of `{}` to the route tables of its subnets", used.service)),
            );
        }
    }
}

fn without_service(model: &Model, read: &Read, used: &Use<'_>, from: &Party, service: ServiceId) -> Diagnostic {
    let place = model.origins.user_span(used.statement.origin);
    let message = format!(
        "{} is granted `{}`, and has no way to the API of `{}`",
        read.solver.whereabouts(from),
        used.action,
        used.service
    );
    let diagnostic = Diagnostic::new(codes::SERVICE_UNREACHABLE, place, message).here("granted here").help(format!(
        "give the VPC an endpoint of `{}` and connect to it on tcp 443, or let it out to the internet",
        used.service
    ));
    let refusing = read.endpoints_of(from, service).into_iter().find(|id| admits(model, *id, used.action) == Sure::No);
    if let Some(endpoint) = refusing {
        let at = model.origins.user_span(model.resource(endpoint).origin);
        return diagnostic.label(at, format!("the policy of this endpoint does not let `{}` pass", used.action));
    }
    let to = read.ways_to_service(from, service).into_iter().next().unwrap_or(Party::Service(service));
    Missing { read, from: from.clone(), to, on: facts::https() }.label(model, diagnostic)
}

/// What workloads ask of APIs by themselves.
fn uses(model: &Model) -> Vec<Use<'_>> {
    let mut found = Vec::new();
    for workload in model.resource_ids() {
        let roles = roles_of(model, workload);
        if roles.is_empty() {
            continue;
        }
        let is_function = model.resource(workload).ty == *facts::FUNCTION;
        let statements = model.statements.iter().filter(|statement| {
            statement.effect == Effect::Allow && matches!(statement.who, Who::Role(role) if roles.contains(&role))
        });
        for statement in statements {
            if is_function && feeds(model, workload, statement.target) {
                continue;
            }
            let by_itself = |permission: &&Permission| {
                !permission.conditions.iter().any(|condition| condition.key.as_str().eq_ignore_ascii_case(facts::VIA))
            };
            for action in statement.permissions.iter().filter(by_itself).flat_map(|permission| &permission.actions) {
                let prefix = action.as_str().split(':').next().unwrap_or_default();
                // AWS logs, traces and connects functions from outside of their VPC.
                let from_outside = is_function && facts::ASKED_FOR_FUNCTIONS.contains(&prefix);
                if from_outside || facts::ASKED_BY_NOBODY.contains(&prefix) {
                    continue;
                }
                let Some(service) = crate::check::reach::service_of_action(prefix) else { continue };
                found.push(Use { workload, action: *action, service, statement });
            }
        }
    }
    found
}

/// The roles as which a workload acts: its own, those of its launch template's profile, those of its task definition.
fn roles_of(model: &Model, workload: ResourceId) -> BTreeSet<ResourceId> {
    let mut roles = BTreeSet::new();
    if !facts::WORKLOADS.contains(&model.resource(workload).ty.as_str()) {
        return roles;
    }
    let mut seen = BTreeSet::from([workload]);
    let mut queue = vec![workload];
    while let Some(at) = queue.pop() {
        model.resource(at).properties.each_template(&mut |text, _| {
            for hole in text.holes() {
                let Hole::Resource(id, _) = hole else { continue };
                let ty = model.resource(id).ty.as_str();
                if ty == facts::ROLE {
                    roles.insert(id);
                } else if facts::LEND_ROLES.contains(&ty) && seen.insert(id) {
                    queue.push(id);
                }
            }
        });
    }
    roles
}

/// Whether a stream or a queue is read for a function by Lambda itself.
fn feeds(model: &Model, function: ResourceId, source: Option<ResourceId>) -> bool {
    source.is_some_and(|source| {
        let mappings = model.resource_ids().filter(|id| model.resource(*id).ty == *facts::EVENT_SOURCE);
        mappings.into_iter().any(|id| {
            named(model, id, "FunctionName") == Some(function) && named(model, id, "EventSourceArn") == Some(source)
        })
    })
}

/// Whether the policy of an endpoint lets an action pass.
fn admits(model: &Model, endpoint: ResourceId, action: Symbol) -> Sure {
    let Some(document) = model.resource(endpoint).properties.get("PolicyDocument") else { return Sure::Yes };
    let document = match &document.kind {
        NodeKind::Json(inner) => inner,
        _ => document,
    };
    let mut admitted = Sure::No;
    for statement in items(document.get("Statement")) {
        let text = |key: &str| statement.get(key).and_then(|node| known(model, model.resource(endpoint).stack, node));
        if statement.get("Action").is_none() || text("Effect").is_none() {
            admitted = admitted.max(Sure::Unknown);
            continue;
        }
        let names = |node: &Node| {
            let pattern = known(model, model.resource(endpoint).stack, node);
            pattern.is_none_or(|pattern| matches_action(&pattern, action.as_str()))
        };
        if !items(statement.get("Action")).iter().any(names) {
            continue;
        }
        match text("Effect").as_deref() {
            Some("Deny") if statement.get("Condition").is_none() => return Sure::No,
            Some("Allow") if statement.get("Condition").is_none() => admitted = Sure::Yes,
            Some(_) | None => admitted = admitted.max(Sure::Unknown),
        }
    }
    admitted
}
