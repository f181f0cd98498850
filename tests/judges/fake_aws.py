"""A stand-in for the `aws` command: it remembers stacks, writes down each call, and answers as the real one would.

A test puts a launcher named `aws` that runs this file first on the PATH. $FAKE_AWS is a folder: `calls.jsonl` gets one
line for each call, `stacks.json` holds the stacks by name, `account` the number of the account that the keys are for, and
`refuse`, if it is there, the name of a stack whose deployment fails.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import jmespath

HOME = Path(os.environ["FAKE_AWS"])
FLAGS = {
    "--no-cli-pager", "--no-paginate", "--no-fail-on-empty-changeset", "--fail-on-empty-changeset", "--debug",
    "--enable-termination-protection", "--no-enable-termination-protection", "--no-execute-changeset", "--no-force",
    "--disable-rollback", "--no-disable-rollback", "--include-nested-stacks", "--only-show-errors",
    "--no-deletion-protection", "--no-deletion-protection-enabled", "--apply-immediately",
}  # fmt: skip
LISTS = {"--capabilities", "--tags", "--parameters", "--parameter-overrides", "--attributes"}
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
            return {"Id": f"arn:aws:cloudformation:us-east-1:123456789012:changeSet/{name}/1", "StackId": name}
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
            stacks.pop(name, None)
            return ""
        case "describe-events" | "describe-stack-events":
            return {"StackEvents": [], "OperationEvents": []}
        case "wait":
            if rest == ["change-set-create-complete"] and unchanged(stacks[name]):
                raise Failure("Waiter ChangeSetCreateComplete failed: Waiter encountered a terminal failure state")
            return ""
        case "delete-change-set" | "update-termination-protection" | "set-stack-policy" | "validate-template":
            return ""
    raise Failure(f"the stand-in for aws does not know `cloudformation {operation}`")


def stored() -> dict[str, str]:
    """The files that were uploaded, by their keys."""
    memory = HOME / "objects.json"
    return json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}


def propose(name: str, named: dict[str, list[str]], stacks: dict[str, dict]) -> None:
    """Remembers what a stack shall be."""
    urls = [stored()[url.partition(".com/")[2]] for url in named.get("--template-url", [])]
    (file,) = [*named.get("--template-file", []), *named.get("--template-body", []), *urls]
    template = json.loads(Path(file.removeprefix("file://")).read_text(encoding="utf-8"))
    stack = stacks.setdefault(name, {"StackName": name, "Live": False, "Template": None})
    stack["Proposed"] = template


def unchanged(stack: dict) -> bool:
    """Whether what is proposed is there already."""
    return stack["Live"] and stack["Proposed"] == stack["Template"]


def execute(name: str, stacks: dict[str, dict]) -> None:
    """Makes a stack what was proposed."""
    refused = HOME / "refuse"
    if refused.exists() and refused.read_text(encoding="utf-8").strip() == name:
        raise Failure(f"Failed to create/update the stack: {name}")
    stack = stacks[name]
    stack["StackStatus"] = "UPDATE_COMPLETE" if stack["Live"] else "CREATE_COMPLETE"
    stack["Template"], stack["Live"] = stack["Proposed"], True
    stack["Outputs"] = [{"OutputKey": k, "OutputValue": f"{name}.{k}"} for k in stack["Template"].get("Outputs", {})]


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
    if said:
        print(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
