//! What is written as in other languages, and other mistakes that are known by sight.

use super::explain::Context;
use super::grammar;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, codes, nearest};

/// Words that begin a statement.
const STATEMENTS: &[&str] = &[
    "access",
    "base",
    "claim",
    "component",
    "connect",
    "deny",
    "deploy",
    "else",
    "endpoint",
    "ensure",
    "environment",
    "extend",
    "external",
    "fn",
    "for",
    "forbid",
    "grant",
    "if",
    "let",
    "lints",
    "main",
    "match",
    "naming",
    "output",
    "param",
    "permit",
    "policy",
    "principal",
    "require",
    "stack",
    "step",
    "system",
    "tags",
    "test",
    "type",
    "use",
];

/// What other languages begin their declarations with, and what says the same here.
const FOREIGN: &[(&str, &str)] = &[
    ("resource", "a resource is `name = AWS::Service::Type { … }`, inside a `stack`"),
    ("variable", "a setting is `param name: type = default`"),
    ("parameter", "a setting is `param name: type = default`"),
    ("locals", "a value is `let name = …`"),
    ("local", "a value is `let name = …`"),
    ("const", "a value is `let name = …`"),
    ("var", "a value is `let name = …`"),
    ("val", "a value is `let name = …`"),
    ("module", "a reusable part is `component Name { … }`, and it is used as `name = Name { … }`"),
    ("class", "a reusable part is `component Name { … }`"),
    ("data", "what exists already is `external name { … }`"),
    ("provider", "account and region stand in an `environment`"),
    ("terraform", "the system itself is `system name`"),
    ("import", "another folder's components are taken with `use Name from \"path\"`"),
    ("def", "a function is `fn name(a: type) -> type = value`"),
    ("function", "a function is `fn name(a: type) -> type = value`"),
    ("func", "a function is `fn name(a: type) -> type = value`"),
    ("allow", "a permission is `grant WHO VERB on WHAT`"),
    ("assert", "a condition of the system is `ensure \"what holds\" { … }`; `assert` stands in a `test`"),
    ("rule", "a rule stands in a `policy NAME { … }`"),
    ("switch", "a choice is `match value { … }`"),
    ("while", "a loop is `for x in list { … }`"),
    ("foreach", "a loop is `for x in list { … }`"),
];

/// A diagnostic for a mistake that is known by sight.
pub(super) fn recognise(file: FileId, text: &str, span: Span, context: Context) -> Option<Diagnostic> {
    let region = text.get(span.range())?;
    let lo = span.lo as usize;
    let length = region.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(region.len());
    let word = region.get(..length).unwrap_or_default();
    let place = Span::new(file, lo, lo + length);
    let rest = region.get(length..).unwrap_or_default().trim_start();
    match context {
        Context::Statement | Context::Head if !word.is_empty() => statement(word, rest, place),
        Context::Entry if region.starts_with('-') => Some(dash(file, lo, region)),
        Context::Entry => entry(word, rest, place),
        Context::Statement
        | Context::Head
        | Context::Naming
        | Context::Arm
        | Context::Item
        | Context::Argument
        | Context::MarkArgument
        | Context::Value
        | Context::Rest
        | Context::Interpolation
        | Context::FieldType
        | Context::External
        | Context::Access
        | Context::AccessOn
        | Context::Rule
        | Context::Assert
        | Context::MatchArm
        | Context::FnParam => None,
    }
}

fn statement(word: &str, rest: &str, place: Span) -> Option<Diagnostic> {
    if let Some((_, right)) = FOREIGN.iter().find(|(foreign, _)| *foreign == word) {
        return Some(
            Diagnostic::new(codes::FOREIGN_SYNTAX, place, format!("`{word}` begins no declaration here")).help(*right),
        );
    }
    if word == "else" {
        return Some(
            Diagnostic::new(codes::SYNTAX_ERROR, place, "this `else` belongs to no `if`")
                .help("`else` follows the closing brace of an `if`"),
        );
    }
    if STATEMENTS.contains(&word) {
        return None;
    }
    let diagnostic = |message: String| Diagnostic::new(codes::SYNTAX_ERROR, place, message);
    if let Some(near) = nearest(word, STATEMENTS.iter().copied()).filter(|_| !rest.starts_with(['=', '['])) {
        return Some(
            diagnostic(format!("`{word}` begins no declaration")).help(format!("did you mean `{near}`?")).suggest(
                format!("write `{near}`"),
                place,
                near,
            ),
        );
    }
    if rest.starts_with(':') {
        return Some(
            diagnostic(format!("`{word}` is declared with neither `param` nor `=`"))
                .help(format!("a setting is `param {word}: type`; an instance is `{word} = Type {{ … }}`")),
        );
    }
    if rest.starts_with('{') && word.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Some(
            diagnostic(format!("this `{word}` has no name")).help(format!("an instance is `name = {word} {{ … }}`")),
        );
    }
    None
}

/// An entry as YAML writes the elements of a list.
fn dash(file: FileId, lo: usize, region: &str) -> Diagnostic {
    let behind = region.strip_prefix('-').unwrap_or_default();
    let blanks = behind.len() - behind.trim_start().len();
    Diagnostic::new(codes::FOREIGN_SYNTAX, Span::new(file, lo, lo + 1), "`-` begins no entry here")
        .help("entries stand on their lines as they are; a list is `[a, b]`")
        .fix("remove it", Span::new(file, lo, lo + 1 + blanks), "")
}

fn entry(word: &str, rest: &str, place: Span) -> Option<Diagnostic> {
    let is_block = matches!(word, "if" | "for" | "match") && !rest.starts_with('=');
    if is_block {
        let help = match word {
            "if" => "a value is chosen with `name = if condition then value else other`",
            "for" => "a list is `[for x in list: value]`, a map `{for k, v in map: k = value}`",
            _ => "a value is chosen with `name = per subject { … }`",
        };
        let message = format!("`{word}` is a statement, and only entries stand here");
        return Some(Diagnostic::new(codes::MISPLACED, place, message).help(help));
    }
    let is_statement = matches!(word, "grant" | "deny" | "connect" | "let" | "output" | "ensure" | "extend");
    if is_statement
        && grammar::keywords().contains(&word)
        && rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"')
    {
        let message = format!("`{word}` is a statement, and only entries stand here");
        return Some(
            Diagnostic::new(codes::MISPLACED, place, message)
                .help("write it beside the instance, in the stack or component"),
        );
    }
    None
}
