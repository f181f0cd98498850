"""Reads what `infrac build` wrote: the one place in the judges that knows the form of `plan.json`.

A build is a folder with one folder per environment and one per account; each of them holds a plan, templates and a
cloud assembly. Nothing here is shared with the compiler.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ACCOUNT_FOLDER = "account-"


@dataclass(frozen=True)
class Stack:
    """One stack as the plan describes it."""

    name: str
    template_file: Path
    account: str | None
    region: str
    capabilities: list[str]
    parameters: list[dict]
    tags: dict[str, str]
    scope: str

    @cached_property
    def body(self) -> str:
        """The template as it is uploaded."""
        return self.template_file.read_text(encoding="utf-8")

    @cached_property
    def template(self) -> dict:
        """The template as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Edge:
    """`before` has to be done when `after` starts; both are step ids."""

    before: str
    after: str
    kind: str
    because: list[dict]


class Plan:
    """One folder of a build: an environment's, or an account's."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.raw = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        if self.raw["format"] != 1:
            raise ValueError(f"{folder}: plan.json has format {self.raw['format']}, the judges read format 1")
        self.system: str = self.raw["system"]
        self.environment: str | None = self.raw.get("environment")
        self.stacks = {name: _stack(folder, entry) for name, entry in self.raw["stacks"].items()}
        self.steps = {step["id"]: step for step in self.raw["steps"]}
        self.order: list[str] = self.raw["order"]
        self.waves: list[list[str]] = self.raw["waves"]
        self.edges = [Edge(e["before"], e["after"], e["kind"], e["because"]) for e in self.raw["edges"]]
        self.destroy: dict = self.raw["destroy"]

    @property
    def name(self) -> str:
        """How the folder is called, for messages and test ids."""
        return self.folder.name

    @property
    def is_account(self) -> bool:
        """Holds the stacks that exist once for each account, not an environment's."""
        return self.folder.name.startswith(ACCOUNT_FOLDER)

    @property
    def accounts(self) -> set[str]:
        """The account numbers that its own stacks are pinned to."""
        return {s.account for s in self.deployed if s.account}

    @property
    def deployed(self) -> list[Stack]:
        """The stacks that this plan deploys itself, in its order."""
        names = [self.steps[i]["stack"] for i in self.order if self.steps[i]["do"] == "deploy"]
        return [self.stacks[name] for name in names]

    @property
    def account_steps(self) -> list[dict]:
        """The steps that stand for another plan: that of the account's stacks."""
        return [self.steps[i] for i in self.order if self.steps[i]["do"] == "account"]

    @property
    def uploads(self) -> list[dict]:
        """The steps that upload files."""
        return [self.steps[i] for i in self.order if self.steps[i]["do"] == "upload"]

    @property
    def destroyed(self) -> list[str]:
        """Names of the stacks in the order in which they are deleted."""
        return [step.removeprefix("delete:") for step in self.destroy["order"] if step.startswith("delete:")]

    def stack_of(self, step: str) -> str | None:
        """The stack that a step deploys, if it deploys one."""
        found = self.steps[step]
        return found["stack"] if found["do"] == "deploy" else None

    def stack_edges(self) -> set[tuple[str, str]]:
        """(before, after) for the edges between two stacks of this plan."""
        pairs = ((self.stack_of(e.before), self.stack_of(e.after)) for e in self.edges)
        return {(a, b) for a, b in pairs if a is not None and b is not None}


@dataclass(frozen=True)
class Build:
    """Everything that one system's build wrote."""

    system: str
    folder: Path
    plans: tuple[Plan, ...]

    @property
    def accounts(self) -> list[Plan]:
        """The plans of account-level stacks."""
        return [p for p in self.plans if p.is_account]

    @property
    def environments(self) -> list[Plan]:
        """The plans of environments."""
        return [p for p in self.plans if not p.is_account]

    @property
    def templates(self) -> list[Path]:
        """Every template on disk, whether a plan names it or not."""
        return sorted(self.folder.glob("*/*.template.json"))


def load(system: str, folder: Path) -> Build:
    """Reads a whole build. A folder without a plan is not one of ours and is left alone."""
    plans = tuple(Plan(p.parent) for p in sorted(folder.glob("*/plan.json")))
    if not plans:
        raise ValueError(f"{folder} holds no plan.json: nothing was built there")
    return Build(system, folder, plans)


def _stack(folder: Path, entry: dict) -> Stack:
    return Stack(
        name=entry["name"],
        template_file=folder / entry["template"]["file"],
        account=entry.get("account"),
        region=entry["region"],
        capabilities=[c["name"] for c in entry["capabilities"]],
        parameters=entry["parameters"],
        tags=entry["tags"],
        scope=entry["scope"],
    )
