"""Valid resources of any type, made from its schema."""

from __future__ import annotations

import random
from typing import Any

import patterns
from schemas import Json, Reference, Schemas, kind_of, references
from values import Link, Path, Resource, fits, spelt

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Texts for references that are written out, where a schema states no pattern.
LITERALS = {
    "AWS::EC2::VPC.Id": "vpc-0a1b2c3d4e5f60718",
    "AWS::EC2::Subnet.Id": "subnet-0a1b2c3d4e5f60718",
    "AWS::EC2::SecurityGroup.Id": "sg-0a1b2c3d4e5f60718",
    "AWS::EC2::SecurityGroup.GroupId": "sg-0a1b2c3d4e5f60718",
    "AWS::EC2::Image.Id": "ami-0a1b2c3d4e5f60718",
    "AWS::IAM::Role.Arn": "arn:aws:iam::111122223333:role/some-role",
    "AWS::KMS::Key.Arn": "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f",
    "AWS::KMS::Key.Id": "0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f",
    "AWS::KMS::Key.KeyId": "0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f",
    "AWS::SNS::Topic.Arn": "arn:aws:sns:us-east-1:111122223333:some-topic",
    "AWS::S3::Bucket.Name": "some-bucket-of-ours",
    "AWS::Logs::LogGroup.Name": "/some/group",
    "AWS::Lambda::Function.Arn": "arn:aws:lambda:us-east-1:111122223333:function:some-function",
    "AWS::ACM::Certificate.Arn": "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-0a1b-4c3d-8e5f-0a1b2c3d4e5f",
}
FORMATS = {
    "date-time": "2026-05-04T03:02:01Z",
    "timestamp": "2026-05-04T03:02:01Z",
    "ipv4-network": "10.0.0.0/24",
    "ipv6-network": "2001:db8::/64",
    "json": '{"a": "b"}',
    "uri": "https://example.com/a",
}
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
# Sooner or later recursive schemas are cut off, and references are written out.
DEPTH = 7
CHAIN = 2


class Hopeless(Exception):
    """No valid value was found."""


class Builder:
    """Makes the resources of one template."""

    def __init__(self, schemas: Schemas, rng: random.Random):
        self.schemas = schemas
        self.rng = rng
        self.resources: list[Resource] = []

    def add(self, type_: str, rich: float, chain: int = 0, focus: Path = ()) -> Resource:
        """A valid resource, with those that it refers to before it. The properties on the way to `focus` are set."""
        schema = self.schemas.schema(type_)
        for _ in range(20):
            mark = len(self.resources)
            maker = Maker(self, type_, rich, chain, focus)
            try:
                properties = maker.value(schema | {"type": "object"}, (), "")
            except (Hopeless, patterns.Unsupported):
                del self.resources[mark:]
                continue
            if all(fits(self.schemas, type_, node, properties) for node in (schema, *self.schemas.conditions(type_))):
                resource = Resource(f"r{len(self.resources) + 1}", type_, properties)
                self.resources.append(resource)
                return resource
            del self.resources[mark:]
        raise Hopeless(type_)


class Maker:
    """Makes the properties of one resource."""

    def __init__(self, builder: Builder, type_: str, rich: float, chain: int, focus: Path = ()):
        self.builder = builder
        self.schemas = builder.schemas
        self.rng = builder.rng
        self.type = type_
        self.rich = rich
        self.chain = chain
        self.focus = focus
        self.read_only = self.schemas.read_only(type_)
        self.dropped = self.read_only | set(self.schemas.schema(type_).get("deprecatedProperties", []))

    def value(self, node: Any, path: Path, pointer: str) -> Any:
        node = self.schemas.resolve(self.type, node)
        if len(path) > DEPTH:
            raise Hopeless(pointer)
        for branch in node.get("allOf", []):
            node = merged(node, self.schemas.resolve(self.type, branch))
        for key in ("oneOf", "anyOf"):
            branches = [self.schemas.resolve(self.type, branch) for branch in node.get(key, [])]
            if branches and not any(list(references(branch)) for branch in branches):
                node = merged(node, self.rng.choice(branches))
        if "const" in node:
            return node["const"]
        for key in ("enum", "enumCaseInsensitive"):
            if key in node:
                return self.rng.choice(node[key])
        return getattr(self, f"of_{kind_of(node)}")(node, path, pointer)

    def of_any(self, node: Json, path: Path, pointer: str) -> Any:
        return self.of_object({}, path, pointer)

    def of_null(self, node: Json, path: Path, pointer: str) -> Any:
        raise Hopeless(pointer)

    def of_boolean(self, node: Json, path: Path, pointer: str) -> bool:
        return self.rng.random() < 0.5

    def of_integer(self, node: Json, path: Path, pointer: str) -> int:
        least = node.get("minimum", node.get("exclusiveMinimum", 0) + (1 if "exclusiveMinimum" in node else 0))
        least = int(least) if least == int(least) else int(least) + 1
        most = int(node.get("maximum", node.get("exclusiveMaximum", max(least, 1) + 101) - (0 if "maximum" in node else 1)))
        step = int(node.get("multipleOf", 1)) or 1
        if "minimum" not in node and "maximum" in node:
            least = min(least, most)
        found = self.rng.randint(least, min(most, least + 1000) if most >= least else least)
        return found - found % step + (step if found % step and found - found % step < least else 0)

    def of_number(self, node: Json, path: Path, pointer: str) -> float:
        return self.of_integer(node, path, pointer)

    def of_string(self, node: Json, path: Path, pointer: str) -> Any:
        wanted = list(references(node))
        if wanted and self.chain < CHAIN and self.rng.random() < 0.75:
            link = self.link(wanted)
            if link is not None:
                return link
        least, most = node.get("minLength", 0), node.get("maxLength", max(node.get("minLength", 0), 40))
        format_ = node.get("format", "")
        if format_ in FORMATS:
            text = FORMATS[format_]
        elif node.get("pattern"):
            return patterns.sample(self.rng, node["pattern"], least, most)
        else:
            named = [LITERALS.get(f"{reference.type}.{reference.attribute}") for reference in wanted]
            text = next((text for text in named if text), None) or self.word(max(least, 1), most, str(path[-1] if path else ""))
        if not least <= len(text) <= most or node.get("pattern") and not patterns.matches(node["pattern"], text):
            raise Hopeless(pointer)
        return text

    def word(self, least: int, most: int, name: str) -> str:
        if name.endswith(("Arn", "ARN")) and most >= 60:
            return "arn:aws:sns:us-east-1:111122223333:some-topic"
        if name.endswith(("Arn", "ARN")):
            raise Hopeless(name)
        length = min(most, max(least, self.rng.randint(4, 12)))
        return "".join(self.rng.choice(LETTERS) for _ in range(length))

    def link(self, wanted: list[Reference]) -> Link | None:
        """A resource of a wanted type, one that is there already or a new one with nothing but what it needs."""
        reference = self.rng.choice(wanted)
        obtained = self.schemas.obtain(reference)
        if obtained is None or reference.type == self.type:
            return None
        known = [resource for resource in self.builder.resources if resource.type == reference.type]
        if known:
            return Link(known[0].name, obtained)
        try:
            return Link(self.builder.add(reference.type, rich=0.0, chain=self.chain + 1).name, obtained)
        except Hopeless:
            return None

    def of_array(self, node: Json, path: Path, pointer: str) -> list:
        least = node.get("minItems", 0)
        most = min(node.get("maxItems", least + 2), node.get("maxUniqueItems", least + 2), least + 2)
        count = self.rng.randint(least, max(least, most)) or min(1, most)
        items = node.get("items")
        if not isinstance(items, dict):
            raise Hopeless(pointer)
        found: list = []
        for _ in range(count * 4):
            if len(found) >= count:
                break
            item = self.value(items, (*path, len(found)), f"{pointer}/*")
            if spelt(item) not in [spelt(one) for one in found]:
                found.append(item)
        if len(found) < least:
            raise Hopeless(pointer)
        return found

    def of_object(self, node: Json, path: Path, pointer: str) -> Json:
        properties = node.get("properties", {})
        if not properties:
            return self.of_map(node, path, pointer)
        required = set(node.get("required", []))
        wanted = set(required)
        chance = self.rich / (1 + len(path))
        names = tuple(step for step in path if isinstance(step, str))
        if self.focus[: len(names)] == names and len(self.focus) > len(names):
            wanted.add(self.focus[len(names)])
        for key in properties:
            if key not in wanted and self.rng.random() < chance and len(wanted) < 14:
                wanted.add(key)
        for group in (node.get("requiredXor", []), node.get("requiredOr", [])):
            if group:
                wanted = wanted - set(group) | {self.rng.choice(group)}
        for key, others in node.get("dependentRequired", {}).items():
            if key in wanted:
                wanted |= set(others)
        for key, others in node.get("dependentExcluded", {}).items():
            if key in wanted:
                wanted -= set(others)
        found: Json = {}
        for key in sorted(wanted):
            inner = f"{pointer}/properties/{key}" if not pointer else f"{pointer}/{key}"
            if inner in self.dropped or key not in properties or hidden(key):
                if key in required and inner not in self.read_only:
                    raise Hopeless(inner)
                continue
            try:
                found[key] = self.value(properties[key], (*path, key), inner)
            except (Hopeless, patterns.Unsupported):
                if key in required:
                    raise
        return found

    def of_map(self, node: Json, path: Path, pointer: str) -> Json:
        keyed = node.get("patternProperties", {})
        values = node.get("additionalProperties")
        if keyed:
            pattern, inner = next(iter(keyed.items()))
            key = patterns.sample(self.rng, pattern, 1, 40)
            return {key: self.value(inner, (*path, key), f"{pointer}/*")}
        if isinstance(values, dict):
            return {"first": self.value(values, (*path, "first"), f"{pointer}/*")}
        if values is False:
            return {}
        if path and "Policy" in str(path[-1]):
            return DOCUMENT
        return {"first": "one"}


def hidden(key: str) -> bool:
    """What is better left out of an example: secrets, tags (infrac derives them), and policies that grant something."""
    lower = key.lower()
    return (
        any(word in lower for word in ("password", "secret", "token", "credential", "apikey", "privatekey", "sharedkey"))
        or lower == "managedpolicyarns"
        or lower in ("tags", "tagset", "hostedzonetags", "filesystemtags", "userpooltags")
        or (lower.endswith(("policydocument", "policies", "policy")) and lower != "assumerolepolicydocument")
    )


def merged(node: Json, branch: Json) -> Json:
    """A node and one of its alternatives, as one."""
    if not isinstance(branch, dict):
        return node
    result = {**node, **branch}
    for key in ("properties", "patternProperties", "dependentRequired", "dependentExcluded"):
        if key in node and key in branch:
            result[key] = {**node[key], **branch[key]}
    if "required" in node and "required" in branch:
        result["required"] = [*node["required"], *branch["required"]]
    for key in ("oneOf", "anyOf", "allOf"):
        if key not in branch and key in node and branch in node[key]:
            result.pop(key)
    return result
