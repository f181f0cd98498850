//! Names are free: no two things in one scope can have the same one, in any two environments and for any values that params may have.
//!
//! What is declared today is compared as it is (`clash`). Here the names are rows of pieces, and two deployments are whatever differs in
//! what the names of their stacks show. First all names of a kind are decided together, with the environment's name, account and
//! region as holes like any other. Only if two can meet so are they asked again, environment by environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Symbol;
use crate::check::names::gather::{Entry, Filler, Gathered, Kind, Row, Rows, Scope};
use crate::derive::template::Derived;
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::eval::model::Model;
use crate::eval::spread::{allowed, language_of, two_before, value_before};
use crate::types::text::{self, Apart, Filling, Fillings, Holes, Lang, Languages, Piece};

/// So many names with their environments are looked at one by one.
const MAX_EXACT: usize = 60_000;

/// Decides all names of all environments.
pub(in crate::check) fn names_are_free(environments: &[(&Model, &Derived)]) -> Vec<Diagnostic> {
    let gathered = Gathered::of(environments);
    // Without params in them, names are what they are today.
    let any = gathered.fillers.iter().any(|filler| matches!(filler, Filler::Param(..)));
    let open = gathered.kinds.iter().any(|rows| !rows.open.is_empty());
    if !any && !open && gathered.telling.is_empty() {
        return Vec::new();
    }
    text::with(|table| {
        let mut judge = Judge { table, gathered: &gathered, found: Vec::new(), told: BTreeSet::new() };
        for rows in &gathered.kinds {
            judge.kind(rows);
        }
        judge.found
    })
}

struct Judge<'a> {
    table: &'a mut Languages,
    gathered: &'a Gathered<'a>,
    found: Vec<Diagnostic>,
    /// What was said of which pair.
    told: BTreeSet<(String, String)>,
}

impl<'a> Judge<'a> {
    fn kind(&mut self, all: &'a Rows) {
        for (entry, reads) in &all.open {
            self.not_followed(entry, reads);
        }
        let shows_params = |row: &Row| row.pieces.iter().any(|piece| self.param(piece).is_some());
        if self.gathered.telling.is_empty() && !all.rows.iter().any(shows_params) {
            return;
        }
        for row in &all.rows {
            self.tells_deployments_apart(all.kind, row);
        }
        let Some(holes) = self.holes(&all.rows) else { return };
        let texts: Vec<&[Piece]> = all.rows.iter().map(|row| row.pieces.as_slice()).collect();
        let first = self.table.meetings(&texts, &holes.langs);
        if first.complete && first.found.is_empty() {
            return;
        }
        // With each environment's own values.
        let count: usize = all.rows.iter().map(|row| row.entries.len()).sum();
        if count > MAX_EXACT {
            self.too_many(all);
            return;
        }
        let mut places: BTreeMap<String, BTreeMap<Vec<Piece>, Vec<&'a Entry>>> = BTreeMap::new();
        for row in &all.rows {
            for entry in &row.entries {
                let pieces = self.settled(&row.pieces, entry);
                places.entry(self.place(all.kind, entry)).or_default().entry(pieces).or_default().push(entry);
            }
        }
        for settled in places.into_values() {
            let (texts, entries): (Vec<Vec<Piece>>, Vec<Vec<&Entry>>) = settled.into_iter().unzip();
            let texts: Vec<&[Piece]> = texts.iter().map(Vec::as_slice).collect();
            let met = self.table.meetings(&texts, &holes.langs);
            for meeting in &met.found {
                let row = |at: usize| texts.get(at).copied().zip(entries.get(at));
                if let Some((first, second)) = row(meeting.first).zip(row(meeting.second)) {
                    self.decide(all.kind, first, second, &holes);
                }
            }
            if !met.complete {
                self.too_many(all);
            }
        }
    }

    fn param(&self, piece: &Piece) -> Option<Symbol> {
        match piece {
            Piece::Hole(hole) => match self.gathered.fillers.get(*hole)? {
                Filler::Param(name, ..) => Some(*name),
                Filler::Env | Filler::Account | Filler::Region => None,
            },
            Piece::Text(_) => None,
        }
    }

    /// The languages of the holes of these rows. `None`: one of them is not known.
    fn holes(&mut self, rows: &[Row]) -> Option<Holes> {
        let mut holes = Holes::default();
        let used: BTreeSet<usize> = rows
            .iter()
            .flat_map(|row| &row.pieces)
            .filter_map(|piece| match piece {
                Piece::Hole(hole) => Some(*hole),
                Piece::Text(_) => None,
            })
            .collect();
        for (number, filler) in self.gathered.fillers.iter().enumerate() {
            if !used.contains(&number) {
                holes.langs.push(Lang::EMPTY);
                holes.telling.push(false);
                continue;
            }
            let words = |of: &dyn Fn(&Model) -> Vec<String>| -> BTreeSet<String> {
                self.gathered.environments.iter().flat_map(|(model, _)| of(model)).collect()
            };
            let (lang, telling) = match filler {
                Filler::Param(name, domain, change) => (language_of(self.table, domain, *change)?, self.tells(*name)),
                // Where it matters who tells whom apart, each name is looked at with its environment filled in.
                Filler::Env => {
                    (one_of(self.table, &words(&|model| vec![model.environment.name.as_str().to_owned()])), false)
                }
                Filler::Account => {
                    (one_of(self.table, &words(&|model| vec![model.environment.account.clone()])), false)
                }
                Filler::Region => {
                    let regions = words(&|model| model.stacks.iter().map(|stack| stack.region.clone()).collect());
                    (one_of(self.table, &regions), false)
                }
            };
            holes.langs.push(lang);
            holes.telling.push(telling);
        }
        Some(holes)
    }

    /// Whether a param, or a field of one, stands in the names of stacks.
    fn tells(&self, name: Symbol) -> bool {
        let first = name.as_str().split('.').next().unwrap_or_default();
        self.gathered.telling.iter().any(|telling| telling.as_str() == first)
    }

    /// What tells deployments apart and does not stand in a row.
    fn missing(&self, row: &[Piece]) -> Vec<Symbol> {
        let shown: Vec<Symbol> = row.iter().filter_map(|piece| self.param(piece)).collect();
        let shows =
            |telling: &Symbol| shown.iter().any(|name| name.as_str().split('.').next() == Some(telling.as_str()));
        self.gathered.telling.iter().copied().filter(|telling| !shows(telling)).collect()
    }

    /// Two values of a param that tell deployments apart, but not in a row, which changes their case.
    fn told_apart_by_case(&mut self, row: &[Piece]) -> Option<(Symbol, String, String)> {
        let fillers = row.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => self.gathered.fillers.get(*hole),
            Piece::Text(_) => None,
        });
        let fillers: Vec<&Filler> = fillers.collect();
        for filler in &fillers {
            let Filler::Param(name, domain, Some(change)) = filler else { continue };
            let plain = fillers.iter().any(|other| matches!(other, Filler::Param(other, _, None) if other == name));
            if self.tells(*name)
                && !plain
                && let Some((one, other)) = two_before(self.table, domain, *change)
            {
                return Some((*name, one, other));
            }
        }
        None
    }

    fn place(&self, kind: Kind, entry: &Entry) -> String {
        let account = self.gathered.model(entry).map_or("", |model| model.environment.account.as_str());
        match kind.scope {
            Scope::Global => String::new(),
            Scope::Account => account.to_owned(),
            Scope::AccountRegion => format!("{account} {}", self.gathered.region(entry)),
        }
    }

    /// A row with what its environment fills in.
    fn settled(&self, row: &[Piece], entry: &Entry) -> Vec<Piece> {
        let environment = self.gathered.model(entry).map(|model| &model.environment);
        text::joined(row.iter().map(|piece| {
            let Piece::Hole(hole) = piece else { return piece.clone() };
            let known = match (self.gathered.fillers.get(*hole), environment) {
                (Some(Filler::Env), Some(environment)) => environment.name.as_str().to_owned(),
                (Some(Filler::Account), Some(environment)) => environment.account.clone(),
                (Some(Filler::Region), Some(_)) => self.gathered.region(entry).to_owned(),
                (Some(Filler::Param(..)) | None, _) | (_, None) => return piece.clone(),
            };
            Piece::Text(known)
        }))
    }

    /// A name shows everything that tells deployments apart.
    fn tells_deployments_apart(&mut self, kind: Kind, row: &Row) {
        let missing = self.missing(&row.pieces);
        let by_case = if missing.is_empty() { self.told_apart_by_case(&row.pieces) } else { None };
        let shown: Vec<Symbol> = row.pieces.iter().filter_map(|piece| self.param(piece)).collect();
        let env = |piece: &Piece| matches!(piece, Piece::Hole(hole) if self.gathered.fillers.get(*hole) == Some(&Filler::Env));
        let across = self.gathered.env_tells && !row.pieces.iter().any(env) && !shown.is_empty();
        if missing.is_empty() && by_case.is_none() && !across {
            return;
        }
        let Some(first) = row.entries.iter().find(|entry| !entry.shared && !entry.excused) else { return };
        let (whose, at, rule) = (self.gathered.whose(first), self.gathered.at(first), self.gathered.rule(first));
        if !missing.is_empty() {
            let names = quoted_list(missing.iter().map(|name| name.as_str()), 4);
            let message = format!("deployments that differ in {names} give {whose} the same name");
            let holes: Vec<String> = missing.iter().map(|name| format!("{{{name}}}")).collect();
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, at, message)
                .here("the names of stacks tell such deployments apart, this one does not")
                .label(rule, "named here")
                .help(format!("put `{}` into the name", holes.join("-")));
            self.tell(&whose, "", diagnostic);
        } else if let Some((name, one, other)) = by_case {
            let message = format!("two deployments can give {whose} the same name");
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, at, message)
                .here(format!("with `{name}` = {one:?}; and with `{name}` = {other:?}"))
                .label(rule, "named here")
                .help(format!("let the type of `{name}` allow one of the two only: `text matching /[a-z0-9]+/`"));
            self.tell(&whose, "", diagnostic);
        } else {
            self.environments_differ(kind, row, &shown);
        }
    }

    /// Environments of one place are not kept apart by params alone.
    fn environments_differ(&mut self, kind: Kind, row: &Row, shown: &[Symbol]) {
        let mut places: BTreeMap<(String, Vec<Piece>), &Entry> = BTreeMap::new();
        for entry in row.entries.iter().filter(|entry| !entry.shared && !entry.excused) {
            let place = (self.place(kind, entry), self.settled(&row.pieces, entry));
            let before = *places.entry(place).or_insert(entry);
            if before.environment == entry.environment {
                continue;
            }
            let (whose, at, rule) = (self.gathered.whose(entry), self.gathered.at(entry), self.gathered.rule(entry));
            let (one, other) = (self.environment(before), self.environment(entry));
            let same = quoted_list(shown.iter().map(|name| name.as_str()), 4);
            let message =
                format!("{whose} has the same name in `{one}` and in `{other}` once {same} is the same in both");
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, at, message)
                .label(rule, "named here")
                .help("put `{env}` into the name");
            self.tell(&whose, "", diagnostic);
            return;
        }
    }

    fn environment(&self, entry: &Entry) -> &'a str {
        self.gathered.model(entry).map_or("", |model| model.environment.name.as_str())
    }

    /// Two rows that can meet: with which values, and whether these are two deployments, or one.
    fn decide(
        &mut self,
        kind: Kind,
        (first, ours): (&[Piece], &Vec<&Entry>),
        (second, theirs): (&[Piece], &Vec<&Entry>),
        holes: &Holes,
    ) {
        // Where one of them does not show what tells deployments apart, that can always differ.
        let all = self.missing(first).is_empty() && self.missing(second).is_empty();
        let two_deployments = if all { Fillings::Differ } else { Fillings::Any };
        for (number, one) in ours.iter().enumerate() {
            for (at, other) in theirs.iter().enumerate() {
                let seen = first == second && at < number;
                if seen || (one.shared && other.shared) {
                    continue;
                }
                let itself = self.gathered.whose(one) == self.gathered.whose(other);
                let mut relations = Vec::new();
                if one.environment == other.environment {
                    if !itself {
                        relations.push(Fillings::Same);
                    }
                    if !one.shared && !other.shared {
                        relations.push(two_deployments);
                    }
                } else if self.gathered.env_tells || one.shared || other.shared {
                    relations.push(Fillings::Any);
                } else {
                    relations.push(two_deployments);
                }
                // What does not show everything was told already.
                if itself && self.told.contains(&(self.gathered.whose(one), String::new())) {
                    continue;
                }
                for relation in relations {
                    if first == second && relation == Fillings::Any {
                        continue;
                    }
                    match self.table.apart(first, second, holes, relation) {
                        Apart::Always => {}
                        Apart::Meet { text, first, second } => {
                            self.meet(kind, (one, &first), (other, &second), &text);
                            break;
                        }
                        Apart::Unknown => self.not_decided(one, other),
                    }
                }
            }
        }
    }

    fn meet(&mut self, kind: Kind, one: (&Entry, &Filling), other: (&Entry, &Filling), text: &str) {
        let (Some(first), Some(second)) = (self.values(one.1), self.values(other.1)) else {
            self.not_decided(one.0, other.0);
            return;
        };
        let (one, other) = (one.0, other.0);
        let apart = one.environment != other.environment;
        let with = |values: &str, environment: &str| {
            let place = if apart { format!("in `{environment}` ") } else { String::new() };
            if values.is_empty() { place.trim_end().to_owned() } else { format!("{place}with {values}") }
        };
        let (first, second) = (with(&first, self.environment(one)), with(&second, self.environment(other)));
        let what = match kind.what.as_str() {
            "stack" | "export" => format!("two {}s", kind.what),
            what => format!("two `{what}`s"),
        };
        let (ours, theirs) = (self.gathered.whose(one), self.gathered.whose(other));
        let diagnostic = if ours == theirs {
            let message = format!("two deployments can give {ours} the same name, `{text}`");
            Diagnostic::new(codes::NAME_CAN_CLASH, self.gathered.at(one), message)
                .here(format!("{first}; and {second}"))
        } else {
            let message = format!("{ours} and {theirs} can have the same name, `{text}`");
            Diagnostic::new(codes::NAME_CAN_CLASH, self.gathered.at(other), message)
                .here(second)
                .label(self.gathered.at(one), first)
        };
        let (rule, before) = (self.gathered.rule(other), self.gathered.rule(one));
        let mut diagnostic = diagnostic.label(rule, "named here");
        if before != rule {
            diagnostic = diagnostic.label(before, "and here");
        }
        let diagnostic = diagnostic
            .why(format!("AWS refuses the second of {what} with one name, and the deployment ends in the middle"))
            .help("keep the sign that stands between the parts out of the types of the params: `text matching /[a-z0-9]+/`");
        self.tell(&ours, &theirs, diagnostic);
    }

    /// The values of params in words. `None`: a hole shows a value with its case changed, and no value becomes that, or none that
    /// stands elsewhere as it is.
    fn values(&mut self, filling: &Filling) -> Option<String> {
        let mut plain: BTreeMap<Symbol, String> = BTreeMap::new();
        let mut changed = Vec::new();
        for (hole, value) in filling {
            match self.gathered.fillers.get(*hole)? {
                Filler::Param(name, domain, None) => {
                    if !allowed(self.table, domain, value) {
                        return None;
                    }
                    plain.insert(*name, value.clone());
                }
                Filler::Param(name, domain, Some(change)) => changed.push((*name, domain, *change, value)),
                Filler::Env | Filler::Account | Filler::Region => {}
            }
        }
        for (name, domain, change, value) in changed {
            match plain.get(&name) {
                Some(known) if change.text(known) == *value => {}
                Some(_) => return None,
                None => {
                    let before = value_before(self.table, domain, change, value)?;
                    plain.insert(name, before);
                }
            }
        }
        let words: Vec<String> = plain.iter().map(|(name, value)| format!("`{name}` = {value:?}")).collect();
        Some(words.join(" and "))
    }

    fn not_followed(&mut self, entry: &Entry, reads: &[Symbol]) {
        let whose = self.gathered.whose(entry);
        let names = quoted_list(reads.iter().map(|name| name.as_str()), 4);
        let message = format!("that the name of {whose} is its own is held against today's values alone");
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, self.gathered.at(entry), message)
            .here(format!("{names} goes into it in a way that is not followed"))
            .label(self.gathered.rule(entry), "named here")
            .help("put the param itself into the name");
        self.tell(&whose, "", diagnostic);
    }

    fn not_decided(&mut self, one: &Entry, other: &Entry) {
        let (ours, theirs) = (self.gathered.whose(one), self.gathered.whose(other));
        let message = if ours == theirs {
            format!("it is not proved that two deployments give {ours} different names")
        } else {
            format!("it is not proved that {ours} and {theirs} have different names")
        };
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, self.gathered.at(other), message)
            .label(self.gathered.rule(other), "named here")
            .help("let each param stand once in a name, and keep the sign between the parts out of its type");
        self.tell(&ours, &theirs, diagnostic);
    }

    fn too_many(&mut self, rows: &Rows) {
        let Some(first) = rows.rows.first().and_then(|row| row.entries.first()) else { return };
        let what = rows.kind.what;
        let message = format!("there are too many names of `{what}` to prove that none of them can be equal");
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, self.gathered.at(first), message)
            .help("keep the sign between the parts of a name out of the types of its params");
        self.tell(what.as_str(), "", diagnostic);
    }

    fn tell(&mut self, one: &str, other: &str, diagnostic: Diagnostic) {
        if self.told.insert((one.to_owned(), other.to_owned())) {
            self.found.push(diagnostic);
        }
    }
}

fn one_of(table: &mut Languages, words: &BTreeSet<String>) -> Lang {
    let words: Vec<Lang> = words.iter().map(|word| table.literal(word)).collect();
    table.either(words)
}
