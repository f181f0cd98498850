//! Text to syntax tree: several mistakes in one file, one declaration's mistake hiding nothing else.
//!
//! ```text
//! text ─ scan (comments, quotes) ─ brackets ─ pest (grammar/infra.pest) ─ lower ─ places, lines ─▶ tree, comments, diagnostics
//! ```
//!
//! Nothing outside knows the parser behind it.

pub mod ast;
mod brackets;
mod explain;
mod foreign;
mod grammar;
mod lower;
mod places;
mod scan;

use std::sync::Arc;

use crate::base::limits::{MAX_FILE_BYTES, MAX_SYNTAX_DIAGNOSTICS};
use crate::base::{FileId, LineIndex, Span};
use crate::diag::{Diagnostic, codes};

/// A comment that is no documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From its slashes to the last character that is no blank.
    pub span: Span,
    /// What follows the slashes, without blanks at the end.
    pub text: String,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// What a file says, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// Its declarations.
    pub file: Arc<ast::File>,
    /// Its comments, in order; documentation (`///`) stands with what it documents.
    pub comments: Vec<Comment>,
    /// Parts that could not be read, in order: not all of them are in the tree.
    pub unread: Vec<Span>,
    /// What is wrong with it, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file. Whatever the text is, this ends soon and gives as much of a tree as can be read.
pub fn parse(file: FileId, text: &str) -> Parsed {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("this file has {} bytes; a source file has at most {MAX_FILE_BYTES}", text.len());
        let diagnostic = Diagnostic::new(codes::FILE_TOO_LARGE, Span::new(file, 0, 0), message);
        return Parsed { diagnostics: vec![diagnostic], ..Parsed::default() };
    }
    let mut scanned = scan::scan(file, text);
    brackets::balance(file, text, &mut scanned);
    let mut diagnostics = scanned.diagnostics;
    // What is nested too deeply is said once.
    let deep = diagnostics.iter().any(|diagnostic| diagnostic.code == codes::TOO_DEEP);
    let lowered = lower::lower(file, text, &scanned.text, scanned.docs, deep);
    diagnostics.extend(lowered.diagnostics);
    diagnostics.sort_by_key(Diagnostic::span);
    once_too_deep(&mut diagnostics);
    only_what_is_certain(text, &scanned.foreign, &mut diagnostics);
    diagnostics.truncate(MAX_SYNTAX_DIAGNOSTICS);
    Parsed { file: Arc::new(lowered.tree), comments: scanned.comments, unread: lowered.unread, diagnostics }
}

/// Nesting that is given up leaves everything around it too deep as well, and brackets and quotes without their other halves.
fn once_too_deep(diagnostics: &mut Vec<Diagnostic>) {
    let Some(first) = diagnostics.iter().find(|diagnostic| diagnostic.code == codes::TOO_DEEP).cloned() else { return };
    let follows = [codes::TOO_DEEP, codes::UNCLOSED_BRACKET, codes::UNCLOSED_TEXT];
    diagnostics.retain(|diagnostic| *diagnostic == first || !follows.contains(&diagnostic.code));
}

/// Behind a bracket or quote without its other half it is not certain which block a statement stands in, and the rest of
/// its line cannot be read. The rest of a line in another language's words cannot, either.
fn only_what_is_certain(text: &str, foreign: &[Span], diagnostics: &mut Vec<Diagnostic>) {
    let halves = [codes::UNCLOSED_BRACKET, codes::UNEXPECTED_BRACKET, codes::UNCLOSED_TEXT];
    let lines = LineIndex::new(text);
    let damaged: Vec<u32> = diagnostics
        .iter()
        .filter(|diagnostic| halves.contains(&diagnostic.code))
        .map(|diagnostic| lines.line(diagnostic.span().lo).0)
        .collect();
    let foreign_lines: Vec<u32> = foreign.iter().map(|span| lines.line(span.lo).0).collect();
    let follows = |found: &Diagnostic| {
        let unread = [codes::SYNTAX_ERROR, codes::FOREIGN_SYNTAX].contains(&found.code);
        unread && foreign_lines.contains(&lines.line(found.span().lo).0) && !foreign.contains(&found.span())
    };
    diagnostics.retain(|found| !follows(found));
    if !damaged.is_empty() {
        let follows = |found: &Diagnostic| {
            let unread = [codes::SYNTAX_ERROR, codes::FOREIGN_SYNTAX].contains(&found.code);
            found.code == codes::MISPLACED || unread && damaged.contains(&lines.line(found.span().lo).0)
        };
        diagnostics.retain(|found| !follows(found));
    }
}

pub use scan::instead_of;

/// Every word that has a meaning in the grammar, sorted.
pub fn keywords() -> Vec<&'static str> {
    grammar::keywords()
}

/// The few words that have their meaning wherever they stand and so cannot name what is referred to.
pub const RESERVED: &[&str] =
    &["and", "else", "false", "for", "if", "in", "matching", "none", "not", "or", "per", "then", "true"];

#[cfg(test)]
mod tests;
