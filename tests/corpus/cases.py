"""Cases: a valid system and a wrong one, each in both languages, with the code and the place of the mistake."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Callable, Iterator

import render
from instances import Builder, Hopeless, hidden
from mutations import MUTATIONS, Mistake, Mutator
from pairs import PAIRS
from schemas import Json, Schemas, kind_of, references
from values import Path, Resource

# Types whose valid examples need a reason that a generator cannot give, or documents it cannot write.
LEFT_OUT = {
    # One that tells nobody is a warning of its own.
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudFormation::Macro",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::WaitCondition",
}


@dataclass
class Case:
    """One mistake."""

    number: int
    fault: str
    type: str
    code: str
    # Where it stands in the `.infra` source, and in the template.
    line: int
    path: tuple
    region: str
    valid: str
    wrong: str
    valid_template: str
    wrong_template: str

    @property
    def name(self) -> str:
        return f"{self.number:04d}"


def generate(seed: int, count: int, region: str = "us-east-1") -> Iterator[Case]:
    """So many cases; the same for the same seed."""
    rng = random.Random(seed)
    schemas = Schemas(region)
    kinds = [*MUTATIONS, "type of another region", "broken condition"]
    supply = {kind: finder(schemas, rng, kind) for kind in kinds}
    number = 0
    while number < count:
        for kind in list(supply):
            case = next(supply[kind], None)
            if case is None:
                del supply[kind]
                continue
            case.number = number
            yield case
            number += 1
            if number == count:
                return


def finder(schemas: Schemas, rng: random.Random, kind: str) -> Iterator[Case]:
    if kind == "type of another region":
        return elsewhere(schemas, rng, kind)
    if kind == "broken condition":
        return conditions(schemas, rng, kind)
    return mutated(schemas, rng, kind)


def mutated(schemas: Schemas, rng: random.Random, kind: str) -> Iterator[Case]:
    """Cases of one kind, each of another type as long as there are any."""
    mutate, keywords = MUTATIONS[kind]
    types = [name for name in schemas.types if name not in LEFT_OUT and not leaves(schemas, name)]
    order: list[str] = []
    failed = 0
    while failed < len(types):
        if not order:
            order = rng.sample(types, len(types))
        name = order.pop()
        failed += 1
        focus = spots(schemas, name, FOCUS[kind]) if kind in FOCUS else [()]
        if not focus:
            continue
        builder = Builder(schemas, rng)
        try:
            main = builder.add(name, rich=rng.choice([0.3, 0.8, 1.5]), focus=rng.choice(focus))
        except Hopeless:
            continue
        mutator = Mutator(schemas, rng, builder, main)
        for mistake in mutate(mutator):
            if not keywords or mutator.keywords(mistake.resources) & keywords:
                # Both have the same resources, so that nothing but the mistake differs.
                yield case(kind, schemas.region, builder.resources, mistake, name)
                failed = 0
                break


# Where a rare kind of mistake can be made at all.
FOCUS: dict[str, Callable[[Json], bool]] = {
    "number that is no multiple": lambda node: node.get("multipleOf", 1) != 1,
    "number out of range": lambda node: bool({"minimum", "maximum"} & set(node)),
    "too many keys": lambda node: "maxProperties" in node,
    "too many or few items": lambda node: node.get("minItems", 0) > 0 or node.get("maxItems", 99) < 13,
    "two that exclude each other": lambda node: bool({"requiredXor", "dependentExcluded", "oneOf"} & set(node)),
    "none of several": lambda node: bool({"requiredXor", "requiredOr", "oneOf", "anyOf"} & set(node)),
    "missing of a pair": lambda node: bool({"dependentRequired", "dependencies"} & set(node)),
    "key off the pattern": lambda node: "patternProperties" in node,
    "wrong format": lambda node: node.get("format") in ("date-time", "ipv4-network", "ipv6-network"),
    "number not in the list": lambda node: "enum" in node and kind_of(node) in ("integer", "number"),
    "an item twice": lambda node: bool(node.get("uniqueItems")),
    "wrong kind of reference": lambda node: any(references(node)),
    "unknown attribute": lambda node: any(references(node)),
}


@cache
def spots(schemas: Schemas, name: str, wanted: Callable[[Json], bool]) -> list[tuple]:
    """The paths of a type's properties at which something can be done; steps through lists are left out."""
    found: list[tuple] = []
    closed = {tuple(step for step in pointer.split("/")[2:] if step != "*") for pointer in schemas.read_only(name)}
    stack: list[tuple[tuple, object, int]] = [((), schemas.schema(name), 0)]
    while stack:
        path, node, depth = stack.pop()
        node = schemas.resolve(name, node)
        if path in closed or any(map(hidden, path)):
            continue
        if wanted(node):
            found.append(path)
        if depth < 5 and len(found) < 200:
            stack += [((*path, key), inner, depth + 1) for key, inner in node.get("properties", {}).items()]
            stack += [(path, node["items"], depth + 1)] if isinstance(node.get("items"), dict) else []
    return found


def leaves(schemas: Schemas, name: str) -> bool:
    """Whether AWS gives the whole type up: using it is a mistake of its own."""
    return "lifecycle" in schemas.schema(name)


def elsewhere(schemas: Schemas, rng: random.Random, kind: str) -> Iterator[Case]:
    """Types in a region that does not have them."""
    while True:
        type_ = rng.choice([name for name in schemas.types if name not in LEFT_OUT and not leaves(schemas, name)])
        absent = [region for region in schemas.regions() if type_ not in schemas.providers[region]]
        if not absent:
            continue
        builder = Builder(schemas, rng)
        try:
            main = builder.add(type_, rich=0.3, chain=9)
        except Hopeless:
            continue
        region = rng.choice(absent)
        valid, wrong = render.Source(builder.resources, schemas.region), render.Source(builder.resources, region)
        template = render.template(builder.resources)
        yield Case(0, kind, type_, "unavailable_in_region", wrong.place(main.name, ()), (), region, valid.text, wrong.text, template, template)


def conditions(schemas: Schemas, rng: random.Random, kind: str) -> Iterator[Case]:
    """What holds only under a condition: engines and versions, classes of instances, and the like."""
    order: list[int] = []
    while True:
        if not order:
            order = rng.sample(range(len(PAIRS)), len(PAIRS))
        pair = PAIRS[order.pop()]
        valid = [Resource("r1", pair.type, pair.valid)]
        wrong = [Resource("r1", pair.type, pair.wrong)]
        yield case(kind, pair.region, valid, Mistake(wrong, "r1", pair.path, pair.code), pair.type)


def case(kind: str, region: str, valid: list[Resource], mistake: Mistake, type_: str) -> Case:
    good, bad = render.Source(valid, region), render.Source(mistake.resources, region)
    path: Path = ("Resources", render.logical(mistake.resource), "Properties", *mistake.path)
    return Case(
        0, kind, type_, mistake.code, bad.place(mistake.resource, mistake.path), path, region,
        good.text, bad.text, render.template(valid), render.template(mistake.resources),
    )


__all__ = ["Case", "generate"]
