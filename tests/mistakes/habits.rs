//! What other languages have taught the hand.

use crate::chance::Chance;
use crate::mistake::{Edit, KindOfMistake, View, replaced};
use crate::tokens::Kind;

pub const KINDS: &[KindOfMistake] = &[
    KindOfMistake { name: "`:` for `=`", certain: true, make: colon },
    KindOfMistake { name: "`==` for `=`", certain: true, make: double_equals },
    KindOfMistake { name: "`=` for `:`", certain: true, make: equals },
    KindOfMistake { name: "`=` for `==`", certain: true, make: single_equals },
    KindOfMistake { name: "`=>` for `->`", certain: true, make: fat_arrow },
    KindOfMistake { name: "`${…}` for `{…}`", certain: true, make: dollar },
    KindOfMistake { name: "`${…}` for a value", certain: true, make: dollar_value },
    KindOfMistake { name: "single quotes", certain: false, make: single_quotes },
    KindOfMistake { name: "`;` at the end", certain: false, make: semicolon },
    KindOfMistake { name: "`,` at the end of a statement", certain: false, make: comma },
    KindOfMistake { name: "`#` comment", certain: true, make: hash },
    KindOfMistake { name: "`/* */` comment", certain: true, make: stars },
    KindOfMistake { name: "quoted name of an instance", certain: true, make: quoted_name },
    KindOfMistake { name: "a resource as HCL writes it", certain: true, make: hcl_resource },
    KindOfMistake { name: "a param as HCL writes it", certain: true, make: hcl_variable },
    KindOfMistake { name: "a block without `=`", certain: true, make: no_equals },
    KindOfMistake { name: "an entry as YAML writes a list", certain: true, make: dash },
    KindOfMistake { name: "a function of CloudFormation", certain: true, make: function },
    KindOfMistake { name: "a short function of CloudFormation", certain: true, make: tag },
    KindOfMistake { name: "`new` before a type", certain: true, make: new },
    KindOfMistake { name: "a call for an instance", certain: true, make: call },
    KindOfMistake { name: "`&&`, `||`, `!`", certain: true, make: signs },
    KindOfMistake { name: "`null`, `True`, `undefined`", certain: true, make: foreign_literal },
    KindOfMistake { name: "`var.`, `local.`, `self.`, `this.`", certain: true, make: prefix },
    KindOfMistake { name: "`let` or `const` before an instance", certain: true, make: let_instance },
    KindOfMistake { name: "camelCase for a key", certain: false, make: camel_key },
    KindOfMistake { name: "an instance without braces", certain: true, make: no_braces },
];

/// The `=` of an entry with a simple value.
fn entry_sign(view: &View<'_>, at: usize) -> bool {
    view.word(at) == "=" && at > 0 && view.kind(at - 1) == Kind::Word && view.tokens().len() > at + 1
}

fn colon(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, entry_sign)?;
    replaced(view, at, ":")
}

fn double_equals(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, entry_sign)?;
    replaced(view, at, "==")
}

fn equals(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.word(at) == ":" && view.kind(at) == Kind::Sign)?;
    replaced(view, at, " =")
}

fn single_equals(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.word(at) == "==")?;
    replaced(view, at, "=")
}

fn fat_arrow(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.word(at) == "->")?;
    replaced(view, at, "=>")
}

fn dollar(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    // In a script, a name alone may well be a variable of the shell.
    let is_script = |at: usize| {
        let text = view.tokens()[..at].iter().rev().find(|token| !token.in_text).map(|token| token.kind);
        text == Some(Kind::Block) && view.source.text[view.range(at).end..].starts_with('}')
    };
    let first = |at: &usize| {
        let opens = view.source.text[..view.range(*at).start].ends_with('{');
        view.tokens()[*at].in_text && opens && !is_script(*at)
    };
    let all: Vec<usize> = (0..view.tokens().len()).filter(first).collect();
    let start = view.range(*chance.one_of(&all)?).start;
    Some(vec![Edit { range: start - 1..start, text: String::from("${") }])
}

fn dollar_value(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.is_reference(at) && view.before(at) == "=" && !matches!(view.word(at + 1), "." | "(" | "[" | "{")
    })?;
    replaced(view, at, format!("\"${{{}}}\"", view.word(at)))
}

fn single_quotes(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        view.kind(at) == Kind::Text && !view.word(at)[1..view.word(at).len() - 1].contains('\'')
    })?;
    let word = view.word(at);
    replaced(view, at, format!("'{}'", &word[1..word.len() - 1]))
}

fn last_of_line(view: &View<'_>, at: usize) -> bool {
    let end = view.range(at).end;
    let ends = view.source.text[end..view.line_end(end)].trim().is_empty();
    ends && !matches!(view.word(at), "{" | "[" | "(" | ",") && view.kind(at) != Kind::Block
}

fn semicolon(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, last_of_line)?;
    replaced(view, at, format!("{};", view.word(at)))
}

fn comma(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let words = ["grant", "connect", "param", "output", "ensure", "let", "deny", "forbid"];
    let at = view.choose(chance, |view, at| view.is_first(at) && words.contains(&view.word(at)))?;
    let end = view.unit(at).end - 1;
    Some(vec![Edit { range: end..end, text: String::from(",") }])
}

fn hash(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, View::is_first)?;
    let start = view.line_start(view.range(at).start);
    let indent = " ".repeat(view.range(at).start - start);
    Some(vec![Edit { range: start..start, text: format!("{indent}# what the next line says\n") }])
}

fn stars(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, View::is_first)?;
    let start = view.line_start(view.range(at).start);
    let indent = " ".repeat(view.range(at).start - start);
    Some(vec![Edit { range: start..start, text: format!("{indent}/* what the next line says */\n") }])
}

fn is_instance(view: &View<'_>, at: usize) -> bool {
    view.is_key(at)
        && view.word(at + 3) == "{"
        && view.kind(at + 2) == Kind::Word
        && view.word(at + 2).starts_with(|c: char| c.is_ascii_uppercase())
}

fn quoted_name(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_instance)?;
    replaced(view, at, format!("\"{}\"", view.word(at)))
}

fn hcl_resource(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_instance)?;
    let text = format!("resource \"{}\" \"{}\"", view.word(at + 2), view.word(at));
    Some(vec![Edit { range: view.range(at).start..view.range(at + 2).end, text }])
}

fn hcl_variable(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_first(at) && view.word(at) == "param")?;
    let range = view.range(at).start..view.unit(at).end - 1;
    Some(vec![Edit { range, text: format!("variable \"{}\" {{ type = string }}", view.word(at + 1)) }])
}

fn no_equals(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.word(at) == "=" && view.word(at + 1) == "{")?;
    replaced(view, at, "")
}

fn dash(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_first(at) && view.is_key(at))?;
    replaced(view, at, format!("- {}", view.word(at)))
}

fn is_value(view: &View<'_>, at: usize) -> bool {
    view.is_reference(at) && view.before(at) == "=" && !matches!(view.word(at + 1), "." | "(" | "[" | "{")
}

fn function(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_value)?;
    let wrong = *chance.one_of(&[
        "{ Ref = \"@\" }",
        "Fn::GetAtt(\"@\", \"Arn\")",
        "{ \"Fn::GetAtt\": [\"@\", \"Arn\"] }",
        "Ref(@)",
    ])?;
    replaced(view, at, wrong.replace('@', view.word(at)))
}

fn tag(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_value)?;
    let wrong = *chance.one_of(&["!Ref @", "!GetAtt @.Arn", "!Sub \"${@}\""])?;
    replaced(view, at, wrong.replace('@', view.word(at)))
}

fn new(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_instance)?;
    replaced(view, at + 2, format!("new {}", view.word(at + 2)))
}

/// `name = Type(…)`, on one line.
fn call(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        is_instance(view, at) && view.source.text[view.unit(at)].matches('\n').count() == 1
    })?;
    let closer = (at + 3..view.tokens().len()).find(|at| view.word(*at) == "}")?;
    Some(vec![
        Edit { range: view.range(at + 2).end..view.range(at + 3).end, text: String::from("(") },
        Edit { range: view.range(closer), text: String::from(")") },
    ])
}

fn signs(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        matches!(view.word(at), "and" | "or" | "not") && view.kind(at) == Kind::Word && view.word(at + 1) != "="
    })?;
    let sign = match view.word(at) {
        "and" => "&&",
        "or" => "||",
        _ => "!",
    };
    replaced(view, at, sign)
}

fn foreign_literal(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        let alone = !matches!(view.word(at + 1), "." | "(" | "[" | "{");
        view.before(at) == "=" && alone && matches!(view.kind(at), Kind::Word | Kind::Number)
    })?;
    replaced(view, at, *chance.one_of(&["null", "True", "False", "undefined", "nil", "yes"])?)
}

fn prefix(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, is_value)?;
    replaced(view, at, format!("{}.{}", chance.one_of(&["var", "local", "self", "this", "param"])?, view.word(at)))
}

fn let_instance(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| is_instance(view, at) && view.is_first(at))?;
    replaced(view, at, format!("{} {}", chance.one_of(&["let", "const", "var", "resource"])?, view.word(at)))
}

fn camel_key(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| view.is_key(at) && view.word(at).contains('_'))?;
    let mut parts = view.word(at).split('_');
    let first = parts.next()?.to_owned();
    let camel =
        parts.filter(|part| !part.is_empty()).fold(first, |word, part| word + &part[..1].to_uppercase() + &part[1..]);
    replaced(view, at, camel)
}

fn no_braces(view: &View<'_>, chance: &mut Chance) -> Option<Vec<Edit>> {
    let at = view.choose(chance, |view, at| {
        is_instance(view, at) && view.word(at + 4) == "}" || is_instance(view, at) && view.word(at + 5) == "="
    })?;
    let lines = view.source.text[view.unit(at)].matches('\n').count();
    let end = if lines == 1 { view.unit(at).end - 1 } else { return None };
    Some(vec![Edit { range: view.range(at + 2).end..end, text: String::new() }])
}
