//! From what the grammar has read to the syntax tree.

mod chains;
mod entries;
mod exprs;
mod flow;
mod items;
mod literals;
mod permissions;
mod promises;
mod statements;
mod text_blocks;
mod texts;
mod types;

use std::collections::BTreeMap;

use super::ast::{Doc, File, Ident, Path, TypeName};
use super::grammar::{self, Node, Rule};
use super::{explain, places};
use crate::base::limits::{MAX_DEPTH, MAX_SYNTAX_DIAGNOSTICS};
use crate::base::{FileId, Span, Symbol};
use crate::diag::{Diagnostic, codes};

/// What lowering makes of a file.
pub(super) struct Lowered {
    pub tree: File,
    /// Parts that could not be read and are not in the tree, in order.
    pub unread: Vec<Span>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The tree of a file, and what is wrong with it. `source` is the file as it is, `text` as the grammar may read it;
/// `deep` if it was said that something in it is nested too deeply.
pub(super) fn lower(file: FileId, source: &str, text: &str, docs: Vec<(usize, Doc)>, deep: bool) -> Lowered {
    let mut lower = Lower {
        file,
        source,
        text,
        docs: docs.into_iter().collect(),
        diagnostics: Vec::new(),
        depth: 0,
        reported_depth: deep,
    };
    let mut tree = File::default();
    let mut unread = Vec::new();
    match grammar::read(Rule::file, text) {
        Ok(pairs) => {
            let nodes = pairs.clone().flat_map(Node::into_inner);
            tree.items = lower.items(nodes);
            if !lower.diagnostics.is_empty() {
                unread = pairs.flatten().filter(is_unread).map(|node| lower.span(&node)).collect();
            }
        }
        Err(error) => {
            let at = grammar::place(&error);
            lower.report(explain::unreadable(file, text, at));
        }
    }
    for doc in std::mem::take(&mut lower.docs).into_values() {
        lower.report(
            Diagnostic::new(codes::STRAY_DOC, doc.span, "this documentation belongs to no declaration")
                .help("write `//` for a remark, or put it before what it documents"),
        );
    }
    places::check(&tree, &mut lower.diagnostics);
    Lowered { tree, unread, diagnostics: lower.diagnostics }
}

fn is_unread(node: &Node<'_>) -> bool {
    matches!(
        node.as_rule(),
        Rule::bad_item | Rule::bad_entry | Rule::bad_element | Rule::bad_rest | Rule::bad_block | Rule::semicolon
    )
}

struct Lower<'t> {
    file: FileId,
    source: &'t str,
    text: &'t str,
    docs: BTreeMap<usize, Doc>,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
    reported_depth: bool,
}

impl<'t> Lower<'t> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_SYNTAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Where a node stands, without the blanks that the grammar has read behind it.
    fn span(&self, node: &Node<'t>) -> Span {
        let text = node.as_str();
        let lo = node.as_span().start();
        // A bracket may have been written behind the file's end.
        let end = self.source.len();
        Span::new(self.file, lo.min(end), (lo + text.trim_ascii_end().len()).min(end))
    }

    /// The text as far as it is the file's own: without the brackets that were written behind its end.
    fn written(&self) -> &'t str {
        self.text.get(..self.source.len()).unwrap_or(self.text)
    }

    fn at(&self, lo: usize, hi: usize) -> Span {
        Span::new(self.file, lo, hi)
    }

    /// Goes `levels` deeper, unless that is too deep; then it is reported once, and nothing is built there.
    fn enter(&mut self, levels: usize, place: Span) -> bool {
        if self.depth + levels > MAX_DEPTH {
            if !self.reported_depth {
                self.reported_depth = true;
                self.report(explain::too_deep(place));
            }
            return false;
        }
        self.depth += levels;
        true
    }

    fn leave(&mut self, levels: usize) {
        self.depth -= levels;
    }

    fn ident(&self, node: &Node<'t>) -> Ident {
        Ident { name: Symbol::new(node.as_str().trim_ascii_end()), span: self.span(node) }
    }

    fn type_name(&self, node: &Node<'t>) -> TypeName {
        TypeName { name: Symbol::new(node.as_str().trim_ascii_end()), span: self.span(node) }
    }

    fn path(&self, node: Node<'t>) -> Path {
        let span = self.span(&node);
        Path { names: node.into_inner().map(|word| self.ident(&word)).collect(), span }
    }

    /// The first child that a rule has read.
    fn child(node: &Node<'t>, rule: Rule) -> Option<Node<'t>> {
        node.clone().into_inner().find(|child| child.as_rule() == rule)
    }

    /// All children that a rule has read.
    fn children(node: &Node<'t>, rule: Rule) -> impl Iterator<Item = Node<'t>> + use<'t> {
        node.clone().into_inner().filter(move |child| child.as_rule() == rule)
    }

    /// A name for what lacks one after a mistake.
    fn nameless(&self, span: Span) -> Ident {
        Ident { name: Symbol::new("_"), span }
    }

    /// What a part that could not be read is about, said by reading it again with the strict rule.
    fn bad(&mut self, node: &Node<'t>, rule: Rule, context: explain::Context) {
        if self.diagnostics.len() >= MAX_SYNTAX_DIAGNOSTICS {
            return;
        }
        let span = self.span(node);
        let diagnostic = explain::explain(self.file, self.written(), span, rule, context);
        self.report(diagnostic);
    }

    /// A semicolon where none belongs.
    fn semicolon(&mut self, node: &Node<'t>) {
        let span = self.span(node);
        self.report(
            Diagnostic::new(codes::FOREIGN_SYNTAX, span, "nothing ends with `;` here")
                .help("a new line or a comma separates entries; statements stand on lines of their own")
                .fix("remove it", span, ""),
        );
    }

    /// Whether a line ends, or a comma or semicolon stands, between two offsets.
    fn is_separated(&self, from: usize, to: usize) -> bool {
        // A closing bracket may have been written over the line's end.
        let line_end = from.saturating_sub(1);
        self.source.as_bytes().get(line_end..to).unwrap_or_default().contains(&b'\n')
            || self.text.as_bytes().get(from..to).unwrap_or_default().iter().any(|byte| matches!(byte, b',' | b';'))
    }
}
