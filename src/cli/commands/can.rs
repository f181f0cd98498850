//! `infrac can` and `infrac who-can`: questions about who may do what.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Answer, Shown, Stream, WorldError, code, deny, find_one, options, refused};
use crate::base::Span;
use crate::check::access::{Denied, Given, Holder, Holdings, Question, Reply, Unknown, can, who_can};
use crate::check::iam::Layer;
use crate::cli::args::{AnswerFormat, CanArguments, Common, Expected, WhoCanArguments};
use crate::cli::render::Format;
use crate::diag::nearest;
use crate::driver::{self, Modelled};
use crate::world::{Sources, World};

/// The system that is asked about, or the answer that says what is wrong with it.
fn modelled(
    world: &dyn World,
    path: Option<&std::path::PathBuf>,
    messages: Format,
    common: &Common,
    shown: Shown,
) -> Result<Result<Modelled, Answer>, WorldError> {
    let system = match find_one(world, path, common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, messages, &problems);
            return Ok(Err(Answer { err, code: code(&problems), ..Answer::default() }));
        }
    };
    let Modelled { mut checked, models } = driver::models(world, &system, &options(world, common)?)?;
    deny(&mut checked, common);
    if models.is_empty() || checked.has_errors() {
        let all = [checked];
        let err = shown.diagnostics(Stream::Err, messages, &all);
        return Ok(Err(Answer { err, code: 1, ..Answer::default() }));
    }
    // Advice on the system is no part of the answer.
    Ok(Ok(Modelled { checked, models }))
}

/// A name that no environment knows: with the nearest one that some environment does.
fn unknown(unknown: &Unknown) -> Answer {
    let Unknown { what, name, known } = unknown;
    let mut reason = format!("`{name}` is not {what}");
    if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
        let _ = write!(reason, "\ndid you mean `{near}`?");
    }
    refused(&reason)
}

/// Runs `infrac can`.
pub(super) fn run(world: &dyn World, arguments: &CanArguments, shown: Shown) -> Result<Answer, WorldError> {
    let modelled = match modelled(world, arguments.path.as_ref(), arguments.messages, &arguments.common, shown)? {
        Ok(modelled) => modelled,
        Err(answer) => return Ok(answer),
    };
    let question =
        Question { who: arguments.principal.clone(), action: arguments.action.clone(), on: arguments.resource.clone() };
    let (mut replies, mut unknowns) = (Vec::new(), Vec::new());
    for model in &modelled.models {
        match can(&Holdings::of(model), &question) {
            Ok(reply) => replies.push(reply),
            Err(unknown) => unknowns.push(unknown),
        }
    }
    if replies.is_empty() {
        return Ok(unknowns.first().map(unknown).unwrap_or_default());
    }
    let sources = &modelled.checked.sources;
    let out = match arguments.format {
        AnswerFormat::Human => replies.iter().map(|reply| said(&question, reply, sources)).collect(),
        AnswerFormat::Json => format!("{:#}\n", replies.iter().map(|reply| as_json(reply, sources)).collect::<Value>()),
    };
    let otherwise = match arguments.expect {
        Some(Expected::Allowed) => replies.iter().any(|reply| reply.given.is_none()),
        Some(Expected::Denied) => replies.iter().any(|reply| reply.given.is_some()),
        None => false,
    };
    Ok(Answer { out, code: u8::from(otherwise), ..Answer::default() })
}

/// Runs `infrac who-can`.
pub(super) fn run_who(world: &dyn World, arguments: &WhoCanArguments, shown: Shown) -> Result<Answer, WorldError> {
    let modelled = match modelled(world, arguments.path.as_ref(), arguments.messages, &arguments.common, shown)? {
        Ok(modelled) => modelled,
        Err(answer) => return Ok(answer),
    };
    let sources = &modelled.checked.sources;
    let (mut out, mut list, mut unknowns) = (String::new(), Vec::new(), Vec::new());
    for model in &modelled.models {
        let environment = model.environment.name;
        match who_can(&Holdings::of(model), &arguments.action, &arguments.resource) {
            Ok(holders) => {
                out.push_str(&everybody(environment.as_str(), &arguments.action, &holders, sources));
                let holders: Value = holders.iter().map(|holder| holder_as_json(holder, sources)).collect();
                list.push(json!({ "environment": environment.as_str(), "who": holders }));
            }
            Err(unknown) => unknowns.push(unknown),
        }
    }
    if list.is_empty() {
        return Ok(unknowns.first().map(unknown).unwrap_or_default());
    }
    let out = match arguments.format {
        AnswerFormat::Human => out,
        AnswerFormat::Json => format!("{:#}\n", Value::Array(list)),
    };
    Ok(Answer { out, ..Answer::default() })
}

fn place(sources: &Sources, span: Span) -> Option<String> {
    let place = sources.place(span)?;
    Some(format!("{}:{}", place.file, place.start.line + 1))
}

fn places(sources: &Sources, spans: &[Span]) -> Vec<String> {
    spans.iter().filter_map(|span| place(sources, *span)).collect()
}

/// An answer in words.
fn said(question: &Question, reply: &Reply, sources: &Sources) -> String {
    let Question { who, action, on } = question;
    let mut text = format!("{}: ", reply.environment);
    match (&reply.given, &reply.denied) {
        (Some(given), _) => {
            let _ = writeln!(text, "`{who}` may {action} on `{on}`");
            details(&mut text, given, sources, "  ");
        }
        (None, denied) => {
            let _ = writeln!(text, "`{who}` may not {action} on `{on}`");
            if let Some(denied) = denied {
                let _ = writeln!(text, "  {}", because(denied));
                for place in places(sources, &denied.places) {
                    let _ = writeln!(text, "  denied at {place}");
                }
            }
        }
    }
    for caveat in &reply.caveats {
        let _ = writeln!(text, "  note: {caveat}");
    }
    text
}

fn details(text: &mut String, given: &Given, sources: &Sources, indent: &str) {
    for on in &given.on {
        let _ = writeln!(text, "{indent}on {on}");
    }
    for (index, when) in given.when.iter().enumerate() {
        let _ = writeln!(text, "{indent}{} {when}", if index == 0 { "when" } else { "or when" });
    }
    if !given.always && given.when.is_empty() {
        let _ = writeln!(text, "{indent}unless a denial's conditions hold");
    }
    for place in places(sources, &given.places) {
        let _ = writeln!(text, "{indent}said at {place}");
    }
}

fn because(denied: &Denied) -> &'static str {
    match (denied.explicit, denied.layer) {
        (true, Layer::Resource) => "the resource's policy denies it",
        (true, _) => "its own policies deny it",
        (false, Layer::Resource) => "the resource's policy has to allow it, and does not",
        (false, Layer::Boundary) => "its boundary does not allow it",
        (false, _) => "nothing allows it",
    }
}

/// All who can, in words.
fn everybody(environment: &str, action: &str, holders: &[Holder], sources: &Sources) -> String {
    let mut text = String::new();
    if holders.is_empty() {
        let _ = writeln!(text, "{environment}: nobody can {action} there");
        return text;
    }
    let _ = writeln!(text, "{environment}:");
    for holder in holders {
        let _ = writeln!(text, "  {}", holder.name);
        for step in &holder.path {
            let _ = writeln!(text, "    {}", step.does);
        }
        if let Some(given) = &holder.given {
            details(&mut text, given, sources, "    ");
        }
    }
    text
}

fn given_as_json(given: &Given, sources: &Sources) -> Value {
    json!({ "always": given.always, "on": given.on, "when": given.when, "source": places(sources, &given.places) })
}

fn as_json(reply: &Reply, sources: &Sources) -> Value {
    let layer = reply.denied.as_ref().map(because);
    json!({
        "environment": reply.environment.as_str(),
        "decision": match (&reply.given, &reply.denied) {
            (Some(given), _) if given.always => "allowed",
            (Some(_), _) => "conditional",
            (None, Some(denied)) if denied.explicit => "explicitDeny",
            (None, _) => "implicitDeny",
        },
        "given": reply.given.as_ref().map(|given| given_as_json(given, sources)),
        "because": layer,
        "caveats": reply.caveats,
    })
}

fn holder_as_json(holder: &Holder, sources: &Sources) -> Value {
    let path: Value = holder.path.iter().map(|step| json!({ "does": step.does, "then": step.then })).collect();
    let given = holder.given.as_ref().map(|given| given_as_json(given, sources));
    json!({ "principal": holder.name, "path": path, "given": given })
}
