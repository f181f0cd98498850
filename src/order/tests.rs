#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::sample::{at, empty, shop};
use super::*;
use crate::derive::template::EdgeKind;
use crate::diag::codes;
use crate::eval::model::After;

fn ids(plan: &Plan) -> Vec<&str> {
    plan.order.iter().map(String::as_str).collect()
}

#[test]
fn stacks_are_deployed_layer_by_layer_and_in_each_in_the_order_of_their_declaration() {
    let mut s = empty("dev");
    for name in ["compute", "data", "secrets", "network", "security", "storage"] {
        s.stack(name, name, 1);
    }
    let ids: Vec<_> = s.model.stack_ids().collect();
    s.edge(ids[3], ids[1], EdgeKind::Import, "Network.vpc.id", at(0, 3));
    s.edge(ids[3], ids[0], EdgeKind::Import, "Network.vpc.id", at(0, 4));
    s.edge(ids[1], ids[2], EdgeKind::Import, "Data.db.id", at(0, 5));
    s.edge(ids[2], ids[0], EdgeKind::Import, "Secrets.key.id", at(0, 6));
    let (plan, diagnostics) = order(&s.model, &s.derived);
    assert!(diagnostics.is_empty());
    let expected =
        ["network", "security", "storage", "data", "secrets", "compute"].map(|name| format!("deploy:{name}"));
    assert_eq!(plan.order, expected);
    assert_eq!(plan.waves.concat(), plan.order);
    assert_eq!(plan.waves.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1, 1]);
}

#[test]
fn a_step_of_people_stands_between_what_it_comes_after_and_what_needs_it() {
    let s = shop("dev");
    let (plan, diagnostics) = order(&s.model, &s.derived);
    assert!(diagnostics.is_empty());
    let expected = [
        "deploy:shop-dev-network",
        "account:shop-security",
        "deploy:shop-dev-storage",
        "deploy:shop-dev-data",
        "manual:verify",
        "deploy:shop-dev-app",
        "external:dns",
    ];
    assert_eq!(ids(&plan), expected);
}

#[test]
fn a_name_gives_way_where_it_would_close_a_circle() {
    let s = shop("dev");
    let (plan, _) = order(&s.model, &s.derived);
    assert_eq!(plan.given_way.len(), 1);
    assert_eq!(plan.given_way[0].because[0].from, "App.role.arn");
    assert!(plan.edges.iter().any(|edge| edge.because[0].from == "Storage.uploads.arn"));
}

#[test]
fn reasons_of_one_pair_are_one_edge_with_the_strongest_kind() {
    let mut s = empty("dev");
    let (a, b) = (s.stack("A", "a", 1), s.stack("B", "b", 2));
    s.edge(a, b, EdgeKind::Name, "A.role.arn", at(0, 3));
    s.edge(a, b, EdgeKind::Import, "A.vpc.id", at(0, 4));
    s.edge(a, b, EdgeKind::Import, "A.vpc.id", at(0, 4));
    let (plan, _) = order(&s.model, &s.derived);
    assert_eq!(plan.edges.len(), 1);
    assert_eq!(plan.edges[0].kind, EdgeKind::Import);
    assert_eq!(plan.edges[0].because.len(), 2);
}

#[test]
fn the_shortest_circle_is_named_with_every_place() {
    let mut s = empty("dev");
    let (a, b, c) = (s.stack("A", "a", 1), s.stack("B", "b", 2), s.stack("C", "c", 3));
    s.edge(a, b, EdgeKind::Import, "A.x", at(0, 4));
    s.edge(b, c, EdgeKind::Import, "B.x", at(0, 5));
    s.edge(c, a, EdgeKind::Import, "C.x", at(0, 6));
    s.edge(c, b, EdgeKind::Parameter, "C.y", at(0, 7));
    let (plan, diagnostics) = order(&s.model, &s.derived);
    assert_eq!(plan.order.len(), 3);
    assert_eq!(diagnostics[0].code, codes::STACK_CYCLE);
    assert_eq!(diagnostics[0].message, "`B` and `C` each have to be deployed before the other");
    let spans: Vec<_> = diagnostics[0].labels.iter().map(|label| label.span).collect();
    assert_eq!(spans, [at(0, 5), at(0, 7)]);
}

#[test]
fn a_circle_through_a_manual_step_is_found() {
    let mut s = empty("dev");
    let (a, b) = (s.stack("A", "a", 1), s.stack("B", "b", 2));
    s.edge(a, b, EdgeKind::Import, "A.x", at(0, 4));
    s.step("check", &[After::Stack(b)], &[After::Stack(a)], 9);
    let (_, diagnostics) = order(&s.model, &s.derived);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].labels.len(), 3);
}

#[test]
fn a_shared_stack_cannot_wait_for_one_environments_own() {
    let mut s = shop("dev");
    let ids: Vec<_> = s.model.stack_ids().collect();
    s.edge(ids[0], ids[1], EdgeKind::Import, "Network.vpc.id", at(0, 21));
    let (_, diagnostics) = order(&s.model, &s.derived);
    assert_eq!(diagnostics[0].code, codes::PER_ACCOUNT_DIFFERS);
    assert_eq!(diagnostics[0].span(), at(0, 21));
}

#[test]
fn destroying_goes_backwards_and_leaves_shared_stacks_alone() {
    let s = shop("dev");
    let (plan, _) = order(&s.model, &s.derived);
    let expected =
        ["delete:shop-dev-app", "delete:shop-dev-data", "delete:shop-dev-storage", "delete:shop-dev-network"];
    assert_eq!(plan.destroy.order, expected);
    assert_eq!(plan.destroy.before["shop-dev-data"][0].action, DestroyAction::DisableDeletionProtection);
    assert_eq!(plan.destroy.before["shop-dev-storage"][0].action, DestroyAction::EmptyBucket);
    let left: Vec<&str> = plan.destroy.left_behind.iter().map(|left| left.id.as_str()).collect();
    assert_eq!(left, ["Table", "Db"]);
}

#[test]
fn the_shared_stacks_of_all_environments_are_one_plan() {
    let (dev, prod) = (shop("dev"), shop("prod"));
    let models = [(&dev.model, &dev.derived), (&prod.model, &prod.derived)];
    let (plan, diagnostics) = account(&models, "123456789012", "us-east-1").unwrap();
    assert!(diagnostics.is_empty());
    assert_eq!(plan.order, ["deploy:shop-security"]);
    assert_eq!(plan.folder(), "account-123456789012-us-east-1");
    assert!(account(&models, "123456789012", "eu-west-2").is_none());
}

#[test]
fn a_chain_of_reasons_says_why_one_step_comes_before_another() {
    let s = shop("dev");
    let (plan, _) = order(&s.model, &s.derived);
    let chain = why(&plan, "Network", "shop-dev-app").unwrap();
    let names: Vec<&str> = chain.iter().map(|edge| edge.after.as_str()).collect();
    assert_eq!(names, ["deploy:shop-dev-data", "deploy:shop-dev-app"]);
    assert!(why(&plan, "App", "Network").is_none());
    assert!(why(&plan, "Nobody", "Network").is_none());
}
