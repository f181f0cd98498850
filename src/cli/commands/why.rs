//! `infrac why`: where something in a built template comes from.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::{Answer, Shown, Stream, WorldError, code, find_one, options};
use crate::check::access::Names;
use crate::cli::args::{AnswerFormat, WhyArguments};
use crate::diag::nearest;
use crate::driver::{self, Emission};
use crate::world::World;

/// The parts of a template that a bare id may stand in.
const SECTIONS: [&str; 3] = ["Resources", "Outputs", "Parameters"];
/// So many things of one text are shown.
const MOST: usize = 20;

/// A place in a template, and what made it.
struct Origin {
    environment: String,
    file: String,
    pointer: String,
    lines: Vec<Line>,
}

/// A part of it with a cause of its own.
struct Line {
    pointer: String,
    place: String,
    reason: String,
    library: Option<String>,
}

/// One folder of a build, read again.
struct Folder {
    name: String,
    templates: BTreeMap<String, Value>,
    /// By file and pointer.
    entries: BTreeMap<String, Value>,
    /// Paths of the source, and where they are in the templates.
    paths: BTreeMap<String, (String, String)>,
}

pub(super) fn run(world: &dyn World, arguments: &WhyArguments, shown: Shown) -> Result<Answer, WorldError> {
    let system = match find_one(world, arguments.path.as_ref(), &arguments.common)? {
        Ok(system) => system,
        Err(problems) => {
            let err = shown.diagnostics(Stream::Err, arguments.messages, &problems);
            return Ok(Answer { err, code: code(&problems), ..Answer::default() });
        }
    };
    let emission = driver::emission(world, &system, &options(world, &arguments.common)?)?;
    if emission.checked.has_errors() {
        let all = [emission.checked];
        let err = shown.diagnostics(Stream::Err, arguments.messages, &all);
        return Ok(Answer { err, code: code(&all), ..Answer::default() });
    }
    let folders = folders(&emission);
    let found: Vec<Origin> = folders.iter().flat_map(|folder| folder.find(&arguments.thing)).collect();
    if found.is_empty() {
        return Ok(unknown(&arguments.thing, &folders));
    }
    let out = match arguments.format {
        AnswerFormat::Human => said(&found),
        AnswerFormat::Json => format!("{:#}\n", Value::from_iter(found.iter().map(as_json))),
    };
    Ok(Answer { out, ..Answer::default() })
}

fn folders(emission: &Emission) -> Vec<Folder> {
    let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
    for (path, bytes) in &emission.files {
        let (Some((name, file)), Ok(document)) = (path.split_once('/'), serde_json::from_slice::<Value>(bytes)) else {
            continue;
        };
        let folder = folders.entry(name).or_insert_with(|| Folder {
            name: name.to_owned(),
            templates: BTreeMap::new(),
            entries: BTreeMap::new(),
            paths: BTreeMap::new(),
        });
        if file == "provenance.json" {
            let entries = document.get("entries").and_then(Value::as_object).cloned().unwrap_or_default();
            folder.entries = entries.into_iter().collect();
        } else if file.ends_with(".template.json") {
            folder.templates.insert(file.to_owned(), document);
        }
    }
    for model in &emission.models {
        for (path, id) in Names::of(model).paths() {
            let resource = model.resource(id);
            let file = format!("{}.template.json", model.stack(resource.stack).physical_name);
            let at = (file, format!("/Resources/{}", resource.logical_id));
            for folder in folders.values_mut().filter(|folder| folder.templates.contains_key(&at.0)) {
                folder.paths.insert(path.to_owned(), at.clone());
            }
        }
    }
    folders.into_values().collect()
}

impl Folder {
    /// What a text is about: a path of the source, a pointer, an id, or a message that has some of them in it.
    fn find(&self, thing: &str) -> Vec<Origin> {
        let mut found: Vec<(String, String)> = Vec::new();
        let end = |c: char| c.is_whitespace() || "'\"`,;()[]{}<>=|".contains(c);
        let words = [thing.trim()].into_iter().chain(thing.split(end)).map(|word| word.trim_end_matches(['.', ':']));
        for word in words.filter(|word| !word.is_empty()) {
            for place in self.places(word) {
                if !found.contains(&place) && found.len() < MOST {
                    found.push(place);
                }
            }
        }
        found.into_iter().map(|(file, pointer)| self.origin(file, pointer)).collect()
    }

    fn places(&self, word: &str) -> Vec<(String, String)> {
        if let Some(place) = self.paths.get(word) {
            return vec![place.clone()];
        }
        let (file, pointer) = match word.split_once('#') {
            Some((file, pointer)) => (Some(file.rsplit('/').next().unwrap_or(file)), pointer),
            None => (None, word),
        };
        let templates =
            self.templates.iter().filter(|(name, _)| file.is_none_or(|file| file.is_empty() || file == *name));
        let mut pointer = pointer.trim_start_matches('/').to_owned();
        if SECTIONS.iter().any(|section| pointer.starts_with(&format!("{section}."))) {
            pointer = pointer.replace('.', "/");
        }
        let is_pointer = SECTIONS.iter().any(|section| pointer.starts_with(&format!("{section}/")));
        let mut places = Vec::new();
        for (name, template) in templates {
            if is_pointer {
                let pointer = format!("/{pointer}");
                // The nearest part that is there: what is missing has no cause of its own.
                let near = ancestors(&pointer).find(|pointer| template.pointer(pointer).is_some());
                if let Some(near) = near.filter(|near| near.matches('/').count() > 1) {
                    places.push((name.clone(), near.to_owned()));
                }
                continue;
            }
            for section in SECTIONS {
                if template.get(section).and_then(|section| section.get(pointer.as_str())).is_some() {
                    places.push((name.clone(), format!("/{section}/{pointer}")));
                }
            }
        }
        places
    }

    fn origin(&self, file: String, pointer: String) -> Origin {
        let entry = |at: &str| self.entries.get(&format!("{file}#{at}"));
        let mut lines = Vec::new();
        lines.extend(ancestors(&pointer).chain([""]).find_map(entry).map(|entry| line("", entry)));
        let below = format!("{file}#{pointer}/");
        let inside = self.entries.range(below.clone()..).take_while(|(at, _)| at.starts_with(&below));
        for (at, entry) in inside {
            let rest = at.get(below.len() - 1..).unwrap_or_default();
            lines.push(line(rest, entry));
        }
        Origin { environment: self.name.clone(), file, pointer, lines }
    }
}

/// A pointer and all above it, itself first.
fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| pointer.rsplit_once('/').map(|(above, _)| above))
        .filter(|pointer| !pointer.is_empty())
}

fn line(pointer: &str, entry: &Value) -> Line {
    let word = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = entry.get("line").and_then(Value::as_u64).unwrap_or(0);
    let library = entry.get("library").and_then(Value::as_str).map(str::to_owned);
    Line { pointer: pointer.to_owned(), place: format!("{}:{number}", word("file")), reason: word("reason"), library }
}

/// For people: what several environments have in common is said once.
fn said(found: &[Origin]) -> String {
    let mut bodies: Vec<(String, Vec<String>)> = Vec::new();
    for origin in found {
        let mut body = format!("{}\n", origin.pointer);
        let width = origin.lines.iter().map(|line| line.place.chars().count()).max().unwrap_or(0);
        for line in &origin.lines {
            let library = line.library.as_ref().map(|place| format!(", by {place}")).unwrap_or_default();
            let within = if line.pointer.is_empty() { String::new() } else { format!("{}: ", line.pointer) };
            let _ = writeln!(body, "  {:width$}  {within}{}{library}", line.place, line.reason);
        }
        let file = format!("{}/{}", origin.environment, origin.file);
        match bodies.iter_mut().find(|(known, _)| *known == body) {
            Some((_, files)) => files.push(file),
            None => bodies.push((body, vec![file])),
        }
    }
    let mut text = String::new();
    for (body, files) in bodies {
        let _ = writeln!(text, "{}#{body}", files.join(", "));
    }
    text
}

fn as_json(origin: &Origin) -> Value {
    let lines = origin.lines.iter().map(
        |line| json!({ "pointer": line.pointer, "source": line.place, "reason": line.reason, "library": line.library }),
    );
    json!({
        "folder": origin.environment,
        "file": origin.file,
        "pointer": origin.pointer,
        "causes": lines.collect::<Vec<_>>(),
    })
}

fn unknown(thing: &str, folders: &[Folder]) -> Answer {
    let mut err = format!("error: no template has `{}`, and no part of it\n", thing.trim());
    let ids = folders.iter().flat_map(|folder| folder.templates.values()).flat_map(|template| {
        let section = template.get("Resources").and_then(Value::as_object);
        section.into_iter().flat_map(|section| section.keys().map(String::as_str))
    });
    let paths = folders.iter().flat_map(|folder| folder.paths.keys().map(String::as_str));
    if let Some(near) = nearest(thing.trim(), ids.chain(paths)) {
        let _ = writeln!(err, "did you mean `{near}`?");
    }
    Answer { err, code: 2, ..Answer::default() }
}
