//! What is said above the stacks of a file.

use crate::base::{FileId, Span, Symbol};
use crate::ide::hover::united;
use crate::ide::view::View;
use crate::syntax::ast::ItemKind;

/// Something to say of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The stack's name.
    pub place: Span,
    /// The stack.
    pub stack: Symbol,
    /// How many resources it has in which environments; empty if nothing is known.
    pub resources: String,
    /// In which wave it is deployed; empty where something is wrong.
    pub order: String,
    /// How many grants are in it.
    pub grants: usize,
}

/// The lenses of a file: one for each stack that is opened in it.
pub fn lenses(view: &View<'_>, file: FileId) -> Vec<Lens> {
    let mut lenses: Vec<Lens> = Vec::new();
    for item in view.items(file) {
        let ItemKind::Stack(stack) = &item.kind else { continue };
        let name = stack.name.name;
        if lenses.iter().any(|lens| lens.stack == name) {
            continue;
        }
        let mut resources = Vec::new();
        let mut order = Vec::new();
        for one in view.known.map(|known| &*known.environments).unwrap_or_default() {
            let Some(built) = one.model.stacks.iter().find(|built| built.name == name) else { continue };
            let environment = one.model.environment.name;
            resources.push((environment, built.resources.len().to_string()));
            let Some((_, plan)) = &one.made else { continue };
            let own = |step: &String| step.split_once(':').is_some_and(|(_, stack)| stack == built.physical_name);
            if let Some(at) = plan.waves.iter().position(|wave| wave.iter().any(own)) {
                order.push((environment, format!("{} of {}", at + 1, plan.waves.len())));
            }
        }
        lenses.push(Lens {
            place: stack.name.span,
            stack: name,
            resources: said(&resources),
            order: said(&order),
            grants: stack
                .body
                .iter()
                .filter(|item| matches!(item.kind, ItemKind::Grant(_) | ItemKind::Permit(_)))
                .count(),
        });
    }
    lenses
}

/// One value if it is the same everywhere, or each with its environments.
fn said(of: &[(Symbol, String)]) -> String {
    match united(of).as_slice() {
        [] => String::new(),
        [_] => of.first().map(|(_, value)| value.clone()).unwrap_or_default(),
        several => several.join(", "),
    }
}
