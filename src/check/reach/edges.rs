//! Edges of the internet that are in no VPC: API gateways, distributions, URLs of functions. An edge takes what it is asked over the
//! internet and asks something else in its stead: it ends a path, and begins another one.

use crate::check::reach::legs::Party;
use crate::check::reach::network::{InterfaceId, Named, Sure};
use crate::check::reach::ranges::Ranges;
use crate::check::reach::read::Read;
use crate::check::reach::tell;
use crate::eval::model::{End, Model, ResourceId};
use crate::eval::paths::{Answer, PathEnd, PathQuestion, Shown, Truth, Waypoint, Ways};

use super::answers::{Reach, resources_of};

/// One of them.
#[derive(Debug, Clone)]
pub struct Edge {
    /// What it is.
    pub named: Named,
    /// The resource.
    pub resource: ResourceId,
    /// Whether the internet reaches it.
    pub open: Sure,
    /// On what it is asked.
    pub on: Ranges,
    /// As whom it asks in VPCs.
    pub inside: Vec<InterfaceId>,
    /// Whether it asks over the internet, too.
    pub over_internet: bool,
}

impl Read {
    /// The edge that a resource is.
    pub(super) fn edge(&self, resource: ResourceId) -> Option<&Edge> {
        self.edges.iter().find(|edge| edge.resource == resource)
    }

    /// As whom an edge asks.
    pub(super) fn sent_by(edge: &Edge) -> impl Iterator<Item = Party> + '_ {
        let inside = edge.inside.iter().map(|id| Party::Interface(*id));
        inside.chain(edge.over_internet.then(|| Party::Internet(crate::check::reach::ranges::internet().clone())))
    }

    /// What the internet reaches of these ends, if edges are among them.
    fn asked_by_the_internet(&self, question: &PathQuestion) -> Option<Answer> {
        let from_internet = question.from.iter().any(|end| matches!(end, PathEnd::Of(End::Internet)));
        if !from_internet || !question.through.is_empty() {
            return None;
        }
        let wanted = Read::carried(&question.on);
        let open = question.to.iter().filter_map(|end| match end {
            PathEnd::Resource(id) => self.edge(*id),
            PathEnd::Of(_) => None,
        });
        let best = open.filter(|edge| edge.open != Sure::No && edge.on.meets(&wanted)).max_by_key(|edge| edge.open)?;
        let text = format!("1. the internet reaches `{}` on {}", best.named.name, tell::carried(&best.on.and(&wanted)));
        let shown = vec![Shown { origin: best.named.origin, text }];
        Some(match best.open {
            Sure::Yes => Answer { truth: Truth::Yes, shown, words: None },
            Sure::Unknown | Sure::No => {
                let words = Some(String::from("whether it is open to the internet is known only when deployed"));
                Answer { truth: Truth::Unknown, shown, words }
            }
        })
    }
}

impl Reach {
    /// A path to an edge from the internet, or through one; nothing, if there is none in the question.
    pub(super) fn by_edges(&self, model: &Model, question: &PathQuestion) -> Option<Answer> {
        let read = self.network(model);
        if let Some(answer) = read.asked_by_the_internet(question) {
            return Some(answer);
        }
        let edges = |waypoint: &Waypoint| -> Vec<PathEnd> {
            match waypoint {
                Waypoint::Internet => Vec::new(),
                Waypoint::AnyOf(instances) => resources_of(model, instances)
                    .filter(|id| read.edge(*id).is_some())
                    .map(PathEnd::Resource)
                    .collect(),
            }
        };
        let (at, edges) = question.through.iter().map(edges).enumerate().find(|(_, edges)| !edges.is_empty())?;
        let (before, behind) = question.through.split_at(at);
        let to_it = PathQuestion { to: edges.clone(), on: Vec::new(), through: before.to_vec(), ..question.clone() };
        let from_it =
            PathQuestion { from: edges, through: behind.get(1..).unwrap_or_default().to_vec(), ..question.clone() };
        let first = self.path(model, &to_it);
        if first.truth == Truth::No {
            return Some(first);
        }
        let second = self.path(model, &from_it);
        if second.truth == Truth::No {
            return Some(second);
        }
        let truth = first.truth.min(second.truth);
        let words = first.words.or(second.words);
        Some(Answer { truth, shown: first.shown.into_iter().chain(second.shown).collect(), words })
    }
}
