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

const fn plant(ty: &'static str, stack: &'static str, path: &'static str, value: fn() -> Value) -> Plant {
    Plant { ty, stack, path, value }
}

/// Everything that is planted.
pub static PLANTS: [Plant; 16] = [
    plant("AWS::SecretsManager::Secret", "", "KmsKeyId", || json!("alias/other")),
    plant("AWS::RDS::DBInstance", "", "KmsKeyId", || json!("alias/other")),
    plant("AWS::RDS::DBInstance", "", "ManageMasterUserPassword", || json!(true)),
    plant("AWS::RDS::DBInstance", "", "EnableCloudwatchLogsExports", || json!(["audit"])),
    plant("AWS::EC2::LaunchTemplate", "", "LaunchTemplateData.KeyName", || json!("key")),
    plant(
        "AWS::EC2::LaunchTemplate",
        "",
        "LaunchTemplateData.NetworkInterfaces[]",
        || json!({"DeviceIndex": 0, "AssociatePublicIpAddress": true}),
    ),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 22)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupIngress[]", || open("tcp", 5000)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupEgress[]", || open("-1", -1)),
    plant("AWS::EC2::SecurityGroup", "", "SecurityGroupEgress[]", || open("udp", 53)),
    plant("AWS::IAM::Role", "", "ManagedPolicyArns[]", || json!("arn:aws:iam::aws:policy/AdministratorAccess")),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("s3:*"), json!("*"))),
    plant("AWS::IAM::Role", "", "Policies[]", || policy(json!("kms:Decrypt"), json!("arn:aws:kms:eu-west-1:1:key/1"))),
    plant(
        "AWS::S3::BucketPolicy",
        "",
        "PolicyDocument.Statement[]",
        || json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}),
    ),
    plant("AWS::S3::Bucket", "-storage", "LoggingConfiguration", || json!({"LogFilePrefix": "logs/"})),
    plant("AWS::SecretsManager::RotationSchedule", "", "HostedRotationLambda.SuperuserSecretArn", || json!("arn")),
];

fn open(protocol: &str, port: i64) -> Value {
    json!({"IpProtocol": protocol, "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"})
}

fn policy(action: Value, resource: Value) -> Value {
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
