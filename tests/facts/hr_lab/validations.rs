//! Section 11: the document's own properties, validations and tests, as far as templates decide them.

use super::{
    Fact, compute, data, environments, fact, fact_of_all, iam, names_tags, network, secrets, security, storage,
    user_data,
};
use crate::meaning::plain;
use crate::rules;
use crate::script::{template, user_data as script};
use crate::tree::{Check, Env, want};

/// Two zones, public subnets to the internet, private ones through NAT, and only the way ALB, EC2, RDS.
fn architecture(env: &Env) -> Check {
    let (public, private) = (network::public(env)?, network::private(env)?);
    let mut zones: Vec<String> =
        public.iter().chain(&private).map(|subnet| plain(&subnet.get("AvailabilityZone"))).collect();
    zones.sort();
    zones.dedup();
    want(zones.len() == 2, || format!("zones {zones:?}"))?;
    let gateway = env.one("network", "AWS::EC2::InternetGateway")?;
    for subnet in &public {
        network::route_of(env, subnet)?.points("GatewayId", &gateway)?;
    }
    let nats: Vec<String> = network::nats(env)?.iter().map(|nat| plain(&nat.reference())).collect();
    for subnet in &private {
        let target = plain(&network::route_of(env, subnet)?.get("NatGatewayId"));
        want(nats.contains(&target), || format!("{} leaves through {target}", subnet.place()))?;
    }
    for (tier, peers) in [("ec2", "alb"), ("rds", "ec2")] {
        let rules = rules::rules(env, &network::group(env, tier)?, true)?;
        let peer = network::group_id(env, peers)?;
        want(rules.len() == 1 && rules[0].peer == peer, || format!("into {tier}: {rules:?}"))?;
    }
    Ok(())
}

fn nat_configuration(env: &Env) -> Check {
    let nats = network::nats(env)?;
    want(nats.len() == super::team(env).nats, || format!("{} NAT gateways in public subnets", nats.len()))?;
    let mut subnets: Vec<String> = nats.iter().map(|nat| plain(&nat.get("SubnetId"))).collect();
    subnets.dedup();
    want(subnets.len() == super::team(env).nats, || format!("NAT gateways in {subnets:?}"))
}

fn database(env: &Env) -> Check {
    let database = data::database(env)?;
    env.one("data", "AWS::RDS::DBSubnetGroup")?.lists("SubnetIds", &network::private(env)?)?;
    database.is("PubliclyAccessible", false)?;
    database.is("StorageEncrypted", true)?;
    database.is("BackupRetentionPeriod", 7)?;
    database.is("MultiAZ", super::team(env).multi_az)
}

fn uploads(env: &Env) -> Check {
    let bucket = storage::bucket(env)?;
    bucket.is("BucketName", storage::bucket_name(env))?;
    storage::blocks_public(&bucket)?;
    storage::encrypts(&bucket)?;
    bucket.is("VersioningConfiguration.Status", "Enabled")?;
    let statements = storage::policy(env)?;
    want(statements.iter().all(|s| !s.allows || !s.of_everyone()), || "everyone may read".into())
}

fn least_privilege(env: &Env) -> Check {
    iam::narrow(env)?;
    iam::role(env)?.is("ManagedPolicyArns", vec![iam::SSM_CORE])?;
    let mut actions: Vec<String> = iam::granted(env)?.into_iter().flat_map(|s| s.actions).collect();
    actions.retain(|action| action != "secretsmanager:DescribeSecret" && action != "logs:CreateLogStream");
    actions.sort();
    want(actions == ["logs:PutLogEvents", "s3:GetObject", "s3:PutObject", "secretsmanager:GetSecretValue"], || {
        format!("{actions:?}")
    })
}

fn instances(env: &Env) -> Check {
    let template = template(env)?;
    compute::fleet(env)?.lists("VPCZoneIdentifier", &network::private(env)?)?;
    template.is("LaunchTemplateData.MetadataOptions.HttpTokens", "required")?;
    want(!template.get("LaunchTemplateData.IamInstanceProfile").is_null(), || "no role".into())?;
    template.lacks("LaunchTemplateData.KeyName")?;
    let rules = rules::rules(env, &network::group(env, "ec2")?, true)?;
    want(!rules.is_empty() && rules.iter().all(|rule| !network::opens(rule, 22)), || format!("{rules:?}"))
}

fn load_balancer(env: &Env) -> Check {
    compute::balancer(env)?.lists("Subnets", &network::public(env)?)?;
    compute::listener(env)?.is("Port", 80)?;
    let targets = compute::targets(env)?;
    compute::fleet(env)?.lists("TargetGroupARNs", &[targets])?;
    targets.is("HealthCheckPath", "/health")?;
    targets.is("HealthCheckProtocol", "HTTP")
}

fn credentials(env: &Env) -> Check {
    want(data::secret(env)?.get("GenerateSecretString").is_object(), || "the secret is not generated".into())?;
    let rotation = secrets::rotation(env)?;
    rotation.points("SecretId", &data::secret(env)?)?;
    rotation
        .is("RotationRules.AutomaticallyAfterDays", 30)
        .or_else(|_| rotation.is("RotationRules.ScheduleExpression", "rate(30 days)"))?;
    let found = data::database(env)?.get("MasterUserPassword");
    want(data::field(env, "password")?.contains(&plain(&found)), || format!("password {found}"))
}

fn monitoring(env: &Env) -> Check {
    security::hub(env)?;
    security::standard(env)?;
    security::subscription(env)?;
    let types = security::enabler(env)?.items("ResourceTypes");
    want(types.iter().any(|ty| ty == "EC2"), || format!("scans {types:?}"))
}

fn service(env: &Env) -> Check {
    user_data::started(env)?;
    user_data::enabled(env)?;
    let restart = script(env)?.unit_values("Service", "Restart")?;
    want(restart == ["always"], || format!("Restart={restart:?}"))?;
    user_data::variable_is(env, "APP_PORT", "5000")?;
    for name in ["SECRET_KEY", "DB_SECRET_ARN", "S3_BUCKET_NAME", "DEPLOYMENT_ID", "AWS_REGION"] {
        script(env)?.variable(name)?;
    }
    Ok(())
}

/// The facts of this section.
pub fn facts() -> Vec<Fact> {
    vec![
        fact("HR-316", |e| {
            names_tags::tagged(e, "")?;
            for (res, name) in
                names_tags::physical_names(e, "compute")?.into_iter().chain(names_tags::physical_names(e, "data")?)
            {
                let own = name.starts_with(&e.name("")) || name.starts_with(&format!("/hrapp/{}/", e.at.id));
                want(own, || format!("{} is called {name}", res.place()))?;
            }
            Ok(())
        }),
        fact_of_all("HR-317", names_tags::apart),
        fact("HR-323", architecture),
        fact("HR-324", nat_configuration),
        fact("HR-325", database),
        fact("HR-326", uploads),
        fact("HR-327", least_privilege),
        fact("HR-328", instances),
        fact("HR-329", load_balancer),
        fact("HR-333", credentials),
        fact("HR-334", monitoring),
        fact("HR-336", service),
        fact("HR-337", |e| {
            for (ty, count) in [("VPC", 1), ("Subnet", 4), ("NatGateway", super::team(e).nats), ("SecurityGroup", 3)] {
                e.exactly(count, "network", &format!("AWS::EC2::{ty}"))?;
            }
            Ok(())
        }),
        fact("HR-338", |e| {
            let vpc = network::vpc(e)?;
            vpc.is("CidrBlock", "10.0.0.0/16")?;
            vpc.is("EnableDnsSupport", true)?;
            vpc.is("EnableDnsHostnames", true)?;
            names_tags::three(e, "Project", |key| vpc.tag(key), "VPC")?;
            names_tags::three(e, "DeploymentID", |key| vpc.tag(key), "VPC")
        }),
        fact("HR-339", |e| names_tags::propagated(e, &compute::fleet(e)?)),
        fact_of_all("HR-340", |tree| {
            let mut names = Vec::new();
            for env in environments(tree) {
                let name = storage::bucket(&env)?.text("BucketName")?;
                want(name.contains(env.at.id) && !names.contains(&name), || format!("bucket {name}"))?;
                names.push(name);
            }
            Ok(())
        }),
    ]
}
