//! The parser that pest makes of `grammar/infra.pest`.

use pest::Parser;
use pest::error::{Error, InputLocation};
use pest::iterators::{Pair, Pairs};

#[derive(pest_derive::Parser)]
#[grammar = "grammar/infra.pest"]
struct Infra;

/// A piece of text that a rule has read.
pub(super) type Node<'t> = Pair<'t, Rule>;

/// Reads a text with a rule.
pub(super) fn read(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    Infra::parse(rule, text).map_err(Box::new)
}

/// Where an error is, as an offset into the text that was read.
pub(super) fn place(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) => at,
        InputLocation::Span((from, _)) => from,
    }
}

/// Words with a rule of their own (`kw_…`), and those that operators, protocols and literals are made of.
pub(super) fn keywords() -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Rule::all_rules().iter().filter_map(|rule| keyword(*rule)).collect();
    words.extend(["in", "like", "not", "or", "tcp", "udp", "icmp", "icmpv6", "all", "true", "false", "none"]);
    words.sort_unstable();
    words.dedup();
    words
}

/// The word of a rule `kw_…`.
pub(super) fn keyword(rule: Rule) -> Option<&'static str> {
    use crate::base::Symbol;
    // The names of rules exist only as their debug form.
    Symbol::new(&format!("{rule:?}")).as_str().strip_prefix("kw_")
}
