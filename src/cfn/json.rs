//! JSON, strictly: CloudFormation takes neither comments nor trailing commas.

use indexmap::IndexMap;
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::base::limits::MAX_TEMPLATE_DEPTH;
use crate::base::{FileId, Span};
use crate::cfn::document::{Item, Map, Node};
use crate::cfn::{malformed, too_deep};
use crate::diag::Diagnostic;

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a JSON document.
pub(super) fn read(file: FileId, text: &str) -> Result<Node, Box<Diagnostic>> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let sentence = error.kind().to_string();
        malformed(span(file, error.range()), format!("this is no JSON: {}", lower(&sentence)))
    })?;
    match parsed.value {
        Some(value) => node(file, value, 0),
        None => Err(malformed(Span::new(file, 0, 0), "the file is empty")),
    }
}

fn node(file: FileId, value: Value<'_>, depth: usize) -> Result<Node, Box<Diagnostic>> {
    let span = span(file, value.range());
    if depth > MAX_TEMPLATE_DEPTH {
        return Err(too_deep(span));
    }
    let item = match value {
        Value::StringLit(text) => Item::Text(text.value.into_owned()),
        Value::NumberLit(number) => Item::Number(number.value.to_owned()),
        Value::BooleanLit(truth) => Item::Bool(truth.value),
        Value::NullKeyword(_) => Item::Null,
        Value::Array(array) => {
            let items: Result<Vec<Node>, _> =
                array.elements.into_iter().map(|element| node(file, element, depth + 1)).collect();
            Item::List(items?)
        }
        Value::Object(object) => {
            let mut map: Map = IndexMap::with_capacity(object.properties.len());
            for property in object.properties {
                let key_span = self::span(file, property.name.range());
                let key = match property.name {
                    ObjectPropName::String(text) => text.value.into_owned(),
                    ObjectPropName::Word(word) => word.value.to_owned(),
                };
                let value = node(file, property.value, depth + 1)?;
                if let Some((first, _)) = map.get(&key) {
                    return Err(Box::new(twice(&key, key_span, *first)));
                }
                map.insert(key, (key_span, value));
            }
            Item::Map(map)
        }
    };
    Ok(Node { item, span })
}

/// Two entries under one key.
pub(super) fn twice(key: &str, here: Span, first: Span) -> Diagnostic {
    malformed(here, format!("the key `{key}` stands twice in one object"))
        .label(first, "the first one")
        .why("of two values under one key, one would be lost")
}

fn span(file: FileId, range: Range) -> Span {
    Span::new(file, range.start, range.end)
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
