"""Three judges of security find nothing in the five systems that their sources do not waive with a reason.

cfn-guard holds AWS Control Tower's rules, cdk-nag those of its pack AwsSolutions, checkov its own. Each reads every template
of every environment, written out as far as it is known (`plain.py`). A finding counts unless the source waives its rule on that
resource, or the judge is mistaken about it, which `mistaken.py` shows for each by itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from conftest import SPECS, run, systems

import findings
import plan
from findings import Finding, body
from mistaken import MISTAKEN, mistaken
from plain import plain

FIVE = {"cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"}
JUDGES = ("guard", "cdk_nag", "checkov")
BROKEN = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"AccessControl": "PublicRead"}}},
}
# So many waivers of these judges does each system have at most: a system that needs more should think again.
AT_MOST = {"cloudvault": 19, "hr-lab": 23, "json-upload": 20, "spec-wizard": 24, "uk-home-improvement": 23}


@pytest.fixture(scope="module")
def judged(builds: list[plan.Build], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """What the judges find in each of the five systems."""
    out = tmp_path_factory.mktemp("plain")
    templates: dict[Path, str] = {}
    for build in builds:
        if build.system not in FIVE:
            continue
        for one in build.plans:
            for stack in one.stacks.values():
                account = stack.account or next(iter(sorted(one.accounts)), "123456789012")
                path = out / build.system / one.name / stack.template_file.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(plain(stack.template, account, stack.region), indent=1), encoding="utf-8")
                templates[path] = build.system
    assert set(templates.values()) == FIVE, "not every system was built"
    all_of_them = sorted(templates)
    found = findings.guard(all_of_them) + findings.cdk_nag(all_of_them) + findings.checkov(all_of_them, out)
    by_system: dict[str, list[Finding]] = {name: [] for name in sorted(FIVE)}
    for finding in found:
        by_system[templates[finding.template]].append(finding)
    return by_system


@pytest.fixture(scope="module")
def waivers(infrac: Path) -> dict[str, list[dict]]:
    """The waivers of each system that speak to these judges, as `infrac report waivers` shows them."""
    given = {}
    for folder in systems():
        name = folder.relative_to(SPECS).as_posix()
        if name in FIVE:
            done = run(infrac, "report", "waivers", folder, "--format", "json")
            assert done.returncode == 0, done.stderr
            given[name] = [w for w in json.loads(done.stdout)["entries"] if w["rule"].split(".")[0] in JUDGES]
    return given


def test_nothing_is_found_that_is_not_waived_with_a_reason(judged):
    left = [f for found in judged.values() for f in found if not f.suppressed and not mistaken(f)]
    shown = "\n".join(map(str, sorted(left)))
    assert not left, f"the judges have {len(left)} findings that no source waives:\n{shown}"


def test_every_waiver_lifts_a_finding(judged, waivers):
    for system, given in waivers.items():
        lifted = {f.waiver for f in judged[system] if f.suppressed}
        idle = sorted({f"{w['at']}: {w['rule']}" for w in given if w["rule"] not in lifted})
        assert not idle, f"{system}: no judge finds what these waivers lift:\n" + "\n".join(idle)


def test_a_mistake_is_not_waived_and_every_kind_occurs(judged):
    """What needs no waiver gets none; and no kind of mistake is listed that no judge makes any more."""
    made = {f.waiver for found in judged.values() for f in found if mistaken(f)}
    assert made == set(MISTAKEN)


def test_the_waivers_are_counted(judged, waivers, capsys):
    with capsys.disabled():
        print(f"\n{'system':<22}{'waivers':>8}{'rules':>7}{'lifted':>8}{'mistaken':>10}")
        for system, given in waivers.items():
            found = judged[system]
            marks = {w["at"] for w in given}
            lifted = sum(f.suppressed for f in found)
            wrong = sum(mistaken(f) for f in found if not f.suppressed)
            print(f"{system:<22}{len(marks):>8}{len({w['rule'] for w in given}):>7}{lifted:>8}{wrong:>10}")
    over = {s: n for s, given in waivers.items() if (n := len({w["at"] for w in given})) > AT_MOST[s]}
    assert not over, f"more waivers than before: {over}"


def test_every_judge_sees_an_open_bucket(tmp_path):
    """The judges are awake."""
    template = tmp_path / "broken.template.json"
    template.write_text(json.dumps(BROKEN), encoding="utf-8")
    told: dict[str, set[str]] = defaultdict(set)
    for finding in findings.guard([template]) + findings.cdk_nag([template]) + findings.checkov([template], tmp_path):
        told[finding.judge].add(finding.rule)
    assert "s3_bucket_level_public_access_prohibited_check" in told["guard"]
    assert "AwsSolutions-S1" in told["cdk_nag"]
    assert "CKV_AWS_20" in told["checkov"]
    assert body(template)["Resources"].keys() == {"Bucket"}
