"""The plan agrees with itself and with the folder it lies in: what the other judges take for granted."""

from __future__ import annotations

import hashlib
import json

import jsonschema
from conftest import ROOT


def test_every_template_is_named_by_the_plan_of_its_folder(builds):
    for build in builds:
        for plan in build.plans:
            named = {s.template_file for s in plan.stacks.values() if s.template_file.parent == plan.folder}
            assert named == set(plan.folder.glob("*.template.json")), plan.folder


def test_the_plan_tells_the_truth_about_its_templates(builds):
    for build in builds:
        for plan in build.plans:
            for stack in plan.deployed:
                told, data = plan.raw["stacks"][stack.name]["template"], stack.template_file.read_bytes()
                assert stack.template_file.name == f"{stack.name}.template.json"
                assert told["sha256"].removeprefix("sha256:") == hashlib.sha256(data).hexdigest(), stack.name
                assert told["bytes"] == len(data), stack.name
                assert told["resources"] == len(stack.template["Resources"]), stack.name
                assert told["outputs"] == len(stack.template.get("Outputs", {})), stack.name


def test_the_order_holds_every_edge_and_every_step_once(builds):
    for build in builds:
        for plan in build.plans:
            assert sorted(plan.order) == sorted(plan.steps), plan.folder
            place = {step: n for n, step in enumerate(plan.order)}
            wave = {step: n for n, steps in enumerate(plan.waves) for step in steps}
            for edge in plan.edges:
                assert place[edge.before] < place[edge.after], (plan.name, edge)
                assert edge.because, f"{plan.name}: no reason for {edge}"
                if edge.before in wave and edge.after in wave:
                    assert wave[edge.before] < wave[edge.after], (plan.name, edge)


def test_stacks_are_destroyed_in_an_order_that_the_edges_allow(builds):
    for build in builds:
        for plan in build.plans:
            assert sorted(plan.destroyed) == sorted(s.name for s in plan.deployed), plan.folder
            place = {name: n for n, name in enumerate(plan.destroyed)}
            for before, after in plan.stack_edges():
                assert place[after] < place[before], f"{plan.name}: {before} would be deleted before {after}"


def test_account_steps_lead_to_a_plan_that_deploys_their_stack(builds):
    for build in builds:
        for plan in build.plans:
            for step in plan.account_steps:
                there = (plan.folder / step["plan"]).resolve()
                assert there.is_file(), f"{plan.name}: {step['id']} leads to {step['plan']}, which is not there"
                other = [p for p in build.accounts if p.folder == there.parent.resolve()]
                assert other and step["stack"] in {s.name for s in other[0].deployed}, (plan.name, step)


def test_what_a_stack_names_is_there_and_uploaded_before(builds):
    for build in builds:
        for plan in build.plans:
            files = {f["file"]: step["id"] for step in plan.uploads for f in step["files"]}
            assert files.keys() == {f"assets/{p.name}" for p in plan.folder.glob("assets/*")}, plan.folder
            edges = {(e.before, e.after) for e in plan.edges}
            for stack in plan.deployed:
                for key in files:
                    if f'"{key}"' in stack.body:
                        assert (files[key], f"deploy:{stack.name}") in edges, (plan.name, stack.name, key)


def test_every_import_between_stacks_has_an_edge(builds):
    """Found in the templates alone: what imports an export comes after the stack that makes it."""
    for build in builds:
        for plan in build.environments:
            exports = {}
            for stack in [s for p in [*build.accounts, plan] for s in p.deployed]:
                for output in stack.template.get("Outputs", {}).values():
                    if "Export" in output:
                        exports[json.dumps(output["Export"]["Name"], sort_keys=True)] = stack.name
            for stack in plan.deployed:
                for name in imports(stack.template):
                    maker = exports.get(name)
                    assert maker, f"{plan.name}: {stack.name} imports {name}, which nobody exports"
                    if maker in {s.name for s in plan.deployed}:
                        assert (maker, stack.name) in plan.stack_edges(), (plan.name, maker, stack.name, name)


def imports(value) -> set[str]:
    """The names below a JSON value that are imported, as JSON text."""
    if isinstance(value, dict):
        own = {json.dumps(value["Fn::ImportValue"], sort_keys=True)} if "Fn::ImportValue" in value else set()
        return own.union(*(imports(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(imports(v) for v in value))
    return set()


def test_every_plan_is_what_its_schema_wants(builds):
    schema = json.loads((ROOT / "docs/schemas/plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    for build in builds:
        for plan in build.plans:
            errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in judge.iter_errors(plan.raw)]
            assert not errors, f"{plan.folder}:\n" + "\n".join(errors[:10])


def test_the_hash_of_a_plan_is_that_of_what_it_says(builds):
    for build in builds:
        for plan in build.plans:
            bare = json.dumps(plan.raw | {"plan_hash": ""}, separators=(",", ":"), ensure_ascii=False)
            assert plan.raw["plan_hash"] == f"sha256:{hashlib.sha256(bare.encode()).hexdigest()}", plan.folder
