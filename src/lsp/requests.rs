//! Each request of the protocol to whoever answers it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lsp_server::ErrorCode;
use lsp_types::request::{
    CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare, CodeActionRequest, CodeLensRequest,
    Completion, DocumentDiagnosticRequest, DocumentHighlightRequest, DocumentLinkRequest, DocumentSymbolRequest,
    ExecuteCommand, FoldingRangeRequest, Formatting, GotoDefinition, GotoImplementation, GotoTypeDefinition,
    HoverRequest, InlayHintRequest, OnTypeFormatting, PrepareRenameRequest, RangeFormatting, References, Rename,
    Request as _, SelectionRangeRequest, SemanticTokensFullRequest, SignatureHelpRequest, WorkspaceSymbolRequest,
};
use lsp_types::{
    CallHierarchyIncomingCallsParams, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeActionParams,
    CodeLensParams, CompletionParams, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentFormattingParams,
    DocumentHighlightParams, DocumentLinkParams, DocumentOnTypeFormattingParams, DocumentRangeFormattingParams,
    DocumentSymbolParams, ExecuteCommandParams, FoldingRangeParams, FullDocumentDiagnosticReport, GotoDefinitionParams,
    HoverParams, InlayHintParams, ReferenceParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, RenameParams, SelectionRangeParams, SemanticTokensParams,
    SignatureHelpParams, TextDocumentPositionParams, UnchangedDocumentDiagnosticReport, Uri, WorkspaceSymbolParams,
};
use rustc_hash::FxHasher;
use serde_json::Value;

use crate::lsp::server::Session;
use crate::lsp::{answers, formatting, places};

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

impl Session<'_> {
    pub(super) fn answered(&mut self, method: &str, params: Value) -> Answer {
        match method {
            Formatting::METHOD => {
                self.of_text(params, |asked: DocumentFormattingParams| asked.text_document.uri, formatting::formatting)
            }
            RangeFormatting::METHOD => {
                let asked: DocumentRangeFormattingParams = read(params)?;
                said(self.text(&asked.text_document.uri).map(|text| formatting::in_range(&text, asked.range)))
            }
            OnTypeFormatting::METHOD => {
                let asked: DocumentOnTypeFormattingParams = read(params)?;
                let place = asked.text_document_position;
                let text = self.text(&place.text_document.uri);
                said(text.map(|text| formatting::on_type(&text, place.position, &asked.ch)))
            }
            DocumentSymbolRequest::METHOD => {
                self.of_text(params, |asked: DocumentSymbolParams| asked.text_document.uri, answers::symbols)
            }
            FoldingRangeRequest::METHOD => {
                self.of_text(params, |asked: FoldingRangeParams| asked.text_document.uri, answers::folds)
            }
            CodeActionRequest::METHOD => {
                let asked: CodeActionParams = read(params)?;
                said(self.actions(&asked))
            }
            CodeLensRequest::METHOD => {
                let asked: CodeLensParams = read(params)?;
                said(self.lenses(&asked.text_document.uri))
            }
            ExecuteCommand::METHOD => {
                let asked: ExecuteCommandParams = read(params)?;
                self.execute(&asked).map_err(refused)
            }
            DocumentLinkRequest::METHOD => {
                let asked: DocumentLinkParams = read(params)?;
                said(self.links(&asked.text_document.uri))
            }
            DocumentDiagnosticRequest::METHOD => {
                let asked: DocumentDiagnosticParams = read(params)?;
                said(self.report(&asked))
            }
            CallHierarchyPrepare::METHOD => {
                let asked: CallHierarchyPrepareParams = read(params)?;
                said(self.callable(&asked.text_document_position_params))
            }
            CallHierarchyIncomingCalls::METHOD => {
                let asked: CallHierarchyIncomingCallsParams = read(params)?;
                said(self.incoming(&asked.item))
            }
            CallHierarchyOutgoingCalls::METHOD => {
                let asked: CallHierarchyOutgoingCallsParams = read(params)?;
                said(self.outgoing(&asked.item))
            }
            GotoImplementation::METHOD => {
                let asked: GotoDefinitionParams = read(params)?;
                said(self.implementation(&asked.text_document_position_params))
            }
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

    /// An open text.
    fn text(&self, uri: &Uri) -> Option<Arc<str>> {
        let path = places::path(uri)?;
        Some(Arc::clone(&self.documents.get(&path)?.text))
    }

    /// The diagnostics of a file, for an editor that asks for them.
    fn report(&self, asked: &DocumentDiagnosticParams) -> DocumentDiagnosticReport {
        let path = places::path(&asked.text_document.uri);
        let found = path.and_then(|path| self.found.get(&path)).map(Vec::as_slice).unwrap_or_default();
        let items: Vec<lsp_types::Diagnostic> = found.iter().map(|shown| shown.diagnostic.clone()).collect();
        let id = said(&items).map(|items| {
            let mut hasher = FxHasher::default();
            items.to_string().hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        });
        let id = id.ok();
        match id {
            Some(id) if asked.previous_result_id.as_ref() == Some(&id) => {
                DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
                })
            }
            result_id => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id, items },
            }),
        }
    }
}
