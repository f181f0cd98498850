//! Permissions of both sides in one form: who, through which policy, may do what, where, under which conditions.

use crate::base::Span;
use crate::base::limits::MAX_CONDITION_CASES;
use crate::eval::model::{Effect, ResourceId};
use crate::prove::automata::{Inclusion, included};
use crate::prove::conditions::{Condition, imply};
use crate::prove::facts;
use crate::prove::letters::{ANY, Letter, Letters, SEPARATOR, Scribe};

/// The policy that says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Channel {
    /// Those of a role.
    Identity(ResourceId),
    /// The one of a resource; a role's trust is one.
    Resource(ResourceId),
    /// Another document: the stack and the logical id of what holds it.
    Document(String),
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Party {
    /// Whoever has the policy.
    Holder,
    /// The account and all that it hands on to.
    Account,
    /// Everyone.
    Everyone,
    /// Somebody: the kind, as policies call it, and the name.
    Named(String, Letters),
}

/// How a resource's policy names a role. It decides which policies besides must allow, and which can still limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// By its ARN.
    Named,
    /// As its account, if that is its ARN: the role's own policies have to allow as well.
    Account,
    /// As everyone, if that is its ARN: not even the role's boundary limits it.
    Everyone,
    /// As is needed: declared in both policies, so that the account will do.
    Both,
    /// As is needed: declared in the resource's policy alone, which has to be enough.
    Alone,
}

impl Form {
    /// Whether a role that is named so is let no further than one that is named in the other way.
    fn within(self, other: Form) -> bool {
        let pair = (self, other);
        self == other
            || matches!(pair, (Form::Both, Form::Named | Form::Account) | (Form::Alone, Form::Named | Form::Everyone))
            || matches!(pair, (Form::Named | Form::Account, Form::Both | Form::Alone) | (Form::Everyone, Form::Alone))
    }
}

/// Where two permissions can be compared.
pub(super) type Place = (Effect, Channel, Party);

/// A permission.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) effect: Effect,
    pub(super) channel: Channel,
    pub(super) party: Party,
    /// In small letters: actions have no case.
    pub(super) actions: Vec<Letters>,
    pub(super) resources: Vec<Letters>,
    pub(super) conditions: Vec<Condition>,
    pub(super) form: Form,
    pub(super) source: Source,
}

/// Where a permission is said.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) span: Span,
    /// Template and JSON pointer, of what is emitted.
    pub(super) at: String,
}

/// A permission that something else does not have.
pub(super) struct Witness {
    pub(super) action: String,
    pub(super) resource: String,
}

impl Claim {
    pub(super) fn place(&self) -> Place {
        (self.effect, self.channel.clone(), self.party.clone())
    }

    /// A role that a resource's policy writes as its account, or as everyone, whose ARN is that role's: one claim for each role.
    pub(super) fn with_roles_named(self, is_role: impl Fn(&Letters) -> bool) -> Vec<Claim> {
        let of_account = self.party == Party::Account;
        let broad = of_account || self.party == Party::Everyone;
        let at = self.conditions.iter().position(|condition| {
            condition.key == facts::PRINCIPAL_ARN.to_ascii_lowercase()
                && condition.operator.0.is_some_and(|operator| facts::names_one_principal(operator, of_account))
                && !condition.values.is_empty()
                && condition.values.iter().all(&is_role)
        });
        let Some(at) = at.filter(|_| broad) else { return vec![self] };
        let mut conditions = self.conditions.clone();
        let named = conditions.remove(at);
        let form = match (self.effect, &self.party) {
            // A denial needs nobody's consent.
            (Effect::Deny, _) => Form::Named,
            (Effect::Allow, Party::Account) => Form::Account,
            (Effect::Allow, Party::Everyone | Party::Holder | Party::Named(..)) => Form::Everyone,
        };
        let role = |arn: Letters| Claim {
            party: Party::Named(String::from("AWS"), arn),
            conditions: conditions.clone(),
            form,
            ..self.clone()
        };
        named.values.into_iter().map(role).collect()
    }

    /// Whether some others, all at the same place, say at least as much; if not, what they leave out.
    pub(super) fn left_out_by<'c>(
        &self,
        others: impl Iterator<Item = &'c Claim> + Clone,
        scribe: &Scribe<'_>,
    ) -> Option<Witness> {
        let left_out = |conditions: &[Condition]| {
            // A denial binds everybody, however they are named.
            let reaches = |other: &Claim| other.effect != self.effect || self.form.within(other.form);
            let fits = |other: &&Claim| reaches(other) && imply(conditions, &other.conditions);
            self.left_out_in(&others.clone().filter(fits).collect::<Vec<&Claim>>(), scribe)
        };
        // Mostly one of the others says it all.
        left_out(&self.conditions)?;
        cases(&self.conditions).iter().find_map(|conditions| left_out(conditions))
    }

    /// The same where the conditions are settled.
    fn left_out_in(&self, others: &[&Claim], scribe: &Scribe<'_>) -> Option<Witness> {
        for action in &self.actions {
            for resource in &self.resources {
                let said = |other: &&Claim| other.actions.contains(action) && other.resources.contains(resource);
                if others.iter().any(said) {
                    continue;
                }
                if others.is_empty() {
                    return Some(witness(&word(action, resource), scribe));
                }
                let words: Vec<Letters> = others
                    .iter()
                    .flat_map(|other| other.actions.iter().map(move |action| (other, action)))
                    .flat_map(|(other, action)| other.resources.iter().map(move |resource| word(action, resource)))
                    .collect();
                let words: Vec<&[Letter]> = words.iter().map(Vec::as_slice).collect();
                match included(&word(action, resource), &words) {
                    Inclusion::Holds => {}
                    Inclusion::Fails(found) => return Some(witness(&found, scribe)),
                    Inclusion::Unknown => return Some(witness(&word(action, resource), scribe)),
                }
            }
        }
        None
    }
}

/// A statement as a document has it.
pub(super) struct Raw {
    pub(super) effect: Effect,
    pub(super) actions: Vec<Letters>,
    pub(super) resources: Vec<Letters>,
    /// `NotAction` and `NotResource`.
    pub(super) excepted: [Vec<Letters>; 2],
    pub(super) parties: Vec<Party>,
    /// `NotPrincipal`.
    pub(super) others: Vec<Party>,
    pub(super) conditions: Vec<Condition>,
    /// The resource whose own property the document is: there, `*` is that resource.
    pub(super) about: Option<ResourceId>,
    pub(super) source: Source,
}

impl Raw {
    /// The statement in one channel, for each of its principals. Exceptions are opaque: only the same are the same.
    pub(super) fn claims(&self, channel: &Channel, scribe: &mut Scribe<'_>) -> Vec<Claim> {
        let opaque = |word: &str, list: &[Letters], scribe: &mut Scribe<'_>| {
            let mut shown: Vec<String> = list.iter().map(|letters| scribe.shown(letters)).collect();
            shown.sort();
            scribe.symbol(&format!("{word} {}", shown.join(", ")))
        };
        let [but_actions, but_resources] = &self.excepted;
        let mut actions: Vec<Letters> = self.actions.iter().cloned().map(folded).collect();
        if !but_actions.is_empty() {
            actions.push(vec![opaque("everything but", but_actions, scribe)]);
        }
        let mut resources = self.resources.clone();
        if !but_resources.is_empty() {
            resources.push(vec![opaque("everywhere but", but_resources, scribe)]);
        }
        // Beside everything, nothing else is said.
        if resources.contains(&everything()) {
            resources = vec![everything()];
        }
        if let Some(about) = self.about {
            let itself = scribe.arn(about);
            if resources.is_empty() {
                resources.push(itself.clone());
            }
            resources
                .iter_mut()
                .filter(|letters| **letters == everything())
                .for_each(|letters| *letters = itself.clone());
        } else if resources.is_empty() {
            resources.push(everything());
        }
        let mut parties = self.parties.clone();
        if !self.others.is_empty() {
            let mut names: Vec<String> = self.others.iter().map(|party| format!("{party:?}")).collect();
            names.sort();
            let all_but = scribe.symbol(&format!("everyone but {}", names.join(", ")));
            parties.push(Party::Named(String::from("not"), vec![all_but]));
        }
        if parties.is_empty() {
            parties.push(Party::Holder);
        }
        let claim = |party: Party| Claim {
            effect: self.effect,
            channel: channel.clone(),
            party,
            actions: actions.clone(),
            resources: resources.clone(),
            conditions: self.conditions.iter().filter(|condition| !condition.always_holds()).cloned().collect(),
            form: Form::Named,
            source: self.source.clone(),
        };
        let applies = |claim: &Claim| !claim.conditions.iter().any(|condition| condition.never_holds(&claim.party));
        let claims: Vec<Claim> = parties.into_iter().map(claim).filter(applies).collect();
        claims.into_iter().flat_map(|claim| claim.with_roles_named(|letters| scribe.is_role(letters))).collect()
    }
}

/// Conditions with several values, of which one has to fit, taken value by value: together they say the same.
fn cases(conditions: &[Condition]) -> Vec<Vec<Condition>> {
    let splits = |condition: &&Condition| condition.values.len() > 1 && condition.is_one_of_its_values();
    let count = conditions.iter().filter(splits).map(|condition| condition.values.len()).product::<usize>();
    if count > MAX_CONDITION_CASES {
        return vec![conditions.to_vec()];
    }
    let mut all = vec![Vec::new()];
    for condition in conditions {
        let parts: Vec<Condition> = if splits(&condition) {
            let one = |value: &Letters| Condition { values: vec![value.clone()], ..condition.clone() };
            condition.values.iter().map(one).collect()
        } else {
            vec![condition.clone()]
        };
        all = all
            .into_iter()
            .flat_map(|case: Vec<Condition>| {
                parts.iter().map(move |part| case.iter().cloned().chain([part.clone()]).collect())
            })
            .collect();
    }
    all
}

fn word(action: &[Letter], resource: &[Letter]) -> Letters {
    action.iter().copied().chain([SEPARATOR]).chain(resource.iter().copied()).collect()
}

fn witness(word: &[Letter], scribe: &Scribe<'_>) -> Witness {
    let at = word.iter().position(|letter| *letter == SEPARATOR).unwrap_or(word.len());
    Witness {
        action: scribe.shown(word.get(..at).unwrap_or_default()),
        resource: scribe.shown(word.get(at + 1..).unwrap_or_default()),
    }
}

/// An action in small letters.
pub(super) fn folded(action: Letters) -> Letters {
    let small = |letter: Letter| match char::from_u32(letter).filter(char::is_ascii_uppercase) {
        Some(character) => Letter::from(character.to_ascii_lowercase()),
        None => letter,
    };
    action.into_iter().map(small).collect()
}

/// Everything.
pub(super) fn everything() -> Letters {
    vec![ANY]
}
