//! From a document to text: a group breaks if it does not fit into the rest of its line.

use super::doc::{Block, Cell, Content, Doc, Indent, Kind, Row, is_tall};

/// The longest line, in characters, where it can be kept.
pub(super) const WIDTH: usize = 120;
/// Blanks of one level.
const LEVEL: usize = 2;

/// Prints the rows of a file.
pub(super) fn print(rows: &[Row]) -> String {
    let mut printer =
        Printer { out: String::new(), column: 0, line_indent: 0, fresh: true, blank: false, behind: Vec::new() };
    let rows: Vec<Row> = rows.iter().flat_map(Row::each_alone).collect();
    printer.rows(&rows, 0, false);
    printer.newline(0);
    let end = printer.out.trim_end().len();
    printer.out.truncate(end);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    printer.out
}

struct Printer {
    out: String,
    /// Characters on the current line.
    column: usize,
    /// Blanks that the current line begins with.
    line_indent: usize,
    /// Nothing but its indentation stands on the line.
    fresh: bool,
    /// A blank is due before whatever comes on this line.
    blank: bool,
    /// Comments that wait for the line's end.
    behind: Vec<String>,
}

/// What still follows on the line, for a group that wants to know whether it fits.
#[derive(Clone, Copy)]
struct Rest<'r> {
    docs: &'r [Doc],
    outer: Option<&'r Rest<'r>>,
}

const NOTHING: Rest<'static> = Rest { docs: &[], outer: None };

impl Printer {
    fn docs(&mut self, docs: &[Doc], indent: usize, broken: bool, outer: Rest<'_>) {
        for (at, doc) in docs.iter().enumerate() {
            let rest = Rest { docs: docs.get(at + 1..).unwrap_or_default(), outer: Some(&outer) };
            self.doc(doc, indent, broken, rest);
        }
    }

    fn doc(&mut self, doc: &Doc, indent: usize, broken: bool, rest: Rest<'_>) {
        match doc {
            Doc::Text(text) => self.text(text),
            Doc::Space => self.blank = true,
            Doc::Line if broken => self.newline(indent),
            Doc::Line => self.blank = true,
            Doc::Fill if self.fill_fits(rest) => self.blank = true,
            Doc::Fill => self.newline(indent),
            Doc::Break => self.newline(indent),
            Doc::Group(inner) => {
                let fits = !is_tall(inner) && self.fits(inner, rest);
                self.docs(inner, indent, !fits, rest);
            }
            Doc::Nest(inner) => self.docs(inner, indent + LEVEL, broken, rest),
            Doc::Block(block) => self.block(block, if block.is_body { indent } else { self.line_indent }, rest),
            Doc::Lines(first, more) => self.lines(first, more),
            Doc::Behind(comment) => self.behind.push(comment.clone()),
            Doc::Alone(comment) => {
                if !self.fresh {
                    self.newline(indent);
                }
                self.text(comment);
                self.newline(indent);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if std::mem::take(&mut self.blank) && !self.fresh {
            self.out.push(' ');
            self.column += 1;
        }
        self.out.push_str(text);
        self.column += text.chars().count();
        self.fresh &= text.is_empty();
    }

    /// Ends the line. Comments that wait for that are written; each further one takes a line of its own.
    fn newline(&mut self, indent: usize) {
        self.blank = false;
        for (at, comment) in std::mem::take(&mut self.behind).into_iter().enumerate() {
            if at > 0 {
                self.start_line(indent);
            } else if !self.fresh {
                self.out.push(' ');
            }
            self.out.push_str(&comment);
        }
        self.start_line(indent);
    }

    fn start_line(&mut self, indent: usize) {
        if self.fresh {
            let end = self.out.trim_end_matches(' ').len();
            self.out.truncate(end);
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
        self.line_indent = indent;
        self.fresh = true;
    }

    /// Lines as they are, but for their indentation.
    fn lines(&mut self, first: &str, more: &[(Indent, String)]) {
        let indent = self.line_indent;
        if !more.is_empty() && !self.behind.is_empty() {
            // A comment behind the first line would become a part of the text.
            self.newline(indent + LEVEL);
        }
        self.text(first);
        for (how, line) in more {
            let indent = match how {
                Indent::Deeper => indent + LEVEL,
                Indent::Same(shift) => indent.saturating_add_signed(*shift),
                Indent::None => 0,
            };
            if !line.is_empty() {
                self.newline(indent);
                self.text(line);
                continue;
            }
            // An empty line stays empty; it may be a part of a text.
            self.newline(0);
        }
    }

    /// Brackets belong to the line that they open on; those of a statement to the statement.
    fn block(&mut self, block: &Block, indent: usize, rest: Rest<'_>) {
        self.text(block.open);
        if block.is_empty() {
            return self.text(block.close);
        }
        if !block.is_tall() && self.block_fits(block, rest) {
            return self.flat_block(block);
        }
        if let Some(only) = block.hugged() {
            self.docs(&only.body, indent, true, rest);
            return self.text(block.close);
        }
        self.behind.extend(block.behind.clone());
        self.rows(&block.rows_apart(), indent + LEVEL, block.commas);
        self.newline(indent);
        self.text(block.close);
    }

    /// Whether what follows, up to the next place where the line may end, fits into the rest of it.
    fn fill_fits(&self, rest: Rest<'_>) -> bool {
        let Some(room) = WIDTH.checked_sub(self.column) else { return false };
        Self::rest_fits(Measure { blank: true, begun: !self.fresh }, room, rest)
    }

    /// Rows below each other. Neighbours of one kind that stand on one line each have their signs below each other.
    fn rows(&mut self, rows: &[Row], indent: usize, commas: bool) {
        let apart: Vec<Row> = rows.iter().flat_map(|row| row.apart(indent, commas)).collect();
        let rows = apart.as_slice();
        let mut at = 0;
        while let Some(row) = rows.get(at) {
            let run = Self::run(rows, at, indent, commas);
            for row in rows.get(at..at + run.length).unwrap_or_default() {
                self.row(row, indent, run.column, commas);
            }
            if run.length == 0 {
                self.row(row, indent, 0, commas);
            }
            at += run.length.max(1);
        }
    }

    fn row(&mut self, row: &Row, indent: usize, column: usize, commas: bool) {
        if row.blank {
            self.newline(0);
        }
        self.newline(indent);
        match &row.content {
            Content::Comment(comment) => self.text(comment),
            Content::Cells(cells) => self.cells(cells, indent, column, commas),
        }
        if let Some(comment) = &row.behind {
            self.behind.push(comment.clone());
        }
    }

    fn cells(&mut self, cells: &[Cell], indent: usize, column: usize, commas: bool) {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.blank = true;
            }
            if let Some((_, head)) = &cell.head {
                self.docs(head, indent, false, NOTHING);
                let padding = column.saturating_sub(self.column);
                self.out.extend(std::iter::repeat_n(' ', padding));
                self.column += padding;
                self.blank = true;
            }
            let comma = [Doc::Text(String::from(","))];
            let needs_comma = commas || at + 1 < cells.len();
            let after = Rest { docs: if needs_comma { &comma } else { &[] }, outer: None };
            self.docs(&cell.body, indent, true, after);
            if needs_comma {
                self.text(",");
            }
        }
    }

    /// How many rows from one on are aligned, and where their signs stand.
    fn run(rows: &[Row], from: usize, indent: usize, commas: bool) -> Run {
        let mut kind: Option<Kind> = None;
        let (mut head, mut body, mut length, mut last) = (0, 0, 0, 0);
        for (at, row) in rows.get(from..).unwrap_or_default().iter().enumerate() {
            let cell = match &row.content {
                // A comment between entries leaves them neighbours.
                Content::Comment(_) if kind == Some(Kind::Entry) && !row.blank => continue,
                Content::Comment(_) => break,
                Content::Cells(cells) => match cells.as_slice() {
                    [cell] => cell,
                    _ => break,
                },
            };
            let Some((its, docs)) = &cell.head else { break };
            let is_other = kind.is_some_and(|kind| kind != *its || row.blank);
            let (false, Some(one)) = (is_other, width(docs)) else { break };
            let other = match width(&cell.body) {
                Some(other) if indent + one + 1 + other + usize::from(commas) <= WIDTH => Some(other),
                // The first line of something with several is below the others, too.
                Some(_) | None => None,
            };
            kind = Some(*its);
            (head, body, length, last) = (head.max(one), body.max(other.unwrap_or(0)), length + 1, at + 1);
            if other.is_none() {
                break;
            }
        }
        let fits = length > 1 && indent + head + 1 + body + usize::from(commas) <= WIDTH;
        Run { length: last, column: if fits { indent + head } else { 0 } }
    }

    /// A block on one line; its opening bracket is printed.
    fn flat_block(&mut self, block: &Block) {
        self.blank = block.padded;
        for (at, cell) in block.cells().enumerate() {
            if at > 0 {
                self.text(",");
                self.blank = true;
            }
            if let Some((_, head)) = &cell.head {
                self.docs(head, 0, false, NOTHING);
                self.blank = true;
            }
            self.docs(&cell.body, 0, false, NOTHING);
        }
        self.blank = block.padded;
        self.text(block.close);
    }

    fn block_fits(&self, block: &Block, rest: Rest<'_>) -> bool {
        let Some(mut room) = WIDTH.checked_sub(self.column) else { return false };
        let mut measure = Measure { blank: false, begun: true };
        measure.inside(block, &mut room) && Self::rest_fits(measure, room, rest)
    }

    /// Whether something fits on one line into the rest of this one, with what must follow on it.
    fn fits(&self, docs: &[Doc], rest: Rest<'_>) -> bool {
        let Some(mut room) = WIDTH.checked_sub(self.column) else { return false };
        let mut measure = Measure { blank: self.blank, begun: !self.fresh };
        measure.flat(docs, &mut room) && Self::rest_fits(measure, room, rest)
    }

    fn rest_fits(mut measure: Measure, mut room: usize, rest: Rest<'_>) -> bool {
        let mut next = Some(&rest);
        while let Some(rest) = next {
            match measure.until_break(rest.docs, &mut room) {
                Some(answer) => return answer,
                None => next = rest.outer,
            }
        }
        true
    }
}

struct Run {
    length: usize,
    column: usize,
}

impl Row {
    /// How many elements it has.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Comment(_) => 1,
            Content::Cells(cells) => cells.len(),
        }
    }

    /// Its elements on lines of their own, if they do not fit on one.
    fn apart(&self, indent: usize, commas: bool) -> Vec<Row> {
        let Content::Cells(cells) = &self.content else { return vec![self.clone()] };
        let width = cells.iter().map(|cell| cell.width().map(|width| width + 2)).sum::<Option<usize>>();
        if cells.len() == 1 || width.is_some_and(|width| indent + width <= WIDTH + if commas { 1 } else { 2 }) {
            return vec![self.clone()];
        }
        self.each_alone()
    }

    /// Its elements on lines of their own.
    fn each_alone(&self) -> Vec<Row> {
        let Content::Cells(cells) = &self.content else { return vec![self.clone()] };
        let alone = |(at, cell): (usize, &Cell)| Row {
            blank: self.blank && at == 0,
            content: Content::Cells(vec![cell.clone()]),
            behind: if at + 1 == cells.len() { self.behind.clone() } else { None },
        };
        cells.iter().enumerate().map(alone).collect()
    }
}

impl Block {
    /// Its rows; where the source has them on one line, each element on its own.
    fn rows_apart(&self) -> Vec<Row> {
        if self.expanded && !self.is_body {
            self.rows.clone()
        } else {
            self.rows.iter().flat_map(Row::each_alone).collect()
        }
    }

    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rows.iter().flat_map(|row| match &row.content {
            Content::Cells(cells) => cells.as_slice(),
            Content::Comment(_) => &[],
        })
    }

    /// The one element of brackets that it may share the lines with: `[{` … `}]`.
    fn hugged(&self) -> Option<&Cell> {
        let [Row { content: Content::Cells(cells), behind: None, .. }] = self.rows.as_slice() else { return None };
        let [cell] = cells.as_slice() else { return None };
        let is_bracket = |doc: &Doc| matches!(doc, Doc::Block(_) | Doc::Lines(..));
        let hugs = self.commas && !self.expanded && cell.body.last().is_some_and(is_bracket) && cell.head.is_none();
        // What stands before the brackets must be short, such as the name of a function.
        let before = cell.body.split_last().is_some_and(|(_, before)| width(before).is_some());
        (hugs && before).then_some(cell)
    }
}

impl Cell {
    fn width(&self) -> Option<usize> {
        let head = match &self.head {
            Some((_, head)) => width(head)? + 1,
            None => 0,
        };
        Some(head + width(&self.body)?)
    }
}

/// The width of something on one line; nothing if it cannot stand on one.
fn width(docs: &[Doc]) -> Option<usize> {
    if is_tall(docs) {
        return None;
    }
    let mut room = usize::MAX;
    let mut measure = Measure::default();
    measure.flat(docs, &mut room).then_some(usize::MAX - room)
}

/// Counts characters as the printer would write them.
#[derive(Default)]
struct Measure {
    blank: bool,
    begun: bool,
}

impl Measure {
    fn take(&mut self, text: &str, room: &mut usize) -> bool {
        let blank = std::mem::take(&mut self.blank) && self.begun;
        self.begun = true;
        match room.checked_sub(text.chars().count() + usize::from(blank)) {
            Some(left) => {
                *room = left;
                true
            }
            None => false,
        }
    }

    fn flat(&mut self, docs: &[Doc], room: &mut usize) -> bool {
        docs.iter().all(|doc| match doc {
            Doc::Text(text) => self.take(text, room),
            Doc::Space | Doc::Line | Doc::Fill => {
                self.blank = true;
                true
            }
            Doc::Group(inner) | Doc::Nest(inner) => self.flat(inner, room),
            Doc::Block(block) => !block.is_tall() && self.take(block.open, room) && self.inside(block, room),
            Doc::Lines(first, more) => more.is_empty() && self.take(first, room),
            Doc::Break | Doc::Behind(_) | Doc::Alone(_) => false,
        })
    }

    /// What a block has behind its opening bracket.
    fn inside(&mut self, block: &Block, room: &mut usize) -> bool {
        if block.is_empty() {
            return self.take(block.close, room);
        }
        self.blank = block.padded;
        for (at, cell) in block.cells().enumerate() {
            if at > 0 {
                if !self.take(",", room) {
                    return false;
                }
                self.blank = true;
            }
            if let Some((_, head)) = &cell.head {
                if !self.flat(head, room) {
                    return false;
                }
                self.blank = true;
            }
            if !self.flat(&cell.body, room) {
                return false;
            }
        }
        self.blank = block.padded;
        self.take(block.close, room)
    }

    /// What follows up to the first place where the line may end. `None`: there is no such place in it.
    fn until_break(&mut self, docs: &[Doc], room: &mut usize) -> Option<bool> {
        for doc in docs {
            match doc {
                Doc::Text(text) if !self.take(text, room) => return Some(false),
                Doc::Text(_) => {}
                Doc::Space => self.blank = true,
                // The group around it is broken, or it breaks on its own.
                Doc::Line | Doc::Fill | Doc::Break | Doc::Behind(_) | Doc::Alone(_) => return Some(true),
                Doc::Group(inner) | Doc::Nest(inner) => {
                    if let Some(answer) = self.until_break(inner, room) {
                        return Some(answer);
                    }
                }
                Doc::Block(block) => {
                    if !self.take(block.open, room) {
                        return Some(false);
                    }
                    if !block.is_empty() {
                        return Some(true);
                    }
                    if !self.take(block.close, room) {
                        return Some(false);
                    }
                }
                Doc::Lines(first, more) => {
                    if !self.take(first, room) {
                        return Some(false);
                    }
                    if !more.is_empty() {
                        return Some(true);
                    }
                }
            }
        }
        None
    }
}
