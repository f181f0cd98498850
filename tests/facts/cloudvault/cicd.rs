//! Section 11: the pipeline and what it builds with.

use serde_json::{Value, json};

use super::{Fact, config, fact, files, network, security, stacks};
use crate::meaning::plain;
use crate::policy::{allowed_only_on, of_role};
use crate::tree::{Check, Env, Res, want};

const STACK: &str = "cicd";

/// The pipeline.
pub fn pipeline<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::CodePipeline::Pipeline")
}

fn build<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::CodeBuild::Project")
}

/// Whom the pipeline asks.
pub fn approvals<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SNS::Topic")
}

/// The person behind it.
pub fn asked<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::SNS::Subscription")
}

fn connection<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::CodeConnections::Connection")
}

fn artifacts<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::S3::Bucket")
}

fn key<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one(STACK, "AWS::KMS::Key")
}

/// The role that a service acts as.
fn role<'t>(env: &Env<'t>, service: &str) -> Result<Res<'t>, String> {
    let all = env.exactly(3, STACK, "AWS::IAM::Role")?;
    let found: Vec<_> = all.into_iter().filter(|role| network::trusts(role, service).is_ok()).collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(format!("{} roles of {service}", found.len())),
    }
}

fn stage(env: &Env, index: usize, name: &str) -> Result<Value, String> {
    let stage = pipeline(env)?.get(&format!("Stages[{index}]"));
    if stage["Name"] == name { Ok(stage) } else { Err(format!("stage {index} is {}", stage["Name"])) }
}

/// The only action of a stage.
fn action(env: &Env, index: usize, stage_name: &str, name: &str) -> Result<Value, String> {
    let stage = stage(env, index, stage_name)?;
    match stage["Actions"].as_array().map(Vec::as_slice) {
        Some([only]) if only["Name"] == name => Ok(only.clone()),
        other => Err(format!("{stage_name} does {other:?}")),
    }
}

fn source(env: &Env) -> Result<Value, String> {
    action(env, 0, "Source", "GitHub_Source")
}

fn is_by(action: &Value, category: &str, provider: &str) -> Check {
    let id = &action["ActionTypeId"];
    let right =
        id["Category"] == category && id["Owner"] == "AWS" && id["Provider"] == provider && id["Version"] == "1";
    want(right, || format!("an action by {id}"))
}

/// The branch that the pipeline follows.
pub fn branch(env: &Env, branch: &str) -> Check {
    let found = source(env)?["Configuration"]["BranchName"].clone();
    want(found == branch, || format!("branch {found}"))
}

/// A connection instead of a token: nothing secret stands in the pipeline.
fn by_connection(env: &Env) -> Check {
    let source = source(env)?;
    is_by(&source, "Source", "CodeStarSourceConnection")?;
    let configuration = &source["Configuration"];
    let right = configuration["ConnectionArn"] == connection(env)?.attribute("ConnectionArn")
        && configuration.get("OAuthToken").is_none();
    want(right, || format!("source {configuration}"))
}

/// Every stack but the pipeline's own is deployed by an action of its own, in the order of the plan.
fn deploys(env: &Env, index: usize, name: &str, target: &str) -> Check {
    let stage = stage(env, index, name)?;
    let actions = stage["Actions"].as_array().ok_or("no actions")?;
    let order: Vec<&str> = stacks::order(env)?.into_iter().filter(|stack| *stack != STACK).collect();
    want(actions.len() == order.len(), || format!("{} actions deploy {order:?}", actions.len()))?;
    for (number, (action, short)) in actions.iter().zip(order).enumerate() {
        is_by(action, "Deploy", "CloudFormation")?;
        let (stack, given) = (format!("cloudvault-{target}-{short}"), &action["Configuration"]);
        let region = if short == "replica" { "us-west-2" } else { "${AWS::Region}" };
        let role = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/cloudvault-{target}-deployer");
        let template = format!("Built::infrastructure/out/{target}/{stack}.template.json");
        let right = action["Name"] == format!("{name}_{short}")
            && action["RunOrder"] == number + 1
            && action["Region"] == region
            && action["InputArtifacts"] == json!([{"Name": "Built"}])
            && given["ActionMode"] == "CREATE_UPDATE"
            && given["StackName"] == stack
            && given["TemplatePath"] == template
            && given["RoleArn"] == role
            && given["Capabilities"] == "CAPABILITY_NAMED_IAM";
        want(right, || format!("{stack} is deployed by {action}"))?;
        let takes = env.frame(short)?.get("Parameters").is_some();
        let overrides = plain(&given["ParameterOverrides"]);
        let bucket = format!("{{\"AssetBucket\":\"{}\"}}", env.name("cicd-artifacts"));
        want(!takes || overrides == bucket, || format!("{stack} is deployed with {overrides}"))?;
    }
    Ok(())
}

fn buildspec(env: &Env) -> Result<Value, String> {
    let text = build(env)?.text("Source.BuildSpec")?;
    serde_json::from_str(&text).map_err(|error| format!("the build specification is no JSON: {error}"))
}

/// That a phase runs a command at this place: as it is written, or in a shell of its own.
fn runs(env: &Env, phase: &str, number: usize, command: &str) -> Check {
    let spec = buildspec(env)?;
    let found = plain(&spec["phases"][phase]["commands"][number - 1]);
    want(found == command || found == format!("({command})"), || format!("{phase} {number} is `{found}`"))
}

/// No command leaves the others in another folder, and one makes the templates.
fn stays(env: &Env) -> Check {
    let spec = buildspec(env)?;
    let mut all = Vec::new();
    for phase in ["install", "build"] {
        all.extend(spec["phases"][phase]["commands"].as_array().into_iter().flatten().map(plain));
    }
    let strays = all.iter().find(|command| command.starts_with("cd "));
    want(strays.is_none() && all.len() >= 7, || format!("`{strays:?}` of {all:?}"))?;
    want(all.iter().any(|command| command.starts_with("infrac build ")), || format!("nothing builds in {all:?}"))
}

const SERVICES: [&str; 11] =
    ["s3", "dynamodb", "lambda", "logs", "secretsmanager", "sqs", "sns", "events", "cloudwatch", "iam", "kms"];

/// No role administers: no policy of AWS's, no wildcard, and only what carries the system's name.
fn scoped(env: &Env) -> Check {
    for service in ["codepipeline.amazonaws.com", "codebuild.amazonaws.com", "cloudformation.amazonaws.com"] {
        let role = role(env, service)?;
        role.lacks("ManagedPolicyArns")?;
        let given = of_role(env, &role)?;
        want(given.len() >= 3, || format!("{} has {given:?}", role.place()))?;
        for statement in given {
            let wide = statement.actions.iter().find(|action| action.contains('*'));
            let foreign = statement.resources.iter().find(|arn| !arn.contains("cloudvault-"));
            want(wide.is_none() && foreign.is_none() && statement.allows, || {
                format!("{} has {statement:?}", role.place())
            })?;
        }
    }
    let deployer = of_role(env, &role(env, "cloudformation.amazonaws.com")?)?;
    let service = |action: &String| action.split(':').next().unwrap_or("").to_owned();
    let other = deployer.iter().flat_map(|s| &s.actions).find(|action| !SERVICES.contains(&service(action).as_str()));
    want(other.is_none(), || format!("the deployer also has {other:?}"))?;
    for statement in deployer.iter().filter(|s| s.actions.iter().any(|action| action == "iam:PassRole")) {
        let own = format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{}", env.name("*"));
        let to = statement.conditions.iter().any(|(_, key, _)| key == "iam:PassedToService");
        want(statement.resources == [own] && to, || format!("{statement:?}"))?;
    }
    Ok(())
}

/// What the pipeline may do: hand artifacts over, take sources, start the build, ask, and have its stacks deployed.
fn pipeline_rights(env: &Env) -> Check {
    let objects = |res: &Res| format!("{}/*", plain(&res.attribute("Arn")));
    let there = env.with("replica", "AWS::S3::Bucket", "BucketName", &env.name("cicd-artifacts-replica"))?;
    let here = artifacts(env)?;
    let (mut stacks, mut deployers) = (Vec::new(), Vec::new());
    for target in ["dev", "production"] {
        deployers.push(format!("arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/cloudvault-{target}-deployer"));
        for short in stacks::order(env)?.into_iter().filter(|stack| *stack != STACK) {
            let region = if short == "replica" { "us-west-2" } else { "${AWS::Region}" };
            let start = format!("arn:${{AWS::Partition}}:cloudformation:{region}:${{AWS::AccountId}}:stack");
            stacks.push(format!("{start}/cloudvault-{target}-{short}/*"));
        }
    }
    network::may_only(
        env,
        &role(env, "codepipeline.amazonaws.com")?,
        &[
            (&["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], vec![objects(&here), objects(&there)]),
            (&["s3:GetBucketVersioning"], vec![plain(&here.attribute("Arn"))]),
            (&["kms:Decrypt", "kms:GenerateDataKey"], vec![plain(&key(env)?.attribute("Arn"))]),
            (&["codeconnections:UseConnection"], vec![plain(&connection(env)?.reference())]),
            (&["codebuild:StartBuild", "codebuild:BatchGetBuilds"], vec![plain(&build(env)?.attribute("Arn"))]),
            (&["sns:Publish"], vec![plain(&approvals(env)?.reference())]),
            (
                &[
                    "cloudformation:CreateStack",
                    "cloudformation:UpdateStack",
                    "cloudformation:DescribeStacks",
                    "cloudformation:DescribeStackEvents",
                    "cloudformation:GetTemplate",
                ],
                stacks,
            ),
            (&["iam:PassRole"], deployers),
        ],
    )
}

fn build_rights(env: &Env) -> Check {
    let group = plain(&env.one(STACK, "AWS::Logs::LogGroup")?.reference());
    let streams =
        format!("arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}:log-stream:*");
    network::may_only(
        env,
        &role(env, "codebuild.amazonaws.com")?,
        &[
            (&["s3:GetObject", "s3:PutObject"], vec![format!("{}/*", plain(&artifacts(env)?.attribute("Arn")))]),
            (&["kms:Decrypt", "kms:GenerateDataKey"], vec![plain(&key(env)?.attribute("Arn"))]),
            (&["logs:CreateLogStream", "logs:PutLogEvents"], vec![streams]),
        ],
    )
}

/// How what has a name is made, by its type: the action, and the resource that it makes.
const MADE: [(&str, &str); 10] = [
    ("s3:CreateBucket", "s3:::"),
    ("dynamodb:CreateTable", "dynamodb:${AWS::Region}:${AWS::AccountId}:table/"),
    ("lambda:CreateFunction", "lambda:${AWS::Region}:${AWS::AccountId}:function:"),
    ("logs:CreateLogGroup", "logs:${AWS::Region}:${AWS::AccountId}:log-group:"),
    ("secretsmanager:CreateSecret", "secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:"),
    ("sqs:CreateQueue", "sqs:${AWS::Region}:${AWS::AccountId}:"),
    ("sns:CreateTopic", "sns:${AWS::Region}:${AWS::AccountId}:"),
    ("events:PutRule", "events:${AWS::Region}:${AWS::AccountId}:rule/"),
    ("cloudwatch:PutMetricAlarm", "cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"),
    ("iam:CreateRole", "iam::${AWS::AccountId}:role/"),
];

/// CloudFormation may make what has a name, by names of its environment alone.
fn deployer_rights(env: &Env) -> Check {
    let given = of_role(env, &role(env, "cloudformation.amazonaws.com")?)?;
    for (action, start) in MADE {
        let own = format!("arn:${{AWS::Partition}}:{start}{}", env.name("*"));
        let by_name = given.iter().any(|s| s.actions.iter().any(|a| a == action) && s.resources.contains(&own));
        want(by_name, || format!("the deployer may not {action} on {own}"))?;
    }
    let code = "arn:${AWS::Partition}:s3:::cloudvault-*-cicd-artifacts/assets/*";
    allowed_only_on(&given, "s3:GetObject", &[code.to_owned()])
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [stage_facts(), pipeline_facts(), build_facts(), command_facts(), other_facts(), conflict_facts()].concat()
}

fn stage_facts() -> Vec<Fact> {
    vec![
        fact("CV-403", |e| pipeline(e)?.is("Name", e.name("pipeline"))),
        fact("CV-404", |e| {
            let names: Vec<String> = pipeline(e)?.items("Stages").iter().map(|stage| plain(&stage["Name"])).collect();
            want(names == ["Source", "Build", "Deploy_Dev", "Approval", "Deploy_Production"], || format!("{names:?}"))
        }),
        fact("CV-405", |e| source(e).map(|_| ())),
        fact("CV-406", |e| {
            let found = source(e)?["Configuration"]["FullRepositoryId"].clone();
            want(found == "BPSDynamic/cloudvault", || format!("repository {found}"))?;
            branch(e, config(e).branch)
        }),
        fact("CV-407", by_connection),
        fact("CV-408", |e| is_by(&action(e, 1, "Build", "Build")?, "Build", "CodeBuild")),
        fact("CV-409", |e| {
            let build = action(e, 1, "Build", "Build")?;
            let outputs = build["OutputArtifacts"].as_array().map_or(0, Vec::len);
            let right = build["InputArtifacts"] == source(e)?["OutputArtifacts"] && outputs == 1;
            want(right, || format!("built from {}", build["InputArtifacts"]))?;
            let project = build["Configuration"]["ProjectName"].clone();
            want(project == self::build(e)?.reference(), || format!("built by {project}"))
        }),
        // An action for each stack, in the order of the plan (CV-504).
        fact("CV-410", |e| deploys(e, 2, "Deploy_Dev", "dev")),
        fact("CV-411", |e| deploys(e, 2, "Deploy_Dev", "dev")),
        fact("CV-412", |e| action(e, 3, "Approval", "Approve_Production").map(|_| ())),
        fact("CV-413", |e| is_by(&action(e, 3, "Approval", "Approve_Production")?, "Approval", "Manual")),
        fact("CV-414", |e| {
            let topic = action(e, 3, "Approval", "Approve_Production")?["Configuration"]["NotificationArn"].clone();
            want(topic == approvals(e)?.reference(), || format!("asks {topic}"))
        }),
        fact("CV-415", |e| deploys(e, 4, "Deploy_Production", "production")),
        fact("CV-416", |e| deploys(e, 4, "Deploy_Production", "production")),
        fact("CV-417", scoped),
    ]
}

fn pipeline_facts() -> Vec<Fact> {
    vec![
        fact("CV-418", |e| pipeline(e)?.is("PipelineType", "V2")),
        // One bucket in each region in which the pipeline deploys; the first is that of its own.
        fact("CV-419", |e| {
            pipeline(e)?.is("ArtifactStores[0].Region", "${AWS::Region}")?;
            pipeline(e)?.points("ArtifactStores[0].ArtifactStore.Location", &artifacts(e)?)?;
            pipeline(e)?.is("ArtifactStores[1].Region", "us-west-2")?;
            let there = e.with("replica", "AWS::S3::Bucket", "BucketName", &e.name("cicd-artifacts-replica"))?;
            pipeline(e)?.points("ArtifactStores[1].ArtifactStore.Location", &there)
        }),
        fact("CV-420", |e| pipeline(e)?.is("RoleArn", role(e, "codepipeline.amazonaws.com")?.attribute("Arn"))),
        fact("CV-435", |e| {
            ["codepipeline.amazonaws.com", "codebuild.amazonaws.com", "cloudformation.amazonaws.com"]
                .iter()
                .try_for_each(|service| role(e, service).map(|_| ()))
        }),
        fact("CV-436", |e| {
            scoped(e)?;
            pipeline_rights(e)?;
            build_rights(e)?;
            deployer_rights(e)
        }),
    ]
}

fn build_facts() -> Vec<Fact> {
    vec![
        fact("CV-421", |e| build(e)?.is("Environment.Image", "aws/codebuild/standard:7.0")),
        fact("CV-422", |e| build(e)?.is("Environment.ComputeType", "BUILD_GENERAL1_SMALL")),
        fact("CV-423", |e| build(e)?.is("Environment.Type", "LINUX_CONTAINER")),
        fact("CV-424", |e| build(e)?.is("Source.Type", "CODEPIPELINE")),
        fact("CV-425", |e| buildspec(e).map(|_| ())),
        fact("CV-426", |e| build(e)?.is("Artifacts.Type", "CODEPIPELINE")),
        fact("CV-427", |e| build(e)?.is("ServiceRole", role(e, "codebuild.amazonaws.com")?.attribute("Arn"))),
        fact("CV-428", |e| {
            build(e)?.is("EncryptionKey", key(e)?.attribute("Arn"))?;
            pipeline(e)?.is("ArtifactStores[0].ArtifactStore.EncryptionKey.Id", key(e)?.attribute("Arn"))?;
            security::alias(e, STACK, "cicd", &key(e)?)
        }),
        fact("CV-437", |e| {
            let logs = e.one(STACK, "AWS::Logs::LogGroup")?;
            logs.is("RetentionInDays", config(e).logs)?;
            build(e)?.points("LogsConfig.CloudWatchLogs.GroupName", &logs)
        }),
    ]
}

fn command_facts() -> Vec<Fact> {
    vec![
        fact("CV-438", |e| {
            let version = buildspec(e)?["version"].clone();
            want(version == "0.2", || format!("version {version}"))
        }),
        fact("CV-439", |e| runs(e, "install", 1, "npm install")),
        fact("CV-440", |e| runs(e, "install", 2, "cd infrastructure && npm install")),
        fact("CV-441", |e| runs(e, "build", 1, "npm run build")),
        fact("CV-442", |e| runs(e, "build", 2, "npm run test")),
        fact("CV-443", |e| runs(e, "build", 3, "cd infrastructure && npm run build")),
        fact("CV-444", |e| runs(e, "build", 4, "cd infrastructure && npm run test")),
        fact("CV-445", |e| {
            let files = buildspec(e)?["artifacts"]["files"].clone();
            want(files == json!(["**/*"]), || format!("files {files}"))
        }),
        fact("CV-446", stays),
        fact("CV-506", stays),
    ]
}

fn other_facts() -> Vec<Fact> {
    vec![
        fact("CV-429", |e| approvals(e)?.is("TopicName", e.name("approvals"))),
        fact("CV-430", |e| {
            asked(e)?.is("Endpoint", config(e).email)?;
            asked(e)?.points("TopicArn", &approvals(e)?)
        }),
        fact("CV-431", |e| connection(e)?.is("ProviderType", "GitHub")),
        fact("CV-432", |e| {
            connection(e)?.is("ConnectionName", e.name("github"))?;
            let length = e.name("github").len();
            want(length <= 32, || format!("a name of {length} characters"))
        }),
        fact("CV-433", |e| {
            let rule =
                "BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm";
            let found = plain(&artifacts(e)?.get(rule));
            want(found == "aws:kms" || found == "AES256", || format!("encrypted with {found}"))
        }),
        fact("CV-434", |e| {
            files::closed(&artifacts(e)?)?;
            files::over_tls(e, STACK, &artifacts(e)?)
        }),
        // A connection takes the place of the token (CV-502).
        fact("CV-447", by_connection),
    ]
}

fn conflict_facts() -> Vec<Fact> {
    vec![
        fact("CV-501", |e| {
            let steps = e.plan()?.get("steps").and_then(Value::as_array).ok_or("the plan has no steps")?;
            let sandbox = steps.iter().find(|step| !["deploy", "upload"].contains(&plain(&step["do"]).as_str()));
            want(sandbox.is_none(), || format!("step {sandbox:?}"))?;
            stacks::entry(e, "foundation").map(|_| ())
        }),
        fact("CV-502", by_connection),
        fact("CV-503", scoped),
        fact("CV-504", |e| {
            deploys(e, 2, "Deploy_Dev", "dev")?;
            deploys(e, 4, "Deploy_Production", "production")
        }),
        fact("CV-505", |e| branch(e, config(e).branch)),
    ]
}
