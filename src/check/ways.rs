//! Ways through the network that are declared or needed, and are not there.

use crate::check::World;
use crate::check::reach::legs::Party;
use crate::check::reach::packets::anything;
use crate::check::reach::ranges::{Ranges, internet};
use crate::check::reach::{Barrier, Read, tell};
use crate::check::{facts, known};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Connection, End, Model, Ports, ResourceId};
use crate::eval::value::{Hole, Node};

/// A way that does not lead where it should.
struct Missing<'r> {
    read: &'r Read,
    from: Party,
    to: Party,
    on: Ranges,
}

impl Missing<'_> {
    /// The barrier as a label.
    fn label(&self, model: &Model, diagnostic: Diagnostic) -> Diagnostic {
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
pub(super) fn connections_get_through(world: &mut World<'_>) {
    let model = world.model;
    for connection in &model.connections {
        let read = world.reach.network(model);
        let (from, to) = (standing(read, model, &connection.from), standing(read, model, &connection.to));
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
    for pairs in groups {
        let open: Ranges = pairs.iter().map(|(from, to)| read.solver.leg(from, to, &|_| false).may).collect();
        let closed = wanted.minus(&open);
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
    let diagnostic = Diagnostic::new(codes::CONNECTION_BLOCKED, place, message).here("declared here");
    missing
        .label(model, diagnostic)
        .help("open what stands in the way, or take the connection away: it only looks as if it were open")
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
pub(super) fn rotations_reach_their_databases(world: &mut World<'_>) {
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
                .map(|(from, to)| (from, to, on.minus(&read.solver.leg(from, to, &|_| false).may)))
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
        inside && !read.reaches_service(from, service)
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
