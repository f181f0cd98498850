//! Protections over environments: where the source says `ensure A at least B`, nothing is protected less in A than in B.

use crate::base::{HashMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, Protection};

/// A higher environment is never protected less.
pub(super) fn higher_is_never_weaker(models: &[&Model]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for higher in models {
        for (lower, span) in &higher.at_least {
            // An environment that is not looked at now says nothing.
            if let Some(lower) = models.iter().find(|model| model.environment.name == *lower) {
                compare(higher, lower, *span, &mut found);
            }
        }
    }
    found
}

fn compare(higher: &Model, lower: &Model, span: Span, found: &mut Vec<Diagnostic>) {
    let (above, below) = (higher.environment.name, lower.environment.name);
    if lower.environment.confirm && !higher.environment.confirm {
        let message = format!("`{below}` asks before it is changed, and `{above}` does not");
        found.push(
            Diagnostic::new(codes::WEAKER_PROTECTION, higher.environment.span, message)
                .label(lower.environment.span, "here it asks")
                .label(span, "asked for here")
                .help(format!("write `confirm = true` in `{above}`")),
        );
    }
    let path = |model: &Model, one: &Protection| model.resource(one.resource).path.clone();
    let mut known: HashMap<(Symbol, String), Vec<&Protection>> = HashMap::default();
    for one in &higher.protections {
        known.entry((one.name, path(higher, one))).or_default().push(one);
    }
    let mut places: HashMap<(Symbol, String), usize> = HashMap::default();
    for one in &lower.protections {
        let key = (one.name, path(lower, one));
        // A type can have several protections of one name: they come in the same order everywhere.
        let place = places.entry(key.clone()).or_default();
        let same = known.get(&key).and_then(|all| all.get(*place)).copied();
        *place += 1;
        let at = lower.origins.user_span(lower.resource(one.resource).origin);
        match same {
            None if one.by_being_there => {
                let message = format!("`{}` protects `{below}`, and `{above}` has nothing like it", key.1);
                found.push(
                    Diagnostic::new(codes::WEAKER_PROTECTION, at, message)
                        .here(one.name.to_string())
                        .label(span, "asked for here")
                        .help(format!("build it in `{above}`, too")),
                );
            }
            // Without the thing there is nothing to protect.
            None => {}
            Some(same) => found.extend(weaker((higher, same), (lower, one), span)),
        }
    }
}

fn weaker(
    (higher, above): (&Model, &Protection),
    (lower, below): (&Model, &Protection),
    span: Span,
) -> Option<Diagnostic> {
    let resource = higher.resource(above.resource);
    let at = higher.origins.user_span(resource.origin);
    let (one, other) = (higher.environment.name, lower.environment.name);
    let name = above.name.as_str().replace('_', " ");
    match (above.strength, below.strength) {
        (Some(above_is), Some(below_is)) if above_is < below_is => {
            let words = |strength: i64, yes_or_no: bool| match (yes_or_no, strength) {
                (true, 0) => String::from("no"),
                (true, _) => String::from("yes"),
                (false, number) => number.to_string(),
            };
            let (has, had) = (words(above_is, above.yes_or_no), words(below_is, below.yes_or_no));
            let message = format!("`{}` is protected less in `{one}` than in `{other}`", resource.path);
            Some(
                Diagnostic::new(codes::WEAKER_PROTECTION, at, message)
                    .here(format!("{name}: {has} in `{one}`, {had} in `{other}`"))
                    .label(span, "asked for here")
                    .help(format!("protect it as well in `{one}`, or say in a waiver why not")),
            )
        }
        (None, Some(_)) | (Some(_), None) => {
            let message =
                format!("whether `{}` is protected less in `{one}` than in `{other}` is not known", resource.path);
            Some(
                Diagnostic::new(codes::CANNOT_BE_DECIDED, at, message)
                    .here(format!("{name} depends on what is known only when deployed"))
                    .label(span, "asked for here")
                    .help("take the value from a `param` that environments set"),
            )
        }
        (Some(_), Some(_)) | (None, None) => None,
    }
}
