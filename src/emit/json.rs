//! Trees as JSON text: two spaces, keys as they were put, a newline at the end.

use serde_json::{Map, Number, Value};

use crate::derive::template::{Json, Tree};

/// Up to here every whole number has a floating-point number of its own.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// A tree without its causes.
pub(super) fn value(tree: &Tree) -> Value {
    match &tree.json {
        Json::Bool(yes) => Value::Bool(*yes),
        Json::Int(number) => Value::Number(Number::from(*number)),
        // A whole number needs no fraction, whatever the property allows: 100, not 100.0.
        #[expect(clippy::cast_possible_truncation, reason = "the number is whole and small")]
        Json::Float(number) if number.fract() == 0.0 && number.abs() < WHOLE => {
            Value::Number(Number::from(*number as i64))
        }
        // JSON has no infinity, and no property has a use for one.
        Json::Float(number) => {
            Number::from_f64(*number).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        Json::Text(text) => Value::String(text.clone()),
        Json::List(items) => Value::Array(items.iter().map(value).collect()),
        Json::Map(map) => {
            Value::Object(map.iter().map(|(key, item)| (key.clone(), value(item))).collect::<Map<String, Value>>())
        }
    }
}

/// The bytes of a file.
pub(super) fn pretty(value: &Value) -> Vec<u8> {
    // A `Value` can always be written: its keys are text and writing to memory does not fail.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// One step of a JSON pointer.
pub(super) fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
