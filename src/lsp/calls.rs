//! Who makes and calls what, and what can be opened.

use lsp_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, DocumentLink, Range, SymbolKind,
    TextDocumentIdentifier, TextDocumentPositionParams, Uri,
};

use crate::base::Span;
use crate::ide::{self, Callable, Calls, View};
use crate::lsp::asked::located;
use crate::lsp::places;
use crate::lsp::server::Session;
use crate::world::{Kind, Shelf, find_systems};

impl Session<'_> {
    /// The component or function at a place.
    pub(super) fn callable(&mut self, place: &TextDocumentPositionParams) -> Option<Vec<CallHierarchyItem>> {
        let shelf = self.shelf;
        let item = self.at(place, |view, file, offset| item(shelf, view, ide::callable(view, file, offset)?))??;
        Some(vec![item])
    }

    pub(super) fn incoming(&mut self, of: &CallHierarchyItem) -> Vec<CallHierarchyIncomingCall> {
        let shelf = self.shelf;
        let found = self.at(&place(of), |view, file, offset| {
            let calls = ide::incoming(view, file, offset).into_iter();
            calls
                .filter_map(|calls| {
                    Some(CallHierarchyIncomingCall {
                        from: item(shelf, view, calls.who)?,
                        from_ranges: ranges(view, &calls),
                    })
                })
                .collect()
        });
        found.unwrap_or_default()
    }

    pub(super) fn outgoing(&mut self, of: &CallHierarchyItem) -> Vec<CallHierarchyOutgoingCall> {
        let shelf = self.shelf;
        let found = self.at(&place(of), |view, file, offset| {
            let calls = ide::outgoing(view, file, offset).into_iter();
            calls
                .filter_map(|calls| {
                    Some(CallHierarchyOutgoingCall {
                        to: item(shelf, view, calls.who)?,
                        from_ranges: ranges(view, &calls),
                    })
                })
                .collect()
        });
        found.unwrap_or_default()
    }

    /// What a text names that can be opened.
    pub(super) fn links(&mut self, uri: &Uri) -> Vec<DocumentLink> {
        let found = self.of_file(uri, |view, file| {
            let source = view.sources.get(file);
            let range = |span: Span| source.map(|source| places::range(source.lines(), &source.text, span));
            let links = ide::links(view, file).into_iter();
            links.filter_map(|link| Some((range(link.place)?, link.to))).collect::<Vec<_>>()
        });
        let target = |to: ide::Place| match to {
            ide::Place::Page(page) => page.parse::<Uri>().ok(),
            ide::Place::Path(path) => match self.world.kind(&path).ok()? {
                Kind::File => places::uri(&path),
                // A folder cannot be shown; the first file of its system can.
                Kind::Folder => {
                    let found = find_systems(self.world, &[path]).ok()?;
                    places::uri(found.systems.first()?.files.first()?)
                }
                Kind::Other => None,
            },
        };
        let links = found.unwrap_or_default().into_iter();
        links
            .filter_map(|(range, to)| {
                Some(DocumentLink { range, target: Some(target(to)?), tooltip: None, data: None })
            })
            .collect()
    }
}

fn place(of: &CallHierarchyItem) -> TextDocumentPositionParams {
    TextDocumentPositionParams {
        text_document: TextDocumentIdentifier { uri: of.uri.clone() },
        position: of.selection_range.start,
    }
}

fn item(shelf: &Shelf, view: &View<'_>, of: Callable) -> Option<CallHierarchyItem> {
    let [name, whole] = [of.name.span, of.whole].map(|span| located(shelf, view.sources, &[span]).into_iter().next());
    let name = name?;
    Some(CallHierarchyItem {
        name: of.name.name.to_string(),
        kind: match of.kind {
            "fn" => SymbolKind::FUNCTION,
            "component" => SymbolKind::CLASS,
            "stack" => SymbolKind::PACKAGE,
            _ => SymbolKind::MODULE,
        },
        tags: None,
        detail: Some(of.kind.to_owned()),
        uri: name.uri,
        range: whole.map_or(name.range, |whole| whole.range),
        selection_range: name.range,
        data: None,
    })
}

fn ranges(view: &View<'_>, calls: &Calls) -> Vec<Range> {
    let range = |span: &Span| {
        let source = view.sources.get(span.file)?;
        Some(places::range(source.lines(), &source.text, *span))
    };
    calls.at.iter().filter_map(range).collect()
}
