//! `infrac catalog`: what is known of a resource type or an action, and the date of that knowledge.

mod json;
mod types;
mod words;

use std::fmt::Write;

use serde_json::Value;

use super::{Answer, refused};
use crate::catalog::{Action, catalog};
use crate::cli::args::AnswerFormat;
use crate::diag::nearest;

pub(super) fn run(what: Option<&str>, format: AnswerFormat) -> Answer {
    let Some(what) = what else { return shown(format, &summary, &summary_as_data) };
    let (name, path) = match what.split_once('.') {
        Some((name, path)) if name.contains("::") => (name, Some(path)),
        Some(_) | None => (what, None),
    };
    match (catalog().resource_type(name), path) {
        (Some(ty), None) => return shown(format, &|| types::page(ty), &|| json::of_type(ty)),
        (Some(ty), Some(path)) => {
            return match ty.shape().find(path) {
                Some(property) => {
                    shown(format, &|| types::part(ty, path, property), &|| json::of_part(ty, path, property))
                }
                None => {
                    let first = path.split('.').next().unwrap_or(path);
                    unknown(
                        &format!("`{name}` has no property `{path}`"),
                        first,
                        ty.properties().map(|known| known.name()),
                    )
                }
            };
        }
        (None, _) => {}
    }
    if let Some(action) = catalog().action(what) {
        return shown(format, &|| action_page(action), &|| json::of_action(action));
    }
    if what.contains("::") {
        let known = catalog().resource_types().map(|ty| ty.name());
        return unknown(&format!("there is no resource type `{name}`"), name, known);
    }
    match what
        .split_once(':')
        .and_then(|(prefix, action)| Some((catalog().service(&prefix.to_ascii_lowercase())?, action)))
    {
        Some((service, action)) => {
            let known = service.actions().map(|known| known.name());
            unknown(&format!("`{}` has no action `{action}`", service.prefix()), action, known)
        }
        None => {
            let known = catalog().services().map(|service| service.prefix());
            let prefix = what.split(':').next().unwrap_or(what);
            unknown(&format!("`{what}` is no resource type and no action"), prefix, known)
        }
    }
}

fn shown(format: AnswerFormat, human: &dyn Fn() -> String, data: &dyn Fn() -> Value) -> Answer {
    let out = match format {
        AnswerFormat::Human => human(),
        AnswerFormat::Json => format!("{:#}\n", data()),
    };
    Answer { out, ..Answer::default() }
}

fn unknown<'a>(message: &str, word: &str, known: impl Iterator<Item = &'a str>) -> Answer {
    let mut answer = refused(message);
    if let Some(near) = nearest(word, known) {
        let _ = writeln!(answer.err, "did you mean `{near}`?");
    }
    answer
}

fn summary() -> String {
    let catalog = catalog();
    let types = catalog.resource_types().count();
    let actions: usize = catalog.services().map(|service| service.actions().count()).sum();
    let services = catalog.services().count();
    let mut out = format!(
        "{types} resource types of CloudFormation, as of {}\n{actions} actions of {services} services, as of {}\n\nFrom\n\n",
        catalog.date(),
        catalog.iam_date()
    );
    for (name, version) in catalog.sources() {
        let _ = writeln!(out, "  {name} {version}");
    }
    out.push_str("\n`infrac catalog TYPE`, `infrac catalog TYPE.PROPERTY` and `infrac catalog ACTION` show what is known of one.\n");
    out
}

fn summary_as_data() -> Value {
    let catalog = catalog();
    serde_json::json!({
        "format": 1,
        "date": catalog.date(),
        "iam_date": catalog.iam_date(),
        "sources": catalog.sources().map(|(name, version)| (name.to_owned(), version.into())).collect::<serde_json::Map<_, _>>(),
        "types": catalog.resource_types().map(|ty| ty.name()).collect::<Vec<_>>(),
    })
}

fn action_page(action: Action) -> String {
    let levels: Vec<&str> = action.levels().map(json::level).collect();
    let mut out = format!("{action}\n\n  Access      {}\n", levels.join(", "));
    let keys: Vec<&str> = action.condition_keys().collect();
    if !keys.is_empty() {
        let _ = writeln!(out, "  Conditions  {}", keys.join(" "));
    }
    let dependents: Vec<&str> = action.dependents().collect();
    if !dependents.is_empty() {
        let _ = writeln!(out, "  Needs       {}", dependents.join(" "));
    }
    let mut resources = action.resources().peekable();
    if resources.peek().is_none() {
        out.push_str("  Resources   `*` alone\n");
    } else {
        out.push_str("\nResources\n\n");
    }
    for found in resources {
        let arn = found.resource_kind().map_or("", |kind| kind.arn());
        let required = if found.required { "  (required)" } else { "" };
        let _ = writeln!(out, "  {}  {arn}{required}", found.kind);
        let keys: Vec<&str> = found.conditions.collect();
        if !keys.is_empty() {
            let _ = writeln!(out, "    {}", keys.join(" "));
        }
    }
    let _ = writeln!(out, "\nFrom IAM's reference of {}.", catalog().iam_date());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_and_property_has_a_page() {
        let step = if std::env::var_os("INFRAC_THOROUGH").is_some() { 1 } else { 60 };
        for ty in catalog().resource_types().step_by(step) {
            let page = types::page(ty);
            assert!(page.contains(catalog().date()) && page.contains("Properties"), "{page}");
            let data = json::of_type(ty);
            let properties = data.get("properties").and_then(Value::as_object);
            for known in ty.properties() {
                assert!(properties.is_some_and(|all| all.contains_key(known.name())), "{} {}", ty.name(), known.name());
                let listed = known.read_only() || page.contains(&format!("\n  {}", known.name()));
                assert!(listed, "{} is not on the page of {}", known.name(), ty.name());
            }
        }
    }

    #[test]
    fn every_action_has_a_page() {
        for action in catalog().services().flat_map(|service| service.actions()).step_by(101) {
            assert!(action_page(action).starts_with(&format!("{action}\n")));
            assert_eq!(json::of_action(action)["action"], action.to_string());
        }
    }
}
