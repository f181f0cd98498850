//! What the server tells an editor that it can do, and what it takes from the editor's greeting.

use std::path::PathBuf;

use lsp_types::{
    CallHierarchyServerCapability, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DiagnosticOptions, DiagnosticServerCapabilities, DocumentLinkOptions,
    DocumentOnTypeFormattingOptions, ExecuteCommandOptions, FoldingRangeProviderCapability, HoverProviderCapability,
    ImplementationProviderCapability, OneOf, RenameOptions, SelectionRangeProviderCapability,
    SemanticTokensFullOptions, SemanticTokensOptions, ServerCapabilities, SignatureHelpOptions,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    TypeDefinitionProviderCapability, Uri, WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::Value;

use crate::lsp::{commands, overview, places};

/// What the editor can do, as far as it matters here.
#[derive(Debug, Clone, Default)]
pub(super) struct Editor {
    /// It fills in the stops of snippets.
    pub(super) snippets: bool,
    /// It asks for diagnostics, and can be told that it should ask again; so it is not told of them unasked.
    pub(super) pulls: bool,
    /// It shows how far work is.
    pub(super) progress: bool,
    /// It can be asked to tell of files that change.
    pub(super) watches: bool,
    /// The folders that are open in it.
    pub(super) roots: Vec<PathBuf>,
}

impl Editor {
    /// What a greeting says.
    pub(super) fn of(greeting: &Value) -> Editor {
        let says = |pointer: &str| greeting.pointer(pointer).and_then(Value::as_bool).unwrap_or_default();
        let folders = greeting.pointer("/workspaceFolders").and_then(Value::as_array);
        let folders = folders.into_iter().flatten().filter_map(|folder| folder.get("uri"));
        let mut roots: Vec<PathBuf> = folders.filter_map(folder).collect();
        if roots.is_empty() {
            roots.extend(greeting.pointer("/rootUri").and_then(folder));
        }
        Editor {
            snippets: says("/capabilities/textDocument/completion/completionItem/snippetSupport"),
            pulls: greeting.pointer("/capabilities/textDocument/diagnostic").is_some_and(Value::is_object)
                && says("/capabilities/workspace/diagnostics/refreshSupport"),
            progress: says("/capabilities/window/workDoneProgress"),
            watches: says("/capabilities/workspace/didChangeWatchedFiles/dynamicRegistration"),
            roots,
        }
    }
}

fn folder(uri: &Value) -> Option<PathBuf> {
    places::path(&uri.as_str()?.parse::<Uri>().ok()?)
}

/// What the server can do for this editor.
pub(super) fn capabilities(editor: &Editor) -> ServerCapabilities {
    let long = WorkDoneProgressOptions { work_done_progress: Some(true) };
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        document_range_formatting_provider: Some(OneOf::Left(true)),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: String::from("}"),
            more_trigger_character: Some(vec![String::from("\n")]),
        }),
        document_symbol_provider: Some(OneOf::Left(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::ALL.map(|command| command.name().to_owned()).to_vec(),
            work_done_progress_options: long,
        }),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", ":", "\"", "@"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        // An editor that pulls but cannot be told to pull again is told unasked.
        diagnostic_provider: editor.pulls.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some(String::from("infrac")),
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
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
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: long,
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    }
}
