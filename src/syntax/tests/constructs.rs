//! Every declaration and statement, and what the tree says of it.

use super::super::ast::{
    AccessItem, ConditionOperator, EntryKey, ExprKind, ExternalSource, Forbid, ItemKind, MarkArgument, NamingSubject,
    PerKey, Side, TestBody, TypeExprKind,
};
use super::super::{RESERVED, keywords};
use super::{good, in_stack, item, value};

#[test]
fn params_have_types_limits_and_defaults() {
    let ItemKind::Param(param) = item("deploy param a: text(3..63)? matching /a\\/b/ = none") else { panic!() };
    assert!(param.deploy && param.default.is_some());
    let TypeExprKind::Optional(inner) = param.ty.kind else { panic!() };
    assert_eq!(inner.pattern.unwrap().text, "a/b");
    assert!(inner.range.is_some_and(|range| range.lo.is_some() && range.hi.is_some()));
    let kind = |text: &str| match item(&format!("param a: {text}")) {
        ItemKind::Param(param) => param.ty,
        other => panic!("{other:?}"),
    };
    assert!(matches!(kind("\"a\" | 7d | 10.0.0.0/8").kind, TypeExprKind::Union(members) if members.len() == 3));
    assert!(matches!(kind("{text: int}").kind, TypeExprKind::Map(_)));
    assert!(matches!(kind("{a: int(0..), b: text? = none}").kind, TypeExprKind::Record(fields) if fields.len() == 2));
    assert!(matches!(kind("AWS::SNS::Topic").kind, TypeExprKind::Named(name) if name.name == "AWS::SNS::Topic"));
    let list = kind("[cidr](2..)");
    assert!(matches!(list.kind, TypeExprKind::List(_)) && list.range.is_some_and(|range| range.hi.is_none()));
    assert!(kind("int(-5..5)").range.is_some());
}

#[test]
fn systems_and_environments_may_carry_hyphens() {
    assert!(matches!(item("system uk-home-improvement"), ItemKind::System(name) if name.name == "uk-home-improvement"));
    let ItemKind::Environment(environment) =
        item("base environment eu-prod from eu-base { account = \"1\", size = 2 }")
    else {
        panic!()
    };
    assert!(environment.base && environment.from.unwrap().name == "eu-base" && environment.entries.len() == 2);
    let ExprKind::Per(_, arms) = value("per env { eu-prod = 1, \"a b\" = 2, 3 = 4, true = 5, else = 6 }").kind else {
        panic!()
    };
    assert!(matches!(arms[0].key, Some(PerKey::Word(name)) if name == "eu-prod"));
    assert!(arms[1..4].iter().all(|arm| matches!(arm.key, Some(PerKey::Literal(_)))) && arms[4].key.is_none());
}

#[test]
fn naming_rules_are_for_what_they_say() {
    let ItemKind::Naming(rules) =
        item("naming { default = \"a\", stack = \"b\", export = \"c\"\n per account = \"d\"\n A::B = generated }")
    else {
        panic!()
    };
    let subjects: Vec<_> = rules.iter().map(|rule| rule.subject).collect();
    assert!(matches!(
        subjects[..],
        [
            NamingSubject::Default,
            NamingSubject::Stack,
            NamingSubject::Export,
            NamingSubject::PerAccount,
            NamingSubject::Type(_)
        ]
    ));
}

#[test]
fn the_clauses_of_a_stack_stand_in_any_order() {
    let ItemKind::Stack(stack) =
        item("stack A \"t\" per account in region if not a.b and c == 1 after X, Y.z as \"n\" {}")
    else {
        panic!()
    };
    assert!(stack.title.is_some() && stack.region.is_some() && stack.as_name.is_some() && stack.per_account.is_some());
    assert!(stack.condition.is_some() && stack.after.len() == 2 && stack.after[1].names.len() == 2);
}

#[test]
fn statement_words_are_soft() {
    let body = in_stack(
        "policy = Bucket {}\nstep = Bucket { type = 1, grant = 2, if = 3, in = 4 }\nfn[k] = Key {}\nmain = Key {}",
    );
    assert_eq!(body.len(), 4);
    assert!(body.iter().all(|item| matches!(item.kind, ItemKind::Instance(_))));
}

#[test]
fn instances_have_keys_settings_and_with() {
    let body = in_stack(
        "route[\"a\"] = A::B { x = 1, y } with { in1 { K = 1, override L = 2 because \"r\", deeper { M = 3 } } }",
    );
    let ItemKind::Instance(instance) = &body[0].kind else { panic!() };
    assert!(instance.key.is_some() && instance.settings.len() == 2 && instance.settings[1].shorthand);
    let with = &instance.with[0];
    assert!(with.entries.len() == 2 && with.inner.len() == 1);
    assert!(with.entries[1].overrides.is_some() && with.entries[1].because.is_some());
    assert!(matches!(with.entries[0].entry.key, EntryKey::Word(key) if key.name == "K"));
}

#[test]
fn grants_say_who_what_and_when() {
    let body = in_stack(
        "grant [a, b.c] read, s3:GetObject on d[\"k\"] under [\"x\", \"y\"]\n  when aws:SourceAccount == account and s3:prefix like \"p/*\" in both policies\n\
         deny everyone s3:* on b in its policy\npermit a iam:PassRole on \"*\" because \"r\"",
    );
    let ItemKind::Grant(grant) = &body[0].kind else { panic!() };
    assert!(grant.verbs.len() == 2 && grant.under.is_some() && grant.side == Side::Both);
    assert_eq!(grant.when[1].operator, ConditionOperator::Like);
    assert_eq!(grant.when[0].key.name, "aws:SourceAccount");
    assert!(
        matches!(&body[1].kind, ItemKind::Deny(deny) if deny.side == Side::Resource && deny.verbs[0].name == "s3:*")
    );
    assert!(matches!(&body[2].kind, ItemKind::Permit(permit) if permit.because.is_some()));
}

#[test]
fn connections_say_on_what() {
    let body = in_stack("connect a -> b.c on tcp 80, tcp 1024..2048, udp port, icmp\nconnect 10.0.0.0/8 -> [b]");
    let ItemKind::Connect(connect) = &body[0].kind else { panic!() };
    assert_eq!(connect.ports.len(), 4);
    assert!(connect.ports[1].to.is_some() && connect.ports[3].from.is_none());
    assert!(matches!(&body[1].kind, ItemKind::Connect(connect) if connect.ports.is_empty()));
}

#[test]
fn access_blocks_say_what_verbs_mean() {
    let ItemKind::AccessOn(access) = item(
        "access on A::B {\n read { s3:GetObject, s3:Get2 on \"{arn}\", kms:Decrypt on key when kms:ViaService == \"x\"\n if k != none { a:B on k } else if l { a:C on l } else { a:D on m } }\n\
         policy A::P { Bucket = it, PolicyDocument = document }\n principal Role\n endpoint Groups on tcp Port\n}",
    ) else {
        panic!()
    };
    assert!(access.policy.is_some_and(|policy| policy.ty.is_some() && policy.entries.len() == 2));
    assert!(access.principal.is_some() && access.endpoint.is_some_and(|endpoint| endpoint.ports.len() == 1));
    let body = &access.verbs[0].body;
    assert!(matches!(&body[0], AccessItem::Statement(statement) if statement.actions.len() == 2));
    let AccessItem::If { otherwise, .. } = &body[2] else { panic!() };
    assert!(matches!(&otherwise[0], AccessItem::If { otherwise, .. } if otherwise.len() == 1));
    let ItemKind::AccessOn(access) = item("access on A::B { policy in KeyPolicy }") else { panic!() };
    assert!(access.policy.is_some_and(|policy| policy.property.is_some_and(|name| name.name == "KeyPolicy")));
}

#[test]
fn externals_say_where_their_values_come_from() {
    let ItemKind::External(external) = item(
        "external F \"t\" from \"../f\" after A before B {\n by = \"x\"\n a: A::B from parameter\n b: [text] from export \"e\"\n c: text ssm \"s\"\n d: text name \"n\"\n}",
    ) else {
        panic!()
    };
    assert!(external.from.is_some() && external.settings.len() == 1);
    let sources: Vec<_> = external.outputs.iter().map(|output| &output.source).collect();
    assert!(matches!(
        sources[..],
        [ExternalSource::Parameter, ExternalSource::Export(_), ExternalSource::Ssm(_), ExternalSource::Name(_)]
    ));
}

#[test]
fn what_must_hold_is_read() {
    assert!(matches!(item("ensure \"x\" { a, b\n c }"), ItemKind::Ensure(ensure) if ensure.body.len() == 3));
    assert!(
        matches!(item("ensure path a -> b"), ItemKind::Ensure(ensure) if ensure.text.is_none() && ensure.body.len() == 1)
    );
    assert!(
        matches!(item("forbid path a -> b on tcp 1"), ItemKind::Forbid(Forbid::Path(path)) if path.ports.len() == 1)
    );
    assert!(matches!(item("forbid grant a s3:PutObject on b"), ItemKind::Forbid(Forbid::Grant(_))));
    let ItemKind::Policy(policy) = item("policy P {\n /// d\n rule r \"t\" { a }\n rule s { b }\n}") else { panic!() };
    assert!(policy.rules[0].doc.is_some() && policy.rules[1].text.is_none());
    let ItemKind::Test(test) = item("test \"x\" in eu-prod, b with { c = 1 } { assert a == b\n assert c }") else {
        panic!()
    };
    assert!(test.environments.len() == 2 && test.with.len() == 1);
    assert!(matches!(test.body, TestBody::Asserts(asserts) if asserts.len() == 2));
    assert!(matches!(item("test \"x\" fails code"), ItemKind::Test(test) if matches!(test.body, TestBody::Fails(_))));
}

#[test]
fn the_remaining_statements_are_read() {
    good(
        "tags { A = \"b\" }\nrequire tag cost-center matching /[0-9]+/\nuse A, B from \"../x\"\nuse policy a.B\nlints { x = warning }\nclaim \"c\" { rto = 1h }",
    );
    good(
        "step authorise \"once\" after A, B before C { run = \"x\" }\ntype T = { a: int }\nfn f(a: int, b: text = \"x\") -> [T] = [a]\nlet x: int = 1",
    );
    let body = in_stack(
        "if a { x = Key {} } else if b { y = Key {} } else { z = Key {} }\nfor k, v in m { extend v { a = 1 } }\nmatch q { \"a\", \"b\" { x2 = Key {} } else { } }\noutput o = x.id as \"n\"",
    );
    let ItemKind::If(branch) = &body[0].kind else { panic!() };
    assert!(matches!(&branch.otherwise[0].kind, ItemKind::If(inner) if inner.otherwise.len() == 1));
    assert!(matches!(&body[1].kind, ItemKind::For(each) if each.binders.len() == 2));
    assert!(
        matches!(&body[2].kind, ItemKind::Match(choice) if choice.arms[0].values.len() == 2 && choice.arms[1].values.is_empty())
    );
    assert!(matches!(&body[3].kind, ItemKind::Output(output) if output.as_name.is_some()));
}

#[test]
fn documentation_and_marks_stand_with_what_follows() {
    let parsed = good(
        "/// one\n/// two\n@waive(cfn_lint.W3045, because \"r\", until 2027-01-31)\n@was(Old.thing) // note\nstack A {\n  // inner\n}",
    );
    let item = &parsed.file.items[0];
    assert_eq!(item.doc.as_ref().unwrap().text, "one\ntwo");
    assert!(matches!(
        item.marks[0].arguments[..],
        [MarkArgument::Word(_), MarkArgument::Because(_), MarkArgument::Until(_)]
    ));
    assert!(matches!(item.marks[1].arguments[..], [MarkArgument::Word(old)] if old.name == "Old.thing"));
    let comments: Vec<_> = parsed.comments.iter().map(|comment| (comment.text.as_str(), comment.own_line)).collect();
    assert_eq!(comments, [(" note", false), (" inner", true)]);
}

#[test]
fn the_keywords_come_from_the_grammar() {
    let words = keywords();
    assert!(words.is_sorted());
    assert!(["stack", "grant", "per", "tcp", "like"].iter().all(|word| words.contains(word)));
    assert!(RESERVED.iter().all(|word| words.contains(word)), "every reserved word is a keyword");
    assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric())));
}
