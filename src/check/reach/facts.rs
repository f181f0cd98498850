//! What the model of the network must know of single AWS types. Nothing else in this folder names one.

/// A virtual network.
pub const VPC: &str = "AWS::EC2::VPC";
/// A further range of one.
pub const VPC_RANGE: &str = "AWS::EC2::VPCCidrBlock";
/// The attribute for the group that what names none wears.
pub const DEFAULT_GROUP: &str = "DefaultSecurityGroup";
/// The attribute for the network ACL of subnets that name none.
pub const DEFAULT_ACL: &str = "DefaultNetworkAcl";
/// A subnet.
pub const SUBNET: &str = "AWS::EC2::Subnet";
/// A further range of one.
pub const SUBNET_RANGE: &str = "AWS::EC2::SubnetCidrBlock";

/// A route table.
pub const ROUTE_TABLE: &str = "AWS::EC2::RouteTable";
/// A route in one.
pub const ROUTE: &str = "AWS::EC2::Route";
/// Which table a subnet uses.
pub const TABLE_OF_SUBNET: &str = "AWS::EC2::SubnetRouteTableAssociation";
/// Which table decides about what comes in through a gateway.
pub const TABLE_OF_GATEWAY: &str = "AWS::EC2::GatewayRouteTableAssociation";
/// The properties of a route that say where it leads, each with what it names.
pub const ROUTE_TARGETS: [(&str, Leads); 12] = [
    ("GatewayId", Leads::Gateway),
    ("EgressOnlyInternetGatewayId", Leads::Gateway),
    ("NatGatewayId", Leads::Nat),
    ("VpcPeeringConnectionId", Leads::Peering),
    ("TransitGatewayId", Leads::Transit),
    ("VpcEndpointId", Leads::Inspector),
    ("NetworkInterfaceId", Leads::Interface),
    ("InstanceId", Leads::Interface),
    ("CarrierGatewayId", Leads::Elsewhere),
    ("LocalGatewayId", Leads::Elsewhere),
    ("CoreNetworkArn", Leads::Elsewhere),
    ("OdbNetworkArn", Leads::Elsewhere),
];

/// What the target of a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// A gateway of the VPC.
    Gateway,
    /// A NAT gateway.
    Nat,
    /// A connection to another VPC.
    Peering,
    /// A transit gateway.
    Transit,
    /// An endpoint with devices behind it.
    Inspector,
    /// A machine.
    Interface,
    /// Somewhere that the model does not follow.
    Elsewhere,
}

/// A list of ranges that customers keep.
pub const PREFIX_LIST: &str = "AWS::EC2::PrefixList";

/// The internet gateway, and that for IPv6 on the way out alone.
pub const INTERNET_GATEWAYS: [&str; 2] = ["AWS::EC2::InternetGateway", EGRESS_ONLY_GATEWAY];
/// The one for the way out alone; it is made for a VPC.
pub const EGRESS_ONLY_GATEWAY: &str = "AWS::EC2::EgressOnlyInternetGateway";
/// A gateway to a network of one's own.
pub const VPN_GATEWAY: &str = "AWS::EC2::VPNGateway";
/// What attaches a gateway to a VPC, and the properties that name it.
pub const GATEWAY_ATTACHMENT: (&str, [&str; 2]) =
    ("AWS::EC2::VPCGatewayAttachment", ["InternetGatewayId", "VpnGatewayId"]);
/// A connection through the public internet to a network of one's own.
pub const VPN_CONNECTION: &str = "AWS::EC2::VPNConnection";
/// A range behind such a connection.
pub const VPN_ROUTE: &str = "AWS::EC2::VPNConnectionRoute";
/// What lets a gateway tell a table of its routes.
pub const ROUTE_PROPAGATION: &str = "AWS::EC2::VPNGatewayRoutePropagation";
/// A NAT gateway.
pub const NAT_GATEWAY: &str = "AWS::EC2::NatGateway";
/// A connection of two VPCs.
pub const PEERING: &str = "AWS::EC2::VPCPeeringConnection";

/// A transit gateway.
pub const TRANSIT: &str = "AWS::EC2::TransitGateway";
/// The attachments of VPCs.
pub const TRANSIT_VPC_ATTACHMENTS: [&str; 2] =
    ["AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"];
/// An attachment of another transit gateway.
pub const TRANSIT_PEERING: &str = "AWS::EC2::TransitGatewayPeeringAttachment";
/// A route table of a transit gateway.
pub const TRANSIT_TABLE: &str = "AWS::EC2::TransitGatewayRouteTable";
/// A route in one.
pub const TRANSIT_ROUTE: &str = "AWS::EC2::TransitGatewayRoute";
/// By which table an attachment's packets are routed.
pub const TRANSIT_ASSOCIATION: &str = "AWS::EC2::TransitGatewayRouteTableAssociation";
/// Which table learns of an attachment's ranges.
pub const TRANSIT_PROPAGATION: &str = "AWS::EC2::TransitGatewayRouteTablePropagation";

/// A network ACL.
pub const ACL: &str = "AWS::EC2::NetworkAcl";
/// A rule of one.
pub const ACL_ENTRY: &str = "AWS::EC2::NetworkAclEntry";
/// Which one a subnet has.
pub const ACL_OF_SUBNET: &str = "AWS::EC2::SubnetNetworkAclAssociation";

/// A security group.
pub const GROUP: &str = "AWS::EC2::SecurityGroup";
/// A rule for what comes in.
pub const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
/// A rule for what goes out.
pub const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
/// A group's own rules.
pub const INLINE_RULES: [&str; 2] = ["SecurityGroupIngress", "SecurityGroupEgress"];
/// The properties by which a rule names a group, and those by which it names a list of ranges.
pub const RULE_GROUPS: [&str; 2] = ["SourceSecurityGroupId", "DestinationSecurityGroupId"];
/// Those by which it names a list of ranges.
pub const RULE_LISTS: [&str; 2] = ["SourcePrefixListId", "DestinationPrefixListId"];

/// A way to an API, or to inspecting devices.
pub const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
/// A firewall with endpoints of its own.
pub const FIREWALL: &str = "AWS::NetworkFirewall::Firewall";

/// A template for instances: what uses it wears its groups.
pub const LAUNCH_TEMPLATE: &str = "AWS::EC2::LaunchTemplate";
/// Types that lend their subnets to what names them.
pub const SUBNET_GROUPS: [&str; 7] = [
    "AWS::RDS::DBSubnetGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::MemoryDB::SubnetGroup",
    "AWS::Redshift::ClusterSubnetGroup",
    "AWS::Neptune::DBSubnetGroup",
    "AWS::DocDB::DBSubnetGroup",
    "AWS::DAX::SubnetGroup",
];
/// Types that name subnets or groups, but wear none.
pub const NO_WEARERS: &[&str] = &[
    GROUP,
    INGRESS,
    EGRESS,
    SUBNET,
    SUBNET_RANGE,
    ROUTE,
    TABLE_OF_SUBNET,
    ACL_OF_SUBNET,
    NAT_GATEWAY,
    LAUNCH_TEMPLATE,
    FIREWALL,
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::FlowLog",
    "AWS::EC2::EIP",
    "AWS::EC2::EIPAssociation",
    "AWS::EC2::NetworkInterfaceAttachment",
    "AWS::EC2::TrafficMirrorTarget",
    "AWS::EC2::NetworkInsightsPath",
    "AWS::EC2::NetworkInsightsAccessScope",
    "AWS::SSM::Parameter",
    "AWS::ECS::TaskDefinition",
];
/// Leaves of properties that hold text of any meaning.
pub const FREE_TEXT: &[&str] = &["Value", "Values", "DefaultValue", "Key", "Description", "UserData"];

/// An instance.
pub const INSTANCE: &str = "AWS::EC2::Instance";
/// A public address, and what gives one to an instance or a network card.
pub const ELASTIC_ADDRESSES: [&str; 2] = ["AWS::EC2::EIP", "AWS::EC2::EIPAssociation"];
/// Whether a machine takes only what is for itself.
pub const SOURCE_CHECK: &str = "SourceDestCheck";
/// Whether a network card gets a public address.
pub const PUBLIC_CARD: &str = "AssociatePublicIpAddress";
/// Whether a subnet gives public addresses to what is launched in it.
pub const PUBLIC_SUBNET: &str = "MapPublicIpOnLaunch";

/// Types that are launched, and so get a public address where their subnet gives one.
pub const LAUNCHED: [&str; 2] = [INSTANCE, "AWS::AutoScaling::AutoScalingGroup"];

/// Types whose members wear the groups of what they are in and stand in its subnets, by the property that names it.
pub const MEMBERS: [(&str, &str); 3] = [
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
    ("AWS::Neptune::DBInstance", "DBClusterIdentifier"),
    ("AWS::DocDB::DBInstance", "DBClusterIdentifier"),
];
/// Types that wear the default group of their VPC if they name none. What others wear then, AWS knows.
pub const DEFAULT_WEARERS: &[&str] = &[
    INSTANCE,
    BALANCER,
    ENDPOINT,
    SERVICE,
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::DMS::ReplicationInstance",
    "AWS::DAX::Cluster",
    "AWS::DocDB::DBCluster",
    "AWS::EC2::InstanceConnectEndpoint",
    "AWS::EC2::NetworkInterface",
    "AWS::EFS::MountTarget",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::MSK::Cluster",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBProxy",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Workgroup",
];
/// Services that listen on one port, and the property that says which.
pub const PORTS: &[(&str, &str)] = &[
    ("AWS::RDS::DBInstance", "Port"),
    ("AWS::RDS::DBCluster", "Port"),
    ("AWS::ElastiCache::CacheCluster", "Port"),
    ("AWS::ElastiCache::ReplicationGroup", "Port"),
    ("AWS::MemoryDB::Cluster", "Port"),
    ("AWS::Redshift::Cluster", "Port"),
    ("AWS::Neptune::DBCluster", "DBPort"),
    ("AWS::DocDB::DBCluster", "Port"),
];
/// Services that always listen on the same one.
pub const FIXED_PORTS: &[(&str, u16)] = &[("AWS::EFS::MountTarget", 2049)];

/// How a type says whether it has a public address.
#[derive(Debug, Clone, Copy)]
pub struct PublicSetting {
    /// The type.
    pub ty: &'static str,
    /// The property, by its last part.
    pub property: &'static str,
    /// The value that says yes.
    pub yes: &'static str,
    /// Whether it is so where nothing is said; `None`: that depends.
    pub unsaid: Option<bool>,
}

/// All of them. An RDS instance for which nothing is said is public where its VPC has an internet gateway, says the API, or
/// is not, said an older version; so that depends.
pub const PUBLIC_SETTINGS: &[PublicSetting] = &[
    PublicSetting { ty: BALANCER, property: "Scheme", yes: "internet-facing", unsaid: Some(true) },
    PublicSetting { ty: CLASSIC_BALANCER, property: "Scheme", yes: "internet-facing", unsaid: Some(true) },
    PublicSetting { ty: "AWS::RDS::DBInstance", property: "PubliclyAccessible", yes: "true", unsaid: None },
    PublicSetting { ty: "AWS::RDS::DBCluster", property: "PubliclyAccessible", yes: "true", unsaid: Some(false) },
    PublicSetting { ty: "AWS::Redshift::Cluster", property: "PubliclyAccessible", yes: "true", unsaid: Some(false) },
    PublicSetting {
        ty: "AWS::RedshiftServerless::Workgroup",
        property: "PubliclyAccessible",
        yes: "true",
        unsaid: Some(false),
    },
    PublicSetting {
        ty: "AWS::DMS::ReplicationInstance",
        property: "PubliclyAccessible",
        yes: "true",
        unsaid: Some(true),
    },
    PublicSetting { ty: "AWS::AmazonMQ::Broker", property: "PubliclyAccessible", yes: "true", unsaid: Some(false) },
    PublicSetting { ty: SERVICE, property: "AssignPublicIp", yes: "ENABLED", unsaid: Some(false) },
    PublicSetting { ty: "AWS::ECS::TaskSet", property: "AssignPublicIp", yes: "ENABLED", unsaid: Some(false) },
    PublicSetting { ty: "AWS::Events::Rule", property: "AssignPublicIp", yes: "ENABLED", unsaid: Some(false) },
    PublicSetting { ty: "AWS::Scheduler::Schedule", property: "AssignPublicIp", yes: "ENABLED", unsaid: Some(false) },
];

/// How a type says whether it has an address of IPv6: the property, and the values that say yes. Where nothing is said, it has none.
pub const DUAL_STACK: &[(&str, &str, &[&str])] = &[
    (BALANCER, "IpAddressType", &["dualstack", "dualstack-without-public-ipv4"]),
    (FUNCTION, "Ipv6AllowedForDualStack", &["true"]),
    (ENDPOINT, "IpAddressType", &["dualstack", "ipv6"]),
    ("AWS::RDS::DBInstance", "NetworkType", &["DUAL"]),
    ("AWS::RDS::DBCluster", "NetworkType", &["DUAL"]),
    ("AWS::ElastiCache::ReplicationGroup", "NetworkType", &["dual_stack", "ipv6"]),
    ("AWS::ElastiCache::CacheCluster", "NetworkType", &["dual_stack", "ipv6"]),
];
/// The properties of a network card that give it addresses of IPv6: their number, and they themselves.
pub const V6_OF_CARDS: (&str, &str) = ("Ipv6AddressCount", "Ipv6Addresses");
/// Whether a subnet gives addresses of IPv6 to the network cards in it.
pub const V6_SUBNET: &str = "AssignIpv6AddressOnCreation";
/// Types that are, or launch, network cards which get addresses of IPv6 where their subnet gives them.
pub const CARDS: [&str; 3] = [INSTANCE, "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::NetworkInterface"];

/// Types whose network cards only ask: AWS lets nothing in.
pub const ASKERS: &[&str] = &[
    FUNCTION,
    ROTATION,
    "AWS::Serverless::Function",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::AppRunner::VpcConnector",
    "AWS::CodeBuild::Project",
    "AWS::Glue::Connection",
    "AWS::Synthetics::Canary",
    "AWS::QuickSight::VPCConnection",
    "AWS::KinesisFirehose::DeliveryStream",
];
/// Types whose network cards only answer.
pub const ANSWERERS: &[&str] = &[ENDPOINT, "AWS::EFS::MountTarget"];

/// A function.
pub const FUNCTION: &str = "AWS::Lambda::Function";
/// What changes a secret again and again, with a function of its own.
pub const ROTATION: &str = "AWS::SecretsManager::RotationSchedule";
/// A service of containers.
pub const SERVICE: &str = "AWS::ECS::Service";

/// A load balancer.
pub const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
/// One of the first generation.
pub const CLASSIC_BALANCER: &str = "AWS::ElasticLoadBalancing::LoadBalancer";
/// Where one listens.
pub const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
/// A rule that hands on elsewhere.
pub const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
/// Where one hands on to.
pub const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
/// An attribute that says whether a load balancer hands on to other zones.
pub const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
/// An attribute that says whether targets see the address of the client.
pub const KEEPS_CLIENT: &str = "preserve_client_ip.enabled";
/// Protocols of a load balancer that open what they get.
pub const OPENING_PROTOCOLS: [&str; 2] = ["HTTP", "HTTPS"];

/// What the internet may ask: it is made to stand at the edge of a network.
const EDGES: [&str; 5] = [
    BALANCER,
    CLASSIC_BALANCER,
    "AWS::EC2::ClientVpnEndpoint",
    "AWS::EC2::VerifiedAccessEndpoint",
    "AWS::Transfer::Server",
];

/// Whether a type stands at the edge of a network.
pub fn is_edge(ty: &str) -> bool {
    EDGES.contains(&ty)
}

/// Something in no VPC that takes what it is asked over the internet, and asks something else in its stead.
#[derive(Debug)]
pub struct InternetEdge {
    /// The type.
    pub ty: &'static str,
    /// The ports of TCP on which it is asked.
    pub ports: &'static [u16],
    /// The property, by its last part, that closes it to the internet, and with which value.
    pub closed: Option<(&'static str, &'static str)>,
}

/// All of them.
pub const INTERNET_EDGES: &[InternetEdge] = &[
    InternetEdge { ty: "AWS::ApiGateway::RestApi", ports: &[443], closed: Some(("Types", "PRIVATE")) },
    InternetEdge { ty: "AWS::ApiGatewayV2::Api", ports: &[443], closed: None },
    InternetEdge { ty: "AWS::AppSync::GraphQLApi", ports: &[443], closed: Some(("Visibility", "PRIVATE")) },
    InternetEdge { ty: "AWS::CloudFront::Distribution", ports: &[80, 443], closed: Some(("Enabled", "false")) },
    InternetEdge { ty: "AWS::Lambda::Url", ports: &[443], closed: None },
];
/// What leads from such an edge into a VPC: the type, the property that names the edge, and that which names the link.
pub const EDGE_LINKS: &[(&str, &str, &str)] = &[
    ("AWS::ApiGateway::Method", "RestApiId", "ConnectionId"),
    ("AWS::ApiGatewayV2::Integration", "ApiId", "ConnectionId"),
];
/// The property of an edge that asks servers by their names, over the internet.
pub const ORIGIN_BY_NAME: &str = "CustomOriginConfig";

/// Names of endpoints that differ from the prefix of the service's actions, besides those below.
pub const ACTION_SERVICES: &[(&str, &str)] = &[
    ("aoss", "aoss"),
    ("cloudwatch", "monitoring"),
    ("ecr", "ecr.api"),
    ("firehose", "kinesis-firehose"),
    ("kinesis", "kinesis-streams"),
    ("es", "es"),
];

/// Services whose actions are asked for at endpoints of these names; of others too little is known.
pub const ASKED: &[&str] = &[
    "athena",
    "bedrock",
    "codebuild",
    "dynamodb",
    "events",
    "execute-api",
    "glue",
    "kms",
    "lambda",
    "logs",
    "rds",
    "rekognition",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
    "textract",
    "xray",
];

/// Names of endpoints that differ from the namespace of the service's types, in lower case.
/// Source: the list of services that integrate with AWS PrivateLink.
pub const SERVICE_NAMES: &[(&str, &str)] = &[
    ("apigateway", "execute-api"),
    ("applicationautoscaling", "application-autoscaling"),
    ("certificatemanager", "acm"),
    ("cloudwatch", "monitoring"),
    ("cognito", "cognito-idp"),
    ("ecr", "ecr.api"),
    ("efs", "elasticfilesystem"),
    ("kinesis", "kinesis-streams"),
    ("kinesisfirehose", "kinesis-firehose"),
    ("opensearchserverless", "aoss"),
    ("stepfunctions", "states"),
];
