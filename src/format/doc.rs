//! Documents: what is printed, with the places where lines may break. The builder makes them, the printer decides.

/// A piece of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doc {
    /// Characters on one line.
    Text(String),
    /// A blank, unless a line begins or ends here.
    Space,
    /// A blank, or a new line if the group around it breaks.
    Line,
    /// A blank, or a new line if what follows does not fit into the rest of the line.
    Fill,
    /// A new line.
    Break,
    /// Either all lines directly in it break, or none.
    Group(Vec<Doc>),
    /// Lines in it are indented once more.
    Nest(Vec<Doc>),
    /// Brackets with elements.
    Block(Box<Block>),
    /// Lines as they are. The first follows what is before it; the others are indented by what is said.
    Lines(String, Vec<(Indent, String)>),
    /// A comment behind what is on the line; it is printed where the line ends.
    Behind(String),
    /// A comment on a line of its own.
    Alone(String),
}

/// How a further line is indented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indent {
    /// One level more than the line that these lines begin on.
    Deeper,
    /// So much more, or less, than the line that these lines begin on.
    Same(isize),
    /// Not at all.
    None,
}

/// Brackets with elements, on one line or on several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub open: &'static str,
    pub close: &'static str,
    /// Blanks inside the brackets on one line.
    pub padded: bool,
    /// A comma ends each line of its own: newlines do not separate.
    pub commas: bool,
    /// It has lines of its own whether or not it would fit on one.
    pub expanded: bool,
    /// It belongs to a statement, whose head may have taken several lines.
    pub is_body: bool,
    /// A comment behind the opening bracket.
    pub behind: Option<String>,
    pub rows: Vec<Row>,
}

/// A line in a block, as the source has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// An empty line before it.
    pub blank: bool,
    pub content: Content,
    /// A comment behind it.
    pub behind: Option<String>,
}

/// What is on a line of a block.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Comment(String),
    Cells(Vec<Cell>),
}

/// An element of a block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// What stands before the sign; the signs of neighbouring lines stand below each other.
    pub head: Option<(Kind, Vec<Doc>)>,
    pub body: Vec<Doc>,
}

/// Only lines of one kind are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Entry,
    Instance,
    Output,
    Let,
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }
}

impl Cell {
    pub(super) fn plain(body: Vec<Doc>) -> Cell {
        Cell { head: None, body }
    }
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.behind.is_none()
    }

    /// Whether it cannot stand on one line.
    pub(super) fn is_tall(&self) -> bool {
        self.expanded
            || self.behind.is_some()
            || self.rows.iter().any(|row| {
                row.behind.is_some()
                    || match &row.content {
                        Content::Comment(_) => true,
                        Content::Cells(cells) => cells.iter().any(Cell::is_tall),
                    }
            })
    }
}

impl Cell {
    /// Takes a comment out that would stand behind the element anyway, if there is just one.
    pub(super) fn take_behind(&mut self) -> Option<String> {
        let mut all = Vec::new();
        let head = self.head.iter_mut().map(|(_, head)| head);
        head.chain([&mut self.body]).for_each(|docs| behind(docs, &mut all));
        if all.len() != 1 || is_tall_but_for_comments(self) {
            return None;
        }
        let head = self.head.iter_mut().map(|(_, head)| head);
        head.chain([&mut self.body]).for_each(without_behind);
        all.pop()
    }

    fn is_tall(&self) -> bool {
        is_tall(&self.body) || self.head.as_ref().is_some_and(|(_, head)| is_tall(head))
    }
}

/// Whether something cannot stand on one line.
pub(super) fn is_tall(docs: &[Doc]) -> bool {
    docs.iter().any(|doc| match doc {
        Doc::Text(_) | Doc::Space | Doc::Line | Doc::Fill => false,
        Doc::Group(inner) | Doc::Nest(inner) => is_tall(inner),
        Doc::Block(block) => block.is_tall(),
        Doc::Lines(_, more) => !more.is_empty(),
        Doc::Break | Doc::Behind(_) | Doc::Alone(_) => true,
    })
}

fn behind(docs: &[Doc], all: &mut Vec<String>) {
    for doc in docs {
        match doc {
            Doc::Behind(comment) => all.push(comment.clone()),
            Doc::Group(inner) | Doc::Nest(inner) => behind(inner, all),
            Doc::Text(_)
            | Doc::Space
            | Doc::Line
            | Doc::Fill
            | Doc::Break
            | Doc::Block(_)
            | Doc::Lines(..)
            | Doc::Alone(_) => {}
        }
    }
}

fn without_behind(docs: &mut Vec<Doc>) {
    docs.retain(|doc| !matches!(doc, Doc::Behind(_)));
    for doc in docs {
        if let Doc::Group(inner) | Doc::Nest(inner) = doc {
            without_behind(inner);
        }
    }
}

fn is_tall_but_for_comments(cell: &Cell) -> bool {
    let mut cell = cell.clone();
    without_behind(&mut cell.body);
    if let Some((_, head)) = &mut cell.head {
        without_behind(head);
    }
    cell.is_tall()
}
