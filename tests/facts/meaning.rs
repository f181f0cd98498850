//! What CloudFormation values mean: a normal form in which two ways to say the same thing are equal.
//!
//! Intrinsic functions are worked out across templates. What is known when the system is built becomes text; pseudo
//! parameters stay as `${AWS::…}`; what only a deployment knows becomes a mark such as `‹hrapp-team01-network/Vpc›`. The ARN of a
//! thing with a fixed name is spelled out, whether it was written with `Fn::Sub` or asked for with `Fn::GetAtt`.

use serde_json::{Map, Value};

use crate::tree::{Kind, Tree};

/// Deeper references than this are taken for a circle.
const DEPTH: usize = 32;

/// The normal form of a value in a template.
pub fn of(tree: &Tree, stack: usize, value: &Value) -> Value {
    Reader { tree, depth: 0 }.value(stack, value)
}

/// What `Ref` of a logical id gives.
pub fn reference(tree: &Tree, stack: usize, id: &str) -> Value {
    Reader { tree, depth: 0 }.reference(stack, id)
}

/// What `Fn::GetAtt` of a logical id gives.
pub fn attribute(tree: &Tree, stack: usize, id: &str, name: &str) -> Value {
    Reader { tree, depth: 0 }.attribute(stack, id, name)
}

/// Equality as CloudFormation sees it: `5000` and `"5000"`, `true` and `"true"` are the same.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Array(_) | Value::Object(_) | Value::Null, _)
        | (_, Value::Array(_) | Value::Object(_) | Value::Null) => a == b,
        _ => plain(a) == plain(b),
    }
}

/// A scalar as text.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether any intrinsic inside a value names this logical id.
pub fn refers_to(value: &Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| refers_to(item, id)),
        Value::Object(map) => map.iter().any(|(key, inner)| match (key.as_str(), inner) {
            ("Ref", Value::String(name)) => name == id,
            ("Fn::GetAtt", Value::String(name)) => name.split('.').next() == Some(id),
            ("Fn::GetAtt", Value::Array(parts)) => parts.first().and_then(Value::as_str) == Some(id),
            ("Fn::Sub", Value::String(text)) => {
                text.contains(&format!("${{{id}}}")) || text.contains(&format!("${{{id}."))
            }
            _ => refers_to(inner, id),
        }),
        _ => false,
    }
}

/// The types whose `Ref` is a name, with the property that sets it.
const NAMED: [(&str, &str); 19] = [
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName"),
    ("AWS::RDS::DBParameterGroup", "DBParameterGroupName"),
    ("AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName"),
    ("AWS::ApiGateway::Stage", "StageName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::Events::Rule", "Name"),
    ("AWS::CloudTrail::Trail", "TrailName"),
    ("AWS::CodeBuild::Project", "Name"),
    ("AWS::CodePipeline::Pipeline", "Name"),
    ("AWS::SES::ConfigurationSet", "Name"),
    ("AWS::ApiGatewayV2::Stage", "StageName"),
];

/// Attributes that say the same as `Ref`.
const IDENTITIES: [(&str, &str); 11] = [
    ("AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::VPC", "VpcId"),
    ("AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::NatGateway", "NatGatewayId"),
    ("AWS::EC2::InternetGateway", "InternetGatewayId"),
    ("AWS::EC2::RouteTable", "RouteTableId"),
    ("AWS::EC2::LaunchTemplate", "LaunchTemplateId"),
    ("AWS::SecretsManager::Secret", "Id"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerArn"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupArn"),
    ("AWS::ElasticLoadBalancingV2::Listener", "ListenerArn"),
];

struct Reader<'t> {
    tree: &'t Tree,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self, stack: usize, value: &Value) -> Value {
        if self.depth > DEPTH {
            return Value::from("‹circle›");
        }
        self.depth += 1;
        let answer = match value {
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.value(stack, item)).filter(|item| !item.is_null()).collect())
            }
            Value::Object(map) => self.object(stack, map),
            scalar => scalar.clone(),
        };
        self.depth -= 1;
        answer
    }

    fn object(&mut self, stack: usize, map: &Map<String, Value>) -> Value {
        let single = if map.len() == 1 { map.iter().next() } else { None };
        if let Some((key, argument)) = single
            && let Some(answer) = self.intrinsic(stack, key, argument)
        {
            return answer;
        }
        let entries = map.iter().map(|(key, inner)| (key.clone(), self.value(stack, inner)));
        Value::Object(entries.filter(|(_, inner)| !inner.is_null()).collect())
    }

    fn intrinsic(&mut self, stack: usize, key: &str, argument: &Value) -> Option<Value> {
        Some(match key {
            "Ref" => self.reference(stack, argument.as_str()?),
            "Fn::GetAtt" => match argument {
                Value::String(text) => {
                    let (id, name) = text.split_once('.')?;
                    self.attribute(stack, id, name)
                }
                Value::Array(parts) => self.attribute(stack, parts.first()?.as_str()?, parts.get(1)?.as_str()?),
                _ => return None,
            },
            "Fn::Sub" => match argument {
                Value::String(text) => self.substitute(stack, text, &Map::new()),
                Value::Array(parts) => {
                    let own = parts.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
                    self.substitute(stack, parts.first()?.as_str()?, &own)
                }
                _ => return None,
            },
            "Fn::Join" => {
                let items = self.value(stack, argument.get(1)?);
                let texts: Vec<String> = items.as_array()?.iter().map(plain).collect();
                Value::from(texts.join(argument.get(0)?.as_str()?))
            }
            "Fn::Split" => {
                let text = plain(&self.value(stack, argument.get(1)?));
                text.split(argument.get(0)?.as_str()?).map(Value::from).collect::<Vec<_>>().into()
            }
            "Fn::Select" => {
                let index = plain(argument.get(0)?).parse::<usize>().ok()?;
                match self.value(stack, argument.get(1)?) {
                    Value::Array(items) => items.get(index)?.clone(),
                    Value::String(zones) if zones == "‹zones›" => Value::from(format!("‹zone {index}›")),
                    _ => return None,
                }
            }
            "Fn::GetAZs" => match plain(&self.value(stack, argument)).as_str() {
                "" | "${AWS::Region}" => Value::from("‹zones›"),
                other => Value::from(format!("‹zones of {other}›")),
            },
            "Fn::Base64" => self.value(stack, argument),
            "Fn::ImportValue" => {
                let name = plain(&self.value(stack, argument));
                let Some(unit) = self.tree.export(self.tree.stacks[stack].folder, &name) else {
                    return Some(Value::from(format!("‹no export {name}›")));
                };
                let home = self.tree.units[unit].place;
                match self.tree.body(unit).and_then(|body| body.get("Value")) {
                    Some(value) => self.value(home, value),
                    None => Value::from(format!("‹no value of {name}›")),
                }
            }
            _ => return None,
        })
    }

    fn substitute(&mut self, stack: usize, text: &str, own: &Map<String, Value>) -> Value {
        let (mut answer, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(start) = rest.find("${") {
            answer.push_str(&rest[..start]);
            let after = &rest[start + 2..];
            let Some(end) = after.find('}') else { break };
            let name = &after[..end];
            rest = &after[end + 1..];
            if let Some(literal) = name.strip_prefix('!') {
                answer.push_str(&format!("${{{literal}}}"));
            } else if let Some(value) = own.get(name) {
                answer.push_str(&plain(&self.value(stack, value)));
            } else if let Some((id, attribute)) = name.split_once('.') {
                answer.push_str(&plain(&self.attribute(stack, id, attribute)));
            } else {
                answer.push_str(&plain(&self.reference(stack, name)));
            }
        }
        answer.push_str(rest);
        Value::from(answer)
    }

    fn mark(&self, stack: usize, id: &str) -> Value {
        Value::from(format!("‹{}/{id}›", self.tree.stacks[stack].name))
    }

    fn property(&mut self, stack: usize, unit: usize, name: &str) -> Option<Value> {
        let value = self.tree.body(unit)?.get("Properties")?.get(name)?;
        Some(self.value(stack, value))
    }

    fn reference(&mut self, stack: usize, id: &str) -> Value {
        match id {
            "AWS::NoValue" => return Value::Null,
            "AWS::StackName" => return Value::from(self.tree.stacks[stack].name.as_str()),
            _ if id.starts_with("AWS::") => return Value::from(format!("${{{id}}}")),
            _ => {}
        }
        let Some(unit) = self.tree.unit(stack, Kind::Resource, id) else {
            let frame = self.tree.unit(stack, Kind::Frame, "").and_then(|frame| self.tree.body(frame));
            let parameter = frame.and_then(|frame| frame.get("Parameters")?.get(id));
            return Value::from(match parameter {
                Some(_) => format!("‹parameter {id}›"),
                None => format!("‹nothing called {id} in {}›", self.tree.stacks[stack].name),
            });
        };
        if self.tree.body(unit).is_none() {
            return Value::from(format!("‹no longer {id}›"));
        }
        let ty = self.tree.type_of(unit);
        match ty {
            "AWS::SecretsManager::Secret" => match self.property(stack, unit, "Name") {
                Some(name) => {
                    let start = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:";
                    Value::from(format!("{start}{}-??????", plain(&name)))
                }
                None => self.mark(stack, id),
            },
            "AWS::SNS::Topic" => match self.property(stack, unit, "TopicName") {
                Some(name) => {
                    let start = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}";
                    Value::from(format!("{start}:{}", plain(&name)))
                }
                None => self.mark(stack, id),
            },
            "AWS::SecretsManager::SecretTargetAttachment" => {
                self.property(stack, unit, "SecretId").unwrap_or_else(|| self.mark(stack, id))
            }
            _ => match NAMED.iter().find(|(named, _)| *named == ty) {
                Some((_, property)) => self.property(stack, unit, property).unwrap_or_else(|| self.mark(stack, id)),
                None => self.mark(stack, id),
            },
        }
    }

    fn attribute(&mut self, stack: usize, id: &str, name: &str) -> Value {
        let itself = self.reference(stack, id);
        let Some(unit) = self.tree.unit(stack, Kind::Resource, id) else { return itself };
        let ty = self.tree.type_of(unit);
        if IDENTITIES.contains(&(ty, name)) {
            return itself;
        }
        let arn = |service: &str, rest: String| Value::from(format!("arn:${{AWS::Partition}}:{service}:{rest}"));
        let (own, here) = (plain(&itself), "${AWS::Region}:${AWS::AccountId}");
        let known = !own.starts_with('‹');
        match (ty, name) {
            ("AWS::S3::Bucket", "Arn") if known => arn("s3", format!("::{own}")),
            ("AWS::IAM::Role", "Arn") if known => arn("iam", format!(":${{AWS::AccountId}}:role/{own}")),
            ("AWS::IAM::InstanceProfile", "Arn") if known => {
                arn("iam", format!(":${{AWS::AccountId}}:instance-profile/{own}"))
            }
            ("AWS::Logs::LogGroup", "Arn") if known => arn("logs", format!("{here}:log-group:{own}:*")),
            ("AWS::Lambda::Function", "Arn") if known => arn("lambda", format!("{here}:function:{own}")),
            ("AWS::DynamoDB::Table", "Arn") if known => arn("dynamodb", format!("{here}:table/{own}")),
            ("AWS::Events::Rule", "Arn") if known => arn("events", format!("{here}:rule/{own}")),
            ("AWS::CodeBuild::Project", "Arn") if known => arn("codebuild", format!("{here}:project/{own}")),
            ("AWS::SQS::Queue", "Arn") => match self.property(stack, unit, "QueueName") {
                Some(name) => arn("sqs", format!("{here}:{}", plain(&name))),
                None => Value::from(format!("‹{}/{id}.{name}›", self.tree.stacks[stack].name)),
            },
            ("AWS::EC2::Subnet", "AvailabilityZone") => {
                self.property(stack, unit, name).unwrap_or_else(|| Value::from(format!("‹zone of {id}›")))
            }
            _ => Value::from(format!("‹{}/{id}.{name}›", self.tree.stacks[stack].name)),
        }
    }
}
