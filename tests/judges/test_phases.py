"""An update that CloudFormation refuses in one: `infrac diff --output` writes it in phases, and its script carries them out.

The stand-in for `aws` keeps CloudFormation's rules about what stacks share. Each case is deployed, updated through its
phases, interrupted after every call that changes something and taken up again, and destroyed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import run
from plan import load
from test_deploy_sh import Desk, changing

ACCOUNT = "111122223333"
HEAD = f"""
system shop
environment test {{ account = "{ACCOUNT}", region = "eu-west-1" }}
"""
NETWORK = HEAD + """
stack Base { vpc = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16" } }
stack Use {
  one = AWS::EC2::Subnet { VpcId = Base.vpc, CidrBlock = "10.0.1.0/24" }
  output one = one
}
stack Top after Use { holder = AWS::SSM::Parameter { Name = "/holder", Type = "String", Value = Use.one.id } }
"""
PAIR = HEAD + """
stack Base { vpc = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16" } }
stack Use { one = AWS::EC2::Subnet { VpcId = Base.vpc, CidrBlock = "10.0.1.0/24" } }
"""
MOVED = HEAD + """
stack Base { VPC }
stack Other { QUEUE }
stack Use { one = AWS::EC2::Subnet { VpcId = HOME.vpc, CidrBlock = "10.0.1.0/24" } }
"""
VPC = 'vpc = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16" }'
QUEUE = "topic = AWS::SNS::Topic {}"
CASES = {
    "an export in use goes away": (
        NETWORK,
        NETWORK.replace("Value = Use.one.id", 'Value = "none"')
        .replace("  output one = one\n", ""),
    ),
    "an export in use changes": (PAIR, PAIR.replace("10.0.0.0/16", "10.1.0.0/16").replace("10.0.1.0", "10.1.1.0")),
    "a stack in use goes away": (
        NETWORK,
        HEAD + """
stack Base { vpc = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16" } }
stack Top { holder = AWS::SSM::Parameter { Name = "/holder", Type = "String", Value = Base.vpc.id } }
""",
    ),
    "what is shared moves to another stack": (
        MOVED.replace("VPC }", VPC + " }", 1).replace("QUEUE", QUEUE).replace("HOME", "Base"),
        MOVED.replace("VPC }", QUEUE + " }", 1).replace("QUEUE", VPC).replace("HOME", "Other"),
    ),
    "what others refer to goes to another stack": (
        HEAD + """
stack Base {
  vpc  = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16" }
  rest = AWS::SNS::Topic {}
  note = AWS::SSM::Parameter { Type = "String", Value = "{vpc.id} and {rest.arn}" }
}
stack Other { queue = AWS::SQS::Queue {} }
stack Use { one = AWS::EC2::Subnet { VpcId = Base.vpc, CidrBlock = "10.0.1.0/24" } }
""",
        HEAD + """
stack Base {
  rest = AWS::SNS::Topic {}
  note = AWS::SSM::Parameter { Type = "String", Value = "{Other.vpc.id} and {rest.arn}" }
}
stack Other {
  queue = AWS::SQS::Queue { DelaySeconds = 5 }
  @was(Base.vpc)
  vpc = AWS::EC2::VPC { CidrBlock = "10.0.0.0/16", EnableDnsSupport = true }
}
stack Use { one = AWS::EC2::Subnet { VpcId = Other.vpc, CidrBlock = "10.0.1.0/24" } }
""",
    ),
    "what refers to others goes to a new stack": (
        HEAD + """
stack Base {
  topic = AWS::SNS::Topic {}
  key   = AWS::SSM::Parameter { Type = "String", Value = "see {topic.arn}" }
}
""",
        HEAD + """
stack Base { topic = AWS::SNS::Topic {} }
stack Next {
  @was(Base.key)
  key = AWS::SSM::Parameter { Type = "String", Value = "see {Base.topic.arn}" }
}
""",
    ),
}  # fmt: skip
MOVES = [name for name in CASES if name.endswith("stack") and "goes to" in name]


class Case:
    """Two versions of a system, built, and what leads from one to the other."""

    def __init__(self, infrac: Path, folder: Path, old: str, new: str):
        self.infrac = infrac
        self.old, self.new = (self.build(folder / name, text) for name, text in (("old", old), ("new", new)))
        self.phases = folder / "phases"
        done = run(infrac, "diff", self.old, self.new, "--output", self.phases)
        assert done.returncode == 5, f"exits {done.returncode}:\n{done.stdout}{done.stderr}"
        self.document = json.loads((self.phases / "test/phases.json").read_text(encoding="utf-8"))

    def build(self, folder: Path, text: str) -> Path:
        source = folder / "source"
        source.mkdir(parents=True)
        (source / "main.infra").write_text(text, encoding="utf-8")
        done = run(self.infrac, "build", source, "-o", folder / "out")
        assert done.returncode == 0, done.stderr
        return folder / "out"

    def script(self, desk: Desk, folder: Path, *words: str):
        (desk.state / "account").write_text(ACCOUNT, encoding="utf-8")
        return run("bash", folder / "test/deploy.sh", "--yes", *words, cwd=desk.folder, env=desk.environment, timeout=120)

    def deployed(self, desk: Desk) -> dict[str, dict]:
        """The template of each stack that is there."""
        stacks = json.loads((desk.state / "stacks.json").read_text(encoding="utf-8"))
        return {name: stack["Template"] for name, stack in stacks.items() if stack["Live"]}

    def wanted(self, build: Path) -> dict[str, dict]:
        (plan,) = load("shop", build).environments
        return {stack.name: stack.template for stack in plan.deployed}


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "_"))
def case(request, infrac, tmp_path) -> Case:
    return Case(infrac, tmp_path, *CASES[request.param])


def fresh(case: Case, folder: Path) -> Desk:
    """A desk where the old version is deployed."""
    desk = Desk(folder)
    done = case.script(desk, case.old)
    assert done.returncode == 0, done.stdout + done.stderr
    assert case.deployed(desk) == case.wanted(case.old)
    return desk


def test_the_usual_order_is_refused(case, tmp_path):
    """The judge is awake: without phases it fails, or a stack that is gone from the build stays."""
    desk = fresh(case, tmp_path / "desk")
    before = physical(desk)
    done = case.script(desk, case.new)
    if case.document["phases"][0]["id"] == "move":
        # It may go through, but what should have moved is another resource then.
        moves = [m for u in case.document["phases"][0]["updates"] for m in u["moves"]]
        after = physical(desk)
        assert done.returncode != 0 or any(
            after[(m["to"], m["id"])] != before[(m["from"], m["id"])] for m in moves
        )
    else:
        assert done.returncode != 0 or case.deployed(desk) != case.wanted(case.new)


def test_the_phases_lead_to_the_new_version(case, tmp_path):
    desk = fresh(case, tmp_path / "desk")
    done = case.script(desk, case.phases)
    assert done.returncode == 0, done.stdout + done.stderr
    assert case.deployed(desk) == case.wanted(case.new)
    # What is deployed is what the build holds: its own script has nothing to do, and can take it all down.
    before = len(desk.deployed())
    assert case.script(desk, case.new).returncode == 0
    assert len(desk.deployed()) == before
    done = case.script(desk, case.new, "--destroy")
    assert done.returncode == 0, done.stdout + done.stderr
    assert case.deployed(desk) == {}


def test_an_interrupted_update_is_taken_up_again(case, tmp_path):
    desk = fresh(case, tmp_path / "whole")
    before = len(changing(desk))
    assert case.script(desk, case.phases).returncode == 0
    steps = len(changing(desk)) - before
    assert steps >= 2
    for step in range(1, steps + 1):
        desk = fresh(case, tmp_path / str(step))
        (desk.state / "die").write_text(str(step), encoding="utf-8")
        done = case.script(desk, case.phases)
        assert done.returncode != 0, f"the script outlived its death at step {step}"
        done = case.script(desk, case.phases)
        assert done.returncode == 0, f"after step {step}:\n{done.stdout}{done.stderr}"
        assert case.deployed(desk) == case.wanted(case.new), f"after step {step}"


@pytest.mark.parametrize("name", MOVES, ids=lambda name: name.replace(" ", "_"))
def test_what_moves_stays_what_it_is(name, infrac, tmp_path):
    """The physical resource is the same one before and after, and it is the first phase that moves it."""
    case = Case(infrac, tmp_path, *CASES[name])
    first = case.document["phases"][0]
    assert first["id"] == "move" and [u["do"] for u in first["updates"]] == ["refactor"]
    moves = [m for u in first["updates"] for m in u["moves"]]
    assert moves
    desk = fresh(case, tmp_path / "desk")
    before = physical(desk)
    assert case.script(desk, case.phases).returncode == 0
    after = physical(desk)
    for move in moves:
        assert after[(move["to"], move["id"])] == before[(move["from"], move["id"])]
        assert (move["from"], move["id"]) not in after
    told = json.loads(run(infrac, "diff", case.old, case.new, "--format", "json").stdout)
    moved = {(s["stack"], r["logical_id"]) for s in told["stacks"] for r in s["resources"] if r["action"] == "move"}
    assert moved == {(m["to"], m["id"]) for m in moves}


def physical(desk: Desk) -> dict[tuple[str, str], str]:
    stacks = json.loads((desk.state / "stacks.json").read_text(encoding="utf-8"))
    return {(name, i): p for name, stack in stacks.items() if stack["Live"] for i, p in stack["Physical"].items()}
