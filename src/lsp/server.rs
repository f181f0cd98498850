//! One editor's session, from its greeting to its farewell.
//!
//! ```text
//! editor ─ events ─ queue (what is called off leaves it) ─ answer ─▶ editor
//!             ▲                        │ what has changed
//!             ╰── checker (thread) ◀───╯
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Exit, LogMessage, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, DocumentDiagnosticRequest, RegisterCapability, Request as _, Shutdown,
    WorkspaceDiagnosticRefresh,
};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, LogMessageParams, MessageType, PublishDiagnosticsParams, Uri,
};
use serde_json::{Value, json};

use crate::driver::Trees;
use crate::lsp::capabilities::{Editor, capabilities};
use crate::lsp::checker::{self, Done, Job};
use crate::lsp::checking::{Shown, alone, found};
use crate::lsp::documents::Documents;
use crate::lsp::places;
use crate::lsp::progress::Progress;
use crate::lsp::systems::Systems;
use crate::world::{Shelf, World};

/// How long the editor must have said nothing before a system is checked: what it says of one key comes in one piece.
const PAUSE: Duration = Duration::from_millis(5);

/// A check that takes longer than this is shown as work.
const LONG: Duration = Duration::from_millis(400);

/// Requests whose answers are about what a check finds: they wait for the check of the text as it is.
const OF_CHECKS: [&str; 3] = [CodeActionRequest::METHOD, DocumentDiagnosticRequest::METHOD, CodeLensRequest::METHOD];

/// What happens.
pub(super) enum Event {
    /// The editor said something.
    Said(Message),
    /// It left.
    Left,
    /// A check is done.
    Checked(Box<Done>),
}

/// Greets the editor and serves it.
pub(super) fn run(connection: &Connection, world: &dyn World, shelf: &Shelf) -> Result<(), String> {
    let (id, greeted) = connection.initialize_start().map_err(|error| error.to_string())?;
    let editor = Editor::of(&greeted);
    let greeting = json!({
        "capabilities": capabilities(&editor),
        "serverInfo": { "name": "infrac", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, greeting).map_err(|error| error.to_string())?;
    let trees = Trees::new();
    let (say, events) = mpsc::channel();
    let (order, jobs) = mpsc::channel();
    std::thread::scope(|scope| {
        let told = say.clone();
        scope.spawn(move || listen(connection, &told));
        let trees = &trees;
        scope.spawn(move || checker::work(world, trees, &jobs, &say));
        let session = Session {
            connection,
            world,
            shelf,
            editor,
            documents: Documents::default(),
            systems: Systems::new(trees),
            found: BTreeMap::new(),
            dirty: BTreeSet::new(),
            due: None,
            events,
            order,
            running: None,
            waiting: VecDeque::new(),
            parked: Vec::new(),
            left: false,
            number: 0,
        };
        session.serve()
    })
}

/// Passes on what the editor says, until it leaves.
fn listen(connection: &Connection, events: &Sender<Event>) {
    for message in &connection.receiver {
        let last = matches!(&message, Message::Notification(told) if told.method == Exit::METHOD);
        if events.send(Event::Said(message)).is_err() || last {
            return;
        }
    }
    // Nobody listens any more once the session is over.
    let _ = events.send(Event::Left);
}

/// A check that is under way.
struct Running {
    since: Instant,
    /// How it is shown as work, once it takes long.
    progress: Option<Progress>,
}

/// What the server knows of one editor.
pub(super) struct Session<'s> {
    connection: &'s Connection,
    pub(super) world: &'s dyn World,
    pub(super) shelf: &'s Shelf,
    pub(super) editor: Editor,
    pub(super) documents: Documents,
    pub(super) systems: Systems<'s>,
    /// What was last found in each file.
    pub(super) found: BTreeMap<PathBuf, Vec<Shown>>,
    /// The files whose systems have to be checked again.
    dirty: BTreeSet<PathBuf>,
    /// When they will be.
    due: Option<Instant>,
    events: Receiver<Event>,
    order: Sender<Job>,
    running: Option<Running>,
    /// What the editor has said and is not yet looked at.
    waiting: VecDeque<Message>,
    /// Requests that wait for a check.
    parked: Vec<Request>,
    left: bool,
    /// How many requests the editor was sent.
    number: i32,
}

impl Session<'_> {
    fn serve(mut self) -> Result<(), String> {
        self.watch()?;
        loop {
            while let Ok(event) = self.events.try_recv() {
                self.take(event)?;
            }
            if let Some(message) = self.waiting.pop_front() {
                if !self.heard(message)? {
                    return Ok(());
                }
                continue;
            }
            // An editor that is gone without a word has nothing more to be told.
            if self.left {
                return Ok(());
            }
            let event = match self.patience() {
                Some(wait) => self.events.recv_timeout(wait),
                None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match event {
                Ok(event) => self.take(event)?,
                Err(RecvTimeoutError::Timeout) => self.overdue()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// How long to wait for what happens next; none: as long as it takes.
    fn patience(&self) -> Option<Duration> {
        let until = match &self.running {
            Some(running) if self.editor.progress && running.progress.is_none() => running.since + LONG,
            Some(_) => return None,
            None => self.due?,
        };
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// Nothing happened for as long as was waited.
    fn overdue(&mut self) -> Result<(), String> {
        if self.running.is_none() {
            return self.start();
        }
        let progress = self.begin("checking", None)?;
        if let Some(running) = &mut self.running {
            running.progress = progress;
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Said(Message::Notification(told)) if told.method == Cancel::METHOD => self.call_off(&told.params)?,
            Event::Said(message) => self.waiting.push_back(message),
            Event::Left => self.left = true,
            Event::Checked(done) => self.finished(*done)?,
        }
        Ok(())
    }

    /// A request that nobody wants answered any more, if its turn has not come yet.
    fn call_off(&mut self, params: &Value) -> Result<(), String> {
        let Some(id) = params.get("id").and_then(|id| serde_json::from_value::<RequestId>(id.clone()).ok()) else {
            return Ok(());
        };
        let waits = |message: &Message| matches!(message, Message::Request(request) if request.id == id);
        let count = self.waiting.len() + self.parked.len();
        self.waiting.retain(|message| !waits(message));
        self.parked.retain(|request| request.id != id);
        if self.waiting.len() + self.parked.len() < count {
            self.refuse(id, "it was called off")?;
        }
        Ok(())
    }

    fn refuse(&self, id: RequestId, reason: &str) -> Result<(), String> {
        self.send(Message::Response(Response::new_err(id, ErrorCode::RequestCanceled as i32, reason.to_owned())))
    }

    /// Whether the session goes on after this.
    fn heard(&mut self, message: Message) -> Result<bool, String> {
        match message {
            Message::Request(request) if request.method == Shutdown::METHOD => {
                for parked in std::mem::take(&mut self.parked) {
                    self.refuse(parked.id, "the session ends")?;
                }
                self.send(Message::Response(Response::new_ok(request.id, Value::Null)))?;
            }
            Message::Request(request) if OF_CHECKS.contains(&request.method.as_str()) && !self.is_settled() => {
                self.parked.push(request);
                self.start()?;
            }
            Message::Request(request) => {
                let response = self.answer(request)?;
                self.send(Message::Response(response))?;
            }
            Message::Notification(told) if told.method == Exit::METHOD => return Ok(false),
            Message::Notification(told) => self.noted(told)?,
            Message::Response(_) => {}
        }
        Ok(true)
    }

    /// Whether the last check is about the texts as they are.
    fn is_settled(&self) -> bool {
        self.running.is_none() && self.dirty.is_empty()
    }

    pub(super) fn send(&self, message: Message) -> Result<(), String> {
        self.connection.sender.send(message).map_err(|error| error.to_string())
    }

    pub(super) fn tell(&self, method: &str, params: impl serde::Serialize) -> Result<(), String> {
        self.send(Message::Notification(Notification::new(method.to_owned(), params)))
    }

    /// Asks the editor for something of which no answer is needed.
    pub(super) fn ask(&mut self, method: &str, params: impl serde::Serialize) -> Result<(), String> {
        self.number += 1;
        let id = RequestId::from(format!("infrac-{}", self.number));
        self.send(Message::Request(Request::new(id, method.to_owned(), params)))
    }

    /// Asks to be told of files that change outside of the editor.
    fn watch(&mut self) -> Result<(), String> {
        if !self.editor.watches {
            return Ok(());
        }
        let watchers = json!({ "watchers": [{ "globPattern": "**/*.infra" }] });
        let wanted = json!({ "id": "files", "method": DidChangeWatchedFiles::METHOD, "registerOptions": watchers });
        self.ask(RegisterCapability::METHOD, json!({ "registrations": [wanted] }))
    }

    fn answer(&mut self, request: Request) -> Result<Response, String> {
        let Request { id, method, params } = request;
        let token = params.get("workDoneToken").cloned();
        let progress = match token {
            Some(token) => self.begin(&method, Some(token))?,
            None => None,
        };
        let response = match self.answered(&method, params) {
            Ok(value) => Response::new_ok(id, value),
            Err((code, message)) => Response::new_err(id, code as i32, message),
        };
        self.end(progress)?;
        Ok(response)
    }

    /// What the editor has told.
    fn noted(&mut self, notification: Notification) -> Result<(), String> {
        let Notification { method, params } = notification;
        let touched = match method.as_str() {
            DidOpenTextDocument::METHOD => read::<DidOpenTextDocumentParams>(params).and_then(|told| {
                let opened = told.text_document;
                self.systems.moved();
                self.documents.open(opened.uri, &opened.text, opened.version)
            }),
            DidChangeTextDocument::METHOD => read::<DidChangeTextDocumentParams>(params).and_then(|told| {
                let changed = told.text_document;
                let (path, moved) = self.documents.change(&changed.uri, changed.version, told.content_changes)?;
                if moved {
                    self.systems.moved();
                }
                Some(path)
            }),
            DidCloseTextDocument::METHOD => read::<DidCloseTextDocumentParams>(params).and_then(|told| {
                let path = self.documents.close(&told.text_document.uri)?;
                self.systems.moved();
                self.systems.retain(&self.documents);
                Some(path)
            }),
            // Something was written that others may read: assets, other systems' files.
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => {
                self.systems.moved();
                self.dirty.extend(self.documents.paths().cloned());
                None
            }
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(told) = read::<DidChangeWorkspaceFoldersParams>(params) {
                    let path = |folder: &lsp_types::WorkspaceFolder| places::path(&folder.uri);
                    let gone: Vec<PathBuf> = told.event.removed.iter().filter_map(path).collect();
                    self.editor.roots.retain(|root| !gone.contains(root));
                    self.editor.roots.extend(told.event.added.iter().filter_map(path));
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.systems.changed();
        self.dirty.extend(touched);
        if !self.dirty.is_empty() {
            self.due = Some(Instant::now() + PAUSE);
        }
        Ok(())
    }

    /// Begins the next check, unless one is under way.
    fn start(&mut self) -> Result<(), String> {
        if self.running.is_some() {
            return Ok(());
        }
        while let Some(file) = self.dirty.pop_first() {
            let Some(system) = self.systems.of(self.world, &self.documents, &file) else {
                for (path, shown) in alone(&self.documents, &file) {
                    self.show(&path, shown, None)?;
                }
                continue;
            };
            // One check answers for all files of the system.
            self.dirty.retain(|other| !system.files.contains(other));
            let (texts, versions) = (self.documents.texts(), self.documents.versions());
            self.order.send(Job { system, texts, versions }).map_err(|error| error.to_string())?;
            self.running = Some(Running { since: Instant::now(), progress: None });
            return Ok(());
        }
        self.due = None;
        self.settled()
    }

    /// Shows what a check found, and begins the next one.
    fn finished(&mut self, done: Done) -> Result<(), String> {
        let progress = self.running.take().and_then(|running| running.progress);
        self.end(progress)?;
        let Done { job, found: result } = done;
        match result {
            Ok(analysis) => {
                for (path, shown) in found(&job.system, &analysis) {
                    self.show(&path, shown, Some(&job.versions))?;
                }
                self.systems.remember(job.system.root, analysis);
                // The last of its texts may have been closed meanwhile.
                self.systems.retain(&self.documents);
            }
            Err(refusal) => {
                let told = LogMessageParams { typ: MessageType::ERROR, message: format!("infrac: {refusal}") };
                self.tell(LogMessage::METHOD, told)?;
            }
        }
        self.start()
    }

    /// Whoever waited for a check is answered now.
    fn settled(&mut self) -> Result<(), String> {
        for request in std::mem::take(&mut self.parked).into_iter().rev() {
            self.waiting.push_front(Message::Request(request));
        }
        Ok(())
    }

    /// Shows what was found in a file; of an open one, in the text of that number.
    fn show(
        &mut self,
        path: &Path,
        shown: Vec<Shown>,
        versions: Option<&BTreeMap<PathBuf, i32>>,
    ) -> Result<(), String> {
        let document = self.documents.get(path);
        let before = self.found.get(path).map(Vec::as_slice).unwrap_or_default();
        let clean = shown.is_empty() && before.is_empty();
        let uri = document.map(|document| document.uri.clone()).or_else(|| places::uri(path));
        let version = match versions {
            Some(versions) => versions.get(path).copied(),
            None => document.map(|document| document.version),
        };
        if document.is_some() && self.editor.pulls {
            let same = before.iter().map(|one| &one.diagnostic).eq(shown.iter().map(|one| &one.diagnostic));
            self.found.insert(path.to_owned(), shown);
            if !same {
                self.ask(WorkspaceDiagnosticRefresh::METHOD, Value::Null)?;
            }
            return Ok(());
        }
        // A file without mistakes that nobody looks at need not be told of.
        if let Some(uri) = uri.filter(|_| document.is_some() || !clean) {
            self.publish(uri, &shown, version)?;
        }
        self.found.insert(path.to_owned(), shown);
        Ok(())
    }

    fn publish(&self, uri: Uri, shown: &[Shown], version: Option<i32>) -> Result<(), String> {
        let diagnostics = shown.iter().map(|shown| shown.diagnostic.clone()).collect();
        self.tell(PublishDiagnostics::METHOD, PublishDiagnosticsParams { uri, diagnostics, version })
    }
}

fn read<P: serde::de::DeserializeOwned>(params: Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
