//! What is said of values that break limits.

use super::fit::{Break, Limits, Problem};
use super::{Domain, Spread, Spreads, What};
use crate::base::{Span, Symbol};
use crate::diag::{Diagnostic, codes, quoted_list};

/// So many characters of an example are shown.
const SHOWN: usize = 48;

/// A text that params can make breaks limits.
pub fn text(spreads: &Spreads, found: &Break, what: &str, limits: &Limits<'_>, span: Span) -> Diagnostic {
    let text = shown_for(&found.shown, found.text.chars().count());
    let message = match &found.problem {
        Problem::TooLong(count, most) => format!("{what} can have {count} characters, and {most} are the most"),
        Problem::TooShort(count, least) => format!("{what} can have {count} characters, and {least} are the fewest"),
        Problem::Pattern => format!("{what} can be {text}, which does not match"),
        Problem::Word => format!("{what} can be {text}, which is none of the allowed values"),
    };
    let mut diagnostic = Diagnostic::new(codes::PARAM_TOO_WIDE, span, message);
    let values: Vec<String> = found
        .values
        .iter()
        .filter_map(|(leaf, value)| Some(format!("`{}` = {}", spreads.leaf(*leaf)?.name, shown(value))))
        .collect();
    diagnostic = match (values.as_slice(), found.values.values().next()) {
        ([], _) => diagnostic,
        ([only], Some(value)) if *value == found.text => diagnostic.here(format!("with {only}")),
        _ => diagnostic.here(format!("with {} it is {text}", values.join(" and "))),
    };
    let mut help = match (&found.problem, limits.pattern) {
        (Problem::Pattern, Some((pattern, true))) => Some(format!("all of it must match `/{pattern}/`")),
        (Problem::Pattern, Some((pattern, false))) => Some(format!("it must match `{pattern}`")),
        (Problem::Word, _) => Some(format!("allowed are {}", quoted_list(limits.words.iter().copied(), 8))),
        (Problem::TooLong(..) | Problem::TooShort(..) | Problem::Pattern, _) => None,
    };
    if let Some(leaf) = found.blame.and_then(|leaf| spreads.leaf(leaf)) {
        let value = found.blame.and_then(|blame| found.values.get(&blame));
        let allows = match (&found.problem, &leaf.domain) {
            (Problem::TooLong(..), Domain::Text { most: Some(most), .. }) => {
                format!("`{}` may have {most} characters", leaf.name)
            }
            (Problem::TooLong(..), _) => format!("`{}` may have any length", leaf.name),
            (Problem::TooShort(..), _) => format!("`{}` may be as short as this", leaf.name),
            (Problem::Pattern | Problem::Word, _) => match value {
                Some(value) => format!("`{}` may be {}", leaf.name, shown(value)),
                None => format!("`{}` allows this", leaf.name),
            },
        };
        diagnostic = diagnostic.label(leaf.ty, allows);
        if let Some(better) = &found.better {
            let ty = &better.ty;
            let give = format!("give `{}` the type `{ty}`", leaf.name);
            help = Some(help.map_or_else(|| give.clone(), |help| format!("{help}; {give}")));
            let title = format!("write `{ty}`");
            diagnostic = if better.only {
                diagnostic.fix(title, leaf.ty, ty.clone())
            } else {
                diagnostic.suggest(title, leaf.ty, ty.clone())
            };
            diagnostic = diagnostic.rank(better.rank);
        }
        // One type that is too wide for one limit is one mistake, however many things it breaks.
        diagnostic = diagnostic.root(root(leaf.ty, &limit_of(&found.problem, limits)));
    }
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help("narrow the types of the params in it, or leave one out"),
    }
}

/// A number that params can make breaks limits. `written` says how amounts are written; without it, numbers are plain.
pub fn number(
    spreads: &Spreads,
    spread: Spread,
    beyond: i64,
    limits: (Option<f64>, Option<f64>),
    written: Option<fn(i64) -> String>,
    what: &str,
    span: Span,
) -> Diagnostic {
    let shown = |number: i64| written.map_or_else(|| number.to_string(), |written| written(number));
    #[expect(clippy::cast_possible_truncation, reason = "limits are small")]
    let (least, most) = (limits.0.map(|least| least.ceil() as i64), limits.1.map(|most| most.floor() as i64));
    let low = least.filter(|least| beyond < *least);
    let limit = low.or(most).unwrap_or_default();
    let leaf = match spreads.what(spread) {
        Some(What::Given(leaf)) => spreads.leaf(*leaf),
        Some(What::Text(_) | What::Whole(_) | What::Parts | What::Lost) | None => None,
    };
    // Of what is calculated, only the ends are known to come about.
    let message = match (written.is_none() && leaf.is_some(), low.is_some()) {
        (true, true) => format!("{what} can be {beyond}, and {limit} is the least"),
        (true, false) => format!("{what} can be {beyond}, and {limit} is the most"),
        (false, true) => format!("{what} can be less than {}", shown(limit)),
        (false, false) => format!("{what} can be more than {}", shown(limit)),
    };
    let mut diagnostic = Diagnostic::new(codes::PARAM_TOO_WIDE, span, message)
        // A value of today that breaks the limit is told instead.
        .rests_on(span);
    let Some(leaf) = leaf else {
        let names = spreads.names(spreads.reads(spread));
        let names = quoted_list(names.iter().map(|name| name.as_str()), 4);
        return diagnostic.help(format!("narrow the types of {names}"));
    };
    let (Domain::Whole(own) | Domain::Amount(own)) = leaf.domain else { return diagnostic };
    let end = if low.is_some() { own.0 } else { own.1 };
    let allows = match (end, low.is_some()) {
        (Some(end), _) => format!("`{}` may be {}", leaf.name, shown(end)),
        (None, true) => format!("`{}` has no lower limit", leaf.name),
        (None, false) => format!("`{}` has no upper limit", leaf.name),
    };
    diagnostic = diagnostic.label(leaf.ty, allows);
    let least = own.0.max(least);
    let most = match (own.1, most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        return diagnostic.help(format!("no value of `{}` would do here", leaf.name));
    }
    let end = |end: Option<i64>| end.map(shown).unwrap_or_default();
    let ty = format!("{}({}..{})", leaf.word, end(least), end(most));
    diagnostic
        .root(root(leaf.ty, &if low.is_some() { format!("{limit}..") } else { format!("..{limit}") }))
        .fix(format!("write `{ty}`"), leaf.ty, ty.clone())
        .help(format!("give `{}` the type `{ty}`", leaf.name))
}

/// A param's type and a limit that it breaks.
fn root(ty: Span, limit: &str) -> Symbol {
    Symbol::new(&format!("{}:{} {limit}", ty.file.0, ty.lo))
}

/// A limit that is broken, as it tells apart what is wrong.
fn limit_of(problem: &Problem, limits: &Limits<'_>) -> String {
    match problem {
        Problem::TooLong(_, most) => format!("..{most}"),
        Problem::TooShort(_, least) => format!("{least}.."),
        Problem::Pattern => limits.pattern.map(|(pattern, _)| pattern).unwrap_or_default().to_owned(),
        Problem::Word => limits.words.join(" "),
    }
}

/// A text in quotes, its middle left out if it is long.
fn shown(text: &str) -> String {
    shown_for(text, text.chars().count())
}

/// The same for a text that stands for one of so many characters.
fn shown_for(text: &str, characters: usize) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return format!("{text:?}");
    }
    let half = SHOWN / 2;
    let start: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(count - half).collect();
    let quoted = format!("{start}…{end}");
    format!("{quoted:?} ({characters} characters)")
}
