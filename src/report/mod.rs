//! The tables that a reviewer wants, each in a file of its own.

mod access;
mod deploy;
mod environments;
mod names;
mod network;
mod table;
mod tags;
mod waivers;

use serde_json::Value;

use crate::base::Span;
use crate::derive::template::Derived;
use crate::eval::model::Model;
use crate::order::Plan;
use crate::world::Sources;

pub use table::{Section, text};

/// What a report is made of.
#[derive(Clone, Copy)]
pub struct System<'s> {
    /// One for each environment, with what was derived from it and its deploy order.
    pub builds: &'s [(Model, Derived, Plan)],
    /// The files.
    pub sources: &'s Sources,
}

impl System<'_> {
    /// A place as people read it: file and line.
    pub fn place(&self, span: Span) -> Option<String> {
        let place = self.sources.place(span)?;
        Some(format!("{}:{}", place.file, place.start.line + 1))
    }
}

/// A report, for people and for scripts.
#[derive(Debug, Default)]
pub struct Report {
    /// Tables, in the order in which they are shown.
    pub sections: Vec<Section>,
    /// The same as data: a list, one object for each environment, or for what the report is about.
    pub data: Vec<Value>,
    /// The same as drawings in Mermaid, one for each environment; none if there is nothing to draw.
    pub drawings: Vec<String>,
}

/// A report that there is.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// What it shows.
    pub about: &'static str,
    /// It needs what environments are compared by.
    pub compares: bool,
    /// Makes it.
    pub make: fn(System<'_>) -> Report,
}

/// All reports, sorted.
pub const ALL: &[Kind] = &[
    Kind {
        name: "access",
        about: "Who may do what on which resource, why, and what deploying takes",
        compares: false,
        make: access::report,
    },
    Kind {
        name: "environments",
        about: "Environments side by side: settings, what is built, in what it differs, protections",
        compares: true,
        make: environments::report,
    },
    Kind {
        name: "names",
        about: "What everything is called, by which rule, and within what that is unique",
        compares: false,
        make: names::report,
    },
    Kind {
        name: "network",
        about: "Who may talk to whom, on what, and because of which lines",
        compares: false,
        make: network::report,
    },
    Kind {
        name: "tags",
        about: "Whether everything is tagged, and what it creates",
        compares: false,
        make: tags::report,
    },
    Kind {
        name: "waivers",
        about: "What is waived, where, until when, and why",
        compares: false,
        make: waivers::report,
    },
];

/// One of them.
pub fn find(name: &str) -> Option<Kind> {
    ALL.iter().copied().find(|kind| kind.name == name)
}

/// A report as data.
pub fn json(kind: Kind, report: Report) -> Value {
    serde_json::json!({ "format": 1, "report": kind.name, "entries": report.data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_sorted_and_found() {
        assert!(ALL.is_sorted_by_key(|kind| kind.name));
        assert!(ALL.iter().all(|kind| find(kind.name).is_some()));
    }
}
