//! Policy documents, read as IAM would read them.

use serde_json::Value;

use crate::meaning::plain;
use crate::tree::{Check, Env, Res, want};

/// One statement, its lists always lists.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Whether it allows.
    pub allows: bool,
    /// Whether it denies.
    pub denies: bool,
    /// Its actions.
    pub actions: Vec<String>,
    /// Its resources.
    pub resources: Vec<String>,
    /// Its principals as `AWS:…`, `Service:…`, or `*`.
    pub principals: Vec<String>,
    /// Its conditions as (operator, key, values).
    pub conditions: Vec<(String, String, Vec<String>)>,
    /// Whether it is written by exclusion (`NotAction` and the like).
    pub excludes: bool,
}

impl Statement {
    /// Whether a condition of this operator, key and value stands in it.
    pub fn when(&self, operator: &str, key: &str, value: &str) -> bool {
        let wanted =
            |(op, k, values): &(String, String, Vec<String>)| op == operator && k == key && values[..] == [value];
        self.conditions.iter().any(wanted)
    }

    /// Whether it speaks of everyone.
    pub fn of_everyone(&self) -> bool {
        self.principals.iter().any(|principal| principal == "*" || principal == "AWS:*")
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(plain).collect(),
        Some(one) => vec![plain(one)],
    }
}

/// The statements of a document in normal form. A document of the older version means other things, and an effect
/// that is neither of the two means nothing.
pub fn statements(document: &Value) -> Result<Vec<Statement>, String> {
    let version = document.get("Version");
    want(version.is_some_and(|version| version == "2012-10-17"), || format!("a policy of version {version:?}"))?;
    let list = match document.get("Statement") {
        Some(Value::Array(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let statements: Vec<Statement> = list.iter().map(statement).collect();
    let sound = statements.iter().all(|statement| statement.allows || statement.denies);
    want(sound, || format!("a statement without effect in {statements:?}"))?;
    Ok(statements)
}

fn statement(value: &Value) -> Statement {
    let mut principals = Vec::new();
    match value.get("Principal") {
        Some(Value::Object(map)) => {
            for (kind, who) in map {
                principals.extend(texts(Some(who)).into_iter().map(|who| format!("{kind}:{who}")));
            }
        }
        other => principals.extend(texts(other)),
    }
    let mut conditions = Vec::new();
    for (operator, keys) in value.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            conditions.push((operator.clone(), key.clone(), texts(Some(values))));
        }
    }
    Statement {
        allows: value.get("Effect").is_some_and(|effect| effect == "Allow"),
        denies: value.get("Effect").is_some_and(|effect| effect == "Deny"),
        actions: texts(value.get("Action")),
        resources: texts(value.get("Resource")),
        principals,
        conditions,
        excludes: ["NotAction", "NotResource", "NotPrincipal"].iter().any(|key| value.get(key).is_some()),
    }
}

/// All statements that give a role something: its inline policies, and policies elsewhere that name it.
pub fn of_role(env: &Env, role: &Res) -> Result<Vec<Statement>, String> {
    let mut all = Vec::new();
    for inline in role.items("Policies") {
        all.extend(statements(&inline["PolicyDocument"])?);
    }
    let name = plain(&role.reference());
    for ty in ["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"] {
        for policy in env.everywhere(ty)? {
            let mut roles = policy.items("Roles");
            roles.extend(policy.items("RoleName"));
            if roles.iter().any(|other| plain(other) == name) {
                all.extend(statements(&policy.get("PolicyDocument"))?);
            }
        }
    }
    Ok(all)
}

/// The one policy of a bucket.
pub fn of_bucket(env: &Env, stack: &str, bucket: &Res) -> Result<Vec<Statement>, String> {
    let name = plain(&bucket.reference());
    let policies = env.all(stack, "AWS::S3::BucketPolicy")?;
    let of_it: Vec<_> = policies.iter().filter(|policy| plain(&policy.get("Bucket")) == name).collect();
    match of_it[..] {
        [only] => statements(&only.get("PolicyDocument")),
        _ => Err(format!("{} policies of bucket {name}", of_it.len())),
    }
}

/// That an action is allowed, and on exactly these resources.
pub fn allowed_only_on(statements: &[Statement], action: &str, resources: &[String]) -> Check {
    let mut found: Vec<&String> = Vec::new();
    for statement in statements.iter().filter(|s| s.allows && s.actions.iter().any(|a| a == action)) {
        found.extend(&statement.resources);
    }
    found.sort();
    found.dedup();
    let mut wanted: Vec<&String> = resources.iter().collect();
    wanted.sort();
    want(found == wanted, || format!("{action} is allowed on {found:?}, not on {wanted:?}"))
}
