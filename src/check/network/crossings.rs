//! Paths from one environment to another: where the source says `forbid path A in X -> B in Y`, both are looked at as one network.

use std::collections::BTreeMap;

use crate::base::Symbol;
use crate::check::Reach;
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Crossing, CrossingEnd, Model};
use crate::eval::paths::{Answer, PathEnd, PathQuestion, Truth, Ways};

use crate::check::reach::{Joined, join};

/// Decides all of them. What is said of an environment that is not looked at now is not decided.
pub(in crate::check) fn environments_are_apart(models: &[&Model]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut joints: BTreeMap<(Symbol, Symbol), Joint> = BTreeMap::new();
    for first in models {
        let name = first.environment.name;
        for crossing in first.crossings.iter().filter(|crossing| crossing.from.environment == name) {
            let other = crossing.to.environment;
            let Some(second) = models.iter().find(|model| model.environment.name == other) else { continue };
            let Some(theirs) = second.crossings.iter().find(|own| own.at == crossing.at) else { continue };
            let joint = joints.entry((name, other)).or_insert_with(|| Joint::of(first, second));
            found.extend(joint.decide(crossing, (first, &crossing.from), (second, &theirs.to)));
        }
    }
    found
}

/// Two environments as one network.
struct Joint {
    joined: Joined,
    reach: Reach,
}

impl Joint {
    fn of(first: &Model, second: &Model) -> Joint {
        Joint { joined: join(first, second), reach: Reach::default() }
    }

    /// The ends in the joint network.
    fn ends(&self, model: &Model, end: &CrossingEnd, second: bool) -> Vec<PathEnd> {
        let moved = |own: &PathEnd| if second { self.joined.end(own) } else { own.clone() };
        match &end.what {
            Some(ends) => ends.iter().map(moved).collect(),
            None => {
                let network = self.reach.network(&self.joined.model);
                let own = model.resource_ids().filter(|id| !model.stack(model.resource(*id).stack).per_account);
                let own = own.map(|id| if second { self.joined.resource(id) } else { id });
                own.filter(|id| network.interfaces.contains_key(id)).map(PathEnd::Resource).collect()
            }
        }
    }

    fn decide(
        &self,
        crossing: &Crossing,
        (first, from): (&Model, &CrossingEnd),
        (second, to): (&Model, &CrossingEnd),
    ) -> Option<Diagnostic> {
        let from = self.ends(first, from, false);
        let to = self.ends(second, to, true);
        let question = PathQuestion { from, to, on: crossing.on.clone(), through: Vec::new(), without: Vec::new() };
        let model = &self.joined.model;
        let mut answer = self.reach.path(model, &question);
        if answer.truth == Truth::No
            && let Some(beyond) = self.reach.network(model).by_networks_outside(model, &question)
        {
            answer = beyond;
        }
        let (one, other) = (first.environment.name, second.environment.name);
        let diagnostic = match (answer.truth, crossing.forbidden) {
            (Truth::No, true) | (Truth::Yes, false) => return None,
            (Truth::Yes, true) => Diagnostic::new(
                codes::FORBIDDEN_PATH,
                crossing.at,
                format!("a path from `{one}` to `{other}` is open"),
            )
            .here("forbidden here")
            .help("take away one of its hops: the connection, the route, or what both environments are attached to"),
            (Truth::No, false) => {
                let why = answer.words.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
                let message = format!("there is no path from `{one}` to `{other}`{why}");
                Diagnostic::new(codes::ENSURE_FAILED, crossing.at, message)
                    .here("asked for here")
                    .help("open what stands in the way, in both environments")
            }
            (Truth::Unknown, _) => {
                let message = format!("whether a path from `{one}` to `{other}` is open cannot be decided");
                Diagnostic::new(codes::CANNOT_BE_DECIDED, crossing.at, message)
                    .here("asked here")
                    .help("a hop is known only when deployed; say in the source what it is, or close another one")
            }
        };
        Some(self.showing(diagnostic, &answer))
    }

    fn showing(&self, diagnostic: Diagnostic, answer: &Answer) -> Diagnostic {
        answer.shown.iter().fold(diagnostic, |diagnostic, shown| {
            diagnostic.label(self.joined.model.origins.user_span(shown.origin), shown.text.clone())
        })
    }
}
