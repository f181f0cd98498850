//! What can be said of one text at once: its canonical form, its declarations, the remedies of its mistakes.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DocumentSymbol, FoldingRange, Range, SymbolKind, TextEdit,
    WorkspaceEdit,
};

use crate::base::{FileId, LineIndex, Span};
use crate::format::format;
use crate::lsp::checking::{Shown, whole};
use crate::lsp::places;
use crate::syntax::ast::{Ident, Item, ItemKind};
use crate::syntax::{self, Parsed};

/// The edit that brings a text into canonical form; none if it is in it.
pub(super) fn formatting(text: &str) -> Vec<TextEdit> {
    match format(text) {
        Ok(formatted) if formatted != text => vec![TextEdit { range: whole(text), new_text: formatted }],
        // What cannot be proved to say the same is left as it is.
        Ok(_) | Err(_) => Vec::new(),
    }
}

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
    outline(&parsed.file.items.iter().collect::<Vec<&Item>>(), &|span| places::range(&lines, text, span))
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
        for inside in bodies(&item.kind) {
            blocks(inside, fold);
        }
    }
}

/// The statements in an item.
fn bodies(kind: &ItemKind) -> Vec<&[Item]> {
    match kind {
        ItemKind::Stack(stack) => vec![&stack.body],
        ItemKind::Component(component) => vec![&component.body],
        ItemKind::For(repeated) => vec![&repeated.body],
        ItemKind::If(branch) => vec![&branch.then, &branch.otherwise],
        ItemKind::Match(choice) => choice.arms.iter().map(|arm| &*arm.body).collect(),
        ItemKind::System(_)
        | ItemKind::Param(_)
        | ItemKind::Environment(_)
        | ItemKind::Naming(_)
        | ItemKind::Tags(_)
        | ItemKind::RequireTag(_)
        | ItemKind::Instance(_)
        | ItemKind::Extend(_)
        | ItemKind::Output(_)
        | ItemKind::Access(_)
        | ItemKind::AccessOn(_)
        | ItemKind::Principal(_)
        | ItemKind::Endpoint(_)
        | ItemKind::Grant(_)
        | ItemKind::Deny(_)
        | ItemKind::Permit(_)
        | ItemKind::Connect(_)
        | ItemKind::External(_)
        | ItemKind::Step(_)
        | ItemKind::Ensure(_)
        | ItemKind::AtLeast(_)
        | ItemKind::Forbid(_)
        | ItemKind::Policy(_)
        | ItemKind::UsePolicy(_)
        | ItemKind::Use(_)
        | ItemKind::Test(_)
        | ItemKind::Claim(_)
        | ItemKind::Lints(_)
        | ItemKind::Let(_)
        | ItemKind::Fn(_)
        | ItemKind::Type(_)
        | ItemKind::Error => Vec::new(),
    }
}

pub(super) fn outline(items: &[&Item], range: &impl Fn(Span) -> Range) -> Vec<DocumentSymbol> {
    items.iter().flat_map(|item| of_item(item, range)).collect()
}

fn inside(items: &[Item], range: &impl Fn(Span) -> Range) -> Vec<DocumentSymbol> {
    items.iter().flat_map(|item| of_item(item, range)).collect()
}

/// What an item declares. A condition or a loop declares what is in it.
fn of_item(item: &Item, range: &impl Fn(Span) -> Range) -> Vec<DocumentSymbol> {
    let named = |name: &Ident, kind: SymbolKind, detail: Option<String>, children: Vec<DocumentSymbol>| {
        vec![symbol(name.name.as_str(), kind, detail, (range(item.span), range(name.span)), children)]
    };
    match &item.kind {
        ItemKind::System(name) => named(name, SymbolKind::MODULE, Some(String::from("system")), Vec::new()),
        ItemKind::Param(param) => named(&param.name, SymbolKind::VARIABLE, Some(String::from("param")), Vec::new()),
        ItemKind::Environment(environment) => {
            named(&environment.name, SymbolKind::NAMESPACE, Some(String::from("environment")), Vec::new())
        }
        ItemKind::Stack(stack) => {
            named(&stack.name, SymbolKind::PACKAGE, Some(String::from("stack")), inside(&stack.body, range))
        }
        ItemKind::Instance(instance) => {
            named(&instance.name, SymbolKind::OBJECT, Some(instance.ty.name.to_string()), Vec::new())
        }
        ItemKind::Output(output) => named(&output.name, SymbolKind::FIELD, Some(String::from("output")), Vec::new()),
        ItemKind::Component(component) => {
            let children = inside(&component.body, range);
            named(&component.name, SymbolKind::CLASS, Some(String::from("component")), children)
        }
        ItemKind::Access(verb) => named(&verb.name, SymbolKind::METHOD, Some(String::from("access")), Vec::new()),
        ItemKind::External(external) => {
            named(&external.name, SymbolKind::INTERFACE, Some(String::from("external")), Vec::new())
        }
        ItemKind::Step(step) => named(&step.name, SymbolKind::EVENT, Some(String::from("step")), Vec::new()),
        ItemKind::Policy(policy) => {
            let rule = |rule: &crate::syntax::ast::PolicyRule| {
                let place = range(rule.name.span);
                symbol(rule.name.name.as_str(), SymbolKind::BOOLEAN, Some(String::from("rule")), (place, place), vec![])
            };
            let rules = policy.rules.iter().map(rule).collect();
            named(&policy.name, SymbolKind::CLASS, Some(String::from("policy")), rules)
        }
        ItemKind::Let(binding) => named(&binding.name, SymbolKind::CONSTANT, Some(String::from("let")), Vec::new()),
        ItemKind::Fn(function) => named(&function.name, SymbolKind::FUNCTION, Some(String::from("fn")), Vec::new()),
        ItemKind::Type(alias) => named(&alias.name, SymbolKind::STRUCT, Some(String::from("type")), Vec::new()),
        ItemKind::If(_) | ItemKind::For(_) | ItemKind::Match(_) => {
            bodies(&item.kind).into_iter().flat_map(|body| inside(body, range)).collect()
        }
        ItemKind::Naming(_)
        | ItemKind::Tags(_)
        | ItemKind::RequireTag(_)
        | ItemKind::Extend(_)
        | ItemKind::AccessOn(_)
        | ItemKind::Principal(_)
        | ItemKind::Endpoint(_)
        | ItemKind::Grant(_)
        | ItemKind::Deny(_)
        | ItemKind::Permit(_)
        | ItemKind::Connect(_)
        | ItemKind::Ensure(_)
        | ItemKind::AtLeast(_)
        | ItemKind::Forbid(_)
        | ItemKind::UsePolicy(_)
        | ItemKind::Use(_)
        | ItemKind::Test(_)
        | ItemKind::Claim(_)
        | ItemKind::Lints(_)
        | ItemKind::Error => Vec::new(),
    }
}

#[expect(
    deprecated,
    reason = "the protocol's type has a field that it wants nobody to use, and no other way to be made"
)]
fn symbol(
    name: &str,
    kind: SymbolKind,
    detail: Option<String>,
    (range, selection_range): (Range, Range),
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    let children = (!children.is_empty()).then_some(children);
    DocumentSymbol {
        name: name.to_owned(),
        detail,
        kind,
        tags: None,
        deprecated: None,
        range,
        selection_range,
        children,
    }
}
