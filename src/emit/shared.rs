//! Stacks that environments share must come out the same in each of them, to the byte.

use serde_json::Value;

use crate::base::Span;
use crate::derive::template::{Derived, Json, Template, Tree};
use crate::diag::{Diagnostic, codes};
use crate::emit::json::{token, value};
use crate::emit::template;
use crate::eval::model::{Model, Stack};

/// Longer values are cut in messages.
const SHOWN: usize = 120;

/// What differs between the environments of one account in the shared stacks of a region; at most one finding for each stack.
pub(super) fn differences(models: &[(&Model, &Derived)], region: &str) -> Vec<Diagnostic> {
    let mut firsts: Vec<(&Model, &Stack, &Template)> = Vec::new();
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut reported: Vec<&str> = Vec::new();
    for (model, derived) in models {
        for template in &derived.templates {
            let stack = model.stack(template.stack);
            if !stack.per_account || stack.region != region {
                continue;
            }
            let first = firsts.iter().find(|(_, known, _)| known.name == stack.name);
            let Some((other, known, before)) = first else {
                firsts.push((model, stack, template));
                continue;
            };
            if reported.contains(&stack.name.as_str()) {
                continue;
            }
            if let Some(difference) = difference((other, known, before), (model, stack, template)) {
                found.push(difference.diagnostic((other, known), model));
                reported.push(stack.name.as_str());
            }
        }
    }
    found
}

struct Difference {
    pointer: String,
    values: (String, String),
    places: (Span, Span),
}

impl Difference {
    fn diagnostic(self, (first, stack): (&Model, &Stack), second: &Model) -> Diagnostic {
        let (one, two) = (first.environment.name, second.environment.name);
        let message = format!(
            "stack `{}` is shared by the environments of account {}, but `{one}` and `{two}` make it differ at `{}`",
            stack.name, first.environment.account, self.pointer
        );
        let declared = first.origins.user_span(stack.origin);
        let (here, there) = self.places;
        let span = if here.is_none() { declared } else { here };
        let mut diagnostic = Diagnostic::new(codes::PER_ACCOUNT_DIFFERS, span, message)
            .here(format!("`{}` in `{one}`, `{}` in `{two}`", self.values.0, self.values.1));
        if there != here {
            diagnostic = diagnostic.label(there, format!("the place in `{two}`"));
        }
        if span != declared {
            diagnostic = diagnostic.label(declared, "declared `per account` here");
        }
        diagnostic.help("use nothing here that differs between environments, such as a param or `env`")
    }
}

fn difference(
    (first, one, before): (&Model, &Stack, &Template),
    (second, two, after): (&Model, &Stack, &Template),
) -> Option<Difference> {
    let declared = (first.origins.user_span(one.origin), second.origins.user_span(two.origin));
    let plain = |pointer: &str, one: &Value, two: &Value| {
        let values = (shown(one), shown(two));
        (one != two).then(|| Difference { pointer: pointer.to_owned(), values, places: declared })
    };
    let names = (Value::from(one.physical_name.as_str()), Value::from(two.physical_name.as_str()));
    plain("its name", &names.0, &names.1)
        .or_else(|| {
            let trees = (template::document(first, before), template::document(second, after));
            let mut search = Search { first, second, pointer: String::new() };
            search.trees(&trees.0, &trees.1, declared)
        })
        .or_else(|| plain("its tags", &tags(before), &tags(after)))
}

fn tags(template: &Template) -> Value {
    template.tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect()
}

fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

struct Search<'a> {
    first: &'a Model,
    second: &'a Model,
    pointer: String,
}

impl Search<'_> {
    /// The first difference, depth first.
    fn trees(&mut self, one: &Tree, two: &Tree, above: (Span, Span)) -> Option<Difference> {
        let nearest = |own: Span, above: Span| if own.is_none() { above } else { own };
        let places = (
            nearest(self.first.origins.user_span(one.origin), above.0),
            nearest(self.second.origins.user_span(two.origin), above.1),
        );
        match (&one.json, &two.json) {
            (Json::Map(ones), Json::Map(twos)) => {
                let keys = ones.keys().chain(twos.keys().filter(|key| !ones.contains_key(*key)));
                for key in keys {
                    if let Some(found) = self.inside(&token(key), ones.get(key), twos.get(key), places) {
                        return Some(found);
                    }
                }
                let reordered = !ones.keys().eq(twos.keys());
                reordered.then(|| self.here(value(one).to_string(), value(two).to_string(), places))
            }
            (Json::List(ones), Json::List(twos)) => (0..ones.len().max(twos.len()))
                .find_map(|index| self.inside(&index.to_string(), ones.get(index), twos.get(index), places)),
            (one, two) if one == two => None,
            (_, _) => Some(self.here(shown(&value(one)), shown(&value(two)), places)),
        }
    }

    fn inside(&mut self, key: &str, one: Option<&Tree>, two: Option<&Tree>, above: (Span, Span)) -> Option<Difference> {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(key);
        let nothing = || String::from("nothing");
        let found = match (one, two) {
            (Some(one), Some(two)) => self.trees(one, two, above),
            (Some(one), None) => {
                let here = self.first.origins.user_span(one.origin);
                let places = (if here.is_none() { above.0 } else { here }, above.1);
                Some(self.here(shown(&value(one)), nothing(), places))
            }
            (None, Some(two)) => {
                let there = self.second.origins.user_span(two.origin);
                let places = (above.0, if there.is_none() { above.1 } else { there });
                Some(self.here(nothing(), shown(&value(two)), places))
            }
            (None, None) => None,
        };
        self.pointer.truncate(length);
        found
    }

    fn here(&self, one: String, two: String, places: (Span, Span)) -> Difference {
        Difference { pointer: self.pointer.clone(), values: (one, two), places }
    }
}
