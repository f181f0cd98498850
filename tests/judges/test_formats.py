"""Diagnostics for programs are what their formats say: SARIF by its schema, JSON by ours, JUnit and annotations by their grammar.

The programs are those of `tests/cases/programs`, each with a mistake of its own, and the systems, which have none.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT, run, systems

PROGRAMS = sorted(folder for folder in (ROOT / "tests/cases/programs").iterdir() if folder.is_dir())
# `::error file=a.infra,line=1,endLine=1,col=1,endColumn=2,title=code::text`, as GitHub's runner reads it.
ANNOTATION = re.compile(r"::(error|warning|notice) (?:[A-Za-z]+=[^,:\r\n]*(?:,[A-Za-z]+=[^,:\r\n]*)*)?::[^\r\n]+")
LEVELS = {"error": "error", "warning": "warning", "note": "advice"}


def told(infrac: Path, folder: Path, form: str) -> str:
    """What a check of a folder says, seen from there."""
    done = run(infrac, "check", ".", "--format", form, "--as-of", "2026-11-01", cwd=folder)
    assert done.returncode in (0, 1), f"{folder}: exit {done.returncode}: {done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.protocols.Validator:
    """SARIF 2.1.0's own schema, from Microsoft's package of matchers."""
    tools = Path(os.environ.get("INFRAC_NODE_TOOLS", ROOT / "target/judges/node"))
    path = tools / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema, format_checker=jsonschema.FormatChecker())


@pytest.fixture(scope="module")
def own_schema() -> jsonschema.protocols.Validator:
    """The schema that is published with the documentation."""
    schema = json.loads((ROOT / "docs/schemas/diagnostics.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("folder", PROGRAMS + systems(), ids=lambda folder: folder.name)
def test_every_form_says_the_same_as_its_schema_wants(folder, infrac, sarif_schema, own_schema):
    sarif = json.loads(told(infrac, folder, "sarif"))
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in sarif_schema.iter_errors(sarif)]
    assert not errors, "SARIF:\n" + "\n".join(errors[:10])

    own = json.loads(told(infrac, folder, "json"))
    errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in own_schema.iter_errors(own)]
    assert not errors, "JSON:\n" + "\n".join(errors[:10])

    lines = told(infrac, folder, "github").splitlines()
    assert all(ANNOTATION.fullmatch(line) for line in lines), [x for x in lines if not ANNOTATION.fullmatch(x)][:3]

    # All of them tell the same things.
    expected = [(one["code"], one["level"]) for one in own["diagnostics"]]
    results = sarif["runs"][0]["results"]
    rules = sarif["runs"][0]["tool"]["driver"]["rules"]
    assert [(one["ruleId"], LEVELS[one["level"]]) for one in results] == expected
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    assert len(lines) == len(expected)
    assert len(told(infrac, folder, "short").splitlines()) == len(expected)
    levels = [level for _, level in expected]
    assert (own["errors"], own["warnings"], own["advice"]) == tuple(levels.count(x) for x in ("error", "warning", "advice"))


def test_the_schema_notices_what_is_wrong(sarif_schema, own_schema):
    assert list(sarif_schema.iter_errors({"version": "2.1.0", "runs": [{"results": [{"message": {}}]}]}))
    assert list(own_schema.iter_errors({"format": 2, "diagnostics": [], "errors": 0, "warnings": 0, "advice": 0}))


def test_places_lead_to_what_is_meant(infrac, own_schema):
    """Bytes, lines and columns of a place agree with each other and with the file."""
    seen = 0
    for folder in PROGRAMS:
        for one in json.loads(told(infrac, folder, "json"))["diagnostics"]:
            for place in one["places"]:
                path = folder / place["file"]
                if not path.is_file():
                    continue
                data = path.read_bytes()
                try:
                    before, inside = data[: place["start"]].decode(), data[place["start"] : place["end"]].decode()
                except UnicodeDecodeError:
                    # A file that is no text has places in what is text of it.
                    continue
                line, column = before.count("\n") + 1, len(before.rsplit("\n", 1)[-1]) + 1
                assert (place["line"], place["column"]) == (line, column), (folder.name, one["code"])
                end = before + inside
                last = (end.count("\n") + 1, len(end.rsplit("\n", 1)[-1]) + 1)
                assert (place["end_line"], place["end_column"]) == last, (folder.name, one["code"])
                seen += 1
    assert seen > 50


def test_junit_is_xml_with_its_counts(infrac, hr_lab, tmp_path):
    report = tmp_path / "junit.xml"
    done = run(infrac, "test", hr_lab, "--junit", report)
    assert done.returncode == 0, done.stdout + done.stderr
    suites = ElementTree.parse(report).getroot()
    suite = suites if suites.tag == "testsuite" else suites.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert cases and int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == sum(case.find("failure") is not None for case in cases)
    assert all(case.get("name") and case.get("classname") for case in cases)
