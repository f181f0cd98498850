//! `a.b`, `a[b]` and `a.b(…)`.

use std::sync::Arc;

use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{self, InstanceId, ResourceId};
use crate::eval::scope::{Member, Scope};
use crate::eval::spread::Reads;
use crate::eval::value::{AssetPart, Attribute, Hole, Kind, Piece, Template, Value};
use crate::eval::{Evaluator, facts, units};
use crate::syntax::ast::{Argument, Expr, Ident};

impl<'p> Evaluator<'p> {
    pub(super) fn field(&mut self, of: &'p Expr, field: &'p Ident, span: Span, scope: &Scope<'p>) -> Value {
        let before = self.reading;
        let value = self.evaluate(of, scope);
        let found = self.field_of(&value, field.name, field.span, of.span, span);
        self.reading = before;
        self.as_part_of(found, &value, field.name.as_str())
    }

    /// A field of a value. `field` is the place of its name, `of` that of the value, `span` that of both.
    pub(super) fn field_of(&mut self, value: &Value, name: Symbol, field: Span, of: Span, span: Span) -> Value {
        match &value.kind {
            Kind::Error => value.clone(),
            Kind::Absent(absent) => self.absent(*absent, of),
            // Where the model is asked, what is absent is `none`, also within what is absent.
            Kind::None if self.querying || self.unset_is_none => self.value(Kind::None, span),
            Kind::None => {
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("`none` has no `{name}`"))
                    .label(of, "this is `none` here")
                    .help("ask first: `if x != none then x.field`, or give another value with `??`");
                self.error(diagnostic)
            }
            Kind::Record(record) => match record.get(&name) {
                Some(found) => found.clone(),
                None if self.querying || self.unset_is_none => self.value(Kind::None, span),
                None => {
                    let known: Vec<&str> = record.keys().map(|key| key.as_str()).collect();
                    let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("this has no `{name}`"))
                        .did_you_mean(field, name.as_str(), known);
                    self.error(diagnostic)
                }
            },
            Kind::Family(family) => match family.get(&name) {
                Some(id) => self.value(Kind::Instance(*id), span),
                None => {
                    let keys: Vec<&str> = family.keys().map(|key| key.as_str()).collect();
                    self.no_such_key(name.as_str(), field, &keys)
                }
            },
            Kind::Stack(stack) => self.stack_member(*stack, name, field, span),
            Kind::External(id) => self.external_output(*id, name, field, span),
            Kind::Instance(id) => self.instance_field(*id, name, field, span),
            Kind::AttributePath(resource, path) => {
                let whole = Symbol::new(&format!("{path}.{name}"));
                self.attribute(*resource, whole, field, span)
            }
            Kind::Asset(file) => {
                let file = *file;
                let text = match name.as_str() {
                    "bucket" => Template::hole(Hole::Asset(file, AssetPart::Bucket)),
                    "key" => Template::hole(Hole::Asset(file, AssetPart::Key)),
                    "hash" => Template::literal(file.as_str().split('.').next().unwrap_or_default()),
                    _ => {
                        let known = ["bucket", "key", "hash"];
                        let diagnostic =
                            Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("an asset has no `{name}`"))
                                .did_you_mean(field, name.as_str(), known);
                        return self.error(diagnostic);
                    }
                };
                self.value(Kind::Text(text), span)
            }
            Kind::Metric(_) | Kind::Threshold(_) => self.metric_field(value, name, field, span),
            Kind::Duration(_) | Kind::Size(_) | Kind::Percent(_) | Kind::Cidr(_) => {
                match units::field(&value.kind, name.as_str()) {
                    Some(Ok(kind)) => self.value(kind, span),
                    Some(Err(message)) => {
                        let diagnostic = Diagnostic::new(codes::VALUE_OUT_OF_RANGE, span, message)
                            .help("take a value that is a whole number of them, or ask for a smaller unit");
                        self.error(self.and_its_source(diagnostic, value, span))
                    }
                    None => {
                        let found = self.describe(value);
                        let diagnostic =
                            Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("{found} has no `{name}`"))
                                .did_you_mean(field, name.as_str(), units::fields_of(&value.kind));
                        self.error(diagnostic)
                    }
                }
            }
            _ => {
                let found = self.describe(value);
                let diagnostic = Diagnostic::new(codes::UNKNOWN_FIELD, field, format!("{found} has no `{name}`")).help(
                    "only records, instances, stacks, times, sizes and address ranges have something behind a dot",
                );
                self.error(self.and_its_source(diagnostic, value, span))
            }
        }
    }

    fn stack_member(&mut self, stack: model::StackId, name: Symbol, field: Span, span: Span) -> Value {
        let body = self.stack_bodies.values().flatten().find(|(id, _)| *id == stack).map(|(_, body)| *body);
        let Some(body) = body else { return self.value(Kind::Error, span) };
        if let Some(value) = self.member(body, name, span) {
            return value;
        }
        let title = self.model.stacks.get(stack.index()).map_or_else(|| Symbol::new(""), |stack| stack.name);
        if name == "outputs" || self.stack_has_output(body, name) {
            let diagnostic = Diagnostic::new(
                codes::UNKNOWN_NAME,
                field,
                format!("`{name}` is an output of stack `{title}`, not one of its instances"),
            )
            .help("refer to the instance itself; how its value travels between the stacks is derived");
            return self.error(diagnostic);
        }
        let known = self.names_in(body);
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_NAME, field, format!("stack `{title}` has nothing called `{name}`"))
                .root(name)
                .did_you_mean(field, name.as_str(), known.iter().map(|name| name.as_str()));
        let near = diagnostic.suggested().map(Symbol::new);
        let place =
            near.and_then(|near| self.body(body).and_then(|body| body.possible.get(&near))).map(|(place, _)| *place);
        let diagnostic = diagnostic.label(place.unwrap_or(Span::NONE), "defined here");
        self.error(diagnostic)
    }

    fn stack_has_output(&mut self, body: crate::eval::scope::BodyId, name: Symbol) -> bool {
        self.body(body).is_some_and(|body| body.outputs.contains_key(&name))
    }

    fn external_output(&mut self, id: model::ExternalId, name: Symbol, field: Span, span: Span) -> Value {
        let Some(external) = self.model.externals.get(id.index()) else { return self.value(Kind::Error, span) };
        match external.outputs.get(&name).map(|output| output.source.clone()) {
            Some(model::ExternalSource::Name(text)) => self.value(Kind::Text(text), span),
            Some(_) => self.value(Kind::Text(Template::hole(Hole::External(id, name))), span),
            None if external.broken => self.value(Kind::Error, span),
            None => {
                let known: Vec<&str> = external.outputs.keys().map(|name| name.as_str()).collect();
                let title = external.name;
                let place = external.span;
                if let Some(declared) = external.unexported.get(&name).copied() {
                    let diagnostic = Diagnostic::new(
                        codes::UNEXPORTED_OUTPUT,
                        field,
                        format!("`{title}` does not export its output `{name}` under one name"),
                    )
                    .label(declared, "declared here")
                    .help(format!("give it one there: `output {name} = … as \"{{system}}-{{env}}-{name}\"`"));
                    return self.error(diagnostic);
                }
                let diagnostic = Diagnostic::new(
                    codes::UNKNOWN_FIELD,
                    field,
                    format!("external system `{title}` offers no `{name}`"),
                )
                .label(place, "declared here")
                .did_you_mean(field, name.as_str(), known);
                self.error(diagnostic)
            }
        }
    }

    /// What an instance offers: outputs of its component, `id`, `name`, `arn`, and attributes of the resource it stands for.
    fn instance_field(&mut self, id: InstanceId, name: Symbol, field: Span, span: Span) -> Value {
        let component = self.data(id).and_then(|data| data.component);
        if component.is_some()
            && let Some(value) = self.component_output(id, name, span)
        {
            return value;
        }
        let resource = self.model.instances.get(id.index()).and_then(|instance| instance.resource);
        if let Some(resource) = resource {
            if name == "label" {
                return match self.label(resource) {
                    Some(text) => self.value(Kind::Text(text), span),
                    None => self.value(Kind::None, span),
                };
            }
            let attribute = match name.as_str() {
                "id" => Some(Attribute::Id),
                "name" => Some(Attribute::Name),
                "arn" => Some(Attribute::Arn),
                _ => None,
            };
            if let Some(attribute) = attribute {
                return self.value(Kind::Text(Template::hole(Hole::Resource(resource, attribute))), span);
            }
        }
        if let Some(component) = component {
            let inner = self
                .data(id)
                .and_then(|data| data.body)
                .is_some_and(|body| self.body(body).is_some_and(|body| body.possible.contains_key(&name)));
            // Whoever asks about what was built may look inside.
            if inner && self.querying {
                let body = self.data(id).and_then(|data| data.body);
                if let Some(value) = body.and_then(|body| self.member(body, name, span)) {
                    return value;
                }
            }
            if inner {
                let diagnostic = Diagnostic::new(
                    codes::PRIVATE_INSTANCE,
                    field,
                    format!(
                        "`{name}` is an inner instance of `{}` and cannot be named from outside",
                        component.name.name
                    ),
                )
                .rests_on(self.declaration(id))
                .label(component.name.span, "the component")
                .help("use one of its outputs; what it leaves open on an inner resource is set with `with { … }`");
                return self.error(diagnostic);
            }
            let is_param = component.body.iter().any(
                |item| matches!(&item.kind, crate::syntax::ast::ItemKind::Param(param) if param.name.name == name),
            );
            if is_param {
                let body = self.data(id).and_then(|data| data.body);
                if let Some(value) = body.and_then(|body| self.member(body, name, span)) {
                    return value;
                }
            }
        }
        match resource {
            Some(resource) => self.attribute(resource, name, field, span),
            None => {
                let ty = self.instance_type(id);
                let mut known: Vec<Symbol> = self
                    .data(id)
                    .and_then(|data| data.body)
                    .and_then(|body| self.body(body))
                    .map(|body| body.outputs.keys().copied().collect())
                    .unwrap_or_default();
                known.sort();
                if matches!(name.as_str(), "id" | "name" | "arn") {
                    return self.error(
                        Diagnostic::new(
                            codes::MISSING_MAIN,
                            field,
                            format!("`{ty}` has no `main` instance, so it has no `{name}`"),
                        )
                        .rests_on(self.declaration(id))
                        .help("use one of its outputs, or mark the instance that it stands for with `main`"),
                    );
                }
                let diagnostic =
                    Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, field, format!("`{ty}` has no output `{name}`"))
                        .rests_on(self.declaration(id))
                        .did_you_mean(field, name.as_str(), known.iter().map(|name| name.as_str()));
                self.error(diagnostic)
            }
        }
    }

    /// An attribute of a resource, in AWS's spelling; perhaps only the beginning of one with dots.
    fn attribute(&mut self, resource: ResourceId, name: Symbol, field: Span, span: Span) -> Value {
        let Some(declared) = self.model.resources.get(resource.index()) else { return self.value(Kind::Error, span) };
        let (ty, instance) = (declared.ty, declared.instance);
        let Some(known) = self.catalog.resource_type(ty.as_str()) else {
            // A custom resource returns whatever its function does.
            return self.value(Kind::Text(Template::hole(Hole::Resource(resource, Attribute::Named(name)))), span);
        };
        let set = known.property(name.as_str()).is_some_and(|property| !property.read_only());
        // Some schemas list an object beside its parts (`Endpoint`, `Endpoint.Address`); only the parts can be had.
        let prefix = format!("{name}.");
        if known.attributes().any(|(attribute, _)| attribute.starts_with(&prefix)) {
            return self.value(Kind::AttributePath(resource, name), span);
        }
        if known.attribute(name.as_str()).is_some() && !(self.querying && set) {
            return self.value(Kind::Text(Template::hole(Hole::Resource(resource, Attribute::Named(name)))), span);
        }
        if self.querying
            && let Some(value) = self.finished_property(resource, name, span)
        {
            return value;
        }
        // What the source sets is known without asking AWS.
        if known.property(name.as_str()).is_some() {
            if let Some(value) = self.setting_if_set(instance, name) {
                return value;
            }
            if self.querying {
                return self.value(Kind::None, span);
            }
            let place = self.data(instance).map_or(Span::NONE, |data| data.syntax.name.span);
            let diagnostic =
                Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, field, format!("AWS does not give the `{name}` of a `{ty}`"))
                    .label(place, format!("`{name}` is not set here either"))
                    .help("set it where the instance stands, or use an attribute that AWS returns");
            return self.error(diagnostic);
        }
        let names: Vec<&str> = known
            .attributes()
            .map(|(attribute, _)| attribute)
            .chain(known.properties().map(|property| property.name()))
            .chain(["id", "name", "arn"])
            .collect();
        let diagnostic = Diagnostic::new(codes::UNKNOWN_ATTRIBUTE, field, format!("`{ty}` has no attribute `{name}`"))
            .rests_on(self.declaration(instance))
            .did_you_mean(field, name.as_str(), names);
        self.error(diagnostic)
    }

    pub(super) fn index(&mut self, of: &'p Expr, key: &'p Expr, span: Span, scope: &Scope<'p>) -> Value {
        let before = self.reading;
        let value = self.evaluate(of, scope);
        self.reading = Reads::NONE;
        let index = self.evaluate(key, scope);
        let by = self.reading;
        let found = self.element(&value, &index, (of, key, span));
        self.reading = before;
        let found = self.as_part_of(found, &value, "");
        // Another key would give another element.
        let reads = self.model.spreads.reads(found.spread).and(by);
        let spread = if by.is_none() { found.spread } else { self.model.spreads.lost(reads) };
        found.spread(spread)
    }

    fn element(&mut self, value: &Value, index: &Value, places: (&'p Expr, &'p Expr, Span)) -> Value {
        let (of, key, span) = places;
        match (&value.kind, &index.kind) {
            (Kind::Error, _) | (_, Kind::Error) => self.value(Kind::Error, span),
            (Kind::Absent(name), _) => self.absent(*name, of.span),
            (Kind::None, _) if self.unset_is_none => self.value(Kind::None, span),
            (Kind::List(items), Kind::Int(at)) => {
                let found = usize::try_from(*at).ok().and_then(|at| items.get(at));
                match found {
                    Some(found) => found.clone(),
                    None if self.unset_is_none => self.value(Kind::None, span),
                    None => {
                        let count = items.len();
                        let diagnostic = Diagnostic::new(
                            codes::NO_SUCH_ELEMENT,
                            key.span,
                            format!("there is no element {at} in a list of {count}"),
                        )
                        .help("elements are counted from 0");
                        self.error(diagnostic)
                    }
                }
            }
            (Kind::Record(record), Kind::Text(text)) => {
                let Some(known) = self.by_value(text) else { return self.unknown_key(index, key.span) };
                match record.get(&Symbol::new(&known)) {
                    Some(found) => found.clone(),
                    None => {
                        let keys: Vec<&str> = record.keys().map(|key| key.as_str()).collect();
                        self.no_such_key(&known, key.span, &keys)
                    }
                }
            }
            (Kind::Family(family), _) => {
                let known = match &index.kind {
                    Kind::Text(text) => self.by_value(text),
                    Kind::Int(number) => Some(number.to_string()),
                    _ => None,
                };
                let Some(known) = known else { return self.unknown_key(index, key.span) };
                match family.get(&Symbol::new(&known)) {
                    Some(id) => self.value(Kind::Instance(*id), span),
                    None => {
                        let keys: Vec<&str> = family.keys().map(|key| key.as_str()).collect();
                        self.no_such_key(&known, key.span, &keys)
                    }
                }
            }
            (Kind::List(_), Kind::Text(_)) if self.is_deployed(index) => self.unknown_key(index, key.span),
            (Kind::List(_), _) => {
                self.wrong_type(index, key.span, "the elements of a list are counted by whole numbers")
            }
            _ => self.wrong_type(value, of.span, "an element can be taken of a list, a map or instances with keys"),
        }
    }

    fn unknown_key(&mut self, key: &Value, span: Span) -> Value {
        let diagnostic = self.deployed(key, span, "a key must be known when built");
        self.error(diagnostic.help("take it from a `param`, a `let` or a text that is written out"))
    }

    fn no_such_key(&mut self, key: &str, span: Span, known: &[&str]) -> Value {
        let diagnostic =
            Diagnostic::new(codes::NO_SUCH_ELEMENT, span, format!("there is nothing under the key `{key}`"))
                .help(format!("there is {}", crate::diag::quoted_list(known.iter().copied(), 8)))
                .did_you_mean(span, key, known.iter().copied());
        self.error(diagnostic)
    }

    /// `x.method(…)`.
    pub(super) fn method(
        &mut self,
        of: &'p Expr,
        method: &'p Ident,
        arguments: &'p [Argument],
        span: Span,
        scope: &Scope<'p>,
    ) -> Value {
        let value = self.evaluate(of, scope);
        if value.is_error() {
            return value;
        }
        if let Kind::Absent(name) = value.kind {
            return self.absent(name, of.span);
        }
        let resource = match &value.kind {
            Kind::Instance(id) => self.model.instances.get(id.index()).and_then(|instance| instance.resource),
            _ => None,
        };
        if let ("metric", Some(resource)) = (method.name.as_str(), resource) {
            return self.metric_of(resource, arguments, span, scope);
        }
        let text = match arguments {
            [one] => Some(self.evaluate(&one.value, scope)),
            _ => None,
        };
        let argument = text.as_ref().and_then(|value| match &value.kind {
            Kind::Text(text) => self.by_value(text),
            _ => None,
        });
        if text.as_ref().is_some_and(Value::is_error) {
            return self.value(Kind::Error, span);
        }
        match (method.name.as_str(), resource, argument) {
            ("field", Some(resource), Some(field)) if facts::is_secret(self.resource_type(resource)) => {
                let secret = Template::from_pieces([
                    Piece::Literal(Arc::from("{{resolve:secretsmanager:")),
                    Piece::Hole(Hole::Resource(resource, Attribute::Id)),
                    Piece::Literal(Arc::from(format!(":SecretString:{field}}}}}"))),
                ]);
                self.value(Kind::Secret(secret), span)
            }
            ("field", _, None) => self.error(
                Diagnostic::new(
                    codes::WRONG_ARGUMENTS,
                    span,
                    format!("`{}` takes one text that is known when built", method.name),
                )
                .help("write it as `secret.field(\"password\")`"),
            ),
            (name, ..) => {
                let found = self.describe(&value);
                let diagnostic =
                    Diagnostic::new(codes::NOT_CALLABLE, method.span, format!("{found} has no function `{name}`"))
                        .did_you_mean(method.span, name, ["field", "metric"]);
                self.error(diagnostic)
            }
        }
    }

    fn resource_type(&self, resource: ResourceId) -> &'static str {
        self.model.resources.get(resource.index()).map_or("", |resource| resource.ty.as_str())
    }

    /// The instances that a member holds.
    pub(super) fn instances_in(member: &Member) -> Vec<InstanceId> {
        match member {
            Member::Instance(id) => vec![*id],
            Member::Family(family) => family.values().copied().collect(),
        }
    }
}
