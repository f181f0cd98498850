//! What is accepted for now: the findings that were there when a system was first checked, so that new ones stand out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::Symbol;
use crate::diag::Diagnostic;
use crate::driver::Checked;
use crate::world::Sources;

/// Changes when an older infrac would misunderstand the file.
const FORMAT: u64 = 1;

/// One finding, told by what stands there and not by the number of its line: lines move.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The system.
    system: String,
    /// The file, from the system's folder.
    file: String,
    /// The code.
    code: String,
    /// The line in which it is found, whatever the blanks in it.
    text: String,
    /// What is said of it.
    message: String,
}

/// The findings that are accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(BTreeSet<Accepted>);

impl Baseline {
    /// All that may be accepted of what checks found: not what would fail in any case.
    pub fn of(all: &[Checked]) -> Baseline {
        let findings = all.iter().flat_map(|checked| checked.diagnostics.iter().map(move |found| (checked, found)));
        Baseline(findings.filter_map(|(checked, found)| accepted(found, checked.system, &checked.sources)).collect())
    }

    /// Reads a file; the error says what is wrong with it.
    pub fn read(text: &str) -> Result<Baseline, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if value.get("format").and_then(Value::as_u64) != Some(FORMAT) {
            return Err(format!("it is not a baseline of format {FORMAT}"));
        }
        let Some(list) = value.get("findings").and_then(Value::as_array) else {
            return Err(String::from("it has no list of `findings`"));
        };
        let read = |one: &Value| {
            let field = |name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
            Some(Accepted {
                system: field("system")?,
                file: field("file")?,
                code: field("code")?,
                text: field("text")?,
                message: field("message")?,
            })
        };
        let all: Option<BTreeSet<Accepted>> = list.iter().map(read).collect();
        all.map(Baseline).ok_or_else(|| String::from("one of its findings lacks a field"))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let findings: Value = self
            .0
            .iter()
            .map(|one| {
                json!({
                    "system": one.system, "file": one.file, "code": one.code, "text": one.text, "message": one.message,
                })
            })
            .collect();
        format!("{:#}\n", json!({ "format": FORMAT, "findings": findings }))
    }

    /// Takes away what is accepted, and gives it.
    pub fn take(&self, found: &mut Vec<Diagnostic>, system: Option<Symbol>, sources: &Sources) -> BTreeSet<Accepted> {
        let mut taken = BTreeSet::new();
        found.retain(|diagnostic| {
            let known = accepted(diagnostic, system, sources).filter(|one| self.0.contains(one));
            let keep = known.is_none();
            taken.extend(known);
            keep
        });
        taken
    }

    /// How many of the findings are no longer there, of the systems that were checked.
    pub fn gone(&self, all: &[Checked]) -> usize {
        let there: BTreeSet<&Accepted> = all.iter().flat_map(|checked| &checked.accepted).collect();
        let systems: Vec<&str> = all.iter().filter_map(|checked| Some(checked.system?.as_str())).collect();
        let looked_for = self.0.iter().filter(|one| systems.contains(&one.system.as_str()));
        looked_for.filter(|one| !there.contains(one)).count()
    }

    /// How many findings are accepted.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the file says of a finding, if it may be accepted.
fn accepted(found: &Diagnostic, system: Option<Symbol>, sources: &Sources) -> Option<Accepted> {
    if !found.code.waivable() {
        return None;
    }
    let span = found.span();
    let source = sources.get(span.file).filter(|_| !span.is_none())?;
    let before = source.text.get(..span.lo as usize)?;
    let from = before.rfind('\n').map_or(0, |at| at + 1);
    let line = source.text.get(from..)?.lines().next().unwrap_or_default();
    Some(Accepted {
        system: system.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        file: source.relative.replace('\\', "/"),
        code: found.code.name().to_owned(),
        text: line.split_whitespace().collect::<Vec<_>>().join(" "),
        message: found.message.clone(),
    })
}
