"""One mistake at a time, with the code and the place that a checker should name."""

from __future__ import annotations

import copy
import math
import random
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import patterns
from instances import Builder, Hopeless, Maker, hidden
from schemas import Json, Schemas, kind_of, references
from values import Link, Path, Resource, at, faults, fits, spelt


@dataclass
class Mistake:
    """A wrong set of resources, and what is wrong with it."""

    resources: list[Resource]
    resource: str
    # Where the wrong thing stands.
    path: Path
    code: str


@dataclass
class Site:
    """A value of a resource beside its schema."""

    resource: Resource
    path: Path
    node: Json
    value: Any


class Mutator:
    """Makes mistakes in one template."""

    def __init__(self, schemas: Schemas, rng: random.Random, builder: Builder, main: Resource):
        self.schemas = schemas
        self.rng = rng
        self.builder = builder
        self.main = main

    def sites(self) -> list[Site]:
        found = list(self.walk(self.schemas.schema(self.main.type), self.main.properties, ()))
        self.rng.shuffle(found)
        return found

    def walk(self, node: Any, value: Any, path: Path) -> Iterator[Site]:
        node = self.schemas.resolve(self.main.type, node)
        yield Site(self.main, path, node, value)
        if isinstance(value, dict):
            for key, item in value.items():
                inner = node.get("properties", {}).get(key)
                if inner is None and node.get("patternProperties"):
                    inner = next(iter(node["patternProperties"].values()))
                if inner is None and len(branches(node)) > 1:
                    inner = self.branch_property(node, key, value)
                if isinstance(inner, dict):
                    yield from self.walk(inner, item, (*path, key))
        elif isinstance(value, list) and isinstance(node.get("items"), dict):
            for index, item in enumerate(value):
                yield from self.walk(node["items"], item, (*path, index))

    def branch_property(self, node: Json, key: str, value: Json) -> Any:
        """A property that only the fitting alternative has."""
        for branch in branches(node):
            branch = self.schemas.resolve(self.main.type, branch)
            if key in branch.get("properties", {}) and fits(self.schemas, self.main.type, branch, value):
                return branch["properties"][key]
        return None

    def with_value(self, path: Path, change: Callable[[Any, Any], None]) -> list[Resource]:
        """A copy of the resources in which the holder of a path was changed."""
        resources = copy.deepcopy(self.builder.resources)
        main = next(resource for resource in resources if resource.name == self.main.name)
        holder = at(main.properties, path[:-1]) if path else main.properties
        change(holder, path[-1] if path else None)
        return resources

    def replaced(self, site: Site, value: Any, code: str) -> Mistake:
        def change(holder: Any, key: Any) -> None:
            holder[key] = value

        return Mistake(self.with_value(site.path, change), self.main.name, site.path, code)

    def added(self, site: Site, key: str, value: Any, code: str, path: Path | None = None) -> Mistake:
        def change(holder: Any, _: Any) -> None:
            holder[key] = value

        inner = (*site.path, key)
        return Mistake(self.with_value(inner, change), self.main.name, inner if path is None else path, code)

    def removed(self, site: Site, keys: list[str], code: str, path: Path | None = None) -> Mistake:
        def change(holder: Any, _: Any) -> None:
            for key in keys:
                holder.pop(key, None)

        where = site.path if path is None else path
        return Mistake(self.with_value((*site.path, keys[0]), change), self.main.name, where, code)

    def made(self, node: Any, path: Path) -> Any:
        """A valid value for a property that is not set."""
        pointer = "/properties/" + "/".join("*" if isinstance(step, int) else step for step in path)
        return Maker(self.builder, self.main.type, 0.0, chain=9).value(node, path, pointer)

    def keywords(self, resources: list[Resource]) -> set[str]:
        """What the schema says is wrong."""
        main = next(resource for resource in resources if resource.name == self.main.name)
        schema = self.schemas.schema(self.main.type)
        return {fault.keyword for fault in faults(self.schemas, self.main.type, schema, main.properties)}


Mutation = Callable[[Mutator], Iterator[Mistake]]


def branches(node: Json) -> list:
    return [*node.get("oneOf", []), *node.get("anyOf", [])]


def is_closed(node: Json) -> bool:
    return node.get("additionalProperties") is False and bool(node.get("properties")) and not node.get("patternProperties")


def misspelt(rng: random.Random, word: str) -> str:
    index = rng.randrange(1, len(word)) if len(word) > 1 else 0
    return rng.choice([word[:index] + word[index + 1 :], word[:index] + word[index] + word[index:], word + "s", "X" + word])


def unknown_property(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if isinstance(site.value, dict) and is_closed(site.node):
            known = sorted(site.node["properties"])
            key = misspelt(mutator.rng, mutator.rng.choice(known))
            if key not in known and key.isidentifier():
                yield mutator.added(site, key, "some", "unknown_property")


def missing_property(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if isinstance(site.value, dict):
            required = [key for key in site.node.get("required", []) if key in site.value]
            if required:
                yield mutator.removed(site, [mutator.rng.choice(required)], "missing_property")


def wrong_type(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if not site.path or isinstance(site.node.get("type"), list) or site.node.get("enum") or branches(site.node):
            continue
        wrong: dict[str, Any] = {
            "string": {"a": "b"} if mutator.rng.random() < 0.5 else ["a", "b"],
            "integer": mutator.rng.choice(["some", ["a"], {"a": 1}, 1.5]),
            "number": mutator.rng.choice(["some", ["a"], {"a": 1}]),
            "boolean": mutator.rng.choice(["maybe", 7, ["a"]]),
            "array": {"a": "b"},
            "object": mutator.rng.choice(["some", 5, True]) if site.node.get("properties") else None,
        }
        kind = site.node.get("type")
        if kind in wrong and wrong[kind] is not None and not (kind == "string" and site.node.get("format") == "json"):
            yield mutator.replaced(site, wrong[kind], "wrong_type")


def wrong_enum(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        values = site.node.get("enum") or site.node.get("enumCaseInsensitive")
        if not site.path or not values or kind_of(site.node) != "string" or branches(site.node) or isinstance(site.value, Link):
            continue
        value = str(mutator.rng.choice(values))
        candidates = [misspelt(mutator.rng, value), "some-other"]
        if "enum" in site.node:
            candidates += [value.lower(), value.upper(), value.capitalize()]
        mutator.rng.shuffle(candidates)
        folded = [str(known).lower() for known in values]
        for candidate in candidates:
            known = candidate.lower() in folded if "enumCaseInsensitive" in site.node else candidate in map(str, values)
            if not known and candidate:
                yield mutator.replaced(site, candidate, "value_not_allowed")
                break


def wrong_number_in_enum(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        values = site.node.get("enum")
        if site.path and values and kind_of(site.node) in ("integer", "number"):
            yield mutator.replaced(site, max(int(v) for v in values) + 1, "value_not_allowed")


def off_pattern(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        pattern = site.node.get("pattern")
        if not site.path or not pattern or not isinstance(site.value, str) or branches(site.node) or "enum" in site.node:
            continue
        least, most = site.node.get("minLength", 0), site.node.get("maxLength", 300)
        found = patterns.near_miss(mutator.rng, pattern, site.value, least, most)
        if found is not None:
            yield mutator.replaced(site, found, "pattern_mismatch")


def too_long_or_short(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if not site.path or not isinstance(site.value, str) or branches(site.node) or "enum" in site.node:
            continue
        lengths = []
        if site.node.get("minLength", 0) > 0:
            lengths.append(site.node["minLength"] - 1)
        if site.node.get("maxLength", 9999) < 3000:
            lengths.append(site.node["maxLength"] + 1)
        mutator.rng.shuffle(lengths)
        for length in lengths:
            try:
                pattern = site.node.get("pattern") or "^[a-z]*$"
                found = patterns.sample_of_length(mutator.rng, pattern, length)
            except patterns.Unsupported:
                continue
            yield mutator.replaced(site, found, "value_out_of_range")
            break


def out_of_range(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if not site.path or not isinstance(site.value, (int, float)) or isinstance(site.value, bool) or "enum" in site.node:
            continue
        node, values = site.node, []
        values += [node["minimum"] - 1] if "minimum" in node else []
        values += [node["maximum"] + 1] if node.get("maximum", math.inf) < 2**53 else []
        values += [node["exclusiveMinimum"]] if "exclusiveMinimum" in node else []
        values += [node["exclusiveMaximum"]] if "exclusiveMaximum" in node else []
        if values:
            value = mutator.rng.choice(values)
            yield mutator.replaced(site, int(value) if value == int(value) else value, "value_out_of_range")


def no_multiple(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        step = site.node.get("multipleOf", 1)
        if site.path and isinstance(site.value, (int, float)) and step != 1:
            value = site.value + step / 2
            if site.node.get("minimum", -math.inf) <= value <= site.node.get("maximum", math.inf):
                yield mutator.replaced(site, round(value, 6), "value_out_of_range")


def wrong_count(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if not site.path or not isinstance(site.value, list) or not site.value:
            continue
        least, most = site.node.get("minItems", 0), site.node.get("maxItems", 99)
        if least > 0 and (most > 12 or mutator.rng.random() < 0.5):
            yield mutator.replaced(site, site.value[: least - 1], "value_out_of_range")
        elif most <= 12:
            found = list(site.value)
            for _ in range(most * 8):
                if len(found) > most:
                    break
                try:
                    item = mutator.made(site.node["items"], (*site.path, len(found)))
                except (Hopeless, patterns.Unsupported):
                    break
                if not site.node.get("uniqueItems") or spelt(item) not in [spelt(one) for one in found]:
                    found.append(item)
            if len(found) == most + 1:
                yield mutator.replaced(site, found, "value_out_of_range")


def wrong_count_of_keys(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        most = site.node.get("maxProperties", 99)
        if site.path and isinstance(site.value, dict) and len(site.value) == 1 and most <= 20 and site.node.get("patternProperties"):
            (key, item), = site.value.items()
            pattern = next(iter(site.node["patternProperties"]))
            more = {}
            for _ in range(most * 20):
                try:
                    more[patterns.sample(mutator.rng, pattern, 1, 12)] = item
                except patterns.Unsupported:
                    break
                if len(more) > most:
                    yield mutator.replaced(site, more, "value_out_of_range")
                    break


def twice(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if site.path and isinstance(site.value, list) and site.value and site.node.get("uniqueItems"):
            if len(site.value) < site.node.get("maxItems", 99):
                mistake = mutator.replaced(site, [*site.value, copy.deepcopy(site.value[0])], "duplicate_item")
                # The second of the two is one too many.
                mistake.path = (*site.path, len(site.value))
                yield mistake


def read_only(mutator: Mutator) -> Iterator[Mistake]:
    pointers = sorted(mutator.schemas.read_only(mutator.main.type))
    mutator.rng.shuffle(pointers)
    for pointer in pointers:
        *holders, key = pointer.split("/")[2:]
        if "*" in pointer or not key.isidentifier():
            continue
        for site in mutator.sites():
            node = site.node.get("properties", {}).get(key)
            if list(site.path) == holders and isinstance(site.value, dict) and node is not None and key not in site.value:
                kind = kind_of(mutator.schemas.resolve(mutator.main.type, node))
                made = {"integer": 1, "number": 1, "boolean": True}.get(kind, "some")
                if kind in ("string", "integer", "number", "boolean"):
                    yield mutator.added(site, key, made, "read_only_property")


def wrong_kind(mutator: Mutator) -> Iterator[Mistake]:
    """A reference to a resource of another type than the property wants."""
    for site in mutator.sites():
        wanted = {reference.type for reference in references(site.node)}
        if not site.path or not isinstance(site.value, Link) or not wanted:
            continue
        others = [name for name in mutator.schemas.types if name not in wanted]
        for _ in range(6):
            kind = mutator.rng.choice(others)
            mark = len(mutator.builder.resources)
            try:
                other = mutator.builder.add(kind, rich=0.0, chain=9)
            except Hopeless:
                del mutator.builder.resources[mark:]
                continue
            # What names it best: its ARN where one is wanted.
            attributes = ["Ref"]
            if site.value.attribute != "Ref" and f"/properties/{site.value.attribute}" in mutator.schemas.read_only(kind):
                attributes = [site.value.attribute]
            yield mutator.replaced(site, Link(other.name, attributes[0]), "wrong_reference_kind")
            break


def unknown_attribute(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        if site.path and isinstance(site.value, Link):
            target = next(resource for resource in mutator.builder.resources if resource.name == site.value.target)
            schema = mutator.schemas.schema(target.type)
            name = mutator.rng.choice(["Arns", "Identity", "Nme", "Adress"])
            hidden_ones = [p.removeprefix("/properties/") for p in schema.get("writeOnlyProperties", [])]
            hidden_ones = [p for p in hidden_ones if p.isidentifier() and p not in target.properties]
            if hidden_ones and mutator.rng.random() < 0.5:
                name = mutator.rng.choice(hidden_ones)
            if name not in schema["properties"] or name in hidden_ones:
                yield mutator.replaced(site, Link(site.value.target, name), "unknown_attribute")


def exclusive(mutator: Mutator) -> Iterator[Mistake]:
    """Two properties of which only one may be set."""
    for site in mutator.sites():
        if not isinstance(site.value, dict):
            continue
        pairs = []
        group = site.node.get("requiredXor", [])
        pairs += [(a, b) for a in group for b in group if a in site.value and a != b]
        pairs += [(a, b) for a, others in site.node.get("dependentExcluded", {}).items() for b in others if a in site.value]
        alternatives = [set(branch.get("required", [])) for branch in site.node.get("oneOf", []) if only_required(branch)]
        if len(alternatives) == len(site.node.get("oneOf", [])):
            pairs += [(a, b) for one in alternatives for two in alternatives for a in one for b in two
                      if a in site.value and one != two and len(one) == len(two) == 1]
        yield from other_member(mutator, site)
        pairs = [(a, b) for a, b in pairs if b not in site.value and b in site.node.get("properties", {}) and not hidden(b)]
        if pairs:
            _, other = mutator.rng.choice(pairs)
            try:
                value = mutator.made(site.node["properties"][other], (*site.path, other))
            except (Hopeless, patterns.Unsupported):
                continue
            yield mutator.added(site, other, value, "conflicting_properties")


def members(mutator: Mutator, node: Json) -> dict[str, Any]:
    """The alternatives of a value that holds one of several properties, each by its property."""
    found = {}
    for branch in node.get("oneOf", []):
        branch = mutator.schemas.resolve(mutator.main.type, branch)
        if len(branch.get("properties", {})) != 1 or branch.get("required") != list(branch["properties"]):
            return {}
        found |= branch["properties"]
    return found


def other_member(mutator: Mutator, site: Site) -> Iterator[Mistake]:
    """A second property where one of several is to be set."""
    others = {key: node for key, node in members(mutator, site.node).items() if key not in site.value and not hidden(key)}
    if others and site.value:
        key = mutator.rng.choice(sorted(others))
        try:
            value = mutator.made(others[key], (*site.path, key))
        except (Hopeless, patterns.Unsupported):
            return
        yield mutator.added(site, key, value, "conflicting_properties")


def only_required(branch: Any) -> bool:
    return isinstance(branch, dict) and set(branch) <= {"required", "title", "description", "type"} and "required" in branch


def none_of(mutator: Mutator) -> Iterator[Mistake]:
    """None of several properties of which one is needed."""
    for site in mutator.sites():
        if not isinstance(site.value, dict):
            continue
        groups = [site.node.get("requiredXor", []), site.node.get("requiredOr", [])]
        for key in ("oneOf", "anyOf"):
            alternatives = site.node.get(key, [])
            if alternatives and all(only_required(branch) for branch in alternatives):
                groups.append(sorted({name for branch in alternatives for name in branch["required"]}))
        if site.path and members(mutator, site.node):
            yield mutator.replaced(site, {}, "missing_property")
        for group in groups:
            set_ = [key for key in group if key in site.value]
            if set_ and not set(set_) & set(site.node.get("required", [])):
                yield mutator.removed(site, set_, "missing_property")


def missing_of_pair(mutator: Mutator) -> Iterator[Mistake]:
    """A property without the one that it needs."""
    for site in mutator.sites():
        if not isinstance(site.value, dict):
            continue
        for key, others in [*site.node.get("dependentRequired", {}).items(), *site.node.get("dependencies", {}).items()]:
            if not isinstance(others, list):
                continue
            others = [name for name in others if name not in site.node.get("required", [])]
            if not others:
                continue
            if key in site.value and others[0] in site.value:
                yield mutator.removed(site, [others[0]], "missing_property", (*site.path, key))
            elif key not in site.value and others[0] not in site.value and key in site.node.get("properties", {}):
                try:
                    value = mutator.made(site.node["properties"][key], (*site.path, key))
                except (Hopeless, patterns.Unsupported):
                    continue
                yield mutator.added(site, key, value, "missing_property")


def wrong_key(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        keyed = site.node.get("patternProperties")
        if not site.path or not keyed or site.node.get("additionalProperties") is not False or not site.value:
            continue
        pattern = next(iter(keyed))
        key, item = next(iter(site.value.items()))
        wrong = patterns.near_miss(mutator.rng, pattern, key, 1, 60)
        if wrong is not None and not site.node.get("properties"):
            mistake = mutator.replaced(site, {wrong: item}, "pattern_mismatch")
            mistake.path = (*site.path, wrong)
            yield mistake


def wrong_format(mutator: Mutator) -> Iterator[Mistake]:
    for site in mutator.sites():
        wrong = {"date-time": "yesterday", "ipv4-network": "10.0.0.300/24", "ipv6-network": "10.0.0.0/8/8"}.get(
            site.node.get("format", "")
        )
        if site.path and wrong and isinstance(site.value, str) and not site.node.get("pattern"):
            yield mutator.replaced(site, wrong, "pattern_mismatch")


def deprecated(mutator: Mutator) -> Iterator[Mistake]:
    schema = mutator.schemas.schema(mutator.main.type)
    for pointer in schema.get("deprecatedProperties", []):
        if pointer in mutator.schemas.read_only(mutator.main.type):
            continue
        *holders, key = pointer.split("/")[2:]
        for site in mutator.sites():
            node = site.node.get("properties", {}).get(key)
            if list(site.path) == holders and isinstance(site.value, dict) and node and key not in site.value and not hidden(key):
                maker = Maker(mutator.builder, mutator.main.type, 0.0, 9)
                maker.dropped = maker.read_only
                try:
                    value = maker.value(node, (*site.path, key), pointer)
                except (Hopeless, patterns.Unsupported):
                    continue
                yield mutator.added(site, key, value, "deprecated_value")


# Each kind of mistake, and the keywords of the schema that it breaks (none: the schema alone does not show it).
MUTATIONS: dict[str, tuple[Mutation, set[str]]] = {
    "unknown property": (unknown_property, {"additionalProperties"}),
    "missing property": (missing_property, {"required"}),
    "wrong type": (wrong_type, {"type"}),
    "value not in the list": (wrong_enum, {"enum"}),
    "number not in the list": (wrong_number_in_enum, {"enum"}),
    "text off the pattern": (off_pattern, {"pattern"}),
    "text too long or short": (too_long_or_short, {"minLength", "maxLength"}),
    "number out of range": (out_of_range, {"minimum", "maximum"}),
    "number that is no multiple": (no_multiple, {"multipleOf"}),
    "too many or few items": (wrong_count, {"minItems", "maxItems"}),
    "too many keys": (wrong_count_of_keys, {"maxProperties"}),
    "an item twice": (twice, {"uniqueItems", "uniqueKeys"}),
    "read-only property": (read_only, set()),
    "wrong kind of reference": (wrong_kind, set()),
    "unknown attribute": (unknown_attribute, set()),
    "two that exclude each other": (exclusive, {"requiredXor", "dependentExcluded", "oneOf"}),
    "none of several": (none_of, {"requiredXor", "requiredOr", "oneOf", "anyOf", "required"}),
    "missing of a pair": (missing_of_pair, {"dependentRequired"}),
    "key off the pattern": (wrong_key, {"additionalProperties"}),
    "wrong format": (wrong_format, set()),
    "deprecated property": (deprecated, set()),
}
