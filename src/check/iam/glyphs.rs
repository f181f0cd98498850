//! Patterns: text in which `*` is any text and `?` one character, and `${…}` a value of the request.

use crate::check::iam::context::Context;

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    /// This character.
    Char(char),
    /// One character, whichever.
    One,
    /// Any number of characters.
    Any,
}

/// What a text of a policy stands for in a request; none if a variable in it has no value there.
pub(super) fn expand(text: &str, variables: bool, context: &Context) -> Option<Vec<Glyph>> {
    let mut glyphs = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, behind)) =
            rest.strip_prefix("${").filter(|_| variables).and_then(|rest| rest.split_once('}'))
        {
            glyphs.extend(value(name, context)?.chars().map(Glyph::Char));
            rest = behind;
            continue;
        }
        glyphs.push(match first {
            '*' => Glyph::Any,
            '?' => Glyph::One,
            other => Glyph::Char(other),
        });
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    Some(glyphs)
}

/// The same without wildcards: `*` and `?` are characters like any other.
pub(super) fn literal(text: &str, variables: bool, context: &Context) -> Option<String> {
    let glyphs = expand(text, variables, context)?;
    Some(
        glyphs
            .into_iter()
            .map(|glyph| match glyph {
                Glyph::Char(character) => character,
                Glyph::One => '?',
                Glyph::Any => '*',
            })
            .collect(),
    )
}

/// The value of `key` or `key, 'default'`; `*`, `?` and `$` stand for themselves.
fn value(name: &str, context: &Context) -> Option<String> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name.to_owned());
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            (key, default.strip_prefix('\'').and_then(|default| default.strip_suffix('\'')))
        }
        None => (name, None),
    };
    context.single(key.trim()).map(str::to_owned).or_else(|| default.map(str::to_owned))
}

/// Whether a pattern matches a text, case and all.
pub(super) fn matches(pattern: &[Glyph], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and what it has swallowed up to now.
    let mut retry = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(Glyph::Any) => {
                retry = Some((at, from));
                at += 1;
                continue;
            }
            Some(Glyph::One) => {
                at += 1;
                from += 1;
                continue;
            }
            Some(Glyph::Char(wanted)) if text.get(from) == Some(wanted) => {
                at += 1;
                from += 1;
                continue;
            }
            Some(Glyph::Char(_)) | None => {}
        }
        let Some((star, start)) = retry else { return false };
        at = star + 1;
        from = start + 1;
        retry = Some((star, from));
    }
    pattern.iter().skip(at).all(|glyph| *glyph == Glyph::Any)
}

/// Whether a pattern without variables matches an action's name. Case does not count.
pub(in crate::check) fn matches_action(pattern: &str, action: &str) -> bool {
    // Nearly all patterns are names.
    if !pattern.contains(['*', '?']) {
        return pattern.eq_ignore_ascii_case(action);
    }
    let pattern: Vec<Glyph> = pattern
        .to_ascii_lowercase()
        .chars()
        .map(|character| match character {
            '*' => Glyph::Any,
            '?' => Glyph::One,
            other => Glyph::Char(other),
        })
        .collect();
    matches(&pattern, &action.to_ascii_lowercase())
}

/// Whether an ARN's six parts match those of a pattern, each for itself.
pub(super) fn matches_arn(pattern: &[Glyph], arn: &str) -> bool {
    if pattern == [Glyph::Any] {
        return arn.splitn(6, ':').count() == 6;
    }
    let mut patterns = pattern.splitn(6, |glyph| *glyph == Glyph::Char(':'));
    let mut parts = arn.splitn(6, ':');
    (0..6).all(|_| match (patterns.next(), parts.next()) {
        (Some(pattern), Some(part)) => matches(pattern, part),
        (Some(_) | None, Some(_) | None) => false,
    })
}
