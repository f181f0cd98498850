//! What everything is called in AWS: by which rule, within what the name is unique, and what it stands in the way of.

use serde_json::{Value, json};

use crate::base::Symbol;
use crate::catalog::{NameScope, catalog};
use crate::derive::known_text;
use crate::derive::template::{Derived, Json};
use crate::eval::model::{Model, Resource};
use crate::report::{Report, Section, System};

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let mut report = Report::default();
    for (model, derived, _) in system.builds {
        let named = all(model, derived, system);
        report.sections.push(section(model, &named));
        report.data.push(data(model, &named));
    }
    report
}

/// Something, and what it is called.
struct Named {
    what: String,
    ty: String,
    /// `None`: AWS makes up the name.
    name: Option<String>,
    /// The rule or the setting, by file and line.
    rule: Option<String>,
    /// Within what there can be no second one of that name.
    unique: Option<&'static str>,
    /// The source says why the name leaves the rules.
    excused: bool,
    /// CloudFormation cannot replace it: the old one still has the name.
    blocks: bool,
}

fn all(model: &Model, derived: &Derived, system: System<'_>) -> Vec<Named> {
    let mut named = Vec::new();
    for stack in &model.stacks {
        named.push(Named {
            what: stack.name.to_string(),
            ty: String::from("stack"),
            name: Some(stack.physical_name.clone()),
            rule: system.place(model.origins.user_span(stack.origin)),
            unique: Some("account and region"),
            excused: false,
            blocks: false,
        });
    }
    for id in model.resource_ids() {
        named.extend(of_resource(model, model.resource(id), system));
    }
    for template in &derived.templates {
        let stack = model.stack(template.stack).name;
        for (output, value) in &template.outputs {
            let Some(Json::Text(name)) = value.export.as_ref().map(|export| &export.json) else { continue };
            named.push(Named {
                what: format!("{stack}.{output}"),
                ty: String::from("export"),
                name: Some(name.clone()),
                rule: system.place(model.origins.user_span(value.origin)),
                unique: Some("account and region"),
                excused: false,
                blocks: false,
            });
        }
    }
    named
}

/// A resource with a name, or that could have one.
fn of_resource(model: &Model, resource: &Resource, system: System<'_>) -> Option<Named> {
    let ty = catalog().resource_type(resource.ty.as_str())?;
    let rules = ty.name_rules();
    let name = resource.name.as_ref();
    // What has no property for a name is called by its tag, if it takes any.
    if (name.is_none() && rules.is_none()) || (rules.is_none() && ty.tagging().is_none()) {
        return None;
    }
    let property = name.and_then(|name| name.property.as_deref());
    let replaced = || {
        let mut properties = ty.properties();
        properties.any(|one| one.create_only() && Some(one.name()) != property)
    };
    Some(Named {
        what: resource.path.clone(),
        ty: resource.ty.to_string(),
        name: name
            .map(|name| known_text(model, resource.stack, &name.text).unwrap_or_else(|| "(at deployment)".into())),
        rule: name.and_then(|name| system.place(model.origins.user_span(name.origin))),
        unique: match (property, rules.and_then(|rules| rules.scope())) {
            (None, _) => None,
            (_, Some(NameScope::Global)) => Some("everywhere"),
            (_, Some(NameScope::Account)) => Some("account"),
            (_, Some(NameScope::AccountRegion)) => Some("account and region"),
            (_, Some(NameScope::Parent)) => Some("what it belongs to"),
            (_, Some(NameScope::Nowhere) | None) => None,
        },
        excused: name.is_some_and(|name| name.excused),
        blocks: property.is_some() && !ty.deletes_before_replacing() && replaced(),
    })
}

fn section(model: &Model, named: &[Named]) -> Section {
    let row = |named: &Named| {
        let name = match (&named.name, named.ty.as_str()) {
            (Some(name), _) => name.clone(),
            (None, _) => String::from("(AWS makes it up)"),
        };
        let rule = named.rule.clone().unwrap_or_default();
        let rule = if named.excused { format!("{rule}, with a reason") } else { rule };
        let blocks = if named.blocks { "a new name first" } else { "" };
        let unique = named.unique.unwrap_or("nothing");
        vec![named.ty.clone(), named.what.clone(), name, unique.to_owned(), blocks.to_owned(), rule]
    };
    let mut rows: Vec<Vec<String>> = named.iter().map(row).collect();
    rows.sort();
    let blocking = named.iter().filter(|named| named.blocks).count();
    let mut notes = Vec::new();
    if blocking > 0 {
        notes.push(format!(
            "{blocking} of these names are fixed on types that some changes replace: such a change needs another name, or a new key of its \
             instance; `infrac diff` tells when"
        ));
    }
    Section {
        title: format!("what is called what in `{}`", model.environment.name),
        columns: ["type", "what", "name", "unique in", "to replace it", "named at"].map(str::to_owned).to_vec(),
        rows,
        notes,
    }
}

fn data(model: &Model, named: &[Named]) -> Value {
    let one = |named: &Named| {
        json!({
            "what": named.what,
            "type": named.ty,
            "name": named.name,
            "at": named.rule,
            "uniqueIn": named.unique,
            "excused": named.excused,
            "blocksReplacement": named.blocks,
        })
    };
    let name: Symbol = model.environment.name;
    json!({ "environment": name.as_str(), "names": named.iter().map(one).collect::<Vec<Value>>() })
}
