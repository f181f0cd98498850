//! Two environments as one model, as far as the network needs it: what both share, such as a transit gateway of the account, is there
//! once, and everything else as often as it is built.

use crate::base::{HashMap, Symbol};
use crate::eval::model::{
    Connection, End, ExternalId, ExternalSource, InstanceId, Model, Ports, Resource, ResourceId, Stack, StackId,
};
use crate::eval::origin::Origin;
use crate::eval::paths::PathEnd;
use crate::eval::value::{Hole, Node, NodeKind, Piece, Template};

/// Two environments.
#[derive(Debug)]
pub struct Joined {
    /// Both of them. Origins are its own.
    pub model: Model,
    /// What the second one's things became.
    second: Places,
}

/// Where a model's things are in the joint one.
#[derive(Debug, Default)]
struct Places {
    resources: Vec<ResourceId>,
    instances: Vec<InstanceId>,
    stacks: Vec<StackId>,
    /// So many causes come before its own.
    origins: u32,
    /// So many externals come before its own.
    externals: u32,
    /// What is said of what only this environment knows.
    of: String,
    /// Outputs of externals that mean the same in both.
    same: Vec<(Symbol, Symbol)>,
    /// The names of its externals.
    names: Vec<Symbol>,
}

/// Both environments as one.
pub fn join(first: &Model, second: &Model) -> Joined {
    let mut model = first.clone();
    for resource in &mut model.resources {
        if !first.stack(resource.stack).per_account {
            resource.path = format!("{} in {}", resource.path, first.environment.name);
        }
    }
    let mut places = Places {
        origins: model.origins.append(&second.origins),
        externals: count(model.externals.len()),
        of: format!(" of {}", second.environment.name),
        same: same_outputs(first, second),
        names: second.externals.iter().map(|external| external.name).collect(),
        ..Places::default()
    };
    model.externals.extend(second.externals.iter().cloned());
    stacks(&mut model, second, &mut places);
    resources(&mut model, second, &mut places);
    let connections = second.connections.iter().filter(|connection| !is_known(first, connection, second, &places));
    let connections: Vec<Connection> = connections.map(|connection| places.connection(connection)).collect();
    model.connections.extend(connections);
    Joined { model, second: places }
}

impl Joined {
    /// An end that the second environment knows.
    pub fn end(&self, end: &PathEnd) -> PathEnd {
        match end {
            PathEnd::Of(end) => PathEnd::Of(self.second.end(end)),
            PathEnd::Resource(id) => PathEnd::Resource(self.second.resource(*id)),
        }
    }

    /// A resource of the second environment.
    pub fn resource(&self, id: ResourceId) -> ResourceId {
        self.second.resource(id)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn stacks(model: &mut Model, second: &Model, places: &mut Places) {
    let (here, there) = (model.environment.account.clone(), &second.environment.account);
    for stack in &second.stacks {
        let same = |other: &Stack| {
            stack.per_account && other.per_account && other.name == stack.name && other.region == stack.region
        };
        let known = model.stacks.iter().position(same).filter(|_| here == *there);
        places.stacks.push(StackId(count(known.unwrap_or(model.stacks.len()))));
        if known.is_none() {
            model.stacks.push(Stack { resources: Vec::new(), outputs: Vec::new(), ..stack.clone() });
        }
    }
}

fn resources(model: &mut Model, second: &Model, places: &mut Places) {
    let before = count(model.instances.len());
    places.instances = (0..count(second.instances.len())).map(|at| InstanceId(before + at)).collect();
    let known: HashMap<(StackId, String), ResourceId> = model
        .resource_ids()
        .filter(|id| model.stack(model.resource(*id).stack).per_account)
        .map(|id| ((model.resource(id).stack, model.resource(id).path.clone()), id))
        .collect();
    let mut new = Vec::new();
    for id in second.resource_ids() {
        let resource = second.resource(id);
        let stack = places.stack(resource.stack);
        let shared = known.get(&(stack, resource.path.clone())).filter(|_| second.stack(resource.stack).per_account);
        match shared {
            Some(shared) => {
                places.resources.push(*shared);
                // Whatever it is in is the same, too.
                let mut at = (Some(resource.instance), Some(model.resource(*shared).instance));
                while let (Some(theirs), Some(ours)) = at {
                    if let Some(place) = places.instances.get_mut(theirs.index()) {
                        *place = ours;
                    }
                    at = (second.instance(theirs).parent, model.instance(ours).parent);
                }
            }
            None => {
                places.resources.push(ResourceId(count(model.resources.len() + new.len())));
                new.push(resource);
            }
        }
    }
    for instance in &second.instances {
        let mut instance = instance.clone();
        instance.stack = places.stack(instance.stack);
        instance.parent = instance.parent.map(|parent| places.instance(parent));
        instance.resource = instance.resource.map(|resource| places.resource(resource));
        instance.origin = places.origin(instance.origin);
        model.instances.push(instance);
    }
    let new: Vec<Resource> = new.into_iter().map(|resource| places.moved(resource, second)).collect();
    model.resources.extend(new);
}

/// The outputs of externals that are read from the same place by both.
fn same_outputs(first: &Model, second: &Model) -> Vec<(Symbol, Symbol)> {
    let here = |model: &Model| (model.environment.account.clone(), model.environment.region.clone());
    let mut same = Vec::new();
    for external in second.externals.iter().filter(|_| here(first) == here(second)) {
        let Some(ours) = first.externals.iter().find(|other| other.name == external.name) else { continue };
        for (name, output) in &external.outputs {
            let read = !matches!(output.source, ExternalSource::Parameter);
            if read && ours.outputs.get(name).is_some_and(|other| other.source == output.source) {
                same.push((external.name, *name));
            }
        }
    }
    same
}

/// Whether a connection is one of a stack that both share.
fn is_known(first: &Model, connection: &Connection, second: &Model, places: &Places) -> bool {
    let shared = connection.stack.is_some_and(|stack| second.stack(stack).per_account);
    let moved = places.connection(connection);
    shared && first.connections.iter().any(|known| (&known.from, &known.to) == (&moved.from, &moved.to))
}

impl Places {
    fn resource(&self, id: ResourceId) -> ResourceId {
        self.resources.get(id.index()).copied().unwrap_or(id)
    }

    fn instance(&self, id: InstanceId) -> InstanceId {
        self.instances.get(id.index()).copied().unwrap_or(id)
    }

    fn stack(&self, id: StackId) -> StackId {
        self.stacks.get(id.index()).copied().unwrap_or(id)
    }

    fn origin(&self, origin: Origin) -> Origin {
        origin.behind(self.origins)
    }

    fn end(&self, end: &End) -> End {
        match end {
            End::Group(id, wearer) => End::Group(self.resource(*id), wearer.map(|wearer| self.instance(wearer))),
            End::Cidr(net) => End::Cidr(*net),
            End::Internet => End::Internet,
        }
    }

    fn connection(&self, connection: &Connection) -> Connection {
        let ports = |ports: &Ports| Ports { origin: self.origin(ports.origin), ..ports.clone() };
        Connection {
            from: self.end(&connection.from),
            to: self.end(&connection.to),
            ports: connection.ports.iter().map(ports).collect(),
            stack: connection.stack.map(|stack| self.stack(stack)),
            text: connection.text.clone(),
            origin: self.origin(connection.origin),
        }
    }

    fn moved(&self, resource: &Resource, second: &Model) -> Resource {
        let mut moved = resource.clone();
        moved.stack = self.stack(resource.stack);
        moved.instance = self.instance(resource.instance);
        moved.path = format!("{} in {}", resource.path, second.environment.name);
        moved.properties = self.node(&resource.properties);
        moved.origin = self.origin(resource.origin);
        if let Some(name) = &mut moved.name {
            name.text = self.text(&name.text);
            name.origin = self.origin(name.origin);
        }
        moved
    }

    fn node(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            NodeKind::Text(text) => NodeKind::Text(self.text(text)),
            NodeKind::Base64(text) => NodeKind::Base64(self.text(text)),
            NodeKind::List(items) => NodeKind::List(items.iter().map(|item| self.node(item)).collect()),
            NodeKind::Map(map) => NodeKind::Map(map.iter().map(|(key, value)| (*key, self.node(value))).collect()),
            NodeKind::Json(inner) => NodeKind::Json(Box::new(self.node(inner))),
            plain @ (NodeKind::Error
            | NodeKind::Bool(_)
            | NodeKind::Int(_)
            | NodeKind::Float(_)
            | NodeKind::Zone(_)) => plain.clone(),
        };
        Node::new(kind, self.origin(node.origin))
    }

    fn text(&self, text: &Template) -> Template {
        Template::from_pieces(text.pieces.iter().map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(text.clone()),
            Piece::Hole(hole) => Piece::Hole(self.hole(*hole)),
        }))
    }

    fn hole(&self, hole: Hole) -> Hole {
        let own = |name: Symbol| Symbol::new(&format!("{name}{}", self.of));
        match hole {
            Hole::Resource(id, attribute) => Hole::Resource(self.resource(id), attribute),
            // What is filled in at deployment is filled in for each of them.
            Hole::Param(name) => Hole::Param(own(name)),
            Hole::External(id, name) => {
                let same = self.names.get(id.index()).is_some_and(|external| self.same.contains(&(*external, name)));
                Hole::External(ExternalId(id.0 + self.externals), if same { name } else { own(name) })
            }
            Hole::Pseudo(_) | Hole::Variable(_) | Hole::Asset(..) => hole,
        }
    }
}
