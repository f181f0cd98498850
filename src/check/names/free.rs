//! Names are free: no two things in one scope can have the same one, in any two environments and for any values that params may have.
//!
//! What is declared today is compared as it is (`clash`). Here the names are rows of pieces, and two deployments are whatever differs in
//! what the names of their stacks show. First all names of a kind are decided together, with the environment's name, account and
//! region as holes like any other. Only if two can meet so are they asked again, environment by environment.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Symbol;
use crate::check::names::gather::{Entry, Filler, Gathered, Kind, Scope};
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
    let open = gathered.kinds.values().flatten().any(|entry| entry.pieces.is_err());
    if !any && !open && gathered.telling.is_empty() {
        return Vec::new();
    }
    let models: Vec<&Model> = environments.iter().map(|(model, _)| *model).collect();
    text::with(|table| {
        let mut judge = Judge { table, gathered: &gathered, models: &models, found: Vec::new(), told: BTreeSet::new() };
        for (kind, entries) in &gathered.kinds {
            judge.kind(kind, entries);
        }
        judge.found
    })
}

struct Judge<'a> {
    table: &'a mut Languages,
    gathered: &'a Gathered,
    models: &'a [&'a Model],
    found: Vec<Diagnostic>,
    /// What was said of which pair.
    told: BTreeSet<(String, String)>,
}

/// A row of pieces and who has it.
type Rows<'a> = BTreeMap<Vec<Piece>, Vec<&'a Entry>>;

impl<'a> Judge<'a> {
    fn kind(&mut self, kind: &Kind, entries: &'a [Entry]) {
        let mut rows: Rows<'a> = BTreeMap::new();
        for entry in entries {
            match &entry.pieces {
                Ok(pieces) => rows.entry(pieces.clone()).or_default().push(entry),
                Err(reads) if !reads.is_empty() => self.not_followed(entry, reads),
                Err(_) => {}
            }
        }
        let shows_params = |row: &Vec<Piece>| row.iter().any(|piece| self.param(piece).is_some());
        if self.gathered.telling.is_empty() && !rows.keys().any(shows_params) {
            return;
        }
        for (row, entries) in &rows {
            self.tells_deployments_apart(kind, row, entries);
        }
        let Some(holes) = self.holes(&rows) else { return };
        let texts: Vec<Vec<Piece>> = rows.keys().cloned().collect();
        let all = self.table.meetings(&texts, &holes.langs);
        if all.complete && all.found.is_empty() {
            return;
        }
        if entries.len() > MAX_EXACT {
            self.too_many(kind, entries);
            return;
        }
        // With each environment's own values.
        let mut places: BTreeMap<String, Rows<'a>> = BTreeMap::new();
        for (row, entries) in &rows {
            for entry in entries {
                let row = self.settled(row, entry);
                places.entry(self.place(kind, entry)).or_default().entry(row).or_default().push(entry);
            }
        }
        for rows in places.values() {
            let texts: Vec<Vec<Piece>> = rows.keys().cloned().collect();
            let all = self.table.meetings(&texts, &holes.langs);
            for meeting in &all.found {
                let pair = texts.get(meeting.first).zip(texts.get(meeting.second));
                if let Some((first, second)) = pair {
                    self.decide(kind, (first, second), rows, &holes);
                }
            }
            if !all.complete {
                let entries: Vec<Entry> = rows.values().flatten().map(|entry| (*entry).clone()).collect();
                self.too_many(kind, &entries);
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
    fn holes(&mut self, rows: &Rows<'_>) -> Option<Holes> {
        let mut holes = Holes::default();
        let used: BTreeSet<usize> = rows
            .keys()
            .flatten()
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
                self.models.iter().flat_map(|model| of(model)).collect()
            };
            let (lang, telling) = match filler {
                Filler::Param(name, domain, change) => (language_of(self.table, domain, *change)?, self.tells(*name)),
                Filler::Env => {
                    let names = words(&|model| vec![model.environment.name.as_str().to_owned()]);
                    (one_of(self.table, &names), self.gathered.env_tells)
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

    fn place(&self, kind: &Kind, entry: &Entry) -> String {
        let account = self.models.get(entry.environment).map_or("", |model| model.environment.account.as_str());
        match kind.scope {
            Scope::Global => String::new(),
            Scope::Account => account.to_owned(),
            Scope::AccountRegion => format!("{account} {}", entry.region),
        }
    }

    /// A row with what its environment fills in.
    fn settled(&self, row: &[Piece], entry: &Entry) -> Vec<Piece> {
        let environment = self.models.get(entry.environment).map(|model| &model.environment);
        text::joined(row.iter().map(|piece| {
            let Piece::Hole(hole) = piece else { return piece.clone() };
            let known = match (self.gathered.fillers.get(*hole), environment) {
                (Some(Filler::Env), Some(environment)) => environment.name.as_str().to_owned(),
                (Some(Filler::Account), Some(environment)) => environment.account.clone(),
                (Some(Filler::Region), Some(_)) => entry.region.clone(),
                (Some(Filler::Param(..)) | None, _) | (_, None) => return piece.clone(),
            };
            Piece::Text(known)
        }))
    }

    /// A name shows everything that tells deployments apart.
    fn tells_deployments_apart(&mut self, kind: &Kind, row: &[Piece], entries: &[&'a Entry]) {
        let shown: Vec<Symbol> = row.iter().filter_map(|piece| self.param(piece)).collect();
        let shows =
            |telling: &Symbol| shown.iter().any(|name| name.as_str().split('.').next() == Some(telling.as_str()));
        let missing: Vec<Symbol> = self.gathered.telling.iter().copied().filter(|telling| !shows(telling)).collect();
        let Some(first) = entries.iter().find(|entry| !entry.shared && !entry.excused) else { return };
        if !missing.is_empty() {
            let names = quoted_list(missing.iter().map(|name| name.as_str()), 4);
            let message = format!("deployments that differ in {names} give {} the same name", first.whose);
            let holes: Vec<String> = missing.iter().map(|name| format!("{{{name}}}")).collect();
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, first.at, message)
                .here("the names of stacks tell such deployments apart, this one does not")
                .label(first.rule, "named here")
                .help(format!("put `{}` into the name", holes.join("-")));
            self.tell(&first.whose, "", diagnostic);
            return;
        }
        if let Some((name, one, other)) = self.told_apart_by_case(row) {
            let message = format!("two deployments can give {} the same name", first.whose);
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, first.at, message)
                .here(format!("with `{name}` = {one:?}; and with `{name}` = {other:?}"))
                .label(first.rule, "named here")
                .help(format!("let the type of `{name}` allow one of the two only: `text matching /[a-z0-9]+/`"));
            self.tell(&first.whose, "", diagnostic);
            return;
        }
        // Environments of one place that only params keep apart.
        let env = row
            .iter()
            .any(|piece| matches!(piece, Piece::Hole(hole) if self.gathered.fillers.get(*hole) == Some(&Filler::Env)));
        if !self.gathered.env_tells || env || shown.is_empty() {
            return;
        }
        let mut places: BTreeMap<String, &Entry> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| !entry.shared && !entry.excused) {
            let place = format!("{} {:?}", self.place(kind, entry), self.settled(row, entry));
            let before = *places.entry(place).or_insert(entry);
            if before.environment == entry.environment {
                continue;
            }
            let names = [before, entry]
                .map(|entry| self.models.get(entry.environment).map_or("", |model| model.environment.name.as_str()));
            let same = quoted_list(shown.iter().map(|name| name.as_str()), 4);
            let message = format!(
                "{} has the same name in `{}` and in `{}` once {same} has the same value in both",
                entry.whose, names[0], names[1]
            );
            let diagnostic = Diagnostic::new(codes::NAME_CAN_CLASH, entry.at, message)
                .label(entry.rule, "named here")
                .help("put `{env}` into the name");
            self.tell(&entry.whose, "", diagnostic);
            return;
        }
    }

    /// Two rows that can meet: with which values, and whether these are two deployments, or one.
    fn decide(&mut self, kind: &Kind, (first, second): (&Vec<Piece>, &Vec<Piece>), rows: &Rows<'a>, holes: &Holes) {
        let (Some(ours), Some(theirs)) = (rows.get(first), rows.get(second)) else { return };
        // Where one of them does not show what tells deployments apart, that can always differ.
        let all = self.missing(first).is_empty() && self.missing(second).is_empty();
        let two_deployments = if all { Fillings::Differ } else { Fillings::Any };
        for (number, one) in ours.iter().enumerate() {
            for (at, other) in theirs.iter().enumerate() {
                let seen = first == second && at < number;
                if seen || (one.shared && other.shared) {
                    continue;
                }
                let itself = one.whose == other.whose;
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
                if itself && self.told.contains(&(one.whose.clone(), String::new())) {
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

    fn meet(&mut self, kind: &Kind, one: (&Entry, &Filling), other: (&Entry, &Filling), text: &str) {
        let (Some(first), Some(second)) = (self.values(one.1), self.values(other.1)) else {
            self.not_decided(one.0, other.0);
            return;
        };
        let environments = [one.0, other.0]
            .map(|entry| self.models.get(entry.environment).map_or("", |model| model.environment.name.as_str()));
        let (one, other) = (one.0, other.0);
        let with = |values: &str, environment: &str| {
            let place = if environments[0] == environments[1] { String::new() } else { format!("in `{environment}` ") };
            if values.is_empty() { place.trim_end().to_owned() } else { format!("{place}with {values}") }
        };
        let (first, second) = (with(&first, environments[0]), with(&second, environments[1]));
        let what = match kind.what.as_str() {
            "stack" | "export" => format!("two {}s", kind.what),
            what => format!("two `{what}`s"),
        };
        let diagnostic = if one.whose == other.whose {
            let message = format!("two deployments can give {} the same name, `{text}`", one.whose);
            Diagnostic::new(codes::NAME_CAN_CLASH, one.at, message).here(format!("{first}; and {second}"))
        } else {
            let message = format!("{} and {} can have the same name, `{text}`", one.whose, other.whose);
            Diagnostic::new(codes::NAME_CAN_CLASH, other.at, message).here(second).label(one.at, first)
        };
        let mut diagnostic = diagnostic.label(other.rule, "named here");
        if one.rule != other.rule {
            diagnostic = diagnostic.label(one.rule, "and here");
        }
        let diagnostic = diagnostic
            .why(format!("AWS refuses the second of {what} with one name, and the deployment ends in the middle"))
            .help("keep the sign that stands between the parts out of the types of the params: `text matching /[a-z0-9]+/`");
        let (one, other) = (one.whose.clone(), other.whose.clone());
        self.tell(&one, &other, diagnostic);
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
        let names = quoted_list(reads.iter().map(|name| name.as_str()), 4);
        let message = format!("that the name of {} is its own is held against today's values alone", entry.whose);
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, entry.at, message)
            .here(format!("{names} goes into it in a way that is not followed"))
            .label(entry.rule, "named here")
            .help("put the param itself into the name");
        self.tell(&entry.whose, "", diagnostic);
    }

    fn not_decided(&mut self, one: &Entry, other: &Entry) {
        let message = if one.whose == other.whose {
            format!("it is not proved that two deployments give {} different names", one.whose)
        } else {
            format!("it is not proved that {} and {} have different names", one.whose, other.whose)
        };
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, other.at, message)
            .label(other.rule, "named here")
            .help("let each param stand once in a name, and keep the sign between the parts out of its type");
        self.tell(&one.whose, &other.whose, diagnostic);
    }

    fn too_many(&mut self, kind: &Kind, entries: &[Entry]) {
        let Some(first) = entries.first() else { return };
        let message = format!("there are too many names of `{}` to prove that none of them can be equal", kind.what);
        let diagnostic = Diagnostic::new(codes::NAME_NOT_PROVED, first.at, message)
            .help("keep the sign between the parts of a name out of the types of its params");
        self.tell(&kind.what, "", diagnostic);
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
