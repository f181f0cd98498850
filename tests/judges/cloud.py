"""An account to deploy into: moto's server on this machine, and the client that follows a plan.

In moto exports register on CreateStack alone, not through change sets. What else it lacks stands in `moto_gaps`.
"""

from __future__ import annotations

import json
import time
import urllib.request

import boto3
import moto_gaps
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer
from plan import Plan, Stack

MOTO_ACCOUNT = "123456789012"
DONE = "CREATE_COMPLETE"


class Refused(Exception):
    """The cloud did not do what the plan asked for."""


def asked(stack: Stack, parameters: dict[str, str]) -> dict:
    """How CloudFormation is asked for a stack."""
    return {
        "StackName": stack.name,
        "TemplateBody": stack.body,
        "Capabilities": stack.capabilities,
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        "Tags": [{"Key": k, "Value": v} for k, v in stack.tags.items()],
    }


class Cloud:
    """moto's server, and the few things a deployer does with it."""

    def __init__(self):
        moto_gaps.fill()
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        self.sessions: dict[str, dict[str, str]] = {}

    def stop(self) -> None:
        """Ends the server."""
        self.server.stop()

    def reset(self) -> None:
        """Empties every account."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 200
        self.sessions.clear()

    def client(self, service: str, account: str | None, region: str):
        """A client in an account. Into any but moto's own it goes by a role, as a person would."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        if account and account != MOTO_ACCOUNT:
            keys = self._assume(account, region)
        config = Config(retries={"max_attempts": 1}, read_timeout=120)
        return boto3.client(service, endpoint_url=self.url, region_name=region, config=config, **keys)

    def create(self, stack: Stack, parameters: dict[str, str]) -> dict:
        """Creates a stack as its plan says and returns its description; `Refused` if that does not succeed."""
        formation = self.client("cloudformation", stack.account, stack.region)
        try:
            formation.create_stack(**asked(stack, parameters))
            described = self.settled(stack)
        except ClientError as error:
            raise Refused(f"{stack.name}: {error}") from error
        if described["StackStatus"] != DONE:
            events = formation.describe_stack_events(StackName=stack.name)["StackEvents"]
            why = "; ".join(filter(None, (e.get("ResourceStatusReason") for e in events)))
            raise Refused(f"{stack.name}: {described['StackStatus']}: {why}")
        return described

    def settled(self, stack: Stack) -> dict:
        """A stack's description, once nothing is in progress any more."""
        formation = self.client("cloudformation", stack.account, stack.region)
        until = time.monotonic() + 60
        while True:
            described = formation.describe_stacks(StackName=stack.name)["Stacks"][0]
            if not described["StackStatus"].endswith("IN_PROGRESS") or time.monotonic() > until:
                return described
            time.sleep(0.2)

    def deploy(self, plan: Plan, order: list[str] | None = None) -> dict[str, dict]:
        """Creates a plan's own stacks in its order, or in another one. Answers what each stack is then."""
        created: dict[str, dict] = {}
        self.upload(plan)
        moto_gaps.make_hosted_zones(self.hosted_zones(plan))
        stacks = plan.deployed if order is None else [plan.stacks[name] for name in order]
        for stack in stacks:
            created[stack.name] = self.create(stack, parameters(stack, created))
        return created

    def update(self, plan: Plan) -> None:
        """Makes a plan's stacks what another version of it says, those that are gone from it last."""
        self.upload(plan)
        for stack in plan.deployed:
            if stack.name not in self.live_stacks(stack.account, stack.region):
                self.create(stack, parameters(stack, self.described(plan)))
                continue
            formation = self.client("cloudformation", stack.account, stack.region)
            values = parameters(stack, self.described(plan))
            try:
                formation.update_stack(**asked(stack, values))
                described = self.settled(stack)
            except ClientError as error:
                if "No updates are to be performed" in str(error):
                    continue
                raise Refused(f"{stack.name}: {error}") from error
            if described["StackStatus"] != "UPDATE_COMPLETE":
                raise Refused(f"{stack.name}: {described['StackStatus']}")

    def described(self, plan: Plan) -> dict[str, dict]:
        """What the stacks of a plan are now, as far as they are there."""
        found = {}
        for stack in plan.deployed:
            formation = self.client("cloudformation", stack.account, stack.region)
            try:
                found[stack.name] = formation.describe_stacks(StackName=stack.name)["Stacks"][0]
            except ClientError:
                continue
        return found

    def credentials(self, account: str, region: str) -> dict[str, str]:
        """Keys of an account as the environment of a command."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        if account != MOTO_ACCOUNT:
            keys = self._assume(account, region)
        return {name.upper(): value for name, value in keys.items()}

    def bootstrap(self, plan: Plan, account: str) -> None:
        """What `cdk bootstrap` makes that a deployment needs: the bucket, and the stack that tells of it."""
        for region in {stack.region for stack in plan.deployed} | {plan.raw["region"]}:
            bucket = f"cdk-hnb659fds-assets-{account}-{region}"
            self.make_bucket(account, region, bucket)
            moto_gaps.make_hosted_zones(self.hosted_zones(plan))
            if "CDKToolkit" in self.live_stacks(account, region):
                continue
            outputs = {"BucketName": bucket, "BucketDomainName": f"{bucket}.s3.{region}.amazonaws.com", "BootstrapVersion": "30"}
            template = {
                "Resources": {"Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "30", "Name": "/cdk-bootstrap/hnb659fds/version"}}},
                "Outputs": {name: {"Value": value} for name, value in outputs.items()},
            }  # fmt: skip
            formation = self.client("cloudformation", account, region)
            formation.create_stack(StackName="CDKToolkit", TemplateBody=json.dumps(template))

    def make_bucket(self, account: str | None, region: str, bucket: str) -> None:
        """Makes a bucket, unless it is there."""
        store = self.client("s3", account, region)
        if bucket in {b["Name"] for b in store.list_buckets()["Buckets"]}:
            return
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        store.create_bucket(Bucket=bucket, **place)

    def prepare(self, plan: Plan) -> None:
        """What a plan asks for before its stacks are deleted."""
        for name in plan.destroyed:
            for step in [*plan.destroy["before"].get("*", []), *plan.destroy["before"].get(name, [])]:
                self._prepare(plan.stacks[name], step)

    def upload(self, plan: Plan) -> None:
        """Uploads what a plan's stacks name, into a bucket for each region."""
        for step in plan.uploads:
            region, account = step["region"], next(iter(plan.accounts), None)
            store, bucket = self.client("s3", account, region), asset_bucket(account, region)
            self.make_bucket(account, region, bucket)
            for file in step["files"]:
                store.put_object(Bucket=bucket, Key=file["file"], Body=(plan.folder / file["file"]).read_bytes())

    def hosted_zones(self, plan: Plan) -> list[tuple[str, str]]:
        """(account, id) of the hosted zones that a plan's records name and no stack of it makes: they are there before."""
        records = [
            (stack.account or MOTO_ACCOUNT, resource["Properties"].get("HostedZoneId"))
            for stack in plan.deployed
            for resource in stack.template["Resources"].values()
            if resource["Type"] in ("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup")
        ]
        return [(account, zone) for account, zone in records if isinstance(zone, str)]

    def resources(self, stack: Stack) -> dict[str, dict]:
        """The resources of a stack by logical id."""
        formation = self.client("cloudformation", stack.account, stack.region)
        found = formation.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]
        return {r["LogicalResourceId"]: r for r in found}

    def live_stacks(self, account: str | None, region: str) -> set[str]:
        """The names of the stacks that exist."""
        pages = self.client("cloudformation", account, region).get_paginator("list_stacks").paginate()
        return {
            s["StackName"] for page in pages for s in page["StackSummaries"] if s["StackStatus"] != "DELETE_COMPLETE"
        }

    def exports(self, account: str | None, region: str) -> dict[str, str]:
        """The values of all exports by name."""
        pages = self.client("cloudformation", account, region).get_paginator("list_exports").paginate()
        return {e["Name"]: e["Value"] for page in pages for e in page["Exports"]}

    def destroy(self, plan: Plan) -> None:
        """Deletes a plan's stacks in its destroy order, after the preparations that it asks for."""
        before = plan.destroy["before"]
        unknown = set(before) - set(plan.stacks) - {"*"}
        assert not unknown, f"{plan.name}: preparations for stacks that are not in the plan: {unknown}"
        for name in plan.destroyed:
            stack = plan.stacks[name]
            for step in [*before.get("*", []), *before.get(name, [])]:
                self._prepare(stack, step)
            self._refuse_if_imported(plan, stack)
            formation = self.client("cloudformation", stack.account, stack.region)
            try:
                formation.delete_stack(StackName=name)
            except ClientError as error:
                raise Refused(f"deleting {name}: {error}") from error
            if name in self.live_stacks(stack.account, stack.region):
                raise Refused(f"{name} is still there after it was deleted")

    def _refuse_if_imported(self, plan: Plan, stack: Stack) -> None:
        """AWS refuses to delete a stack while another one imports from it; moto does not, so it is looked up here."""
        own = {json.dumps(o["Export"]["Name"]) for o in stack.template.get("Outputs", {}).values() if "Export" in o}
        for other in self.live_stacks(stack.account, stack.region) - {stack.name}:
            formation = self.client("cloudformation", stack.account, stack.region)
            body = formation.get_template(StackName=other)["TemplateBody"]
            template = json.loads(body) if isinstance(body, str) else body
            used = own & {json.dumps(name) for name in imported(template)}
            if used:
                raise Refused(f"{stack.name} cannot be deleted: {other} imports {sorted(used)}")

    def _prepare(self, stack: Stack, step: dict) -> None:
        """One preparation before a stack is deleted, done as a person would with the command line."""
        name = self.resources(stack)[step["id"]]["PhysicalResourceId"] if "id" in step else stack.name
        match step["do"]:
            case "disable_termination_protection":
                formation = self.client("cloudformation", stack.account, stack.region)
                formation.update_termination_protection(StackName=stack.name, EnableTerminationProtection=False)
            case "disable_deletion_protection":
                self._unprotect(stack, step["id"], name)
            case "empty_bucket":
                boto3.resource(
                    "s3", endpoint_url=self.url, aws_access_key_id="test", aws_secret_access_key="test"
                ).Bucket(name).object_versions.delete()
            case other:
                raise AssertionError(f"{stack.name}: the judge does not know the preparation `{other}`")

    def _unprotect(self, stack: Stack, logical: str, name: str) -> None:
        kind = stack.template["Resources"][logical]["Type"]
        match kind:
            case "AWS::RDS::DBInstance":
                rds = self.client("rds", stack.account, stack.region)
                rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
            case "AWS::RDS::DBCluster":
                rds = self.client("rds", stack.account, stack.region)
                rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
            case "AWS::DynamoDB::Table":
                table = self.client("dynamodb", stack.account, stack.region)
                table.update_table(TableName=name, DeletionProtectionEnabled=False)
            case "AWS::ElasticLoadBalancingV2::LoadBalancer":
                balancer = self.client("elbv2", stack.account, stack.region)
                off = [{"Key": "deletion_protection.enabled", "Value": "false"}]
                balancer.modify_load_balancer_attributes(LoadBalancerArn=name, Attributes=off)
            case _:
                raise AssertionError(f"{stack.name}: the judge cannot unprotect {logical}, a {kind}")

    def _assume(self, account: str, region: str) -> dict[str, str]:
        if account not in self.sessions:
            role = f"arn:aws:iam::{account}:role/deployer"
            sts = self.client("sts", None, region)
            given = sts.assume_role(RoleArn=role, RoleSessionName="judge")["Credentials"]
            self.sessions[account] = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        return self.sessions[account]


def parameters(stack: Stack, created: dict[str, dict]) -> dict[str, str]:
    """What the plan gives to a stack: values as they are, outputs of earlier stacks looked up, the rest made up."""
    values = {}
    for parameter in stack.parameters:
        name = parameter["name"]
        if "value" in parameter:
            values[name] = str(parameter["value"])
            continue
        source = parameter["from"]
        if source.get("kind") == "stack_output":
            outputs = created[source["stack"]].get("Outputs", [])
            values[name] = next(o["OutputValue"] for o in outputs if o["OutputKey"] == source["output"])
        elif source.get("kind") == "asset_bucket":
            values[name] = asset_bucket(stack.account, stack.region)
        elif "Default" not in stack.template["Parameters"][name]:
            values[name] = f"judge-{name}"
    return values


def asset_bucket(account: str | None, region: str) -> str:
    """The judge's bucket for code and files. Bucket names are the same all over the world."""
    return f"judge-assets-{account}-{region}"


def imported(value) -> list:
    """The names that a template imports."""
    if isinstance(value, dict):
        own = [value["Fn::ImportValue"]] if "Fn::ImportValue" in value else []
        return own + [name for v in value.values() for name in imported(v)]
    if isinstance(value, list):
        return [name for v in value for name in imported(v)]
    return []

