//! Circles of references within one template.

use std::collections::{BTreeMap, BTreeSet};

use crate::derive::build::Build;
use crate::derive::graph::{References, components, path, references};
use crate::derive::template::Template;
use crate::diag::{Diagnostic, codes};

impl Build<'_> {
    /// Reports each circle once, by a shortest way around.
    pub fn cycles(&mut self) {
        let mut found = Vec::new();
        for template in &self.templates {
            let graph = references(template);
            let edges = graph.iter().map(|(id, next)| (id.as_str(), next.keys().map(String::as_str).collect()));
            let component = components(&edges.collect());
            let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
            component.values().for_each(|number| *sizes.entry(*number).or_default() += 1);
            let mut reported: BTreeSet<String> = BTreeSet::new();
            for id in template.resources.keys() {
                let alone = component.get(id.as_str()).and_then(|number| sizes.get(number)) == Some(&1);
                let itself = graph.get(id).is_some_and(|next| next.contains_key(id));
                if reported.contains(id) || alone && !itself {
                    continue;
                }
                if let Some(round) = round(&graph, id) {
                    found.push(self.circle(template, &graph, &round));
                    reported.extend(round);
                }
            }
        }
        self.diagnostics.extend(found);
    }

    fn circle(&self, template: &Template, graph: &BTreeMap<String, References>, round: &[String]) -> Diagnostic {
        let title = |id: &str| template.resources.get(id).map_or(id, |resource| resource.title.as_str()).to_owned();
        let mut edges = round.iter().zip(round.iter().cycle().skip(1)).map(|(from, to)| {
            let origin = graph.get(from).and_then(|references| references.get(to)).copied();
            let text = if from == to {
                format!("`{}` needs itself", title(from))
            } else {
                format!("`{}` needs `{}`", title(from), title(to))
            };
            (origin.map(|origin| self.span(origin)).unwrap_or(crate::base::Span::NONE), text)
        });
        let names: Vec<String> = round.iter().chain(round.first()).map(|id| format!("`{}`", title(id))).collect();
        let message = format!("resources need each other in a circle: {}", names.join(" needs "));
        let (span, text) = edges.next().unwrap_or((crate::base::Span::NONE, String::new()));
        let mut diagnostic = Diagnostic::new(codes::RESOURCE_CYCLE, span, message).here(text);
        for (span, text) in edges {
            diagnostic = diagnostic.label(span, text);
        }
        diagnostic
            .help("use the derived name of one of them (`x.name`) in the place of a reference: a name needs no order")
    }
}

/// A shortest way from a resource back to itself, without the return.
fn round(graph: &BTreeMap<String, References>, id: &str) -> Option<Vec<String>> {
    let next = graph.get(id)?;
    next.keys().filter_map(|first| path(graph, first, id)).min_by_key(Vec::len).map(|mut way| {
        // The way ends where it began.
        way.pop();
        way.insert(0, id.to_owned());
        way
    })
}
