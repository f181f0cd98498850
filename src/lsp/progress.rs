//! Work that takes long, shown as such.

use lsp_types::notification::{Notification as _, Progress as ProgressNotification};
use lsp_types::request::{Request as _, WorkDoneProgressCreate};
use serde_json::{Value, json};

use crate::lsp::server::Session;

/// Work that the editor shows.
pub(super) struct Progress {
    token: Value,
}

impl Session<'_> {
    /// Shows that work begins: under the token of whoever asked for it, or one of our own.
    pub(super) fn begin(&mut self, title: &str, token: Option<Value>) -> Result<Option<Progress>, String> {
        let token = match token {
            Some(token) => token,
            None if self.editor.progress => {
                let token = json!(format!("infrac/{title}"));
                self.ask(WorkDoneProgressCreate::METHOD, json!({ "token": token }))?;
                token
            }
            None => return Ok(None),
        };
        let value = json!({ "kind": "begin", "title": format!("infrac: {title}") });
        self.tell(ProgressNotification::METHOD, json!({ "token": token, "value": value }))?;
        Ok(Some(Progress { token }))
    }

    /// Shows that it is done.
    pub(super) fn end(&self, progress: Option<Progress>) -> Result<(), String> {
        let Some(Progress { token }) = progress else { return Ok(()) };
        self.tell(ProgressNotification::METHOD, json!({ "token": token, "value": { "kind": "end" } }))
    }
}
