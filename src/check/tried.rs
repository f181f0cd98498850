//! What services try while a resource is made: whether they would be let, by the policies of the program.

use crate::base::Span;
use crate::check::access::{Given, Holdings, Question, can};
use crate::check::facts::tried as facts;
use crate::check::refused::{at, named, of_type, place, property_place, word};
use crate::check::{World, items};
use crate::diag::{Diagnostic, codes};
use crate::eval::model::{Model, ResourceId};
use crate::eval::value::{Node, NodeKind};

/// Buckets tell only those that let them.
pub(super) fn notifications_are_taken(world: &mut World<'_>) {
    let model = world.model;
    let mut notices = Vec::new();
    for id in of_type(model, facts::BUCKET) {
        for (list, property, action) in facts::NOTICES {
            let configured = at(&model.resource(id).properties, list);
            for notice in items(configured) {
                if let Some(target) = notice.get(property).and_then(named) {
                    notices.push((id, target, *action, own_place(model, notice, id)));
                }
            }
        }
    }
    if notices.is_empty() {
        return;
    }
    let holdings = Holdings::of(model);
    for (bucket, target, action, at) in notices {
        if asked(&holdings, facts::STORAGE, action, target).is_none_or(|given| given.is_some()) {
            continue;
        }
        let (from, to) = (&model.resource(bucket).path, &model.resource(target).path);
        let message = format!("`{from}` tells `{to}`, which does not let `{}` do `{action}`", facts::STORAGE);
        world.found.push(
            Diagnostic::new(codes::NOTIFICATION_REFUSED, at, message)
                .label(place(model, target), format!("lets nobody do `{action}` for `{from}`"))
                .help(format!(
                    "let it: `AWS::Lambda::Permission` for a function, a policy of `{to}` for a queue or a topic, with the bucket in `aws:SourceArn`"
                )),
        );
    }
}

/// Functions may take from what hands them messages.
pub(super) fn sources_can_be_read(world: &mut World<'_>) {
    let model = world.model;
    let mut readers = Vec::new();
    for id in of_type(model, facts::EVENT_SOURCE) {
        let resource = model.resource(id);
        let of = |property: &str| named(resource.properties.get(property)?);
        let (Some(source), Some(function)) = (of("EventSourceArn"), of("FunctionName")) else { continue };
        let Some(role) = model.resource(function).properties.get("Role").and_then(named) else { continue };
        let source_type = model.resource(source).ty.as_str();
        let Some((_, actions)) = facts::READ.iter().find(|(ty, _)| *ty == source_type) else { continue };
        readers.push((id, source, role, *actions));
    }
    if readers.is_empty() {
        return;
    }
    let holdings = Holdings::of(model);
    for (id, source, role, actions) in readers {
        // What AWS's own policies allow is not known here.
        if !holdings.foreign(role).is_empty() || model.resource(role).ty != *facts::ROLE {
            continue;
        }
        let path = holdings.names.path(role);
        let lacking: Vec<String> = actions
            .iter()
            .filter(|action| asked(&holdings, path, action, source).is_some_and(|given| given.is_none()))
            .map(|action| format!("`{action}`"))
            .collect();
        if lacking.is_empty() {
            continue;
        }
        let (reader, from) = (&model.resource(id).path, &model.resource(source).path);
        let message = format!("`{reader}` takes from `{from}` as `{path}`, which may not do {}", lacking.join(" and "));
        world.found.push(
            Diagnostic::new(codes::ROLE_LACKS_ACCESS, property_place(model, id, "EventSourceArn"), message)
                .label(place(model, role), "acts as this role")
                .help(format!("grant it: `grant {path} {} on {from}`", lacking.join(", ").replace('`', ""))),
        );
    }
}

/// Somebody of the account can change a key's policy again.
pub(super) fn keys_stay_governed(world: &mut World<'_>) {
    let model = world.model;
    let own = |id: &ResourceId| {
        let properties = &model.resource(*id).properties;
        let lockout = properties.get(facts::LOCKOUT_ACCEPTED).map(|node| &node.kind);
        properties.get(facts::KEY_POLICY).is_some() && !matches!(lockout, Some(NodeKind::Bool(true)))
    };
    let keys: Vec<ResourceId> = of_type(model, facts::KEY).filter(own).collect();
    if keys.is_empty() {
        return;
    }
    let holdings = Holdings::of(model);
    let environment = &model.environment;
    let root = format!("arn:{}:iam::{}:root", environment.partition, environment.account);
    for key in keys {
        let may = |who: &str| asked(&holdings, who, facts::GOVERN, key).is_none_or(|given| given.is_some());
        // Whoever deploys is one of the account: a role of the program alone could be the one.
        let roles: Vec<&str> = holdings.roles().map(|role| holdings.names.path(role)).collect();
        if may(&root) || roles.into_iter().any(may) {
            continue;
        }
        let path = &model.resource(key).path;
        let message = format!("nobody may change the policy of `{path}` any more");
        world.found.push(
            Diagnostic::new(codes::KEY_LOCKS_OUT, property_place(model, key, facts::KEY_POLICY), message)
                .help("let the account govern it: a statement that allows `kms:*` to the account's root, or no policy, which does the same"),
        );
    }
}

/// Certificates that wait for a person say so.
pub(super) fn certificates_are_validated(world: &mut World<'_>) {
    let model = world.model;
    let steps = model.steps.iter().any(|step| !step.before.is_empty() || !step.after.is_empty());
    for id in of_type(model, facts::CERTIFICATE) {
        let resource = model.resource(id);
        let by = word(model, resource, "ValidationMethod").unwrap_or_else(|| String::from(facts::BY_MAIL));
        let in_zones = items(resource.properties.get("DomainValidationOptions"));
        let has_zone = in_zones.iter().any(|option| option.get("HostedZoneId").is_some());
        if (by == facts::BY_DNS && has_zone) || steps {
            continue;
        }
        let (waits, help) = if by == facts::BY_DNS {
            (
                "until somebody publishes a record that proves the domain",
                "name the hosted zone in `DomainValidationOptions`, so that CloudFormation publishes it, or declare what is to be done: `step name \"…\" before Stack`",
            )
        } else {
            (
                "until somebody answers a mail to the domain's owner",
                "validate by DNS: `ValidationMethod = \"DNS\"` with the hosted zone in `DomainValidationOptions`",
            )
        };
        let message = format!("the deployment stops at `{}` {waits}", resource.path);
        world.found.push(
            Diagnostic::new(codes::CERTIFICATE_WAITS, property_place(model, id, "ValidationMethod"), message)
                .help(help),
        );
    }
}

/// What somebody may do of an action on a resource; nothing outside if that cannot be asked.
fn asked(holdings: &Holdings<'_>, who: &str, action: &str, on: ResourceId) -> Option<Option<Given>> {
    let on = holdings.names.path(on).to_owned();
    let question = Question { who: who.to_owned(), action: action.to_owned(), on };
    can(holdings, &question).ok().map(|reply| reply.given)
}

fn own_place(model: &Model, node: &Node, id: ResourceId) -> Span {
    let own = model.origins.user_span(node.origin);
    if own.is_none() { place(model, id) } else { own }
}
