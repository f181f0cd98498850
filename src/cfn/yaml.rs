//! YAML as CloudFormation takes it: version 1.1's words for true and false, short forms of functions as tags, no merged keys.

use indexmap::IndexMap;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::base::limits::{MAX_TEMPLATE_DEPTH, MAX_TEMPLATE_NODES};
use crate::base::{FileId, Span};
use crate::cfn::document::{Item, Map, Node};
use crate::cfn::json::twice;
use crate::cfn::{malformed, too_deep};
use crate::diag::Diagnostic;

/// Reads the one YAML document of a file.
pub(super) fn read(file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
    let mut reader =
        Reader { file, offsets: Offsets::of(text), anchors: IndexMap::new(), open: Vec::new(), root: None, nodes: 0 };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| reader.unreadable(&error))?;
        let span = Span::new(file, reader.offsets.byte(span.start.index()), reader.offsets.byte(span.end.index()));
        reader.event(event, span)?;
    }
    reader.root.ok_or_else(|| malformed(Span::new(file, 0, 0), "the file is empty"))
}

/// From the parser's count of characters to bytes.
enum Offsets {
    /// One byte for each character.
    Same(usize),
    Each(Vec<usize>),
}

impl Offsets {
    fn of(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets::Same(text.len());
        }
        let mut all: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        all.push(text.len());
        Offsets::Each(all)
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Offsets::Same(length) => character.min(*length),
            Offsets::Each(all) => all.get(character).or(all.last()).copied().unwrap_or(0),
        }
    }
}

/// A list or an object that is not at its end.
struct Open {
    anchor: usize,
    tag: Option<String>,
    span: Span,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    /// What is there, and the key that waits for its value.
    Map(Map, Option<(String, Span)>),
}

struct Reader {
    file: FileId,
    offsets: Offsets,
    anchors: IndexMap<usize, (Node, usize)>,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

impl Reader {
    fn unreadable(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = self.offsets.byte(error.marker().index());
        malformed(Span::new(self.file, at, at), format!("this is no YAML: {}", error.info()))
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => match &self.root {
                None => Ok(()),
                Some(_) => Err(malformed(span, "a file holds one template, and a second document begins here")),
            },
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(malformed(span, "this alias names an anchor that is not at its end yet"));
                };
                self.count(size, span)?;
                self.put(Node { item: node.item, span }, span)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = called(tag.as_deref(), scalar(&text, style, tag.as_deref()), span);
                self.finished(node, anchor, 1, span)
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag.as_deref(), span, Inside::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor, tag.as_deref(), span, Inside::Map(IndexMap::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
        }
    }

    fn begin(&mut self, anchor: usize, tag: Option<&Tag>, span: Span, inside: Inside) -> Result<(), Box<Diagnostic>> {
        if self.open.len() > MAX_TEMPLATE_DEPTH {
            return Err(too_deep(span));
        }
        self.open.push(Open { anchor, tag: tag.and_then(function), span, inside });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Box<Diagnostic>> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let item = match open.inside {
            Inside::List(items) => Item::List(items),
            Inside::Map(map, _) => Item::Map(map),
        };
        let whole = open.span.to(span);
        let node = Node { item, span: whole };
        let node = match open.tag {
            Some(function) => call(function, node),
            None => node,
        };
        let size = if open.anchor == 0 { 1 } else { size(&node) };
        self.finished(node, open.anchor, size, open.span)
    }

    fn finished(&mut self, node: Node, anchor: usize, size: usize, at: Span) -> Result<(), Box<Diagnostic>> {
        self.count(1, at)?;
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.put(node, at)
    }

    /// Aliases of aliases can make a small file huge.
    fn count(&mut self, more: usize, at: Span) -> Result<(), Box<Diagnostic>> {
        self.nodes += more;
        if self.nodes > MAX_TEMPLATE_NODES {
            return Err(malformed(at, format!("with its aliases the file has more than {MAX_TEMPLATE_NODES} values")));
        }
        Ok(())
    }

    fn put(&mut self, node: Node, at: Span) -> Result<(), Box<Diagnostic>> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(map, waiting)) => match waiting.take() {
                Some((key, place)) => {
                    map.insert(key, (place, node));
                }
                None => {
                    let Some(key) = node.scalar() else {
                        return Err(malformed(at, format!("a key is text, and this is {}", node.kind())));
                    };
                    if key == "<<" {
                        return Err(malformed(at, "CloudFormation does not merge keys (`<<`)"));
                    }
                    if let Some((first, _)) = map.get(&key) {
                        return Err(Box::new(twice(&key, at, *first)));
                    }
                    *waiting = Some((key, at));
                }
            },
        }
        Ok(())
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.item {
        Item::List(items) => items.iter().map(size).sum(),
        Item::Map(map) => map.values().map(|(_, node)| size(node)).sum::<usize>(),
        Item::Null | Item::Bool(_) | Item::Number(_) | Item::Text(_) => 0,
    }
}

/// The function that a tag is the short form of.
fn function(tag: &Tag) -> Option<String> {
    if tag.handle != "!" {
        return None;
    }
    Some(match tag.suffix.as_str() {
        name @ ("Ref" | "Condition") => name.to_owned(),
        name => format!("Fn::{name}"),
    })
}

fn called(tag: Option<&Tag>, item: Item, span: Span) -> Node {
    let node = Node { item, span };
    match tag.and_then(function) {
        Some(function) => call(function, node),
        None => node,
    }
}

fn call(function: String, argument: Node) -> Node {
    let span = argument.span;
    Node { item: Item::Map(IndexMap::from([(function, (span, argument))])), span }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Item {
    let is_text = |tag: &Tag| tag.is_yaml_core_schema() && tag.suffix == "str";
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| is_text(tag) || tag.handle == "!") {
        return Item::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Item::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Item::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Item::Bool(false),
        _ if is_number(text) => Item::Number(text.to_owned()),
        _ => Item::Text(text.to_owned()),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'))
        && text.parse::<f64>().is_ok()
}
