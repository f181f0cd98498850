//! Two sides compared: templates, builds, or systems at two times.

mod build;
mod phases;

use std::path::Path;

use crate::base::{FileId, Span};
use crate::cfn::{self, Evaluated, Node, Parameters};
use crate::diag::{Diagnostic, Level, codes};
use crate::diff::{self, Difference, Stack};
use crate::driver::{Checked, Options};
use crate::emit::Files;
use crate::world::{Kind, MAX_SOURCE_BYTES, Revision, Source, Sources, World, WorldError};
use build::Provenance;

/// A comparison.
#[derive(Debug)]
pub struct Compared {
    /// What was read for the old and for the new side, and what is wrong with it.
    pub checked: Vec<Checked>,
    /// The difference; none if a side cannot be understood.
    pub difference: Option<Difference>,
    /// The files of a plan in phases, by their paths; none if one update does it, or none.
    pub phases: Files,
    /// Where what stands in a build comes from.
    provenance: Provenance,
}

impl Compared {
    /// A place as `file:line`, or `file:line:column`: in the sources of a build, or in a template.
    pub fn place(&self, span: Span) -> Option<String> {
        if let Some(place) = self.provenance.place(span) {
            return Some(place);
        }
        let place = self.checked.first()?.sources.place(span)?;
        Some(format!("{}:{}:{}", place.file, place.start.line + 1, place.start.column + 1))
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// A template, the folder of a build, a system, or, for the old side alone, a git revision of the new side's path.
    pub path: &'a Path,
    /// Values for a template's parameters.
    pub parameters: Option<&'a Path>,
}

/// What the update from one side to the other does.
pub fn compare(world: &dyn World, old: Side<'_>, new: Side<'_>, options: &Options) -> Result<Compared, WorldError> {
    let mut reading = Reading {
        world,
        options,
        sources: Sources::new(),
        diagnostics: Vec::new(),
        others: Vec::new(),
        provenance: Provenance::default(),
        builds: Vec::new(),
    };
    let olds = if world.exists(old.path) {
        reading.side(old, new)?
    } else {
        match world.revision(&old.path.to_string_lossy(), new.path)? {
            Some(revision) => reading.revision(&revision, new.path)?,
            // Neither a path nor a revision: say so as of a path.
            None => return Err(world.kind(old.path).err().unwrap_or_else(|| no_revision(old.path))),
        }
    };
    let of_old = reading.builds.len();
    let news = reading.side(new, new)?;
    let Reading { sources, diagnostics, others, provenance, mut builds, .. } = reading;
    let new_builds = builds.split_off(of_old);
    let wrong = |all: &[Diagnostic]| all.iter().any(|found| found.level == Level::Error);
    let is_wrong = wrong(&diagnostics) || others.iter().any(|other| wrong(&other.diagnostics));
    let mut phases = Files::new();
    let difference = match (olds, news) {
        (Some(old), Some(new)) if !is_wrong => {
            let difference = diff::compare(&old, &new);
            phases = phases::files(&difference, (&old, &builds), (&new, &new_builds));
            Some(difference)
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    let mut checked = vec![Checked { sources, diagnostics, ..Checked::default() }];
    checked.extend(others);
    Ok(Compared { checked, difference, phases, provenance })
}

fn no_revision(path: &Path) -> WorldError {
    WorldError {
        path: path.to_owned(),
        wanted: "read",
        reason: String::from("it is neither a path nor a git revision"),
    }
}

struct Reading<'w> {
    world: &'w dyn World,
    options: &'w Options,
    /// Of templates, and of what builds wrote.
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    /// What systems were made of, and what was found in them.
    others: Vec<Checked>,
    provenance: Provenance,
    /// The files of the builds that were read, the old ones first.
    builds: Vec<Files>,
}

impl Reading<'_> {
    fn side(&mut self, side: Side<'_>, new: Side<'_>) -> Result<Option<Vec<Stack>>, WorldError> {
        if self.world.kind(side.path)? != Kind::Folder {
            return self.template(side, new);
        }
        let files = build::files(self.world, side.path)?;
        if files.is_empty() {
            self.system(self.world, side.path)
        } else {
            Ok(self.build(&side.path.to_string_lossy(), &files))
        }
    }

    fn revision(&mut self, revision: &Revision, path: &Path) -> Result<Option<Vec<Stack>>, WorldError> {
        self.system(revision, path)
    }

    fn template(&mut self, files: Side<'_>, new: Side<'_>) -> Result<Option<Vec<Stack>>, WorldError> {
        let Some(root) = self.document(files.path)? else { return Ok(None) };
        let mut values = Parameters::default();
        if let Some(path) = files.parameters
            && let Some(node) = self.document(path)?
        {
            let (read, found) = cfn::parameters(&node);
            self.diagnostics.extend(found);
            values = read;
        }
        let name = new.path.to_string_lossy().into_owned();
        let template = self.evaluated(root.clone(), &values);
        Ok(template.map(|template| vec![Stack::new(name, String::new(), root, values, template)]))
    }

    fn evaluated(&mut self, root: Node, values: &Parameters) -> Option<Evaluated> {
        let (template, found) = cfn::template(root);
        self.diagnostics.extend(found);
        let (evaluated, found) = cfn::evaluate(&template?, values);
        self.diagnostics.extend(found);
        Some(evaluated)
    }

    fn document(&mut self, path: &Path) -> Result<Option<Node>, WorldError> {
        let shown = path.to_string_lossy().replace('\\', "/");
        let bytes = self.world.read_at_most(path, MAX_SOURCE_BYTES + 1)?;
        if bytes.len() as u64 > MAX_SOURCE_BYTES {
            let file = self.sources.add(Source::new(shown.clone(), shown.clone(), ""));
            let message = format!("`{shown}` is larger than {} MiB", MAX_SOURCE_BYTES >> 20);
            self.diagnostics.push(Diagnostic::new(codes::FILE_TOO_LARGE, Span::new(file, 0, 0), message));
            return Ok(None);
        }
        Ok(self.text(shown, &bytes).map(|(_, node)| node))
    }

    /// Reads the contents of a file.
    fn text(&mut self, shown: String, bytes: &[u8]) -> Option<(FileId, Node)> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.valid_up_to();
                let text = String::from_utf8_lossy(bytes).into_owned();
                let file = self.sources.add(Source::new(shown.clone(), shown, text));
                let span = Span::new(file, valid, valid);
                self.diagnostics.push(Diagnostic::new(codes::INVALID_UTF8, span, "this file is not UTF-8 text"));
                return None;
            }
        };
        let file = self.sources.add(Source::new(shown.clone(), shown, text));
        let (node, found) = cfn::document(file, text);
        self.diagnostics.extend(found);
        Some((file, node?))
    }
}
