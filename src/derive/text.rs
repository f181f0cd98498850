//! Text in settled parts, and how CloudFormation writes it: plain, as one reference, or as `Fn::Sub`.

use crate::base::IndexMap;
use crate::derive::template::{Json, Tree};

/// A part of a text that knows how the template gets at its value.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Known when built.
    Text(String),
    /// `${x}` of an IAM policy or a shell: passed through.
    Variable(String),
    /// `Ref`: of a resource, a parameter or a pseudo parameter.
    Ref(String),
    /// `Fn::GetAtt`.
    GetAtt(String, String),
    /// `Fn::ImportValue` of an export's name; the label names it inside `Fn::Sub`.
    Import {
        /// What it is called inside `Fn::Sub`.
        label: String,
        /// The export's name.
        name: Vec<Part>,
    },
}

/// A text as JSON.
pub fn to_json(parts: &[Part]) -> Json {
    if let [part] = parts
        && let Some(json) = reference(part)
    {
        return json;
    }
    if parts.iter().all(|part| matches!(part, Part::Text(_) | Part::Variable(_))) {
        return Json::Text(plain(parts));
    }
    substitution(parts)
}

/// A text as a tree with its parent's cause.
pub fn to_tree(parts: &[Part]) -> Tree {
    Tree::new(to_json(parts), crate::eval::origin::Origin::INHERITED)
}

fn plain(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::Variable(name) => {
                text.push_str("${");
                text.push_str(name);
                text.push('}');
            }
            Part::Ref(_) | Part::GetAtt(..) | Part::Import { .. } => {}
        }
    }
    text
}

fn reference(part: &Part) -> Option<Json> {
    match part {
        Part::Text(_) | Part::Variable(_) => None,
        Part::Ref(id) => Some(object("Ref", Tree::text(id.clone()))),
        Part::GetAtt(id, attribute) => {
            Some(object("Fn::GetAtt", Tree::list([Tree::text(id.clone()), Tree::text(attribute.clone())])))
        }
        Part::Import { name, .. } => Some(object("Fn::ImportValue", to_tree(name))),
    }
}

fn substitution(parts: &[Part]) -> Json {
    let mut text = String::new();
    let mut variables: IndexMap<String, Tree> = IndexMap::default();
    for part in parts {
        match part {
            // A literal `${` would be read as a reference.
            Part::Text(literal) => text.push_str(&literal.replace("${", "${!")),
            Part::Variable(name) => {
                text.push_str("${!");
                text.push_str(name);
                text.push('}');
            }
            Part::Ref(id) => text.push_str(&format!("${{{id}}}")),
            Part::GetAtt(id, attribute) => text.push_str(&format!("${{{id}.{attribute}}}")),
            Part::Import { label, name } => {
                text.push_str(&format!("${{{label}}}"));
                let value = object("Fn::ImportValue", to_tree(name));
                variables.insert(label.clone(), Tree::new(value, crate::eval::origin::Origin::INHERITED));
            }
        }
    }
    let text = Tree::text(text);
    if variables.is_empty() {
        object("Fn::Sub", text)
    } else {
        object("Fn::Sub", Tree::list([text, Tree::map(variables)]))
    }
}

/// An object with one entry.
pub fn object(key: &str, value: Tree) -> Json {
    Json::Map(IndexMap::from_iter([(key.to_owned(), value)]))
}

/// What stands between the quotes of a JSON text.
pub fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

/// A tree as compact JSON: equal trees give equal texts, whatever their causes.
pub fn canonical(tree: &Tree) -> String {
    match &tree.json {
        Json::Bool(value) => value.to_string(),
        Json::Int(value) => value.to_string(),
        Json::Float(value) => serde_json::Value::from(*value).to_string(),
        Json::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Json::List(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Json::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", serde_json::Value::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

/// A name as CloudFormation's logical ids are written: `vpc_id` becomes `VpcId`; capitals stay.
pub fn pascal(name: &str) -> String {
    let mut id = String::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn json(parts: &[Part]) -> String {
        canonical(&to_tree(parts))
    }

    #[test]
    fn text_without_gaps_stays_as_written() {
        assert_eq!(json(&[text("a ${b} \"c\"")]), r#""a ${b} \"c\"""#);
        assert_eq!(json(&[]), r#""""#);
    }

    #[test]
    fn a_single_gap_is_a_plain_reference() {
        assert_eq!(json(&[Part::Ref("Vpc".into())]), r#"{"Ref":"Vpc"}"#);
        assert_eq!(
            json(&[Part::GetAtt("Db".into(), "Endpoint.Port".into())]),
            r#"{"Fn::GetAtt":["Db","Endpoint.Port"]}"#
        );
        let import = Part::Import { label: "NetworkVpcId".into(), name: vec![text("net-VpcId")] };
        assert_eq!(json(&[import]), r#"{"Fn::ImportValue":"net-VpcId"}"#);
    }

    #[test]
    fn several_pieces_are_a_substitution_in_which_foreign_variables_are_escaped() {
        let parts = [
            text("a${x"),
            Part::Variable("HOSTNAME".into()),
            Part::Ref("Vpc".into()),
            Part::GetAtt("Db".into(), "Arn".into()),
        ];
        assert_eq!(json(&parts), r#"{"Fn::Sub":"a${!x${!HOSTNAME}${Vpc}${Db.Arn}"}"#);
        assert_eq!(json(&[text("a"), Part::Variable("b:c".into())]), r#""a${b:c}""#);
    }

    #[test]
    fn an_import_in_text_goes_through_the_variable_map() {
        let import = Part::Import { label: "NetworkVpcId".into(), name: vec![text("net-VpcId")] };
        assert_eq!(
            json(&[import.clone(), text(","), import]),
            r#"{"Fn::Sub":["${NetworkVpcId},${NetworkVpcId}",{"NetworkVpcId":{"Fn::ImportValue":"net-VpcId"}}]}"#
        );
    }

    #[test]
    fn ids_are_pascal_case_and_keep_capitals() {
        assert_eq!(pascal("vpc_id"), "VpcId");
        assert_eq!(pascal("CLOUDFRONT_DOMAIN"), "CLOUDFRONTDOMAIN");
        assert_eq!(pascal("Endpoint.Port"), "EndpointPort");
    }
}
