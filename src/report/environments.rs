//! Environments side by side: settings, what is built, in what it differs, and how it is protected.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::derive::template::{Derived, Json, Tree};
use crate::eval::model::Model;
use crate::order::Plan;
use crate::report::{Report, Section, System};

/// What stands in a cell where there is nothing.
const NOTHING: &str = "-";
/// So many characters of a value are shown.
const LONGEST: usize = 40;

/// One row: what it is about, and a cell for each environment.
type Rows = BTreeMap<(String, String), Vec<Option<String>>>;

/// The report.
pub(super) fn report(system: System<'_>) -> Report {
    let builds = system.builds;
    let names: Vec<&str> = builds.iter().map(|(model, ..)| model.environment.name.as_str()).collect();
    let parts = [
        ("settings", "setting", settings(builds)),
        ("what is built", "what", built(builds)),
        ("in what it differs", "what", differences(builds)),
        ("protections", "protection", protections(builds)),
    ];
    let mut report = Report::default();
    let mut data = serde_json::Map::new();
    for (title, first, rows) in parts {
        report.sections.push(section(title, first, &names, &rows));
        data.insert(title.replace(' ', "_"), rows_as_data(&names, &rows));
    }
    report.data.push(json!({ "environments": names, "tables": data }));
    report
}

type Builds = [(Model, Derived, Plan)];

/// Puts a cell into the row that is about something.
fn put(rows: &mut Rows, about: (String, String), builds: &Builds, at: usize, cell: String) {
    let cells = rows.entry(about).or_insert_with(|| vec![None; builds.len()]);
    if let Some(place) = cells.get_mut(at) {
        *place = Some(cell);
    }
}

fn settings(builds: &Builds) -> Rows {
    let mut rows = Rows::new();
    for (at, (model, ..)) in builds.iter().enumerate() {
        let environment = &model.environment;
        let own = [
            ("account", environment.account.clone()),
            ("confirm", environment.confirm.to_string()),
            ("region", environment.region.clone()),
        ];
        for (name, value) in own {
            put(&mut rows, (String::new(), name.to_owned()), builds, at, value);
        }
        for (name, value) in &model.settings {
            put(&mut rows, (String::from("param"), name.to_string()), builds, at, value.clone());
        }
    }
    rows
}

/// The instances of each stack; of those with keys, how many.
fn built(builds: &Builds) -> Rows {
    let mut rows = Rows::new();
    for (at, (model, ..)) in builds.iter().enumerate() {
        let mut counts: BTreeMap<(String, String), (usize, bool)> = BTreeMap::new();
        for instance in model.instances.iter().filter(|instance| instance.parent.is_none()) {
            let about = (format!("{}.{}", model.stack(instance.stack).name, instance.name), instance.ty.to_string());
            let count = counts.entry(about).or_default();
            *count = (count.0 + 1, instance.key.is_some());
        }
        for (about, (count, keyed)) in counts {
            put(&mut rows, about, builds, at, if keyed { count.to_string() } else { String::from("yes") });
        }
    }
    rows
}

/// Properties that differ in more than what each environment calls its own.
fn differences(builds: &Builds) -> Rows {
    let mut rows = Rows::new();
    for (at, (model, derived, _)) in builds.iter().enumerate() {
        let own = Own::of(model);
        for template in &derived.templates {
            let stack = model.stack(template.stack).name;
            for (id, resource) in &template.resources {
                let mut leaves = Vec::new();
                flatten(&resource.properties, &mut String::new(), &mut leaves);
                for (path, value) in leaves.into_iter().filter(|(path, _)| !path.contains("Tags.")) {
                    put(&mut rows, (format!("{stack}.{id}"), path), builds, at, own.taken_out(value));
                }
            }
        }
    }
    rows.retain(|_, cells| {
        let mut others = cells.iter().skip(1);
        // What is not built at all is told above.
        let built = cells.iter().filter(|cell| cell.is_some()).count() > 1;
        built && others.any(|other| Some(other) != cells.first())
    });
    rows
}

/// What an environment calls its own: its name, and the texts of its params.
struct Own(Vec<(String, String)>);

impl Own {
    fn of(model: &Model) -> Own {
        let environment = (model.environment.name.to_string(), String::from("{env}"));
        // Short texts stand in many others by chance.
        let params = model.settings.iter().filter(|(_, value)| value.len() > 3 && !value.contains(' '));
        let params = params.map(|(name, value)| (value.clone(), format!("{{{name}}}")));
        let words = |(value, _): &(String, String)| !value.chars().all(|letter| letter.is_ascii_digit());
        let mut all: Vec<(String, String)> = params.filter(words).chain([environment]).collect();
        all.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Own(all)
    }

    fn taken_out(&self, text: String) -> String {
        self.0
            .iter()
            .filter(|(value, _)| *value != text)
            .fold(text.clone(), |text, (value, name)| text.replace(value, name))
    }
}

fn flatten(tree: &Tree, path: &mut String, leaves: &mut Vec<(String, String)>) {
    let length = path.len();
    let mut into = |step: &str, tree: &Tree| {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(step);
        flatten(tree, path, leaves);
        path.truncate(length);
    };
    match &tree.json {
        Json::Map(map) => map.iter().for_each(|(key, tree)| into(key, tree)),
        Json::List(items) => items.iter().enumerate().for_each(|(at, tree)| into(&at.to_string(), tree)),
        Json::Text(text) => leaves.push((path.clone(), text.clone())),
        Json::Bool(known) => leaves.push((path.clone(), known.to_string())),
        Json::Int(number) => leaves.push((path.clone(), number.to_string())),
        Json::Float(number) => leaves.push((path.clone(), number.to_string())),
    }
}

fn protections(builds: &Builds) -> Rows {
    let mut rows = Rows::new();
    for (at, (model, ..)) in builds.iter().enumerate() {
        for one in &model.protections {
            let cell = match (one.strength, one.yes_or_no) {
                (None, _) => String::from("known when deployed"),
                (Some(0), true) => String::from("no"),
                (Some(_), true) => String::from("yes"),
                (Some(number), false) => number.to_string(),
            };
            let path = &model.resource(one.resource).path;
            put(&mut rows, (one.name.as_str().replace('_', " "), path.clone()), builds, at, cell);
        }
    }
    rows
}

fn section(title: &str, first: &str, names: &[&str], rows: &Rows) -> Section {
    let mut columns = vec![first.to_owned(), String::new()];
    columns.extend(names.iter().map(|name| (*name).to_owned()));
    let cell = |cell: &Option<String>| cell.as_deref().map_or_else(|| NOTHING.to_owned(), short);
    let row = |((one, two), cells): (&(String, String), &Vec<Option<String>>)| {
        [one.clone(), two.clone()].into_iter().chain(cells.iter().map(cell)).collect()
    };
    let mut section =
        Section { title: title.to_owned(), columns, rows: rows.iter().map(row).collect(), ..Section::default() };
    if rows.is_empty() {
        section.notes.push(String::from("nothing"));
    }
    section
}

fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= LONGEST && line.len() == text.len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", start.trim_end())
}

fn rows_as_data(names: &[&str], rows: &Rows) -> Value {
    let one = |((one, two), cells): (&(String, String), &Vec<Option<String>>)| {
        let values: serde_json::Map<String, Value> =
            names.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect();
        let about: Vec<&String> = [one, two].into_iter().filter(|text| !text.is_empty()).collect();
        json!({ "about": about, "values": values })
    };
    Value::Array(rows.iter().map(one).collect())
}
