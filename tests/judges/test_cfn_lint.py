"""cfn-lint finds no error and no warning in any emitted template.

Nothing is ignored here: a suppression stands in the template's metadata, and so in the source, with its reason.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from conftest import run

INFORMATIONAL = 8
WAIVED = re.compile(r'@waive\(\s*cfn_lint\.([EWI]\d{4})\s*,\s*because\s+"[^"]+')
BROKEN = """{"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayNam": "x"}}}}"""


def lint(templates: list[Path], regions: set[str], home: Path) -> list[dict]:
    """Every finding on the templates, in one process: cfn-lint takes more than a second to start."""
    program = Path(sys.executable).with_name("cfn-lint")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CFN_LINT")} | {"HOME": str(home)}
    command = [program, "--format", "json", "--regions", *sorted(regions), "--", *templates]
    done = run(*command, cwd=home, env=environment)
    assert done.returncode & 1 == 0 and done.stdout.strip(), f"cfn-lint itself failed:\n{done.stderr}"
    findings = json.loads(done.stdout)
    assert (done.returncode & ~INFORMATIONAL != 0) == any(f["Level"] in ("Error", "Warning") for f in findings)
    return findings


def test_no_error_and_no_warning_on_any_template(builds, tmp_path):
    templates = [t for build in builds for t in build.templates]
    regions = {s.region for build in builds for p in build.plans for s in p.stacks.values()}
    assert templates, "no template was built"
    bad = [f for f in lint(templates, regions, tmp_path) if f["Level"] in ("Error", "Warning")]
    shown = "\n".join(
        f"{f['Filename']}:{f['Location']['Start']['LineNumber']}: {f['Rule']['Id']} {f['Message']}"
        f" at {'/'.join(map(str, f['Location'].get('Path') or []))}"
        for f in bad
    )
    assert not bad, f"cfn-lint has {len(bad)} findings:\n{shown}"


def test_the_judge_sees_an_error(tmp_path):
    """The judge is awake: it refuses a template with a misspelt property."""
    template = tmp_path / "broken.template.json"
    template.write_text(BROKEN, encoding="utf-8")
    findings = lint([template], {"us-east-1"}, tmp_path)
    assert [f["Rule"]["Id"] for f in findings if f["Level"] == "Error"] == ["E3002"]


def test_every_suppression_stands_in_the_source_with_its_reason(builds, root):
    """What a template's metadata switches off, an `@waive(cfn_lint.RULE, because "…")` in some source asked for."""
    sources = [p.read_text(encoding="utf-8") for folder in ("specs", "stdlib") for p in (root / folder).rglob("*.infra")]
    waived = {rule for text in sources for rule in WAIVED.findall(text)}
    for build in builds:
        for path in build.templates:
            for where, metadata in metadata_of(json.loads(path.read_text(encoding="utf-8"))):
                ignored = metadata.get("cfn-lint", {}).get("config", {}).get("ignore_checks", [])
                unexplained = sorted(set(ignored) - waived)
                assert not unexplained, f"{path.name}: {where} ignores {unexplained}, which no source waives with a reason"


def metadata_of(template: dict):
    """(where, metadata) of a template and of each of its resources."""
    yield "the template", template.get("Metadata", {})
    for name, resource in template["Resources"].items():
        yield name, resource.get("Metadata", {})

