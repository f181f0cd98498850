//! The template of a stack that is between the old and the new.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Span;
use crate::catalog::catalog;
use crate::cfn::{Evaluated, Item, Node, Open, Resource, Value};
use crate::diff::phases::beside::{BESIDE, export_beside, renamed, waits_renamed};
use crate::diff::phases::shared::{self, imports_of, references, references_of};
use crate::diff::phases::{Context, Remade};
use crate::diff::statements::shown;
use crate::diff::{Replacement, ResourceDifference, facts};
use crate::order::phases::{TaskKind, Work};

/// What has been done with the values that a stack shares.
struct Progress<'w> {
    work: &'w Work,
    done: &'w [bool],
    stack: usize,
}

impl Progress<'_> {
    /// Whether the stack has such a task for a value, and whether it is done.
    fn of(&self, value: usize, kind: TaskKind) -> Option<bool> {
        let tasks = self.work.tasks.iter().zip(self.done);
        let own = |(task, _): &(&crate::order::phases::Task, &bool)| {
            (task.value, task.stack, task.kind) == (value, self.stack, kind)
        };
        tasks.filter(own).map(|(_, done)| *done).next()
    }

    fn is_done(&self, value: usize, kind: TaskKind) -> bool {
        self.of(value, kind) == Some(true)
    }

    fn is_open(&self, value: usize, kind: TaskKind) -> bool {
        self.of(value, kind) == Some(false)
    }
}

/// A stack on both sides.
struct Sides<'d> {
    old: &'d Evaluated,
    new: &'d Evaluated,
    old_document: &'d Node,
    new_document: &'d Node,
    resources: &'d [ResourceDifference],
}

impl Sides<'_> {
    fn is_replaced(&self, id: &str) -> bool {
        self.resources
            .iter()
            .any(|it| it.logical_id == id && it.replacement == Replacement::Always && it.blocked.is_none())
    }

    fn part<'n>(document: &'n Node, section: &str, id: &str) -> Option<&'n Node> {
        document.get(section)?.get(id)
    }
}

impl Context<'_> {
    /// The template of a stack some of whose tasks are done.
    pub(super) fn hybrid(&self, at: usize, work: &Work, done: &[bool], remade: &Remade) -> Result<Node, String> {
        let nothing = || format!("`{}` would need a template for the time being that cannot be made", self.name(at));
        let pair = self.pairs.get(at).ok_or_else(nothing)?;
        let (old_document, new_document) = self.documents.get(at).copied().ok_or_else(nothing)?;
        let none = Evaluated::default();
        let empty = Node { item: Item::Map(crate::cfn::Map::default()), span: Span::NONE };
        let sides = Sides {
            old: pair.old.unwrap_or(&none),
            new: pair.new.ok_or_else(nothing)?,
            old_document: old_document.unwrap_or(&empty),
            new_document: new_document.ok_or_else(nothing)?,
            resources: self.resources.get(at).copied().unwrap_or_default(),
        };
        let progress = Progress { work, done, stack: at };
        let mut document = self.taken_beside(&sides, &progress);
        self.without_the_unavailable(&sides, &progress, &mut document);
        self.kept(&sides, &progress, at, &mut document);
        self.replaced_beside(&sides, &progress, at, &mut document)?;
        self.provided_later(&sides, &progress, at, &mut document);
        let freed = work.tasks.iter().zip(done).any(|(task, done)| {
            task.stack == at && task.value >= self.values.len() && task.kind == super::REMAKE && !*done
        });
        if freed && let Some((_, ids)) = remade.iter().find(|(other, _)| *other == at) {
            remove(&mut document, ids, sides.new);
        }
        if let Some(resources) = document.section_mut("Resources")
            && resources.is_empty()
        {
            let nothing = Node::made_call("Type", Node::made(facts::PLACEHOLDER));
            resources.insert(String::from("Placeholder"), (Span::NONE, nothing));
        }
        Ok(document)
    }

    /// The new template, in which some imports have their name for the time being.
    fn taken_beside(&self, sides: &Sides<'_>, progress: &Progress<'_>) -> Node {
        let beside: BTreeMap<&str, String> = self
            .values
            .iter()
            .enumerate()
            .filter(|(value, _)| {
                progress.is_done(*value, TaskKind::TakeBeside) && progress.is_open(*value, TaskKind::Take)
            })
            .map(|(_, value)| (value.name.as_str(), export_beside(&value.name)))
            .collect();
        let mut places: BTreeMap<(u32, u32), String> = BTreeMap::new();
        let mut note = |value: &Value| {
            each_import(value, &mut |name, span| {
                if let Some(other) = beside.get(name) {
                    places.insert((span.lo, span.hi), other.clone());
                }
            })
        };
        sides.new.resources.values().for_each(|resource| note(&resource.properties));
        sides.new.outputs.values().for_each(|output| note(&output.value));
        sides.new_document.replaced(&|node| match node.only() {
            Some((function @ "Fn::ImportValue", _)) => {
                let name = places.get(&(node.span.lo, node.span.hi))?;
                Some(Node::made_call(function, Node::made(name.clone())))
            }
            Some(_) | None => None,
        })
    }

    /// Takes out what needs a value that is not there yet.
    fn without_the_unavailable(&self, sides: &Sides<'_>, progress: &Progress<'_>, document: &mut Node) {
        let missing: BTreeSet<&str> = self
            .values
            .iter()
            .enumerate()
            .filter(|(value, _)| {
                progress.is_open(*value, TaskKind::Take) && progress.of(*value, TaskKind::TakeBeside).is_none()
            })
            .map(|(_, value)| value.name.as_str())
            .collect();
        if missing.is_empty() {
            return;
        }
        let needs = |value: &Value| imports_of(value).iter().any(|name| missing.contains(name.as_str()));
        let mut without: BTreeSet<String> = BTreeSet::new();
        loop {
            let more: Vec<String> = sides
                .new
                .resources
                .iter()
                .filter(|(id, _)| !without.contains(*id))
                .filter(|(_, it)| needs(&it.properties) || !references(it).is_disjoint(&gone(&without, sides.old)))
                .map(|(id, _)| id.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            without.extend(more);
        }
        let gone = gone(&without, sides.old);
        if let Some(resources) = document.section_mut("Resources") {
            for id in &without {
                match Sides::part(sides.old_document, "Resources", id) {
                    Some(before) => {
                        resources.insert(id.clone(), (before.span, before.clone()));
                    }
                    None => {
                        resources.shift_remove(id);
                    }
                }
            }
        }
        let outputs: Vec<&String> = sides
            .new
            .outputs
            .iter()
            .filter(|(_, output)| needs(&output.value) || !references_of(&output.value).is_disjoint(&gone))
            .map(|(id, _)| id)
            .collect();
        put_back(sides, document, "Outputs", outputs);
        self.bring_along(sides, document, &without);
    }

    /// Exports that others still take stay as they are, and so does what is behind them.
    fn kept(&self, sides: &Sides<'_>, progress: &Progress<'_>, at: usize, document: &mut Node) {
        for (number, value) in self.values.iter().enumerate() {
            let is_kept = progress.is_open(number, TaskKind::Withdraw) || progress.is_open(number, TaskKind::Replace);
            let Some((_, output)) = value.old.as_ref().filter(|(producer, _)| is_kept && *producer == at) else {
                continue;
            };
            let Some(before) = Sides::part(sides.old_document, "Outputs", output) else { continue };
            // Something else may have the output's id in the new template.
            let other = sides.new.outputs.get(output).and_then(|it| it.export.as_ref()).map(shown);
            let id = match other {
                Some(name) if name != value.name => format!("{output}Old"),
                Some(_) | None => output.clone(),
            };
            if let Some(outputs) = document.section_mut("Outputs") {
                outputs.insert(id, (before.span, before.clone()));
            }
            let behind = sides.old.outputs.get(output).map(|output| references_of(&output.value)).unwrap_or_default();
            self.keep(sides, document, behind);
        }
    }

    /// Keeps old resources, and what they refer to: those that the new template has not, or has only by replacing them.
    fn keep(&self, sides: &Sides<'_>, document: &mut Node, ids: BTreeSet<String>) {
        let mut open: Vec<String> = ids.into_iter().collect();
        let mut kept = BTreeSet::new();
        while let Some(id) = open.pop() {
            let is_there = sides.new.resources.contains_key(&id) && !sides.is_replaced(&id);
            let Some(resource) = sides.old.resources.get(&id).filter(|_| !is_there && kept.insert(id.clone())) else {
                continue;
            };
            if let Some(before) = Sides::part(sides.old_document, "Resources", &id)
                && let Some(resources) = document.section_mut("Resources")
            {
                resources.insert(id.clone(), (before.span, before.clone()));
            }
            open.extend(references(resource));
        }
        self.bring_along(sides, document, &kept);
    }

    /// Parameters, conditions and mappings that old parts need and the new template has not.
    fn bring_along(&self, sides: &Sides<'_>, document: &mut Node, kept: &BTreeSet<String>) {
        if kept.is_empty() {
            return;
        }
        for section in ["Parameters", "Conditions", "Mappings"] {
            let Some(before) = sides.old_document.get(section).and_then(Node::map) else { continue };
            let Some(now) = document.section_mut(section) else { continue };
            for (id, (span, node)) in before {
                now.entry(id.clone()).or_insert_with(|| (*span, node.clone()));
            }
        }
    }

    /// What is replaced in this stack and taken by others: first beside the old ones, then beside the new.
    fn replaced_beside(
        &self,
        sides: &Sides<'_>,
        progress: &Progress<'_>,
        at: usize,
        document: &mut Node,
    ) -> Result<(), String> {
        let of_this: Vec<(usize, &shared::Value)> = self
            .values
            .iter()
            .enumerate()
            .filter(|(number, value)| {
                let replaces = progress.of(*number, TaskKind::Replace).is_some();
                replaces && value.new.as_ref().is_some_and(|(producer, _)| *producer == at)
            })
            .filter(|(number, _)| {
                progress.is_done(*number, TaskKind::AddBeside) && progress.is_open(*number, TaskKind::RemoveBeside)
            })
            .collect();
        let waits = self.values.iter().enumerate().any(|(number, _)| progress.is_open(number, TaskKind::Replace));
        let replaced: BTreeSet<String> =
            sides.new.resources.keys().filter(|id| sides.is_replaced(id)).cloned().collect();
        if waits {
            // Until they are replaced, the old ones stay, and with them what refers to them.
            let stay = with_users(sides.new, &replaced);
            put_back(sides, document, "Resources", stay.iter());
            let outputs = sides.new.outputs.iter();
            let outputs =
                outputs.filter(|(_, output)| !references_of(&output.value).is_disjoint(&stay)).map(|(id, _)| id);
            put_back(sides, document, "Outputs", outputs);
            self.bring_along(sides, document, &stay);
        }
        if of_this.is_empty() {
            return Ok(());
        }
        for id in &replaced {
            let Some(body) = Sides::part(sides.new_document, "Resources", id) else { continue };
            let mut copy = renamed(body, &replaced);
            waits_renamed(&mut copy, &replaced);
            unnamed(id, sides.new.resources.get(id), &mut copy)?;
            if let Some(resources) = document.section_mut("Resources") {
                resources.insert(format!("{id}{BESIDE}"), (body.span, copy));
            }
        }
        for (_, value) in of_this {
            let Some((_, output)) = &value.new else { continue };
            let Some(given) = Sides::part(sides.new_document, "Outputs", output).and_then(|it| it.get("Value")) else {
                continue;
            };
            self.export_beside(document, output, &value.name, renamed(given, &replaced));
        }
        Ok(())
    }

    fn export_beside(&self, document: &mut Node, output: &str, name: &str, value: Node) {
        let export = Node::made_call("Name", Node::made(export_beside(name)));
        let entries = [("Value", value), ("Export", export)];
        let map = entries.into_iter().map(|(key, node)| (key.to_owned(), (Span::NONE, node))).collect();
        if let Some(outputs) = document.section_mut("Outputs") {
            outputs.insert(format!("{output}{BESIDE}"), (Span::NONE, Node { item: Item::Map(map), span: Span::NONE }));
        }
    }

    /// A name that another stack still has is given later; meanwhile the value goes by a name for the time being, if somebody takes it.
    fn provided_later(&self, sides: &Sides<'_>, progress: &Progress<'_>, at: usize, document: &mut Node) {
        for (number, value) in self.values.iter().enumerate() {
            let Some((_, output)) = value.new.as_ref().filter(|(producer, _)| *producer == at) else { continue };
            if progress.of(number, TaskKind::Provide).is_none() {
                continue;
            }
            let given = Sides::part(sides.new_document, "Outputs", output).and_then(|it| it.get("Value")).cloned();
            if progress.is_done(number, TaskKind::AddBeside)
                && progress.is_open(number, TaskKind::RemoveBeside)
                && let Some(given) = given
            {
                self.export_beside(document, output, &value.name, given);
            }
            if progress.is_open(number, TaskKind::Provide)
                && let Some((_, Node { item: Item::Map(entries), .. })) =
                    document.section_mut("Outputs").and_then(|outputs| outputs.get_mut(output))
            {
                entries.shift_remove("Export");
            }
        }
    }
}

/// Those of some resources that are not in the old template either.
fn gone(ids: &BTreeSet<String>, old: &Evaluated) -> BTreeSet<String> {
    ids.iter().filter(|id| !old.resources.contains_key(*id)).cloned().collect()
}

/// Resources and all that refer to them.
fn with_users(template: &Evaluated, ids: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = ids.clone();
    loop {
        let more: Vec<String> = template
            .resources
            .iter()
            .filter(|(id, resource)| !all.contains(*id) && !references(resource).is_disjoint(&all))
            .map(|(id, _)| id.clone())
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Gives entries of a section their old contents; what was not there goes away.
fn put_back<'i>(sides: &Sides<'_>, document: &mut Node, section: &str, ids: impl IntoIterator<Item = &'i String>) {
    let Some(entries) = document.section_mut(section) else { return };
    for id in ids {
        match Sides::part(sides.old_document, section, id) {
            Some(before) => {
                entries.insert(id.clone(), (before.span, before.clone()));
            }
            None => {
                entries.shift_remove(id);
            }
        }
    }
}

/// Takes resources away, and the outputs that refer to them.
fn remove(document: &mut Node, ids: &BTreeSet<String>, new: &Evaluated) {
    if let Some(resources) = document.section_mut("Resources") {
        ids.iter().for_each(|id| {
            resources.shift_remove(id);
        });
    }
    let outputs = new.outputs.iter().filter(|(_, output)| !references_of(&output.value).is_disjoint(ids));
    if let Some(entries) = document.section_mut("Outputs") {
        outputs.for_each(|(id, _)| {
            entries.shift_remove(id);
        });
    }
}

/// Takes its name from a copy that stands beside another resource: two cannot have the same one.
fn unnamed(id: &str, resource: Option<&Resource>, copy: &mut Node) -> Result<(), String> {
    let Some(resource) = resource else { return Ok(()) };
    let Some(ty) = catalog().resource_type(&resource.ty) else { return Ok(()) };
    let Some(rules) = ty.name_rules() else { return Ok(()) };
    let path: Vec<&str> = rules.property().split('/').collect();
    if resource.properties.at(&path).is_none() {
        return Ok(());
    }
    let is_required = ty.shape().find(rules.property()).is_some_and(|property| property.required());
    match (path.as_slice(), is_required) {
        ([name], false) => {
            if let Some(properties) = copy.section_mut("Properties") {
                properties.shift_remove(*name);
            }
            Ok(())
        }
        _ => Err(format!("`{id}` has a name of its own, so the new one cannot stand beside the old one")),
    }
}

/// Every import in a value, with its place.
fn each_import(value: &Value, found: &mut dyn FnMut(&str, Span)) {
    if let Some(map) = value.map() {
        map.values().for_each(|value| each_import(value, found));
    } else if let Some(items) = value.list() {
        items.iter().for_each(|value| each_import(value, found));
    } else if let crate::cfn::ValueKind::Open(open) = &value.kind {
        match open {
            Open::Import(name) => found(&shown(name), value.span),
            Open::Text(parts) | Open::Call(_, parts) => parts.iter().for_each(|part| each_import(part, found)),
            Open::Either(parts) => parts.iter().for_each(|part| each_import(part, found)),
            Open::Resource(_)
            | Open::Attribute(..)
            | Open::Pseudo(_)
            | Open::Parameter(_)
            | Open::Secret(..)
            | Open::Output(..) => {}
        }
    }
}
