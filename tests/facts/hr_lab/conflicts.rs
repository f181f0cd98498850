//! Section 13: where the document contradicts itself, and what was made of it. Shown here is the resolution that stands in
//! what a build writes; what the compiler says of the mistake is in `mistakes.rs`.

use super::{
    Fact, STACKS, compute, data, environments, fact, fact_of_all, iam, network, plan, secrets, security, storage,
    user_data,
};
use crate::meaning::plain;
use crate::rules;
use crate::script::{template, user_data as script};
use crate::tree::{Check, Env, want};

/// The rotation function has a way to its database: its group may reach the database's group, which lets it in.
fn rotation_reaches_database(env: &Env) -> Check {
    let function = secrets::rotation(env)?.text("HostedRotationLambda.VpcSecurityGroupIds")?;
    let (ec2, rds) = (network::group(env, "ec2")?, network::group(env, "rds")?);
    want(function == plain(&ec2.reference()), || format!("rotation in group {function}"))?;
    let (out, into) = (rules::rules(env, &ec2, false)?, rules::rules(env, &rds, true)?);
    let leaves = out.iter().any(|rule| network::opens(rule, 5432) && rule.peer == plain(&rds.reference()));
    let enters = into.iter().any(|rule| network::opens(rule, 5432) && rule.peer == function);
    let apis = out.iter().any(|rule| network::opens(rule, 443) && rule.peer == "0.0.0.0/0");
    want(leaves && enters && apis, || format!("out {out:?}, in {into:?}"))
}

/// Every group says what may leave it, so that CloudFormation adds no rule of its own.
fn explicit_egress(env: &Env) -> Check {
    for group in env.everywhere("AWS::EC2::SecurityGroup")? {
        let inline = rules::inline(&group, "SecurityGroupEgress");
        want(!inline.is_empty() && inline.iter().all(|rule| rule.protocol != "-1"), || {
            format!("{} lets out {inline:?}", group.place())
        })?;
    }
    let rds = rules::inline(&network::group(env, "rds")?, "SecurityGroupEgress");
    want(rds.len() == 1 && rds[0].peer == "255.255.255.255/32", || format!("{rds:?}"))
}

/// A line of the agent's settings that names this group.
fn names_group(line: &str, group: &str) -> bool {
    line.contains("\"log_group_name\"") && line.contains(&format!("\"{group}\""))
}

/// The longest names, with an id of twenty characters, stay within the limits of their types.
fn longest_names(env: &Env) -> Check {
    let more = 20 - env.at.id.len();
    let named = [
        (template(env)?, "LaunchTemplateName", 128),
        (compute::balancer(env)?, "Name", 32),
        (compute::targets(env)?, "Name", 32),
    ];
    for (res, property, limit) in named {
        let name = res.text(property)?;
        want(name.contains(env.at.id) && name.len() + more <= limit, || {
            format!("{}: {name} can exceed {limit}", res.place())
        })?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [first(), second(), third()].concat()
}

fn first() -> Vec<Fact> {
    vec![
        fact("HR-365", |e| {
            let name = storage::bucket(e)?.text("BucketName")?;
            want(name.starts_with(&e.name("uploads")) && name.ends_with("-${AWS::AccountId}"), || {
                format!("bucket {name}")
            })
        }),
        fact("HR-366", |e| {
            data::secret(e)?;
            want(e.all("secrets", "AWS::SecretsManager::Secret")?.is_empty(), || "a secret in secrets".into())?;
            secrets::attachment(e)?.points("SecretId", &data::secret(e)?)?;
            secrets::rotation(e).map(|_| ())
        }),
        fact("HR-367", |e| {
            data::database(e)?.lacks("ManageMasterUserPassword")?;
            want(secrets::rotation(e)?.get("HostedRotationLambda").is_object(), || "no hosted rotation".into())
        }),
        fact("HR-368", rotation_reaches_database),
        fact("HR-369", |e| {
            let name = data::user_name(e)?;
            data::secret(e)?.is("GenerateSecretString.GenerateStringKey", "password")?;
            want(!name.is_empty(), || "no user name".into())
        }),
        fact("HR-370", |e| {
            let statement = storage::application_statement(e)?;
            let role = format!(":role/{}", e.name("ec2-role"));
            let by_condition = statement
                .conditions
                .iter()
                .any(|(_, key, values)| key == "aws:PrincipalArn" && values.iter().all(|arn| arn.ends_with(&role)));
            let by_account = statement.principals.iter().all(|who| !who.contains("role/")) && !statement.of_everyone();
            want(by_condition && by_account, || format!("{statement:?}"))
        }),
        fact("HR-371", explicit_egress),
        fact("HR-372", |e| {
            let (alb, ec2) = (network::group(e, "alb")?, network::group(e, "ec2")?);
            let says = |group: &crate::tree::Res, other: &crate::tree::Res| {
                crate::meaning::refers_to(group.body(), other.logical_id())
            };
            want(!(says(&alb, &ec2) && says(&ec2, &alb)), || "the groups refer to each other".into())?;
            let separate = e.everywhere("AWS::EC2::SecurityGroupIngress")?.len();
            want(separate == 2, || format!("{separate} separate rules"))
        }),
        fact("HR-373", |e| {
            let rules = rules::rules(e, &network::group(e, "alb")?, true)?;
            want(rules.iter().any(|rule| network::opens(rule, 443)), || "443 is closed".into())?;
            compute::listener(e)?.is("Port", 80)
        }),
        fact("HR-374", |e| {
            compute::listener(e)?.is("Protocol", "HTTP")?;
            compute::balancer(e)?.is("Scheme", "internet-facing")
        }),
    ]
}

fn second() -> Vec<Fact> {
    vec![
        fact("HR-375", |e| {
            let rules = rules::rules(e, &network::group(e, "alb")?, true)?;
            want(rules.len() == 2 && rules.iter().all(|rule| rule.peer == "0.0.0.0/0"), || format!("{rules:?}"))
        }),
        fact_of_all("HR-376", |tree| {
            for env in environments(tree) {
                security::hub(&env)?;
                for stack in STACKS.into_iter().filter(|stack| *stack != "security") {
                    want(env.all(stack, "AWS::SecurityHub::Hub")?.is_empty(), || {
                        format!("a hub of {} alone", env.at.id)
                    })?;
                }
            }
            Ok(())
        }),
        fact("HR-377", |e| security::enabler(e).map(|_| ())),
        fact("HR-378", |e| e.has_output("security", "enabler's physical id", &security::enabler(e)?.reference())),
        fact("HR-379", |e| e.has_output("compute", "Auto Scaling group's name", &compute::fleet(e)?.reference())),
        fact("HR-380", user_data::started),
        fact("HR-381", |e| {
            user_data::key_is_made_there(e)?;
            let attributes = compute::targets(e)?.items("TargetGroupAttributes");
            let sticky = crate::tree::tag_in(&attributes, "stickiness.enabled");
            want(sticky.as_deref() == Some("true"), || format!("stickiness {sticky:?}"))
        }),
        fact("HR-382", |e| user_data::variable_is(e, "LOG_LEVEL", "INFO")),
        fact("HR-383", |e| {
            let script = script(e)?;
            let group = format!("/hrapp/{}/app", e.at.id);
            let agent = script.installed_by("dnf").iter().any(|word| word == "amazon-cloudwatch-agent");
            let told = script
                .files
                .iter()
                .any(|file| file.lines.iter().any(|line| names_group(&script.written(file, line), &group)));
            let writes = script.files.iter().any(|file| file.lines.iter().any(|line| line.contains("put_log_events")));
            want((agent && told) || writes, || "nothing writes the logs".into())
        }),
        fact("HR-384", |e| iam::role(e)?.is("ManagedPolicyArns", vec![iam::SSM_CORE])),
        fact("HR-385", |e| {
            compute::alarm(e)?.is("Namespace", "AWS/Billing")?;
            let region = plan::region(e, "compute")?;
            want(region == "us-east-1", || format!("an alarm in {region}"))
        }),
        fact("HR-267", |e| {
            compute::alarm(e)?.is("MetricName", "EstimatedCharges")?;
            want(e.everywhere("AWS::CloudWatch::Alarm")?.len() == 1, || "more than one alarm".into())
        }),
    ]
}

fn third() -> Vec<Fact> {
    vec![
        fact("HR-386", |e| {
            data::database(e)?.is("DeletionProtection", true)?;
            plan::says_before_deletion(e, "data", "disable_deletion_protection", data::database(e)?.logical_id())
        }),
        fact("HR-387", |e| {
            let version = data::database(e)?.text("EngineVersion")?;
            want(version.starts_with("15.") && version.len() > 3, || format!("version {version}"))
        }),
        fact("HR-388", |e| {
            for tier in ["alb", "ec2", "rds"] {
                let rules = rules::rules(e, &network::group(e, tier)?, true)?;
                want(!rules.is_empty() && rules.iter().all(|rule| !network::opens(rule, 22)), || {
                    format!("{tier}: {rules:?}")
                })?;
            }
            iam::role(e)?.is("ManagedPolicyArns", vec![iam::SSM_CORE])
        }),
        fact("HR-389", |e| {
            let rules = rules::rules(e, &network::group(e, "ec2")?, false)?;
            let silent = rules.iter().all(|rule| !network::opens(rule, 53) && !network::opens(rule, 123));
            want(rules.len() == 3 && silent, || format!("{rules:?}"))
        }),
        fact("HR-390", |e| {
            let targets = compute::targets(e)?;
            let seconds =
                |path: &str| plain(&targets.get(path)).parse::<u32>().map_err(|_| format!("{path} is no number"));
            let (timeout, interval) = (seconds("HealthCheckTimeoutSeconds")?, seconds("HealthCheckIntervalSeconds")?);
            want(timeout < interval, || format!("timeout {timeout}, interval {interval}"))
        }),
        fact("HR-391", |e| {
            let named = |stack: &str| {
                Ok::<_, String>(plan::capabilities(e, stack)?.contains(&"CAPABILITY_NAMED_IAM".to_owned()))
            };
            want(named("compute")?, || "compute may not name its role".into())?;
            for stack in ["network", "storage", "data"] {
                let found = plan::capabilities(e, stack)?;
                want(found.is_empty(), || format!("{stack} asks for {found:?}"))?;
            }
            Ok(())
        }),
        fact("HR-392", |e| {
            let family = template(e)?.text("LaunchTemplateData.InstanceType")?;
            let x86 =
                ["t3.", "t3a.", "t2.", "m5.", "m6i.", "m7i.", "c6i."].iter().any(|start| family.starts_with(start));
            let image = compute::image(e)?;
            want(x86 && image.ends_with("x86_64"), || format!("{family} with {image}"))
        }),
        fact("HR-393", |e| {
            let name = storage::bucket(e)?.text("BucketName")?;
            let id = name
                .strip_prefix("hrapp-")
                .and_then(|rest| rest.strip_suffix("-uploads-${AWS::AccountId}"))
                .unwrap_or("");
            want(!id.is_empty() && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), || {
                format!("bucket {name}")
            })
        }),
        fact("HR-394", longest_names),
        fact("HR-395", |e| {
            let image = compute::image(e)?;
            want(image == compute::IMAGE, || format!("image {image}"))
        }),
    ]
}
