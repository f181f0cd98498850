"""Every resource that can be tagged is, in every template of every system, and so is what it creates.

Which types take tags, and where, is read from AWS's own schemas as cfn-lint ships them; what they must be tagged with, from
the tags of their stack in `plan.json`. Nothing here is shared with the compiler.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import cfnlint
import pytest

import plan

SCHEMAS = Path(cfnlint.__file__).parent / "data/schemas"

# Types whose schema has no property called `Tags` and says of no other that it holds tags.
ELSEWHERE = {"AWS::EC2::LaunchTemplate": "TagSpecifications", "AWS::EC2::ClientVpnEndpoint": "TagSpecifications"}

# What must stand in a resource so that what it creates has its tags.
SWITCHES = {
    "AWS::EC2::Instance": ("PropagateTagsToVolumeOnCreation", True),
    "AWS::RDS::DBCluster": ("CopyTagsToSnapshot", True),
    "AWS::RDS::DBInstance": ("CopyTagsToSnapshot", True),
    "AWS::ECS::Service": ("PropagateTags", "SERVICE"),
}
LAUNCHED = {"instance", "volume", "network-interface"}


def schemas() -> dict[str, dict]:
    """The schema of every type in the largest region, by its name."""
    digests = json.loads((SCHEMAS / "providers/us-east-1.json").read_text(encoding="utf-8"))
    digests = set(digests.values() if isinstance(digests, dict) else digests)
    found = (json.loads((SCHEMAS / "resources" / f"{d}.json").read_text(encoding="utf-8")) for d in sorted(digests))
    return {schema["typeName"]: schema for schema in found}


def tags_property(schema: dict) -> str | None:
    """The property that holds a type's tags, if it takes some."""
    stated = schema.get("tagging") or {}
    if stated.get("taggable") and "tagProperty" in stated:
        path = stated["tagProperty"].split("/")
        return path[2] if path[2] in schema["properties"] else None
    if stated.get("taggable") is False and "Tags" not in schema["properties"]:
        return ELSEWHERE.get(schema["typeName"])
    if "Tags" in schema["properties"]:
        return "Tags"
    return ELSEWHERE.get(schema["typeName"])


def keys(held: object) -> set[str]:
    """The keys in whatever form tags have."""
    if isinstance(held, dict):
        return set(held)
    found: set[str] = set()
    for item in held if isinstance(held, list) else []:
        found |= {item["Key"]} if "Key" in item else keys(item.get("Tags", []))
    return found


def judge(template: dict, wanted: set[str], known: dict[str, dict]) -> tuple[Counter, list[str]]:
    """How many resources there are of each kind, and what is wrong with which."""
    counts: Counter = Counter()
    wrong: list[str] = []
    for name, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        schema = known.get(kind)
        if schema is None:
            counts["custom" if kind.startswith("Custom::") else "unknown"] += 1
            continue
        where = tags_property(schema)
        if where is None:
            counts["takes none"] += 1
            continue
        counts["takes tags"] += 1
        held = properties.get(where, [])
        has = keys(held)
        if not has or not wanted <= has:
            wrong.append(f"{name} ({kind}) lacks {sorted(wanted - has) or 'all tags'} in {where}")
        if kind == "AWS::AutoScaling::AutoScalingGroup":
            wrong += [f"{name}: {tag['Key']} does not go on" for tag in held if tag.get("PropagateAtLaunch") is not True]
        if kind == "AWS::EC2::LaunchTemplate":
            launched = properties["LaunchTemplateData"].get("TagSpecifications", [])
            tagged = {spec["ResourceType"] for spec in launched if wanted <= keys(spec["Tags"])}
            wrong += [f"{name}: no tags for each {kind}" for kind in sorted(LAUNCHED - tagged)]
        if kind in SWITCHES and "DBClusterIdentifier" not in properties:
            switch, value = SWITCHES[kind]
            if properties.get(switch) != value:
                wrong.append(f"{name} ({kind}): {switch} is {properties.get(switch)}")
    return counts, wrong


@pytest.fixture(scope="module")
def known() -> dict[str, dict]:
    found = schemas()
    assert len(found) > 1000, "cfn-lint ships no schemas here"
    return found


def test_everything_that_takes_tags_is_tagged(builds: list[plan.Build], known: dict[str, dict]) -> None:
    total: Counter = Counter()
    for build in builds:
        of_system: Counter = Counter()
        for one in build.plans:
            for stack in one.deployed:
                counts, wrong = judge(stack.template, set(stack.tags), known)
                assert not wrong, f"{build.system}, {one.name}, {stack.name}:\n" + "\n".join(wrong)
                of_system += counts
        assert of_system["takes tags"] > 0, f"{build.system} has nothing that takes tags: nothing was judged"
        print(f"{build.system}: {of_system['takes tags']} of {of_system['takes tags']} tagged, {dict(of_system)}")
        total += of_system
    assert total["unknown"] == 0, "there are types that no schema describes"


def test_the_judge_sees_what_is_missing(known: dict[str, dict]) -> None:
    def told(kind: str, **properties: object) -> list[str]:
        return judge({"Resources": {"It": {"Type": kind, "Properties": properties}}}, {"Owner"}, known)[1]

    tag = {"Key": "Owner", "Value": "x"}
    assert told("AWS::SQS::Queue") and not told("AWS::SQS::Queue", Tags=[tag])
    assert told("AWS::CodeBuild::Project") and not told("AWS::CodeBuild::Project", Tags=[tag])
    assert told("AWS::SSM::Parameter", Tags={"Other": "x"}) and not told("AWS::SSM::Parameter", Tags={"Owner": "x"})
    assert told("AWS::Cognito::UserPool", Tags={"Owner": "x"})
    assert not told("AWS::EC2::Route")
    assert told("AWS::AutoScaling::AutoScalingGroup", Tags=[tag | {"PropagateAtLaunch": False}])
    assert told("AWS::RDS::DBInstance", Tags=[tag]) and not told("AWS::RDS::DBInstance", Tags=[tag], CopyTagsToSnapshot=True)
    specs = [{"ResourceType": kind, "Tags": [tag]} for kind in sorted(LAUNCHED)]
    whole = [{"ResourceType": "launch-template", "Tags": [tag]}]
    assert told("AWS::EC2::LaunchTemplate", TagSpecifications=whole, LaunchTemplateData={"TagSpecifications": specs[1:]})
    assert not told("AWS::EC2::LaunchTemplate", TagSpecifications=whole, LaunchTemplateData={"TagSpecifications": specs})
