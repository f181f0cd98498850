"""The `cdk` command reads each folder of a build as a cloud assembly, and sees the dependencies that the plan states."""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path

import pytest
from conftest import run


@pytest.fixture(scope="session")
def cdk(root: Path, tmp_path_factory: pytest.TempPathFactory):
    """Runs the pinned cdk on an assembly, in a home of its own and without the network."""
    node = os.environ.get("INFRAC_NODE") or shutil.which("node")
    tools = Path(os.environ.get("INFRAC_NODE_TOOLS", root / "target/judges/node"))
    program = tools / "node_modules/aws-cdk/bin/cdk"
    assert node and program.is_file(), f"no node, or no cdk at {program}: `scripts/judges` installs both"
    home = tmp_path_factory.mktemp("cdk-home")
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "CI": "true", "AWS_EC2_METADATA_DISABLED": "true"}

    @cache
    def call(app: Path, *words: str):
        done = run(node, program, *words, "--json", "--no-notices", "--app", app, cwd=home, env=environment)
        assert done.returncode == 0, f"cdk refuses {app}:\n{done.stderr}"
        return json.loads(done.stdout)

    return call


def listed(cdk, folder: Path) -> list[dict]:
    """What `cdk ls` tells about an assembly."""
    return cdk(folder, "ls", "--long", "--show-dependencies")


def test_cdk_lists_every_stack_with_its_place(cdk, builds):
    for build in builds:
        for plan in build.plans:
            seen = {s["name"]: s["environment"] for s in listed(cdk, plan.folder)}
            assert set(seen) == {s.name for s in plan.deployed}, plan.folder
            for stack in plan.deployed:
                assert seen[stack.name]["region"] == stack.region, stack.name
                assert seen[stack.name]["account"] == (stack.account or "unknown-account"), stack.name


def test_cdk_sees_exactly_the_dependencies_of_the_plan(cdk, builds):
    for build in builds:
        for plan in build.plans:
            stacks = listed(cdk, plan.folder)
            name = {s["id"]: s["name"] for s in stacks}
            seen = {(name[d["id"]], s["name"]) for s in stacks for d in s["dependencies"]}
            assert seen == plan.stack_edges(), plan.folder


def test_cdk_reads_every_template(cdk, builds):
    """`cdk synth STACK` prints what is in the template's file, so the assembly leads to the right files."""
    for build in builds:
        for plan in [*build.accounts, build.environments[0]]:
            for stack in plan.deployed:
                assert cdk(plan.folder, "synth", "--exclusively", stack.name) == stack.template, stack.name
