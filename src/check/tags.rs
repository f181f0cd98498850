//! Tags: those that are required are there, and each is one that AWS takes, for every value that its params may have.

use std::collections::BTreeSet;

use crate::base::{HashMap, HashSet, Span, Symbol};
use crate::catalog::{Shape, TagStyle, catalog};
use crate::check::World;
use crate::check::facts::{MAX_TAGS, RESERVED_TAGS, TAG_BEGINNING, TAG_LETTERS, TAG_SIZES};
use crate::derive::known_text;
use crate::derive::tags::{by_hand, effective, shown_name, tagging};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::{Model, RequiredTag, Resource, ResourceId, StackId, Tag};
use crate::eval::origin::Origin;
use crate::eval::spread::{Limits, Problem, Spread, Verdict, fit, say};
use crate::eval::value::Template;

/// A tag wherever it is said: in the system, in a stack, at an instance; or the name of a resource, shown as a tag.
struct Said<'a> {
    key: &'a str,
    value: &'a Template,
    origin: Origin,
    spread: Spread,
    /// Any stack that has it: what it says of its region is the same everywhere.
    stack: StackId,
}

impl<'a> Said<'a> {
    fn of(tag: &'a Tag, stack: StackId) -> Said<'a> {
        Said { key: tag.key.as_str(), value: &tag.value, origin: tag.origin, spread: tag.spread, stack }
    }
}

/// Every tag is one that AWS takes, and its type; and a resource has no more of them than it may.
pub(super) fn tags_fit(world: &mut World<'_>) {
    let model = world.model;
    let mut judged: HashSet<Origin> = HashSet::default();
    // What no service takes need not be said of each.
    let mut refused: HashSet<Origin> = HashSet::default();
    let mut judge = |world: &mut World<'_>, tag: &Tag, stack: StackId| {
        if !judged.insert(tag.origin) {
            return;
        }
        let said = Said::of(tag, stack);
        if !(key_fits(world, &said) && value_fits(world, &said)) {
            refused.insert(tag.origin);
        }
    };
    for stack in model.stack_ids() {
        for tag in model.tags.iter().chain(&model.stack(stack).tags) {
            judge(world, tag, stack);
        }
    }
    for id in model.resource_ids() {
        let resource = model.resource(id);
        for tag in &resource.tags {
            judge(world, tag, resource.stack);
        }
        if tagging(resource).is_none() {
            continue;
        }
        if let Some(name) = shown_name(resource) {
            let said = Said {
                key: name.key.as_str(),
                value: &name.value,
                origin: name.origin,
                spread: name.spread,
                stack: resource.stack,
            };
            value_fits(world, &said);
        }
        count_fits(world, id);
    }
    suit_their_types(world, &refused);
}

fn invalid(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(codes::TAG_INVALID, span, message)
}

/// Whether a key is one that all services take; if not, that is told.
fn key_fits(world: &mut World<'_>, said: &Said<'_>) -> bool {
    let (key, at) = (said.key, world.model.origins.user_span(said.origin));
    let count = key.chars().count();
    let most = TAG_SIZES.0;
    let diagnostic = if reserved(key) {
        invalid(at, format!("the tag `{key}` begins with `{RESERVED_TAGS}`, which AWS keeps for itself"))
            .help("give it another prefix, or none")
    } else if count == 0 || count > most {
        invalid(at, format!("the tag `{key}` has a key of {count} characters"))
            .help(format!("from 1 to {most} are allowed"))
    } else if let Some(letter) = key.chars().find(|letter| !allowed(*letter)) {
        invalid(at, format!("the tag `{key}` has {letter:?} in its key"))
            .help("letters, digits, spaces and `_ . : / = + - @` are allowed")
    } else {
        return true;
    };
    world.found.push(diagnostic);
    false
}

/// The same of its value, whatever the params.
fn value_fits(world: &mut World<'_>, said: &Said<'_>) -> bool {
    let model = world.model;
    let (key, at) = (said.key, model.origins.user_span(said.origin));
    let most = TAG_SIZES.1;
    if let Some(value) = known_text(model, said.stack, said.value) {
        let count = value.chars().count();
        let diagnostic = if reserved(&value) {
            Some(
                invalid(at, format!("the tag `{key}` is `{value}`, and `{RESERVED_TAGS}` is AWS's own beginning"))
                    .help("write another value"),
            )
        } else if count > most {
            let message = format!("the value of the tag `{key}` has {count} characters, {} too many", count - most);
            Some(invalid(at, message).help(format!("at most {most} are allowed")))
        } else {
            value.chars().find(|letter| !allowed(*letter)).map(|letter| {
                invalid(at, format!("the tag `{key}` has {letter:?} in its value"))
                    .help("letters, digits, spaces and `_ . : / = + - @` are allowed")
            })
        };
        if let Some(diagnostic) = diagnostic {
            world.found.push(diagnostic);
            return false;
        }
    }
    let most = u32::try_from(most).ok();
    [TAG_LETTERS, TAG_BEGINNING].into_iter().all(|pattern| {
        let limits = Limits { most, pattern: Some((pattern, false)), ..Limits::default() };
        all_values(world, said, &limits, None)
    })
}

/// Holds all values that a tag may have against limits. Whether they keep them.
fn all_values(world: &mut World<'_>, said: &Said<'_>, limits: &Limits<'_>, asked: Option<(Span, &str)>) -> bool {
    let model = world.model;
    if said.spread.is_none() {
        return true;
    }
    let parts = model.spreads.parts(said.spread, said.value);
    let Verdict::Breaks(found) = fit(&model.spreads, &parts, limits, model) else { return true };
    let at = model.origins.user_span(said.origin);
    // The value of today is held against the same when it is built: nothing wrong is ever deployed.
    let mut diagnostic =
        say::text(&model.spreads, &found, &format!("the tag `{}`", said.key), limits, at).under(codes::TAG_TOO_WIDE);
    if let Some((span, label)) = asked {
        diagnostic = diagnostic.label(span, label);
    }
    world.found.push(diagnostic);
    false
}

fn reserved(text: &str) -> bool {
    text.get(..RESERVED_TAGS.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_TAGS))
}

fn allowed(letter: char) -> bool {
    letter.is_alphanumeric()
        || letter == ' '
        || "_.:/=+-@".contains(letter)
        || (!letter.is_ascii() && letter.is_whitespace())
}

fn count_fits(world: &mut World<'_>, id: ResourceId) {
    let model = world.model;
    let resource = model.resource(id);
    let most = model.tags.len() + model.stack(resource.stack).tags.len() + resource.tags.len() + 1;
    if most <= MAX_TAGS {
        return;
    }
    let (derived, own) = (effective(model, id), by_hand(resource));
    let count = derived.iter().filter(|tag| !own.iter().any(|key| key == tag.key.as_str())).count() + own.len();
    if count > MAX_TAGS {
        let message = format!("`{}` has {count} tags, and {MAX_TAGS} are the most", resource.path);
        let at = model.origins.user_span(resource.origin);
        world.found.push(invalid(at, message).help("say less in `tags`"));
    }
}

/// What a type asks of its tags beyond what all types do.
fn suit_their_types(world: &mut World<'_>, refused: &HashSet<Origin>) {
    let model = world.model;
    let mut shapes: HashMap<Symbol, Option<(Shape, Option<Shape>)>> = HashMap::default();
    let mut seen: HashSet<(Symbol, Origin)> = HashSet::default();
    for id in model.resource_ids() {
        let resource = model.resource(id);
        let Some((value, key)) = *shapes.entry(resource.ty).or_insert_with(|| tag_shapes(resource)) else { continue };
        let stack = model.stack(resource.stack);
        for tag in model.tags.iter().chain(&stack.tags).chain(&resource.tags) {
            if refused.contains(&tag.origin) || !seen.insert((resource.ty, tag.origin)) {
                continue;
            }
            let said = Said::of(tag, resource.stack);
            let known = known_text(model, resource.stack, said.value);
            let of_key = key.and_then(|shape| unlike(shape, said.key)).map(|limit| ("key", limit));
            let Some((what, limit)) = of_key.or_else(|| Some(("value", unlike(value, &known?)?))) else {
                all_values(world, &said, &limits(value), Some((at(model, resource), "tagged with it")));
                continue;
            };
            let place = model.origins.user_span(said.origin);
            let message = format!("`{}` takes no tag `{}` with this {what}", resource.ty, said.key);
            let diagnostic =
                invalid(place, message).label(at(model, resource), "tagged with it").root_at(&[place]).help(limit);
            world.found.push(diagnostic);
        }
    }
}

fn at(model: &Model, resource: &Resource) -> Span {
    model.origins.user_span(resource.origin)
}

/// The shapes of a tag's value and key, if the schema limits them.
fn tag_shapes(resource: &Resource) -> Option<(Shape, Option<Shape>)> {
    let tagging = tagging(resource)?;
    let ty = catalog().resource_type(resource.ty.as_str())?;
    let property = tagging.property().split('/').next().unwrap_or_default();
    let held = ty.property(property)?.shape();
    let (value, key) = match tagging.style() {
        TagStyle::Map => (held.items()?, None),
        TagStyle::List | TagStyle::Propagate => {
            let item = held.items()?;
            (item.property("Value")?.shape(), Some(item.property("Key")?.shape()))
        }
        TagStyle::Specifications => {
            let item = held.items()?.property("Tags")?.shape().items()?;
            (item.property("Value")?.shape(), Some(item.property("Key")?.shape()))
        }
    };
    let limited =
        |shape: Shape| shape.min_length().is_some() || shape.max_length().is_some() || shape.pattern().is_some();
    (limited(value) || key.is_some_and(limited)).then_some((value, key))
}

fn limits(shape: Shape) -> Limits<'static> {
    Limits {
        least: shape.min_length(),
        most: shape.max_length(),
        pattern: shape.pattern().map(|pattern| (pattern, false)),
        ..Limits::default()
    }
}

/// What a shape wants that a text does not have.
fn unlike(shape: Shape, text: &str) -> Option<String> {
    match limits(shape).refuse(text)? {
        Problem::TooLong(_, most) => Some(format!("at most {most} characters are allowed there")),
        Problem::TooShort(_, least) => Some(format!("at least {least} characters are needed there")),
        Problem::Pattern | Problem::Word => {
            Some(format!("there it must match `{}`", shape.pattern().unwrap_or_default()))
        }
    }
}

/// No two tags of a resource differ in case alone.
pub(super) fn keys_differ_in_more_than_case(world: &mut World<'_>) {
    let model = world.model;
    let mut found: BTreeSet<(Span, Span, String, String)> = BTreeSet::new();
    for stack in model.stack_ids() {
        let mut common: HashMap<String, (&str, Origin)> = HashMap::default();
        let mut meet = |known: &mut HashMap<String, (&str, Origin)>, key: &'static str, origin: Origin| {
            let (before, first) = *known.entry(key.to_lowercase()).or_insert((key, origin));
            if before != key {
                let (one, other) = (model.origins.user_span(first), model.origins.user_span(origin));
                found.insert((other, one, before.to_owned(), key.to_owned()));
            }
        };
        for tag in model.tags.iter().chain(&model.stack(stack).tags) {
            meet(&mut common, tag.key.as_str(), tag.origin);
        }
        for id in &model.stack(stack).resources {
            let resource = model.resource(*id);
            let name = shown_name(resource).map(|name| (name.key.as_str(), name.origin));
            let alone =
                name.is_some_and(|(key, _)| common.get(&key.to_lowercase()).is_some_and(|(same, _)| *same != key));
            if (resource.tags.is_empty() && !alone) || tagging(resource).is_none() {
                continue;
            }
            let mut own = common.clone();
            let tags = resource.tags.iter().map(|tag| (tag.key.as_str(), tag.origin));
            for (key, origin) in tags.chain(name) {
                meet(&mut own, key, origin);
            }
        }
    }
    for (at, first, before, key) in found {
        let message = format!("the tags `{before}` and `{key}` differ in case alone");
        let diagnostic = Diagnostic::new(codes::TAG_KEYS_ALIKE, at, message)
            .here("the second one")
            .label(first, "the first one")
            .help(format!("write `{before}` in both places"));
        world.found.push(diagnostic);
    }
}

/// A tag that a resource ends up with, the nearest one.
fn nearest<'m>(model: &'m Model, resource: &'m Resource, key: Symbol) -> Option<&'m Tag> {
    let near = |tags: &'m [Tag]| tags.iter().find(|tag| tag.key == key);
    near(&resource.tags).or_else(|| near(&model.stack(resource.stack).tags)).or_else(|| near(&model.tags))
}

/// Every resource that takes tags has those that the system requires.
pub(super) fn required_tags_are_there(world: &mut World<'_>) {
    let model = world.model;
    // What was said of a tag holds for all that have it.
    let mut judged: HashSet<(Origin, usize)> = HashSet::default();
    for (number, required) in model.required_tags.iter().enumerate() {
        for id in model.resource_ids() {
            let resource = model.resource(id);
            if tagging(resource).is_none() {
                continue;
            }
            match nearest(model, resource, required.key) {
                None => missing(world, id, required),
                Some(tag) if judged.insert((tag.origin, number)) => {
                    let said = Said::of(tag, resource.stack);
                    matches(world, &said, required);
                }
                Some(_) => {}
            }
        }
    }
}

fn missing(world: &mut World<'_>, id: ResourceId, required: &RequiredTag) {
    let model = world.model;
    let resource = model.resource(id);
    let RequiredTag { key, span, .. } = required;
    if by_hand(resource).iter().any(|known| known == key.as_str()) {
        return;
    }
    let tags = effective(model, id);
    let has = tags.iter().map(|tag| tag.key.as_str());
    let has = if tags.is_empty() { "and none at all".to_owned() } else { format!("only {}", quoted_list(has, 5)) };
    let message = format!("`{}` has no tag `{key}`, {has}", resource.path);
    let diagnostic = Diagnostic::new(codes::MISSING_TAG, at(model, resource), message)
        .label(*span, "required here")
        .root_at(&[*span])
        .help(format!("write `tags {{ {key} = \"…\" }}` in the system, in the stack or in the instance"));
    world.found.push(diagnostic);
}

fn matches(world: &mut World<'_>, said: &Said<'_>, required: &RequiredTag) {
    let model = world.model;
    let Some(pattern) = required.pattern.as_deref() else { return };
    let known = known_text(model, said.stack, said.value);
    let wrong = known.as_deref().filter(|value| crate::types::text::matches(pattern, value) == Some(false));
    if let Some(value) = wrong {
        let message = format!("the tag `{}` is `{value}`, which does not match `/{pattern}/`", said.key);
        let diagnostic = Diagnostic::new(codes::MISSING_TAG, model.origins.user_span(said.origin), message)
            .label(required.span, "required here")
            .help("write a value of that form");
        world.found.push(diagnostic);
        return;
    }
    let limits = Limits { pattern: Some((pattern, true)), ..Limits::default() };
    all_values(world, said, &limits, Some((required.span, "required here")));
}
