//! What must not be there, planted to see whether some fact notices: a key of another owner, an open port, a wildcard.
//! Facts about what is absent could not fail otherwise, for taking things away never disturbs them.

use serde_json::{Map, Value, json};

/// Something to plant in every resource of a type.
pub struct Plant {
    ty: &'static str,
    /// Only in stacks whose name ends so.
    stack: &'static str,
    /// The property; `[]` at its end adds an item.
    path: &'static str,
    value: fn() -> Value,
}

/// A plant for every resource of a type, in stacks whose name ends so.
pub const fn plant(ty: &'static str, stack: &'static str, path: &'static str, value: fn() -> Value) -> Plant {
    Plant { ty, stack, path, value }
}

/// A rule that lets everyone in, or out to everywhere.
pub fn open(protocol: &str, port: i64) -> Value {
    json!({"IpProtocol": protocol, "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"})
}

/// A role's inline policy of one statement.
pub fn policy(action: Value, resource: Value) -> Value {
    let statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
    json!({"PolicyName": "planted", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}})
}

impl Plant {
    /// Whether it is for resources of this type in this stack.
    pub fn suits(&self, ty: &str, stack: &str) -> bool {
        self.ty == ty && stack.ends_with(self.stack)
    }

    /// The resource with it.
    pub fn planted_in(&self, body: &Value) -> Value {
        let mut copy = body.clone();
        let (path, item) = match self.path.strip_suffix("[]") {
            Some(path) => (path, true),
            None => (self.path, false),
        };
        let mut here = &mut copy["Properties"];
        for key in path.split('.') {
            if !here.is_object() {
                *here = Value::Object(Map::new());
            }
            here = &mut here[key];
        }
        match (item, here) {
            (true, Value::Array(items)) => items.push((self.value)()),
            (true, list) => *list = json!([(self.value)()]),
            (false, value) => *value = (self.value)(),
        }
        copy
    }

    /// What it is, for messages.
    pub fn name(&self) -> String {
        format!(" with {} {}", self.path, (self.value)())
    }
}
