//! What is shown of whole files: colours, hints, symbols; and what is around a place.

use std::collections::BTreeSet;
use std::path::PathBuf;

use lsp_types::{
    DocumentSymbol, InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Location, ParameterInformation,
    ParameterLabel, Position, Range, SelectionRange, SemanticToken, SemanticTokenModifier, SemanticTokenType,
    SemanticTokens, SemanticTokensLegend, SignatureHelp, SignatureInformation, SymbolInformation,
    TextDocumentPositionParams, Uri,
};

use crate::ide::{self, Token};
use crate::lsp::server::Session;
use crate::lsp::{answers, places};
use crate::world::{Source, find_systems};

/// What the numbers of colours mean.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::NAMESPACE,
            SemanticTokenType::TYPE,
            SemanticTokenType::CLASS,
            SemanticTokenType::PARAMETER,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::PROPERTY,
            SemanticTokenType::FUNCTION,
            SemanticTokenType::METHOD,
            SemanticTokenType::ENUM_MEMBER,
        ],
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DEFAULT_LIBRARY],
    }
}

fn number(token: Token) -> u32 {
    match token {
        Token::Namespace => 0,
        Token::Type => 1,
        Token::Instance => 2,
        Token::Param => 3,
        Token::Variable => 4,
        Token::Property => 5,
        Token::Function => 6,
        Token::Verb => 7,
        Token::Constant => 8,
    }
}

impl Session<'_> {
    pub(super) fn colors(&mut self, uri: &Uri) -> SemanticTokens {
        let data = self.of_file(uri, |view, file| {
            let Some(source) = view.sources.get(file) else { return Vec::new() };
            let mut before = Position::default();
            let mut data = Vec::new();
            for colored in ide::tokens(view, file) {
                let Range { start, end } = places::range(source.lines(), &source.text, colored.place);
                if start.line != end.line {
                    continue;
                }
                let delta_line = start.line - before.line;
                let column = if delta_line == 0 { before.character } else { 0 };
                data.push(SemanticToken {
                    delta_line,
                    delta_start: start.character - column,
                    length: end.character - start.character,
                    token_type: number(colored.token),
                    token_modifiers_bitset: u32::from(colored.declared) | u32::from(colored.library) << 1,
                });
                before = start;
            }
            data
        });
        SemanticTokens { result_id: None, data: data.unwrap_or_default() }
    }

    pub(super) fn hints(&mut self, uri: &Uri, range: Range) -> Vec<InlayHint> {
        let found = self.of_file(uri, |view, file| {
            let Some(source) = view.sources.get(file) else { return Vec::new() };
            let (from, to) = (offset(source, range.start), offset(source, range.end));
            let hint = |hint: ide::Hint| InlayHint {
                position: places::range(source.lines(), &source.text, hint.after).end,
                label: InlayHintLabel::String(hint.text),
                kind: Some(InlayHintKind::TYPE),
                text_edits: None,
                tooltip: Some(InlayHintTooltip::String(hint.more)),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            };
            ide::hints(view, file, from, to).into_iter().map(hint).collect()
        });
        found.unwrap_or_default()
    }

    pub(super) fn selections(&mut self, uri: &Uri, positions: &[Position]) -> Vec<SelectionRange> {
        let found = self.of_file(uri, |view, file| {
            let Some(source) = view.sources.get(file) else { return Vec::new() };
            let around = |position: &Position| {
                let pieces = ide::pieces(view, file, offset(source, *position));
                let mut around: Option<SelectionRange> = None;
                for piece in pieces.into_iter().rev() {
                    let range = places::range(source.lines(), &source.text, piece);
                    around = Some(SelectionRange { range, parent: around.map(Box::new) });
                }
                let nothing = Range { start: *position, end: *position };
                around.unwrap_or(SelectionRange { range: nothing, parent: None })
            };
            positions.iter().map(around).collect()
        });
        found.unwrap_or_default()
    }

    pub(super) fn signature(&mut self, place: &TextDocumentPositionParams) -> Option<SignatureHelp> {
        let call = self.at(place, ide::call)??;
        let active = call.forms.iter().position(|form| form.params.len() > call.at as usize).unwrap_or_default();
        let signature = |form: &ide::Form| SignatureInformation {
            label: form.text.clone(),
            documentation: None,
            parameters: Some(
                form.params
                    .iter()
                    .map(|param| ParameterInformation {
                        label: ParameterLabel::Simple(param.clone()),
                        documentation: None,
                    })
                    .collect(),
            ),
            active_parameter: None,
        };
        Some(SignatureHelp {
            signatures: call.forms.iter().map(signature).collect(),
            active_signature: u32::try_from(active).ok(),
            active_parameter: Some(call.at),
        })
    }

    /// The declarations of all systems with an open text, and of those in the folders that are open, whose names hold these
    /// letters.
    pub(super) fn symbols(&mut self, wanted: &str) -> Vec<SymbolInformation> {
        let wanted = wanted.to_lowercase();
        let mut paths: Vec<PathBuf> = self.documents.paths().cloned().collect();
        // A folder that cannot be read has no symbols.
        let below = find_systems(&self.documents.over(self.world), &self.editor.roots).ok();
        let below = below.filter(|_| !self.editor.roots.is_empty());
        paths.extend(
            below.into_iter().flat_map(|found| found.systems).filter_map(|system| system.files.into_iter().next()),
        );
        let open: Vec<Uri> = paths.iter().filter_map(|path| places::uri(path)).collect();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut found = Vec::new();
        for uri in open {
            if seen.contains(uri.as_str()) {
                continue;
            }
            let of_system = self.of_file(&uri, |view, _| {
                let mut all = Vec::new();
                for file in view.every_file() {
                    let Some(source) = view.sources.get(file) else { continue };
                    let Some(uri) = places::uri(std::path::Path::new(&source.shown)) else { continue };
                    let symbols =
                        answers::outline(view.items(file), &|span| places::range(source.lines(), &source.text, span));
                    all.push((uri, symbols));
                }
                all
            });
            for (uri, symbols) in of_system.unwrap_or_default() {
                if seen.insert(uri.as_str().to_owned()) {
                    flatten(&symbols, None, &uri, &wanted, &mut found);
                }
            }
        }
        found
    }
}

#[expect(
    deprecated,
    reason = "the protocol's type has a field that it wants nobody to use, and no other way to be made"
)]
fn flatten(
    symbols: &[DocumentSymbol],
    container: Option<&str>,
    uri: &Uri,
    wanted: &str,
    found: &mut Vec<SymbolInformation>,
) {
    for symbol in symbols {
        if symbol.name.to_lowercase().contains(wanted) {
            found.push(SymbolInformation {
                name: symbol.name.clone(),
                kind: symbol.kind,
                tags: None,
                deprecated: None,
                location: Location { uri: uri.clone(), range: symbol.selection_range },
                container_name: container.map(str::to_owned),
            });
        }
        flatten(symbol.children.as_deref().unwrap_or_default(), Some(&symbol.name), uri, wanted, found);
    }
}

fn offset(source: &Source, position: Position) -> u32 {
    u32::try_from(places::offset(source.lines(), &source.text, position)).unwrap_or(u32::MAX)
}
