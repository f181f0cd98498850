"""Turns CloudFormation schemas and the service spec into one compact entry per resource type."""

from __future__ import annotations

from typing import Any, Iterator

from sources import Json, Sources, PLACEHOLDER_PREFIXES

# Keywords that are prose, or that say nothing about a template's validity.
DROPPED = {"description", "title", "examples", "$comment", "insertionOrder", "markdownDescription"}
FLAG_LISTS = {
    "readOnly": "readOnlyProperties",
    "createOnly": "createOnlyProperties",
    "conditionalCreateOnly": "conditionalCreateOnlyProperties",
    "writeOnly": "writeOnlyProperties",
    "deprecated": "deprecatedProperties",
}
COMBINATIONS = (
    "required", "requiredXor", "requiredOr", "dependentRequired", "dependentExcluded", "dependencies",
    "oneOf", "anyOf", "allOf", "if", "then", "else", "not", "additionalProperties",
)
SCHEMA_LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
SCHEMA_MAPS = ("properties", "patternProperties")
SCHEMAS = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")


def regions_of(sources: Sources) -> tuple[list[str], list[str]]:
    """The regions whose availability is known, and those for which it is not."""
    names = [name for name in sources.providers() if name != "sam"]
    unknown = [name for name in names if name.startswith(PLACEHOLDER_PREFIXES)]
    return [name for name in names if name not in unknown], unknown


def resource_types(sources: Sources) -> dict[str, Json]:
    """Type name → entry, for every type of every region and the serverless transform's types."""
    known, unknown = regions_of(sources)
    providers = sources.providers()
    order = ["us-east-1", *[name for name in known if name != "us-east-1"], *unknown]
    digests: dict[str, str] = {}
    for region in order:
        for name, digest in providers[region].items():
            digests.setdefault(name, digest)
    spec = SpecIndex(sources.service_spec())
    tables = sources.getatt_tables()
    entries = {}
    for name, digest in sorted(digests.items()):
        present = [region for region in known if name in providers[region]]
        entries[name] = entry(sources.schema(digest), spec, tables) | {"regions": availability(present, known)}
    for name, digest in providers["sam"].items():
        entries[name] = entry(sources.schema(digest), spec, tables) | {
            "regions": "all",
            "transform": "AWS::Serverless-2016-10-31",
        }
    return entries


def availability(present: list[str], known: list[str]) -> Any:
    """`"all"`, or the shorter of the two lists."""
    if len(present) == len(known):
        return "all"
    absent = [region for region in known if region not in present]
    return {"except": absent} if len(absent) < len(present) else {"only": present}


def entry(schema: Json, spec: "SpecIndex", tables: tuple[set[str], dict[str, list[str]]]) -> Json:
    schema = with_plain_references(schema)
    name = schema["typeName"]
    result: Json = {"regions": None}
    identifier = [pointer_path(item) for item in schema.get("primaryIdentifier", [])]
    result["primaryIdentifier"] = identifier
    result["additionalIdentifiers"] = [
        [pointer_path(item) for item in group] for group in schema.get("additionalIdentifiers", [])
    ]
    result |= spec.facts(name)
    result["tagging"] = tagging(schema)
    result["handlers"] = {
        operation: sorted({action for action in handler.get("permissions", []) if action})
        for operation, handler in sorted(schema.get("handlers", {}).items())
    }
    names = attributes(schema, tables)
    never = {pointer_path(item).replace("/", ".") for item in schema.get("writeOnlyProperties", [])}
    names = set(names) | {n for n in spec.attributes(name) if resolves(schema, n)}
    # What AWS takes and never gives back is no attribute, whatever the tables say.
    result["attributes"] = sorted(names - never)
    result["unlistedAttributes"] = {
        attribute: kind
        for attribute, kind in sorted(spec.attributes(name).items())
        if attribute not in result["attributes"]
    }
    for key, source in FLAG_LISTS.items():
        result[key] = sorted({pointer_path(item) for item in schema.get(source, [])})
    found = spec.relationships(name)
    result["relationships"] = {path: kept for path, kinds in found.items() if (kept := named(path, kinds))}
    result["sightings"] = {path: kinds for path, kinds in found.items() if not named(path, kinds)}
    for key in ("replacementStrategy", "lifecycle"):
        result[key] = schema.get(key)
    result |= node({key: schema[key] for key in COMBINATIONS if key in schema})
    result["properties"] = {key: node(value) for key, value in sorted(schema["properties"].items())}
    result["definitions"] = {key: node(value) for key, value in sorted(schema.get("definitions", {}).items())}
    return {key: value for key, value in result.items() if key == "regions" or value not in (None, [], {}, "")}


# Words by which properties call what other types make, besides the type's own name.
CALLED = {
    "AWS::ACM::Certificate": ("cert",), "AWS::CertificateManager::Certificate": ("cert",), "AWS::EC2::Image": ("ami",),
    "AWS::KMS::Alias": ("key", "kms"), "AWS::KMS::Key": ("kms",), "AWS::Lambda::Alias": ("function", "lambda"),
    "AWS::Lambda::Function": ("lambda",), "AWS::Lambda::Version": ("function", "lambda"),
    "AWS::IAM::ManagedPolicy": ("policy",), "AWS::SNS::Topic": ("sns",), "AWS::SQS::Queue": ("sqs",),
}


def named(path: str, kinds: list[str]) -> list[str]:
    """All of the kinds, if the property's name speaks of one of them: then others do not belong there.

    The other relationships were seen in templates: `TargetArn` takes a topic, and whatever else can be a target.
    """
    name = next(step for step in reversed(path.split("/")) if step != "*").lower().replace("_", "")

    def speaks_of(kind: str) -> bool:
        target = kind.rpartition(".")[0]
        return any(word in name for word in (target.rsplit("::", 1)[-1].lower(), *CALLED.get(target, ())))

    return kinds if any(speaks_of(kind) for kind in kinds) else []


def with_plain_references(schema: Json) -> Json:
    """A few schemas refer to a place other than a definition; what stands there is put in instead."""

    def visit(value: Any) -> Any:
        if isinstance(value, list):
            return [visit(item) for item in value]
        if not isinstance(value, dict):
            return value
        steps = str(value.get("$ref", "")).split("/")[1:]
        if not steps or (len(steps) == 2 and steps[0] == "definitions"):
            return {key: visit(item) for key, item in value.items()}
        target: Any = schema
        for step in steps:
            target = target[step]
        return visit(target)

    return visit(schema)


def pointer_path(pointer: str) -> str:
    """`/properties/A/B` → `A/B`; the `properties` and `items` steps some schemas insert are left out."""
    steps = pointer.split("/")[2:]
    return "/".join("*" if step == "items" else step for step in steps if step != "properties")


def node(schema: Any) -> Any:
    """One schema node in our spelling: no prose, references without their prefix, known oddities made regular."""
    if not isinstance(schema, dict):
        return schema
    result: Json = {}
    for key, value in schema.items():
        if key in DROPPED or value is None or (key == "pattern" and value == ""):
            continue
        if key in SCHEMA_MAPS and isinstance(value, dict):
            result[key] = {name: node(item) for name, item in sorted(value.items())}
        elif key in SCHEMA_LISTS:
            result[key] = [node(item) for item in value]
        elif key in SCHEMAS:
            result[key] = node(value)
        elif key == "dependencies":
            lists = {name: names for name, names in value.items() if isinstance(names, list)}
            schemas = {name: node(item) for name, item in value.items() if isinstance(item, dict)}
            result |= {"dependentRequired": lists} if lists else {}
            result |= {"dependentSchemas": schemas} if schemas else {}
        elif key == "maxUniqueItems":
            result["maxItems"] = value
        elif key in ("required", "requiredXor", "requiredOr") and isinstance(value, list):
            result[key] = sorted(set(value))
        elif key == "$ref":
            result[key] = value.rsplit("/", 1)[-1]
        elif key == "relationshipRef":
            path = value["propertyPath"].removeprefix("/properties/").replace("/", ".")
            refer(result, f"{value['typeName']}.{path}")
        elif key == "format" and "::" in value:
            refer(result, value)
        elif key == "format" and value.startswith("("):
            result["pattern"] = value
        else:
            result[key] = value
    for key in ("anyOf", "oneOf", "allOf"):
        lift(result, key)
    items = result.get("items")
    if isinstance(items, dict) and result.get("references"):
        # A list's `AWS::EC2::Subnet.Ids` says what its items refer to.
        for reference in result.pop("references"):
            refer(items, reference.removesuffix("s") if reference.endswith((".Ids", ".Names")) else reference)
    return dict(sorted(result.items()))


def refer(target: Json, reference: str) -> None:
    target["references"] = sorted({*target.get("references", []), reference})


def lift(result: Json, key: str) -> None:
    """Alternatives that only name reference kinds become references; an `allOf` of one is that one."""
    branches = result.get(key)
    if not branches:
        return
    if all(set(branch) == {"references"} for branch in branches):
        for branch in result.pop(key):
            for reference in branch["references"]:
                refer(result, reference)
    elif key == "allOf" and len(branches) == 1 and set(result) == {"allOf"}:
        result.update(result.pop(key)[0])


def tagging(schema: Json) -> Json | None:
    facts = schema.get("tagging")
    if not facts or not facts.get("taggable"):
        return None
    path = pointer_path(facts.get("tagProperty") or "/properties/Tags")
    style = tag_style(schema, schema["properties"].get(path.split("/")[0]), path)
    if style is None:
        return None
    result: Json = {"property": path, "style": style}
    for key in ("tagOnCreate", "tagUpdatable", "cloudFormationSystemTags"):
        if not facts.get(key, True):
            result[key] = False
    if facts.get("permissions"):
        result["permissions"] = sorted(set(facts["permissions"]))
    return result


def tag_style(schema: Json, value: Json | None, path: str) -> str | None:
    value = resolve(schema, value)
    if value is None:
        return None
    if path.endswith("/*/Tags"):
        return "specifications"
    if value.get("type") == "array":
        names = set((resolve(schema, value.get("items")) or {}).get("properties", {}))
        if "PropagateAtLaunch" in names:
            return "propagate"
        return "specifications" if {"ResourceType", "Tags"} <= names else "list"
    return "map"


def resolve(schema: Json, value: Json | None) -> Json | None:
    for _ in range(8):
        if not isinstance(value, dict) or "$ref" not in value:
            return value
        value = schema.get("definitions", {}).get(value["$ref"].rsplit("/", 1)[-1])
    return None


def resolves(schema: Json, attribute: str) -> bool:
    """Whether a dotted attribute is a path through the schema's properties."""
    value: Json | None = schema
    for step in attribute.split("."):
        value = (resolve(schema, value) or {}).get("properties", {}).get(step)
        if value is None:
            return False
    return True


def attributes(schema: Json, tables: tuple[set[str], dict[str, list[str]]]) -> Iterator[str]:
    """What `Fn::GetAtt` may ask of a type, as dotted paths; `Outputs.*` is a wildcard."""
    every, exceptions = tables
    name = schema["typeName"]
    if name in ("AWS::CloudFormation::Stack", "AWS::Serverless::Application"):
        yield "Outputs.*"
        return
    if name == "AWS::CloudFormation::CustomResource":
        yield "*"
    if name in every:
        for key, value in schema["properties"].items():
            yield from leaves(schema, value, key, 0)
        return
    yield from exceptions.get(name, [])
    for pointer in schema.get("readOnlyProperties", []):
        path = pointer_path(pointer).replace("/", ".")
        if name == "AWS::ServiceCatalog::CloudFormationProvisionedProduct" and path == "Outputs":
            yield "Outputs.*"
        elif "*" not in path:
            yield path


def leaves(schema: Json, value: Json, path: str, depth: int) -> Iterator[str]:
    value = resolve(schema, value) or {}
    if "properties" in value and depth < 6:
        for key, child in value["properties"].items():
            yield from leaves(schema, child, f"{path}.{key}", depth + 1)
    elif value.get("type") != "array" or (resolve(schema, value.get("items")) or {}).get("type") != "object":
        yield path


class SpecIndex:
    """The service spec's entities by id, and its resources by type name."""

    def __init__(self, spec: Json):
        self.types = {item["$id"]: item for item in spec["typeDefinition"]["entities"]}
        self.resources = {item["cloudFormationType"]: item for item in spec["resource"]["entities"]}
        self.metric_ids = spec["resourceHasMetric"]["forward"]
        self.metrics = {item["$id"]: item for item in spec["metric"]["entities"]}
        self.dimension_ids = spec["usesDimensionSet"]["forward"]
        self.dimensions = {item["$id"]: item for item in spec["dimensionSet"]["entities"]}

    def facts(self, name: str) -> Json:
        resource = self.resources.get(name, {})
        return {
            "ref": resource.get("cfnRefIdentifier"),
            "arnTemplate": resource.get("arnTemplate"),
            "stateful": resource.get("isStateful"),
            "transform": resource.get("cloudFormationTransform"),
            "metrics": self.metrics_of(resource.get("$id", "")),
        }

    def metrics_of(self, identity: str) -> list[Json]:
        """Names of metrics, grouped by namespace and dimensions."""
        groups: dict[tuple[str, tuple[str, ...]], set[str]] = {}
        for link in self.metric_ids.get(identity, []):
            metric = self.metrics[link["$id"]]
            for use in self.dimension_ids.get(link["$id"], []):
                names = sorted(item["name"] for item in self.dimensions[use["$id"]]["dimensions"])
                groups.setdefault((metric["namespace"], tuple(names)), set()).add(metric["name"])
        return [
            {"namespace": namespace, "dimensions": list(dimensions), "names": sorted(names)}
            for (namespace, dimensions), names in sorted(groups.items())
        ]

    def attributes(self, name: str) -> dict[str, Json]:
        attributes = self.resources.get(name, {}).get("attributes", {})
        return {key: {"type": simple_type(value["type"])} for key, value in attributes.items() if "*" not in key}

    def relationships(self, name: str) -> dict[str, list[str]]:
        """Property path → the types and attributes whose value belongs there."""
        found: dict[str, list[str]] = {}

        def visit(properties: Json, path: str, above: tuple[str, ...]) -> None:
            for key, value in properties.items():
                here = f"{path}/{key}" if path else key
                for link in value.get("relationshipRefs", []):
                    target = link["propertyName"].replace("/", ".")
                    found.setdefault(here, []).append(f"{link['cloudFormationType']}.{target}")
                descend(value["type"], here, above)

        def descend(kind: Json, path: str, above: tuple[str, ...]) -> None:
            if kind["type"] in ("array", "map"):
                descend(kind["element"], f"{path}/*", above)
            elif kind["type"] == "ref" and kind["reference"]["$ref"] not in above:
                identity = kind["reference"]["$ref"]
                visit(self.types[identity]["properties"], path, (*above, identity))

        visit(self.resources.get(name, {}).get("properties", {}), "", ())
        return {key: sorted(set(value)) for key, value in sorted(found.items())}


def simple_type(kind: Json) -> str:
    """A service-spec type in JSON-schema words."""
    words = {"ref": "object", "map": "object", "json": "object", "date-time": "string", "tag": "object"}
    return words.get(kind["type"], kind["type"]) if kind["type"] != "union" else "string"
