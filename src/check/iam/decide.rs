//! The decision: all layers of policies together.

use crate::check::iam::caller::{Caller, Identity, Reach};
use crate::check::iam::context::Context;
use crate::check::iam::facts;
use crate::check::iam::policy::{Effect, Policy};
use crate::check::iam::statement::Asked;

/// A request: one caller, one action, one resource.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action, as in `s3:GetObject`.
    pub action: String,
    /// The resource's ARN, or `*` where the action takes none.
    pub resource: String,
    /// The account that the resource belongs to; none: that of the ARN, or the caller's.
    pub owner: Option<String>,
    /// The keys of the request.
    pub context: Context,
}

/// The policies that are in play. What is absent limits nothing.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// The caller's own.
    pub identity: Vec<Policy>,
    /// The resource's.
    pub resource: Option<Policy>,
    /// The caller's boundary.
    pub boundary: Vec<Policy>,
    /// The session's.
    pub session: Vec<Policy>,
    /// The organisation's for the caller's account, one list for each level, root first.
    pub service_control: Vec<Vec<Policy>>,
    /// The organisation's for the resource's account, one list for each level, root first.
    pub resource_control: Vec<Vec<Policy>>,
    /// Those of the VPC endpoint that the request passes.
    pub endpoint: Vec<Policy>,
}

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allowed,
    /// Nothing allows it.
    ImplicitDeny,
    /// Something denies it.
    ExplicitDeny,
}

/// A layer of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The organisation's, for resources.
    ResourceControl,
    /// The organisation's, for principals.
    ServiceControl,
    /// The VPC endpoint's.
    Endpoint,
    /// The resource's.
    Resource,
    /// The caller's.
    Identity,
    /// The caller's boundary.
    Boundary,
    /// The session's.
    Session,
}

/// A statement that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matched {
    /// Its layer.
    pub layer: Layer,
    /// The level of an organisation's policy, from 0.
    pub level: usize,
    /// Which policy of the layer, from 0.
    pub policy: usize,
    /// Which statement of the policy, from 0.
    pub statement: usize,
}

/// A decision and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// The layer that it comes from: that gives, that is missing, or that denies.
    pub decided_by: Layer,
    /// The statements that make it so: those that allow, or those that deny.
    pub matched: Vec<Matched>,
}

/// What the statements of a layer say.
#[derive(Default)]
struct Said {
    allows: Vec<Matched>,
    denies: Vec<Matched>,
    /// The furthest that an `Allow` reaches.
    reach: Option<Reach>,
}

impl Said {
    fn read(asked: &Asked<'_>, layer: Layer, level: usize, policies: &[Policy]) -> Said {
        let mut said = Said::default();
        for (at, policy) in policies.iter().enumerate() {
            for (index, statement) in policy.statements.iter().enumerate() {
                let Some(reach) = asked.meets(statement, policy.variables) else { continue };
                let matched = Matched { layer, level, policy: at, statement: index };
                match statement.effect {
                    Effect::Allow => {
                        said.allows.push(matched);
                        said.reach = said.reach.max(Some(reach));
                    }
                    Effect::Deny => said.denies.push(matched),
                }
            }
        }
        said
    }

    /// Every level of an organisation has to allow.
    fn levels(asked: &Asked<'_>, layer: Layer, levels: &[Vec<Policy>]) -> (Said, bool) {
        let mut all = Said::default();
        let mut open = true;
        for (level, policies) in levels.iter().enumerate() {
            let said = Said::read(asked, layer, level, policies);
            open &= said.reach.is_some();
            all.allows.extend(said.allows);
            all.denies.extend(said.denies);
        }
        (all, open)
    }
}

/// Decides a request.
pub fn decide(request: &Request, policies: &Policies) -> Answer {
    let caller = &request.caller;
    let owner = owner(request);
    let context = described(request);
    let asked = Asked {
        caller,
        bounded: !policies.boundary.is_empty(),
        action: &request.action,
        resource: &request.resource,
        context: &context,
    };
    if facts::needs_no_permission(&request.action, &caller.identity) && caller.account().is_some() {
        return Answer { decision: Decision::Allowed, decided_by: Layer::Identity, matched: Vec::new() };
    }
    let in_organization = caller.account().is_some() && !caller.is_service_linked();
    let levels = |list: &[Vec<Policy>], applies: bool| if applies { list.to_vec() } else { Vec::new() };
    let service_control = levels(&policies.service_control, in_organization);
    let resource_control = levels(&policies.resource_control, !caller.is_service_linked());
    let (resource_control, resources_open) = Said::levels(&asked, Layer::ResourceControl, &resource_control);
    let (service_control, services_open) = Said::levels(&asked, Layer::ServiceControl, &service_control);
    let endpoint = Said::read(&asked, Layer::Endpoint, 0, &policies.endpoint);
    let mut resource = Said::read(&asked, Layer::Resource, 0, policies.resource.as_slice());
    let identity = Said::read(&asked, Layer::Identity, 0, &policies.identity);
    let boundary = Said::read(&asked, Layer::Boundary, 0, &policies.boundary);
    let session = Said::read(&asked, Layer::Session, 0, &policies.session);

    let root = matches!(caller.identity, Identity::Root { .. });
    let same_account = caller.account().is_some() && caller.account() == owner;
    if root && same_account && facts::root_always_may(&request.action) {
        resource.denies.clear();
    }
    let federated = matches!(caller.identity, Identity::FederatedUser { .. });
    let gates = Gates {
        resource_control: resources_open,
        service_control: services_open,
        endpoint: policies.endpoint.is_empty() || endpoint.reach.is_some(),
        identity: root || identity.reach.is_some(),
        boundary: root || policies.boundary.is_empty() || boundary.reach.is_some(),
        // A federated user has what the session's policies give, and without any nothing.
        session: root || if policies.session.is_empty() { !federated } else { session.reach.is_some() },
        resource: resource.reach,
        needs_resource: facts::needs_resource_policy(&request.action, &request.resource),
    };
    let all = [resource_control, service_control, endpoint, resource, identity, boundary, session];
    let denies: Vec<Matched> = all.iter().flat_map(|said| said.denies.iter().copied()).collect();
    if let Some(first) = denies.first() {
        return Answer { decision: Decision::ExplicitDeny, decided_by: first.layer, matched: denies };
    }
    let missing = match caller.account() {
        None => gates.without_account(),
        Some(_) if same_account => gates.within_account(),
        Some(_) => gates.across_accounts(),
    };
    match missing {
        Some(layer) => Answer { decision: Decision::ImplicitDeny, decided_by: layer, matched: Vec::new() },
        None => {
            let by_identity = caller.account().is_some() && gates.identity;
            let decided_by = if by_identity { Layer::Identity } else { Layer::Resource };
            let matched = all.iter().flat_map(|said| said.allows.iter().copied()).collect();
            Answer { decision: Decision::Allowed, decided_by, matched }
        }
    }
}

/// Which layers let a request pass.
struct Gates {
    resource_control: bool,
    service_control: bool,
    endpoint: bool,
    identity: bool,
    boundary: bool,
    session: bool,
    resource: Option<Reach>,
    needs_resource: bool,
}

impl Gates {
    /// The first of those that apply to every request.
    fn outer(&self) -> Option<Layer> {
        let gates = [
            (self.resource_control, Layer::ResourceControl),
            (self.service_control, Layer::ServiceControl),
            (self.endpoint, Layer::Endpoint),
        ];
        gates.into_iter().find(|(open, _)| !open).map(|(_, layer)| layer)
    }

    /// What a caller's account adds: the identity, its boundary, the session.
    fn own(&self, given: bool) -> Option<Layer> {
        let gates = [(given, Layer::Identity), (self.boundary, Layer::Boundary), (self.session, Layer::Session)];
        gates.into_iter().find(|(open, _)| !open).map(|(_, layer)| layer)
    }

    /// Services, the anonymous: only the resource can let them in.
    fn without_account(&self) -> Option<Layer> {
        self.outer().or_else(|| self.resource.is_none().then_some(Layer::Resource))
    }

    /// Within an account either side can give, and what a resource gives directly nothing limits but the organisation.
    fn within_account(&self) -> Option<Layer> {
        self.outer().or_else(|| match self.resource {
            Some(Reach::Direct) => None,
            Some(Reach::Role) => self.own(true),
            Some(Reach::Account) => self.own(self.identity),
            None if self.needs_resource => Some(Layer::Resource),
            None => self.own(self.identity),
        })
    }

    /// Across accounts both sides have to give.
    fn across_accounts(&self) -> Option<Layer> {
        let theirs = || self.resource.is_none().then_some(Layer::Resource);
        self.outer().or_else(|| self.own(self.identity)).or_else(theirs)
    }
}

/// The account that the resource belongs to. Where its ARN says nothing, it is who the request says, or the caller.
fn owner(request: &Request) -> Option<&str> {
    let of_arn = request.resource.split(':').nth(4);
    let of_arn = of_arn.filter(|account| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()));
    of_arn.or(request.owner.as_deref()).or(request.caller.account())
}

/// The request's keys, and what every request tells where this one does not tell otherwise.
pub(super) fn described(request: &Request) -> Context {
    let mut context = request.context.clone();
    describe(request, owner(request), &mut context);
    context
}

fn describe(request: &Request, owner: Option<&str>, context: &mut Context) {
    request.caller.describe(context);
    if let Some(owner) = owner {
        context.fall_back("aws:ResourceAccount", owner);
        if facts::is_of(&request.action, facts::OBJECTS) {
            context.fall_back("s3:ResourceAccount", owner);
        }
    }
    if let Some(account) = request.caller.account().filter(|_| facts::is_of(&request.action, facts::KEYS_ACTIONS)) {
        context.fall_back("kms:CallerAccount", account);
    }
    let region = request.resource.split(':').nth(3).filter(|region| !region.is_empty() && !region.contains('*'));
    if let Some(region) = region {
        context.fall_back("aws:RequestedRegion", region);
    }
}
