//! Where diagnostics are collected: one root cause, one diagnostic.

use crate::base::{HashMap, Span, Symbol};
use crate::diag::{Diagnostic, Fix, Level};

/// So many places of one root cause are shown; the rest is counted.
const MOST_PLACES: usize = 5;

/// Diagnostics of a run, equal ones united.
#[derive(Debug, Default, Clone)]
pub struct Sink {
    found: Vec<Diagnostic>,
    /// Where those of one code at one place are.
    known: HashMap<(&'static str, Span), Vec<usize>>,
}

impl Sink {
    /// An empty one.
    pub fn new() -> Sink {
        Sink::default()
    }

    /// Adds a diagnostic. One with the same code at the same places and with the same message is not added again;
    /// the environments are united.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let nowhere = diagnostic.span().is_none();
        let known = self.known.entry((diagnostic.code.name(), diagnostic.span())).or_default();
        let same = known.iter().copied().find(|at| {
            self.found.get(*at).is_some_and(|known| {
                (known.labels == diagnostic.labels || nowhere) && known.message == diagnostic.message
            })
        });
        match same.and_then(|at| self.found.get_mut(at)) {
            Some(known) => unite(&mut known.environments, diagnostic.environments),
            None => {
                known.push(self.found.len());
                self.found.push(diagnostic);
            }
        }
    }

    /// Adds several.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Adds what was found in one environment.
    pub fn extend_in(&mut self, environment: Symbol, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for mut diagnostic in diagnostics {
            diagnostic.environments = vec![environment];
            self.push(diagnostic);
        }
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found so far, in the order of finding.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// All of it, sorted by file and place, errors first at the same place. What only follows from another error is left
    /// out, and one root cause is told once. `environments` is the number of all environments: what holds in each of
    /// several is said without naming them.
    pub fn finish(mut self, environments: usize) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            (a.span(), a.level, a.code.name(), &a.message).cmp(&(b.span(), b.level, b.code.name(), &b.message))
        });
        let mut found = by_root(without_consequences(self.found));
        for diagnostic in &mut found {
            if diagnostic.environments.len() == environments && environments > 1 {
                diagnostic.environments.clear();
            }
        }
        found
    }
}

/// The environments of two equal findings; none stands for whatever environment.
fn unite(known: &mut Vec<Symbol>, more: Vec<Symbol>) {
    if more.is_empty() {
        known.clear();
    } else if !known.is_empty() {
        for environment in more {
            if !known.contains(&environment) {
                known.push(environment);
            }
        }
    }
}

/// Leaves out what rests on a declaration with an error in it, which is told. `found` is sorted by place.
fn without_consequences(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if found.iter().all(|diagnostic| diagnostic.rests_on.is_none()) {
        return found;
    }
    // What rests on nothing is told; what rests on something is told unless an error in there is told, or follows itself.
    let mut follows = vec![false; found.len()];
    loop {
        let mut changed = false;
        for (at, diagnostic) in found.iter().enumerate() {
            let Some(declaration) = diagnostic.rests_on.filter(|_| !follows.get(at).copied().unwrap_or(true)) else {
                continue;
            };
            let first = found.partition_point(|other| other.span() < Span { hi: 0, ..declaration });
            let inside = found
                .iter()
                .enumerate()
                .skip(first)
                .take_while(|(_, other)| other.span().file == declaration.file && other.span().lo < declaration.hi);
            let mut causes = inside.filter(|(other, cause)| {
                let settled = cause.rests_on.is_none() || follows.get(*other).copied().unwrap_or(false);
                *other != at && cause.level == Level::Error && settled
            });
            if causes.next().is_some()
                && let Some(flag) = follows.get_mut(at)
            {
                *flag = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    found.into_iter().zip(follows).filter(|(_, follows)| !follows).map(|(diagnostic, _)| diagnostic).collect()
}

/// Unites what has one code and one root. `found` is sorted by place, so of one rank the first place is the one that is told.
fn by_root(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut roots: HashMap<(&'static str, Symbol), usize> = HashMap::default();
    let mut groups: Vec<Vec<Diagnostic>> = Vec::with_capacity(found.len());
    for diagnostic in found {
        let Some(root) = diagnostic.root else {
            groups.push(vec![diagnostic]);
            continue;
        };
        let at = *roots.entry((diagnostic.code.name(), root)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    groups.into_iter().filter_map(united).collect()
}

/// What is told of several with one root.
fn united(mut group: Vec<Diagnostic>) -> Option<Diagnostic> {
    let lead = group.iter().enumerate().min_by_key(|(_, diagnostic)| diagnostic.rank)?.0;
    let mut told = group.remove(lead);
    let mut places = 1;
    for diagnostic in group {
        places += 1;
        let place = diagnostic.span();
        let said = told.labels.iter().any(|label| label.span == place);
        if !said && places <= MOST_PLACES {
            told.labels.extend(diagnostic.labels.into_iter().take(1).map(|label| label.or_text("and here")));
        } else if !said && let Some(last) = told.labels.last_mut() {
            last.text = format!("and here, and at {}", counted(places - MOST_PLACES));
        }
        // What is told of a lower rank mends the others, too.
        if diagnostic.rank == told.rank {
            add_fixes(&mut told.fixes, diagnostic.fixes);
        }
        unite(&mut told.environments, diagnostic.environments);
        told.level = told.level.min(diagnostic.level);
    }
    Some(told)
}

fn counted(places: usize) -> String {
    if places == 1 { String::from("1 more place") } else { format!("{places} more places") }
}

/// The same fix at another place is one fix with several edits.
fn add_fixes(known: &mut Vec<Fix>, more: Vec<Fix>) {
    for fix in more {
        match known.iter_mut().find(|known| known.title == fix.title) {
            Some(known) => {
                known.edits.extend(fix.edits.into_iter().filter(|edit| !known.edits.contains(edit)).collect::<Vec<_>>())
            }
            None => known.push(fix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FileId;
    use crate::diag::codes;

    fn at(lo: usize) -> Span {
        Span::new(FileId(0), lo, lo + 2)
    }

    fn told(sink: Sink) -> Vec<(u32, String, usize)> {
        let all = sink.finish(2).into_iter();
        all.map(|found| (found.span().lo, found.message.clone(), found.labels.len())).collect()
    }

    #[test]
    fn a_name_that_is_missing_in_several_places_is_told_once() {
        let mut sink = Sink::new();
        for lo in [40, 10, 20] {
            let found = Diagnostic::new(codes::UNKNOWN_NAME, at(lo), format!("nothing at {lo}"));
            sink.push(found.root(Symbol::new("vpc")).fix("write `vpc2`", at(lo), "vpc2"));
        }
        sink.push(Diagnostic::new(codes::UNKNOWN_NAME, at(30), "another").root(Symbol::new("db")));
        let all = sink.clone().finish(1);
        assert_eq!(all[0].fixes.len(), 1);
        assert_eq!(all[0].fixes[0].edits.len(), 3);
        assert_eq!(told(sink), [(10, String::from("nothing at 10"), 3), (30, String::from("another"), 1)]);
    }

    #[test]
    fn more_places_than_anybody_reads_are_counted() {
        let mut sink = Sink::new();
        for lo in 0..9 {
            sink.push(Diagnostic::new(codes::UNKNOWN_NAME, at(lo * 10), "nothing").root(Symbol::new("vpc")));
        }
        let all = sink.finish(1);
        assert_eq!(all[0].labels.len(), 5);
        assert_eq!(all[0].labels[4].text, "and here, and at 4 more places");
    }

    #[test]
    fn of_one_root_the_lowest_rank_is_told() {
        let mut sink = Sink::new();
        for (lo, rank) in [(10, 33), (20, 28), (30, 30)] {
            let found = Diagnostic::new(codes::PARAM_TOO_WIDE, at(lo), format!("{rank} are the most"));
            sink.push(found.root(Symbol::new("team")).rank(rank).fix(format!("write {rank}"), at(0), "text"));
        }
        let all = sink.clone().finish(1);
        let fixes: Vec<&str> = all.iter().flat_map(|found| &found.fixes).map(|fix| fix.title.as_str()).collect();
        assert_eq!(fixes, ["write 28"]);
        assert_eq!(told(sink), [(20, String::from("28 are the most"), 3)]);
    }

    #[test]
    fn what_follows_from_an_error_is_left_out_also_over_several_declarations() {
        let mut sink = Sink::new();
        sink.push(Diagnostic::new(codes::UNKNOWN_TYPE, at(12), "the cause"));
        sink.push(Diagnostic::new(codes::UNKNOWN_FIELD, at(25), "follows").rests_on(Span::new(FileId(0), 10, 20)));
        sink.push(Diagnostic::new(codes::UNKNOWN_FIELD, at(35), "follows").rests_on(Span::new(FileId(0), 20, 30)));
        sink.push(Diagnostic::new(codes::UNKNOWN_FIELD, at(45), "stays").rests_on(Span::new(FileId(0), 50, 60)));
        assert_eq!(told(sink), [(12, String::from("the cause"), 1), (45, String::from("stays"), 1)]);
    }

    #[test]
    fn two_that_rest_on_each_other_are_both_told() {
        let mut sink = Sink::new();
        sink.push(Diagnostic::new(codes::UNKNOWN_FIELD, at(12), "one").rests_on(Span::new(FileId(0), 20, 30)));
        sink.push(Diagnostic::new(codes::UNKNOWN_FIELD, at(25), "two").rests_on(Span::new(FileId(0), 10, 20)));
        assert_eq!(told(sink).len(), 2);
    }
}
