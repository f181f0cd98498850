"""Values of properties before they are written in either language, and whether a schema allows them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Iterator

from patterns import matches
from schemas import Json, Schemas, kind_of, references

Path = tuple[Any, ...]


@dataclass(frozen=True)
class Link:
    """What another resource of the template gives: by `Ref`, or an attribute."""

    target: str
    attribute: str = "Ref"


@dataclass
class Resource:
    """A resource before it is written in either language."""

    name: str
    type: str
    properties: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A keyword of a schema that a value breaks."""

    keyword: str
    path: Path


KINDS: dict[str, Any] = {
    "string": lambda v: isinstance(v, (str, Link)),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool) or isinstance(v, Link),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) or isinstance(v, Link),
    "boolean": lambda v: isinstance(v, (bool, Link)),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}


def faults(schemas: Schemas, name: str, node: Any, value: Any, path: Path = ()) -> Iterator[Fault]:
    """Every keyword that a value breaks."""
    if node is True or value is None:
        return
    if node is False:
        yield Fault("false", path)
        return
    node = schemas.resolve(name, node)
    kinds = node.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(KINDS[kind](value) for kind in kinds):
        yield Fault("type", path)
        return
    yield from combined(schemas, name, node, value, path)
    if isinstance(value, Link):
        return
    if isinstance(value, str):
        yield from of_text(node, value, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from of_number(node, value, path)
    elif isinstance(value, list):
        yield from of_list(schemas, name, node, value, path)
    elif isinstance(value, dict):
        yield from of_object(schemas, name, node, value, path)
    if "enum" in node and value not in node["enum"] and str(value) not in map(str, node["enum"]):
        yield Fault("enum", path)
    if "enumCaseInsensitive" in node and str(value).lower() not in [str(v).lower() for v in node["enumCaseInsensitive"]]:
        yield Fault("enum", path)
    if "const" in node and value != node["const"]:
        yield Fault("const", path)


def fits(schemas: Schemas, name: str, node: Any, value: Any) -> bool:
    return next(faults(schemas, name, node, value), None) is None


def combined(schemas: Schemas, name: str, node: Json, value: Any, path: Path) -> Iterator[Fault]:
    for branch in node.get("allOf", []):
        yield from faults(schemas, name, branch, value, path)
    if "anyOf" in node and not any(fits(schemas, name, branch, value) for branch in node["anyOf"]):
        yield Fault("anyOf", path)
    if "oneOf" in node and not any(list(references(b)) for b in node["oneOf"] if isinstance(b, dict)):
        count = sum(fits(schemas, name, branch, value) for branch in node["oneOf"])
        if count != 1:
            yield Fault("oneOf", path)
    if "not" in node and fits(schemas, name, node["not"], value):
        yield Fault("not", path)
    if "if" in node:
        branch = node.get("then") if fits(schemas, name, node["if"], value) else node.get("else")
        if branch is not None:
            yield from faults(schemas, name, branch, value, path)


def of_text(node: Json, value: str, path: Path) -> Iterator[Fault]:
    if len(value) < node.get("minLength", 0):
        yield Fault("minLength", path)
    if len(value) > node.get("maxLength", math.inf):
        yield Fault("maxLength", path)
    if node.get("pattern") and matches(node["pattern"], value) is False:
        yield Fault("pattern", path)


def of_number(node: Json, value: float, path: Path) -> Iterator[Fault]:
    if value < node.get("minimum", -math.inf) or value <= node.get("exclusiveMinimum", -math.inf):
        yield Fault("minimum", path)
    if value > node.get("maximum", math.inf) or value >= node.get("exclusiveMaximum", math.inf):
        yield Fault("maximum", path)
    if "multipleOf" in node and value % node["multipleOf"]:
        yield Fault("multipleOf", path)


def of_list(schemas: Schemas, name: str, node: Json, value: list, path: Path) -> Iterator[Fault]:
    if len(value) < node.get("minItems", 0):
        yield Fault("minItems", path)
    if len(value) > min(node.get("maxItems", math.inf), node.get("maxUniqueItems", math.inf)):
        yield Fault("maxItems", path)
    if node.get("uniqueItems") and len({spelt(item) for item in value}) < len(value):
        yield Fault("uniqueItems", path)
    for key in node.get("uniqueKeys", [])[:1]:
        keys = [spelt([item.get(k) for k in node["uniqueKeys"]]) for item in value if isinstance(item, dict)]
        if len(set(keys)) < len(keys):
            yield Fault("uniqueKeys", path)
    for at, item in enumerate(value):
        prefix = node.get("prefixItems", [])
        inner = prefix[at] if at < len(prefix) else node.get("items")
        if isinstance(inner, (dict, bool)):
            yield from faults(schemas, name, inner, item, (*path, at))


def of_object(schemas: Schemas, name: str, node: Json, value: Json, path: Path) -> Iterator[Fault]:
    set_ = {key for key, item in value.items() if item is not None}
    properties = node.get("properties", {})
    for key in node.get("required", []):
        if key not in set_:
            yield Fault("required", (*path, key))
    for key, item in value.items():
        if key in properties:
            yield from faults(schemas, name, properties[key], item, (*path, key))
            continue
        inner = [node["patternProperties"][p] for p in node.get("patternProperties", {}) if matches(p, key) is not False]
        if inner:
            yield from faults(schemas, name, inner[0], item, (*path, key))
        elif node.get("additionalProperties") is False:
            yield Fault("additionalProperties", (*path, key))
        elif isinstance(node.get("additionalProperties"), dict):
            yield from faults(schemas, name, node["additionalProperties"], item, (*path, key))
    if len(set_) < node.get("minProperties", 0):
        yield Fault("minProperties", path)
    if len(set_) > node.get("maxProperties", math.inf):
        yield Fault("maxProperties", path)
    if "requiredXor" in node and len(set_ & set(node["requiredXor"])) != 1:
        yield Fault("requiredXor", path)
    if "requiredOr" in node and not set_ & set(node["requiredOr"]):
        yield Fault("requiredOr", path)
    for key, others in [*node.get("dependentRequired", {}).items(), *node.get("dependencies", {}).items()]:
        if key in set_ and isinstance(others, list) and not set(others) <= set_:
            yield Fault("dependentRequired", (*path, key))
        if key in set_ and isinstance(others, dict):
            yield from faults(schemas, name, others, value, path)
    for key, others in node.get("dependentExcluded", {}).items():
        if key in set_ and set(others) & set_:
            yield Fault("dependentExcluded", (*path, key))


def spelt(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def at(value: Any, path: Path) -> Any:
    """What stands at a path."""
    for step in path:
        value = value[step]
    return value


def kind_word(value: Any) -> str:
    return next(kind for kind, check in KINDS.items() if check(value))


__all__ = ["Fault", "Link", "Path", "Resource", "at", "faults", "fits", "kind_of", "kind_word", "spelt"]
