//! `lints { rule = level }`: what a system makes of warnings and advice.

use crate::base::{HashMap, Span};
use crate::diag::{Diagnostic, Level, codes};
use crate::resolve::Program;
use crate::syntax::ast::{Entry, EntryKey, Expr, ExprKind, RuleLevel};

/// The levels that a system sets; `None` says nothing at all of such a finding.
#[derive(Debug, Default)]
pub(super) struct Lints(HashMap<&'static str, Option<Level>>);

impl Lints {
    /// Reads a system's `lints` blocks.
    pub(super) fn of(program: &Program<'_>) -> (Lints, Vec<Diagnostic>) {
        let mut levels = Levels::default();
        let mut found = Vec::new();
        for entry in &program.lints {
            let (name, place) = match &entry.key {
                EntryKey::Word(word) => (word.name.as_str(), word.span),
                EntryKey::Text(text) => ("", text.span),
            };
            let rule = program.policies().find(|rule| rule.name.name == name);
            if let Some(rule) = rule.filter(|rule| rule.level != RuleLevel::Error) {
                found.extend(set(&mut levels, rule.name.name.as_str(), entry, place));
                continue;
            }
            let Some(code) = codes::ALL.iter().find(|code| code.name() == name) else {
                let known = codes::ALL.iter().filter(|code| code.level() != Level::Error).map(|code| code.name());
                found.push(
                    Diagnostic::new(codes::UNKNOWN_CODE, place, format!("there is no rule `{name}`"))
                        .did_you_mean(place, name, known),
                );
                continue;
            };
            if code.level() == Level::Error {
                let help = if code.waivable() {
                    format!("say it where it is needed: `@waive({name}, because \"…\")`")
                } else {
                    String::from("only warnings and advice have levels; remove the line")
                };
                let message = format!("`{name}` is an error, and stays one");
                found.push(Diagnostic::new(codes::NOT_WAIVABLE, place, message).help(help));
                continue;
            }
            found.extend(set(&mut levels, code.name(), entry, place));
        }
        (Lints(levels.into_iter().map(|(name, (level, _))| (name, level)).collect()), found)
    }

    /// Gives each finding the level that the system sets; those that are switched off go.
    pub(super) fn apply(&self, found: &mut Vec<Diagnostic>) {
        if self.0.is_empty() {
            return;
        }
        // What is demanded of every system has the level that those say who demand it.
        let own = |diagnostic: &Diagnostic| diagnostic.code.waivable();
        found.retain_mut(|diagnostic| match self.0.get(diagnostic.code.name()).filter(|_| own(diagnostic)) {
            None => true,
            Some(None) => false,
            Some(Some(level)) => {
                diagnostic.level = *level;
                true
            }
        });
    }
}

/// Levels by the names of rules, each with the place where it is set.
type Levels = HashMap<&'static str, (Option<Level>, Span)>;

/// Sets the level of a rule, or says why not.
fn set(levels: &mut Levels, name: &'static str, entry: &Entry, place: Span) -> Option<Diagnostic> {
    match level(&entry.value) {
        Ok(level) => {
            let (_, first) = levels.insert(name, (level, place))?;
            Some(
                Diagnostic::new(codes::DUPLICATE_DEFINITION, place, format!("the level of `{name}` is set twice"))
                    .label(first, "first set here")
                    .help("remove one of the two"),
            )
        }
        Err(diagnostic) => Some(*diagnostic),
    }
}

const LEVELS: [&str; 4] = ["error", "warning", "advice", "off"];

fn level(value: &Expr) -> Result<Option<Level>, Box<Diagnostic>> {
    let word = match &value.kind {
        ExprKind::Name(name) => name.as_str(),
        _ => "",
    };
    match word {
        "error" => Ok(Some(Level::Error)),
        "warning" => Ok(Some(Level::Warning)),
        "advice" => Ok(Some(Level::Advice)),
        "off" => Ok(None),
        _ => Err(Box::new(
            Diagnostic::new(codes::WRONG_TYPE, value.span, "this is not a level")
                .help("the levels are `error`, `warning`, `advice` and `off`")
                .did_you_mean(value.span, word, LEVELS),
        )),
    }
}
