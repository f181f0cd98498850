"""Makes a second version of a system: by small edits of its sources that somebody could have made.

Candidates come from the build itself. A number in a template whose place in the sources says the same number is changed; an
instance that nobody needs is taken out, braces and all; a resource is added to a stack. What no longer builds is dropped and
the next one tried, so the edits are not written down for any system.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conftest import run
from plan import Build, load

# How many candidates of a kind are tried.
TRIES = 30
INSTANCE = re.compile(r"^  (?:@\w+.*\n  )*([a-z]\w*) *= *[A-Z][\w:]* *\{", re.MULTILINE)
STATEMENT = re.compile(r"^  (?:grant|deny|connect|permit|output) [^{}\n]*\n", re.MULTILINE)
# Where a number is no more than a setting. What is not listed may be the identity of something.
SETTINGS = {
    "Timeout", "MemorySize", "VisibilityTimeout", "MessageRetentionPeriod", "RetentionInDays", "Threshold", "MaxSize",
    "BackupRetentionPeriod", "DelaySeconds", "EvaluationPeriods", "HealthCheckIntervalSeconds", "MaximumBatchingWindowInSeconds",
    "ReservedConcurrentExecutions", "AllocatedStorage", "MaxSessionDuration", "NoncurrentDays", "ExpirationInDays", "TTL",
    "IdleTimeoutInMinutes", "MinimumPasswordLength", "MinimumLength", "Period", "maxReceiveCount", "PasswordLength",
}  # fmt: skip


@dataclass
class Versions:
    """A system before and after."""

    name: str
    old: Build
    new: Build
    edits: list[str]


def second(infrac: Path, source: Path, old: Build, folder: Path) -> Versions:
    """The second version of a system: a changed property, a resource more, and one less, as far as its sources have such."""
    copy = folder / "source"
    shutil.copytree(source, copy)
    chance, edits = random.Random(source.name), []
    for kind in KINDS:
        candidates = list(kind(copy, old))
        chance.shuffle(candidates)
        for file, before, after, what in candidates[:TRIES]:
            text = file.read_text(encoding="utf-8")
            if text.count(before) != 1:
                continue
            file.write_text(text.replace(before, after), encoding="utf-8")
            if builds(infrac, copy, folder / "tried") and KINDS[kind](old, load(old.system, folder / "tried")):
                edits.append(what)
                break
            file.write_text(text, encoding="utf-8")
        else:
            assert kind is gone, f"{source.name}: none of {len(candidates)} settings can be changed"
            # Everything is needed by something else: then the first version has one thing more.
            old = with_parameter(infrac, shutil.copytree(source, folder / "first"), old, "judge_gone")
            edits.append("a parameter that the first version had goes away")
    edits.append("a parameter is added")
    return Versions(old.system, old, with_parameter(infrac, copy, old, "judge_added"), edits)


def with_parameter(infrac: Path, source: Path, build: Build, name: str) -> Build:
    """Sources with one resource more, built."""
    plan = build.environments[0]
    stack = plan.raw["stacks"][plan.deployed[-1].name]["stack"]
    text = f'stack {stack} {{ {name} = AWS::SSM::Parameter {{ Type = "String", Value = "one more" }} }}\n'
    (source / "zz-judge.infra").write_text(text, encoding="utf-8")
    out = source.parent / f"{source.name}-out"
    done = run(infrac, "build", source, "-o", out)
    assert done.returncode == 0, done.stderr
    return load(build.system, out)


def builds(infrac: Path, source: Path, out: Path) -> bool:
    """Whether an edit is one that somebody could have deployed."""
    shutil.rmtree(out, ignore_errors=True)
    return run(infrac, "build", source, "-o", out, "--quiet").returncode == 0


def has_changes(old: Build, new: Build) -> bool:
    """Whether an edit reaches a template of a stack that is there before and after."""
    return stacks(old).keys() == stacks(new).keys() and any(stacks(new)[n] != t for n, t in stacks(old).items())


def has_less(old: Build, new: Build) -> bool:
    """Whether a resource goes away, and no stack with it."""
    after = stacks(new)
    return stacks(old).keys() == after.keys() and any(
        t["Resources"].keys() - after[n]["Resources"].keys() for n, t in stacks(old).items()
    )


def stacks(build: Build) -> dict[str, dict]:
    """The templates of all stacks."""
    return {s.name: s.template for p in build.plans for s in p.deployed}


def changed(copy: Path, old: Build) -> Iterator[tuple[Path, str, str, str]]:
    """Settings that are numbers, with lines that say the same number."""
    seen = set()
    for plan in old.environments:
        entries = json.loads((plan.folder / "provenance.json").read_text(encoding="utf-8"))["entries"]
        for stack in plan.deployed:
            for pointer, value in leaves(stack.template, ""):
                name = next((part for part in reversed(pointer.split("/")) if not part.isdigit()), "")
                at = entries.get(f"{stack.template_file.name}#{pointer}")
                if name not in SETTINGS or not at or not re.fullmatch(r"\d+", str(value)) or int(value) < 2:
                    continue
                file = copy / at["file"]
                if not file.is_file() or (at["file"], at["line"]) in seen:
                    continue
                seen.add((at["file"], at["line"]))
                line = file.read_text(encoding="utf-8").splitlines()[at["line"] - 1]
                numbers = re.findall(r"(?<![\w.\"])\d+(?![\w.]*\"|\d)", line)
                if len(numbers) == 1 and len(line) > 8:
                    number = numbers[0]
                    for other in (str(int(number) + 1), str(int(number) * 2), str(max(1, int(number) // 2))):
                        after = re.sub(rf"(?<![\w.\"]){number}", other, line, count=1)
                        yield file, line, after, f"{at['file']}:{at['line']}: {number} becomes {other}"


def gone(copy: Path, old: Build) -> Iterator[tuple[Path, str, str, str]]:
    """Instances, each as a whole."""
    for file in sorted(copy.rglob("*.infra")):
        text = file.read_text(encoding="utf-8")
        for found in INSTANCE.finditer(text):
            end, depth = found.end(), 1
            while depth and end < len(text):
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            yield file, text[found.start() : end] + "\n", "", f"{file.name}: {found.group(1)} goes away"
        # What is derived from a statement goes with it.
        for found in STATEMENT.finditer(text):
            yield file, found.group(), "", f"{file.name}: `{found.group().strip()}` goes away"


def leaves(value, pointer: str) -> Iterator[tuple[str, object]]:
    """Every value in a document that holds no others, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{at}")
    else:
        yield pointer, value


# How a version is changed, and what tells that it was.
KINDS = {changed: has_changes, gone: has_less}
