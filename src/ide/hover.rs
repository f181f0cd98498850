//! What is known of the thing under the cursor, in Markdown.

use crate::base::{FileId, Span, Symbol};
use crate::catalog::{AccessLevel, Action, Property, ResourceType, Service};
use crate::diag::Code;
use crate::driver::Analysis;
use crate::eval::model::{Model, Resource};
use crate::eval::usage;
use crate::eval::value::{Node, NodeKind};
use crate::ide::names::name_at;
use crate::ide::target::{Own, Target};
use crate::ide::ty::Keys;
use crate::ide::view::{View, params};
use crate::ide::walk::{Listener, Walk};
use crate::ide::{limits, own, words};
use crate::syntax::ast::{AccessItem, Component, Entry, Ident, ItemKind, Param, Verb};

/// What is said of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The name.
    pub place: Span,
    /// Markdown.
    pub text: String,
}

/// What is known of the name at a place.
pub fn hover(view: &View<'_>, file: FileId, offset: u32) -> Option<Hover> {
    let name = name_at(view, file, offset)?;
    let mut parts = vec![told(view, &name.target)];
    if let Some(declared) = name.target.declared()
        && let Some(doc) = view.doc(declared.span)
    {
        parts.push(doc.text.clone());
    }
    let found = match view.known {
        Some(known) => known_of(view, known, &name.target, name.place),
        None => Vec::new(),
    };
    if !found.is_empty() {
        parts.push(found.iter().map(|line| format!("- {line}")).collect::<Vec<String>>().join("\n"));
    }
    Some(Hover { place: name.place, text: parts.join("\n\n") })
}

fn code(text: &str) -> String {
    format!("```infra\n{text}\n```")
}

fn lines(head: String, facts: Vec<String>, link: Option<(String, String)>) -> String {
    let facts: Vec<String> = facts.into_iter().map(|fact| format!("- {fact}")).collect();
    let facts = (!facts.is_empty()).then(|| facts.join("\n"));
    let link = link.map(|(title, address)| format!("[{title}]({address})"));
    std::iter::once(head).chain(facts).chain(link).collect::<Vec<String>>().join("\n\n")
}

/// What a thing is.
fn told(view: &View<'_>, target: &Target<'_>) -> String {
    let head = |name: Ident| code(&format!("{} {}", target.kind(), name.name));
    match target {
        Target::System(name) | Target::Binder(name) => head(*name),
        Target::Param(param) => code(&of_param(view, param)),
        Target::Let(binding) => code(&one_line(view, binding.name.span.to(binding.value.span), "let ")),
        Target::Fn(function) => {
            let end = function.result.as_ref().map_or(function.body.span.lo, |result| result.span.hi);
            let signature = view.sources.slice(Span { hi: end, ..function.name.span });
            code(&format!("fn {}", signature.trim_end().trim_end_matches('=').trim_end()))
        }
        Target::Type(alias) => code(&one_line(view, alias.name.span.to(alias.ty.span), "type ")),
        Target::Component(component) => of_component(view, component),
        Target::Stack(name) => {
            let title = view
                .program
                .stacks
                .iter()
                .find(|stack| stack.name.span == name.span)
                .and_then(|stack| stack.head()?.title.as_ref())
                .map(|title| format!(" {}", view.sources.slice(title.span)));
            code(&format!("stack {}{}", name.name, title.unwrap_or_default()))
        }
        Target::External(external) => head(external.name),
        Target::ExternalOutput(output) => {
            code(&format!("{}: {}", output.name.name, view.sources.slice(output.ty.span)))
        }
        Target::Step(step) => {
            let text = step.text.as_ref().map(|text| format!(" {}", view.sources.slice(text.span)));
            code(&format!("step {}{}", step.name.name, text.unwrap_or_default()))
        }
        Target::Policy(policy) => head(policy.name),
        Target::Rule(rule) => {
            let text = rule.text.as_ref().map(|text| format!(" {}", view.sources.slice(text.span)));
            code(&format!("rule {}{}", rule.name.name, text.unwrap_or_default()))
        }
        Target::Environment(environment) => {
            let from = environment.from.map(|from| format!(" from {}", from.name)).unwrap_or_default();
            code(&format!("environment {}{from}", environment.name.name))
        }
        Target::Instance(instance) => {
            let ty = instance.ty;
            let head = code(&format!("{} = {}", instance.name.name, ty.name));
            match crate::catalog::catalog().resource_type(ty.name.as_str()).and_then(limits::page) {
                Some(page) => format!("{head}\n\n[{}]({page})", ty.name),
                None => head,
            }
        }
        Target::Output(output) => code(&one_line(view, output.name.span.to(output.value.span), "output ")),
        Target::Field(field) => code(&format!("{}: {}", field.name.name, view.sources.slice(field.ty.span))),
        Target::Verb(verb) => of_verb(view, verb),
        Target::Resource(ty) => of_type(*ty),
        Target::Property(ty, property) => of_property(*ty, *property),
        Target::Attribute(ty, name) => {
            let link = limits::page(*ty).map(|page| (ty.name().to_owned(), page));
            lines(
                code(&format!("{}.{name}", ty.name())),
                vec![String::from("an attribute, known when it is deployed")],
                link,
            )
        }
        Target::Action(action) => of_action(*action),
        Target::Own(Own::Function, name) if *name != "metric" => {
            format!("```infra\n{}\n```", usage(name.as_str()).replace("` or `", "\n"))
        }
        Target::Own(own, name) => {
            lines(code(name.as_str()), own::about(*own, name.as_str()).into_iter().map(str::to_owned).collect(), None)
        }
        Target::Code(name) => {
            let why = Code::find(name.as_str()).map(|code| code.why().to_owned());
            lines(code(name.as_str()), why.into_iter().collect(), None)
        }
    }
}

/// A part of a source on one line.
fn one_line(view: &View<'_>, span: Span, before: &str) -> String {
    let text: Vec<&str> = view.sources.slice(span).split_whitespace().collect();
    words::shortened(&format!("{before}{}", text.join(" ")))
}

/// A param as it is declared.
pub(super) fn of_param(view: &View<'_>, param: &Param) -> String {
    let deploy = if param.deploy { "deploy " } else { "" };
    let default = param.default.as_ref().map(|default| format!(" = {}", one_line(view, default.span, "")));
    let ty = one_line(view, param.ty.span, "");
    format!("{deploy}param {}: {ty}{}", param.name.name, default.unwrap_or_default())
}

fn of_component(view: &View<'_>, component: &Component) -> String {
    let params = params(component).map(|param| format!("  {}", of_param(view, param)));
    let outputs = component.body.iter().filter_map(|item| {
        if let ItemKind::Output(output) = &item.kind { Some(format!("  output {}", output.name.name)) } else { None }
    });
    let body: Vec<String> = params.chain(outputs).collect();
    code(&format!("component {} {{\n{}\n}}", component.name.name, body.join("\n")))
}

fn of_verb(view: &View<'_>, verb: &Verb) -> String {
    fn statements<'v>(items: &'v [AccessItem], found: &mut Vec<&'v crate::syntax::ast::AccessStatement>) {
        for item in items {
            match item {
                AccessItem::Statement(statement) => found.push(statement),
                AccessItem::If { then, otherwise, .. } => {
                    statements(then, found);
                    statements(otherwise, found);
                }
            }
        }
    }
    let mut found = Vec::new();
    statements(&verb.body, &mut found);
    let allowed: Vec<String> = found.iter().map(|one| format!("  {}", one_line(view, one.span, ""))).collect();
    code(&format!("{} {{\n{}\n}}", verb.name.name, allowed.join("\n")))
}

fn of_type(ty: ResourceType) -> String {
    lines(code(ty.name()), limits::of_type(ty), limits::page(ty).map(|page| (String::from("AWS's page"), page)))
}

fn of_property(ty: ResourceType, property: Property) -> String {
    let head = code(&format!("{}: {}", property.name(), limits::shape(property.shape())));
    // Only properties of the type itself have a place on its page.
    let own = ty.property(property.name()).is_some_and(|own| own.shape() == property.shape());
    let page = if own { limits::place_on_page(ty, property.name()) } else { limits::page(ty) };
    lines(head, limits::facts(property), page.map(|page| (ty.name().to_owned(), page)))
}

fn of_action(action: Action) -> String {
    let mut facts = Vec::new();
    let levels: Vec<&str> = action
        .levels()
        .map(|level| match level {
            AccessLevel::List => "lists",
            AccessLevel::Read => "reads",
            AccessLevel::Write => "writes",
            AccessLevel::PermissionsManagement => "changes who may do what",
            AccessLevel::Tagging => "changes tags",
        })
        .collect();
    if !levels.is_empty() {
        facts.push(levels.join(", "));
    }
    let kinds: Vec<String> = action.resources().map(|resource| format!("`{}`", resource.kind)).collect();
    facts.push(match kinds.is_empty() {
        true => String::from("takes no resource: only `*`"),
        false => format!("on {}", kinds.join(", ")),
    });
    let keys: Vec<String> = action.condition_keys().map(|key| format!("`{key}`")).collect();
    if !keys.is_empty() {
        facts.push(format!("conditions: {}", keys.join(", ")));
    }
    let dependents: Vec<String> = action.dependents().map(|other| format!("`{other}`")).collect();
    if !dependents.is_empty() {
        facts.push(format!("may need, too: {}", dependents.join(", ")));
    }
    let link = action.service().map(|service: Service| (service.name().to_owned(), limits::actions_page(service)));
    lines(code(&action.to_string()), facts, link)
}

/// What environments make of a thing.
fn known_of(view: &View<'_>, known: &Analysis, target: &Target<'_>, place: Span) -> Vec<String> {
    let each = |of: &dyn Fn(&crate::driver::Environment) -> Option<String>| {
        let told: Vec<(Symbol, String)> =
            known.environments.iter().filter_map(|one| Some((one.model.environment.name, of(one)?))).collect();
        united(&told)
    };
    match target {
        Target::Param(_) | Target::Let(_) => {
            let Some(declared) = target.declared() else { return Vec::new() };
            each(&|one| settled(view, known, one, declared))
        }
        Target::Instance(instance) => each(&|one| {
            let made: Vec<String> = built_at(view, known, &one.model, instance.name.span)
                .take(5)
                .map(|made| named(&one.model, made))
                .collect();
            (!made.is_empty()).then(|| made.join("; "))
        }),
        Target::Stack(name) => each(&|one| {
            let stack = one.model.stacks.iter().find(|stack| stack.name == name.name)?;
            let resources = match stack.resources.len() {
                1 => String::from("1 resource"),
                number => format!("{number} resources"),
            };
            Some(format!("`{}`, {resources}", stack.physical_name))
        }),
        Target::Environment(environment) => {
            let found = known.environments.iter().find(|one| one.model.environment.name == environment.name.name);
            let told = found.map(|one| {
                let about = &one.model.environment;
                format!("account `{}`, region `{}`", about.account, about.region)
            });
            told.into_iter().collect()
        }
        Target::Property(..) => {
            let Some(value) = value_of_key(view, place) else { return Vec::new() };
            each(&|one| value_at(view, known, &one.model, value))
        }
        Target::System(_)
        | Target::Fn(_)
        | Target::Type(_)
        | Target::Component(_)
        | Target::External(_)
        | Target::ExternalOutput(_)
        | Target::Step(_)
        | Target::Policy(_)
        | Target::Rule(_)
        | Target::Output(_)
        | Target::Binder(_)
        | Target::Field(_)
        | Target::Verb(_)
        | Target::Resource(_)
        | Target::Attribute(..)
        | Target::Action(_)
        | Target::Own(..)
        | Target::Code(_) => Vec::new(),
    }
}

/// What a param or a `let` turned out to be, with the environments.
pub(super) fn settled_in(view: &View<'_>, known: &Analysis, declared: Ident) -> Vec<(String, String)> {
    let all = known.environments.iter();
    let told: Vec<(Symbol, String)> =
        all.filter_map(|one| Some((one.model.environment.name, settled(view, known, one, declared)?))).collect();
    grouped(&told).into_iter().map(|(names, value)| (names, value.trim_matches('`').to_owned())).collect()
}

/// Equal answers once, with the environments that they are of.
pub(super) fn united(told: &[(Symbol, String)]) -> Vec<String> {
    grouped(told).into_iter().map(|(names, answer)| format!("{names}: {answer}")).collect()
}

fn grouped(told: &[(Symbol, String)]) -> Vec<(String, String)> {
    let mut lines: Vec<(Vec<Symbol>, &str)> = Vec::new();
    for (environment, answer) in told {
        match lines.iter_mut().find(|(_, known)| known == answer) {
            Some((environments, _)) => environments.push(*environment),
            None => lines.push((vec![*environment], answer)),
        }
    }
    let line = |(environments, answer): (Vec<Symbol>, &str)| {
        let names: Vec<&str> = environments.iter().map(|name| name.as_str()).collect();
        (names.join(", "), answer.to_owned())
    };
    lines.into_iter().map(line).collect()
}

/// Whether a place of an earlier text is still the same: the same file says the same there.
pub(super) fn still(view: &View<'_>, known: &Analysis, then: Span, now: Span) -> bool {
    then.lo == now.lo
        && view.sources.slice(now) == known.checked.sources.slice(then)
        && match (view.sources.get(now.file), known.checked.sources.get(then.file)) {
            (Some(now), Some(then)) => now.shown == then.shown,
            (None, _) | (_, None) => false,
        }
}

/// What a param or a `let` turned out to be.
pub(super) fn settled(
    view: &View<'_>,
    known: &Analysis,
    one: &crate::driver::Environment,
    declared: Ident,
) -> Option<String> {
    let mut values = one.values.iter().filter(|(place, _)| still(view, known, *place, declared.span));
    let (_, value) = values.next()?;
    // Instances of a component have values of their own.
    match values.next() {
        Some(_) => None,
        None => words::value(&one.model, value).map(|text| format!("`{text}`")),
    }
}

/// The resources that an instance's declaration builds: itself, or the one that its component stands for.
pub(super) fn built_at<'m>(
    view: &'m View<'_>,
    known: &'m Analysis,
    model: &'m Model,
    name: Span,
) -> impl Iterator<Item = &'m Resource> {
    model.instances.iter().filter_map(move |instance| {
        let place = model.origins.span(instance.origin);
        let declared = place.contains(name);
        let same = declared && instance.name == *view.sources.slice(name);
        let stands = same && still(view, known, Span { hi: name.hi, lo: name.lo, file: place.file }, name);
        if stands { model.resources.get(instance.resource?.index()) } else { None }
    })
}

/// What a resource is called, with its name's length against the limit.
pub(super) fn named(model: &Model, resource: &Resource) -> String {
    let Some(name) = &resource.name else { return format!("logical id `{}`", resource.logical_id) };
    let text = crate::derive::known_text(model, resource.stack, &name.text)
        .unwrap_or_else(|| words::template(model, &name.text));
    let length = measured(resource, &text).map(|of| format!(" ({of})")).unwrap_or_default();
    format!("`{text}`{length}")
}

/// The length of a name against the limit of its type: `32 of 63`.
pub(super) fn measured(resource: &Resource, name: &str) -> Option<String> {
    let most = crate::catalog::catalog().resource_type(resource.ty.as_str())?.name_rules()?.max()?;
    Some(format!("{} of {most}", name.chars().count()))
}

/// The value that is set by the key at a place.
fn value_of_key(view: &View<'_>, place: Span) -> Option<Span> {
    struct Find {
        key: Span,
        value: Option<Span>,
    }
    impl<'p> Listener<'p> for Find {
        fn key(&mut self, key: Ident, entry: &'p Entry, _keys: Keys<'p>, _beside: &[Ident]) {
            if key.span == self.key {
                self.value = Some(entry.value.span);
            }
        }
    }
    let mut find = Find { key: place, value: None };
    Walk::file(view, place.file, &mut find);
    find.value
}

/// What a value in the sources became in the properties of a resource.
fn value_at(view: &View<'_>, known: &Analysis, model: &Model, value: Span) -> Option<String> {
    let place = |node: &Node| model.origins.span(node.origin);
    let find = |node: &Node| {
        let there = place(node);
        there == value && still(view, known, there, value)
    };
    let mut found: Option<&Node> = None;
    for resource in &model.resources {
        each_node(&resource.properties, &mut |node| {
            if found.is_none() && find(node) {
                found = Some(node);
            }
        });
    }
    words::node(model, found?).map(|text| format!("`{text}`"))
}

fn each_node<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Node)) {
    visit(node);
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| each_node(item, visit)),
        NodeKind::Map(entries) => entries.values().for_each(|entry| each_node(entry, visit)),
        NodeKind::Json(inner) => each_node(inner, visit),
        NodeKind::Error
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::Text(_)
        | NodeKind::Base64(_)
        | NodeKind::Zone(_) => {}
    }
}
