//! From a source and its tree to a document: brackets and their elements, heads of statements.

use super::cursor::{Built, Cursor, Gap, Mismatch};
use super::doc::{Block, Cell, Content, Doc, Row};
use crate::base::Span;
use crate::diag::{Diagnostic, codes};
use crate::syntax::Parsed;
use crate::syntax::ast::{Condition, Expr, Path, TypeExpr};

/// Builds the document of a file.
pub(super) struct Builder<'s> {
    pub cursor: Cursor<'s>,
    unread: &'s [Span],
    /// Where brackets and quotes do not match.
    unmatched: Vec<usize>,
}

/// What stays as it stands where something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// The part itself, and a declaration whose brackets or quotes do not match.
    Fine,
    /// The declaration that it is in.
    Coarse,
}

/// Brackets, and how their elements are set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brackets {
    pub open: &'static str,
    pub close: &'static str,
    pub padded: bool,
    pub commas: bool,
    /// It holds statements: two of them do not share a line.
    pub is_body: bool,
}

/// `{ a = 1 }`
pub(super) const ENTRIES: Brackets = Brackets { open: "{", close: "}", padded: true, commas: false, is_body: false };
/// `{ statements }`
pub(super) const BODY: Brackets = Brackets { is_body: true, ..ENTRIES };
/// `{a: text}`
pub(super) const FIELDS: Brackets = Brackets { padded: false, ..ENTRIES };
/// `[a, b]`
pub(super) const LIST: Brackets = Brackets { open: "[", close: "]", padded: false, commas: true, is_body: false };
/// `(a, b)`
pub(super) const CALL: Brackets = Brackets { open: "(", close: ")", ..LIST };

/// How an element is built.
type Build<'e, 's> = Box<dyn Fn(&mut Builder<'s>) -> Built<Cell> + 'e>;

/// An element of a sequence, and how it is built.
pub(super) struct Element<'e, 's> {
    /// Where it begins, or at least not later.
    pub lo: u32,
    /// Where it ends, if it is known.
    pub hi: Option<u32>,
    pub build: Build<'e, 's>,
}

impl<'e, 's> Element<'e, 's> {
    pub(super) fn new(span: Span, build: impl Fn(&mut Builder<'s>) -> Built<Cell> + 'e) -> Element<'e, 's> {
        Element { lo: span.lo, hi: Some(span.hi), build: Box::new(build) }
    }

    /// An element whose end only its building tells.
    pub(super) fn open(lo: u32, build: impl Fn(&mut Builder<'s>) -> Built<Cell> + 'e) -> Element<'e, 's> {
        Element { lo, hi: None, build: Box::new(build) }
    }

    /// An element that is a document without a sign to align.
    pub(super) fn plain(
        span: Span,
        build: impl Fn(&mut Builder<'s>, &mut Vec<Doc>) -> Built<()> + 'e,
    ) -> Element<'e, 's> {
        Element::new(span, move |builder| {
            let mut out = Vec::new();
            build(builder, &mut out)?;
            Ok(Cell::plain(out))
        })
    }
}

/// A part of a statement's head. What stands between the parts is words and signs.
pub(super) enum Part<'a> {
    Leaf(Span),
    Path(&'a Path),
    Expr(&'a Expr),
    Type(&'a TypeExpr),
    /// The conditions of `when`.
    When(&'a [Condition]),
}

impl Part<'_> {
    pub(super) fn lo(&self) -> usize {
        let span = match self {
            Part::Leaf(span) => *span,
            Part::Path(path) => path.span,
            Part::Expr(value) => value.span,
            Part::Type(ty) => ty.span,
            Part::When(conditions) => conditions.first().map_or(Span::NONE, |condition| condition.span),
        };
        span.lo as usize
    }
}

/// Words before which the head of a statement breaks where it must; it breaks before `when` first.
const BREAKS: [&str; 13] =
    ["under", "in", "because", "as", "from", "after", "before", "if", "with", "through", "without", "matching", "on"];

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s str, parsed: &'s Parsed, care: Care) -> Builder<'s> {
        let is_unmatched = |diagnostic: &&Diagnostic| {
            let codes = [codes::UNCLOSED_BRACKET, codes::UNEXPECTED_BRACKET, codes::UNCLOSED_TEXT, codes::TOO_DEEP];
            care == Care::Coarse || codes.contains(&diagnostic.code)
        };
        let labels = parsed.diagnostics.iter().filter(is_unmatched).flat_map(|diagnostic| &diagnostic.labels);
        let unmatched = labels.map(|label| label.span.lo as usize).collect();
        Builder { cursor: Cursor { source, at: 0 }, unread: &parsed.unread, unmatched }
    }

    /// Where the unread parts end that begin here and follow each other, before an offset.
    fn unread_here(&self, before: usize) -> Option<usize> {
        let mut end = None;
        let mut at = self.cursor.at;
        let from = self.unread.partition_point(|span| (span.lo as usize) < at);
        for span in self.unread.get(from..).unwrap_or_default() {
            let (lo, hi) = (span.lo as usize, span.hi as usize);
            let between = self.cursor.source.get(at..lo).unwrap_or(",");
            // Whether a line continues a part that could not be read depends on its indentation: they move together.
            if hi > before || !between.trim().is_empty() || (end.is_none() && lo != at) {
                break;
            }
            at = hi.max(at);
            end = Some(at);
        }
        end
    }

    /// All rows of a file. Declarations with brackets or quotes that do not match stay as they stand.
    pub(super) fn file(&mut self, elements: Vec<Element<'_, 's>>) -> Vec<Row> {
        let mut rows = Rows::default();
        let mut elements = elements.into_iter().peekable();
        loop {
            let gap = self.cursor.gap(true);
            rows.remarks(&gap);
            let start = self.cursor.at;
            if start >= self.cursor.source.len() {
                break;
            }
            let element = elements.next_if(|next| next.lo as usize <= start);
            let end = elements.peek().map_or(self.cursor.source.len(), |next| next.lo as usize);
            // Beside brackets that do not match, what is indented may belong elsewhere.
            let is_broken = self.unmatched.iter().any(|at| (start..end).contains(at))
                || (!self.unmatched.is_empty() && !self.cursor.is_at_margin());
            let cell = match &element {
                Some(element) if !is_broken => (element.build)(self),
                Some(_) | None => Err(Mismatch),
            };
            match cell {
                Ok(cell) => rows.cell(cell, &gap),
                Err(Mismatch) => {
                    let known = element.and_then(|element| element.hi).map(|hi| hi as usize).filter(|hi| *hi > start);
                    // To the end of the line, unless the next declaration begins on it.
                    let rest = self.cursor.source.get(start..).unwrap_or_default();
                    let line = start + rest.split('\n').next().unwrap_or_default().trim_end().len();
                    let until = known.or_else(|| self.unread_here(end)).unwrap_or(line);
                    let until = until.clamp(start + rest.chars().next().map_or(0, char::len_utf8), end);
                    // A comma behind it may be what ends it.
                    let behind = self.cursor.source.get(until..end).unwrap_or_default();
                    let commas = behind.len() - behind.trim_start_matches([' ', ',']).len();
                    let until = if behind.get(..commas).is_some_and(|text| text.contains(',')) {
                        until + commas
                    } else {
                        until
                    };
                    let cell = Cell::plain(vec![self.cursor.verbatim_lines(start, until)]);
                    rows.unread(cell, &gap);
                }
            }
        }
        rows.rows
    }

    /// An element, as it stands if it cannot be built.
    fn element(&mut self, element: &Element<'_, 's>) -> Built<Cell> {
        let start = self.cursor.at;
        match ((element.build)(self), element.hi) {
            (Ok(cell), _) => Ok(cell),
            (Err(Mismatch), Some(hi)) if hi as usize > start => {
                self.cursor.at = start;
                Ok(Cell::plain(vec![self.cursor.verbatim(start, hi as usize)]))
            }
            (Err(Mismatch), _) => Err(Mismatch),
        }
    }

    /// Brackets with elements.
    pub(super) fn sequence(
        &mut self,
        brackets: Brackets,
        elements: Vec<Element<'_, 's>>,
        out: &mut Vec<Doc>,
    ) -> Built<()> {
        self.cursor.blanks(out);
        self.cursor.sign(brackets.open, &mut Vec::new())?;
        let mut rows = Rows::default();
        let mut expanded = false;
        let mut behind = None;
        let mut elements = elements.into_iter().peekable();
        loop {
            let mut gap = self.cursor.gap(true);
            // A comment behind the opening bracket stays there.
            if rows.rows.is_empty() && behind.is_none() && gap.remarks.first().is_some_and(|remark| !remark.alone) {
                behind = Some(gap.remarks.remove(0).text);
            }
            rows.remarks(&gap);
            if self.cursor.peek().is_some_and(|letter| brackets.close.starts_with(letter)) {
                break;
            }
            // Who begins a new line after the bracket wants lines.
            expanded |= rows.rows.is_empty() && gap.newline;
            let start = self.cursor.at;
            if self.cursor.peek() == Some(';') {
                self.cursor.at += 1;
                rows.semicolon().ok_or(Mismatch)?;
                continue;
            }
            let before = elements.peek().map_or(usize::MAX, |next| next.lo as usize);
            match self.unread_here(before) {
                Some(end) if before > start => {
                    let cell = Cell::plain(vec![self.cursor.verbatim(start, end)]);
                    rows.unread(cell, &gap);
                }
                Some(_) | None => {
                    let element = elements.next().ok_or(Mismatch)?;
                    let cell = self.element(&element)?;
                    rows.cell(cell, &gap);
                }
            }
            if self.cursor.at == start {
                return Err(Mismatch);
            }
        }
        if elements.next().is_some() {
            return Err(Mismatch);
        }
        self.cursor.sign(brackets.close, &mut Vec::new())?;
        let Brackets { open, close, padded, commas, is_body, .. } = brackets;
        let rows = rows.rows;
        expanded |= is_body && rows.iter().map(Row::len).sum::<usize>() > 1;
        out.push(Doc::Block(Box::new(Block { open, close, padded, commas, expanded, is_body, behind, rows })));
        Ok(())
    }

    /// Parts of a head, with the words and signs between them; then words up to an offset.
    pub(super) fn head(&mut self, parts: &[Part<'_>], until: Option<u32>) -> Built<Vec<Doc>> {
        let mut out = Vec::new();
        self.parts(parts, &mut out)?;
        if let Some(until) = until {
            self.words(until as usize, &mut out)?;
        }
        Ok(vec![Doc::Group(vec![Doc::Nest(out)])])
    }

    /// Parts in the order of the source: clauses may stand in any.
    pub(super) fn parts(&mut self, parts: &[Part<'_>], out: &mut Vec<Doc>) -> Built<()> {
        let mut parts: Vec<&Part<'_>> = parts.iter().collect();
        parts.sort_by_key(|part| part.lo());
        for part in parts {
            self.words(part.lo(), out)?;
            self.part(part, out)?;
        }
        Ok(())
    }

    fn part(&mut self, part: &Part<'_>, out: &mut Vec<Doc>) -> Built<()> {
        let leads = out.last().is_none_or(|last| matches!(last, Doc::Text(text) if text == ".." || text == "("));
        if matches!(out.last(), Some(Doc::Text(text)) if text == ",") {
            out.push(Doc::Fill);
        } else if !leads {
            out.push(Doc::Space);
        }
        match part {
            Part::Leaf(span) => self.cursor.leaf(*span, out),
            Part::Path(path) => self.cursor.leaf(path.span, out),
            Part::Expr(value) => self.expr(value, out),
            Part::Type(ty) => self.type_expr(ty, out),
            Part::When(conditions) => self.when(conditions, out),
        }
    }

    /// Words and signs up to an offset.
    pub(super) fn words(&mut self, until: usize, out: &mut Vec<Doc>) -> Built<()> {
        while self.cursor.at != until {
            self.cursor.blanks(out);
            if self.cursor.at == until {
                break;
            }
            let token = self.cursor.token(until)?;
            let closes = matches!(token, "," | ":" | ")" | "]" | "..");
            if out.is_empty() || closes {
            } else if token == "when" {
                out.push(Doc::Line);
            } else if BREAKS.contains(&token) {
                out.push(Doc::Fill);
            } else {
                out.push(Doc::Space);
            }
            out.push(Doc::text(token));
        }
        Ok(())
    }

    /// Words and signs up to a bracket or sign, which stays.
    pub(super) fn words_to(&mut self, sign: char, out: &mut Vec<Doc>) -> Built<()> {
        let start = self.cursor.at;
        self.cursor.blanks(out);
        if self.cursor.peek() == Some(sign) {
            return Ok(());
        }
        let rest = self.cursor.source.get(self.cursor.at..).unwrap_or_default();
        let end = self.cursor.at + rest.find(sign).ok_or(Mismatch)?;
        let before = rest.get(..end - self.cursor.at).unwrap_or_default();
        // Only words may stand before it; a comment would hide the sign.
        if before.contains("//") || before.contains(['"', '\'']) {
            self.cursor.at = start;
            return Err(Mismatch);
        }
        let words = self.cursor.at + before.trim_end().len();
        self.words(words, out)?;
        self.cursor.blanks(out);
        Ok(())
    }

    fn when(&mut self, conditions: &[Condition], out: &mut Vec<Doc>) -> Built<()> {
        let mut docs = Vec::new();
        for condition in conditions {
            let mut glue = Vec::new();
            self.words(condition.span.lo as usize, &mut glue)?;
            if !docs.is_empty() {
                docs.push(Doc::Line);
                docs.append(&mut glue);
                docs.push(Doc::Space);
            }
            docs.append(&mut glue);
            self.cursor.leaf(condition.key.span, &mut docs)?;
            docs.push(Doc::Space);
            let mut operator = Vec::new();
            self.words(condition.value.span.lo as usize, &mut operator)?;
            docs.append(&mut operator);
            docs.push(Doc::Space);
            self.expr(&condition.value, &mut docs)?;
        }
        out.push(Doc::Group(vec![Doc::Nest(docs)]));
        Ok(())
    }
}

/// Rows in the making.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    /// The next element begins a row.
    fresh: bool,
    /// The last element could not be read.
    is_unread: bool,
}

impl Rows {
    /// Comments before the next element: the first may stand behind the last one.
    fn remarks(&mut self, gap: &Gap) {
        for remark in &gap.remarks {
            if !remark.alone
                && let Some(row) = self.rows.last_mut()
                && row.behind.is_none()
                && matches!(row.content, Content::Cells(_))
            {
                row.behind = Some(remark.text.clone());
            } else {
                let after_doc = self.rows.last().is_some_and(Row::is_doc);
                self.rows.push(Row {
                    blank: remark.blank && !self.rows.is_empty() && !after_doc,
                    content: Content::Comment(remark.text.clone()),
                    behind: None,
                });
            }
            self.fresh = true;
        }
    }

    /// An element, behind the one before it or on a new row.
    fn cell(&mut self, mut cell: Cell, gap: &Gap) {
        let is_apart = self.fresh || gap.newline || gap.comma;
        if !is_apart && std::mem::take(&mut self.is_unread) {
            return self.glue(cell, gap);
        }
        self.is_unread = false;
        let behind = cell.take_behind();
        if let Some(Row { content: Content::Cells(cells), behind: None, .. }) = self.rows.last_mut()
            && !self.fresh
            && !gap.newline
        {
            cells.push(cell);
        } else {
            let after_doc = self.rows.last().is_some_and(Row::is_doc);
            let blank = gap.blank && !self.rows.is_empty() && !after_doc;
            self.rows.push(Row { blank, content: Content::Cells(vec![cell]), behind: None });
        }
        self.fresh = false;
        if let (Some(comment), Some(row)) = (behind, self.rows.last_mut()) {
            row.behind = Some(comment);
            self.fresh = true;
        }
    }

    /// What could not be read. What follows it without a comma or a new line stays on its line.
    fn unread(&mut self, cell: Cell, gap: &Gap) {
        let is_apart = self.fresh || gap.newline || gap.comma || self.rows.is_empty();
        if is_apart {
            self.cell(cell, gap);
        } else {
            self.glue(cell, gap);
        }
        self.is_unread = true;
    }

    fn glue(&mut self, cell: Cell, gap: &Gap) {
        if let Some(Row { content: Content::Cells(cells), .. }) = self.rows.last_mut()
            && let Some(last) = cells.last_mut()
        {
            if gap.wide {
                last.body.push(Doc::Space);
            }
            last.body.extend(cell.into_docs());
        }
    }

    /// A semicolon stays with what it follows.
    fn semicolon(&mut self) -> Option<()> {
        match &mut self.rows.last_mut()?.content {
            Content::Cells(cells) => cells.last_mut()?.body.push(Doc::text(";")),
            Content::Comment(_) => return None,
        }
        Some(())
    }
}

impl Row {
    /// Documentation belongs to what follows it.
    fn is_doc(&self) -> bool {
        matches!(&self.content, Content::Comment(text) if text.starts_with("///") && !text.starts_with("////"))
    }
}
