"""CloudFormation's schemas, read as AWS publishes them (packed in cfn-lint), never through infrac's own catalog."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Iterator

Json = dict[str, Any]

# Regions for which the package repeats another region's list.
PLACEHOLDERS = ("us-iso", "eu-iso", "eusc-")


@dataclass(frozen=True)
class Reference:
    """A property's value may be what a resource of this type gives as this attribute."""

    type: str
    attribute: str


class Schemas:
    """Types, their schemas, and where they exist."""

    def __init__(self, region: str = "us-east-1"):
        import cfnlint

        self.folder = Path(cfnlint.__file__).parent / "data/schemas"
        self.region = region
        self.providers = {path.stem: read(path) for path in sorted((self.folder / "providers").glob("*.json"))}
        self.digests: dict[str, str] = self.providers[region]
        self.types = sorted(name for name in self.digests if name.startswith("AWS::"))

    @cache
    def schema(self, name: str) -> Json:
        """A type's schema, as published."""
        return read(self.folder / "resources" / f"{self.digests[name]}.json")

    @cache
    def conditions(self, name: str) -> tuple[Json, ...]:
        """What the package says of a type beyond its schema, where that holds under a condition."""
        folder = self.folder / "extensions" / name.lower().replace("::", "_")
        found = [read(path) for path in sorted(folder.glob("*.json"))]
        return tuple(node for node in found if "if" in node or any("if" in branch for branch in node.get("allOf", [])))

    def regions(self) -> list[str]:
        """The regions whose lists of types are known."""
        return [name for name in self.providers if name != "sam" and not name.startswith(PLACEHOLDERS)]

    def read_only(self, name: str) -> set[str]:
        return set(self.schema(name).get("readOnlyProperties", []))

    def identifier(self, name: str) -> str | None:
        """The one property that identifies a resource, if it is one."""
        found = [pointer.removeprefix("/properties/") for pointer in self.schema(name).get("primaryIdentifier", [])]
        return found[0] if len(found) == 1 else None

    def obtain(self, reference: Reference) -> str | None:
        """How a template gets the value from such a resource: `Ref`, or the attribute; `None` if that is not certain."""
        if reference.type not in self.digests:
            return None
        if self.identifier(reference.type) == reference.attribute:
            return "Ref"
        if f"/properties/{reference.attribute}" in self.read_only(reference.type):
            return reference.attribute
        return None

    def resolve(self, name: str, node: Any) -> Json:
        """A node with what it refers to put in its place."""
        for _ in range(8):
            if not isinstance(node, dict):
                return {}
            if "$ref" not in node:
                return node
            target: Any = self.schema(name)
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target | {key: value for key, value in node.items() if key != "$ref"}
        return {}


def references(node: Json) -> Iterator[Reference]:
    """What a property may refer to, from its format, its alternatives and its stated relationship."""
    if "::" in str(node.get("format", "")):
        kind, _, attribute = node["format"].rpartition(".")
        yield Reference(kind, attribute)
    if "relationshipRef" in node:
        link = node["relationshipRef"]
        yield Reference(link["typeName"], link["propertyPath"].removeprefix("/properties/").replace("/", "."))
    for branch in [*node.get("anyOf", []), *node.get("oneOf", [])]:
        if isinstance(branch, dict):
            yield from references(branch)


def kind_of(node: Json) -> str:
    """The JSON type of a node; of several, the first."""
    kind = node.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    if kind is None:
        if "properties" in node or "patternProperties" in node:
            return "object"
        if "items" in node:
            return "array"
        if "enum" in node or "pattern" in node or "maxLength" in node or any(references(node)):
            return "string"
        return "any"
    return kind


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
