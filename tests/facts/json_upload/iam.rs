//! Section 11: nobody may more than is named.

use super::{Fact, fact};
use crate::policy::of_role;
use crate::tree::{Check, Env, want};

/// Actions that know no resource: traces, and the delivery of a service's own logs.
const WITHOUT_RESOURCE: [&str; 12] = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// Policies that AWS writes for its services.
const OF_AWS: [&str; 2] = ["AWSLambdaVPCAccessExecutionRole", "AmazonAPIGatewayPushToCloudWatchLogs"];

fn narrow(env: &Env) -> Check {
    let roles = env.everywhere("AWS::IAM::Role")?;
    want(roles.len() == 7, || format!("{} roles", roles.len()))?;
    for role in &roles {
        let managed = role.items("ManagedPolicyArns");
        let known = |arn: &serde_json::Value| {
            arn.as_str().is_some_and(|arn| OF_AWS.iter().any(|name| arn.ends_with(&format!("/{name}"))))
        };
        want(managed.iter().all(known), || format!("{} has {managed:?}", role.place()))?;
        for statement in of_role(env, role)? {
            let on_all = statement.resources.iter().any(|resource| resource == "*");
            let narrow = statement.allows
                && !statement.excludes
                && statement.actions.iter().all(|action| !action.contains('*'))
                && (!on_all || statement.actions.iter().all(|action| WITHOUT_RESOURCE.contains(&action.as_str())));
            want(narrow, || format!("{}: {statement:?}", role.place()))?;
        }
    }
    Ok(())
}

/// The facts of this section that are about every principal.
pub fn facts() -> Vec<Fact> {
    vec![fact("JU-247", narrow)]
}
