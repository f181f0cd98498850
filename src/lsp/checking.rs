//! From a system to what the editor shows of its mistakes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{
    DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, TextEdit, Uri,
};

use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, Fix, Level};
use crate::driver::Analysis;
use crate::lsp::documents::Documents;
use crate::lsp::places;
use crate::syntax;
use crate::world::{Source, Sources, SystemFolder};

/// The codes of what nothing needs, which editors show faded.
const UNUSED: &str = "unused_";

/// A mistake as an editor shows it, with the edits that remove it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) diagnostic: lsp_types::Diagnostic,
    pub(super) remedies: Vec<Remedy>,
}

/// An edit that removes a mistake.
#[derive(Debug, Clone)]
pub(super) struct Remedy {
    pub(super) title: String,
    pub(super) certain: bool,
    pub(super) edits: Vec<(Uri, TextEdit)>,
}

/// What was found in each file that was looked at; files without mistakes are there, too.
pub(super) type Found = BTreeMap<PathBuf, Vec<Shown>>;

/// What was found in the files of a system.
pub(super) fn found(system: &SystemFolder, analysis: &Analysis) -> Found {
    let checked = &analysis.checked;
    let mut found: Found = system.files.iter().map(|path| (path.clone(), Vec::new())).collect();
    for diagnostic in &checked.diagnostics {
        // What concerns a whole system has no place of its own.
        if let Some((path, shown)) = shown(diagnostic, &checked.sources, checked.environments) {
            found.entry(path).or_default().push(shown);
        }
    }
    found
}

/// What is wrong with a file that belongs to no system: it is held against the grammar alone.
pub(super) fn alone(documents: &Documents, file: &Path) -> Found {
    let Some(document) = documents.get(file) else { return Found::new() };
    let mut sources = Sources::new();
    let name = crate::world::shown(file);
    let id = sources.add(Source::new(name.clone(), name, document.text.to_string()));
    let parsed = syntax::parse(id, &document.text);
    let all = parsed.diagnostics.iter().filter_map(|diagnostic| shown(diagnostic, &sources, 0));
    Found::from([(file.to_owned(), all.map(|(_, shown)| shown).collect())])
}

/// A diagnostic in the protocol's words, and the file it stands in.
fn shown(diagnostic: &Diagnostic, sources: &Sources, environments: usize) -> Option<(PathBuf, Shown)> {
    let place = located(sources, diagnostic.span())?;
    let severity = match diagnostic.level {
        Level::Error => DiagnosticSeverity::ERROR,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Advice => DiagnosticSeverity::INFORMATION,
    };
    let mut message = diagnostic.message.clone();
    if let Some(label) = diagnostic.labels.first().filter(|label| !label.text.is_empty()) {
        message.push_str(&format!("\n{}", label.text));
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    message.push_str(&format!("\nwhy: {}", diagnostic.why.as_deref().unwrap_or(diagnostic.code.why())));
    if !diagnostic.environments.is_empty() && diagnostic.environments.len() < environments {
        let names: Vec<&str> = diagnostic.environments.iter().map(|name| name.as_str()).collect();
        message.push_str(&format!("\nin: {}", names.join(", ")));
    }
    let related = diagnostic.labels.iter().skip(1).filter_map(|label| {
        let message = if label.text.is_empty() { String::from("here") } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location: located(sources, label.span)?, message })
    });
    let related: Vec<DiagnosticRelatedInformation> = related.collect();
    let unused = diagnostic.code.name().starts_with(UNUSED);
    Some((
        places::path(&place.uri)?,
        Shown {
            diagnostic: lsp_types::Diagnostic {
                range: place.range,
                severity: Some(severity),
                code: Some(NumberOrString::String(diagnostic.code.name().to_owned())),
                source: Some(String::from("infrac")),
                message,
                related_information: (!related.is_empty()).then_some(related),
                tags: unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
                ..lsp_types::Diagnostic::default()
            },
            remedies: diagnostic.fixes.iter().filter_map(|fix| remedy(fix, sources)).collect(),
        },
    ))
}

/// Where a span stands; nothing for the standard library, which is no file of the editor's.
fn located(sources: &Sources, span: Span) -> Option<Location> {
    let source = source(sources, span.file)?;
    let uri = places::uri(Path::new(&source.shown))?;
    Some(Location { uri, range: places::range(source.lines(), &source.text, span) })
}

fn source(sources: &Sources, file: FileId) -> Option<&Source> {
    if file.is_stdlib() { None } else { sources.get(file) }
}

fn remedy(fix: &Fix, sources: &Sources) -> Option<Remedy> {
    let edits = fix.edits.iter().map(|edit| {
        let Location { uri, range } = located(sources, edit.span)?;
        Some((uri, TextEdit { range, new_text: edit.text.clone() }))
    });
    Some(Remedy { title: fix.title.clone(), certain: fix.certain, edits: edits.collect::<Option<_>>()? })
}
