//! What holds for all policies and requests.

use infrac::check::iam::{
    Caller, Condition, Context, Decision, Effect, Operator, Policies, Policy, Principals, Request, Scope, Statement,
    Who, decide,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:PutObject", "sts:AssumeRole", "kms:Decrypt"];
const ACTION_PATTERNS: [&str; 7] =
    ["s3:GetObject", "s3:*", "s3:Get*", "sts:AssumeRole", "kms:?ecrypt", "*", "s3:PutObject"];
const RESOURCES: [&str; 5] = [
    "arn:aws:s3:::a/x",
    "arn:aws:s3:::b/ada",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    "*",
];
const RESOURCE_PATTERNS: [&str; 8] = [
    "*",
    "arn:aws:s3:::a/*",
    "arn:aws:s3:::?/x",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:kms:*:111122223333:key/k",
    "arn:aws:s3:::b/${aws:username, 'ada'}",
    "arn:aws:s3:::*",
];
const CALLERS: [&str; 9] = [
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:sts::111122223333:assumed-role/app/run",
    "arn:aws:iam::111122223333:user/ada",
    "arn:aws:sts::111122223333:federated-user/ada",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::999988887777:user/bob",
    "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    "lambda.amazonaws.com",
    "anonymous",
];
const PRINCIPALS: [&str; 7] = [
    "*",
    "111122223333",
    "arn:aws:iam::999988887777:root",
    "arn:aws:iam::111122223333:role/app",
    "arn:aws:sts::111122223333:assumed-role/app/run",
    "arn:aws:iam::111122223333:user/ada",
    "arn:aws:sts::111122223333:federated-user/ada",
];
const OPERATORS: [&str; 8] = [
    "StringEquals",
    "StringNotLike",
    "StringLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringLike",
    "Null",
    "ArnNotEquals",
    "Bool",
];

fn some<'a>(texts: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> + use<'a> {
    prop::collection::vec(select(texts).prop_map(str::to_owned), 1..=most)
}

fn scope(texts: &'static [&'static str]) -> impl Strategy<Value = Scope> {
    (some(texts, 3), prop::bool::weighted(0.2))
        .prop_map(|(patterns, negated)| if negated { Scope::AllBut(patterns) } else { Scope::Of(patterns) })
}

fn condition() -> impl Strategy<Value = Condition> {
    let values = select(&["a", "x*", "true", "false", "${aws:username}"][..]).prop_map(str::to_owned);
    (select(&OPERATORS[..]), select(&["k:one", "k:two", "aws:PrincipalArn"][..]), prop::collection::vec(values, 1..3))
        .prop_map(|(operator, key, values)| Condition {
            operator: Operator::parse(operator).unwrap(),
            key: key.to_owned(),
            values,
        })
}

fn statement(of_resource: bool) -> impl Strategy<Value = Statement> {
    let who = (some(&PRINCIPALS, 3), prop::bool::weighted(0.2), any::<bool>()).prop_map(|(aws, negated, service)| {
        let services = if service { vec![String::from("lambda.amazonaws.com")] } else { Vec::new() };
        let principals = Principals { aws, services, ..Principals::default() };
        if negated { Who::AllBut(principals) } else { Who::Of(principals) }
    });
    let parts = (scope(&ACTION_PATTERNS), scope(&RESOURCE_PATTERNS), who, prop::collection::vec(condition(), 0..3));
    (prop::bool::weighted(0.75), parts).prop_map(move |(allows, (actions, resources, who, conditions))| Statement {
        sid: None,
        effect: if allows { Effect::Allow } else { Effect::Deny },
        who: of_resource.then_some(who),
        actions,
        resources: Some(resources),
        conditions,
    })
}

fn policy(of_resource: bool) -> impl Strategy<Value = Policy> {
    (prop::collection::vec(statement(of_resource), 0..4), prop::bool::weighted(0.9))
        .prop_map(|(statements, variables)| Policy { variables, statements })
}

fn list() -> impl Strategy<Value = Vec<Policy>> {
    prop::collection::vec(policy(false), 0..3)
}

fn policies() -> impl Strategy<Value = Policies> {
    let levels = |of_resource| prop::collection::vec(prop::collection::vec(policy(of_resource), 0..3), 0..2);
    let endpoint = prop::collection::vec(policy(true), 0..2);
    (list(), prop::option::of(policy(true)), list(), list(), levels(false), levels(true), endpoint).prop_map(
        |(identity, resource, boundary, session, service_control, resource_control, endpoint)| Policies {
            identity,
            resource,
            boundary,
            session,
            service_control,
            resource_control,
            endpoint,
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let value = prop::option::of(select(&["a", "xy", "true", ""][..]));
    let owner = prop::option::of(select(&["111122223333", "999988887777"][..]).prop_map(str::to_owned));
    (select(&CALLERS[..]), select(&ACTIONS[..]), select(&RESOURCES[..]), owner, value.clone(), value).prop_map(
        |(caller, action, resource, owner, one, two)| {
            let mut context = Context::default();
            context.set("k:one", one.into_iter().map(str::to_owned).collect(), false);
            context.set("k:two", two.into_iter().flat_map(|two| [two.to_owned(), String::from("a")]).collect(), true);
            let caller = Caller::parse(caller).unwrap();
            Request { caller, action: action.to_owned(), resource: resource.to_owned(), owner, context }
        },
    )
}

/// Every statement of all layers.
fn statements(policies: &mut Policies) -> Vec<&mut Statement> {
    let flat = policies.identity.iter_mut().chain(policies.resource.as_mut());
    let flat = flat.chain(&mut policies.boundary).chain(&mut policies.session).chain(&mut policies.endpoint);
    let levels = policies.service_control.iter_mut().chain(&mut policies.resource_control).flatten();
    flat.chain(levels).flat_map(|policy| &mut policy.statements).collect()
}

fn allowed(request: &Request, policies: &Policies) -> bool {
    decide(request, policies).decision == Decision::Allowed
}

/// From the most that can be had to the least.
fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::Allowed => 2,
        Decision::ImplicitDeny => 1,
        Decision::ExplicitDeny => 0,
    }
}

fn cases() -> ProptestConfig {
    let cases = if std::env::var_os("INFRAC_THOROUGH").is_some() { 10_000 } else { 300 };
    // One in four cases draws a statement that denies, or none.
    ProptestConfig { cases, max_global_rejects: cases, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_deny_more_never_allows_more(request in request(), policies in policies(), deny in statement(false)) {
        let before = decide(&request, &policies).decision;
        let mut with = policies.clone();
        with.identity.push(Policy { variables: true, statements: vec![Statement { effect: Effect::Deny, ..deny }] });
        prop_assert!(rank(decide(&request, &with).decision) <= rank(before));
    }

    #[test]
    fn a_deny_more_in_the_resource_never_allows_more(request in request(), policies in policies(), deny in statement(true)) {
        let before = decide(&request, &policies).decision;
        let mut with = policies.clone();
        let resource = with.resource.get_or_insert(Policy { variables: true, statements: Vec::new() });
        resource.statements.push(Statement { effect: Effect::Deny, ..deny });
        prop_assert!(rank(decide(&request, &with).decision) <= rank(before));
    }

    #[test]
    fn an_allow_less_never_allows_more(request in request(), policies in policies(), at in any::<Index>()) {
        let before = allowed(&request, &policies);
        let mut without = policies.clone();
        let count = statements(&mut without).len();
        prop_assume!(count > 0);
        let mut chosen = statements(&mut without);
        let chosen = &mut chosen[at.index(count)];
        prop_assume!(chosen.effect == Effect::Allow);
        chosen.actions = Scope::Of(Vec::new());
        prop_assert!(before || !allowed(&request, &without));
    }

    #[test]
    fn a_resource_less_in_an_allow_never_allows_more(request in request(), policies in policies(), at in any::<Index>()) {
        let before = allowed(&request, &policies);
        let mut narrowed = policies.clone();
        let count = statements(&mut narrowed).len();
        prop_assume!(count > 0);
        let mut chosen = statements(&mut narrowed);
        let chosen = &mut chosen[at.index(count)];
        prop_assume!(chosen.effect == Effect::Allow);
        match chosen.resources.as_mut() {
            Some(Scope::Of(patterns)) => {
                patterns.pop();
            }
            Some(Scope::AllBut(patterns)) => patterns.push(String::from("arn:aws:s3:::a/*")),
            None => {}
        }
        prop_assert!(before || !allowed(&request, &narrowed));
    }

    #[test]
    fn a_condition_more_in_an_allow_never_allows_more(
        request in request(), policies in policies(), at in any::<Index>(), condition in condition(),
    ) {
        let before = allowed(&request, &policies);
        let mut narrowed = policies.clone();
        let count = statements(&mut narrowed).len();
        prop_assume!(count > 0);
        let mut chosen = statements(&mut narrowed);
        let chosen = &mut chosen[at.index(count)];
        prop_assume!(chosen.effect == Effect::Allow);
        chosen.conditions.push(condition);
        prop_assert!(before || !allowed(&request, &narrowed));
    }

    #[test]
    fn another_guard_never_allows_more(request in request(), policies in policies(), guard in policy(false)) {
        let before = allowed(&request, &policies);
        for add in [
            (|policies: &mut Policies, guard| policies.service_control.push(vec![guard])) as fn(&mut Policies, Policy),
            |policies, guard| if policies.boundary.is_empty() { policies.boundary.push(guard) },
            |policies, guard| if policies.endpoint.is_empty() { policies.endpoint.push(guard) },
        ] {
            let mut guarded = policies.clone();
            add(&mut guarded, guard.clone());
            prop_assert!(before || !allowed(&request, &guarded));
        }
    }

    #[test]
    fn the_order_of_statements_and_policies_does_not_matter(request in request(), policies in policies()) {
        let mut turned = policies.clone();
        for list in [&mut turned.identity, &mut turned.boundary, &mut turned.session, &mut turned.endpoint] {
            list.reverse();
            list.iter_mut().for_each(|policy| policy.statements.reverse());
        }
        turned.resource.iter_mut().for_each(|policy| policy.statements.reverse());
        for levels in [&mut turned.service_control, &mut turned.resource_control] {
            levels.reverse();
            levels.iter_mut().flatten().for_each(|policy| policy.statements.reverse());
        }
        let (before, after) = (decide(&request, &policies), decide(&request, &turned));
        prop_assert_eq!((before.decision, before.decided_by), (after.decision, after.decided_by));
    }

    #[test]
    fn an_explicit_deny_is_never_allowed(request in request(), policies in policies()) {
        let answer = decide(&request, &policies);
        if answer.decision == Decision::ExplicitDeny {
            prop_assert!(!answer.matched.is_empty());
        }
        let mut open = policies.clone();
        let everything = Statement {
            sid: None,
            effect: Effect::Allow,
            who: None,
            actions: Scope::Of(vec![String::from("*")]),
            resources: Some(Scope::Of(vec![String::from("*")])),
            conditions: Vec::new(),
        };
        open.identity.push(Policy { variables: true, statements: vec![everything] });
        let opened = decide(&request, &open).decision;
        prop_assert_eq!(opened == Decision::ExplicitDeny, answer.decision == Decision::ExplicitDeny);
    }
}
