//! Section 9: instances, load balancer, logs and the billing alarm.

use serde_json::{Value, json};

use super::{Fact, fact, iam, names_tags, network, storage};
use crate::meaning::{plain, same};
use crate::policy::of_bucket;
use crate::script::{template, user_data};
use crate::tree::{Check, Env, Res, tag_in, want};

/// The Auto Scaling group.
pub fn fleet<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::AutoScaling::AutoScalingGroup")
}

/// The load balancer.
pub fn balancer<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::ElasticLoadBalancingV2::LoadBalancer")
}

/// Its listener.
pub fn listener<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    let listener = env.one("compute", "AWS::ElasticLoadBalancingV2::Listener")?;
    listener.points("LoadBalancerArn", &balancer(env)?)?;
    Ok(listener)
}

/// The target group.
pub fn targets<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::ElasticLoadBalancingV2::TargetGroup")
}

/// The application's log group.
pub fn logs<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::Logs::LogGroup")
}

/// The bucket of the load balancer's access logs.
pub fn log_bucket<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::S3::Bucket")
}

/// The billing alarm.
pub fn alarm<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::CloudWatch::Alarm")
}

fn profile<'t>(env: &Env<'t>) -> Result<Res<'t>, String> {
    env.one("compute", "AWS::IAM::InstanceProfile")
}

/// The image of Amazon Linux 2023 for x86_64, looked up when the template is deployed or an instance starts.
pub const IMAGE: &str = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/// A property of the launch template's data.
fn data_is(env: &Env, path: &str, value: impl Into<Value>) -> Check {
    template(env)?.is(&format!("LaunchTemplateData.{path}"), value)
}

/// The image an instance starts from, without the braces of a dynamic reference.
pub fn image(env: &Env) -> Result<String, String> {
    let image = template(env)?.text("LaunchTemplateData.ImageId")?;
    Ok(image.trim_start_matches("{{").trim_end_matches("}}").to_owned())
}

/// The value of one of a load balancer's or target group's attributes.
fn attribute(res: &Res, list: &str, key: &str) -> String {
    tag_in(&res.items(list), key).unwrap_or_else(|| "absent".to_owned())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    [
        role_facts(),
        template_facts(),
        fleet_facts(),
        balancer_facts(),
        target_facts(),
        log_facts(),
        alarm_facts(),
        outputs(),
    ]
    .concat()
}

fn role_facts() -> Vec<Fact> {
    vec![
        fact("HR-204", |e| profile(e)?.lists("Roles", &[iam::role(e)?])),
        fact("HR-205", |e| profile(e)?.is("InstanceProfileName", e.name("ec2-profile"))),
    ]
}

fn template_facts() -> Vec<Fact> {
    vec![
        fact("HR-206", |e| {
            let image = image(e)?;
            want(image.contains("al2023") && image.contains("-latest/"), || format!("image {image}"))
        }),
        fact("HR-207", |e| {
            let image = image(e)?;
            want(image == IMAGE, || format!("image {image}"))
        }),
        fact("HR-208", |e| data_is(e, "InstanceType", "t3.micro")),
        fact("HR-209", |e| data_is(e, "MetadataOptions.HttpTokens", "required")),
        fact("HR-210", |e| data_is(e, "MetadataOptions.HttpPutResponseHopLimit", 1)),
        fact("HR-211", |e| {
            let profile = profile(e)?;
            let found = template(e)?.get("LaunchTemplateData.IamInstanceProfile");
            let by_arn = json!({"Arn": profile.attribute("Arn")});
            let by_name = json!({"Name": profile.reference()});
            want(same(&found, &by_arn) || same(&found, &by_name), || format!("profile {found}"))
        }),
        fact("HR-212", |e| {
            let raw = template(e)?.body().pointer("/Properties/LaunchTemplateData/UserData/Fn::Base64").is_some();
            let script = template(e)?.text("LaunchTemplateData.UserData")?;
            want(raw && script.starts_with("#!/bin/bash\n"), || "user data is no base64 script".into())?;
            user_data(e)?.unit().map(|_| ())
        }),
        fact("HR-213", |e| template(e)?.lists("LaunchTemplateData.SecurityGroupIds", &[network::group(e, "ec2")?])),
        fact("HR-214", |e| {
            let interfaces = template(e)?.items("LaunchTemplateData.NetworkInterfaces");
            let public = |interface: &Value| {
                interface.get("AssociatePublicIpAddress").is_some_and(|value| plain(value) != "false")
            };
            want(!interfaces.iter().any(public), || format!("public addresses: {interfaces:?}"))?;
            fleet(e)?.lists("VPCZoneIdentifier", &network::private(e)?)
        }),
        fact("HR-215", |e| template(e)?.lacks("LaunchTemplateData.KeyName")),
        fact("HR-216", |e| {
            for kind in ["instance", "volume"] {
                let tags = names_tags::specified(&template(e)?, "LaunchTemplateData.TagSpecifications", kind)?;
                names_tags::three(e, "", |key| tag_in(&tags, key), kind)?;
            }
            Ok(())
        }),
        fact("HR-217", |e| {
            let disks = template(e)?.items("LaunchTemplateData.BlockDeviceMappings");
            let encrypted = |disk: &Value| disk.pointer("/Ebs/Encrypted").is_some_and(|value| plain(value) == "true");
            let root = |disk: &&Value| disk.get("DeviceName").is_some_and(|name| name == "/dev/xvda");
            want(disks.iter().filter(root).count() == 1 && disks.iter().all(encrypted), || format!("disks {disks:?}"))
        }),
        fact("HR-218", |e| template(e)?.is("LaunchTemplateName", e.name("lt"))),
    ]
}

fn fleet_facts() -> Vec<Fact> {
    vec![
        fact("HR-219", |e| fleet(e)?.is("DesiredCapacity", 2)),
        fact("HR-220", |e| fleet(e)?.is("MinSize", 1)),
        fact("HR-221", |e| fleet(e)?.is("MaxSize", 4)),
        fact("HR-222", |e| fleet(e)?.is("HealthCheckType", "ELB")),
        fact("HR-223", |e| fleet(e)?.is("HealthCheckGracePeriod", 300)),
        fact("HR-224", |e| {
            fleet(e)?.lists("VPCZoneIdentifier", &network::private(e)?)?;
            fleet(e)?.points("LaunchTemplate.LaunchTemplateId", &template(e)?)
        }),
        fact("HR-225", |e| fleet(e)?.lists("TargetGroupARNs", &[targets(e)?])),
        fact("HR-226", |e| fleet(e)?.is("AutoScalingGroupName", e.name("asg"))),
        fact("HR-227", |e| names_tags::propagated(e, &fleet(e)?)),
        fact("HR-228", |e| {
            let policy =
                fleet(e)?.body().get("UpdatePolicy").and_then(|policy| policy.get("AutoScalingRollingUpdate")).cloned();
            let rolling = policy.ok_or("no rolling update")?;
            let kept = rolling.get("MinInstancesInService").map(plain).and_then(|text| text.parse::<u32>().ok());
            let max = fleet(e)?.get("MaxSize");
            want(kept.is_some_and(|kept| kept >= 1 && kept < plain(&max).parse().unwrap_or(0)), || {
                format!("rolling update {rolling}")
            })?;
            fleet(e)?.is("LaunchTemplate.Version", template(e)?.attribute("LatestVersionNumber"))
        }),
    ]
}

fn balancer_facts() -> Vec<Fact> {
    vec![
        fact("HR-229", |e| balancer(e)?.is("Scheme", "internet-facing")),
        fact("HR-230", |e| balancer(e)?.is("Type", "application")),
        fact("HR-231", |e| balancer(e)?.lists("Subnets", &network::public(e)?)),
        fact("HR-232", |e| balancer(e)?.lists("SecurityGroups", &[network::group(e, "alb")?])),
        fact("HR-233", |e| {
            let name = e.name("alb");
            balancer(e)?.is("Name", name.as_str())?;
            let longest = name.len() - e.at.id.len() + 20;
            want(longest <= 32, || format!("{longest} characters with the longest id"))
        }),
        fact("HR-234", |e| {
            let balancer = balancer(e)?;
            let get = |key: &str| attribute(&balancer, "LoadBalancerAttributes", key);
            want(get("access_logs.s3.enabled") == "true", || "no access logs".into())?;
            want(get("access_logs.s3.bucket") == plain(&log_bucket(e)?.reference()), || {
                format!("logs to {}", get("access_logs.s3.bucket"))
            })?;
            want(get("routing.http.drop_invalid_header_fields.enabled") == "true", || "invalid headers pass".into())
        }),
        fact("HR-235", |e| e.has_output("compute", "load balancer's DNS name", &balancer(e)?.attribute("DNSName"))),
        fact("HR-236", |e| listener(e)?.is("Port", 80)),
        fact("HR-237", |e| listener(e)?.is("Protocol", "HTTP")),
        fact("HR-238", |e| listener(e)?.is("DefaultActions[0].Type", "forward")),
        fact("HR-239", |e| {
            let (listener, targets) = (listener(e)?, targets(e)?);
            let forward = "DefaultActions[0].ForwardConfig.TargetGroups[0].TargetGroupArn";
            listener
                .points("DefaultActions[0].TargetGroupArn", &targets)
                .or_else(|_| listener.points(forward, &targets))
        }),
    ]
}

fn target_facts() -> Vec<Fact> {
    vec![
        fact("HR-240", |e| targets(e)?.is("Protocol", "HTTP")),
        fact("HR-241", |e| targets(e)?.is("Port", 5000)),
        fact("HR-242", |e| targets(e)?.is("HealthCheckPath", "/health")),
        fact("HR-243", |e| targets(e)?.is("HealthCheckProtocol", "HTTP")),
        fact("HR-244", |e| targets(e)?.is("HealthCheckIntervalSeconds", 30)),
        fact("HR-245", |e| targets(e)?.is("HealthyThresholdCount", 2)),
        fact("HR-246", |e| targets(e)?.is("UnhealthyThresholdCount", 3)),
        fact("HR-247", |e| targets(e)?.is("HealthCheckTimeoutSeconds", 5)),
        fact("HR-248", |e| targets(e)?.is("Matcher.HttpCode", 200)),
        fact("HR-249", |e| {
            targets(e)?.is("TargetType", "instance")?;
            targets(e)?.points("VpcId", &network::vpc(e)?)
        }),
        fact("HR-250", |e| targets(e)?.is("Name", e.name("tg"))),
        fact("HR-251", |e| {
            let targets = targets(e)?;
            let wanted = [
                ("stickiness.enabled", "true"),
                ("stickiness.type", "lb_cookie"),
                ("stickiness.lb_cookie.duration_seconds", "1800"),
            ];
            for (key, value) in wanted {
                let found = attribute(&targets, "TargetGroupAttributes", key);
                want(found == value, || format!("{key} is {found}"))?;
            }
            Ok(())
        }),
    ]
}

fn log_facts() -> Vec<Fact> {
    vec![
        fact("HR-252", |e| logs(e)?.is("LogGroupName", format!("/hrapp/{}/app", e.at.id))),
        fact("HR-253", |e| logs(e)?.is("RetentionInDays", 30)),
        fact("HR-254", |e| {
            let (bucket, balancer) = (log_bucket(e)?, balancer(e)?);
            want(
                attribute(&balancer, "LoadBalancerAttributes", "access_logs.s3.bucket") == plain(&bucket.reference()),
                || "unused".into(),
            )?;
            // The load balancer tries the bucket at once: its policy must stand before.
            balancer.waits_for(&e.one("compute", "AWS::S3::BucketPolicy")?)
        }),
        fact("HR-255", |e| storage::encrypts(&log_bucket(e)?)),
        fact("HR-256", |e| storage::blocks_public(&log_bucket(e)?)),
        fact("HR-257", |e| log_bucket(e)?.is("BucketName", e.name("alb-logs-${AWS::AccountId}"))),
        fact("HR-258", |e| {
            let bucket = log_bucket(e)?;
            let statements = of_bucket(e, "compute", &bucket)?;
            let arn = format!("{}/AWSLogs/${{AWS::AccountId}}/*", plain(&bucket.attribute("Arn")));
            let allows: Vec<_> = statements.iter().filter(|s| s.allows).collect();
            let delivery = "Service:logdelivery.elasticloadbalancing.amazonaws.com";
            let right = |s: &crate::policy::Statement| {
                s.principals == [delivery] && s.actions == ["s3:PutObject"] && s.resources == [arn.as_str()]
            };
            want(allows.len() == 1 && allows.iter().all(|s| right(s)), || format!("{allows:?}"))
        }),
    ]
}

fn alarm_facts() -> Vec<Fact> {
    vec![
        fact("HR-259", |e| alarm(e)?.is("Namespace", "AWS/Billing")),
        fact("HR-260", |e| alarm(e)?.is("MetricName", "EstimatedCharges")),
        fact("HR-261", |e| alarm(e)?.is("Dimensions", json!([{"Name": "Currency", "Value": "USD"}]))),
        fact("HR-262", |e| alarm(e)?.is("Threshold", 100)),
        fact("HR-263", |e| alarm(e)?.is("EvaluationPeriods", 1)),
        fact("HR-264", |e| alarm(e)?.is("ComparisonOperator", "GreaterThanThreshold")),
        fact("HR-265", |e| alarm(e)?.is("Period", 21600)),
        fact("HR-266", |e| alarm(e)?.is("Statistic", "Maximum")),
    ]
}

fn outputs() -> Vec<Fact> {
    vec![
        fact("HR-268", |e| e.has_output("compute", "load balancer's DNS name", &balancer(e)?.attribute("DNSName"))),
        fact("HR-269", |e| e.has_output("compute", "Auto Scaling group's name", &fleet(e)?.reference())),
        fact("HR-270", |e| e.has_output("compute", "role's ARN", &iam::role(e)?.attribute("Arn"))),
    ]
}
