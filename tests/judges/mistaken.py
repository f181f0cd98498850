"""Where a judge of security is mistaken about what it sees. Each of these looks at the resource itself and decides for this
one; none of them lifts a rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import cfnlint

from findings import Finding, body

# Of each action, the kinds of resources that it can be narrowed to, as AWS publishes them.
ACTIONS = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text(encoding="utf-8"))

# A pattern whose first part names one thing in full, and whose rest is what is in that thing.
INSIDE = [
    r"arn:[^:*]*:s3:::[^*]+/.*",
    r"arn:[^:*]*:logs:[^*]*:log-group:[^*:]+:.*",
    r"arn:[^:*]*:dynamodb:[^*]*:table/[^*/]+/index/\*",
    r"arn:[^:*]*:execute-api:[^*:]*:[^*:]*:[^*/]+/.*",
    r"arn:[^:*]*:cloudformation:[^*]*:stack/[^*/]+/\*",
    r"arn:[^:*]*:imported:[^*]*Arn/.*",
    r"<[^<>*]*\.Arn>/.*",
]


def listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def statements(properties: dict) -> list[dict]:
    """All statements of a role or a policy."""
    documents = [p["PolicyDocument"] for p in properties.get("Policies", [])]
    documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    return [s for document in documents for s in listed(document["Statement"])]


def written(value: object) -> str:
    """A resource of a statement as cdk-nag writes it; references stand as `<Name>` and `<Name.Attribute>`."""
    if isinstance(value, str):
        return re.sub(r"\$\{([^}]*)\}", r"<\1>", value)
    if "Fn::Join" in value:
        return "".join(written(piece) for piece in value["Fn::Join"][1])
    if "Fn::GetAtt" in value:
        return "<{}.{}>".format(*value["Fn::GetAtt"])
    return f"<{value['Ref']}>" if "Ref" in value else json.dumps(value)


def takes_no_resource(action: str) -> bool:
    """Whether an action can be narrowed to nothing."""
    service, name = action.lower().split(":")
    return "*" not in action and not ACTIONS[service]["Actions"][name].get("Resources")


def narrow(finding: Finding, resource: dict) -> bool:
    """The wildcard stands where nothing else can: the action takes no resource, or the rest names what is in one thing."""
    kind, _, wide = finding.detail.partition("::")
    if kind != "Resource":
        return False
    if any(re.fullmatch(inside, wide) for inside in INSIDE):
        return True
    about = [s for s in statements(resource["Properties"]) if wide in [written(r) for r in listed(s["Resource"])]]
    actions = [action for s in about for action in listed(s["Action"])]
    if wide == "*":
        return all(takes_no_resource(action) for action in actions)
    return bool(about) and all(by_alias(wide, s) for s in about)


def by_alias(wide: str, statement: dict) -> bool:
    """Any key of an account, if it has the alias that the condition names."""
    conditions = {key for operator in statement.get("Condition", {}).values() for key in operator}
    return fnmatchcase(wide, "arn:*:kms:*:key/[*]") and "kms:ResourceAliases" in conditions


def after_connecting(finding: Finding, resource: dict) -> bool:
    """API Gateway authorises WebSocket connections when they are made; its other routes take no authoriser."""
    return resource["Type"] == "AWS::ApiGatewayV2::Route" and resource["Properties"]["RouteKey"] != "$connect" and any(
        other["Type"] == "AWS::ApiGatewayV2::Api" and other["Properties"].get("ProtocolType") == "WEBSOCKET"
        for other in body(finding.template)["Resources"].values()
    )


def preflight(_: Finding, resource: dict) -> bool:
    """Browsers ask what they may send before they send it, and never with credentials."""
    return resource["Type"] == "AWS::ApiGateway::Method" and resource["Properties"]["HttpMethod"] == "OPTIONS"


def over_tls_alone(_: Finding, resource: dict) -> bool:
    """The bucket's policy refuses everything that does not come over TLS, for the bucket and for all in it."""
    refusing = [
        s
        for s in resource["Properties"]["PolicyDocument"]["Statement"]
        if s["Effect"] == "Deny"
        and s["Principal"] == "*"
        and listed(s["Action"]) == ["s3:*"]
        and s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    places = [{written(r) for r in listed(s["Resource"])} for s in refusing]
    return any({place, f"{place}/*"} <= found for found in places for place in found)


def called_for_one_thing(_: Finding, resource: dict) -> bool:
    """Only one API, rule or bucket may call, whose name stands in the ARN."""
    source = written(resource["Properties"].get("SourceArn", ""))
    return "<" in source or (source.startswith("arn:") and "*" not in source)


def encrypted_by_sqs(_: Finding, resource: dict) -> bool:
    """The queue is encrypted, with keys of SQS; the rule's text asks for no more."""
    return resource["Properties"].get("SqsManagedSseEnabled") is True


def spread_by_subnets(_: Finding, resource: dict) -> bool:
    """The group's zones are those of its subnets, and there are several."""
    return len(resource["Properties"].get("VPCZoneIdentifier", [])) > 1


# By the rule's name: when it is mistaken.
MISTAKEN: dict[str, Callable[[Finding, dict], bool]] = {
    "cdk_nag.AwsSolutions-IAM5": narrow,
    "cdk_nag.AwsSolutions-APIG4": lambda f, r: after_connecting(f, r) or preflight(f, r),
    "guard.api_gw_v2_authorization_type_configured_check": after_connecting,
    "cdk_nag.AwsSolutions-S10": over_tls_alone,
    "guard.lambda_function_public_access_prohibited_check": called_for_one_thing,
    "checkov.CKV_AWS_27": encrypted_by_sqs,
    "guard.autoscaling_multiple_az_check": spread_by_subnets,
}


def mistaken(finding: Finding) -> bool:
    """Whether the judge is mistaken."""
    rule = MISTAKEN.get(finding.waiver)
    return rule is not None and rule(finding, body(finding.template)["Resources"][finding.resource])
