//! The difference for programs: the form is a contract.

use serde_json::{Map, Value, json};

use crate::base::Span;
use crate::diff::{
    Access, AccessChange, Action, CauseKind, Data, Difference, Exposure, ExposureChange, Replacement,
    ResourceDifference, StackDifference, Verdict,
};

/// The document. `place` gives a place as `file:line:column`.
pub fn to_json(difference: &Difference, place: &dyn Fn(Span) -> Option<String>) -> Value {
    json!({
        "format": 1,
        "stacks": difference.stacks.iter().map(|it| stack(it, place)).collect::<Vec<_>>(),
        "access": difference.access.iter().map(|it| access(it, place)).collect::<Vec<_>>(),
        "exposure": difference.exposure.iter().map(|it| exposure(it, place)).collect::<Vec<_>>(),
        "phases": difference.phases.phases.len(),
        "verdict": verdict(difference.verdict),
    })
}

fn stack(stack: &StackDifference, place: &dyn Fn(Span) -> Option<String>) -> Value {
    let mut object = json!({
        "stack": stack.stack,
        "resources": stack.resources.iter().map(|it| resource(it, place)).collect::<Vec<_>>(),
    });
    let outputs: Vec<Value> = stack
        .outputs
        .iter()
        .map(|output| {
            json!({
                "output": output.output,
                "export": output.export.as_ref().map(crate::cfn::Value::to_json),
                "from": output.from.as_ref().map(crate::cfn::Value::to_json),
                "to": output.to.as_ref().map(crate::cfn::Value::to_json),
                "source": place(output.span),
            })
        })
        .collect();
    // What is rarely there is left out where it is not.
    let mut extra = Map::new();
    if !outputs.is_empty() {
        extra.insert(String::from("outputs"), Value::Array(outputs));
    }
    if !stack.notes.is_empty() {
        extra.insert(String::from("notes"), json!(stack.notes));
    }
    if let Some(object) = object.as_object_mut() {
        object.extend(extra);
    }
    object
}

fn resource(resource: &ResourceDifference, place: &dyn Fn(Span) -> Option<String>) -> Value {
    let causes: Vec<Value> = resource
        .causes
        .iter()
        .map(|cause| {
            json!({
                "path": cause.path,
                "kind": kind(cause.kind),
                "from": cause.from.as_ref().map(crate::cfn::Value::to_json),
                "to": cause.to.as_ref().map(crate::cfn::Value::to_json),
                "source": place(cause.span),
            })
        })
        .collect();
    let mut object = json!({
        "logical_id": resource.logical_id,
        "type": resource.ty,
        "action": action(resource.action),
        "replacement": replacement(resource.replacement),
        "data": data(resource.data),
        "downtime": resource.downtime,
        "causes": causes,
    });
    if let (Some(from), Some(object)) = (&resource.moved, object.as_object_mut()) {
        object.insert(String::from("moved_from"), json!(from));
    }
    object
}

fn access(access: &Access, place: &dyn Fn(Span) -> Option<String>) -> Value {
    let change = match access.change {
        AccessChange::Gained => "gained",
        AccessChange::Lost => "lost",
        AccessChange::Broadened => "broadened",
        AccessChange::Narrowed => "narrowed",
    };
    json!({
        "change": change,
        "principal": access.principal,
        "action": access.action,
        "resource": access.resource,
        "source": place(access.span),
    })
}

fn exposure(exposure: &Exposure, place: &dyn Fn(Span) -> Option<String>) -> Value {
    let change = match exposure.change {
        ExposureChange::Public => "public",
        ExposureChange::Weakened => "weakened",
    };
    json!({
        "change": change,
        "logical_id": exposure.logical_id,
        "type": exposure.ty,
        "path": exposure.path,
        "about": exposure.about,
        "from": exposure.from.as_ref().map(crate::cfn::Value::to_json),
        "to": exposure.to.as_ref().map(crate::cfn::Value::to_json),
        "source": place(exposure.span),
    })
}

pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Add => "add",
        Action::Remove => "remove",
        Action::Modify => "modify",
        Action::Move => "move",
        Action::None => "none",
    }
}

fn replacement(replacement: Replacement) -> &'static str {
    match replacement {
        Replacement::Never => "never",
        Replacement::Maybe => "maybe",
        Replacement::Always => "always",
    }
}

fn data(data: Data) -> &'static str {
    match data {
        Data::Kept => "kept",
        Data::Snapshot => "snapshot",
        Data::Retained => "retained",
        Data::Lost => "lost",
    }
}

pub(super) fn kind(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::CreateOnly => "create-only",
        CauseKind::Conditional => "conditional",
        CauseKind::Updatable => "updatable",
        CauseKind::Unknown => "unknown",
        CauseKind::Propagated => "propagated",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::None => "none",
        Verdict::Safe => "safe",
        Verdict::Review => "review",
        Verdict::Phased => "phased",
        Verdict::Unsafe => "unsafe",
    }
}
