//! Resources that go to another stack and stay what they are: the stacks as they stand after a refactoring that does nothing else, so that
//! the rest of the update can be compared with them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::Span;
use crate::cfn::{self, Item, Map, Node};
use crate::diff::Stack;
use crate::diff::phases::shared::{imports, references, references_of};
use crate::diff::statements::shown;

/// How many stacks CloudFormation refactors at once.
const STACKS: usize = 5;

/// Where a resource went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its logical id, which stays.
    pub id: String,
    /// The stack it stood in.
    pub from: String,
    /// The stack it stands in.
    pub to: String,
}

/// One refactoring of some stacks.
#[derive(Debug)]
pub struct Refactoring {
    /// The stacks and their templates afterwards.
    pub stacks: Vec<(String, Node)>,
    /// What goes where.
    pub moves: Vec<Move>,
    /// Whether it makes a stack.
    pub creates: bool,
}

/// The old stacks after all that moves has moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) stacks: Vec<Stack>,
    pub(super) refactorings: Vec<Refactoring>,
    /// The names of stacks that were not there.
    pub(super) created: Vec<String>,
}

/// What is found when it is tried.
pub(super) enum Outcome {
    /// Nothing moves.
    None,
    /// It can be done.
    Done(Moved),
    /// Why it cannot.
    Impossible(String),
}

/// Moves what the new stacks say has moved.
pub(super) fn carry_out(old: &[Stack], new: &[Stack]) -> Outcome {
    let mut after = old.to_vec();
    let mut gone: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for stack in new.iter().filter(|stack| !stack.moved.is_empty()) {
        let is_same = |other: &Stack| (&other.name, &other.place) == (&stack.name, &stack.place);
        let to = after.iter().position(is_same);
        for (id, from) in moves_into(stack, old, new) {
            let to = to.or_else(|| after.iter().position(is_same)).unwrap_or_else(|| {
                after.push(empty(stack));
                after.len() - 1
            });
            gone.insert((from, id), to);
        }
    }
    if gone.is_empty() {
        return Outcome::None;
    }
    let plan =
        Refactor { old, new, before: &after, gone: &gone, shared: RefCell::default(), trouble: RefCell::default() };
    match plan.carry_out() {
        Ok(moved) => Outcome::Done(moved),
        Err(why) => Outcome::Impossible(why),
    }
}

/// A stack that is not there yet.
fn empty(new: &Stack) -> Stack {
    let version = new.document.get("AWSTemplateFormatVersion").cloned();
    let map = version.map(|node| (String::from("AWSTemplateFormatVersion"), (Span::NONE, node)));
    let document = Node { item: Item::Map(map.into_iter().collect()), span: Span::NONE };
    Stack { document, template: cfn::Evaluated::default(), ..new.clone() }
}

/// The resources that come into a stack, each with the stack that it comes from: those that say so, and what derivation added to them.
fn moves_into(stack: &Stack, old: &[Stack], new: &[Stack]) -> Vec<(String, usize)> {
    let twin = |one: &Stack, others: &[Stack]| {
        others.iter().position(|other| (&other.name, &other.place) == (&one.name, &one.place))
    };
    let before = twin(stack, old).and_then(|at| old.get(at));
    let is_there = |stack: Option<&Stack>, id: &str| stack.is_some_and(|it| it.template.resources.contains_key(id));
    let mut found: Vec<(String, usize)> = Vec::new();
    for (id, source) in &stack.moved {
        let from = old.iter().position(|other| {
            other.source == *source && (&other.place, &other.folder) == (&stack.place, &stack.folder)
        });
        let Some(from) = from else { continue };
        let Some(other) = old.get(from).filter(|other| other.name != stack.name) else { continue };
        let now = twin(other, new).and_then(|at| new.get(at));
        let goes = is_there(Some(other), id) && !is_there(now, id);
        if !goes || is_there(before, id) || !is_there(Some(stack), id) {
            continue;
        }
        found.push((id.clone(), from));
        // Its policy, for one, has no place of its own in the source.
        let with_it = other.template.resources.iter().filter(|(with, resource)| {
            let refers = references(resource).contains(id);
            let there = stack.template.resources.get(*with).is_some_and(|it| it.ty == resource.ty);
            refers && there && !is_there(now, with) && !is_there(before, with)
        });
        found.extend(with_it.map(|(with, _)| (with.clone(), from)));
    }
    found.sort();
    found.dedup();
    found
}

/// An attribute of a resource of a stack; without a name, what `Ref` gives.
type Need = (usize, String, Option<String>);

struct Refactor<'s> {
    old: &'s [Stack],
    new: &'s [Stack],
    /// The old stacks, and those that are made.
    before: &'s [Stack],
    /// What goes to which stack, by the stack it is in and its id.
    gone: &'s BTreeMap<(usize, String), usize>,
    /// What one stack must give to another; by it, who takes it.
    shared: RefCell<BTreeMap<Need, BTreeSet<usize>>>,
    trouble: RefCell<Option<String>>,
}

impl Refactor<'_> {
    fn carry_out(&self) -> Result<Moved, String> {
        let mut documents: Vec<Node> = self.before.iter().map(|stack| stack.document.clone()).collect();
        for (at, document) in documents.iter_mut().enumerate() {
            if self.takes_part(at) {
                *document = self.rewritten(at)?;
            }
        }
        if let Some(why) = self.trouble.borrow_mut().take() {
            return Err(why);
        }
        let shared = self.shared.borrow();
        let mut needs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (need, takers) in shared.iter() {
            needs.extend(takers.iter().map(|taker| (*taker, need.0)));
            let (id, node) = self.output(need);
            if let Some(outputs) = documents.get_mut(need.0).and_then(|document| document.section_mut("Outputs")) {
                outputs.entry(id).or_insert((Span::NONE, node));
            }
        }
        if let Some((one, other)) = needs.iter().find(|(one, other)| needs.contains(&(*other, *one))) {
            let why = "what moves would make them need each other";
            return Err(format!("`{}` and `{}` cannot be refactored: {why}", self.name(*one), self.name(*other)));
        }
        let mut moved = Moved::default();
        for (at, (stack, document)) in self.before.iter().zip(&documents).enumerate() {
            let mut stack = stack.clone();
            if self.takes_part(at) {
                let template = cfn::template(document.clone()).0;
                stack.template = template.map(|it| cfn::evaluate(&it, &stack.parameters).0).unwrap_or_default();
                if stack.template.resources.is_empty() {
                    return Err(format!(
                        "all that `{}` has would move, and no stack can be empty: leave something in it until the next update, or \
                         let it be kept (`@retain`), delete the stack, and import it into the other one by hand",
                        stack.name
                    ));
                }
                stack.document = document.clone();
            }
            moved.stacks.push(stack);
        }
        moved.refactorings = self.refactorings(&documents)?;
        moved.created = (self.old.len()..self.before.len()).map(|at| self.name(at).to_owned()).collect();
        Ok(moved)
    }

    fn name(&self, at: usize) -> &str {
        self.before.get(at).map_or("", |stack| stack.name.as_str())
    }

    fn takes_part(&self, at: usize) -> bool {
        self.gone.iter().any(|((from, _), to)| *from == at || *to == at)
    }

    /// The template of a stack without what goes and with what comes.
    fn rewritten(&self, at: usize) -> Result<Node, String> {
        let Some(stack) = self.before.get(at) else { return Err(String::new()) };
        let mut document = stack.document.clone();
        let unused = self.unused_outputs(at);
        for (section, is_kept) in [("Resources", &[][..]), ("Outputs", unused.as_slice())] {
            if let Some(entries) = document.section_mut(section) {
                entries.retain(|id, _| section == "Outputs" && !is_kept.contains(id));
            }
        }
        let mut document = document.replaced(&|node| self.redirected(node, at, at));
        let own = stack.document.get("Resources").and_then(Node::map);
        let mut resources = Map::default();
        for (id, (span, body)) in own.into_iter().flatten() {
            if !self.gone.contains_key(&(at, id.clone())) {
                resources.insert(id.clone(), (*span, self.body(body, at, at)));
            }
        }
        for ((from, id), _) in self.gone.iter().filter(|(_, to)| **to == at) {
            let body = self.before.get(*from).and_then(|it| it.document.get("Resources")?.get(id));
            let Some(body) = body else { continue };
            if body.get("Condition").is_some() {
                return Err(format!("`{id}` depends on a condition, which cannot move with it"));
            }
            if resources.insert(id.clone(), (body.span, self.body(body, *from, at))).is_some() {
                return Err(format!("`{}` has another `{id}`", stack.name));
            }
        }
        if let Some(section) = document.section_mut("Resources") {
            *section = resources;
        }
        if document.get("Outputs").and_then(Node::map).is_some_and(Map::is_empty)
            && let Item::Map(map) = &mut document.item
        {
            map.shift_remove("Outputs");
        }
        Ok(document)
    }

    /// A resource that was in one stack and will be in another, or stays.
    fn body(&self, body: &Node, from: usize, to: usize) -> Node {
        let mut body = body.replaced(&|node| self.redirected(node, from, to));
        if let Item::Map(map) = &mut body.item
            && let Some((_, waits)) = map.get_mut("DependsOn")
        {
            let ids: Vec<&Node> = waits.list().map_or_else(|| vec![&*waits], |items| items.iter().collect());
            let stays = |node: &&Node| node.text().is_some_and(|id| self.home(from, id) == to);
            let kept: Vec<Node> = ids.into_iter().filter(stays).cloned().collect();
            if kept.is_empty() {
                map.shift_remove("DependsOn");
            } else {
                waits.item = Item::List(kept);
            }
        }
        body
    }

    /// The stack in which a resource of a stack is afterwards.
    fn home(&self, from: usize, id: &str) -> usize {
        self.gone.get(&(from, id.to_owned())).copied().unwrap_or(from)
    }

    /// A reference that leads to another stack now.
    fn redirected(&self, node: &Node, from: usize, to: usize) -> Option<Node> {
        let (function, argument) = node.only()?;
        match function {
            "Ref" => self.value(argument.text()?, None, from, to),
            "Fn::GetAtt" => {
                let (id, attribute) = match argument.list() {
                    Some([id, attribute]) => (id.text()?.to_owned(), attribute.text()?.to_owned()),
                    Some(_) => return None,
                    None => {
                        let (id, attribute) = argument.text()?.split_once('.')?;
                        (id.to_owned(), attribute.to_owned())
                    }
                };
                self.value(&id, Some(attribute), from, to)
            }
            "Fn::Sub" => self.substituted(argument, from, to),
            _ => None,
        }
    }

    /// What stands for a name of one stack in another; nothing if it can stay as it is.
    fn value(&self, id: &str, attribute: Option<String>, from: usize, to: usize) -> Option<Node> {
        let stack = self.before.get(from)?;
        if id == "AWS::StackName" {
            return (from != to).then(|| Node::made(stack.name.clone()));
        }
        if stack.document.get("Parameters").and_then(|it| it.get(id)).is_some() {
            let declared = |at: usize| Some(self.before.get(at)?.document.get("Parameters")?.get(id)?.to_json());
            if declared(from) != declared(to) {
                let why = "which the other stack has not, and a refactoring adds no parameters";
                self.trouble
                    .borrow_mut()
                    .get_or_insert(format!("what moves out of `{}` reads the parameter `{id}`, {why}", stack.name));
            }
            return None;
        }
        stack.document.get("Resources")?.get(id)?;
        let home = self.home(from, id);
        if home == to {
            return None;
        }
        let need = (home, id.to_owned(), attribute);
        let name = self.export(&need);
        self.shared.borrow_mut().entry(need).or_default().insert(to);
        Some(Node::made_call("Fn::ImportValue", Node::made(name)))
    }

    /// A text with references in it: what leads to another stack becomes a variable.
    fn substituted(&self, argument: &Node, from: usize, to: usize) -> Option<Node> {
        let (text, mut variables) = match argument.list() {
            Some([text, variables]) => (text.text()?, variables.map()?.clone()),
            Some(_) => return None,
            None => (argument.text()?, Map::default()),
        };
        let before = variables.len();
        for (_, node) in variables.values_mut() {
            *node = node.replaced(&|node| self.redirected(node, from, to));
        }
        let mut made = String::new();
        let mut rest = text;
        let mut changed = false;
        while let Some((left, right)) = rest.split_once("${") {
            made.push_str(left);
            made.push_str("${");
            rest = right;
            let Some((name, right)) = right.split_once('}') else { continue };
            if name.starts_with('!') || variables.contains_key(name) {
                continue;
            }
            let (id, attribute) = name.split_once('.').map_or((name, None), |(id, rest)| (id, Some(rest.to_owned())));
            if let Some(value) = self.value(id, attribute, from, to) {
                let variable: String =
                    name.chars().filter(char::is_ascii_alphanumeric).chain("Elsewhere".chars()).collect();
                made.push_str(&variable);
                made.push('}');
                variables.insert(variable, (Span::NONE, value));
                rest = right;
                changed = true;
            }
        }
        made.push_str(rest);
        if !changed && before == 0 {
            return None;
        }
        let parts = [Node::made(made), Node { item: Item::Map(variables), span: Span::NONE }];
        Some(Node::made_call("Fn::Sub", Node { item: Item::List(parts.to_vec()), span: Span::NONE }))
    }

    /// Outputs of what goes that nobody takes and that the new template has not: they go with it.
    fn unused_outputs(&self, at: usize) -> Vec<String> {
        let Some(stack) = self.before.get(at) else { return Vec::new() };
        let now = self.new.iter().find(|it| (&it.name, &it.place) == (&stack.name, &stack.place));
        let is_unused = |id: &String, output: &cfn::Output| {
            let leads_away = references_of(&output.value).iter().any(|it| self.home(at, it) != at);
            let name = output.export.as_ref().map(shown);
            let is_taken = |name: String| {
                self.old.iter().any(|other| other.place == stack.place && imports(&other.template).contains(&name))
            };
            let stays = now.is_some_and(|it| it.template.outputs.contains_key(id));
            leads_away && !stays && !name.is_some_and(is_taken)
        };
        let outputs = stack.template.outputs.iter();
        outputs.filter(|(id, output)| is_unused(id, output)).map(|(id, _)| id.clone()).collect()
    }

    /// The output that gives a value: the one that the stack has, or will have in the new build, or one for the time being.
    fn found(&self, need: &Need) -> Option<(String, Node)> {
        let stack = self.before.get(need.0)?;
        let gives = |node: &Node| {
            let value = node.get("Value").and_then(Node::only);
            let is_it = match (value, &need.2) {
                (Some(("Ref", id)), None) => id.text() == Some(need.1.as_str()),
                (Some(("Fn::GetAtt", at)), Some(attribute)) => {
                    at.to_json() == serde_json::json!([need.1, attribute])
                        || at.text() == Some(&format!("{}.{attribute}", need.1))
                }
                (Some(_) | None, Some(_) | None) => false,
            };
            is_it && export_name(node).is_some()
        };
        let within = |document: &Node| -> Option<(String, Node)> {
            let outputs = document.get("Outputs").and_then(Node::map)?;
            outputs.iter().find(|(_, (_, node))| gives(node)).map(|(id, (_, node))| (id.clone(), node.clone()))
        };
        if let Some(known) = within(&stack.document) {
            return Some(known);
        }
        let now = self.new.iter().find(|it| (&it.name, &it.place) == (&stack.name, &stack.place))?;
        let (id, node) = within(&now.document)?;
        let name = export_name(&node)?;
        // Somebody else may still have the name.
        let is_free = |other: &&Stack| {
            !other.template.outputs.values().filter_map(|it| it.export.as_ref()).any(|it| shown(it) == name)
        };
        let all_free = self.before.iter().filter(|other| other.place == stack.place).all(|other| is_free(&other));
        let is_new = stack.document.get("Outputs").and_then(|it| it.get(&id)).is_none();
        (all_free && is_new).then_some((id, node))
    }

    fn output(&self, need: &Need) -> (String, Node) {
        self.found(need).unwrap_or_else(|| {
            let id: String = [need.1.as_str(), need.2.as_deref().unwrap_or(""), "Moved"]
                .concat()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            let value = match &need.2 {
                None => Node::made_call("Ref", Node::made(need.1.clone())),
                Some(attribute) => {
                    let path = vec![Node::made(need.1.clone()), Node::made(attribute.clone())];
                    Node::made_call("Fn::GetAtt", Node { item: Item::List(path), span: Span::NONE })
                }
            };
            let name = Node::made_call("Name", Node::made(format!("{}-{id}", self.name(need.0))));
            let entries = [("Value", value), ("Export", name)];
            let map = entries.into_iter().map(|(key, node)| (key.to_owned(), (Span::NONE, node))).collect();
            (id, Node { item: Item::Map(map), span: Span::NONE })
        })
    }

    fn export(&self, need: &Need) -> String {
        export_name(&self.output(need).1).unwrap_or_default()
    }

    /// Stacks between which something moves, directly or not, are refactored at once.
    fn refactorings(&self, documents: &[Node]) -> Result<Vec<Refactoring>, String> {
        let mut group: Vec<usize> = (0..self.before.len()).collect();
        let of = |group: &[usize], at: usize| group.get(at).copied().unwrap_or(at);
        for ((from, _), to) in self.gone {
            let (one, other) = (of(&group, *from), of(&group, *to));
            group.iter_mut().filter(|it| **it == other).for_each(|it| *it = one);
        }
        let mut refactorings = Vec::new();
        for leader in 0..self.before.len() {
            let members: Vec<usize> =
                (0..self.before.len()).filter(|at| of(&group, *at) == leader && self.takes_part(*at)).collect();
            if members.is_empty() {
                continue;
            }
            if members.len() > STACKS {
                let names: Vec<&str> = members.iter().map(|at| self.name(*at)).collect();
                return Err(format!(
                    "CloudFormation refactors {STACKS} stacks at once, and this concerns {}",
                    names.join(", ")
                ));
            }
            let moves = self.gone.iter().filter(|((from, _), _)| members.contains(from)).map(|((from, id), to)| Move {
                id: id.clone(),
                from: self.name(*from).to_owned(),
                to: self.name(*to).to_owned(),
            });
            let stacks = members.iter().filter_map(|at| Some((self.name(*at).to_owned(), documents.get(*at)?.clone())));
            let creates = members.iter().any(|at| *at >= self.old.len());
            refactorings.push(Refactoring { stacks: stacks.collect(), moves: moves.collect(), creates });
        }
        Ok(refactorings)
    }
}

/// The name under which an output is exported, if it is written out.
fn export_name(output: &Node) -> Option<String> {
    let name = output.get("Export")?.get("Name")?.text()?;
    (!name.contains("${")).then(|| name.to_owned())
}
