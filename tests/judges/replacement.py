"""Pairs of templates with known answers: every property of every resource type, changed, set and taken away.

The answers are read from AWS's own schemas, as cfn-lint ships them, and not from infrac's catalog: what a schema lists
as create-only replaces the resource, what it lists as conditionally create-only may, and the rest is changed in place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import cfnlint

SCHEMAS = Path(cfnlint.__file__).parent / "data/schemas"
DEPTH = 5

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One property, and what becomes of the resource when it changes."""

    type: str
    path: tuple[str, ...]
    old: Any
    new: Any
    kind: str
    answer: str

    @property
    def shown(self) -> str:
        return f"{self.type} /{'/'.join(self.path)}"


def schemas() -> Iterator[Json]:
    """The schema of every type in the largest region."""
    providers = json.loads((SCHEMAS / "providers/us-east-1.json").read_text())
    for digest in sorted(set(providers.values())):
        yield json.loads((SCHEMAS / "resources" / f"{digest}.json").read_text())


def pointer(text: str) -> tuple[str, ...]:
    """`/properties/A/items/properties/B` and `/properties/A/*/B` are both `A`, `*`, `B`."""
    steps = text.split("/")[2:]
    return tuple("*" if step == "items" else step for step in steps if step != "properties")


def plain(path: tuple[str, ...]) -> tuple[str, ...]:
    """A path without the steps into items: not every schema spells them."""
    return tuple(step for step in path if step != "*")


class Type:
    """A resource type's schema, and the cases it makes."""

    def __init__(self, schema: Json):
        self.schema = schema
        self.name = schema["typeName"]
        listed = lambda key: {plain(pointer(item)) for item in schema.get(key, [])}
        self.create_only = listed("createOnlyProperties")
        self.conditional = listed("conditionalCreateOnlyProperties")
        self.read_only = listed("readOnlyProperties")
        handlers = schema.get("handlers", {})
        # A type without an update handler is made anew, whatever changes.
        self.fixed = bool(handlers) and "update" not in handlers

    def resolve(self, node: Any) -> Json:
        for _ in range(8):
            if not isinstance(node, dict):
                return {}
            if "$ref" not in node:
                return node
            target: Any = self.schema
            for step in node["$ref"].split("/")[1:]:
                target = target.get(step, {}) if isinstance(target, dict) else {}
            node = target
        return {}

    def answer(self, path: tuple[str, ...]) -> tuple[str, str]:
        """The kind of a property and what its change means; what holds above holds below."""
        steps = plain(path)
        above = [steps[: at + 1] for at in range(len(steps))]
        if self.fixed or any(part in self.create_only for part in above):
            return "create-only", "always"
        if any(part in self.conditional for part in above):
            return "conditional", "maybe"
        return "updatable", "never"

    def leaves(self) -> Iterator[tuple[tuple[str, ...], Json]]:
        """Every place that holds a plain value, by the path of keys and `*` for items."""

        def visit(node: Json, path: tuple[str, ...], seen: tuple[int, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
            node = self.resolve(node)
            if plain(path) in self.read_only or id(node) in seen or len(path) > DEPTH:
                return
            seen = (*seen, id(node))
            if node.get("properties"):
                for name, inner in sorted(node["properties"].items()):
                    yield from visit(inner, (*path, name), seen)
            elif node.get("items") and self.resolve(node["items"]):
                yield from visit(node["items"], (*path, "*"), seen)
            elif path and not (node.get("type") == "object" and node.get("additionalProperties") is False):
                yield path, node

        yield from visit({"properties": self.schema["properties"]}, (), ())

    def cases(self) -> Iterator[Case]:
        for path, node in self.leaves():
            kind, answer = self.answer(path)
            old, new = two_values(node)
            yield Case(self.name, path, old, new, kind, answer)


def two_values(node: Json) -> tuple[Any, Any]:
    """Two different values of about the right form."""
    kinds = node.get("type", "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    allowed = node.get("enum") or []
    if len(allowed) >= 2:
        return allowed[0], allowed[1]
    if kind == "boolean":
        return True, False
    if kind in ("integer", "number"):
        return 1, 2
    if kind == "object":
        return {"a": "1"}, {"a": "2"}
    if kind == "array":
        return ["a"], ["b"]
    return "a", "b"


def around(path: tuple[str, ...], value: Any) -> Any:
    """A value with what has to stand around it."""
    for step in reversed(path):
        value = [value] if step == "*" else {step: value}
    return value


def templates(cases: list[Case], change: str) -> tuple[Json, Json]:
    """One resource for each case: its value changed, set, or taken away."""

    def side(which: str) -> Json:
        resources = {}
        for at, case in enumerate(cases):
            absent = (change, which) in (("set", "old"), ("unset", "new"))
            value = case.old if which == "old" else case.new
            properties = {} if absent else around(case.path, value)
            resources[f"R{at}"] = {"Type": case.type, "Properties": properties}
        return {"Resources": resources}

    return side("old"), side("new")
