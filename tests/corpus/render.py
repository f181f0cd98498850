"""One set of resources, written as `.infra` and as a CloudFormation template."""

from __future__ import annotations

import json
import re
from typing import Any

from values import Link, Path, Resource

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
RESERVED = {"true", "false", "none", "if", "then", "else", "for", "in", "and", "or", "not", "per", "matching"}
ACCOUNT = "123456789012"
# What means nothing alone: an output hands it on.
HANDED_ON = {"AWS::EC2::SecurityGroup": "GroupId"}


class Source:
    """A system in `.infra`, and the line on which each property stands."""

    def __init__(self, resources: list[Resource], region: str):
        self.lines = [
            "system corpus",
            "",
            f'environment only {{ account = "{ACCOUNT}", region = "{region}" }}',
            "",
            'stack Main "Generated" {',
        ]
        self.places: dict[tuple[str, Path], int] = {}
        for resource in resources:
            self.resource = resource.name
            self.entry((), f"{resource.name} = {resource.type} ", resource.properties, 1)
            if resource.type in HANDED_ON:
                self.lines.append(f"  output {resource.name}_id = {resource.name}.{HANDED_ON[resource.type]}")
        self.lines.append("}")

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def place(self, resource: str, path: Path) -> int:
        """The line of a property, or of what would hold it."""
        while (resource, path) not in self.places and path:
            path = path[:-1]
        return self.places[resource, path]

    def entry(self, path: Path, head: str, value: Any, depth: int, tail: str = "") -> None:
        """A value behind its key, over as many lines as it takes."""
        indent = "  " * depth
        self.places[self.resource, path] = len(self.lines) + 1
        if isinstance(value, dict) and (value or not path):
            self.lines.append(f"{indent}{head}{{")
            for key, item in value.items():
                if item is not None:
                    self.entry((*path, key), f"{spelt_key(key)} = ", item, depth + 1)
            self.lines.append(f"{indent}}}{tail}")
        elif isinstance(value, list) and value:
            self.lines.append(f"{indent}{head}[")
            for at, item in enumerate(value):
                self.entry((*path, at), "", item, depth + 1, tail="," if at < len(value) - 1 else "")
            self.lines.append(f"{indent}]{tail}")
        else:
            self.lines.append(f"{indent}{head}{spelt(value)}{tail}")


def spelt_key(key: str) -> str:
    return key if WORD.match(key) and key not in RESERVED else text(key)


def spelt(value: Any) -> str:
    if isinstance(value, Link):
        return value.target if value.attribute == "Ref" else f"{value.target}.{value.attribute}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    return format(value, "f") if isinstance(value, float) else str(value)


def text(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\t", "\\t")):
        value = value.replace(plain, escaped)
    return '"' + value.replace("{", "{{").replace("}", "}}") + '"'


def template(resources: list[Resource]) -> str:
    """The same as a template."""
    made: dict[str, Any] = {
        "Resources": {
            logical(resource.name): {"Type": resource.type, "Properties": plain(resource.properties)} for resource in resources
        }
    }
    outputs = {
        f"{logical(resource.name)}Id": {"Value": plain(Link(resource.name, HANDED_ON[resource.type]))}
        for resource in resources
        if resource.type in HANDED_ON
    }
    return json.dumps(made | ({"Outputs": outputs} if outputs else {}), indent=1)


def logical(name: str) -> str:
    return name.upper()


def plain(value: Any) -> Any:
    if isinstance(value, Link):
        name = logical(value.target)
        return {"Ref": name} if value.attribute == "Ref" else {"Fn::GetAtt": [name, value.attribute]}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
