"""What holds of a type's properties only under a condition: engines and their versions, classes of instances in each
region, and the like. cfn-lint keeps these schemas beside AWS's own, one for each rule."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from typing import Any, Container, Iterator

from resource_types import node
from sources import Json, Sources

# Rules about policies and documents, which have a checker of their own, and rules whose schema only pretends to be one.
LEFT_OUT = {"E3051", "E3063", "E3510", "E3512", "E3513", "E3530", "E3601"}
# Of the rules that only warn, those that AWS enforces all the same.
ENFORCED = {"W3703"}
# Rules that warn of versions which are no longer to be used.
DEPRECATIONS = {"W3690", "W3691"}
# `^(16\.8\..+|16\.8)$`: this version and those below it.
VERSION = re.compile(r"\^\((?P<below>.+)\\\.\.\+\|(?P<exact>.+)\)\$")


def conditions(sources: Sources, types: Container[str]) -> Json:
    """The schemas by their rules, and for each type where (a path of properties) which of them must hold, too."""
    schemas: Json = {}
    places: dict[str, list[Json]] = {}
    for rule in sorted(rules(sources), key=lambda rule: rule.id):
        if "cfnGather" in rule.schema:
            continue
        schema = by_region(rule.schema) if regional(rule.schema) else rule.schema
        schema = corrected(inline(schema, schema.get("definitions", {})))
        if lowers_engine(rule):
            schema = any_case(schema)
        if rule.id in DEPRECATIONS:
            schema = deprecated(schema)
        for keyword in rule.keywords:
            place = re.fullmatch(r"Resources/([^/*]+)/Properties/?(.*)", keyword)
            if place and place[1] in types:
                schemas[rule.id] = node(versions(schema))
                places.setdefault(place[1], []).append({"at": place[2], "schema": rule.id})
    return {"schemas": schemas, "types": dict(sorted(places.items()))}


def rules(sources: Sources) -> Iterator[Any]:
    sys.path.insert(0, str(sources.site_packages))
    from cfnlint.rules import resources  # type: ignore[import-not-found]
    from cfnlint.rules.jsonschema.CfnLintJsonSchema import CfnLintJsonSchema  # type: ignore[import-not-found]

    for module in pkgutil.walk_packages(resources.__path__, resources.__name__ + "."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if kind.__module__ != module.name or not issubclass(kind, CfnLintJsonSchema):
                continue
            if not getattr(kind, "id", "") or kind.id in LEFT_OUT:
                continue
            rule = kind()
            enforced = rule.id.startswith("E") or rule.id in ENFORCED | DEPRECATIONS
            if enforced and isinstance(rule.schema, dict) and rule.schema:
                yield rule


def lowers_engine(rule: Any) -> bool:
    """Whether the rule, like AWS, ignores the case of the engine's name."""
    return 'instance["Engine"].lower()' in inspect.getsource(type(rule))


def regional(schema: Json) -> bool:
    return any(re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", key) for key in schema)


def by_region(schema: Json) -> Json:
    """One schema for all regions: each allowed value with the regions that have it."""
    regions = {key: value for key, value in schema.items() if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", key)}
    if all("enum" in value for value in regions.values()):
        return {"regional": grouped({region: value["enum"] for region, value in regions.items()})}
    branches: dict[str, tuple[Json, str, dict[str, set[str]]]] = {}
    for region, value in regions.items():
        for branch in value["allOf"]:
            (name, then), = branch["then"]["properties"].items()
            _, _, table = branches.setdefault(repr(branch["if"]), (branch["if"], name, {}))
            table.setdefault(region, set()).update(then["enum"])
    return {
        "allOf": [
            {"if": condition, "then": {"properties": {name: {"regional": grouped(table)}}}}
            for condition, name, table in branches.values()
        ]
    }


def grouped(table: dict[str, Any]) -> list[Json]:
    """Values that the same regions have stand together. Regions that no list is known for take every value."""
    of_value: dict[str, list[str]] = {}
    for region, values in sorted(table.items()):
        for value in values:
            of_value.setdefault(value, []).append(region)
    groups: dict[tuple[str, ...], list[str]] = {}
    for value, regions in of_value.items():
        groups.setdefault(tuple(regions), []).append(value)
    every = sorted(table)
    return sorted(
        (
            {"values": sorted(values)} | ({} if list(regions) == every else shorter(list(regions), every))
            for regions, values in groups.items()
        ),
        key=lambda group: group["values"],
    ) + [{"regions": every}]


def shorter(regions: list[str], every: list[str]) -> Json:
    absent = [region for region in every if region not in regions]
    return {"only": regions} if len(regions) <= len(absent) else {"except": absent}


def inline(value: Any, definitions: Json) -> Any:
    """Definitions of the schema's own are put where they are referred to."""
    if isinstance(value, list):
        return [inline(item, definitions) for item in value]
    if not isinstance(value, dict):
        return value
    if str(value.get("$ref", "")).startswith("#/definitions/"):
        return inline(definitions[value["$ref"].rsplit("/", 1)[-1]], definitions)
    return {key: inline(item, definitions) for key, item in value.items() if key != "definitions"}


def corrected(value: Any) -> Any:
    """Some patterns write `{1-3}` where they mean `{1,3}`."""
    if isinstance(value, list):
        return [corrected(item) for item in value]
    if isinstance(value, dict):
        return {key: corrected(item) for key, item in value.items()}
    return re.sub(r"\{(\d)-(\d)\}", r"{\1,\2}", value) if isinstance(value, str) else value


def any_case(value: Any, name: str = "") -> Any:
    if isinstance(value, list):
        return [any_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    if name == "Engine":
        values = [value["const"]] if "const" in value else value.get("enum")
        rest = {key: item for key, item in value.items() if key not in ("const", "enum")}
        return rest | ({"enumCaseInsensitive": values} if values else {})
    return {key: any_case(item, key) for key, item in value.items()}


def deprecated(value: Any) -> Any:
    """A branch that nothing may take becomes one that is given up."""
    if isinstance(value, list):
        return [deprecated(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("then") is False:
        name = "EngineVersion"
        return value | {"then": {"properties": {name: {"deprecated": True}}}}
    return {key: deprecated(item) for key, item in value.items()}


def versions(value: Any) -> Any:
    """Patterns of versions become lists of versions, and branches with the same outcome become one."""
    if isinstance(value, list):
        return [versions(item) for item in value]
    if not isinstance(value, dict):
        return value
    match = VERSION.fullmatch(str(value.get("pattern", "")))
    if match and match["below"] == match["exact"]:
        return {key: item for key, item in value.items() if key != "pattern"} | {
            "versions": [match["exact"].replace("\\", "")]
        }
    result = {key: versions(item) for key, item in value.items()}
    if "allOf" in result:
        result["allOf"] = united(result["allOf"])
    return result


def united(branches: list[Json]) -> list[Json]:
    """Branches that differ in one engine's versions alone are put together, then those that differ in the engine alone."""
    for name, key in (("EngineVersion", "versions"), ("Engine", "enumCaseInsensitive")):
        found: dict[str, Json] = {}
        for branch in branches:
            condition = branch.get("if", {}).get("properties", {}).get(name, {})
            if key not in condition:
                found[repr(branch)] = branch
                continue
            blank = branch | {"if": branch["if"] | {"properties": branch["if"]["properties"] | {name: condition | {key: []}}}}
            same = found.setdefault(repr(blank), blank)
            same["if"]["properties"][name][key] = sorted({*same["if"]["properties"][name][key], *condition[key]})
        branches = list(found.values())
    return branches
