//! Completions in the protocol's words.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList, CompletionTextEdit, InsertTextFormat,
    TextDocumentPositionParams, TextEdit,
};

use crate::ide::{Completion, Completions, Offer};
use crate::lsp::places;
use crate::lsp::server::Session;

impl Session<'_> {
    pub(super) fn complete(&mut self, place: &TextDocumentPositionParams) -> CompletionList {
        let none = CompletionList { is_incomplete: false, items: Vec::new() };
        let Some(path) = places::path(&place.text_document.uri) else { return none };
        let snippets = self.editor.snippets;
        let found = self.systems.complete(self.world, &self.documents, self.shelf, &path, place.position);
        let Some((Completions { replace, items, more }, source)) = found else { return none };
        let Some(replace) = replace.map(|span| places::range(source.lines(), &source.text, span)) else { return none };
        let item = |(at, offer): (usize, Completion)| {
            let new_text = if snippets { offer.insert } else { plain(&offer.insert) };
            CompletionItem {
                kind: Some(kind(offer.kind)),
                detail: (!offer.detail.is_empty()).then_some(offer.detail),
                sort_text: Some(format!("{at:04}")),
                filter_text: Some(offer.label.clone()),
                label: offer.label,
                tags: offer.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
                insert_text_format: Some(if snippets {
                    InsertTextFormat::SNIPPET
                } else {
                    InsertTextFormat::PLAIN_TEXT
                }),
                text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: replace, new_text })),
                ..CompletionItem::default()
            }
        };
        CompletionList { is_incomplete: more, items: items.into_iter().enumerate().map(item).collect() }
    }
}

fn kind(offer: Offer) -> CompletionItemKind {
    match offer {
        Offer::Key => CompletionItemKind::PROPERTY,
        Offer::Value => CompletionItemKind::VALUE,
        Offer::Name => CompletionItemKind::VARIABLE,
        Offer::Function => CompletionItemKind::FUNCTION,
        Offer::Instance => CompletionItemKind::REFERENCE,
        Offer::Module => CompletionItemKind::MODULE,
        Offer::Type => CompletionItemKind::CLASS,
        Offer::Field => CompletionItemKind::FIELD,
        Offer::Verb => CompletionItemKind::METHOD,
        Offer::Keyword => CompletionItemKind::KEYWORD,
        Offer::Environment => CompletionItemKind::ENUM_MEMBER,
        Offer::Code => CompletionItemKind::CONSTANT,
    }
}

/// A snippet for an editor that knows none: its stops are filled with what they suggest, or with nothing.
pub(super) fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut letters = snippet.chars().peekable();
    // The stops that suggest something end at their brace.
    let mut open = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            '}' if open => open = false,
            '$' if letters.peek() == Some(&'{') => {
                open = true;
                while letters.next().is_some_and(|letter| letter != ':') {}
            }
            '$' => while letters.next_if(char::is_ascii_digit).is_some() {},
            _ => out.push(letter),
        }
    }
    out
}
