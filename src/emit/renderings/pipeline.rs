//! `pipeline.template.json`: a pipeline of AWS CodePipeline, a stage for each wave, and what CloudFormation's actions read beside the templates.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Folder, Rendered, facts, is_secret, logical, regional, source};
use crate::emit::script::{list, word};

const FILE: &str = "pipeline.template.json";
/// How many actions CodePipeline lets a stage have, and how many a stack needs at most.
const ACTIONS: usize = 50;
const OF_A_STACK: usize = 3;
/// What an approval may say, and what an action may give to parameters.
const SAID: usize = 1000;
/// Names of stages and actions.
const NAME: usize = 100;

/// A template in the making.
struct Pipeline<'f> {
    folder: &'f Folder<'f>,
    path: String,
    parameters: Map<String, Value>,
    stages: Vec<Value>,
}

pub(super) fn render(folder: &Folder<'_>, rendered: &mut Rendered) {
    let path = format!("{}/{FILE}", folder.name);
    let mut pipeline = Pipeline { folder, path, parameters: Map::new(), stages: Vec::new() };
    let document = pipeline.document(rendered);
    rendered.put(pipeline.path.clone(), &document);
    for step in list(&folder.plan, "steps").filter(|step| word(step, "do") == "deploy") {
        let entry = folder.stack(word(step, "stack"));
        let mut configuration = json!({ "Tags": entry.get("tags") });
        let policy = entry.get("stack_policy").and_then(|policy| policy.get("document"));
        if let (Some(policy), Some(configuration)) = (policy, configuration.as_object_mut()) {
            configuration.insert("StackPolicy".into(), policy.clone());
        }
        rendered.put(format!("{}/{}", folder.name, configuration_file(step)), &configuration);
        if entry.get("termination_protection").and_then(Value::as_bool) == Some(true) {
            rendered.loses(&pipeline.path, format!("termination protection of `{}`", word(step, "stack")));
        }
        if entry.get("rollback").is_some_and(|rollback| !rollback.is_null()) {
            rendered.loses(&pipeline.path, format!("rollback alarms of `{}`", word(step, "stack")));
        }
    }
    let account = word(&folder.plan, "account");
    rendered.loses(&pipeline.path, format!("a look at whose account it is: create the pipeline in {account}"));
    rendered.loses(&pipeline.path, "the deletion of the stacks, and updates in phases");
}

fn configuration_file(step: &Value) -> String {
    format!("{}.configuration.json", word(step, "stack"))
}

impl Pipeline<'_> {
    fn parameter(&mut self, name: &str, description: &str, default: Option<&str>) -> Value {
        let mut parameter = json!({ "Type": "String", "Description": description });
        if let (Some(default), Some(parameter)) = (default, parameter.as_object_mut()) {
            parameter.insert("Default".into(), default.into());
        }
        self.parameters.insert(name.to_owned(), parameter);
        json!({ "Ref": name })
    }

    fn document(&mut self, rendered: &mut Rendered) -> Value {
        let plan = &self.folder.plan;
        let (system, deployment) = (word(plan, "system"), self.folder.deployment());
        let role = self.parameter("PipelineRole", "The ARN of the role that the pipeline has", None);
        self.parameter("DeployRole", "The ARN of the role that CloudFormation takes to deploy the stacks", None);
        let bucket = self.parameter("SourceBucket", "The bucket, with versions, to which the build is put", None);
        let key = format!("{system}/{deployment}.zip");
        let key = self.parameter("SourceKey", "The build's folder of this deployment as an archive", Some(&key));
        let source = json!({
            "Name": "Source",
            "Actions": [{
                "Name": "Build",
                "ActionTypeId": kind("Source", "S3"),
                "Configuration": { "S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": "false" },
                "OutputArtifacts": [{ "Name": "Build" }],
                "RunOrder": 1,
            }],
        });
        self.stages.push(source);
        for (at, wave) in list(plan, "waves").enumerate() {
            let ids: Vec<&str> = wave.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let steps: Vec<&Value> = list(plan, "steps").filter(|step| ids.contains(&word(step, "id"))).collect();
            self.wave(at + 1, &steps, rendered);
        }
        let regions: BTreeSet<&str> = list(plan, "steps")
            .map(|step| match word(step, "do") {
                "deploy" => word(self.folder.stack(word(step, "stack")), "region"),
                "upload" => word(step, "region"),
                _ => "",
            })
            .chain([word(plan, "region")])
            .filter(|region| !region.is_empty())
            .collect();
        let stores: Vec<Value> = regions
            .into_iter()
            .map(|region| {
                let name = format!("ArtifactBucket{}", regional(region));
                let description = format!("A bucket of {region} in which the pipeline keeps its artifacts");
                let bucket = self.parameter(&name, &description, None);
                json!({ "Region": region, "ArtifactStore": { "Type": "S3", "Location": bucket } })
            })
            .collect();
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": format!("Deploys {system} to {deployment} in the order of plan.json. Made by infrac."),
            "Parameters": self.parameters,
            "Resources": {
                "Pipeline": {
                    "Type": facts::PIPELINE,
                    "Properties": {
                        "Name": short(&format!("{system}-{deployment}"), NAME),
                        "PipelineType": "V2",
                        "ExecutionMode": "QUEUED",
                        "RoleArn": role,
                        "ArtifactStores": stores,
                        "Stages": self.stages,
                    },
                },
            },
        })
    }

    /// The stages of a wave: one, unless it has more than a stage can hold.
    fn wave(&mut self, number: usize, steps: &[&Value], rendered: &mut Rendered) {
        let mut actions: Vec<Vec<Value>> = Vec::new();
        for step in steps {
            match word(step, "do") {
                "deploy" => actions.push(self.deploy(step, rendered)),
                "upload" => actions.push(vec![self.upload(step)]),
                "manual" => actions.push(vec![approval(step, word(step, "text"), 1)]),
                "account" => {
                    rendered.loses(&self.path, format!("`{}`: it has a pipeline of its own", word(step, "id")));
                }
                _ => {
                    let waits = list(&self.folder.plan, "edges").any(|edge| word(edge, "after") == word(step, "id"));
                    if waits {
                        actions.push(vec![approval(step, &format!("{} must be there", word(step, "id")), 1)]);
                    } else {
                        let lost = format!("that `{}` is there: nothing waits for it", word(step, "id"));
                        rendered.loses(&self.path, lost);
                    }
                }
            }
        }
        let parts: Vec<Vec<Value>> = actions.chunks(ACTIONS / OF_A_STACK).map(<[Vec<Value>]>::concat).collect();
        for (at, part) in parts.iter().enumerate() {
            let name = if parts.len() == 1 { format!("Wave{number}") } else { format!("Wave{number}-{}", at + 1) };
            self.stages.push(json!({ "Name": name, "Actions": part }));
        }
    }

    fn deploy(&mut self, step: &Value, rendered: &mut Rendered) -> Vec<Value> {
        let stack = word(step, "stack");
        let entry = self.folder.stack(stack).clone();
        let change = format!("infrac-{}", self.folder.deployment());
        let file = entry.get("template").map_or("", |template| word(template, "file"));
        let mut propose = json!({
            "ActionMode": "CHANGE_SET_REPLACE",
            "StackName": stack,
            "ChangeSetName": change,
            "TemplatePath": format!("Build::{file}"),
            "TemplateConfiguration": format!("Build::{}", configuration_file(step)),
            "RoleArn": { "Ref": "DeployRole" },
        });
        if let Some(propose) = propose.as_object_mut() {
            let capabilities: Vec<&str> = list(&entry, "capabilities").map(|it| word(it, "name")).collect();
            if !capabilities.is_empty() {
                propose.insert("Capabilities".into(), Value::from(capabilities.join(",")));
            }
            if let Some(values) = self.values(stack, &entry, rendered) {
                propose.insert("ParameterOverrides".into(), values);
            }
        }
        let region = word(&entry, "region");
        let action = |what: &str, configuration: Value, order: usize| {
            json!({
                "Name": short(&format!("{stack}-{what}"), NAME),
                "ActionTypeId": kind("Deploy", "CloudFormation"),
                "Configuration": configuration,
                "Region": region,
                "RunOrder": order,
            })
        };
        let mut proposal = action("change-set", propose, 1);
        if let Some(proposal) = proposal.as_object_mut() {
            proposal.insert("InputArtifacts".into(), json!([{ "Name": "Build" }]));
        }
        let mut actions = vec![proposal];
        if self.folder.confirms() {
            actions.push(approval(step, &format!("Deploy the change set {change} of {stack}?"), 2));
        }
        let execute = json!({ "ActionMode": "CHANGE_SET_EXECUTE", "StackName": stack, "ChangeSetName": change });
        let mut execution = action("execute", execute, OF_A_STACK);
        if let Some(execution) = execution.as_object_mut() {
            execution.insert("Namespace".into(), Value::from(namespace(stack)));
        }
        actions.push(execution);
        actions
    }

    /// The values of a stack's parameters, as CloudFormation's action takes them: a JSON text.
    fn values(&mut self, stack: &str, entry: &Value, rendered: &mut Rendered) -> Option<Value> {
        let mut values = Map::new();
        let mut is_filled = false;
        for parameter in list(entry, "parameters") {
            let name = word(parameter, "name");
            let value = match source(parameter) {
                "stack_output" => {
                    let from = parameter.get("from").unwrap_or(&Value::Null);
                    format!("#{{{}.{}}}", namespace(word(from, "stack")), word(from, "output"))
                }
                "asset_bucket" => {
                    is_filled = true;
                    let region = word(entry, "region");
                    self.asset_bucket(region);
                    format!("${{AssetBucket{}}}", regional(region))
                }
                _ if is_secret(parameter) => {
                    let lost = format!(
                        "the secret parameter `{name}` of `{stack}`: it would be read by all who see the pipeline"
                    );
                    rendered.loses(&self.path, lost);
                    continue;
                }
                _ => {
                    is_filled = true;
                    let outer = format!("{}{name}", logical(stack));
                    let default = parameter.get("default");
                    let default = default.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                    let described = word(parameter, "description");
                    let description =
                        if described.is_empty() { format!("{name} of {stack}") } else { described.to_owned() };
                    self.parameter(&outer, &description, default.as_deref());
                    format!("${{{outer}}}")
                }
            };
            values.insert(name.to_owned(), Value::from(value));
        }
        if values.is_empty() {
            return None;
        }
        let text = Value::Object(values).to_string();
        if text.len() > SAID {
            rendered.loses(&self.path, format!("the parameters of `{stack}`: they are longer than an action may be"));
            return None;
        }
        Some(if is_filled { json!({ "Fn::Sub": text }) } else { Value::from(text) })
    }

    fn asset_bucket(&mut self, region: &str) -> Value {
        let description = format!("A bucket of {region} for code and files");
        self.parameter(&format!("AssetBucket{}", regional(region)), &description, None)
    }

    /// The whole build is unpacked there: the files that templates name lie in it under the names that templates use.
    fn upload(&mut self, step: &Value) -> Value {
        let region = word(step, "region");
        let bucket = self.asset_bucket(region);
        json!({
            "Name": short(&format!("upload-{region}"), NAME),
            "ActionTypeId": kind("Deploy", "S3"),
            "Configuration": { "BucketName": bucket, "Extract": "true" },
            "InputArtifacts": [{ "Name": "Build" }],
            "Region": region,
            "RunOrder": 1,
        })
    }
}

fn approval(step: &Value, text: &str, order: usize) -> Value {
    json!({
        "Name": short(&format!("approve-{}", word(step, "id").replace(':', "-")), NAME),
        "ActionTypeId": kind("Approval", "Manual"),
        "Configuration": { "CustomData": short(text, SAID) },
        "RunOrder": order,
    })
}

fn kind(category: &str, provider: &str) -> Value {
    json!({ "Category": category, "Owner": "AWS", "Provider": provider, "Version": "1" })
}

/// Where the outputs of a stack are found by later actions.
fn namespace(stack: &str) -> String {
    stack
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "@-_".contains(letter) { letter } else { '_' })
        .collect()
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
