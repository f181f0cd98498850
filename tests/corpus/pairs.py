"""What holds only under a condition, by hand: a valid resource and one change that breaks the condition."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from schemas import Json
from values import Path, at


@dataclass
class Pair:
    type: str
    valid: Json
    wrong: Json
    path: Path
    code: str
    region: str = "us-east-1"


def pair(type_: str, valid: Json, change: Json, code: str, path: Path, region: str = "us-east-1") -> Pair:
    """The change is laid over the valid properties; `None` takes one away."""
    return Pair(type_, valid, laid_over(valid, change), path, code, region)


def laid_over(valid: Json, change: Json) -> Json:
    result = copy.deepcopy(valid)
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = laid_over(result[key], value)
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = value
    return result


DB = {
    "Engine": "postgres", "EngineVersion": "16.8", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20",
    "MasterUsername": "someone", "ManageMasterUserPassword": True, "StorageEncrypted": True, "BackupRetentionPeriod": 7,
}
CLUSTER = {
    "Engine": "aurora-postgresql", "EngineVersion": "16.8", "MasterUsername": "someone",
    "ManageMasterUserPassword": True, "StorageEncrypted": True,
}
FUNCTION = {
    "Role": "arn:aws:iam::111122223333:role/some-role", "Handler": "index.handler", "Runtime": "python3.13",
    "Code": {"ZipFile": "def handler(event, context): return 1"},
}
TASK = {
    "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512",
    "ContainerDefinitions": [{"Name": "one", "Image": "public.ecr.aws/some/image:1"}],
}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
GROUP = {
    "GroupDescription": "some group", "VpcId": "vpc-0a1b2c3d4e5f60718",
    "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}],
}
INGRESS = ("SecurityGroupIngress", 0)
ALARM = {
    "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "MetricName": "Errors",
    "Namespace": "AWS/Lambda", "Period": 60, "Statistic": "Sum", "Threshold": 1,
    "AlarmActions": ["arn:aws:sns:us-east-1:111122223333:some-topic"],
}
CACHE = {"Engine": "redis", "EngineVersion": "7.1", "CacheNodeType": "cache.t4g.micro", "NumCacheNodes": 1}
INSTANCE = {"ImageId": "ami-0a1b2c3d4e5f60718", "InstanceType": "t3.micro"}
LISTENER = {
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/one/0a1b2c3d4e5f6071",
    "Port": 443, "Protocol": "HTTPS",
    "Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f"}],
    "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
}
VOLUME = {"AvailabilityZone": "us-east-1a", "Size": 20, "VolumeType": "gp3"}

PAIRS = [
    pair("AWS::RDS::DBInstance", DB, {"EngineVersion": "16.99"}, "value_not_allowed", ("EngineVersion",)),
    pair("AWS::RDS::DBInstance", DB, {"Engine": "postgress"}, "value_not_allowed", ("Engine",)),
    pair("AWS::RDS::DBInstance", DB, {"Engine": "mysql", "EngineVersion": "16.8"}, "value_not_allowed", ("EngineVersion",)),
    pair("AWS::RDS::DBInstance", DB, {"DBInstanceClass": "db.t9.micro"}, "value_not_allowed", ("DBInstanceClass",)),
    pair("AWS::RDS::DBInstance", DB, {"BackupRetentionPeriod": 36}, "value_out_of_range", ("BackupRetentionPeriod",)),
    pair("AWS::RDS::DBInstance", DB | {"KmsKeyId": "alias/some"}, {"StorageEncrypted": False}, "value_not_allowed", ("StorageEncrypted",)),
    pair("AWS::RDS::DBCluster", CLUSTER, {"EngineVersion": "3.1"}, "value_not_allowed", ("EngineVersion",)),
    pair("AWS::RDS::DBCluster", CLUSTER, {"AllocatedStorage": 100}, "conflicting_properties", ("AllocatedStorage",)),
    pair("AWS::RDS::DBCluster", CLUSTER, {"StorageType": "gp3"}, "value_not_allowed", ("StorageType",)),
    pair("AWS::Lambda::Function", FUNCTION, {"Runtime": "java21"}, "pattern_mismatch", ("Runtime",)),
    pair("AWS::Lambda::Function", FUNCTION, {"Runtime": None}, "missing_property", ()),
    pair("AWS::Lambda::Function", FUNCTION, {"Timeout": 901}, "value_out_of_range", ("Timeout",)),
    pair("AWS::Lambda::Function", FUNCTION | {"Environment": {"Variables": {"A": "b"}}},
         {"Environment": {"Variables": {"AWS_REGION": "b"}}}, "value_not_allowed", ("Environment", "Variables", "AWS_REGION")),
    pair("AWS::Lambda::Function", FUNCTION | {"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "WARN"}},
         {"LoggingConfig": {"LogFormat": "Text"}}, "conflicting_properties", ("LoggingConfig", "SystemLogLevel")),
    pair("AWS::ECS::TaskDefinition", TASK, {"Memory": "4096"}, "value_not_allowed", ("Memory",)),
    pair("AWS::ECS::TaskDefinition", TASK, {"NetworkMode": "bridge"}, "value_not_allowed", ("NetworkMode",)),
    pair("AWS::ECS::TaskDefinition", TASK, {"Cpu": None}, "missing_property", ()),
    pair("AWS::DynamoDB::Table", TABLE, {"BillingMode": "PROVISIONED"}, "missing_property", ()),
    pair("AWS::DynamoDB::Table", TABLE, {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 0}},
         "value_not_allowed", ("ProvisionedThroughput", "ReadCapacityUnits")),
    pair("AWS::EC2::SecurityGroup", GROUP,
         {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "CidrIp": "10.0.0.0/8"}]}, "missing_property", INGRESS),
    pair("AWS::EC2::SecurityGroup", GROUP,
         {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": -1, "ToPort": 443, "CidrIp": "10.0.0.0/8"}]},
         "value_not_allowed", (*INGRESS, "ToPort")),
    pair("AWS::EC2::SecurityGroup", GROUP,
         {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 80, "CidrIp": "10.0.0.0/8"}]},
         "value_out_of_range", (*INGRESS, "ToPort")),
    pair("AWS::EC2::SecurityGroup", GROUP,
         {"SecurityGroupIngress": [{"IpProtocol": "udp", "FromPort": 443, "ToPort": 65536, "CidrIp": "10.0.0.0/8"}]},
         "value_out_of_range", (*INGRESS, "ToPort")),
    pair("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "10.0.0.0/8"}, "value_out_of_range", ("CidrBlock",)),
    pair("AWS::CloudWatch::Alarm", ALARM, {"Period": 90}, "value_out_of_range", ("Period",)),
    pair("AWS::CloudWatch::Alarm", ALARM, {"Period": 15}, "value_not_allowed", ("Period",)),
    pair("AWS::ElastiCache::CacheCluster", CACHE, {"EngineVersion": "7.99"}, "value_not_allowed", ("EngineVersion",)),
    pair("AWS::ElastiCache::CacheCluster", CACHE, {"CacheNodeType": "cache.t9.micro"}, "value_not_allowed", ("CacheNodeType",)),
    pair("AWS::ElastiCache::CacheCluster", CACHE, {"Engine": "valkey", "EngineVersion": "7.1"}, "value_not_allowed", ("EngineVersion",)),
    pair("AWS::EC2::Instance", INSTANCE, {"InstanceType": "t3.tiny"}, "value_not_allowed", ("InstanceType",)),
    pair("AWS::EC2::Instance", INSTANCE, {"InstanceType": "T3.micro"}, "value_not_allowed", ("InstanceType",)),
    pair("AWS::EC2::Instance", INSTANCE, {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "VolumeType": "io1"}}]},
         "missing_property", ("BlockDeviceMappings", 0, "Ebs")),
    pair("AWS::EC2::VPNGateway", {"Type": "ipsec.1"}, {"Type": "ipsec.2"}, "value_not_allowed", ("Type",)),
    pair("AWS::ElasticLoadBalancingV2::Listener", LISTENER, {"Certificates": None}, "missing_property", ()),
    pair("AWS::ElasticLoadBalancingV2::TargetGroup", {"Port": 80, "Protocol": "HTTP", "TargetType": "instance", "VpcId": "vpc-0a1b2c3d4e5f60718"},
         {"Port": None}, "missing_property", ()),
    pair("AWS::SQS::Queue", {"FifoQueue": True, "QueueName": "some.fifo"}, {"QueueName": "some"}, "pattern_mismatch", ("QueueName",)),
    pair("AWS::SQS::Queue", {"FifoQueue": True, "ContentBasedDeduplication": True}, {"FifoQueue": False},
         "conflicting_properties", ("ContentBasedDeduplication",)),
    pair("AWS::Route53::RecordSet", {"HostedZoneId": "Z0123456789ABC", "Name": "a.example.com", "Type": "A", "TTL": "60", "ResourceRecords": ["10.0.0.1"]},
         {"ResourceRecords": ["10.0.0.256"]}, "pattern_mismatch", ("ResourceRecords", 0)),
    pair("AWS::Route53::RecordSet", {"HostedZoneId": "Z0123456789ABC", "Name": "a.example.com", "Type": "CNAME", "TTL": "60", "ResourceRecords": ["b.example.com"]},
         {"ResourceRecords": ["b.example.com", "c.example.com"]}, "value_out_of_range", ("ResourceRecords",)),
    pair("AWS::Redshift::Cluster", {"ClusterType": "single-node", "DBName": "one", "MasterUsername": "someone", "ManageMasterPassword": True, "NodeType": "ra3.large"},
         {"NodeType": "ra9.large"}, "value_not_allowed", ("NodeType",)),
    pair("AWS::AmazonMQ::Broker", {"BrokerName": "one", "DeploymentMode": "SINGLE_INSTANCE", "EngineType": "RABBITMQ",
         "HostInstanceType": "mq.m5.large", "PubliclyAccessible": False}, {"HostInstanceType": "mq.m9.large"},
         "value_not_allowed", ("HostInstanceType",)),
    pair("AWS::EC2::Instance", INSTANCE | {"InstanceType": "c5.large"}, {"InstanceType": "a1.large"}, "value_not_allowed", ("InstanceType",), "af-south-1"),
    pair("AWS::Lambda::EventSourceMapping",
         {"FunctionName": "some", "EventSourceArn": "arn:aws:kinesis:us-east-1:111122223333:stream/one", "StartingPosition": "LATEST"},
         {"StartingPosition": None}, "missing_property", ()),
    pair("AWS::Lambda::EventSourceMapping",
         {"FunctionName": "some", "EventSourceArn": "arn:aws:sqs:us-east-1:111122223333:one"},
         {"StartingPosition": "LATEST"}, "conflicting_properties", ("StartingPosition",)),
    pair("AWS::AutoScaling::AutoScalingGroup", {"MinSize": "1", "MaxSize": "2", "AvailabilityZones": ["us-east-1a"],
         "LaunchTemplate": {"LaunchTemplateId": "lt-0a1b2c3d4e5f60718", "Version": "1"}},
         {"MinSize": "3"}, "value_out_of_range", ("MaxSize",)),
]

assert all(at(one.wrong, one.path[:-1]) is not None for one in PAIRS)
