//! What can be said of one text at once: its canonical form, its declarations, the remedies of its mistakes.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DocumentSymbol, FoldingRange, Range, SymbolKind, TextEdit,
    WorkspaceEdit,
};

use crate::base::{FileId, LineIndex, Span};
use crate::ide::{Declared, Parts, parts};
use crate::lsp::checking::Shown;
use crate::lsp::places;
use crate::syntax::ast::{Item, ItemKind};
use crate::syntax::{self, Parsed};

/// The remedies of the mistakes at a place.
#[expect(clippy::mutable_key_type, reason = "the protocol's own type: a map by address")]
pub(super) fn actions(found: &[Shown], at: Range) -> Vec<CodeActionOrCommand> {
    let touches = |own: Range| own.start <= at.end && at.start <= own.end;
    let mut actions = Vec::new();
    for shown in found.iter().filter(|shown| touches(shown.diagnostic.range)) {
        for remedy in &shown.remedies {
            let mut changes: HashMap<_, Vec<TextEdit>> = HashMap::new();
            for (uri, edit) in &remedy.edits {
                changes.entry(uri.clone()).or_default().push(edit.clone());
            }
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: remedy.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![shown.diagnostic.clone()]),
                edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
                is_preferred: Some(remedy.certain),
                ..CodeAction::default()
            }));
        }
    }
    actions
}

/// The declarations of a text, with what is in them.
pub(super) fn symbols(text: &str) -> Vec<DocumentSymbol> {
    let parsed = syntax::parse(FileId(0), text);
    let lines = LineIndex::new(text);
    outline(&parsed.file.items, &|span| places::range(&lines, text, span))
}

/// What can be folded: blocks over several lines, and comments in a row.
pub(super) fn folds(text: &str) -> Vec<FoldingRange> {
    let parsed = syntax::parse(FileId(0), text);
    let lines = LineIndex::new(text);
    let mut folds = Vec::new();
    blocks(&parsed.file.items, &mut |span| {
        let (start, end) = (lines.line(span.lo).0, lines.line(span.hi).0);
        if end > start {
            folds.push(FoldingRange { start_line: start, end_line: end, ..FoldingRange::default() });
        }
    });
    comments(&parsed, &lines, &mut folds);
    folds.sort_by_key(|fold| (fold.start_line, fold.end_line));
    folds
}

fn comments(parsed: &Parsed, lines: &LineIndex, folds: &mut Vec<FoldingRange>) {
    let mut row: Option<(u32, u32)> = None;
    let mut close = |row: Option<(u32, u32)>| {
        if let Some((start_line, end_line)) = row.filter(|(start, end)| end > start) {
            let kind = Some(lsp_types::FoldingRangeKind::Comment);
            folds.push(FoldingRange { start_line, end_line, kind, ..FoldingRange::default() });
        }
    };
    for comment in parsed.comments.iter().filter(|comment| comment.own_line) {
        let line = lines.line(comment.span.lo).0;
        row = match row {
            Some((start, end)) if end + 1 == line => Some((start, line)),
            before => {
                close(before);
                Some((line, line))
            }
        };
    }
    close(row);
}

fn blocks(items: &[Item], fold: &mut impl FnMut(Span)) {
    for item in items {
        fold(item.span);
        if let ItemKind::Match(choice) = &item.kind {
            choice.arms.iter().for_each(|arm| fold(arm.span));
        }
        for inside in parts(&item.kind).bodies {
            blocks(inside, fold);
        }
    }
}

pub(super) fn outline<'p>(
    items: impl IntoIterator<Item = &'p Item>,
    range: &impl Fn(Span) -> Range,
) -> Vec<DocumentSymbol> {
    items.into_iter().flat_map(|item| of_item(item, range)).collect()
}

/// What an item declares. A condition or a loop declares what is in it.
fn of_item(item: &Item, range: &impl Fn(Span) -> Range) -> Vec<DocumentSymbol> {
    let Parts { declared, bodies } = parts(&item.kind);
    let mut inside: Vec<DocumentSymbol> = bodies.into_iter().flat_map(|body| outline(body, range)).collect();
    let Some((name, what)) = declared else { return inside };
    if let ItemKind::Policy(policy) = &item.kind {
        inside.extend(policy.rules.iter().map(|rule| {
            let place = range(rule.name.span);
            symbol(rule.name.name.as_str(), SymbolKind::BOOLEAN, "rule", (place, place), Vec::new())
        }));
    }
    let (kind, mut detail) = kind(what);
    if let ItemKind::Instance(instance) = &item.kind {
        detail = instance.ty.name.as_str();
    }
    vec![symbol(name.name.as_str(), kind, detail, (range(item.span), range(name.span)), inside)]
}

/// How editors show it, and what it is in a word.
fn kind(what: Declared) -> (SymbolKind, &'static str) {
    match what {
        Declared::System => (SymbolKind::MODULE, "system"),
        Declared::Param => (SymbolKind::VARIABLE, "param"),
        Declared::Environment => (SymbolKind::NAMESPACE, "environment"),
        Declared::Tag => (SymbolKind::KEY, "tag"),
        Declared::Stack => (SymbolKind::PACKAGE, "stack"),
        Declared::Instance => (SymbolKind::OBJECT, "instance"),
        Declared::Output => (SymbolKind::FIELD, "output"),
        Declared::Component => (SymbolKind::CLASS, "component"),
        Declared::Verb => (SymbolKind::METHOD, "access"),
        Declared::External => (SymbolKind::INTERFACE, "external"),
        Declared::Step => (SymbolKind::EVENT, "step"),
        Declared::Policy => (SymbolKind::CLASS, "policy"),
        Declared::Let => (SymbolKind::CONSTANT, "let"),
        Declared::Fn => (SymbolKind::FUNCTION, "fn"),
        Declared::Type => (SymbolKind::STRUCT, "type"),
    }
}

#[expect(
    deprecated,
    reason = "the protocol's type has a field that it wants nobody to use, and no other way to be made"
)]
fn symbol(
    name: &str,
    kind: SymbolKind,
    detail: &str,
    (range, selection_range): (Range, Range),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let children = (!children.is_empty()).then_some(children);
    DocumentSymbol {
        name: name.to_owned(),
        detail: Some(detail.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children,
    }
}
