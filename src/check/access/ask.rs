//! May somebody do something on something?

use crate::base::{Span, Symbol};
use crate::catalog::{Action, catalog};
use crate::check::access::holdings::{Holdings, Rule};
use crate::check::iam::{Answer, Caller, Effect, Identity, Layer, Matched, Request, Scope, Verdict, Who, ask, open};
use crate::eval::model::{self, Model, ResourceId};

/// Stands for a part of a resource's name that a question leaves open.
const SOME: &str = "…";
/// So many resources below one are asked for.
const MOST: usize = 64;

/// A question: who, what, on what.
#[derive(Debug, Clone)]
pub struct Question {
    /// A role's path, an ARN, a service, `anonymous`.
    pub who: String,
    /// The action.
    pub action: String,
    /// A resource's path with what is below it, an ARN, or `*`.
    pub on: String,
}

/// A name in a question that means nothing, with those that would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What it should have been.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// Names that are known.
    pub known: Vec<String>,
}

/// What a question is about, found in a model.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The resource, if it is one of the model's.
    pub resource: Option<ResourceId>,
    /// The ARNs that are asked for.
    pub arns: Vec<String>,
}

/// What somebody may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Whether nothing else has to hold.
    pub always: bool,
    /// On which of the resources that were asked for.
    pub on: Vec<String>,
    /// What has to hold besides, in words; one for each statement that allows.
    pub when: Vec<String>,
    /// Where it is said.
    pub places: Vec<Span>,
}

/// An answer in one environment.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The environment.
    pub environment: Symbol,
    /// What is allowed; none if nothing is.
    pub given: Option<Given>,
    /// Where nothing is allowed: what decides it.
    pub denied: Option<Denied>,
    /// What the answer does not know.
    pub caveats: Vec<String>,
}

/// Why nothing is allowed.
#[derive(Debug, Clone)]
pub struct Denied {
    /// Whether something denies it, and not only nothing allows it.
    pub explicit: bool,
    /// The policies that decide it.
    pub layer: Layer,
    /// Where it is denied.
    pub places: Vec<Span>,
}

/// Answers a question in one environment; none if the environment does not know who or what is meant.
pub fn can(holdings: &Holdings<'_>, question: &Question) -> Result<Reply, Unknown> {
    let (caller, role) = somebody(holdings, &question.who)?;
    let asked = something(holdings, &question.action, &question.on)?;
    let mut reply =
        Reply { environment: holdings.model.environment.name, given: None, denied: None, caveats: Vec::new() };
    match permitted(holdings, &caller, role, &question.action, &asked) {
        Ok(given) => reply.given = Some(given),
        Err(denied) => reply.denied = Some(denied),
    }
    if let Some(role) = role {
        reply
            .caveats
            .extend(holdings.foreign(role).iter().map(|name| format!("what `{name}` allows is not known here")));
    }
    if asked.resource.is_none() && !question.on.contains('*') {
        reply.caveats.push(String::from("the policy of a resource that is not of this system is not known here"));
    }
    Ok(reply)
}

/// What a caller may do of an action on some resources.
pub(super) fn permitted(
    holdings: &Holdings<'_>,
    caller: &Caller,
    role: Option<ResourceId>,
    action: &str,
    asked: &Asked,
) -> Result<Given, Denied> {
    let policies = holdings.policies(role, asked.resource);
    let mut given = Given { always: true, on: Vec::new(), when: Vec::new(), places: Vec::new() };
    let mut denied: Option<Answer> = None;
    for arn in arns(holdings, role, action, asked) {
        let request = request(holdings, caller, action, &arn);
        let (matched, always) = match ask(&request, &policies) {
            Verdict::Allowed(matched) => (matched, true),
            Verdict::AllowedIf(matched) => (matched, false),
            Verdict::Denied(answer) => {
                denied.get_or_insert(answer);
                continue;
            }
        };
        given.on.push(arn);
        given.always &= always;
        for matched in matched {
            let Some(rule) = rule(holdings, role, asked.resource, matched) else { continue };
            let place = holdings.model.origins.user_span(rule.origin);
            if !given.places.contains(&place) && !place.is_none() {
                given.places.push(place);
            }
            let conditions: Vec<String> = open(&rule.statement, &request)
                .iter()
                .map(|condition| format!("{} {} {}", condition.key, condition.operator, condition.values.join(" or ")))
                .collect();
            let mut when = conditions.join(" and ");
            if when.is_empty()
                && let Some(Scope::Of(patterns)) = &rule.statement.resources
                && let Some(pattern) = patterns.iter().find(|pattern| pattern.contains("${"))
            {
                when = format!("it is {pattern}");
            }
            if !always && !when.is_empty() && !given.when.contains(&when) {
                given.when.push(when);
            }
        }
    }
    if !given.on.is_empty() {
        return Ok(given);
    }
    let denied = denied.unwrap_or(Answer {
        decision: crate::check::iam::Decision::ImplicitDeny,
        decided_by: Layer::Identity,
        matched: Vec::new(),
    });
    let places = denied
        .matched
        .iter()
        .filter_map(|matched| rule(holdings, role, asked.resource, *matched))
        .map(|rule| holdings.model.origins.user_span(rule.origin))
        .collect();
    let explicit = denied.decision == crate::check::iam::Decision::ExplicitDeny;
    Err(Denied { explicit, layer: denied.decided_by, places })
}

/// A request as everybody makes them: encrypted, and of the account.
fn request(holdings: &Holdings<'_>, caller: &Caller, action: &str, resource: &str) -> Request {
    let mut context = crate::check::iam::Context::default();
    context.set("aws:SecureTransport", vec![String::from("true")], false);
    Request {
        caller: caller.clone(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        owner: Some(holdings.model.environment.account.clone()),
        context,
    }
}

/// The same with a key more.
pub(super) fn allowed_with(
    holdings: &Holdings<'_>,
    (caller, role): (&Caller, Option<ResourceId>),
    action: &str,
    target: ResourceId,
    (key, value): (&str, &str),
) -> bool {
    let mut request = request(holdings, caller, action, &holdings.arn(target));
    request.context.set(key, vec![value.to_owned()], false);
    !matches!(ask(&request, &holdings.policies(role, Some(target))), Verdict::Denied(_))
}

fn rule<'h>(
    holdings: &'h Holdings<'_>,
    role: Option<ResourceId>,
    target: Option<ResourceId>,
    matched: Matched,
) -> Option<&'h Rule> {
    match matched.layer {
        Layer::Identity => holdings.of_role(role?).get(matched.statement),
        Layer::Resource => holdings.of_resource(target?).get(matched.statement),
        Layer::Boundary => holdings.boundary(role?)?.get(matched.statement),
        Layer::Session | Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => None,
    }
}

/// The ARNs that are asked for, and those below that policies name.
fn arns(holdings: &Holdings<'_>, role: Option<ResourceId>, action: &str, asked: &Asked) -> Vec<String> {
    let mut arns = Vec::new();
    let caller = role.map(|role| holdings.arn(role));
    let of_role = role.map_or(&[][..], |role| holdings.of_role(role)).iter();
    // What the resource says to others is no matter here.
    let concerned = |rule: &&Rule| match (&caller, &rule.statement.who) {
        (Some(caller), Some(Who::Of(who))) => who.everyone || who.aws.contains(caller),
        (Some(_) | None, Some(_) | None) => true,
    };
    let of_resource = asked.resource.map_or(&[][..], |target| holdings.of_resource(target)).iter().filter(concerned);
    let rules = of_role.chain(of_resource);
    for open in &asked.arns {
        let Some((start, _)) = open.split_once(SOME) else {
            arns.push(open.clone());
            continue;
        };
        for rule in rules
            .clone()
            .filter(|rule| rule.statement.effect == Effect::Allow && rule.statement.actions.has_action(action))
        {
            let Some(Scope::Of(patterns)) = &rule.statement.resources else { continue };
            let below = patterns.iter().filter(|pattern| pattern.starts_with(start));
            arns.extend(below.map(|pattern| pattern.replace('*', SOME).replace('?', "x")));
        }
        arns.push(open.clone());
    }
    let mut known = Vec::new();
    for arn in arns {
        if !known.contains(&arn) && known.len() < MOST {
            known.push(arn);
        }
    }
    known
}

/// Who is meant.
pub(super) fn somebody(holdings: &Holdings<'_>, name: &str) -> Result<(Caller, Option<ResourceId>), Unknown> {
    let model = holdings.model;
    let name = without_environment(model, name);
    let is_role = |id: &ResourceId| holdings.roles().any(|role| role == *id);
    let named = holdings.names.resource(name).filter(is_role);
    let by_arn = || holdings.roles().find(|id| holdings.arn(*id) == name);
    if let Some(role) = named.or_else(|| acts_as(holdings, name)).or_else(by_arn)
        && let Some(caller) = holdings.caller(role)
    {
        return Ok((caller, Some(role)));
    }
    let name = if name == "everyone" { "anonymous" } else { name };
    // Whatever has a dot could be an identity provider, and a path that is misspelt too.
    let other = Caller::parse(name).filter(|caller| caller.identity != Identity::Provider || name.starts_with("arn:"));
    other.map(|caller| (caller, None)).ok_or_else(|| Unknown {
        what: "a principal of this system",
        name: name.to_owned(),
        known: holdings.roles().map(|id| holdings.names.path(id).to_owned()).collect(),
    })
}

/// The role that an instance acts as: the one that it was granted something as, or the only one inside it.
fn acts_as(holdings: &Holdings<'_>, path: &str) -> Option<ResourceId> {
    let granted = holdings.model.statements.iter().find_map(|statement| match (&statement.who, statement.actor) {
        (model::Who::Role(role), Some(actor)) => (holdings.names.instance(actor) == path).then_some(*role),
        (model::Who::Role(_) | model::Who::Other(_), _) => None,
    });
    let inside =
        |id: &ResourceId| holdings.names.path(*id).strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    let mut all = holdings.roles().filter(inside);
    granted.or_else(|| all.next().filter(|_| all.next().is_none()))
}

/// What is meant.
pub(super) fn something(holdings: &Holdings<'_>, action: &str, name: &str) -> Result<Asked, Unknown> {
    let model = holdings.model;
    let Some(known) = catalog().action(action) else {
        let prefix = action.split(':').next().unwrap_or_default();
        let service = catalog().service(&prefix.to_ascii_lowercase());
        let actions = service.into_iter().flat_map(|service| service.actions()).map(|action| action.to_string());
        return Err(Unknown { what: "an action of IAM", name: action.to_owned(), known: actions.collect() });
    };
    if name == "*" || name.starts_with("arn:") {
        let resource = model.resource_ids().filter(|_| name != "*").find(|id| {
            let arn = holdings.arn(*id);
            name == arn || name.strip_prefix(arn.as_str()).is_some_and(|rest| rest.starts_with(['/', ':']))
        });
        return Ok(Asked { resource, arns: vec![name.replace('*', if name == "*" { "*" } else { SOME })] });
    }
    let name = without_environment(model, name);
    let found = holdings.names.paths().filter_map(|(path, id)| {
        let rest = name.strip_prefix(path)?;
        (rest.is_empty() || rest.starts_with(['/', ':'])).then_some((path.len(), id, rest))
    });
    let Some((_, id, rest)) = found.max_by_key(|(length, _, _)| *length) else {
        return Err(Unknown {
            what: "a resource of this system",
            name: name.to_owned(),
            known: holdings.names.paths().map(|(path, _)| path.to_owned()).collect(),
        });
    };
    Ok(Asked { resource: Some(id), arns: of_resource(holdings, known, id, rest) })
}

/// Everything of a resource that an action can be done on.
pub(super) fn of_resource(holdings: &Holdings<'_>, action: Action, id: ResourceId, rest: &str) -> Vec<String> {
    let arn = holdings.arn(id);
    if !rest.is_empty() {
        return vec![format!("{arn}{}", rest.replace('*', SOME))];
    }
    let own = catalog().resource_type(holdings.model.resource(id).ty.as_str()).and_then(|ty| ty.arn_template());
    let kinds: Vec<&str> =
        action.resources().filter_map(|resource| resource.resource_kind()).map(|kind| kind.arn()).collect();
    if kinds.is_empty() {
        return vec![String::from("*")];
    }
    let mut arns = Vec::new();
    if let Some(own) = own.map(skeleton) {
        for kind in kinds.iter().map(|kind| skeleton(kind)) {
            if kind == own {
                arns.push(arn.clone());
            } else if let Some(below) = kind.strip_prefix(own.as_str()).filter(|below| below.starts_with(['/', ':'])) {
                arns.push(format!("{arn}{}", below.replace('*', SOME)));
            }
        }
    }
    if arns.is_empty() {
        arns.push(arn);
    }
    arns
}

/// An ARN's form with its gaps made `*`.
fn skeleton(arn: &str) -> String {
    let mut whole = String::new();
    let mut rest = arn;
    while let Some((text, tail)) = rest.split_once("${") {
        whole.push_str(text);
        whole.push('*');
        rest = tail.split_once('}').map_or("", |(_, rest)| rest);
    }
    whole.push_str(rest);
    whole
}

/// `production.Orders.queue` is `Orders.queue` in the environment `production`.
fn without_environment<'n>(model: &Model, name: &'n str) -> &'n str {
    let environment = model.environment.name;
    name.strip_prefix(environment.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
}
