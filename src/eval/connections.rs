//! Connections: instances resolved to security groups, and what they listen on.

use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Connection, End, InstanceId, Ports, ResourceId};
use crate::eval::scope::{Placed, Scope};
use crate::eval::value::{Hole, Kind, NodeKind, Value};
use crate::eval::{Evaluator, facts};
use crate::syntax::ast::{self, ExprKind, ItemKind, PortSpec};

/// An end of a connection, with the ports that it listens on.
pub(super) struct FoundEnd {
    pub(super) end: End,
    ports: Vec<Ports>,
}

/// Why an end has no security group.
pub(super) enum NoGroup {
    /// It says none.
    Unknown,
    /// What it says is a mistake, and was reported as one.
    Reported,
}

impl<'p> Evaluator<'p> {
    pub(super) fn connect(&mut self, connect: &'p ast::Connect, placed: &Placed<'p>) {
        let from = self.evaluate(&connect.from, &placed.scope);
        let to = self.evaluate(&connect.to, &placed.scope);
        let sources = self.ends(&from, connect.from.span);
        let targets = self.ends(&to, connect.to.span);
        let said = self.ports(&connect.ports, &placed.scope);
        let text = format!("{} -> {}", spelled(&connect.from), spelled(&connect.to));
        let origin = self.model.origins.add(placed.item.span, "", self.through);
        for source in &sources {
            for target in &targets {
                let ports = if said.is_empty() { target.ports.clone() } else { said.clone() };
                if ports.is_empty() {
                    if connect.ports.is_empty() {
                        let diagnostic = Diagnostic::new(
                            codes::NO_PORTS,
                            connect.to.span,
                            "this end does not say what it listens on, so the connection must",
                        )
                        .help("add a protocol and a port: `on tcp 443`");
                        self.report(diagnostic);
                    }
                    continue;
                }
                self.model.connections.push(Connection {
                    from: source.end.clone(),
                    to: target.end.clone(),
                    ports,
                    stack: self.stack_of(placed.owner),
                    text: text.clone(),
                    origin,
                });
            }
        }
    }

    pub(super) fn ports(&mut self, specs: &'p [PortSpec], scope: &Scope<'p>) -> Vec<Ports> {
        let mut ports = Vec::new();
        for spec in specs {
            let origin = self.model.origins.add(spec.span, "", self.through);
            let protocol = match spec.protocol.name.as_str() {
                "all" => "-1",
                name => name,
            };
            let Some(first) = &spec.from else {
                // Reported where it was read.
                if matches!(protocol, "tcp" | "udp") {
                    continue;
                }
                ports.push(Ports { protocol: protocol.to_owned(), range: (-1, -1), origin });
                continue;
            };
            let low = self.port(first, scope);
            let high = match &spec.to {
                Some(last) => self.port(last, scope),
                None => low,
            };
            match (low, high) {
                (Some(low), Some(high)) if low <= high => {
                    ports.push(Ports { protocol: protocol.to_owned(), range: (low, high), origin });
                }
                (Some(low), Some(high)) => self.report(
                    Diagnostic::new(
                        codes::VALUE_OUT_OF_RANGE,
                        spec.span,
                        format!("the ports from {low} to {high} are none"),
                    )
                    .help(format!("write the smaller one first: `{high}..{low}`")),
                ),
                _ => {}
            }
        }
        ports
    }

    fn port(&mut self, expr: &'p ast::Expr, scope: &Scope<'p>) -> Option<i64> {
        let value = self.evaluate(expr, scope);
        match &value.kind {
            Kind::Int(number) if (0..=65_535).contains(number) => Some(*number),
            Kind::Int(number) => {
                self.report(
                    Diagnostic::new(
                        codes::VALUE_OUT_OF_RANGE,
                        expr.span,
                        format!("there is no port {number}: they reach from 0 to 65535"),
                    )
                    .help("write a port such as `443`, or a range such as `1024..2048`"),
                );
                None
            }
            Kind::Text(text) => self.by_value(text).and_then(|text| text.parse().ok()),
            _ => {
                self.wrong_type(&value, expr.span, "a port is a number");
                None
            }
        }
    }

    fn ends(&mut self, value: &Value, span: Span) -> Vec<FoundEnd> {
        match &value.kind {
            Kind::Error => Vec::new(),
            Kind::Absent(name) => {
                self.absent(*name, span);
                Vec::new()
            }
            Kind::List(items) => {
                let items = items.clone();
                items.iter().flat_map(|item| self.ends(item, span)).collect()
            }
            Kind::Family(family) => {
                let ids: Vec<InstanceId> = family.values().copied().collect();
                ids.into_iter().filter_map(|id| self.group_of(id, span)).collect()
            }
            Kind::Cidr(cidr) => vec![FoundEnd { end: End::Cidr(*cidr), ports: Vec::new() }],
            Kind::Builtin(name) if *name == "internet" => vec![FoundEnd { end: End::Internet, ports: Vec::new() }],
            Kind::Instance(id) => self.group_of(*id, span).into_iter().collect(),
            _ => {
                self.wrong_type(
                    value,
                    span,
                    "an end of a connection is an instance, a security group, an address range or `internet`",
                );
                Vec::new()
            }
        }
    }

    /// The ends that a value names, without their ports.
    pub(super) fn end_points(&mut self, value: &Value, span: Span) -> Vec<End> {
        self.ends(value, span).into_iter().map(|found| found.end).collect()
    }

    fn group_of(&mut self, id: InstanceId, span: Span) -> Option<FoundEnd> {
        match self.find_group(id, id, 0) {
            Ok(mut found) => {
                if found.ports.is_empty() {
                    found.ports = self.listeners_of(id);
                }
                Some(found)
            }
            Err(NoGroup::Reported) => None,
            Err(NoGroup::Unknown) => {
                self.no_group(id, span);
                None
            }
        }
    }

    /// The ports of whatever says that an instance listens there, as listeners do of load balancers.
    fn listeners_of(&mut self, id: InstanceId) -> Vec<Ports> {
        let Ok(listening) = self.resource_at(id) else { return Vec::new() };
        let (ty, of, port, protocol) = facts::LISTENER;
        let mut found = Vec::new();
        for resource in self.model.resources.iter().filter(|resource| resource.ty == ty) {
            let properties = &resource.properties;
            let text = |name: &str| match &properties.get(name)?.kind {
                NodeKind::Text(text) => self.by_value(text),
                NodeKind::Int(number) => Some(number.to_string()),
                _ => None,
            };
            let named = match properties.get(of).map(|node| &node.kind) {
                Some(NodeKind::Text(text)) => text.single_hole(),
                _ => None,
            };
            if !matches!(named, Some(Hole::Resource(id, _)) if id == listening) {
                continue;
            }
            let Some(port) = text(port).and_then(|port| port.parse().ok()) else { continue };
            for carried in facts::carried_by(text(protocol).as_deref()) {
                found.push(Ports { protocol: (*carried).to_owned(), range: (port, port), origin: resource.origin });
            }
        }
        found
    }

    pub(super) fn no_group(&mut self, id: InstanceId, span: Span) {
        let ty = self.instance_type(id);
        let diagnostic =
            Diagnostic::new(codes::NO_ENDPOINT, span, format!("`{ty}` has no security group that is known"))
                .help("name the group itself; in a component, `endpoint GROUP on tcp N` says where it listens");
        self.report(diagnostic.rests_on(self.declaration(id)));
    }

    pub(super) fn find_group(&mut self, id: InstanceId, wearer: InstanceId, depth: u32) -> Result<FoundEnd, NoGroup> {
        if depth > 16 {
            return Err(NoGroup::Unknown);
        }
        let stated = self.data(id).and_then(|data| data.body).and_then(|body| self.body(body)).and_then(|body| {
            body.statements.iter().find_map(|placed| match &placed.item.kind {
                ItemKind::Endpoint(endpoint) => Some((endpoint, placed.scope.clone())),
                _ => None,
            })
        });
        let (endpoint, scope): (&'p ast::Endpoint, Scope<'p>) = match stated {
            Some(stated) => stated,
            None => {
                let resource = self.resource_at(id)?;
                let declared = self.model.resources.get(resource.index()).ok_or(NoGroup::Unknown)?;
                let (instance, ty) = (declared.instance, declared.ty);
                if ty == facts::SECURITY_GROUP {
                    return Ok(FoundEnd {
                        end: End::Group(resource, (wearer != id).then_some(wearer)),
                        ports: Vec::new(),
                    });
                }
                let endpoint = self.program.access_on(ty).find_map(|access| access.endpoint.as_ref());
                (endpoint.ok_or(NoGroup::Unknown)?, self.properties_scope(instance))
            }
        };
        let ports = self.ports(&endpoint.ports, &scope);
        let group = match self.evaluate(&endpoint.group, &scope).kind {
            Kind::Instance(group) => group,
            Kind::Error => return Err(NoGroup::Reported),
            _ => return Err(NoGroup::Unknown),
        };
        if group == id {
            let resource = self.resource_at(id)?;
            return Ok(FoundEnd { end: End::Group(resource, None), ports });
        }
        let found = self.find_group(group, wearer, depth + 1)?;
        Ok(FoundEnd { end: found.end, ports })
    }

    fn resource_at(&self, id: InstanceId) -> Result<ResourceId, NoGroup> {
        self.model.instances.get(id.index()).and_then(|instance| instance.resource).ok_or(NoGroup::Unknown)
    }
}

/// An expression as it is written, for descriptions.
fn spelled(expr: &ast::Expr) -> String {
    match &expr.kind {
        ExprKind::Name(name) => name.as_str().to_owned(),
        ExprKind::Field(of, field) => format!("{}.{}", spelled(of), field.name),
        ExprKind::Index(of, key) => match &key.kind {
            ExprKind::Text(text) => match text.pieces.as_slice() {
                [ast::TextPiece::Literal(key, _)] => format!("{}[{key:?}]", spelled(of)),
                _ => spelled(of),
            },
            _ => spelled(of),
        },
        ExprKind::Cidr(cidr) => cidr.to_string(),
        ExprKind::List(items) => items.iter().map(spelled).collect::<Vec<_>>().join(", "),
        _ => String::from("…"),
    }
}
