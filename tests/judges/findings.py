"""Asks three judges of security about templates: cfn-guard with the Control Tower rules, cdk-nag's AwsSolutions, checkov."""

from __future__ import annotations

import json
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from conftest import ROOT, run

GUARD = "node_modules/@cdklabs/cdk-validator-cfnguard"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True, order=True)
class Finding:
    """What a judge says of one resource: its rule, and where the rule tells several things apart, which of them."""

    template: Path
    resource: str
    judge: str
    rule: str
    detail: str = ""
    suppressed: bool = False

    @property
    def waiver(self) -> str:
        """How a waiver names the rule."""
        return f"{self.judge}.{self.rule}"

    def __str__(self) -> str:
        detail = f"[{self.detail}]" if self.detail else ""
        return f"{self.template.name}: {self.resource}: {self.waiver}{detail}"


def node_tools() -> Path:
    """Where the npm tools are."""
    return Path(os.environ.get("INFRAC_NODE_TOOLS", ROOT / "target/judges/node"))


def guard(templates: list[Path]) -> list[Finding]:
    """What the Control Tower rules say. They read no suppressions, so those in the templates are applied here."""
    system = {"Linux": "ubuntu", "Darwin": "macos"}[platform.system()]
    machine = platform.machine().lower()
    package = node_tools() / GUARD
    program = package / "bin" / system / MACHINES.get(machine, machine) / "cfn-guard"
    rules = package / "rules/control-tower/cfn-guard"
    assert program.is_file() and rules.is_dir(), f"no cfn-guard at {program}: `scripts/judges` installs it"
    done = run(
        program, "validate", "--rules", rules, *(w for t in templates for w in ("--data", t)),
        "--output-format", "json", "--show-summary", "none", "--structured",
    )
    assert done.returncode in (0, 19) and done.stdout.strip(), f"cfn-guard itself failed:\n{done.stderr}"
    by_place = {str(template): template for template in templates}
    found = set()
    for file in json.loads(done.stdout):
        template = by_place[file["name"]]
        for failed in file["not_compliant"]:
            rule = failed["Rule"]["name"]
            for resource in {path.split("/")[2] for path in paths(failed) if path.startswith("/Resources/")}:
                suppressed = rule in metadata(template, resource).get("guard", {}).get("SuppressedRules", [])
                found.add(Finding(template, resource, "guard", rule, suppressed=suppressed))
    return sorted(found)


def paths(value: object):
    """Every place of a template that a result of cfn-guard speaks of."""
    if isinstance(value, list):
        for item in value:
            yield from paths(item)
    elif isinstance(value, dict):
        for key, held in value.items():
            if key == "path" and isinstance(held, str):
                yield held
            else:
                yield from paths(held)


def cdk_nag(templates: list[Path]) -> list[Finding]:
    """What cdk-nag says, which reads its suppressions itself."""
    node = os.environ.get("INFRAC_NODE") or shutil.which("node")
    tools = node_tools()
    assert node and (tools / "node_modules/cdk-nag").is_dir(), "no node, or no cdk-nag: `scripts/judges` installs both"
    environment = dict(os.environ) | {"NODE_PATH": str(tools / "node_modules")}
    done = run(node, ROOT / "tests/judges/nag.cjs", *templates, env=environment)
    assert done.returncode == 0, f"cdk-nag itself failed:\n{done.stderr}"
    told = json.loads(done.stdout)
    return sorted(
        Finding(Path(t["template"]), t["resource"], "cdk_nag", t["rule"], detail(t), t["state"] == "suppressed") for t in told
    )


def detail(told: dict) -> str:
    return "undecided" if told["state"] == "undecided" else told["finding"]


def checkov(templates: list[Path], home: Path) -> list[Finding]:
    """What checkov says, which reads its suppressions itself."""
    program = Path(os.environ.get("INFRAC_CHECKOV", ROOT / "target/judges/checkov/bin/checkov"))
    assert program.is_file(), f"no checkov at {program}: `scripts/judges` installs it"
    files = [word for template in templates for word in ("--file", template)]
    environment = dict(os.environ) | {"HOME": str(home)}
    done = run(
        program, "--framework", "cloudformation", "--compact", "--output", "json", "--skip-download", *files,
        cwd=home, env=environment,
    )
    assert done.returncode in (0, 1) and done.stdout.strip(), f"checkov itself failed:\n{done.stderr}"
    results = json.loads(done.stdout)
    results = results if isinstance(results, list) else [results]
    by_place = {str(template): template for template in templates}
    found = []
    for result in results:
        assert not result["results"]["parsing_errors"], f"checkov cannot read {result['results']['parsing_errors']}"
        for state in ("failed_checks", "skipped_checks"):
            for check in result["results"][state]:
                template = by_place[check["file_abs_path"]]
                resource = check["resource"].rpartition(".")[2]
                suppressed = state == "skipped_checks"
                found.append(Finding(template, resource, "checkov", check["check_id"], suppressed=suppressed))
    return sorted(found)


def metadata(template: Path, resource: str) -> dict:
    """A resource's metadata."""
    return body(template)["Resources"][resource].get("Metadata", {})


_bodies: dict[Path, dict] = {}


def body(template: Path) -> dict:
    """A template, read once."""
    if template not in _bodies:
        _bodies[template] = json.loads(template.read_text(encoding="utf-8"))
    return _bodies[template]
