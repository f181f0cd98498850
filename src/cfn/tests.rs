#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn read(text: &str) -> Node {
    let (node, found) = document(FileId(0), text);
    assert!(found.is_empty(), "{found:?}");
    node.unwrap()
}

fn complaint(text: &str) -> String {
    let (node, mut found) = document(FileId(0), text);
    assert!(node.is_none());
    found.remove(0).message
}

fn evaluated(text: &str, given: &[(&str, &str)]) -> Evaluated {
    let (template, found) = template(read(text));
    assert!(found.is_empty(), "{found:?}");
    let mut values = Parameters::default();
    for (name, value) in given {
        values.give(name, value);
    }
    let (evaluated, found) = evaluate(&template.unwrap(), &values);
    assert!(found.is_empty(), "{found:?}");
    evaluated
}

/// What an expression gives in a template with a few parameters, conditions and mappings.
fn value(expression: &str, given: &[(&str, &str)]) -> String {
    let text = format!(
        "Transform: AWS::LanguageExtensions\n\
         Parameters:\n  Env: {{Type: String, Default: dev}}\n  Open: {{Type: String}}\n  Pin: {{Type: String, NoEcho: true, Default: '1'}}\n  \
         Nets: {{Type: CommaDelimitedList, Default: 'a, b'}}\n\
         Mappings:\n  Sizes:\n    dev: {{size: small}}\n\
         Conditions:\n  IsDev: !Equals [!Ref Env, dev]\n  IsOpen: !Equals [!Ref Open, x]\n  Both: !And [!Condition IsDev, !Condition IsOpen]\n  \
         Loop: !Not [!Condition Loop]\n\
         Resources:\n  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      P: {expression}\n"
    );
    let evaluated = evaluated(&text, given);
    evaluated.resources["R"].properties.get("P").map_or_else(|| "nothing".into(), |value| value.to_json().to_string())
}

#[test]
fn both_forms_give_the_same_document() {
    fn bare(node: &Node) -> String {
        match &node.item {
            Item::List(items) => format!("[{}]", items.iter().map(bare).collect::<Vec<_>>().join(",")),
            Item::Map(map) => {
                let entries = map.iter().map(|(key, (_, value))| format!("{key}:{}", bare(value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }
            other => format!("{other:?}"),
        }
    }
    let yaml = "A: !Sub 'é ${X}'\nB: [1, true, ~, 'yes', yes]\nC: !GetAtt R.Arn\nD: |\n  two\n  lines\n";
    let json = r#"{"A": {"Fn::Sub": "é ${X}"}, "B": [1, true, null, "yes", true], "C": {"Fn::GetAtt": "R.Arn"}, "D": "two\nlines\n"}"#;
    assert_eq!(bare(&read(yaml)), bare(&read(json)));
}

#[test]
fn places_are_bytes_whatever_stands_before_them() {
    for text in ["Ä: x\nKey: value\n", "{\"Ä\": \"x\",\n \"Key\": \"value\"}"] {
        let node = read(text);
        let at = node.get("Key").unwrap().span.range();
        assert!(text[at.clone()].contains("value"), "{:?}", &text[at]);
    }
}

#[test]
fn what_cannot_be_read_is_said_in_a_sentence() {
    insta::assert_snapshot!(
        [
            "{\"A\": 1,}",
            "{\"A\": 1, \"A\": 2}",
            "A: 1\nA: 2\n",
            "A: [1, 2\n",
            "A: 1\n---\nB: 2\n",
            "<<: {A: 1}\n",
            "? [a]\n: 1\n",
            "",
        ]
        .map(complaint)
        .join("\n")
    );
}

#[test]
fn nothing_exhausts_the_reader() {
    let deep = "[".repeat(100_000);
    assert!(!document(FileId(0), &deep).1.is_empty());
    assert!(!document(FileId(0), &format!("a: {deep}")).1.is_empty());
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for at in 1..12 {
        let alias = format!("*a{}", at - 1);
        laughs.push_str(&format!("a{at}: &a{at} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    assert!(complaint(&laughs).contains("aliases"));
}

#[test]
fn a_template_has_resources_and_each_its_type() {
    let told = |text: &str| template(read(text)).1.iter().map(|found| found.message.clone()).collect::<Vec<_>>();
    assert_eq!(told("Outputs: {}"), ["this is no template: it has no `Resources`"]);
    assert_eq!(told("[]"), ["a template is an object, and this is a list"]);
    assert_eq!(
        told("Resources: {A: {}, B: 1}"),
        ["resource `A` has no `Type`", "resource `B` is an object, and this is a number"]
    );
}

#[test]
fn functions_are_computed_as_far_as_their_arguments_are_known() {
    for (expression, expected) in [
        ("!Ref Env", r#""dev""#),
        ("!Ref Open", r#"{"Ref":"Open"}"#),
        ("!Ref Pin", r#""****""#),
        ("!Ref Nets", r#"["a","b"]"#),
        ("!Ref AWS::NoValue", "nothing"),
        ("!Ref Other", r#"{"Ref":"Other"}"#),
        ("!Sub '${Env}-x'", r#""dev-x""#),
        ("!Sub '${Env}-${Open}-${R.Arn}-${!Raw}'", r#"{"Fn::Sub":"dev-${Open}-${R.Arn}-${!Raw}"}"#),
        ("!Sub ['${A}${Env}', {A: !Ref Env}]", r#""devdev""#),
        ("!Join ['-', [a, !Ref Env, !Ref AWS::Region]]", r#"{"Fn::Sub":"a-dev-${AWS::Region}"}"#),
        ("!Join [',', !Ref Nets]", r#""a,b""#),
        ("!Select [1, !Ref Nets]", r#""b""#),
        ("!Select [5, !Ref Nets]", r#"{"Fn::Select":[5,["a","b"]]}"#),
        ("!Split [',', 'a,b']", r#"["a","b"]"#),
        ("!Select [1, !Split [':', !Sub 'x:${R}:y']]", r#"{"Fn::Sub":"${R}"}"#),
        ("!FindInMap [Sizes, !Ref Env, size]", r#""small""#),
        ("!FindInMap [Sizes, prod, size, {DefaultValue: none}]", r#""none""#),
        ("!If [IsDev, 1, 2]", "1"),
        (
            "!If [IsOpen, 1, !Ref AWS::NoValue]",
            r#"{"Fn::If":[{"Fn::Equals":[{"Ref":"Open"},"x"]},1,{"Ref":"AWS::NoValue"}]}"#,
        ),
        ("!If [Both, 1, 2]", r#"{"Fn::If":[{"Fn::Equals":[{"Ref":"Open"},"x"]},1,2]}"#),
        ("!If [Loop, 1, 2]", r#"{"Fn::If":[{"Fn::Not":{"Condition":"Loop"}},1,2]}"#),
        ("!GetAtt R.Arn", r#"{"Fn::GetAtt":["R","Arn"]}"#),
        ("!ImportValue x", r#"{"Fn::ImportValue":"x"}"#),
        ("!Base64 x", r#"{"Fn::Base64":"x"}"#),
        ("{Fn::Length: !Ref Nets}", "2"),
        ("{Fn::ToJsonString: {a: [1]}}", r#""{\"a\":[1]}""#),
    ] {
        assert_eq!(value(expression, &[]), expected, "{expression}");
    }
    assert_eq!(value("!If [Both, 1, 2]", &[("Open", "x")]), "1");
    assert_eq!(value("!If [Both, 1, 2]", &[("Env", "prod")]), "2");
    assert_eq!(value("!Sub '${AWS::Region}'", &[("AWS::Region", "eu-west-1")]), r#""eu-west-1""#);
}

#[test]
fn loops_are_unfolded() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'one,two-b'}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic&{Name}:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Ref Name, DisplayName: 'is ${Name}'}
";
    let evaluated = evaluated(text, &[]);
    let told: Vec<String> =
        evaluated.resources.iter().map(|(id, it)| format!("{id} {}", it.properties.to_json())).collect();
    assert_eq!(
        told,
        [
            r#"Topicone {"TopicName":"one","DisplayName":"is one"}"#,
            r#"Topictwob {"TopicName":"two-b","DisplayName":"is two-b"}"#,
        ]
    );
}

#[test]
fn a_loop_over_the_unknown_is_a_mistake() {
    let text = "
Parameters: {Names: {Type: CommaDelimitedList}}
Resources: {'Fn::ForEach::L': [N, !Ref Names, {'T${N}': {Type: AWS::SNS::Topic}}]}";
    let (template, _) = template(read(text));
    let (_, found) = evaluate(&template.unwrap(), &Parameters::default());
    assert_eq!(found[0].message, "what `N` runs through is not known before the deployment");
}

#[test]
fn parameters_come_as_an_object_or_as_the_list_of_the_command_line() {
    let both = [
        r#"{"Env": "prod", "Nets": ["a", "b"]}"#,
        r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Nets", "ParameterValue": "a,b"}]"#,
    ];
    for text in both {
        let (values, found) = parameters(&read(text));
        assert!(found.is_empty());
        assert_eq!((values.get("Env"), values.get("Nets")), (Some("prod"), Some("a,b")));
    }
    assert_eq!(parameters(&read("[1]")).1.len(), 1);
    assert_eq!(parameters(&read("{\"A\": {}}")).1.len(), 1);
}

#[test]
fn scalars_are_the_same_as_their_text() {
    let pair = |a: &str, b: &str| {
        let text = format!("Resources: {{R: {{Type: T, Properties: {{A: {a}, B: {b}}}}}}}");
        let evaluated = evaluated(&text, &[]);
        let properties = &evaluated.resources["R"].properties;
        same(properties.get("A").unwrap(), properties.get("B").unwrap())
    };
    assert!(pair("1", "'1'") && pair("true", "'true'") && pair("1.0", "1") && pair("[a]", "['a']"));
    assert!(!pair("'1.0'", "'1'") && !pair("a", "b") && !pair("[a]", "a") && !pair("{}", "[]"));
    assert!(pair("!Ref X", "!Ref X") && !pair("!Ref X", "!Ref Y") && !pair("!Ref X", "X"));
}

mod never_panics {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_read(text in "[\\PC\n\t]{0,200}") {
            let _ = document(FileId(0), &text);
            let _ = document(FileId(0), &format!("{{{text}"));
        }

        #[test]
        fn whatever_a_template_says(
            words in prop::collection::vec(prop::sample::select(vec![
                "Resources:", "\n  A:", "\n    Type: AWS::SQS::Queue", "\n    Properties:", "\n      P:", " !Sub '${A", "}'", " !If", " [X, ",
                "1]", "{", "}", "[", "]", ",", "\n  Fn::ForEach::L:", " !Ref X", " Fn::Join: ", "\nParameters:", "\n  X: {Type: String}",
                "\nConditions:", "\n  X: !Equals [a, b]", " !Select", " !Split", " !FindInMap", " !GetAtt A.B", "\nOutputs:",
            ]), 0..30)
        ) {
            if let (Some(node), _) = document(FileId(0), &words.concat())
                && let (Some(template), _) = template(node)
            {
                let _ = evaluate(&template, &Parameters::default());
            }
        }
    }
}
