"""deploy.sh is a sound script, deploys in the plan's order, and refuses credentials of another account."""

from __future__ import annotations

import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conftest import run
from plan import Plan, Stack, load

HERE = Path(__file__).parent
FAKE = HERE / "fake_aws.py"
DEPLOYS = {"deploy", "create-stack", "execute-change-set"}
# The calls after which the stand-in can pull the plug.
CHANGING = {
    "create-change-set", "execute-change-set", "delete-stack", "create-stack-refactor", "execute-stack-refactor",
    "update-termination-protection", "set-stack-policy",
}  # fmt: skip


class Desk:
    """A place to run a deploy.sh from, with the stand-in for `aws` and nothing else of AWS."""

    def __init__(self, folder: Path):
        self.state = folder / "aws-state"
        self.state.mkdir(parents=True)
        tools = folder / "bin"
        tools.mkdir()
        launcher = tools / "aws"
        launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n', encoding="utf-8")
        launcher.chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "FAKE_AWS": str(self.state),
            "INFRAC_S3_BUCKET": "judge-{region}",
        }
        self.folder = folder

    def deploy(self, plan: Plan, account: str, *words: str):
        """Runs a plan's deploy.sh with keys of an account. There is no terminal, so `--yes` answers what it asks."""
        (self.state / "account").write_text(account, encoding="utf-8")
        values = {f"INFRAC_PARAMETER_{name}": "judge" for stack in plan.deployed for name in asked_of_the_deployer(stack)}
        environment = values | self.environment
        return run("bash", plan.folder / "deploy.sh", "--yes", *words, cwd=self.folder, env=environment, timeout=120)

    def calls(self) -> list[dict]:
        """What was asked of `aws`, oldest first."""
        log = self.state / "calls.jsonl"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []

    def deployed(self) -> list[dict]:
        """The calls that deploy something."""
        return [c for c in self.calls() if c["command"][0] == "cloudformation" and c["command"][1] in DEPLOYS]




def asked_of_the_deployer(stack: Stack) -> list[str]:
    """The parameters for which a plan has no value: whoever deploys gives one."""
    return [
        p["name"]
        for p in stack.parameters
        if "value" not in p
        and p["from"].get("kind") not in ("stack_output", "asset_bucket")
        and "Default" not in stack.template["Parameters"][p["name"]]
    ]


def scripts(builds) -> list[Path]:
    found = [plan.folder / "deploy.sh" for build in builds for plan in build.plans]
    missing = [str(f) for f in found if not f.is_file()]
    assert found and not missing, f"no deploy.sh: {missing}"
    return found


def account_of(plan: Plan) -> str:
    """The account that a plan goes to; any will do for a plan that names none."""
    return next(iter(plan.accounts), "123456789012")


def test_every_script_is_executable_and_parses(builds):
    for script in scripts(builds):
        assert os.access(script, os.X_OK), f"{script} is not executable"
        assert script.read_text(encoding="utf-8").startswith("#!"), script
        done = run("bash", "-n", script)
        assert done.returncode == 0, done.stderr


def test_shellcheck_has_nothing_to_say(builds):
    done = run(Path(sys.executable).with_name("shellcheck"), "--severity=style", *scripts(builds))
    assert done.returncode == 0, done.stdout


def test_shellcheck_sees_a_mistake(tmp_path):
    """The judge is awake."""
    script = tmp_path / "bad.sh"
    script.write_text('#!/bin/bash\nrm $1\n', encoding="utf-8")
    done = run(Path(sys.executable).with_name("shellcheck"), script)
    assert done.returncode == 1 and "SC2086" in done.stdout


def test_stacks_are_deployed_in_the_plans_order(builds, tmp_path):
    for build in builds:
        desk = Desk(tmp_path / build.system)
        for plan in [*build.accounts, *build.environments]:
            before = len(desk.deployed())
            done = desk.deploy(plan, account_of(plan))
            assert done.returncode == 0, f"{plan.folder}/deploy.sh exits {done.returncode}:\n{done.stdout}{done.stderr}"
            order = [call["options"]["--stack-name"][0] for call in desk.deployed()[before:]]
            own = {s.name for s in plan.deployed}
            assert [name for name in order if name in own] == [s.name for s in plan.deployed], plan.folder


def test_every_stack_gets_its_template_region_and_capabilities(builds, tmp_path):
    for build in builds:
        desk = Desk(tmp_path / build.system)
        for plan in [*build.accounts, *build.environments]:
            assert desk.deploy(plan, account_of(plan)).returncode == 0
        told: dict[str, list[dict]] = {}
        for call in desk.calls():
            if call["command"][0] == "cloudformation" and "--stack-name" in call["options"]:
                told.setdefault(call["options"]["--stack-name"][0], []).append(call["options"])
        for plan in build.plans:
            for stack in plan.deployed:
                calls = told[stack.name]
                given = {word for o in calls for word in o.get("--capabilities", [])}
                assert given == set(stack.capabilities), stack.name
                files = {Path(word.removeprefix("file://")).name for o in calls
                         for option in ("--template-file", "--template-body") for word in o.get(option, [])}  # fmt: skip
                large = stack.template_file.stat().st_size > 51_200
                assert files == (set() if large else {stack.template_file.name}), stack.name
                assert any("--template-url" in o for o in calls) == large, stack.name
                regions = {word for o in calls for word in o.get("--region", [])}
                assert regions == {stack.region}, stack.name


def test_credentials_of_another_account_are_refused_before_anything_is_done(builds, tmp_path):
    guarded = [plan for build in builds for plan in build.plans if plan.accounts]
    for number, plan in enumerate(guarded):
        desk = Desk(tmp_path / str(number))
        done = desk.deploy(plan, "999999999999")
        assert done.returncode != 0, f"{plan.folder}/deploy.sh deploys into an account that is not its own"
        assert "999999999999" in done.stderr and account_of(plan) in done.stderr, done.stderr
        assert [c["command"] for c in desk.calls() if c["command"][0] != "sts"] == []


def test_stacks_are_deleted_in_the_destroy_order(builds, tmp_path):
    for build in builds:
        desk = Desk(tmp_path / build.system)
        for plan in [*build.accounts, *build.environments]:
            assert desk.deploy(plan, account_of(plan)).returncode == 0
        for plan in [*build.environments, *build.accounts]:
            before = len(desk.calls())
            done = desk.deploy(plan, account_of(plan), "--destroy")
            assert done.returncode == 0, f"{plan.folder}/deploy.sh --destroy:\n{done.stdout}{done.stderr}"
            calls = [c for c in desk.calls()[before:] if c["command"][:2] == ["cloudformation", "delete-stack"]]
            assert [c["options"]["--stack-name"][0] for c in calls] == plan.destroyed, plan.folder


def test_it_stops_at_the_first_stack_that_fails(builds, tmp_path):
    for build in builds:
        for plan in build.environments:
            if len(plan.deployed) < 2:
                continue
            desk = Desk(tmp_path / build.system / plan.name)
            for account in build.accounts:
                assert desk.deploy(account, account_of(account)).returncode == 0
            (desk.state / "refuse").write_text(plan.deployed[1].name, encoding="utf-8")
            done = desk.deploy(plan, account_of(plan))
            assert done.returncode != 0, f"{plan.folder}/deploy.sh carries on after a failure"
            last = desk.deployed()[-1]["options"]["--stack-name"][0]
            assert last == plan.deployed[1].name, plan.folder


def test_a_second_run_succeeds(builds, tmp_path):
    """Running it again after all is there is no error: it is how a stopped deployment is resumed."""
    for build in builds:
        desk = Desk(tmp_path / build.system)
        for plan in [*build.accounts, *build.environments] * 2:
            done = desk.deploy(plan, account_of(plan))
            assert done.returncode == 0, f"{plan.folder}/deploy.sh:\n{done.stdout}{done.stderr}"


GUARDED = """
system shop
environment live {{ account = "123456789012", region = "eu-west-1", confirm = true }}
naming {{ AWS::DynamoDB::Table = "{{system}}-{0}" }}
stack Data {{
  table = AWS::DynamoDB::Table {{
    AttributeDefinitions = [{{ AttributeName = "id", AttributeType = "S" }}]
    KeySchema = [{{ AttributeName = "id", KeyType = "HASH" }}]
    BillingMode = "PAY_PER_REQUEST"
  }}
  told = AWS::SNS::Topic {{}}
}}
"""


def test_a_stack_policy_keeps_data_until_it_is_said_otherwise(infrac, tmp_path):
    plans = []
    for name in ("one", "two"):
        source = tmp_path / name
        source.mkdir()
        (source / "main.infra").write_text(GUARDED.format(name), encoding="utf-8")
        done = run(infrac, "build", source, "-o", source / "out")
        assert done.returncode == 0, done.stderr
        plans.append(load("shop", source / "out").environments[0])
    old, new = plans
    (stack,) = new.raw["stacks"].values()
    assert stack["stack_policy"]["protects"] == ["Table"]
    desk = Desk(tmp_path / "desk")
    assert desk.deploy(old, "123456789012").returncode == 0
    done = desk.deploy(new, "123456789012")
    assert done.returncode != 0 and "Action denied by stack policy" in done.stderr, done.stderr
    # Afterwards the policy is there again.
    for _ in range(2):
        done = desk.deploy(new, "123456789012", "--replace-protected")
        assert done.returncode == 0, done.stderr
        (state,) = json.loads((desk.state / "stacks.json").read_text(encoding="utf-8")).values()
        assert state["Policy"] == stack["stack_policy"]["document"]
    assert state["Template"] == new.deployed[0].template


def test_a_first_deployment_and_a_deletion_are_taken_up_after_any_interruption(builds, tmp_path):
    """Killed after every call that changes something, and run again: in the end it is what it would have been."""
    for build in builds:
        if build.system.startswith("examples-"):
            continue
        plan = build.environments[0]
        whole = Desk(tmp_path / build.system / "whole")
        for account in build.accounts:
            assert whole.deploy(account, account_of(account)).returncode == 0
        for words in ([], ["--destroy"]):
            before = tmp_path / build.system / f"before{len(words)}"
            shutil.copytree(whole.state, before)
            first = len(changing(whole))
            assert whole.deploy(plan, account_of(plan), *words).returncode == 0
            steps = len(changing(whole)) - first
            assert steps >= len(plan.deployed), plan.folder
            wanted = live(whole)

            def interrupted(step: int) -> str:
                desk = Desk(tmp_path / build.system / f"{len(words)}-{step}")
                shutil.copytree(before, desk.state, dirs_exist_ok=True)
                (desk.state / "die").write_text(str(step), encoding="utf-8")
                if desk.deploy(plan, account_of(plan), *words).returncode == 0:
                    return f"{plan.folder}: outlived step {step}"
                done = desk.deploy(plan, account_of(plan), *words)
                if done.returncode != 0 or live(desk) != wanted:
                    return f"{plan.folder}, after step {step}:\n{done.stdout}{done.stderr}"
                return ""

            # Every step of the HR Lab; of the others the first, the last and one between.
            tried = range(1, steps + 1) if build.system == "hr-lab" else sorted({1, (steps + 1) // 2, steps})
            with ThreadPoolExecutor(max_workers=2) as workers:
                wrong = [found for found in workers.map(interrupted, tried) if found]
            assert not wrong, "\n".join(wrong)


def live(desk: Desk) -> dict[str, dict]:
    """The template of each stack that is there."""
    stacks = json.loads((desk.state / "stacks.json").read_text(encoding="utf-8"))
    return {name: stack["Template"] for name, stack in stacks.items() if stack["Live"]}


def changing(desk: Desk) -> list[dict]:
    """The calls that change something."""
    return [c for c in desk.calls() if c["command"][0] == "cloudformation" and c["command"][1] in CHANGING]
