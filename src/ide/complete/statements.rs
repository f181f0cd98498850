//! Statements, where one may begin.

use crate::base::{FileId, Span};
use crate::ide::complete::{Completion, Completions, Offer, best};
use crate::ide::view::parts;
use crate::syntax::ast::{File, Item, ItemKind};

/// Where a statement may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    System,
    Stack,
    Component,
}

const ALL: &[Place] = &[Place::System, Place::Stack, Place::Component];
const INSIDE: &[Place] = &[Place::Stack, Place::Component];
const SYSTEM: &[Place] = &[Place::System];
const COMPONENT: &[Place] = &[Place::Component];

/// A statement's first word, where it may stand, what it says, and its form.
const STATEMENTS: [(&str, &[Place], &str, &str); 36] = [
    ("system", SYSTEM, "the system's name for itself", "system $0"),
    (
        "param",
        &[Place::System, Place::Component],
        "a setting, fixed when the system is built",
        "param ${1:name}: ${2:text} = $0",
    ),
    ("deploy param", SYSTEM, "a setting that is left open until deployment", "deploy param ${1:name}: ${2:text} = $0"),
    (
        "environment",
        SYSTEM,
        "where the system is deployed",
        "environment ${1:name} { account = \"$2\", region = \"$3\" }$0",
    ),
    ("base environment", SYSTEM, "values that environments share", "base environment ${1:name} { $0 }"),
    ("naming", ALL, "what things are called in AWS", "naming {\n  default = \"{system}-{env}-{id}\"$0\n}"),
    ("tags", ALL, "tags of everything in it", "tags { $0 }"),
    ("require tag", SYSTEM, "a tag that must be there", "require tag $0"),
    ("stack", SYSTEM, "a CloudFormation stack in each environment", "stack ${1:Name} \"$2\" {\n  $0\n}"),
    ("component", SYSTEM, "a reusable part", "component ${1:Name} {\n  $0\n}"),
    ("output", INSIDE, "a value that others may use", "output ${1:name} = $0"),
    ("extend", ALL, "adds to an instance elsewhere", "extend ${1:instance} { $0 }"),
    ("access", COMPONENT, "what a verb means", "access ${1:read} {\n  $0\n}"),
    ("access on", SYSTEM, "what is known of granting on a type", "access on ${1:AWS::} {\n  $0\n}"),
    ("principal", COMPONENT, "the role that it acts as", "principal $0"),
    ("endpoint", COMPONENT, "where it listens", "endpoint ${1:group} on tcp $0"),
    ("grant", ALL, "who may do what", "grant ${1:who} ${2:read} on $0"),
    ("deny", ALL, "who may not do what", "deny ${1:everyone} ${2:action} on ${3:what} when $0"),
    (
        "permit",
        ALL,
        "a statement written by hand, with its reason",
        "permit ${1:who} ${2:action} on ${3:what} because \"$0\"",
    ),
    ("connect", ALL, "who talks to whom", "connect ${1:from} -> $0"),
    ("external", SYSTEM, "what exists elsewhere", "external ${1:name} { $0 }"),
    ("step", ALL, "what a person or a script does", "step ${1:name} \"$2\" after $0"),
    ("ensure", ALL, "what must hold", "ensure \"$1\" { $0 }"),
    ("forbid path", ALL, "what must never be reached", "forbid path ${1:from} -> $0"),
    ("forbid grant", ALL, "what must never be granted", "forbid grant ${1:everyone} ${2:action} on $0"),
    ("policy", SYSTEM, "invariants for reuse", "policy ${1:name} {\n  rule ${2:name} \"$3\" { $0 }\n}"),
    ("use policy", SYSTEM, "keeps the invariants of a policy", "use policy $0"),
    ("use", SYSTEM, "takes something of another folder", "use ${1:Name} from \"$0\""),
    ("test", SYSTEM, "what the built model must be", "test \"$1\" { assert $0 }"),
    ("claim", ALL, "what the design promises", "claim \"$1\" { $0 }"),
    ("lints", SYSTEM, "levels of warnings", "lints { $0 }"),
    ("let", ALL, "a value with a name", "let ${1:name} = $0"),
    ("fn", SYSTEM, "a function", "fn ${1:name}(${2:a}: ${3:text}) -> ${4:text} = $0"),
    ("type", SYSTEM, "a type with a name", "type ${1:Name} = $0"),
    ("if", INSIDE, "what exists under a condition", "if ${1:condition} {\n  $0\n}"),
    ("for", INSIDE, "what exists several times", "for ${1:name} in ${2:list} {\n  $0\n}"),
];

/// The statements that may begin at a place.
pub(super) fn complete(tree: &File, text: &str, file: FileId, offset: u32) -> Completions {
    let line = text.get(..offset as usize).unwrap_or_default();
    let line = line.rsplit(['\n', '{', '}']).next().unwrap_or_default();
    let word = line.trim_start();
    if !word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Completions::default();
    }
    let Some(place) = place(&tree.items, offset) else { return Completions::default() };
    let begins = u32::try_from(word.len()).map_or(offset, |length| offset.saturating_sub(length));
    let may = STATEMENTS.iter().filter(|(_, places, ..)| places.contains(&place));
    let offers = (0..).zip(may).map(|(rank, (word, _, about, insert))| {
        Completion::new(*word, Offer::Keyword, *about).insert(*insert).rank(rank)
    });
    best(text, Span { file, lo: begins, hi: offset }, offers.collect())
}

/// Whether the type of an instance is being written: behind `name =` at the beginning of a line, where statements stand.
pub(super) fn is_type(tree: &File, text: &str, offset: u32) -> bool {
    let line = text.get(..offset as usize).unwrap_or_default();
    let line = line.rsplit(['\n', '{', '}']).next().unwrap_or_default();
    let Some((name, written)) = line.split_once('=') else { return false };
    let name = name.trim().trim_start_matches("main ").split('[').next().unwrap_or_default();
    let is_word = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let places = place(&tree.items, offset).is_some_and(|place| place != Place::System);
    places && !name.is_empty() && is_word(name) && written.split("::").all(|part| is_word(part.trim()))
}

/// What a place is in; none in what has no statements.
fn place(items: &[Item], offset: u32) -> Option<Place> {
    fn inside(items: &[Item], offset: u32, place: Place) -> Option<Place> {
        let around = items.iter().find(|item| item.span.lo < offset && offset < item.span.hi);
        let Some(item) = around else { return Some(place) };
        if matches!(item.kind, ItemKind::Error) {
            return Some(place);
        }
        let bodies = parts(&item.kind).bodies;
        let place = if let ItemKind::Stack(_) = &item.kind {
            Place::Stack
        } else if let ItemKind::Component(_) = &item.kind {
            Place::Component
        } else if bodies.is_empty() {
            return None;
        } else {
            // Branches and loops are where they stand.
            place
        };
        let body = bodies.iter().find(|body| {
            body.first().is_some_and(|first| first.span.lo <= offset)
                && body.last().is_some_and(|last| offset <= last.span.hi)
        });
        inside(body.map_or(&[], |body| body.as_slice()), offset, place)
    }
    inside(items, offset, Place::System)
}
