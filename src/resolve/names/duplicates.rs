//! Names that stand twice where one is wanted.

use crate::base::{HashMap, Span, Symbol};
use crate::diag::{Diagnostic, codes};
use crate::resolve::names::Walker;
use crate::resolve::program::duplicate;
use crate::syntax::ast::{Entry, EntryKey, Ident, Instance, Item, ItemKind, NamingRule, NamingSubject};

impl Walker<'_> {
    /// Reports every name of a list that stands there before.
    pub(super) fn no_two(&mut self, names: impl Iterator<Item = Ident>, what: &str) {
        let mut first: HashMap<Symbol, Span> = HashMap::default();
        for name in names {
            match first.get(&name.name) {
                Some(first) => self.report(duplicate(what, name, *first)),
                None => {
                    first.insert(name.name, name.span);
                }
            }
        }
    }

    /// What an environment sets, each once: of two values one would be lost.
    pub(super) fn no_two_settings(&mut self, entries: &[Entry]) {
        let mut first: HashMap<Symbol, Span> = HashMap::default();
        for entry in entries {
            let EntryKey::Word(name) = &entry.key else { continue };
            match first.get(&name.name) {
                Some(first) => self.report(
                    Diagnostic::new(codes::DUPLICATE_KEY, name.span, format!("`{}` is set twice here", name.name))
                        .label(*first, "first set here")
                        .help("remove one of the two"),
                ),
                None => {
                    first.insert(name.name, name.span);
                }
            }
        }
    }

    /// The names that one block declares, each once.
    pub(super) fn no_two_in(&mut self, items: &[&Item]) {
        let kinds = |wanted: fn(&ItemKind) -> Option<Ident>| items.iter().filter_map(move |item| wanted(&item.kind));
        let values = kinds(|kind| match kind {
            ItemKind::Param(param) => Some(param.name),
            ItemKind::Let(binding) => Some(binding.name),
            _ => None,
        });
        let values: Vec<Ident> = values.collect();
        self.no_two(values.iter().copied(), "name");
        self.no_two(
            kinds(|kind| match kind {
                ItemKind::Access(verb) => Some(verb.name),
                _ => None,
            }),
            "verb",
        );
        self.no_two_outputs(items);
        let mut first: HashMap<Symbol, &Instance> = HashMap::default();
        for item in items {
            let ItemKind::Instance(instance) = &item.kind else { continue };
            let name = instance.name;
            if let Some(value) = values.iter().find(|value| value.name == name.name) {
                self.report(duplicate("name", name, value.span));
            }
            match first.get(&name.name) {
                Some(known) if known.key.is_none() && instance.key.is_none() => {
                    self.report(instance_twice(name, known.name.span));
                }
                Some(_) => {}
                None => {
                    first.insert(name.name, instance);
                }
            }
        }
        let mut mains = items.iter().filter_map(|item| match &item.kind {
            ItemKind::Instance(instance) => instance.main,
            _ => None,
        });
        if let (Some(first), Some(second)) = (mains.next(), mains.next()) {
            self.report(
                Diagnostic::new(
                    codes::DUPLICATE_DEFINITION,
                    second,
                    "a component stands for one instance, not for two",
                )
                .label(first, "this one is `main` already")
                .help("remove one of the two `main`s"),
            );
        }
    }

    /// Of two naming rules for one thing, one would be forgotten.
    pub(super) fn no_two_rules(&mut self, rules: &[&NamingRule]) {
        let mut seen: Vec<&NamingRule> = Vec::new();
        for rule in rules.iter().copied() {
            let same = |known: &&&NamingRule| match (known.subject, rule.subject) {
                (NamingSubject::Type(known), NamingSubject::Type(ty)) => known.name == ty.name,
                (known, subject) => known == subject,
            };
            match seen.iter().find(same) {
                Some(first) => {
                    let what = match rule.subject {
                        NamingSubject::Default => "`default`",
                        NamingSubject::Stack => "`stack`",
                        NamingSubject::Export => "`export`",
                        NamingSubject::PerAccount => "`per account`",
                        NamingSubject::Type(ty) => &format!("`{}`", ty.name),
                    };
                    self.report(
                        Diagnostic::new(
                            codes::DUPLICATE_DEFINITION,
                            rule.span,
                            format!("the rule for {what} stands here twice"),
                        )
                        .here("again here")
                        .root(Symbol::new("naming"))
                        .label(first.span, "first here")
                        .help("remove one of the two"),
                    );
                }
                None => seen.push(rule),
            }
        }
    }

    fn no_two_outputs(&mut self, items: &[&Item]) {
        let mut first: HashMap<Symbol, Span> = HashMap::default();
        for item in items {
            let ItemKind::Output(output) = &item.kind else { continue };
            match first.get(&output.name.name) {
                Some(first) => self.report(output_twice(output.name, *first)),
                None => {
                    first.insert(output.name.name, output.name.span);
                }
            }
        }
    }
}

/// An instance that is declared again.
fn instance_twice(name: Ident, first: Span) -> Diagnostic {
    let message = format!("`{}` is defined twice", name.name);
    Diagnostic::new(codes::DUPLICATE_DEFINITION, name.span, message)
        .here("defined again here")
        .label(first, "first defined here")
        .help("rename one of the two")
}

/// An output that is declared again.
pub fn output_twice(name: Ident, first: Span) -> Diagnostic {
    let message = format!("the output `{}` is defined twice", name.name);
    Diagnostic::new(codes::DUPLICATE_DEFINITION, name.span, message)
        .help("rename one of the two, or join their values into one")
        .label(first, "first defined here")
        .help("rename one of the two, or remove it")
}
