//! Who may do what: what is emitted allows and denies exactly what is declared, for each principal and each policy.
//!
//! Both sides become [`Claim`]s. An emitted claim must be among the declared ones that may stand in its policy, and a declared one among
//! those that are emitted there, as sets of requests: of actions and resources by [`super::automata`], of conditions by what follows from
//! what. Where this cannot be decided it counts as a difference.

use std::collections::BTreeMap;

use crate::base::Span;
use crate::diag::Diagnostic;
use crate::eval::model::Effect;
use crate::prove::claims::{Channel, Claim, Party, Place, Witness};
use crate::prove::declared::{self, Declared};
use crate::prove::documents;
use crate::prove::failed;
use crate::prove::letters::Scribe;
use crate::prove::read::Emitted;

/// Permissions without a declaration, and declarations without a permission.
pub(super) fn prove(all: &Emitted<'_>) -> Vec<Diagnostic> {
    let mut scribe = Scribe::new(all);
    let declared = declared::permissions(all, &mut scribe);
    let mut emitted = Vec::new();
    for template in &all.templates {
        emitted.extend(documents::permissions(all, template, &mut scribe));
    }
    compare(all, &declared, &emitted, &scribe)
}

/// The claims of one side, by where they can be compared.
#[derive(Default)]
struct Side<'c>(BTreeMap<Place, Vec<&'c Claim>>);

impl<'c> Side<'c> {
    fn of(claims: impl Iterator<Item = &'c Claim>) -> Side<'c> {
        let mut side = Side::default();
        for claim in claims {
            side.0.entry(claim.place()).or_default().push(claim);
        }
        side
    }

    /// Those that speak of whom a claim speaks of, in its policy. Everyone is also each.
    fn beside(&self, claim: &Claim, effect: Effect) -> impl Iterator<Item = &'c Claim> + Clone {
        let (_, channel, party) = claim.place();
        let everyone = (party != Party::Everyone && party != Party::Holder)
            .then(|| self.0.get(&(effect, channel.clone(), Party::Everyone)));
        let named = self.0.get(&(effect, channel, party));
        named.into_iter().chain(everyone.flatten()).flatten().copied()
    }

    /// What this side leaves out of a claim, if it does.
    fn leaves_out(&self, claim: &Claim, scribe: &Scribe<'_>) -> Option<Witness> {
        let same = self.beside(claim, claim.effect);
        let witness = claim.left_out_by(same.clone(), scribe)?;
        match claim.effect {
            // What the same policy denies anyway is not allowed by it.
            Effect::Allow => claim.left_out_by(same.chain(self.beside(claim, Effect::Deny)), scribe),
            Effect::Deny => Some(witness),
        }
    }
}

fn compare(all: &Emitted<'_>, declared: &[Declared], emitted: &[Claim], scribe: &Scribe<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let allowed = Side::of(declared.iter().flat_map(|declaration| &declaration.claims));
    let given = Side::of(emitted.iter());
    for claim in emitted {
        if let Some(witness) = allowed.leaves_out(claim, scribe) {
            let message = "a policy says what nothing declares";
            found.push(failed(claim.source.span, message, said(all, claim, &witness, scribe)));
        }
    }
    for declaration in declared {
        let missing = declaration
            .claims
            .iter()
            .filter_map(|claim| given.leaves_out(claim, scribe).map(|witness| (claim, witness)));
        let missing: Vec<(&Claim, Witness)> = missing.collect();
        let enough = if declaration.everywhere { missing.is_empty() } else { missing.len() < declaration.claims.len() };
        if let Some((claim, witness)) = missing.first().filter(|_| !enough) {
            let message = "a declared permission stands in no emitted policy";
            found.push(failed(claim.source.span, message, said(all, claim, witness, scribe)));
        }
        if declaration.claims.is_empty() {
            found.push(failed(Span::NONE, "a declared permission can stand in no policy", String::new()));
        }
    }
    found
}

/// The witness: who, what, on what, under which conditions, and where it stands.
fn said(all: &Emitted<'_>, claim: &Claim, witness: &Witness, scribe: &Scribe<'_>) -> String {
    let path = |id| all.model.resource(id).path.as_str();
    let holder = match &claim.channel {
        Channel::Identity(role) => path(*role).to_owned(),
        Channel::Resource(of) => format!("whoever has the policy of {}", path(*of)),
        Channel::Document(name) => format!("whoever has {name}"),
    };
    let who = match &claim.party {
        Party::Holder => holder,
        Party::Account => String::from("the account"),
        Party::Everyone => String::from("everyone"),
        Party::Named(kind, name) => format!("{kind} {}", scribe.shown(name)),
    };
    let may = match claim.effect {
        Effect::Allow => "may",
        Effect::Deny => "may not",
    };
    let conditions: Vec<String> =
        claim.conditions.iter().map(|condition| format!(" when {}", condition.shown(scribe))).collect();
    let of = match &claim.channel {
        Channel::Resource(of) => format!(" by the policy of {}", path(*of)),
        Channel::Identity(_) | Channel::Document(_) => String::new(),
    };
    let at = if claim.source.at.is_empty() { String::new() } else { format!(" ({})", claim.source.at) };
    format!("{who} {may} {} on {}{}{of}{at}", witness.action, witness.resource, conditions.concat())
}
