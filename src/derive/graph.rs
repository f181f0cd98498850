//! Which resources of a template refer to which.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::derive::lower::is_pseudo;
use crate::derive::template::{Json, Template, Tree};
use crate::eval::origin::Origin;

/// What a resource of a template refers to: other resources' logical ids, each with the cause of the first reference.
pub type References = BTreeMap<String, Origin>;

/// All references of a template, by logical id, `DependsOn` included.
pub fn references(template: &Template) -> BTreeMap<String, References> {
    let mut graph = BTreeMap::new();
    for (id, resource) in &template.resources {
        let mut found = References::new();
        collect(&resource.properties, resource.origin, &mut found);
        for attribute in resource.attributes.values() {
            collect(attribute, resource.origin, &mut found);
        }
        for (on, origin) in &resource.depends_on {
            found.entry(on.clone()).or_insert(*origin);
        }
        found.retain(|on, _| template.resources.contains_key(on));
        graph.insert(id.clone(), found);
    }
    graph
}

/// Whether a chain of references leads from one resource to another. A resource reaches itself.
pub fn reaches(graph: &BTreeMap<String, References>, from: &str, to: &str) -> bool {
    path(graph, from, to).is_some()
}

/// A shortest chain of references, as the resources on it, both ends included.
pub fn path(graph: &BTreeMap<String, References>, from: &str, to: &str) -> Option<Vec<String>> {
    let mut came: BTreeMap<&str, Option<&str>> = BTreeMap::from([(from, None)]);
    let mut queue = std::collections::VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut chain = vec![at.to_owned()];
            let mut step = at;
            while let Some(Some(before)) = came.get(step) {
                chain.push((*before).to_owned());
                step = before;
            }
            chain.reverse();
            return Some(chain);
        }
        for next in graph.get(at).into_iter().flat_map(BTreeMap::keys) {
            if !came.contains_key(next.as_str()) {
                came.insert(next, Some(at));
                queue.push_back(next);
            }
        }
    }
    None
}

/// Which nodes lead to each other and back: those with the same number. Each node stands with what it leads to; Kosaraju's two
/// walks, without recursion, as chains may be long.
pub fn components<N: Ord + Copy>(edges: &BTreeMap<N, Vec<N>>) -> BTreeMap<N, usize> {
    let mut finished = Vec::new();
    let mut seen = BTreeSet::new();
    for start in edges.keys() {
        let mut stack = vec![(*start, false)];
        while let Some((at, done)) = stack.pop() {
            if done {
                finished.push(at);
            } else if seen.insert(at) {
                stack.push((at, true));
                let next = edges.get(&at).into_iter().flatten();
                stack.extend(next.filter(|next| !seen.contains(next)).map(|next| (*next, false)));
            }
        }
    }
    let mut back: BTreeMap<N, Vec<N>> = BTreeMap::new();
    for (from, to) in edges.iter().flat_map(|(from, next)| next.iter().map(move |to| (*from, *to))) {
        back.entry(to).or_default().push(from);
    }
    let mut component = BTreeMap::new();
    for (number, start) in finished.into_iter().rev().enumerate() {
        let mut stack = vec![start];
        while let Some(at) = stack.pop() {
            if let Entry::Vacant(free) = component.entry(at) {
                free.insert(number);
                stack.extend(back.get(&at).into_iter().flatten());
            }
        }
    }
    component
}

fn collect(tree: &Tree, inherited: Origin, found: &mut References) {
    let origin = if tree.origin == Origin::INHERITED { inherited } else { tree.origin };
    match &tree.json {
        Json::List(items) => items.iter().for_each(|item| collect(item, origin, found)),
        Json::Map(entries) => {
            if let Some((key, value)) = entries.first()
                && entries.len() == 1
            {
                intrinsic(key, value, origin, found);
            }
            entries.values().for_each(|item| collect(item, origin, found));
        }
        Json::Bool(_) | Json::Int(_) | Json::Float(_) | Json::Text(_) => {}
    }
}

fn intrinsic(key: &str, value: &Tree, origin: Origin, found: &mut References) {
    let mut add = |id: &str| {
        if !is_pseudo(id) {
            found.entry(id.to_owned()).or_insert(origin);
        }
    };
    match (key, &value.json) {
        ("Ref", Json::Text(id)) => add(id),
        ("Fn::GetAtt", Json::List(items)) => {
            if let Some(Json::Text(id)) = items.first().map(|item| &item.json) {
                add(id);
            }
        }
        ("Fn::Sub", Json::Text(text)) => substituted(text, &[], &mut add),
        ("Fn::Sub", Json::List(items)) => {
            if let [Tree { json: Json::Text(text), .. }, Tree { json: Json::Map(variables), .. }] = items.as_slice() {
                let own: Vec<&str> = variables.keys().map(String::as_str).collect();
                substituted(text, &own, &mut add);
            }
        }
        _ => {}
    }
}

fn substituted(text: &str, own: &[&str], add: &mut impl FnMut(&str)) {
    for part in text.split("${").skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !name.starts_with('!')
            && !own.contains(&name)
        {
            add(name.split_once('.').map_or(name, |(id, _)| id));
        }
    }
}
