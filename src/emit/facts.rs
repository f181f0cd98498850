//! How the AWS CLI switches off what protects a resource from deletion.

/// The command for a type, without the resource's physical id, which comes last.
pub(super) fn unprotect(ty: &str) -> Option<&'static str> {
    let command = match ty {
        "AWS::RDS::DBInstance" => {
            "rds modify-db-instance --no-deletion-protection --apply-immediately --db-instance-identifier"
        }
        "AWS::RDS::DBCluster" => {
            "rds modify-db-cluster --no-deletion-protection --apply-immediately --db-cluster-identifier"
        }
        "AWS::RDS::GlobalCluster" => "rds modify-global-cluster --no-deletion-protection --global-cluster-identifier",
        "AWS::DocDB::DBCluster" => {
            "docdb modify-db-cluster --no-deletion-protection --apply-immediately --db-cluster-identifier"
        }
        "AWS::Neptune::DBCluster" => {
            "neptune modify-db-cluster --no-deletion-protection --apply-immediately --db-cluster-identifier"
        }
        "AWS::DynamoDB::Table" => "dynamodb update-table --no-deletion-protection-enabled --table-name",
        "AWS::Cognito::UserPool" => "cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id",
        "AWS::EC2::Instance" => "ec2 modify-instance-attribute --no-disable-api-termination --instance-id",
        "AWS::Logs::LogGroup" => {
            "logs put-log-group-deletion-protection --no-deletion-protection-enabled --log-group-identifier"
        }
        "AWS::NetworkFirewall::Firewall" => {
            "network-firewall update-firewall-delete-protection --no-delete-protection --firewall-arn"
        }
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            "elbv2 modify-load-balancer-attributes --attributes Key=deletion_protection.enabled,Value=false --load-balancer-arn"
        }
        _ => return None,
    };
    Some(command)
}
