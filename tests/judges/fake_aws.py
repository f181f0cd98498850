"""A stand-in for the `aws` command: it remembers stacks, writes down each call, and answers as the real one would.

A test puts a launcher named `aws` that runs this file first on the PATH. $FAKE_AWS is a folder: `calls.jsonl` gets one
line for each call, `stacks.json` holds the stacks by name, `account` the number of the account that the keys are for, and
`refuse`, if it is there, the name of a stack whose deployment fails. `die`, if it is there, holds a number: after so many
calls that change something, whoever called is killed, as if somebody had pulled the plug.

It keeps CloudFormation's rules about what stacks share: an export in use is neither removed nor changed, no two stacks have
an export of one name, what is imported is there, no two resources have one physical name, a template has a resource, and a
stack that is protected or in use is not deleted.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path

import jmespath

HOME = Path(os.environ["FAKE_AWS"])
FLAGS = {
    "--no-cli-pager", "--no-paginate", "--no-fail-on-empty-changeset", "--fail-on-empty-changeset", "--debug",
    "--enable-termination-protection", "--no-enable-termination-protection", "--no-execute-changeset", "--no-force",
    "--disable-rollback", "--no-disable-rollback", "--include-nested-stacks", "--only-show-errors",
    "--no-deletion-protection", "--no-deletion-protection-enabled", "--apply-immediately",
    "--enable-stack-creation", "--no-enable-stack-creation",
}  # fmt: skip
LISTS = {"--capabilities", "--tags", "--parameters", "--parameter-overrides", "--attributes", "--stack-definitions"}
# Changes of these replace the resource; these hold a name that only one can have. As far as the tests need it.
CREATE_ONLY = {
    "AWS::EC2::VPC": {"CidrBlock"},
    "AWS::EC2::Subnet": {"VpcId", "CidrBlock", "AvailabilityZone"},
    "AWS::SNS::Topic": {"TopicName"},
    "AWS::SSM::Parameter": {"Name"},
    "AWS::DynamoDB::Table": {"TableName"},
}  # fmt: skip
NAMES = {"AWS::SNS::Topic": "TopicName", "AWS::SSM::Parameter": "Name", "AWS::DynamoDB::Table": "TableName"}
CHANGING = {
    "create-change-set", "execute-change-set", "delete-stack", "create-stack-refactor", "execute-stack-refactor",
    "update-termination-protection", "set-stack-policy",
}  # fmt: skip
REFACTORED = 5
UNCHANGED = "The submitted information didn't contain changes. Submit different information to create a change set."
GONE = "An error occurred (ValidationError) when calling the {} operation: Stack with id {} does not exist"


class Failure(Exception):
    """What the service would say."""


def options(words: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The plain words, and the options with their values. Only some options take more than one value."""
    plain, named, current = [], {}, None
    for word in words:
        if word.startswith("--"):
            name, _, value = word.partition("=")
            named.setdefault(name, [])
            named[name] += [value] if value else []
            current = None if name in FLAGS or value else name
        elif current:
            named[current].append(word)
            current = current if current in LISTS else None
        else:
            plain.append(word)
    return plain, named


def answer(plain: list[str], named: dict[str, list[str]], stacks: dict[str, dict]) -> object:
    """Carries out one command and returns what the service says."""
    name = (named.get("--stack-name") or [""])[0]
    match plain:
        case ["sts", "get-caller-identity"]:
            account = (HOME / "account").read_text(encoding="utf-8").strip()
            return {"UserId": "A", "Account": account, "Arn": f"arn:aws:iam::{account}:user/deployer"}
        case ["cloudformation", operation, *rest]:
            return cloudformation(operation, rest, name, named, stacks)
        case ["s3api", "list-object-versions"]:
            return {}
        case ["s3api", "head-object"]:
            if named["--key"][0] not in stored():
                raise Failure("An error occurred (404) when calling the HeadObject operation: Not Found")
            return {}
        case ["s3", "cp", source, target]:
            key = target.removeprefix("s3://").partition("/")[2]
            (HOME / "objects.json").write_text(json.dumps(stored() | {key: str(Path(source).resolve())}), encoding="utf-8")
            return ""
        case ["configure", *_] | ["rds" | "dynamodb" | "elbv2" | "ec2" | "cognito-idp", *_]:
            return ""
    raise Failure(f"the stand-in for aws does not know `{' '.join(plain)}`")


def cloudformation(operation: str, rest: list[str], name: str, named: dict[str, list[str]], stacks: dict) -> object:
    """CloudFormation's part. A stack is there when `Live` is set; before that only a change set of it is."""
    live = {n: s for n, s in stacks.items() if s["Live"]}
    match operation:
        case "describe-stacks":
            if name and name not in live:
                raise Failure(GONE.format("DescribeStacks", name))
            return {"Stacks": [live[name]] if name else list(live.values())}
        case "deploy" | "create-stack" | "update-stack":
            propose(name, named, stacks)
            execute(name, stacks)
            return ""
        case "create-change-set":
            propose(name, named, stacks)
            change = named["--change-set-name"][0]
            stacks[name]["ProposedId"] = f"arn:aws:cloudformation:{region(named)}:123456789012:changeSet/{change}/1"
            return {"Id": stacks[name]["ProposedId"], "StackId": name}
        case "describe-change-set":
            same = unchanged(stacks[name])
            reason = UNCHANGED if same else None
            return {"Status": "FAILED" if same else "CREATE_COMPLETE", "StatusReason": reason, "Changes": []}
        case "execute-change-set":
            execute(name, stacks)
            return ""
        case "describe-stack-resources":
            if name not in live:
                raise Failure(GONE.format("DescribeStackResources", name))
            of = live[name]["Template"]["Resources"]
            made = {"ResourceStatus": "CREATE_COMPLETE"}
            return {"StackResources": [
                {"LogicalResourceId": i, "PhysicalResourceId": f"{name}.{i}", "ResourceType": r["Type"]} | made
                for i, r in of.items()
            ]}  # fmt: skip
        case "delete-stack":
            if name in live:
                if live[name].get("EnableTerminationProtection"):
                    raise Failure(f"Stack [{name}] cannot be deleted while TerminationProtection is enabled")
                for export in exports(live[name]):
                    refuse_if_in_use(export, name, live, "Export {} cannot be deleted as it is in use by {}")
            stacks.pop(name, None)
            return ""
        case "update-termination-protection":
            stacks[name]["EnableTerminationProtection"] = "--enable-termination-protection" in named
            return ""
        case "create-stack-refactor":
            return {"StackRefactorId": propose_refactor(named)}
        case "describe-stack-refactor":
            return {"Status": "CREATE_COMPLETE", "StatusReason": "", "ExecutionStatusReason": ""}
        case "execute-stack-refactor":
            refactor(named["--stack-refactor-id"][0], named, stacks)
            return ""
        case "describe-events" | "describe-stack-events":
            return {"StackEvents": [], "OperationEvents": []}
        case "wait":
            if rest and rest[0].startswith("stack-refactor-"):
                return ""
            if rest == ["change-set-create-complete"] and unchanged(stacks[name]):
                raise Failure("Waiter ChangeSetCreateComplete failed: Waiter encountered a terminal failure state")
            return ""
        case "set-stack-policy":
            stacks[name]["Policy"] = json.loads(named["--stack-policy-body"][0])
            return ""
        case "delete-change-set" | "validate-template":
            return ""
    raise Failure(f"the stand-in for aws does not know `cloudformation {operation}`")


def propose_refactor(named: dict[str, list[str]]) -> str:
    """Remembers a refactoring, and what it was given."""
    memory = HOME / "refactorings.json"
    known = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    templates = {}
    for definition in named["--stack-definitions"]:
        fields = dict(field.partition("=")[::2] for field in definition.split(","))
        name = fields["StackName"]
        file = fields.get("TemplateBody@", "").removeprefix("file://") or stored()[fields["TemplateURL"].partition(".com/")[2]]
        templates[name] = json.loads(Path(file).read_text(encoding="utf-8"))
    number = str(len(known) + 1)
    mappings = json.loads(named["--resource-mappings"][0])
    creates = "--enable-stack-creation" in named
    memory.write_text(json.dumps(known | {number: [templates, mappings, creates]}), encoding="utf-8")
    return number


def refactor(number: str, named: dict[str, list[str]], stacks: dict[str, dict]) -> None:
    """Carries out a refactoring, or says why that is none."""
    memory = json.loads((HOME / "refactorings.json").read_text(encoding="utf-8"))
    templates, mappings, creates = memory[number]
    here = region(named)
    if not 2 <= len(templates) <= REFACTORED:
        raise Failure(f"a refactoring is of two to {REFACTORED} stacks")
    moved = {}
    for mapping in mappings:
        source, target = ((m["StackName"], m["LogicalResourceId"]) for m in (mapping["Source"], mapping["Destination"]))
        moved[target] = source
    after = {}
    for name, template in templates.items():
        before = stacks.get(name)
        if not (before and before["Live"]):
            if not creates:
                raise Failure(f"Stack {name} does not exist")
            before = {"StackName": name, "Live": False, "Template": None, "Physical": {}, "Region": here}
        old = before["Template"] or {}
        for section in ("Parameters", "Conditions", "Mappings"):
            if old.get(section, {}) != template.get(section, {}):
                raise Failure(f"Stack Refactor cannot change the {section} of {name}")
        if not template.get("Resources"):
            raise Failure(f"Stack {name} would have no resources")
        physical = {}
        for logical in template["Resources"]:
            stack, was = moved.get((name, logical), (name, logical))
            if was not in stacks.get(stack, {}).get("Physical", {}):
                raise Failure(f"Stack Refactor cannot create {logical} in {name}")
            physical[logical] = stacks[stack]["Physical"][was]
        after[name] = before | {"Template": template, "Proposed": template, "Physical": physical, "Live": True}
    lost = {(n, i) for n in after for i in stacks.get(n, {}).get("Physical", {})} - set(moved.values())
    lost -= {(n, i) for n, s in after.items() for i in s["Physical"] if (n, i) not in moved}
    if lost:
        raise Failure(f"Stack Refactor cannot delete {sorted(lost)}")
    live = {n: s for n, s in stacks.items() if s["Live"]}
    now = live | after
    for name, stack in after.items():
        for logical, resource in stack["Template"]["Resources"].items():
            old_stack, was = moved.get((name, logical), (name, logical))
            before = stacks[old_stack]["Template"]["Resources"][was]
            old, new = (
                json.dumps({k: meant(part, s, all_) for k, part in r.items() if k != "DependsOn"}, sort_keys=True)
                for r, s, all_ in ((before, stacks[old_stack], live), (resource, stack, now))
            )
            if old != new:
                raise Failure(f"Stack Refactor cannot modify {logical} of {name}: {old} is not {new}")
    given = {e: v for s in now.values() if s["Region"] == here for e, v in exports(s).items()}
    for name, stack in now.items():
        if stack["Region"] == here and (missing := imports(stack["Template"]) - set(given)):
            raise Failure(f"{name}: no export named {sorted(missing)} found")
    for name, stack in live.items():
        for export, before in exports(stack).items():
            users = [n for n, s in live.items() if n not in after and export in imports(s["Template"])]
            if users and name in after and meant_export(export, now) != meant_export(export, live):
                raise Failure(f"Export {export} cannot be changed as it is in use by {users}")
    for stack in after.values():
        stack["StackStatus"] = "UPDATE_COMPLETE"
        stack["Outputs"] = [
            {"OutputKey": k, "OutputValue": json.dumps(meant(o["Value"], stack, now))}
            for k, o in stack["Template"].get("Outputs", {}).items()
        ]
    stacks.update(after)


def meant_export(name: str, live: dict[str, dict]) -> object:
    """What an export gives, down to physical ids."""
    for stack in live.values():
        for output in (stack["Template"] or {}).get("Outputs", {}).values():
            if "Export" in output and json.dumps(output["Export"]["Name"]) == name:
                return meant(output["Value"], stack, live)
    return None


def meant(part: object, stack: dict, live: dict[str, dict]) -> object:
    """A part of a template with physical ids in place of references, also of those to other stacks."""
    if isinstance(part, list):
        return [meant(p, stack, live) for p in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("Ref"), str) and part["Ref"] in stack["Physical"]:
        return {"physical": stack["Physical"][part["Ref"]]}
    if part.get("Ref") == "AWS::StackName":
        return stack["StackName"]
    if "Fn::GetAtt" in part:
        at = part["Fn::GetAtt"]
        at = at if isinstance(at, list) else at.split(".", 1)
        return {"physical": stack["Physical"].get(at[0], at[0]), "attribute": at[1]}
    if "Fn::ImportValue" in part:
        return meant_export(json.dumps(part["Fn::ImportValue"]), live)
    if "Fn::Sub" in part:
        text, variables = part["Fn::Sub"] if isinstance(part["Fn::Sub"], list) else (part["Fn::Sub"], {})
        return {"sub": [substituted(piece, variables, stack, live) for piece in re.split(r"(\$\{[^!}]+\})", text)]}
    return {key: meant(value, stack, live) for key, value in part.items()}


def substituted(piece: str, variables: dict, stack: dict, live: dict[str, dict]) -> object:
    """A piece of a text: what stands in `${…}` is a variable, or a reference."""
    if not (piece.startswith("${") and piece.endswith("}")):
        return piece
    name = piece[2:-1]
    if name in variables:
        return meant(variables[name], stack, live)
    return meant({"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name}, stack, live)


def stored() -> dict[str, str]:
    """The files that were uploaded, by their keys."""
    memory = HOME / "objects.json"
    return json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}


def propose(name: str, named: dict[str, list[str]], stacks: dict[str, dict]) -> None:
    """Remembers what a stack shall be."""
    urls = [stored()[url.partition(".com/")[2]] for url in named.get("--template-url", [])]
    (file,) = [*named.get("--template-file", []), *named.get("--template-body", []), *urls]
    template = json.loads(Path(file.removeprefix("file://")).read_text(encoding="utf-8"))
    stack = stacks.setdefault(name, {"StackName": name, "Live": False, "Template": None, "Physical": {}})
    stack["Proposed"], stack["Region"] = template, region(named)


def unchanged(stack: dict) -> bool:
    """Whether what is proposed is there already."""
    return stack["Live"] and stack["Proposed"] == stack["Template"]


def execute(name: str, stacks: dict[str, dict]) -> None:
    """Makes a stack what was proposed."""
    refused = HOME / "refuse"
    if refused.exists() and refused.read_text(encoding="utf-8").strip() == name:
        raise Failure(f"Failed to create/update the stack: {name}")
    stack = stacks[name]
    physical = made(stack, stacks)
    for logical, before in stack["Physical"].items():
        if physical.get(logical) != before and f"LogicalResourceId/{logical}" in denied(stack):
            raise Failure(f"Action denied by stack policy: Statement [#2] for resource [{logical}]")
    after = stack | {"Template": stack["Proposed"], "Physical": physical, "Live": True}
    keep_the_rules(name, stack, after, {n: s for n, s in stacks.items() if s["Live"] and n != name})
    after["StackStatus"] = "UPDATE_COMPLETE" if stack["Live"] else "CREATE_COMPLETE"
    after["ChangeSetId"] = stack.get("ProposedId", "")
    after["Outputs"] = [
        {"OutputKey": key, "OutputValue": value(output["Value"], after)}
        for key, output in after["Template"].get("Outputs", {}).items()
    ]
    stacks[name] = after


def denied(stack: dict) -> list[str]:
    """What a stack's policy does not let updates replace or delete."""
    statements = stack.get("Policy", {}).get("Statement", [])
    return [r for s in statements if s["Effect"] == "Deny" for r in s["Resource"]]


def made(stack: dict, stacks: dict[str, dict]) -> dict[str, str]:
    """The physical id of each resource that a stack has after its update: a new one for what is new or replaced."""
    old, new = (stack["Template"] or {}).get("Resources", {}), stack["Proposed"]["Resources"]
    replaced: set[str] = set()
    while True:
        more = {i for i in new if i in old and i not in replaced and changes_identity(old[i], new[i], replaced)}
        if not more:
            break
        replaced |= more
    number = 1 + max((int(p.rpartition(".")[2]) for s in stacks.values() for p in s["Physical"].values()), default=0)
    fresh = {i: f"{stack['StackName']}.{i}.{number}" for i in new if i not in old or i in replaced}
    return {i: fresh.get(i) or stack["Physical"][i] for i in new}


def changes_identity(old: dict, new: dict, replaced: set[str]) -> bool:
    """Whether a resource is replaced: it, or something that it is made with."""
    if old["Type"] != new["Type"]:
        raise Failure("Update of resource type is not permitted.")
    before, after = old.get("Properties", {}), new.get("Properties", {})
    for key in CREATE_ONLY.get(new["Type"], set()):
        if before.get(key) != after.get(key) or references(after.get(key)) & replaced:
            return True
    return False


def references(part: object) -> set[str]:
    """The logical ids that a part of a template refers to."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["Ref"]} if isinstance(part.get("Ref"), str) else set()
    at = part.get("Fn::GetAtt")
    own |= {at[0] if isinstance(at, list) else at.split(".")[0]} if at else set()
    return own.union(*map(references, part.values()))


def imports(part: object) -> set[str]:
    """The names of the exports that a part of a template takes."""
    if isinstance(part, list):
        return set().union(*map(imports, part))
    if not isinstance(part, dict):
        return set()
    own = {json.dumps(part["Fn::ImportValue"])} if "Fn::ImportValue" in part else set()
    return own.union(*map(imports, part.values()))


def exports(stack: dict) -> dict[str, str]:
    """What a stack exports: values by the names as they are written."""
    outputs = (stack["Template"] or {}).get("Outputs", {}).values()
    return {json.dumps(o["Export"]["Name"]): value(o["Value"], stack) for o in outputs if "Export" in o}


def value(part: object, stack: dict) -> str:
    """What a value is, with physical ids in place of logical ones."""
    text = json.dumps(part)
    for logical in sorted(references(part), key=len, reverse=True):
        text = text.replace(f'"{logical}"', f'"{stack["Physical"].get(logical, logical)}"')
    return text


def names(stack: dict) -> set[tuple[str, str]]:
    """The names in a stack that only one resource can have."""
    resources = (stack["Template"] or {}).get("Resources", {}).values()
    pairs = ((r["Type"], r.get("Properties", {}).get(NAMES.get(r["Type"], ""))) for r in resources)
    return {(kind, json.dumps(name)) for kind, name in pairs if name}


def refuse_if_in_use(export: str, name: str, live: dict[str, dict], message: str) -> None:
    """An export that another stack takes."""
    users = [n for n, s in live.items() if n != name and s["Region"] == live[name]["Region"] and export in imports(s["Template"])]
    if users:
        raise Failure(message.format(export, ", ".join(users)))


def keep_the_rules(name: str, before: dict, after: dict, others: dict[str, dict]) -> None:
    """Refuses what CloudFormation would refuse."""
    there = {n: s for n, s in others.items() if s["Region"] == after["Region"]}
    if not after["Template"].get("Resources"):
        raise Failure("Template format error: At least one Resources member must be defined.")
    new = exports(after)
    for export, old_value in exports(before).items():
        live = others | {name: before}
        if export not in new:
            refuse_if_in_use(export, name, live, "Export {} cannot be deleted as it is in use by {}")
        elif new[export] != old_value:
            refuse_if_in_use(export, name, live, "Cannot update export {} as it is in use by {}")
    for other, stack in there.items():
        for export in new.keys() & exports(stack).keys():
            raise Failure(f"Export with name {export} is already exported by stack {other}")
        for kind, physical in names(after) & names(stack):
            raise Failure(f"{kind} {physical} already exists in stack {other}")
    given = set().union(*(exports(s) for s in there.values()))
    for export in sorted(imports(after["Template"]) - given):
        raise Failure(f"No export named {export} found")


def region(named: dict[str, list[str]]) -> str:
    """The region of a call."""
    return (named.get("--region") or ["us-east-1"])[0]


def pull_the_plug(plain: list[str]) -> None:
    """Kills whoever called, if it is time."""
    clock = HOME / "die"
    if not clock.exists() or plain[1:2] == [] or plain[1] not in CHANGING:
        return
    left = int(clock.read_text(encoding="utf-8")) - 1
    clock.write_text(str(left), encoding="utf-8")
    if left == 0:
        clock.unlink()
        os.kill(os.getppid(), signal.SIGKILL)


def shown(value: object, named: dict[str, list[str]]) -> str:
    """The answer in the form that was asked for."""
    if value == "":
        return ""
    if query := named.get("--query"):
        value = jmespath.search(query[0], value)
    if named.get("--output") == ["text"]:
        if isinstance(value, list):
            return "\t".join(map(str, value))
        return str(value)
    return json.dumps(value, indent=2)


def main() -> int:
    """One call of `aws`."""
    words = sys.argv[1:]
    plain, named = options(words)
    with (HOME / "calls.jsonl").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps({"command": plain, "options": named, "words": words}) + "\n")
    memory = HOME / "stacks.json"
    stacks = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
    try:
        said = shown(answer(plain, named, stacks), named)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 254
    memory.write_text(json.dumps(stacks), encoding="utf-8")
    pull_the_plug(plain)
    if said:
        print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
