"""Each system is deployed, updated to a second version, and destroyed: by a client that follows the plan, and by `cdk`.

The cloud is moto. The second versions are made by `versions.py`.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import MOTO_ACCOUNT, Cloud, parameters
from conftest import SPECS, run
from moto_gaps import is_stand_in
from plan import Build, Plan
from versions import Versions, second

SYSTEMS = ["cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"]


@pytest.fixture(scope="module")
def server() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.stop()


@pytest.fixture(scope="module", params=SYSTEMS)
def versions(request, infrac, builds, tmp_path_factory) -> Versions:
    (old,) = [b for b in builds if b.system == request.param]
    return second(infrac, SPECS / request.param, old, tmp_path_factory.mktemp(request.param))


def test_an_update_leads_to_the_second_version_and_it_can_be_destroyed(server, versions):
    server.reset()
    print(versions.name, *versions.edits, sep="\n  ")
    for plan in plans(versions.old):
        server.deploy(plan)
    for plan in plans(versions.new):
        server.update(plan)
    counts: Counter[str] = Counter()
    for plan in plans(versions.new):
        for stack in plan.deployed:
            there = server.resources(stack)
            wanted = {i for i, r in stack.template["Resources"].items() if "Condition" not in r}
            assert set(there) == wanted, stack.name
            for resource in stack.template["Resources"].values():
                counts["stand-in" if is_stand_in(resource["Type"]) else "made"] += 1
    print(f"  moto made {counts['made']} of {counts.total()} resources, all that it knows the types of")
    for plan in reversed(plans(versions.new)):
        server.destroy(plan)
    for plan in versions.new.plans:
        for stack in plan.deployed:
            assert stack.name not in server.live_stacks(stack.account, stack.region)


def test_cdk_deploys_updates_and_destroys_from_the_assembly(server, versions, root, tmp_path):
    server.reset()
    for build in (versions.old, versions.new):
        for plan in plans(build):
            cdk(server, root, tmp_path, plan, "deploy")
        for plan in plans(build):
            for stack in plan.deployed:
                wanted = {i for i, r in stack.template["Resources"].items() if "Condition" not in r}
                assert set(server.resources(stack)) == wanted, stack.name
    for plan in reversed(plans(versions.new)):
        server.prepare(plan)
        cdk(server, root, tmp_path, plan, "destroy")
    for plan in versions.new.plans:
        for stack in plan.deployed:
            assert stack.name not in server.live_stacks(stack.account, stack.region)


def plans(build: Build) -> list[Plan]:
    """The account's stacks first."""
    return [*build.accounts, *build.environments]


def cdk(server: Cloud, root: Path, home: Path, plan: Plan, task: str) -> None:
    """`cdk deploy` or `cdk destroy` of a whole assembly, with parameters only where the plan says that it cannot carry them."""
    node = os.environ.get("INFRAC_NODE") or shutil.which("node")
    tools = Path(os.environ.get("INFRAC_NODE_TOOLS", root / "target/judges/node"))
    account = next(iter(plan.accounts), MOTO_ACCOUNT)
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "CI": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": plan.raw["region"],
    } | server.credentials(account, plan.raw["region"])
    told = {(w["stack"], w["parameter"]) for w in plan.raw["carries"]["manifest.json"]["without"] if "parameter" in w}
    server.bootstrap(plan, account)
    words = ["--require-approval", "never", "--method", "direct"] if task == "deploy" else ["--force"]
    # Values of other stacks are known when these are there, so a stack is a call of its own.
    stacks = plan.deployed if task == "deploy" else [plan.stacks[name] for name in plan.destroyed]
    for stack in stacks:
        given = []
        if task == "deploy":
            values = parameters(stack, server.described(plan))
            buckets = {p["name"] for p in stack.parameters if p["from"]["kind"] == "asset_bucket"}
            values |= {name: f"cdk-hnb659fds-assets-{account}-{stack.region}" for name in buckets}
            given = [w for n, v in values.items() if (stack.name, n) in told for w in ("--parameters", f"{stack.name}:{n}={v}")]
        until = time.monotonic() + 300
        done = run(
            node, tools / "node_modules/aws-cdk/bin/cdk", task, stack.name, "--exclusively", *words, *given,
            "--no-notices", "--progress", "events", "--app", plan.folder, cwd=home, env=environment, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0 and time.monotonic() < until, f"cdk {task} {stack.name}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
