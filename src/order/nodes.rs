//! What of a model becomes a step, and what orders the steps.

use std::collections::BTreeSet;

use crate::base::{Span, Symbol};
use crate::derive::template::{Derived, EdgeKind};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{After, External, ExternalId, ExternalSource, Model, StackId, Step, StepId};
use crate::eval::value::{Hole, Kind, Template, Value, asset_key};
use crate::order::graph::Graph;
use crate::order::plan::{Because, PlanStep, StepKind, account_folder};

/// Fills the graph of an environment's plan.
pub(super) fn environment(model: &Model, derived: &Derived, graph: &mut Graph) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for id in model.stack_ids() {
        let stack = model.stack(id);
        let step = stack_step(model, id, stack.per_account);
        let twin = model.stacks.iter().take(id.index()).find(|other| other.physical_name == stack.physical_name);
        if let Some(twin) = twin {
            let message =
                format!("stacks `{}` and `{}` are both called `{}`", twin.name, stack.name, stack.physical_name);
            diagnostics.push(
                Diagnostic::new(codes::NAME_CLASH, step.span, message).help("let the rule `stack = …` in `naming` tell them apart with `{stack}`, or name one with `as \"…\"`")
                    .label(model.origins.user_span(twin.origin), "the first is declared here"),
            );
        }
        graph.step(step);
    }
    let shared_only = |step: &Step| belongs_to_account(model, step, None);
    for step in model.steps.iter().filter(|step| !shared_only(step)) {
        graph.step(manual_step(step));
    }
    let uses = external_uses(model);
    for (index, external) in model.externals.iter().enumerate() {
        let used = uses.iter().any(|(_, id, _)| id.index() == index);
        if used || !external.after.is_empty() || !external.before.is_empty() || is_named(model, index) {
            graph.step(external_step(external));
        }
    }
    let name = |after: After| id_in(model, after, false);
    edges(model, derived, graph, &name);
    for (stack, external, because) in uses {
        graph.edge(&name(After::External(external)), &name(After::Stack(stack)), because);
    }
    uploads(model, derived, graph, &|stack| (!model.stack(stack).per_account).then(|| name(After::Stack(stack))));
    for (own, shared, because) in graph.shared_behind_own() {
        let message = format!(
            "stack `{}` is shared by all environments of the account, but has to wait for `{}` of one of them",
            shared.name, own.name
        );
        diagnostics.push(
            Diagnostic::new(codes::PER_ACCOUNT_DIFFERS, because.span, message)
                .here(format!("`{}` is used here", because.from))
                .label(shared.span, "declared `per account` here")
                .help(format!(
                    "make `{}` `per account` as well, or let the environments' stacks depend on this one",
                    own.name
                )),
        );
    }
    diagnostics
}

/// Adds a step for each region in which templates name files, and what needs it. `name` gives the id of a stack's step.
pub(super) fn uploads(model: &Model, derived: &Derived, graph: &mut Graph, name: &dyn Fn(StackId) -> Option<String>) {
    let stacks: Vec<_> = derived
        .templates
        .iter()
        .filter(|template| !template.assets.is_empty())
        .filter_map(|template| Some((template, name(template.stack)?)))
        .collect();
    let regions: BTreeSet<&str> =
        stacks.iter().map(|(template, _)| model.stack(template.stack).region.as_str()).collect();
    for region in regions {
        let there = || stacks.iter().filter(|(template, _)| model.stack(template.stack).region == region);
        let mut files = Vec::new();
        let mut span = Span::NONE;
        for file in there().flat_map(|(template, _)| &template.assets) {
            let Some(asset) = model.assets.get(file) else { continue };
            let entry = (asset_key(file.as_str()), asset.path.clone());
            if !files.contains(&entry) {
                files.push(entry);
            }
            span = if span.is_none() { asset.span } else { span };
        }
        let id = format!("upload:{region}");
        let kind = StepKind::Upload { region: region.to_owned(), files };
        graph.step(PlanStep { id: id.clone(), name: Symbol::new("assets"), kind, span });
        for (template, step) in there() {
            for (file, asset) in template.assets.iter().filter_map(|file| Some((file, model.assets.get(file)?))) {
                let because = Because {
                    from: asset.path.clone(),
                    via: Some(asset_key(file.as_str())),
                    kind: EdgeKind::Upload,
                    span: asset.span,
                };
                graph.edge(&id, step, because);
            }
        }
    }
}

/// All edges between steps that are in the graph; `name` gives a step's id there.
pub(super) fn edges(model: &Model, derived: &Derived, graph: &mut Graph, name: &dyn Fn(After) -> String) {
    for edge in &derived.edges {
        let because = Because { from: edge.what.clone(), via: edge.via.clone(), kind: edge.kind, span: edge.span };
        graph.edge(&name(After::Stack(edge.before)), &name(After::Stack(edge.after)), because);
    }
    let spoken = |other: After, span: Span| Because {
        from: spelled(model, other).to_string(),
        via: None,
        kind: EdgeKind::Explicit,
        span,
    };
    for id in model.stack_ids() {
        for &(before, span) in &model.stack(id).after {
            graph.edge(&name(before), &name(After::Stack(id)), spoken(before, span));
        }
    }
    let steps = (0_u32..).map(StepId).zip(&model.steps).map(|(id, s)| (After::Step(id), &s.after, &s.before));
    let externals = (0_u32..).map(ExternalId).zip(&model.externals);
    let externals = externals.map(|(id, e)| (After::External(id), &e.after, &e.before));
    for (this, after, before) in steps.chain(externals) {
        for &(other, span) in after {
            graph.edge(&name(other), &name(this), spoken(other, span));
        }
        for &(other, span) in before {
            graph.edge(
                &name(this),
                &name(other),
                Because { from: spelled(model, this).to_string(), ..spoken(other, span) },
            );
        }
    }
}

/// The id of a step; in an account's own plan its stacks are deployed.
pub(super) fn id_in(model: &Model, what: After, account: bool) -> String {
    match what {
        After::Stack(id) => match model.stacks.get(id.index()) {
            Some(stack) if stack.per_account && !account => format!("account:{}", stack.physical_name),
            // An account's plan knows nothing of the environments' stacks.
            Some(stack) if account && !stack.per_account => String::new(),
            Some(stack) => format!("deploy:{}", stack.physical_name),
            None => String::new(),
        },
        After::Step(id) => model.steps.get(id.index()).map(|step| format!("manual:{}", step.name)).unwrap_or_default(),
        After::External(id) => {
            model.externals.get(id.index()).map(|external| format!("external:{}", external.name)).unwrap_or_default()
        }
    }
}

/// The step of a stack.
pub(super) fn stack_step(model: &Model, id: StackId, shared: bool) -> PlanStep {
    let stack = model.stack(id);
    let physical = stack.physical_name.clone();
    let kind = if shared {
        let folder = account_folder(&model.environment.account, &stack.region);
        StepKind::Account { stack: physical, folder }
    } else {
        StepKind::Deploy { stack: physical }
    };
    let span = model.origins.user_span(stack.origin);
    PlanStep { id: id_in(model, After::Stack(id), !shared && stack.per_account), name: stack.name, kind, span }
}

/// The step of what people do.
pub(super) fn manual_step(step: &Step) -> PlanStep {
    let kind = StepKind::Manual { text: step.text.clone() };
    PlanStep { id: format!("manual:{}", step.name), name: step.name, kind, span: step.span }
}

/// Whether everything that a manual step is about is shared by environments (in one region, if one is given).
pub(super) fn belongs_to_account(model: &Model, step: &Step, region: Option<&str>) -> bool {
    let mut around = step.after.iter().chain(&step.before).peekable();
    around.peek().is_some()
        && around.all(|(other, _)| match other {
            After::Stack(id) => {
                let stack = model.stack(*id);
                stack.per_account && region.is_none_or(|region| stack.region == region)
            }
            After::Step(_) | After::External(_) => false,
        })
}

fn external_step(external: &External) -> PlanStep {
    let by = external.settings.iter().find(|(key, _)| *key == "deployed_by");
    let deployed_by = by.and_then(|(_, value)| word(value));
    let kind = StepKind::External { title: external.title.clone(), deployed_by };
    PlanStep { id: format!("external:{}", external.name), name: external.name, kind, span: external.span }
}

fn word(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Text(text) => text.known().map(str::to_owned),
        _ => None,
    }
}

fn spelled(model: &Model, what: After) -> Symbol {
    let name = match what {
        After::Stack(id) => model.stacks.get(id.index()).map(|stack| stack.name),
        After::Step(id) => model.steps.get(id.index()).map(|step| step.name),
        After::External(id) => model.externals.get(id.index()).map(|external| external.name),
    };
    name.unwrap_or_else(|| Symbol::new("?"))
}

/// Whether something comes after or before this external system.
fn is_named(model: &Model, index: usize) -> bool {
    let stacks = model.stacks.iter().flat_map(|stack| &stack.after);
    let steps = model.steps.iter().flat_map(|step| step.after.iter().chain(&step.before));
    let externals = model.externals.iter().flat_map(|external| external.after.iter().chain(&external.before));
    stacks.chain(steps).chain(externals).any(|(other, _)| matches!(other, After::External(id) if id.index() == index))
}

/// Which stack uses what of which external system. A stack cannot be deployed before what it reads is there.
fn external_uses(model: &Model) -> Vec<(StackId, ExternalId, Because)> {
    let mut found: Vec<(StackId, ExternalId, Because)> = Vec::new();
    let mut note = |stack: StackId, text: &Template, span: Span| {
        for hole in text.holes() {
            let Hole::External(id, output) = hole else { continue };
            let Some(external) = model.externals.get(id.index()) else { continue };
            let (kind, via) = match external.outputs.get(&output).map(|output| &output.source) {
                Some(ExternalSource::Export(name)) => (EdgeKind::Import, name.known()),
                Some(ExternalSource::Ssm(name)) => (EdgeKind::Parameter, name.known()),
                Some(ExternalSource::Name(_)) => (EdgeKind::Name, None),
                Some(ExternalSource::Parameter) | None => (EdgeKind::Parameter, None),
            };
            let from = format!("{}.{output}", external.name);
            let known = found.iter().any(|(s, e, because)| *s == stack && *e == id && because.from == from);
            if !known {
                found.push((stack, id, Because { from, via: via.map(str::to_owned), kind, span }));
            }
        }
    };
    for resource in &model.resources {
        let nodes = std::iter::once(&resource.properties).chain(resource.attributes.values());
        for node in nodes {
            node.each_template(&mut |text, origin| {
                let at = model.origins.user_span(origin);
                let at = if at.is_none() { model.origins.user_span(resource.origin) } else { at };
                note(resource.stack, text, at);
            });
        }
        if let Some(name) = &resource.name {
            note(resource.stack, &name.text, model.origins.user_span(name.origin));
        }
        for tag in &resource.tags {
            note(resource.stack, &tag.value, model.origins.user_span(tag.origin));
        }
    }
    for id in model.stack_ids() {
        for output in &model.stack(id).outputs {
            let at = model.origins.user_span(output.origin);
            output.value.each_template(&mut |text, _| note(id, text, at));
        }
    }
    found
}
