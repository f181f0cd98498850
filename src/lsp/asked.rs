//! Questions about a place in a text, answered in the protocol's words.

use std::collections::HashMap;

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, Hover, HoverContents, Location, MarkupContent, MarkupKind, Position,
    PrepareRenameResponse, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};

use crate::base::{FileId, Span};
use crate::ide::{self, Role, View};
use crate::lsp::places;
use crate::lsp::server::Session;
use crate::world::{Shelf, Source, Sources};

impl Session<'_> {
    /// Asks something about a place; nothing of a text that cannot be read.
    pub(super) fn at<T>(
        &mut self,
        place: &TextDocumentPositionParams,
        work: impl FnOnce(&View<'_>, FileId, u32) -> T,
    ) -> Option<T> {
        self.of_file(&place.text_document.uri, |view, file| {
            work(view, file, offset(view.sources.get(file), place.position))
        })
    }

    /// Asks something about a file.
    pub(super) fn of_file<T>(&mut self, uri: &Uri, work: impl FnOnce(&View<'_>, FileId) -> T) -> Option<T> {
        let path = places::path(uri)?;
        self.systems.ask(self.world, &self.documents, self.shelf, &path, work)
    }

    pub(super) fn definition(&mut self, place: &TextDocumentPositionParams) -> Vec<Location> {
        let shelf = self.shelf;
        let found =
            self.at(place, |view, file, offset| located(shelf, view.sources, &ide::definition(view, file, offset)));
        found.unwrap_or_default()
    }

    pub(super) fn type_definition(&mut self, place: &TextDocumentPositionParams) -> Vec<Location> {
        let shelf = self.shelf;
        let found = self
            .at(place, |view, file, offset| located(shelf, view.sources, &ide::type_definition(view, file, offset)));
        found.unwrap_or_default()
    }

    pub(super) fn references(&mut self, place: &TextDocumentPositionParams, declared: bool) -> Vec<Location> {
        let shelf = self.shelf;
        let found = self.at(place, |view, file, offset| {
            let Some(name) = ide::name_at(view, file, offset) else { return Vec::new() };
            let all = ide::references(view, file, name.target.identity());
            let wanted = all.iter().filter(|name| declared || name.role != Role::Declared);
            let mut spans: Vec<Span> = wanted.map(|name| name.place).collect();
            spans.dedup();
            located(shelf, view.sources, &spans)
        });
        found.unwrap_or_default()
    }

    pub(super) fn highlights(&mut self, place: &TextDocumentPositionParams) -> Vec<DocumentHighlight> {
        let found = self.at(place, |view, file, offset| {
            let Some(source) = view.sources.get(file) else { return Vec::new() };
            let shown = |name: &ide::Name<'_>| DocumentHighlight {
                range: places::range(source.lines(), &source.text, name.place),
                kind: Some(match name.role {
                    Role::Declared | Role::Set | Role::Shorthand => DocumentHighlightKind::WRITE,
                    Role::Read | Role::ShorthandValue => DocumentHighlightKind::READ,
                }),
            };
            ide::highlights(view, file, offset).iter().map(shown).collect()
        });
        found.unwrap_or_default()
    }

    pub(super) fn hover(&mut self, place: &TextDocumentPositionParams) -> Option<Hover> {
        self.at(place, |view, file, offset| {
            let source = view.sources.get(file)?;
            let told = ide::hover(view, file, offset)?;
            Some(Hover {
                contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: told.text }),
                range: Some(places::range(source.lines(), &source.text, told.place)),
            })
        })?
    }

    pub(super) fn prepare_rename(
        &mut self,
        place: &TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>, String> {
        let found = self.at(place, |view, file, offset| {
            let (name, declared) = ide::renameable(view, file, offset)?;
            Ok(view.sources.get(file).map(|source| PrepareRenameResponse::RangeWithPlaceholder {
                range: places::range(source.lines(), &source.text, name.place),
                placeholder: declared.name.to_string(),
            }))
        });
        found.unwrap_or(Ok(None))
    }

    pub(super) fn implementation(&mut self, place: &TextDocumentPositionParams) -> Vec<Location> {
        let shelf = self.shelf;
        let found =
            self.at(place, |view, file, offset| located(shelf, view.sources, &ide::implementation(view, file, offset)));
        found.unwrap_or_default()
    }

    #[expect(clippy::mutable_key_type, reason = "the protocol's own type: a map by address")]
    pub(super) fn rename(&mut self, place: &TextDocumentPositionParams, new: &str) -> Result<WorkspaceEdit, String> {
        let path = places::path(&place.text_document.uri).ok_or("this is no file")?;
        let position = place.position;
        let at = |text: &str| offset_in(text, position);
        let (edits, sources) = self.systems.rename(self.world, &self.documents, self.shelf, &path, (at, new))?;
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for edit in edits {
            let Some(source) = sources.get(edit.span.file) else { continue };
            let path = std::path::Path::new(&source.shown);
            let open = self.documents.get(path).map(|document| document.uri.clone());
            let Some(uri) = open.or_else(|| places::uri(path)) else { continue };
            let range = places::range(source.lines(), &source.text, edit.span);
            changes.entry(uri).or_default().push(TextEdit { range, new_text: edit.text });
        }
        Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }
}

pub(super) fn offset(source: Option<&Source>, position: Position) -> u32 {
    let Some(source) = source else { return 0 };
    u32::try_from(places::offset(source.lines(), &source.text, position)).unwrap_or(u32::MAX)
}

fn offset_in(text: &str, position: Position) -> u32 {
    u32::try_from(places::offset(&crate::base::LineIndex::new(text), text, position)).unwrap_or(u32::MAX)
}

/// Where spans stand; what stands in the standard library, in a file of the user's cache.
pub(super) fn located(shelf: &Shelf, sources: &Sources, spans: &[Span]) -> Vec<Location> {
    let one = |span: &Span| {
        let source = sources.get(span.file)?;
        let path = if span.file.is_stdlib() {
            shelf.put(&source.shown, &source.text).ok().flatten()?
        } else {
            std::path::PathBuf::from(&source.shown)
        };
        Some(Location { uri: places::uri(&path)?, range: places::range(source.lines(), &source.text, *span) })
    };
    spans.iter().filter_map(one).collect()
}
