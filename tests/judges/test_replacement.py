"""infrac diff and @aws-cdk/cloudformation-diff on the same pairs: every property of every resource type of AWS."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import replacement
from conftest import ROOT, run

CHANGES = ("changed", "set", "unset")
VERDICTS = (0, 3, 4, 5, 6)
PEER = {"NO_CHANGE": "never", "WILL_UPDATE": "never", "MAY_REPLACE": "maybe", "WILL_REPLACE": "always", "FAILED": "nothing"}


def reviewed() -> dict[str, dict[str, list[str]]]:
    """Where AWS's reference says other than the schema: the catalog's overrides, each with its source."""
    overrides = json.loads((ROOT / "stdlib/catalog/overrides.json").read_text(encoding="utf-8"))
    return overrides["replacement"]


def answer(case: replacement.Case, stated: dict[str, dict[str, list[str]]]) -> str:
    """The schema's answer, or the reviewed one."""
    steps = replacement.plain(case.path)
    above = {"/".join(steps[: at + 1]) for at in range(len(steps))}
    facts = stated.get(case.type, {})
    for verdict in ("always", "maybe"):
        if case.answer != "always" and above & {"/".join(replacement.plain(tuple(p.split("/")))) for p in facts.get(verdict, [])}:
            return verdict
    return case.answer


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[replacement.Case], str, Path, Path]]:
    """One pair of templates for each type and way of changing: a resource in it for each property."""
    folder = tmp_path_factory.mktemp("pairs")
    made = []
    for schema in replacement.schemas():
        kind = replacement.Type(schema)
        cases = list(kind.cases())
        for change in CHANGES if cases else ():
            old, new = replacement.templates(cases, change)
            name = f"{kind.name.replace('::', '-')}-{change}"
            files = folder / f"{name}-old.json", folder / f"{name}-new.json"
            for file, template in zip(files, (old, new)):
                file.write_text(json.dumps(template), encoding="utf-8")
            made.append((cases, change, *files))
    assert len(made) > 3000
    return made


def ours(infrac: Path, old: Path, new: Path) -> dict[str, str]:
    done = run(infrac, "diff", old, new, "--format", "json")
    assert done.returncode in VERDICTS, f"{new.name}: {done.stderr}"
    resources = json.loads(done.stdout)["stacks"][0]["resources"]
    return {resource["logical_id"]: resource["replacement"] for resource in resources}


def peers(pairs) -> list[dict[str, str]]:
    node, tools = os.environ["INFRAC_NODE"], os.environ["INFRAC_NODE_TOOLS"]
    questions = json.dumps([[str(old), str(new)] for _, _, old, new in pairs])
    done = subprocess.run(
        [node, ROOT / "tests/judges/peer_diff.cjs"], input=questions, capture_output=True, text=True, timeout=900,
        env={**os.environ, "INFRAC_NODE_TOOLS": tools},
    )
    assert done.returncode == 0, done.stderr
    return [{id: PEER[impact] for id, impact in found.items()} for found in json.loads(done.stdout)]


def test_every_property_is_classified_right(infrac, pairs, capsys):
    stated = reviewed()
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(lambda pair: ours(infrac, pair[2], pair[3]), pairs))
    other = peers(pairs)
    counts: dict[tuple[str, str], Counter] = {}
    wrong = []
    for (cases, change, _, _), mine, theirs in zip(pairs, found, other):
        for at, case in enumerate(cases):
            expected = answer(case, stated)
            kind = {"always": "create-only", "maybe": "conditional", "never": "updatable"}[expected]
            level = "nested" if len(replacement.plain(case.path)) > 1 else "top"
            count = counts.setdefault((kind, level), Counter())
            count["pairs"] += 1
            count["infrac"] += mine[f"R{at}"] == expected
            count["peer"] += theirs.get(f"R{at}", "never") == expected
            if mine[f"R{at}"] != expected:
                wrong.append(f"{case.shown} {change}: {mine[f'R{at}']} instead of {expected}")
    rows = ["| kind | level | pairs | infrac diff | cloudformation-diff |", "| --- | --- | ---: | ---: | ---: |"]
    for (kind, level), count in sorted(counts.items()):
        part = lambda who: f"{count[who] / count['pairs']:.2%}"
        rows.append(f"| {kind} | {level} | {count['pairs']} | {part('infrac')} | {part('peer')} |")
    table = "\n".join(rows) + "\n"
    (ROOT / "target/judges").mkdir(parents=True, exist_ok=True)
    (ROOT / "target/judges/replacement.md").write_text(table, encoding="utf-8")
    with capsys.disabled():
        print("\n" + table)
    assert not wrong, f"{len(wrong)} are wrong:\n" + "\n".join(wrong[:40])
