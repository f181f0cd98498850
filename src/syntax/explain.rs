//! What is wrong with a part that could not be read: it is read again with the strict rule, and what that expected is said in words.

use pest::error::ErrorVariant;

use super::foreign;
use super::grammar::{self, Rule, keyword};
use crate::base::limits::MAX_DEPTH;
use crate::base::{FileId, Span};
use crate::diag::{Diagnostic, codes};

/// Where something was to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Statement,
    Head,
    Entry,
    Naming,
    Arm,
    Item,
    Argument,
    MarkArgument,
    Value,
    Rest,
    Interpolation,
    FieldType,
    External,
    Access,
    AccessOn,
    Rule,
    Assert,
    MatchArm,
    FnParam,
}

impl Context {
    /// What may stand there, with an example where the word alone says too little.
    fn wanted(self) -> &'static str {
        match self {
            Context::Statement | Context::Head => "a declaration",
            Context::Entry => "an entry such as `name = value`",
            Context::Naming => "a rule such as `default = \"…\"` or `AWS::S3::Bucket = \"…\"`",
            Context::Arm => "an arm such as `production = value` or `else = value`",
            Context::Item | Context::Value => "a value",
            Context::Argument => "an argument: a value, or `name = value`",
            Context::MarkArgument => {
                "a rule's name, `because \"…\"`, `until` with a date, `on` with a type, or `name = value`"
            }
            Context::Rest => "the end of the brackets",
            Context::Interpolation => "a value",
            Context::FieldType => "a field such as `name: text`",
            Context::External => "an output such as `name: TYPE from parameter`, or a setting",
            Context::Access => "a statement such as `s3:GetObject on \"{arn}/{under}\"`",
            Context::AccessOn => "a verb such as `read { … }`, `policy`, `principal` or `endpoint`",
            Context::Rule => "a rule such as `rule name \"what holds\" { … }`",
            Context::Assert => "`assert` and a condition",
            Context::MatchArm => "an arm such as `\"value\" { … }` or `else { … }`",
            Context::FnParam => "a parameter such as `name: text`",
        }
    }
}

/// The diagnostic for a part that could not be read.
pub(super) fn explain(file: FileId, text: &str, span: Span, rule: Rule, context: Context) -> Diagnostic {
    if let Some(known) = foreign::recognise(file, text, span, context) {
        return known;
    }
    if context == Context::Rest {
        return rest(file, text, span);
    }
    let lo = span.lo as usize;
    let region = text.get(span.range()).unwrap_or_default();
    let rule = match context {
        Context::Item | Context::Entry if begins_with(region, "for") => Rule::one_comprehension,
        _ => rule,
    };
    match grammar::read(rule, region) {
        Err(error) => {
            let at = lo + grammar::place(&error);
            let expected = match &error.variant {
                ErrorVariant::ParsingError { positives, .. } => wanted(positives, at == lo, context),
                ErrorVariant::CustomError { .. } => String::new(),
            };
            at_place(file, text, at, &expected, context)
        }
        // It reads well on its own; then what follows it is wrong.
        Ok(_) => at_place(file, text, span.hi as usize, "", context),
    }
}

/// What follows something complete without a new line or comma.
pub(super) fn trailing(file: FileId, text: &str, before: Span, span: Span) -> Diagnostic {
    if let Some(half) = half(file, text, span) {
        return half;
    }
    let found = found(text, span.lo as usize);
    Diagnostic::new(
        codes::SYNTAX_ERROR,
        token(file, text, span.lo as usize),
        format!("expected a new line or `,`, found {found}"),
    )
    .label(before, "this is complete")
    .help("an operator or a comma may be missing")
}

/// What follows a complete statement on its line.
pub(super) fn trailing_statement(file: FileId, text: &str, before: Span, span: Span) -> Diagnostic {
    let region = text.get(span.range()).unwrap_or_default();
    if begins_with(region, "on") {
        let at = span.lo as usize + "on".len();
        let protocol = region.get(2..).unwrap_or_default().trim_start();
        if let Some(word) = ["tcp", "udp"].into_iter().find(|word| begins_with(protocol, word)) {
            let at = span.hi as usize - protocol.len() + word.len();
            let message = format!("expected a port after `{word}`, found {}", found(text, at));
            return Diagnostic::new(codes::SYNTAX_ERROR, token(file, text, at), message)
                .help(format!("write `on {word} 443`, or a range: `on {word} 1024..2048`"));
        }
        let found = found(text, at);
        let message = format!("expected a protocol such as `tcp` after `on`, found {found}");
        return Diagnostic::new(codes::SYNTAX_ERROR, token(file, text, at), message)
            .help("write `on tcp 443`, `on udp 53`, `on icmp` or `on all`; a range is `tcp 1024..2048`");
    }
    if let Some(half) = half(file, text, span) {
        return half;
    }
    let lo = span.lo as usize;
    let found = found(text, lo);
    Diagnostic::new(codes::SYNTAX_ERROR, token(file, text, lo), format!("expected a new line, found {found}"))
        .label(before, "this statement is complete")
        .help("a statement begins on a line of its own")
}

/// Brackets that must hold a value, and hold nothing.
pub(super) fn empty_brackets(span: Span) -> Diagnostic {
    Diagnostic::new(codes::SYNTAX_ERROR, span, "expected a value between these brackets, found nothing")
        .help("write a value, or remove the brackets")
}

/// Something is nested more deeply than a tree may be.
pub(super) fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(codes::TOO_DEEP, place, format!("this is nested more than {MAX_DEPTH} deep"))
        .help("give inner values names with `let`, or make a component of them")
}

/// A file that the parser gave up as a whole, because its stack was nearly used up: how many levels that takes depends on
/// how the compiler was built, but it is always more than a tree may have, so the same is said.
pub(super) fn unreadable(file: FileId, text: &str, at: usize) -> Diagnostic {
    too_deep(token(file, text, at))
}

fn rest(file: FileId, text: &str, span: Span) -> Diagnostic {
    if let Some(half) = half(file, text, span) {
        return half;
    }
    let lo = span.lo as usize;
    let found = found(text, lo);
    let closer = text.get(span.hi as usize..).and_then(|rest| rest.trim_start().chars().next());
    let closer = closer
        .filter(|closer| matches!(closer, ')' | ']' | '}'))
        .map_or(String::from("the closing bracket"), |c| format!("`{c}`"));
    Diagnostic::new(
        codes::SYNTAX_ERROR,
        token(file, text, lo),
        format!("expected an operator or {closer}, found {found}"),
    )
    .help("an operator may be missing before it")
}

fn at_place(file: FileId, text: &str, at: usize, expected: &str, context: Context) -> Diagnostic {
    let found = found(text, at);
    let place = token(file, text, at);
    let expected = if expected.is_empty() { context.wanted() } else { expected };
    if found == "`:`" && expected.contains("`{`") {
        return Diagnostic::new(codes::FOREIGN_SYNTAX, place, "`:` begins no block here")
            .help("what belongs to it stands between `{` and `}`");
    }
    let after = match sign_before(text, at) {
        Some(sign) if expected.starts_with("a value") => format!(" after `{sign}`"),
        Some(_) | None => String::new(),
    };
    Diagnostic::new(codes::SYNTAX_ERROR, place, format!("expected {expected}{after}, found {found}"))
}

/// The operator or sign that ends before an offset.
fn sign_before(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?.trim_end();
    let start = before.trim_end_matches(is_sign).len();
    before.get(start..).filter(|sign| !sign.is_empty())
}

/// Whether a text begins with a word.
fn begins_with(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// The operator that a text begins with.
fn operator(text: &str) -> Option<&str> {
    if let Some(word) = ["and", "or", "in"].into_iter().find(|word| begins_with(text, word)) {
        return Some(word);
    }
    let end = text.find(|c: char| !is_sign(c)).unwrap_or(text.len());
    text.get(..end).filter(|sign| !sign.is_empty() && !sign.starts_with([':', '!']))
}

/// An operator without its second value.
fn half(file: FileId, text: &str, span: Span) -> Option<Diagnostic> {
    let operator = operator(text.get(span.range())?)?;
    let at = span.lo as usize + operator.len();
    let found = found(text, at);
    let message = format!("expected a value after `{operator}`, found {found}");
    Some(Diagnostic::new(codes::SYNTAX_ERROR, token(file, text, at), message))
}

/// Whether a character is a part of operators.
pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '*' | '/' | '<' | '>' | '?' | '!' | ':' | '|' | '&')
}

/// The first thing behind an offset, in words.
fn found(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    let next = rest.trim_start();
    if next.is_empty() {
        return String::from("the end of the file");
    }
    let blanks = rest.len() - next.len();
    let word = next.get(..token_length(next)).unwrap_or_default();
    if rest.get(..blanks).is_some_and(|blanks| blanks.contains('\n')) {
        return String::from("the end of the line");
    }
    format!("`{word}`")
}

/// The place of the first thing behind an offset; the line's end, if that comes first.
fn token(file: FileId, text: &str, at: usize) -> Span {
    let rest = text.get(at..).unwrap_or_default();
    let next = rest.trim_start();
    if next.is_empty() {
        let end = text.trim_end().len().min(at);
        return Span::new(file, end, end);
    }
    let lo = at + rest.len() - next.len();
    if rest.get(..rest.len() - next.len()).is_some_and(|blanks| blanks.contains('\n')) {
        // Something is missing where the line ends, not wrong where the next one begins.
        let end = text.get(..at).unwrap_or_default().trim_end().len();
        return Span::new(file, end, end);
    }
    Span::new(file, lo, lo + token_length(next))
}

fn token_length(text: &str) -> usize {
    let Some(first) = text.chars().next() else { return 0 };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if is_word(first) {
        return text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    }
    if matches!(first, '"' | '\'') {
        let end = text.char_indices().skip(1).find(|(_, c)| *c == first || *c == '\n');
        return end.map_or(text.len(), |(at, c)| if c == '\n' { at } else { at + c.len_utf8() });
    }
    if is_sign(first) {
        return text.find(|c: char| !is_sign(c)).unwrap_or(text.len()).min(3);
    }
    first.len_utf8()
}

/// What was expected, in words.
fn wanted(rules: &[Rule], at_start: bool, context: Context) -> String {
    if at_start {
        return context.wanted().to_owned();
    }
    let mut names: Vec<String> = Vec::new();
    let has_value = rules.iter().any(|rule| matches!(rule, Rule::expr | Rule::chain | Rule::prefix));
    for rule in rules {
        let name = match name(*rule) {
            Some(name) => name.to_owned(),
            None => match keyword(*rule) {
                Some(word) => format!("`{word}`"),
                None => continue,
            },
        };
        // Where a value may begin, the words that begin special ones are noise.
        if has_value && keyword(*rule).is_some() {
            continue;
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // After something complete, every operator would be fine; the end is what matters.
    if rules.contains(&Rule::EOI) && names.len() > 3 {
        names.retain(|name| name == END || name.starts_with('`') && name.len() > 4);
        names.truncate(4);
    }
    // What might go on is noise beside what must come.
    const GOES_ON: [&str; 4] = ["an operator", "`matching`", "`can`", "`connects`"];
    if names.iter().any(|name| !GOES_ON.contains(&name.as_str())) {
        names.retain(|name| !GOES_ON.contains(&name.as_str()));
    }
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

const END: &str = "a new line";

/// A rule in words; `None` for what says nothing to a reader. Every rule is listed, so that a new one finds its words.
fn name(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::EOI => END,
        Rule::word | Rule::shorthand | Rule::argument_name | Rule::name => "a name",
        Rule::label => "a name",
        Rule::path => "a name",
        Rule::text | Rule::quoted | Rule::block | Rule::raw | Rule::raw_block => "a text",
        Rule::expr | Rule::chain | Rule::prefix | Rule::clause_expr => "a value",
        Rule::type_expr | Rule::type_one => "a type",
        Rule::type_name => "a type",
        Rule::eq | Rule::assign => "`=`",
        Rule::colon => "`:`",
        Rule::lbrace | Rule::body | Rule::settings | Rule::conditions | Rule::asserts | Rule::access_body => "`{`",
        Rule::external_body => "`{`",
        Rule::lparen => "`(`",
        Rule::arrow => "`->`",
        Rule::pattern => "a pattern such as `/[a-z]+/`",
        Rule::verb => "a verb or an action",
        Rule::action => "an action such as `s3:GetObject`",
        Rule::condition | Rule::condition_key => "a condition key such as `aws:SourceAccount`",
        Rule::condition_op => "`==`, `!=`, `like`, `in` or a comparison",
        Rule::port | Rule::port_protocol => "`tcp`, `udp`, `icmp` or `all`",
        Rule::op | Rule::clause_op => "an operator",
        Rule::number => "a number",
        Rule::date => "a date",
        Rule::index => "`[`",
        Rule::call => "`(`",
        Rule::dots => "`..`",
        Rule::because => "`because`",
        Rule::until => "`until`",
        Rule::range => "limits such as `(1..10)`",
        Rule::matching => "`matching`",
        Rule::rule_level => "a level",
        Rule::on_ports => "`on`",
        Rule::under => "`under`",
        Rule::when => "`when`",
        Rule::side => "`in its policy`",
        Rule::with => "`with`",
        Rule::after => "`after`",
        Rule::before => "`before`",
        Rule::from_folder => "`from`",
        Rule::as_clause => "`as`",
        Rule::in_clause | Rule::in_environments => "`in`",
        Rule::if_clause => "`if`",
        Rule::per_account => "`per account`",
        Rule::fails => "`fails`",
        Rule::ext_source => "`from`",
        _ => return None,
    })
}
