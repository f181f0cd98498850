"""Every stack of every environment is created in its plan's order, and deleted in its destroy order.

All environments of a system go into the same account, one after the other, after the account's own stacks.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest
from cloud import Cloud, Refused, asset_bucket, imported
from moto_gaps import is_stand_in, unresolved
from plan import Build, Plan, Stack

ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+")
RETAINED = ("Retain", "RetainExceptOnCreate")


@pytest.fixture(scope="module")
def server() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(server: Cloud) -> Cloud:
    server.reset()
    return server


def of_systems(builds: list[Build]) -> list[Build]:
    """The builds of the systems themselves: of the examples that people start from, some have a single stack."""
    return [build for build in builds if not build.system.startswith("examples-")]


def deploy_all(cloud: Cloud, build: Build) -> dict[str, dict]:
    """Everything of a system, the account's stacks first."""
    created = {}
    for plan in [*build.accounts, *build.environments]:
        created |= cloud.deploy(plan)
    return created


def test_every_stack_is_created_in_the_plans_order(cloud, builds):
    for build in builds:
        cloud.reset()
        created = deploy_all(cloud, build)
        assert created, f"{build.system}: no stack was deployed"
        for plan in build.plans:
            for stack in plan.deployed:
                assert created[stack.name]["StackStatus"] == "CREATE_COMPLETE", stack.name
                there = cloud.resources(stack)
                missing = {
                    name
                    for name, resource in stack.template["Resources"].items()
                    if name not in there and "Condition" not in resource
                }
                assert not missing, f"{stack.name}: not created: {sorted(missing)}"


def test_outputs_and_exports_resolve(cloud, builds):
    for build in builds:
        cloud.reset()
        created = deploy_all(cloud, build)
        for plan in build.plans:
            for stack in plan.deployed:
                declared = stack.template.get("Outputs", {})
                given = {o["OutputKey"]: o["OutputValue"] for o in created[stack.name].get("Outputs", [])}
                expected = {name for name, output in declared.items() if "Condition" not in output}
                assert expected <= set(given) <= set(declared), stack.name
                exports = cloud.exports(stack.account, stack.region)
                for name, value in given.items():
                    assert value.strip() and value != "None", f"{stack.name}: output {name} is {value!r}"
                    assert not re.search(r"Fn::|'Ref'|\$\{|\{\{", value), f"{stack.name}: output {name} is {value!r}"
                    if isinstance(export := declared[name].get("Export", {}).get("Name"), str):
                        assert exports[export] == value, f"{stack.name}: export {export}"
                for name in imported(stack.template):
                    assert not isinstance(name, str) or name in exports, f"{stack.name} imports {name}"


def test_two_dependent_stacks_swapped_fail(cloud, builds):
    """For every import between two stacks: with the importing one first, it is refused for want of that export, or of what
    else the other one makes."""
    judged = 0
    for build in of_systems(builds):
        for plan in build.environments:
            # What one stack alone makes, or only parameters hand over, says nothing of an order here.
            for before, after in imports_of(plan):
                judged += 1
                cloud.reset()
                for account in build.accounts:
                    cloud.deploy(account)
                order = [s.name for s in plan.deployed]
                order.remove(after)
                order.insert(order.index(before), after)
                with pytest.raises(Refused, match=f"^{re.escape(after)}: .*(No export named|not found)"):
                    cloud.deploy(plan, order[: order.index(after) + 1])
    assert judged, "no stack imports from another, so no order was judged"


def test_policies_of_roles_hold_real_arns(cloud, builds):
    """What moto's IAM holds for each role that was created: every resource is an ARN of something, or a bare `*`."""
    seen = 0
    for build in builds:
        cloud.reset()
        deploy_all(cloud, build)
        for plan in build.plans:
            for stack in plan.deployed:
                for role in roles(cloud, stack):
                    for document in policies(cloud, stack, role):
                        seen += 1
                        assert not unresolved(document), f"{role}: {document}"
                        for resource in resources_of(document):
                            assert resource == "*" or ARN.fullmatch(resource), f"{role}: {resource!r}"
    assert seen, "no role has a policy, so none was judged"


def test_the_hr_labs_instance_role_reaches_what_was_created_and_nothing_else(cloud, hr_build):
    deploy_all(cloud, hr_build)
    for plan in hr_build.environments:
        compute = plan.stacks[f"hrapp-{plan.environment}-compute"]
        account, region, own = compute.account, compute.region, f"hrapp-{plan.environment}-"
        profiles = [r for r in cloud.resources(compute).values() if r["ResourceType"] == "AWS::IAM::InstanceProfile"]
        assert len(profiles) == 1, profiles
        iam = cloud.client("iam", account, region)
        profile = iam.get_instance_profile(InstanceProfileName=profiles[0]["PhysicalResourceId"])["InstanceProfile"]
        (role,) = [r["RoleName"] for r in profile["Roles"]]

        secrets = cloud.client("secretsmanager", account, region).list_secrets()["SecretList"]
        (secret,) = [s["ARN"] for s in secrets if s["Name"].startswith(own)]
        buckets = [b["Name"] for b in cloud.client("s3", account, region).list_buckets()["Buckets"]]
        (bucket,) = [b for b in buckets if b.startswith(f"{own}uploads")]
        groups = cloud.client("logs", account, region).describe_log_groups()["logGroups"]
        (log_group,) = [g["arn"] for g in groups if g["logGroupName"].startswith(f"/hrapp/{plan.environment}/")]

        reached = {r for document in policies(cloud, compute, role) for r in resources_of(document)}
        logs = {r for r in reached if r.startswith(log_group.removesuffix(":*"))}
        assert logs, f"{role}: no log group among {sorted(reached)}"
        assert reached - logs == {secret, f"arn:aws:s3:::{bucket}/uploads/*"}, role


def test_everything_is_deleted_in_the_destroy_order(cloud, builds):
    for build in builds:
        cloud.reset()
        deploy_all(cloud, build)
        homes = {(s.account, s.region) for p in build.plans for s in p.deployed}
        remaining = {s.name for p in build.plans for s in p.deployed}
        kept = {name for plan in build.plans for name in left_behind(cloud, plan)}
        for plan in [*build.environments, *build.accounts]:
            cloud.destroy(plan)
            remaining -= {s.name for s in plan.deployed}
            alive = set().union(*(cloud.live_stacks(*home) for home in homes))
            assert alive == remaining, f"after {plan.name} was destroyed"
        assert not remaining
        for account, region in homes:
            # What the judge itself uploads to is no part of a system.
            still = set(inventory(cloud, account, region)) - {asset_bucket(*home) for home in homes}
            assert still <= kept, f"{build.system}: left in the account, and not in `left_behind`: {still - kept}"


def test_stacks_destroyed_in_deploy_order_are_refused(cloud, builds):
    """The judge is awake: what the plan deploys first cannot be deleted first, because something imports from it."""
    for build in of_systems(builds):
        for plan in filter(imports_of, build.environments):
            cloud.reset()
            deploy_all(cloud, build)
            plan.destroy["order"] = list(reversed(plan.destroy["order"]))
            try:
                with pytest.raises(Refused, match="cannot be deleted"):
                    cloud.destroy(plan)
            finally:
                plan.destroy["order"].reverse()


def test_what_stays_behind_is_told(builds):
    """A resource that its template retains is in the plan's `left_behind`, and nothing else claims to be."""
    for build in builds:
        for plan in build.plans:
            told = {(entry["stack"], entry["id"]) for entry in plan.destroy["left_behind"]}
            for stack in plan.deployed:
                resources = stack.template["Resources"].items()
                retained = {(stack.name, name) for name, r in resources if r.get("DeletionPolicy") in RETAINED}
                assert retained <= told, f"{plan.name}: stays, but is not told: {sorted(retained - told)}"
                surely_gone = {(stack.name, name) for name, r in resources if r.get("DeletionPolicy") == "Delete"}
                assert not surely_gone & told, f"{plan.name}: told, but goes: {sorted(surely_gone & told)}"


def test_the_share_that_is_judged_is_not_small(builds):
    """Stand-ins are not the rule: of each system's resources, moto creates more than two fifths for real."""
    for build in of_systems(builds):
        kinds = [r["Type"] for p in build.plans for s in p.deployed for r in s.template["Resources"].values()]
        judged = [k for k in kinds if not is_stand_in(k)]
        assert 5 * len(judged) > 2 * len(kinds), f"{build.system}: {len(judged)} of {len(kinds)}"


def imports_of(plan: Plan) -> list[tuple[str, str]]:
    """(exporting stack, importing stack), read from the templates."""
    makers = {
        json.dumps(o["Export"]["Name"]): s.name
        for s in plan.deployed
        for o in s.template.get("Outputs", {}).values()
        if "Export" in o
    }
    pairs = {(makers.get(json.dumps(name)), s.name) for s in plan.deployed for name in imported(s.template)}
    return sorted((a, b) for a, b in pairs if a is not None)


def roles(cloud: Cloud, stack: Stack) -> list[str]:
    """The names of the roles that a stack created."""
    made = cloud.resources(stack).values()
    return [r["PhysicalResourceId"] for r in made if r["ResourceType"] == "AWS::IAM::Role"]


def policies(cloud: Cloud, stack: Stack, role: str) -> list[dict]:
    """Every policy of a role that is not AWS's own."""
    iam = cloud.client("iam", stack.account, stack.region)
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [parsed(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in inline]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        if ":iam::aws:" not in arn:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            documents.append(parsed(found["Document"]))
    return documents


def parsed(document: dict | str) -> dict:
    """A policy's document. moto gives back as Python text what a template said, and as JSON what came as JSON."""
    return ast.literal_eval(document) if isinstance(document, str) else document


def resources_of(document: dict) -> list[str]:
    """The resources of a policy's statements."""
    statements = document["Statement"]
    found = []
    for statement in statements if isinstance(statements, list) else [statements]:
        assert "NotResource" not in statement, statement
        resource = statement["Resource"]
        found += resource if isinstance(resource, list) else [resource]
    return found


def left_behind(cloud: Cloud, plan: Plan) -> set[str]:
    """The physical ids of what the plan says stays when its stacks are deleted."""
    return {
        cloud.resources(plan.stacks[entry["stack"]])[entry["id"]]["PhysicalResourceId"]
        for entry in plan.destroy["left_behind"]
    }


def inventory(cloud: Cloud, account: str | None, region: str) -> Iterator[str]:
    """What lies in an account that a stack could have made: the kinds that cost, or whose names are then taken."""

    def client(service):
        return cloud.client(service, account, region)

    yield from (r["RoleName"] for r in client("iam").list_roles()["Roles"])
    yield from (p["InstanceProfileName"] for p in client("iam").list_instance_profiles()["InstanceProfiles"])
    yield from (b["Name"] for b in client("s3").list_buckets()["Buckets"])
    yield from (s["ARN"] for s in client("secretsmanager").list_secrets()["SecretList"])
    yield from (d["DBInstanceIdentifier"] for d in client("rds").describe_db_instances()["DBInstances"])
    yield from (g["logGroupName"] for g in client("logs").describe_log_groups()["logGroups"])
    yield from (f["FunctionName"] for f in client("lambda").list_functions()["Functions"])
    yield from (b["LoadBalancerArn"] for b in client("elbv2").describe_load_balancers()["LoadBalancers"])
    groups = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    yield from (g["AutoScalingGroupName"] for g in groups)
    yield from (v["VpcId"] for v in client("ec2").describe_vpcs()["Vpcs"] if not v["IsDefault"])
    nats = client("ec2").describe_nat_gateways()["NatGateways"]
    yield from (n["NatGatewayId"] for n in nats if n["State"] != "deleted")
    yield from (a["AllocationId"] for a in client("ec2").describe_addresses()["Addresses"])
