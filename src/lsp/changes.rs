//! What can be changed at a place: the remedies of mistakes, and changes of form.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic, NumberOrString, TextEdit, Uri,
    WorkspaceEdit,
};

use crate::base::Span;
use crate::diag::Code;
use crate::ide::{self, Action};
use crate::lsp::server::Session;
use crate::lsp::{answers, places};
use crate::world::Source;

/// A change and how it is offered.
struct Offer {
    action: Action,
    kind: CodeActionKind,
    told: Option<Diagnostic>,
    /// Whether it is held against a check before it is offered.
    proved: bool,
}

impl Session<'_> {
    /// The actions at a place.
    pub(super) fn actions(&mut self, asked: &CodeActionParams) -> Vec<CodeActionOrCommand> {
        let uri = &asked.text_document.uri;
        let Some(path) = places::path(uri) else { return Vec::new() };
        let found = self.found.get(&path).map(Vec::as_slice).unwrap_or_default();
        let mut actions = answers::actions(found, asked.range);
        let touches = |told: &Diagnostic| told.range.start <= asked.range.end && asked.range.start <= told.range.end;
        let told: Vec<Diagnostic> = found.iter().map(|shown| shown.diagnostic.clone()).filter(touches).collect();
        let offered = self.of_file(uri, |view, file| {
            let Some(source) = view.sources.get(file) else { return (Vec::new(), None) };
            let offset = |position| places::offset(source.lines(), &source.text, position);
            let selection = Span::new(file, offset(asked.range.start), offset(asked.range.end));
            let quick = |action| Offer { action, kind: CodeActionKind::QUICKFIX, told: None, proved: false };
            let form = |action, kind, proved| Offer { action, kind, told: None, proved };
            let mut offers: Vec<Offer> = ide::add_required(view, file, selection.lo).map(quick).into_iter().collect();
            for told in told {
                let Some(NumberOrString::String(code)) = &told.code else { continue };
                let place = Span::new(file, offset(told.range.start), offset(told.range.end));
                let action = Code::find(code).and_then(|code| ide::waive(view, code, place));
                offers.extend(action.map(|action| Offer { told: Some(told), ..quick(action) }));
            }
            let narrowed = ide::narrow(view, file, selection.lo).into_iter();
            offers.extend(narrowed.map(|action| form(action, CodeActionKind::REFACTOR_REWRITE, false)));
            let added = ide::add_environment(view, file, selection.lo);
            offers.extend(added.map(|action| form(action, CodeActionKind::REFACTOR, false)));
            let named = ide::extract_let(view, selection);
            offers.extend(named.map(|action| form(action, CodeActionKind::REFACTOR_EXTRACT, true)));
            let component = ide::extract_component(view, selection);
            offers.extend(component.map(|action| form(action, CodeActionKind::REFACTOR_EXTRACT, true)));
            (offers, Some(source.clone()))
        });
        let Some((offers, Some(source))) = offered else { return actions };
        for offer in offers {
            let edits = &offer.action.edits;
            let world = (self.world, &self.documents, self.shelf);
            if !offer.proved || self.systems.keeps_right(world.0, world.1, world.2, &path, edits) {
                actions.push(action(offer, uri, &source));
            }
        }
        if let Some(only) = &asked.context.only {
            let wanted = |kind: &CodeActionKind| {
                only.iter().any(|only| {
                    let rest = kind.as_str().strip_prefix(only.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || only.as_str().is_empty())
                })
            };
            actions.retain(|action| match action {
                CodeActionOrCommand::CodeAction(action) => action.kind.as_ref().is_some_and(wanted),
                CodeActionOrCommand::Command(_) => false,
            });
        }
        actions
    }
}

#[expect(clippy::mutable_key_type, reason = "the protocol's own type: a map by address")]
fn action(offer: Offer, uri: &Uri, source: &Source) -> CodeActionOrCommand {
    let Offer { action, kind, told, .. } = offer;
    let edits = action.edits.into_iter().map(|edit| {
        let range = places::range(source.lines(), &source.text, edit.span);
        TextEdit { range, new_text: edit.text }
    });
    let changes = HashMap::from([(uri.clone(), edits.collect())]);
    CodeActionOrCommand::CodeAction(CodeAction {
        title: action.title,
        kind: Some(kind),
        diagnostics: told.map(|told| vec![told]),
        edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
        ..CodeAction::default()
    })
}
