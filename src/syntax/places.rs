//! Which statement may stand where. One table, checked after reading, so that the message can say what may.

use super::ast::{File, Item, ItemKind};
use crate::diag::{Diagnostic, codes};

/// A kind of place for statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    System,
    Stack,
    Component,
}

/// Reports every statement that may not stand where it does.
pub(super) fn check(file: &File, diagnostics: &mut Vec<Diagnostic>) {
    items(&file.items, Place::System, false, diagnostics);
}

fn items(all: &[Item], place: Place, conditional: bool, diagnostics: &mut Vec<Diagnostic>) {
    for item in all {
        if let Some(diagnostic) = misplaced(item, place, conditional) {
            diagnostics.push(diagnostic);
            // Where a block may not stand, what stands in it has no place that could be judged.
            if matches!(item.kind, ItemKind::Stack(_) | ItemKind::Component(_)) {
                continue;
            }
        }
        match &item.kind {
            ItemKind::Stack(stack) => items(&stack.body, Place::Stack, false, diagnostics),
            ItemKind::Component(component) => items(&component.body, Place::Component, false, diagnostics),
            ItemKind::If(branch) => {
                items(&branch.then, place, true, diagnostics);
                items(&branch.otherwise, place, true, diagnostics);
            }
            ItemKind::For(each) => items(&each.body, place, true, diagnostics),
            ItemKind::Match(choice) => {
                for arm in &choice.arms {
                    items(&arm.body, place, true, diagnostics);
                }
            }
            _ => {}
        }
    }
}

/// A statement's own words, and where it may stand: in the system, a stack, a component; under `if`, `for` and `match`.
struct Rule {
    words: &'static str,
    system: bool,
    stack: bool,
    component: bool,
    conditional: bool,
}

const fn rule(words: &'static str, system: bool, stack: bool, component: bool, conditional: bool) -> Rule {
    Rule { words, system, stack, component, conditional }
}

fn rule_of(kind: &ItemKind) -> Option<Rule> {
    const YES: bool = true;
    const NO: bool = false;
    Some(match kind {
        //                                            system stack component under `if`
        ItemKind::System(_) => rule("`system`", YES, NO, NO, NO),
        ItemKind::Param(param) if param.deploy => rule("`deploy param`", YES, NO, NO, NO),
        ItemKind::Param(_) => rule("`param`", YES, NO, YES, NO),
        ItemKind::Environment(_) => rule("an `environment`", YES, NO, NO, NO),
        ItemKind::Naming(_) => rule("`naming`", YES, YES, YES, NO),
        ItemKind::Tags(_) => rule("`tags`", YES, YES, YES, NO),
        ItemKind::RequireTag(_) => rule("`require tag`", YES, NO, NO, NO),
        ItemKind::Stack(_) => rule("a `stack`", YES, NO, NO, NO),
        ItemKind::Instance(_) => rule("an instance", NO, YES, YES, YES),
        ItemKind::Extend(_) => rule("`extend`", YES, YES, YES, YES),
        ItemKind::Output(_) => rule("an `output`", NO, YES, YES, YES),
        ItemKind::Component(_) => rule("a `component`", YES, NO, NO, NO),
        ItemKind::Access(_) => rule("`access`", NO, NO, YES, NO),
        ItemKind::AccessOn(_) => rule("`access on`", YES, NO, NO, NO),
        ItemKind::Principal(_) => rule("`principal`", NO, NO, YES, YES),
        ItemKind::Endpoint(_) => rule("`endpoint`", NO, NO, YES, YES),
        ItemKind::Grant(_) => rule("`grant`", YES, YES, YES, YES),
        ItemKind::Deny(_) => rule("`deny`", YES, YES, YES, YES),
        ItemKind::Permit(_) => rule("`permit`", YES, YES, YES, YES),
        ItemKind::Connect(_) => rule("`connect`", YES, YES, YES, YES),
        ItemKind::External(_) => rule("an `external`", YES, NO, NO, NO),
        ItemKind::Step(_) => rule("a `step`", YES, YES, YES, YES),
        ItemKind::AtLeast(_) => rule("`ensure … at least`", YES, NO, NO, NO),
        ItemKind::Crossing(_) => rule("a path between environments", YES, NO, NO, NO),
        ItemKind::Ensure(_) => rule("`ensure`", YES, YES, YES, YES),
        ItemKind::Forbid(_) => rule("`forbid`", YES, YES, YES, YES),
        ItemKind::Policy(_) => rule("a `policy`", YES, NO, NO, NO),
        ItemKind::UsePolicy(_) => rule("`use policy`", YES, NO, NO, NO),
        ItemKind::Use(_) => rule("`use`", YES, NO, NO, NO),
        ItemKind::Test(_) => rule("a `test`", YES, NO, NO, NO),
        ItemKind::Claim(_) => rule("a `claim`", YES, YES, YES, YES),
        ItemKind::Lints(_) => rule("`lints`", YES, NO, NO, NO),
        ItemKind::Fn(_) => rule("a `fn`", YES, NO, NO, NO),
        ItemKind::Type(_) => rule("a `type`", YES, NO, NO, NO),
        ItemKind::If(_) | ItemKind::For(_) | ItemKind::Match(_) | ItemKind::Let(_) | ItemKind::Error => return None,
    })
}

fn misplaced(item: &Item, place: Place, conditional: bool) -> Option<Diagnostic> {
    let at = |message: String, help: String| Some(Diagnostic::new(codes::MISPLACED, item.span, message).help(help));
    let rule = rule_of(&item.kind)?;
    let words = rule.words;
    let (allowed, here) = match place {
        Place::System => (rule.system, "outside of stacks and components"),
        Place::Stack => (rule.stack, "in a stack"),
        Place::Component => (rule.component, "in a component"),
    };
    if !allowed {
        return at(format!("{words} cannot stand {here}"), where_it_may(&rule, &item.kind));
    }
    if conditional && !rule.conditional {
        let help = match &item.kind {
            ItemKind::Stack(stack) => {
                format!("write the condition in its head: `stack {} if condition {{`", stack.name.name)
            }
            ItemKind::Param(_) => String::from("a param is always there; it may be left unread"),
            _ => String::from(
                "write it outside; what depends on a condition are instances, outputs and statements about them",
            ),
        };
        return at(format!("{words} cannot stand under `if`, `for` or `match`"), help);
    }
    match &item.kind {
        ItemKind::Instance(instance) if place == Place::Stack => instance.main.map(|span| {
            let message = format!(
                "`main` cannot stand in a stack: only a component stands for one of its instances, not `{}`",
                instance.name.name
            );
            Diagnostic::new(codes::MISPLACED, span, message).help("remove `main`").fix("remove it", span, "")
        }),
        ItemKind::Output(output) if place == Place::Component => output.as_name.as_ref().map(|name| {
            let message = "an `output` of a component has no export name";
            Diagnostic::new(codes::MISPLACED, name.span, message)
                .help("only a stack exports; write `as` at the stack's output")
        }),
        _ => None,
    }
}

fn where_it_may(rule: &Rule, kind: &ItemKind) -> String {
    let mut places = Vec::new();
    if rule.system {
        places.push("outside of stacks and components");
    }
    if rule.stack {
        places.push("in a stack");
    }
    if rule.component {
        places.push("in a component");
    }
    let places = places.join(" or ");
    match kind {
        ItemKind::Param(param) if param.deploy => {
            format!("it stands {places}; a component's `param` is given a value where it is used")
        }
        _ => format!("it stands {places}"),
    }
}
