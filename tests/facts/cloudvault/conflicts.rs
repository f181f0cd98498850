//! Section 15: where the document contradicts itself. What was made of most of it is checked where the thing itself is;
//! here stands what concerns no single section. What the compiler says of mistakes is in `mistakes.rs`.

use serde_json::Value;

use super::{Fact, STACKS, fact, network};
use crate::tree::{Check, Env, want};

/// No literal account id stands in a template.
fn no_account(env: &Env) -> Check {
    for stack in STACKS {
        for res in env.resources(stack)? {
            want(!mentions(res.body(), "123456789012"), || format!("{} names the account", res.place()))?;
        }
    }
    Ok(())
}

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.contains(text),
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(map) => map.values().any(|inner| mentions(inner, text)),
        _ => false,
    }
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("CV-486", no_account),
        fact("CV-488", |e| {
            let out = network::rules(e, &network::functions(e)?, false)?;
            let open = out.iter().filter(|rule| network::opens_all(rule, "0.0.0.0/0")).count();
            want(open == 1, || format!("functions reach {out:?}"))
        }),
    ]
}
