//! One editor's session, from its greeting to its farewell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
    LogMessage, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentHighlightRequest, DocumentSymbolRequest, FoldingRangeRequest, Formatting,
    GotoDefinition, GotoTypeDefinition, HoverRequest, InlayHintRequest, PrepareRenameRequest, References, Rename,
    Request as _, SelectionRangeRequest, SemanticTokensFullRequest, SignatureHelpRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, CompletionOptions,
    CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DocumentFormattingParams, DocumentHighlightParams, DocumentSymbolParams, FoldingRangeParams,
    FoldingRangeProviderCapability, GotoDefinitionParams, HoverParams, HoverProviderCapability, InlayHintParams,
    LogMessageParams, MessageType, OneOf, PublishDiagnosticsParams, ReferenceParams, RenameOptions, RenameParams,
    SelectionRangeParams, SelectionRangeProviderCapability, SemanticTokensFullOptions, SemanticTokensOptions,
    SemanticTokensParams, ServerCapabilities, SignatureHelpOptions, SignatureHelpParams, TextDocumentPositionParams,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    TypeDefinitionProviderCapability, Uri, WorkspaceSymbolParams,
};
use serde_json::Value;

use crate::lsp::checking::{Shown, check};
use crate::lsp::documents::Documents;
use crate::lsp::systems::Systems;
use crate::lsp::{answers, overview, places};
use crate::world::{Shelf, World};

/// How long the editor must have said nothing before whole systems are checked: shorter than people notice, longer than two
/// keys of a word are apart.
const PAUSE: Duration = Duration::from_millis(40);

/// Where an editor says that it knows snippets.
const SNIPPETS: &str = "/capabilities/textDocument/completion/completionItem/snippetSupport";

/// Greets the editor and serves it.
pub(super) fn run(connection: &Connection, world: &dyn World, shelf: &Shelf) -> Result<(), String> {
    let (id, greeted) = connection.initialize_start().map_err(|error| error.to_string())?;
    let greeting = serde_json::json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "infrac", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, greeting).map_err(|error| error.to_string())?;
    let session = Session {
        connection,
        world,
        shelf,
        documents: Documents::default(),
        systems: Systems::default(),
        snippets: greeted.pointer(SNIPPETS).and_then(Value::as_bool).unwrap_or_default(),
        found: BTreeMap::new(),
        dirty: BTreeSet::new(),
    };
    session.serve()
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", ":", "\"", "@"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: overview::legend(),
                full: Some(SemanticTokensFullOptions::Bool(true)),
                ..SemanticTokensOptions::default()
            }
            .into(),
        ),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ","].map(str::to_owned).to_vec()),
            ..SignatureHelpOptions::default()
        }),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp_types::WorkDoneProgressOptions::default(),
        })),
        ..ServerCapabilities::default()
    }
}

/// An answer, or why there is none.
type Answer = Result<Value, (ErrorCode, String)>;

fn read<P: serde::de::DeserializeOwned>(params: Value) -> Result<P, (ErrorCode, String)> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn said(answer: impl serde::Serialize) -> Answer {
    serde_json::to_value(answer).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

fn refused(reason: String) -> (ErrorCode, String) {
    (ErrorCode::RequestFailed, reason)
}

/// What the server knows of one editor.
pub(super) struct Session<'s> {
    connection: &'s Connection,
    pub(super) world: &'s dyn World,
    pub(super) shelf: &'s Shelf,
    pub(super) documents: Documents,
    pub(super) systems: Systems,
    /// Whether the editor knows snippets.
    pub(super) snippets: bool,
    /// What was last shown of each file.
    found: BTreeMap<PathBuf, Vec<Shown>>,
    /// The files whose systems have to be checked again.
    dirty: BTreeSet<PathBuf>,
}

impl Session<'_> {
    fn serve(mut self) -> Result<(), String> {
        loop {
            let message = if self.dirty.is_empty() {
                self.connection.receiver.recv().ok()
            } else {
                match self.connection.receiver.recv_timeout(PAUSE) {
                    Ok(message) => Some(message),
                    Err(waited) if waited.is_timeout() => {
                        self.check()?;
                        continue;
                    }
                    Err(_) => None,
                }
            };
            // An editor that is gone without a word has nothing more to be told.
            let Some(message) = message else { return Ok(()) };
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request).map_err(|error| error.to_string())? {
                        return Ok(());
                    }
                    let response = self.answer(request);
                    self.send(Message::Response(response))?;
                }
                Message::Notification(notification) => self.noted(notification),
                Message::Response(_) => {}
            }
        }
    }

    fn send(&self, message: Message) -> Result<(), String> {
        self.connection.sender.send(message).map_err(|error| error.to_string())
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params } = request;
        match self.answered(&method, params) {
            Ok(value) => Response::new_ok(id, value),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        }
    }

    fn answered(&mut self, method: &str, params: Value) -> Answer {
        match method {
            Formatting::METHOD => {
                self.of_text(params, |asked: DocumentFormattingParams| asked.text_document.uri, answers::formatting)
            }
            DocumentSymbolRequest::METHOD => {
                self.of_text(params, |asked: DocumentSymbolParams| asked.text_document.uri, answers::symbols)
            }
            FoldingRangeRequest::METHOD => {
                self.of_text(params, |asked: FoldingRangeParams| asked.text_document.uri, answers::folds)
            }
            CodeActionRequest::METHOD => read(params).map(|asked| self.actions(&asked)),
            GotoDefinition::METHOD => {
                let asked: GotoDefinitionParams = read(params)?;
                said(self.definition(&asked.text_document_position_params))
            }
            GotoTypeDefinition::METHOD => {
                let asked: GotoDefinitionParams = read(params)?;
                said(self.type_definition(&asked.text_document_position_params))
            }
            References::METHOD => {
                let asked: ReferenceParams = read(params)?;
                said(self.references(&asked.text_document_position, asked.context.include_declaration))
            }
            DocumentHighlightRequest::METHOD => {
                let asked: DocumentHighlightParams = read(params)?;
                said(self.highlights(&asked.text_document_position_params))
            }
            Completion::METHOD => {
                let asked: CompletionParams = read(params)?;
                said(self.complete(&asked.text_document_position))
            }
            InlayHintRequest::METHOD => {
                let asked: InlayHintParams = read(params)?;
                said(self.hints(&asked.text_document.uri, asked.range))
            }
            SemanticTokensFullRequest::METHOD => {
                let asked: SemanticTokensParams = read(params)?;
                said(self.colors(&asked.text_document.uri))
            }
            SelectionRangeRequest::METHOD => {
                let asked: SelectionRangeParams = read(params)?;
                said(self.selections(&asked.text_document.uri, &asked.positions))
            }
            SignatureHelpRequest::METHOD => {
                let asked: SignatureHelpParams = read(params)?;
                said(self.signature(&asked.text_document_position_params))
            }
            WorkspaceSymbolRequest::METHOD => {
                let asked: WorkspaceSymbolParams = read(params)?;
                said(self.symbols(&asked.query))
            }
            HoverRequest::METHOD => {
                let asked: HoverParams = read(params)?;
                said(self.hover(&asked.text_document_position_params))
            }
            PrepareRenameRequest::METHOD => {
                let asked: TextDocumentPositionParams = read(params)?;
                said(self.prepare_rename(&asked).map_err(refused)?)
            }
            Rename::METHOD => {
                let asked: RenameParams = read(params)?;
                said(self.rename(&asked.text_document_position, &asked.new_name).map_err(refused)?)
            }
            _ => Err((ErrorCode::MethodNotFound, format!("infrac does not know `{method}`"))),
        }
    }

    /// Asks something of an open text. Of a text that is not open nothing is known.
    fn of_text<P, A>(&self, params: Value, which: impl Fn(P) -> Uri, ask: impl Fn(&str) -> Vec<A>) -> Answer
    where
        P: serde::de::DeserializeOwned,
        A: serde::Serialize,
    {
        let uri = which(read(params)?);
        let document = places::path(&uri).and_then(|path| self.documents.get(&path));
        said(document.map(|document| ask(&document.text)).unwrap_or_default())
    }

    fn actions(&mut self, asked: &CodeActionParams) -> Value {
        let Some(path) = places::path(&asked.text_document.uri) else { return Value::Array(Vec::new()) };
        // Remedies of a text that has changed would change something else.
        if !self.dirty.is_empty() && self.check().is_err() {
            return Value::Array(Vec::new());
        }
        let found = self.found.get(&path).map(Vec::as_slice).unwrap_or_default();
        let mut actions = answers::actions(found, asked.range);
        let told: Vec<lsp_types::Diagnostic> = found
            .iter()
            .map(|shown| shown.diagnostic.clone())
            .filter(|told| told.range.start <= asked.range.end && asked.range.start <= told.range.end)
            .collect();
        actions.extend(self.changes(&asked.text_document.uri, asked.range, told));
        serde_json::to_value(actions).unwrap_or_default()
    }

    /// What the editor has told.
    fn noted(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        let touched = match method.as_str() {
            DidOpenTextDocument::METHOD => {
                serde_json::from_value::<DidOpenTextDocumentParams>(params).ok().and_then(|told| {
                    let opened = told.text_document;
                    self.documents.open(opened.uri, opened.text, opened.version)
                })
            }
            DidChangeTextDocument::METHOD => {
                serde_json::from_value::<DidChangeTextDocumentParams>(params).ok().and_then(|told| {
                    let changed = told.text_document;
                    self.documents.change(&changed.uri, changed.version, told.content_changes)
                })
            }
            DidCloseTextDocument::METHOD => serde_json::from_value::<DidCloseTextDocumentParams>(params)
                .ok()
                .and_then(|told| self.documents.close(&told.text_document.uri))
                .inspect(|_| self.systems.retain(&self.documents)),
            // Something was written that others may read: assets, other systems' files.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.dirty.extend(self.documents.paths().cloned());
                None
            }
            _ => None,
        };
        self.systems.changed();
        self.dirty.extend(touched);
    }

    /// Checks what has changed, and shows what was found.
    fn check(&mut self) -> Result<(), String> {
        while let Some(file) = self.dirty.pop_first() {
            match check(self.world, &self.documents, &mut self.systems, &file) {
                Ok(found) => {
                    // One check answers for all files of the system.
                    self.dirty.retain(|other| !found.contains_key(other));
                    for (path, shown) in found {
                        self.show(&path, shown)?;
                    }
                }
                Err(refusal) => {
                    let told = LogMessageParams { typ: MessageType::ERROR, message: format!("infrac: {refusal}") };
                    self.send(Message::Notification(Notification::new(LogMessage::METHOD.to_owned(), told)))?;
                }
            }
        }
        Ok(())
    }

    fn show(&mut self, path: &Path, shown: Vec<Shown>) -> Result<(), String> {
        let document = self.documents.get(path);
        let clean = shown.is_empty() && self.found.get(path).is_none_or(Vec::is_empty);
        let uri = document.map(|document| document.uri.clone()).or_else(|| places::uri(path));
        // A file without mistakes that nobody looks at need not be told of.
        if let Some(uri) = uri.filter(|_| document.is_some() || !clean) {
            let diagnostics = shown.iter().map(|shown| shown.diagnostic.clone()).collect();
            let told =
                PublishDiagnosticsParams { uri, diagnostics, version: document.map(|document| document.version) };
            self.send(Message::Notification(Notification::new(PublishDiagnostics::METHOD.to_owned(), told)))?;
        }
        self.found.insert(path.to_owned(), shown);
        Ok(())
    }
}
