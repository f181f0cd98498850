//! One resource, and the questions that facts ask of it.

use serde_json::Value;

use crate::meaning;
use crate::tree::{Check, Env, want};

/// A resource, in its template.
#[derive(Clone, Copy)]
pub struct Res<'t> {
    /// The deployment it is looked at from.
    pub env: Env<'t>,
    /// Its unit.
    pub unit: usize,
}

impl std::fmt::Debug for Res<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.place())
    }
}

impl<'t> Res<'t> {
    /// Its template.
    pub fn stack(&self) -> usize {
        self.env.tree.units[self.unit].place
    }

    /// Its logical id.
    pub fn logical_id(&self) -> &'t str {
        &self.env.tree.units[self.unit].name
    }

    /// Its type.
    pub fn ty(&self) -> &'t str {
        self.env.tree.type_of(self.unit)
    }

    /// Where it stands, for messages.
    pub fn place(&self) -> String {
        self.env.tree.place_of(self.unit)
    }

    /// What `Ref` gives of it, in normal form.
    pub fn reference(&self) -> Value {
        meaning::reference(self.env.tree, self.stack(), self.logical_id())
    }

    /// What `Fn::GetAtt` gives of it, in normal form.
    pub fn attribute(&self, name: &str) -> Value {
        meaning::attribute(self.env.tree, self.stack(), self.logical_id(), name)
    }

    /// Its JSON as it was written.
    pub fn body(&self) -> &'t Value {
        self.env.tree.body(self.unit).unwrap_or(&Value::Null)
    }

    /// A property's meaning, by a path such as `A.B[0].C`; `Null` if it is absent.
    pub fn get(&self, path: &str) -> Value {
        match self.body().get("Properties").and_then(|properties| walk(properties, path)) {
            Some(value) => meaning::of(self.env.tree, self.stack(), value),
            None => Value::Null,
        }
    }

    /// The meaning of all its properties.
    pub fn get_all(&self) -> Value {
        match self.body().get("Properties") {
            Some(value) => meaning::of(self.env.tree, self.stack(), value),
            None => Value::Null,
        }
    }

    /// A property's meaning as text.
    pub fn text(&self, path: &str) -> Result<String, String> {
        match self.get(path) {
            Value::String(text) => Ok(text),
            other => Err(format!("{} {path} is no text but {other}", self.place())),
        }
    }

    /// A property's items; a single value counts as a list of one.
    pub fn items(&self, path: &str) -> Vec<Value> {
        match self.get(path) {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            other => vec![other],
        }
    }

    /// That a property has this value.
    pub fn is(&self, path: &str, value: impl Into<Value>) -> Check {
        let (found, value) = (self.get(path), value.into());
        want(meaning::same(&found, &value), || format!("{} {path} is {found}, not {value}", self.place()))
    }

    /// That a property is left out.
    pub fn lacks(&self, path: &str) -> Check {
        let found = self.get(path);
        want(found.is_null(), || format!("{} {path} is {found}, but should be absent", self.place()))
    }

    /// That a property points to a resource, by whatever its `Ref` gives.
    pub fn points(&self, path: &str, to: &Res) -> Check {
        self.is(path, to.reference())
    }

    /// That a list of references names exactly these resources, in any order.
    pub fn lists(&self, path: &str, members: &[Res]) -> Check {
        let mut found: Vec<String> = self.items(path).iter().map(meaning::plain).collect();
        let mut wanted: Vec<String> = members.iter().map(|res| meaning::plain(&res.reference())).collect();
        found.sort();
        wanted.sort();
        want(found == wanted, || format!("{} {path} is {found:?}, not {wanted:?}", self.place()))
    }

    /// That an attribute beside the properties (`DeletionPolicy` and the like) has one of these values.
    pub fn policy(&self, key: &str, allowed: &[&str]) -> Check {
        let found = self.body().get(key).and_then(Value::as_str).unwrap_or("absent");
        want(allowed.contains(&found), || format!("{} {key} is {found}, not one of {allowed:?}", self.place()))
    }

    /// That it waits for another resource of its template: said, or because it refers to it.
    pub fn waits_for(&self, other: &Res) -> Check {
        let said = match self.body().get("DependsOn") {
            Some(Value::String(id)) => id == other.logical_id(),
            Some(Value::Array(ids)) => ids.iter().any(|id| id.as_str() == Some(other.logical_id())),
            _ => false,
        };
        let refers = meaning::refers_to(self.body(), other.logical_id());
        want(said || refers, || format!("{} does not wait for {}", self.place(), other.place()))
    }

    /// The value of one of its tags.
    pub fn tag(&self, key: &str) -> Option<String> {
        let all = ["Tags", "UserPoolTags", "IdentityPoolTags"].map(|name| self.get(name));
        match all.into_iter().find(|tags| !tags.is_null()).unwrap_or(Value::Null) {
            Value::Object(map) => map.get(key).map(meaning::plain),
            Value::Array(items) => tag_in(&items, key),
            _ => None,
        }
    }
}

/// The value of a key in a list of tags.
pub fn tag_in(items: &[Value], key: &str) -> Option<String> {
    let found = items.iter().find(|item| item.get("Key").and_then(Value::as_str) == Some(key))?;
    found.get("Value").map(meaning::plain)
}

/// `A.B[0].C` within a value.
pub fn walk<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut here = value;
    for step in path.split('.').flat_map(|part| part.split('[')) {
        here = match step.strip_suffix(']') {
            Some(index) => here.get(index.parse::<usize>().ok()?)?,
            None => here.get(step)?,
        };
    }
    Some(here)
}
