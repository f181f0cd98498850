//! Whether a name is one that its type takes, whatever the values of params.

use proptest::prelude::*;

use crate::rules::{Params, Piece, Values, agreeing, each, found, named, params, values_in, written};

/// A type, and what its documentation says of names, written down a second time.
struct Kind {
    ty: &'static str,
    /// What it needs besides.
    body: &'static str,
    takes: fn(&str) -> bool,
}

fn letters(name: &str, signs: &str) -> bool {
    name.chars().all(|one| one.is_ascii_alphanumeric() || signs.contains(one))
}

fn ends_well(name: &str) -> bool {
    let good = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric());
    good(name.chars().next()) && good(name.chars().next_back())
}

const KINDS: [Kind; 5] = [
    Kind {
        ty: "AWS::SQS::Queue",
        body: "",
        takes: |name| (1..=80).contains(&name.len()) && letters(name.strip_suffix(".fifo").unwrap_or(name), "-_"),
    },
    Kind {
        ty: "AWS::ElasticLoadBalancingV2::TargetGroup",
        body: " Port = 80, Protocol = \"HTTP\", VpcId = \"vpc-12345678\" ",
        takes: |name| (1..=32).contains(&name.len()) && letters(name, "-") && ends_well(name),
    },
    Kind {
        ty: "AWS::ElastiCache::ReplicationGroup",
        body: " ReplicationGroupDescription = \"x\" ",
        takes: |name| {
            let first = name.starts_with(|one: char| one.is_ascii_alphabetic());
            name.len() <= 40 && letters(name, "-") && first && ends_well(name) && !name.contains("--")
        },
    },
    Kind {
        ty: "AWS::RDS::DBCluster",
        body: " Engine = \"aurora-postgresql\", ManageMasterUserPassword = true, MasterUsername = \"shop\" ",
        takes: |name| {
            let first = name.starts_with(|one: char| one.is_ascii_alphabetic());
            name.len() <= 63 && letters(name, "-") && first && ends_well(name) && !name.contains("--")
        },
    },
    Kind {
        ty: "AWS::S3::Bucket",
        body: "",
        takes: |name| (3..=63).contains(&name.len()) && letters(name, "-.") && ends_well(name) && !name.contains(".."),
    },
];

const ENVIRONMENTS: [&str; 2] = ["e", "live"];
const ID: &str = "it";

fn rule() -> impl Strategy<Value = Vec<Piece>> {
    let piece = prop_oneof![
        2 => prop::sample::select(vec!["a", "-", ".", "b-", "_"]).prop_map(Piece::Text),
        1 => prop::sample::select(vec![26_usize, 29, 36, 58, 60, 75]).prop_map(Piece::Long),
        5 => (0..2_usize).prop_map(Piece::Param),
        1 => Just(Piece::Env),
        2 => Just(Piece::Id),
    ];
    prop::collection::vec(piece, 1..5)
}

fn program(params: Params, rule: &[Piece], kind: &Kind) -> String {
    let environments = ENVIRONMENTS
        .iter()
        .zip(["111122223333", "444455556666"])
        .map(|(name, account)| format!("environment {name} {{ account = \"{account}\", region = \"eu-west-2\" }}\n"));
    format!(
        "system shop\n{}{}naming {{ {} = {} }}\nstack Store {{ {ID} = {} {{{}}} }}\n",
        params.written(),
        environments.collect::<String>(),
        kind.ty,
        written(rule, "id"),
        kind.ty,
        kind.body,
    )
}

#[test]
fn a_name_breaks_its_limits_exactly_where_trying_all_values_breaks_them() {
    let (mut fit, mut broken, mut replayed, mut today) = (0_u32, 0_u32, 0_u32, 0_u32);
    let cases = (params(), rule(), 0..KINDS.len());
    each(40, cases, |(params, rule, kind)| {
        let kind = &KINDS[kind];
        let takes = |name: &String| (kind.takes)(name);
        let names = |values: &Values| ENVIRONMENTS.map(|env| named(&rule, values, env, ID));
        let program = program(params, &rule, kind);
        let expected = params.all().iter().all(|values| names(values).iter().all(takes));
        let told = found(&program);
        let of = |codes: &[&str]| {
            let about = told.iter().filter(|one| codes.contains(&one.code.name()));
            about.cloned().collect::<Vec<_>>()
        };
        let (for_all, now) = (of(&["param_too_wide"]), of(&["name_too_long", "name_invalid"]));
        if expected != (for_all.is_empty() && now.is_empty()) {
            let said: Vec<&str> = told.iter().map(|one| one.message.as_str()).collect();
            return Err(format!("it fits: {expected}; infrac says {said:?} of\n{program}"));
        }
        if expected {
            fit += 1
        } else {
            broken += 1
        }
        for one in &for_all {
            let said = values_in(&one.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>().join("; "));
            let breaks = |values: &Values| !names(values).iter().all(takes);
            if !agreeing(params, &said).iter().all(breaks) {
                return Err(format!("{said:?} does not break the name of\n{program}{one:#?}"));
            }
            replayed += 1;
        }
        for one in &now {
            let name = one.message.split('`').nth(1).unwrap().to_owned();
            let made = names(&params.all()[0]).contains(&name);
            if takes(&name) || !made {
                return Err(format!("`{name}` is no name that breaks anything in\n{program}"));
            }
            today += 1;
        }
        Ok(())
    });
    println!("{fit} rules fit, {broken} do not; {replayed} shortest values replayed, {today} names of today");
    assert!(fit * 12 > broken && broken > 0 && replayed > 0 && today > 0);
}
