"""What moto 5.2.5 lacks, filled in, so that its verdict is about the templates and not about moto.

moto creates about a hundred resource types for real. For the others a stand-in with an id of its own takes the place, so
that what refers to them resolves; nothing is judged about a stand-in. The other repairs make moto answer what AWS
documents where it would crash or give up. Each names what it repairs.
"""

from __future__ import annotations

import json
import logging
from functools import cache, partial

from moto.acm.models import acm_backends
from moto.apigateway.models import Method
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.instances import Instance
from moto.ec2.models.internet_gateways import InternetGateway
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpn_gateway import VPCGatewayAttachment
from moto.rds.models import DBInstance, DBParameterGroup, OptionGroup
from moto.route53.models import FakeZone, route53_backends
from moto.s3.models import FakeBucket
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import Parameter
from moto.utilities.tagging_service import TaggingService

# What Ref gives for a type that moto does not create, where AWS documents a value that other resources depend on.
REF_IS_PROPERTY = {
    "AWS::SecretsManager::SecretTargetAttachment": "SecretId",
    "AWS::SecretsManager::RotationSchedule": "SecretId",
    # Not its own ARN, but that of the function it stands for: whoever calls the one calls the other.
    "AWS::Lambda::Alias": "FunctionName",
}

# Types that moto does not create and whose Ref is their ARN.
REF_IS_ARN = {"AWS::CodeConnections::Connection"}

# Types that moto has half of: it crashes over what Ref or GetAtt gives of them.
HALF_THERE = {"AWS::Lambda::Version"}

REMOVALS = {
    ElasticAddress: lambda ec2, it: ec2.release_address(allocation_id=it.allocation_id),
    InternetGateway: lambda ec2, it: ec2.delete_internet_gateway(it.id),
    NatGateway: lambda ec2, it: ec2.delete_nat_gateway(it.id),
    RouteTable: lambda ec2, it: ec2.delete_route_table(it.id),
    VPCGatewayAttachment: lambda ec2, it: ec2.detach_internet_gateway(it.gateway_id, it.vpc_id) if it.gateway_id else None,
}


def make_hosted_zones(zones: list[tuple[str, str]]) -> None:
    """Hosted zones that were there before. AWS gives them their ids, so no call makes one with an id that is wanted."""
    for account, zone in zones:
        there = route53_backends[account]["aws"].zones
        there.setdefault(zone, FakeZone("example.com.", zone, private_zone=False, caller_reference=zone))


# GiB of the root volume of Amazon Linux images.
IMAGE_SIZE = 8


class StandIn:
    """A resource of a type that moto does not create, or of a custom type, whose function nobody runs here."""

    def __init__(self, name: str, arn: str):
        self.physical_resource_id = name
        self.arn = arn

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Nothing is known of its attributes: each is taken to exist."""
        return True

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        """Takes the place; what a custom resource calls must at least be a function's ARN."""
        kind, properties = kwargs["ResourceType"], cloudformation_json.get("Properties", {})
        left = unresolved(properties)
        if left:
            raise ValidationError(message=f"{kwargs['LogicalId']}: {left} was not resolved")
        token = properties.get("ServiceToken")
        if kind.startswith("Custom::") and not str(token).startswith("arn:"):
            raise ValidationError(message=f"{kwargs['LogicalId']}: ServiceToken is {token!r}, not a function's ARN")
        if kind in REF_IS_PROPERTY:
            resource_name = properties[REF_IS_PROPERTY[kind]]
        arn = f"arn:aws:stand-in:{region_name}:{account_id}:{kind}/{resource_name}"
        return cls(arn if kind in REF_IS_ARN else resource_name, arn)

    def is_created(self) -> bool:
        """It is there at once."""
        return True

    def delete(self, account_id, region_name):
        """There is nothing behind it."""

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """An ARN where the name of the attribute says so, else a text that names it."""
        return self.arn if attribute_name.lower().endswith("arn") else f"{self.physical_resource_id}-{attribute_name}"


class Secret:
    """A secret that Secrets Manager's own half of moto holds; moto has no CloudFormation model of it."""

    def __init__(self, arn: str):
        self.physical_resource_id = arn

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """`Id`, the ARN, is the only attribute."""
        return attr == "Id"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        """Makes the secret. What is generated is not generated here: nobody logs in to anything."""
        properties = cloudformation_json.get("Properties", {})
        made = secretsmanager_backends[account_id][region_name].create_secret(
            name=properties.get("Name", resource_name),
            secret_string=properties.get("SecretString", "{}"),
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags", []),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return cls(json.loads(made)["ARN"])

    def is_created(self) -> bool:
        """It is there at once."""
        return True

    def delete(self, account_id, region_name):
        """CloudFormation deletes without a recovery window only what never held a value; here the name must be free."""
        backend = secretsmanager_backends[account_id][region_name]
        backend.delete_secret(self.physical_resource_id, None, force_delete_without_recovery=True)

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """The ARN."""
        return self.physical_resource_id


class Certificate:
    """A certificate that ACM's own half of moto holds, for listeners that ask for it; moto has no CloudFormation model of it."""

    def __init__(self, arn: str):
        self.physical_resource_id = arn

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """It has none."""
        return False

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        """Asks for the certificate; nobody validates anything here."""
        properties = cloudformation_json.get("Properties", {})
        arn = acm_backends[account_id][region_name].request_certificate(
            domain_name=properties["DomainName"],
            idempotency_token=resource_name,
            subject_alt_names=properties.get("SubjectAlternativeNames", []),
            tags=properties.get("Tags", []),
        )
        return cls(arn)

    def is_created(self) -> bool:
        """It is there at once."""
        return True

    def delete(self, account_id, region_name):
        """Gives it back."""
        acm_backends[account_id][region_name].delete_certificate(self.physical_resource_id)


# Types that moto has outside CloudFormation alone.
MADE_HERE = {"AWS::SecretsManager::Secret": Secret, "AWS::CertificateManager::Certificate": Certificate}


def unresolved(value) -> str | None:
    """An intrinsic function that is left in a value that should hold none, as text."""
    if isinstance(value, dict):
        if len(value) == 1 and (key := next(iter(value))) and (key == "Ref" or key.startswith("Fn::")):
            return json.dumps(value)
        return next(filter(None, map(unresolved, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(unresolved, value)), None)
    return None


def resource_class(resource_type: str):
    """What moto makes of a type, with a stand-in where it has nothing."""
    if resource_type in HALF_THERE:
        return StandIn
    return MADE_HERE.get(resource_type) or parsing.get_model_map().get(resource_type, StandIn)


def is_stand_in(resource_type: str) -> bool:
    """Whether nothing is judged about resources of this type."""
    return resource_class(resource_type) is StandIn


@cache
def fill() -> None:
    """Repairs moto in this process, once for all."""
    assert callable(parsing.resource_class_from_type), "moto finds its resource classes in another way now"
    parsing.resource_class_from_type = resource_class

    # A type whose changes moto does not know would be nothing afterwards; here it stays what it was.
    update_resource = parsing.parse_and_update_resource

    def or_as_it_was(logical_id, resource_json, resources_map, account_id, region_name):
        if not hasattr(resource_class(resource_json["Type"]), "update_from_cloudformation_json"):
            return resources_map[logical_id]
        updated = update_resource(logical_id, resource_json, resources_map, account_id, region_name)
        return resources_map[logical_id] if updated is None else updated

    parsing.parse_and_update_resource = or_as_it_was

    # Exports are those of a stack's creation; what an update adds or takes away goes unnoticed.
    update_stack = CloudFormationBackend.update_stack

    def with_exports(self, *rest, **named):
        stack = update_stack(self, *rest, **named)
        for name in [n for n, export in self.exports.items() if export.exporting_stack_id == stack.stack_id]:
            del self.exports[name]
        self.exports.update({export.name: export for export in stack.exports})
        return stack

    CloudFormationBackend.update_stack = with_exports

    # GetAtt Subnet.AvailabilityZone is "not implemented", and the reference would stay in the output as text.
    unknown = Subnet.get_cfn_attribute

    def attribute(self, attribute_name: str):
        return self.availability_zone if attribute_name == "AvailabilityZone" else unknown(self, attribute_name)

    Subnet.get_cfn_attribute = attribute

    # CloudFormation in moto forgets to delete these, and then refuses to delete the network around them.
    for kind, removal in REMOVALS.items():
        assert not hasattr(kind, "delete"), f"moto deletes {kind} by itself now"
        kind.delete = lambda self, account, region, removal=removal: removal(ec2_backends[account][region], self)

    # Ref of these gives their name; moto hands on the Python object, and the database that uses it crashes.
    for group in (DBParameterGroup, OptionGroup):
        group.physical_resource_id = property(lambda self: self.name)

    # CloudFormation in moto knows no clusters of databases, and takes an instance of one for a database of its own.
    create_database = DBInstance.create_from_cloudformation_json.__func__

    def unless_of_a_cluster(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        belongs = "DBClusterIdentifier" in cloudformation_json["Properties"]
        create = StandIn.create_from_cloudformation_json if belongs else partial(create_database, cls)
        return create(resource_name, cloudformation_json, account_id, region_name, **kwargs)

    DBInstance.create_from_cloudformation_json = classmethod(unless_of_a_cluster)

    # A bucket that CloudFormation named keeps that name; moto looks for one in the template.
    update_bucket = FakeBucket.update_from_cloudformation_json.__func__

    def with_its_name(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        named = {"BucketName": original_resource.name} | cloudformation_json["Properties"]
        complete = cloudformation_json | {"Properties": named}
        return update_bucket(cls, original_resource, new_resource_name, complete, account_id, region_name)

    FakeBucket.update_from_cloudformation_json = classmethod(with_its_name)

    # A method that answers by itself calls nothing; moto insists on how and where.
    create_method = Method.create_from_cloudformation_json.__func__

    def with_integration(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        integration = {"IntegrationHttpMethod": None, "Uri": ""} | properties["Integration"]
        complete = cloudformation_json | {"Properties": properties | {"Integration": integration}}
        return create_method(cls, resource_name, complete, account_id, region_name, **kwargs)

    Method.create_from_cloudformation_json = classmethod(with_integration)

    # The tags of a parameter are a map in CloudFormation, and a list everywhere else; moto knows the list.
    create_parameter = Parameter.create_from_cloudformation_json.__func__

    def with_tags_listed(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        properties = cloudformation_json["Properties"]
        tags = properties.get("Tags") or {}
        listed = [{"Key": key, "Value": value} for key, value in tags.items()] if isinstance(tags, dict) else tags
        complete = cloudformation_json | {"Properties": properties | {"Tags": listed}}
        return create_parameter(cls, resource_name, complete, account_id, region_name, **kwargs)

    Parameter.create_from_cloudformation_json = classmethod(with_tags_listed)

    # A volume without size and snapshot takes the image's size; moto looks at neither the image nor the device's name.
    add_block_device = Instance.add_block_device

    def with_size(self, size, device_path, snapshot_id=None, *rest, **options):
        known = size is not None or snapshot_id is not None
        add_block_device(self, size if known else IMAGE_SIZE, device_path, snapshot_id, *rest, **options)

    Instance.add_block_device = with_size

    # moto keeps whether a stack is protected, and has no action that changes it; nor does it refuse to delete one that is.
    def update_termination_protection(self) -> ActionResult:
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_param("EnableTerminationProtection") in (True, "true")
        return ActionResult({"StackId": stack.stack_id})

    delete_stack = CloudFormationResponse.delete_stack

    def unless_protected(self) -> ActionResult:
        name = self._get_param("StackName")
        if any(s.enable_termination_protection for s in self.cloudformation_backend.stacks.values() if s.name == name):
            raise ValidationError(message=f"Stack [{name}] cannot be deleted while TerminationProtection is enabled")
        return delete_stack(self)

    CloudFormationResponse.update_termination_protection = update_termination_protection
    CloudFormationResponse.delete_stack = unless_protected

    # CloudFormation spells the keys of tags otherwise than KMS does; moto crashes over them.
    tag = TaggingService.tag_resource

    def with_either_spelling(self, arn, tags):
        pairs = [{self.key_name: t.get(self.key_name, t.get("Key")), self.value_name: t.get(self.value_name, t.get("Value"))}
                 for t in tags or []]  # fmt: skip
        tag(self, arn, pairs)

    TaggingService.tag_resource = with_either_spelling

    # One line per request would bury what the judge says; a crash inside moto is an error and still shown.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
