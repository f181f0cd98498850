//! Checks whole systems in a thread of its own, so that questions are answered meanwhile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use crate::driver::{self, Analysis, Options, Trees};
use crate::lsp::server::Event;
use crate::world::{Overlay, SystemFolder, World};

/// A system to check, and the open texts as they are now.
pub(super) struct Job {
    pub(super) system: SystemFolder,
    pub(super) texts: Vec<(PathBuf, Arc<str>)>,
    /// The editor's numbers of those texts.
    pub(super) versions: BTreeMap<PathBuf, i32>,
}

/// A job that is done.
pub(super) struct Done {
    pub(super) job: Job,
    /// What was found out, or why nothing was.
    pub(super) found: Result<Analysis, String>,
}

/// Works until there is nobody left to work for.
pub(super) fn work(world: &dyn World, trees: &Trees, jobs: &Receiver<Job>, events: &Sender<Event>) {
    while let Ok(job) = jobs.recv() {
        let mut overlay = Overlay::over(world);
        for (path, text) in &job.texts {
            overlay.set(path, Arc::clone(text));
        }
        let found = driver::analyse(&overlay, &job.system, &Options::default(), trees);
        let found = found.map_err(|refusal| refusal.to_string());
        if events.send(Event::Checked(Box::new(Done { job, found }))).is_err() {
            return;
        }
    }
}
