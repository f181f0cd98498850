//! `infrac why` and `infrac explain`: from what a deployment says back to the source.

use std::path::Path;

use crate::{folder, run};

const LAB: &str = "specs/hr-lab";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_path_of_the_source_leads_to_the_template_and_back() {
    let said = run(here(), &["why", "Network.vpc", LAB]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_pointer_a_logical_id_and_a_message_lead_to_the_same_line() {
    let file = "hrapp-team01-network.template.json";
    for thing in [
        "/Resources/Vpc/Properties/CidrBlock",
        &format!("build/team01/{file}#/Resources/Vpc/Properties/CidrBlock"),
        "Resources.Vpc.Properties.CidrBlock",
        "E3012: [/Resources/Vpc/Properties/CidrBlock] is not of type string",
    ] {
        let said = run(here(), &["why", thing, LAB, "--env", "team01"]);
        assert_eq!(
            said.out,
            format!("team01/{file}#/Resources/Vpc/Properties/CidrBlock\n  network.infra:3  as written\n\n"),
            "{thing}"
        );
    }
    let by_id = run(here(), &["why", "Circular dependency between resources: [Vpc]", LAB, "--env", "team01"]);
    assert_eq!(by_id.out, run(here(), &["why", "Vpc", LAB, "--env", "team01"]).out);
}

#[test]
fn what_is_not_there_is_said_with_what_is_near() {
    let said = run(here(), &["why", "Vcp", LAB]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(said.err, "error: no template has `Vcp`, and no part of it\ndid you mean `Vpc`?\n");
}

#[test]
fn a_system_with_an_error_gives_its_diagnostics() {
    let system = folder(&[("main.infra", b"system shop\nenvironment e { account = \"111122223333\", region = \"eu-west-1\" }\nstack A { q = AWS::SQS::Quue {} }\n")]);
    let said = run(system.path(), &["why", "Q", "--messages", "short"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("unknown_type"), "{}", said.err);
}

#[test]
fn a_message_of_cloudformation_is_explained() {
    let said = run(
        here(),
        &[
            "explain",
            "Resource handler returned message: \"The role defined for the function cannot be assumed by Lambda.\"",
        ],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains("`infrac check` tells it as `role_not_trusted`"), "{}", said.out);
    assert!(said.out.contains("\n# role_not_trusted\n"), "{}", said.out);
    let unknown = run(here(), &["explain", "all is well with us"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
}
