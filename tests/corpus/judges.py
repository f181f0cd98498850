"""What infrac says of the sources, and cfn-lint of the templates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cases import Case

# The day on which every case is judged, so that a date of AWS's never changes an answer.
DAY = "2026-11-01"
# The rules in which cfn-lint says each kind of mistake.
RULES = {
    "unknown_property": {"E3002"},
    "missing_property": {"E3002", "E3003", "E3014", "E3017", "E3018", "E3021"},
    "wrong_type": {"E3012"},
    "value_not_allowed": {"E3030"},
    "pattern_mismatch": {"E3031", "E3002", "E1156"},
    "value_out_of_range": {"E3002", "E3032", "E3033", "E3034"},
    "duplicate_item": {"E3037", "E3038"},
    "read_only_property": {"E3040"},
    "wrong_reference_kind": {"E1040", "E1041"},
    "unknown_attribute": {"E1010"},
    "conflicting_properties": {"E3002", "E3003", "E3014", "E3018", "E3020"},
    "unavailable_in_region": {"E3006"},
    "deprecated_value": {"W3696", "W3697"},
}


@dataclass
class Said:
    """One finding: its code, and where it stands."""

    code: str
    line: int
    path: tuple = ()
    message: str = ""


@dataclass
class Answers:
    """What was said of each case's valid and wrong form."""

    valid: dict[int, list[Said]] = field(default_factory=dict)
    wrong: dict[int, list[Said]] = field(default_factory=dict)


def ask_infrac(infrac: Path, cases: list[Case], folder: Path) -> Answers:
    """Checks each source in a folder of its own."""

    def check(job: tuple[Case, str, str]) -> list[Said]:
        case, which, source = job
        place = folder / f"{case.name}-{which}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "main.infra").write_text(source, encoding="utf-8")
        command = [infrac, "check", place, "--format", "json", "--as-of", DAY]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            return [Said("crash", 0, (), done.stderr)]
        return [
            Said(found["code"], found["places"][0]["line"] if found["places"] else 0, (), found["message"])
            for found in json.loads(done.stdout)["diagnostics"]
        ]

    answers = Answers()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        # A resource alone in a system, with names at random, is right by its schema alone: that nobody uses it, or that AWS takes
        # no such name, is true all the same.
        subjects = {case.code for case in cases}
        for case, said in zip(cases, pool.map(check, [(case, "valid", case.valid) for case in cases])):
            answers.valid[case.number] = [one for one in said if one.code in subjects]
        for case, said in zip(cases, pool.map(check, [(case, "wrong", case.wrong) for case in cases])):
            answers.wrong[case.number] = said
    return answers


def ask_cfn_lint(cases: list[Case], folder: Path) -> Answers:
    """Lints all templates of a region in one process."""
    answers = Answers({case.number: [] for case in cases}, {case.number: [] for case in cases})
    program = Path(sys.executable).with_name("cfn-lint")
    by_region: dict[str, dict[str, tuple[dict, int]]] = {}
    for case in cases:
        for which, text, region in (("valid", case.valid_template, None), ("wrong", case.wrong_template, case.region)):
            path = folder / f"{case.name}-{which}.json"
            path.write_text(text, encoding="utf-8")
            region = region or ("us-east-1" if case.fault == "type of another region" else case.region)
            by_region.setdefault(region, {})[str(path)] = (getattr(answers, which), case.number)
    for region, files in by_region.items():
        command = [program, "--format", "json", "--regions", region, "--", *files]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        for found in json.loads(done.stdout or "[]"):
            table, number = files[found["Filename"]]
            if found["Level"] in ("Error", "Warning"):
                where = tuple(found["Location"].get("Path") or ())
                table[number].append(Said(found["Rule"]["Id"], 0, where, found["Message"]))
    return answers


@dataclass
class Figures:
    """How a checker did."""

    cases: int = 0
    false_alarms: int = 0
    told: int = 0
    right_place: int = 0
    right: int = 0
    alone: int = 0

    def line(self, name: str) -> str:
        def share(number: int) -> str:
            return f"{number:5d} {100 * number / max(1, self.cases):6.1f} %"

        return f"{name:34} {self.cases:5d}  {share(self.told)}  {share(self.right_place)}  {share(self.right)}  {share(self.alone)}  {self.false_alarms:5d}"


HEADER = f"{'':34} {'cases':>5}  {'told':>14}  {'right place':>14}  {'and code':>14}  {'nothing else':>14}  false alarms"


def is_right_for_infrac(case: Case, said: Said) -> bool:
    return said.line == case.line and said.code == case.code


def is_right_for_cfn_lint(case: Case, said: Said) -> bool:
    # Each condition has a rule of its own.
    return is_near(case.path, said.path) and (said.code in RULES[case.code] or case.fault == "broken condition")


def is_near(stated: tuple, found: tuple) -> bool:
    """The same place, or what holds it, as cfn-lint says it of what is missing."""
    stated, found = tuple(map(str, stated)), tuple(map(str, found))
    return found[: len(stated)] == stated or stated[: len(found)] == found and len(found) >= min(3, len(stated))


def figures(cases: list[Case], answers: Answers, is_right, is_place) -> dict[str, Figures]:
    table: dict[str, Figures] = {}
    for case in cases:
        said = answers.wrong[case.number]
        for name in (case.fault, "all"):
            row = table.setdefault(name, Figures())
            row.cases += 1
            row.false_alarms += bool(answers.valid[case.number])
            row.told += bool(said)
            row.right_place += any(is_place(case, one) for one in said)
            row.right += any(is_right(case, one) for one in said)
            row.alone += bool(said) and all(is_right(case, one) for one in said)
    return table


def of_infrac(cases: list[Case], answers: Answers) -> dict[str, Figures]:
    return figures(cases, answers, is_right_for_infrac, lambda case, said: said.line == case.line)


def of_cfn_lint(cases: list[Case], answers: Answers) -> dict[str, Figures]:
    return figures(cases, answers, is_right_for_cfn_lint, lambda case, said: is_near(case.path, said.path))


def table(name: str, rows: dict[str, Figures]) -> str:
    total = rows.pop("all")
    lines = [HEADER.replace(" " * len(name), name, 1)]
    lines += [row.line(kind) for kind, row in rows.items()]
    rows["all"] = total
    return "\n".join([*lines, total.line("all")])


def misses(cases: list[Case], answers: Answers) -> list[tuple[Case, list[Said]]]:
    """What infrac did not tell as stated."""
    return [
        (case, answers.wrong[case.number])
        for case in cases
        if not any(is_right_for_infrac(case, said) for said in answers.wrong[case.number])
    ]


__all__ = ["Answers", "Figures", "Said", "ask_cfn_lint", "ask_infrac"]
