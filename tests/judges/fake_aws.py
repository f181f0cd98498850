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
    "--enable-termination-protection", "--no-enable-termination-protection", "--no-execute-changeset",
    "--disable-rollback", "--no-disable-rollback", "--include-nested-stacks",
}  # fmt: skip


class Failure(Exception):
    """What the service would say."""


def options(words: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The words before and after the options: `--name value value …`."""
    plain, named, current = [], {}, None
    for word in words:
        if word.startswith("--"):
            name, _, value = word.partition("=")
            named.setdefault(name, [])
            named[name] += [value] if value else []
            current = None if word in FLAGS or value else name
        elif current:
            named[current].append(word)
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
        case ["cloudformation", "describe-stacks"]:
            found = [stacks[name]] if name in stacks else [] if name else list(stacks.values())
            if name and not found:
                raise Failure(f"An error occurred (ValidationError) when calling the DescribeStacks operation: "
                              f"Stack with id {name} does not exist")  # fmt: skip
            return {"Stacks": found}
        case ["cloudformation", "deploy" | "create-stack" | "update-stack" | "execute-change-set"]:
            deploy(name, named, stacks, "UPDATE" if name in stacks else "CREATE")
            return ""
        case ["cloudformation", "create-change-set"]:
            return {"Id": "arn:aws:cloudformation:us-east-1:123456789012:changeSet/c/1", "StackId": name}
        case ["cloudformation", "describe-change-set"]:
            return {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "Changes": []}
        case ["cloudformation", "delete-stack"]:
            stacks.pop(name, None)
            return ""
        case ["cloudformation", "describe-events" | "describe-stack-events"]:
            return {"StackEvents": [], "OperationEvents": []}
        case ["cloudformation", "wait", _] | ["cloudformation", "update-termination-protection" | "set-stack-policy"]:
            return ""
        case ["configure", *_]:
            return ""
    raise Failure(f"the stand-in for aws does not know `{' '.join(plain)}`")


def deploy(name: str, named: dict[str, list[str]], stacks: dict[str, dict], verb: str) -> None:
    """Makes or updates a stack."""
    refused = HOME / "refuse"
    if refused.exists() and refused.read_text(encoding="utf-8").strip() == name:
        raise Failure(f"Failed to create/update the stack: {name}")
    outputs = []
    for file in named.get("--template-file", []):
        template = json.loads(Path(file).read_text(encoding="utf-8"))
        outputs = [{"OutputKey": key, "OutputValue": f"{name}.{key}"} for key in template.get("Outputs", {})]
    tags = [dict(zip(("Key", "Value"), word.split("=", 1))) for word in named.get("--tags", [])]
    stacks[name] = {"StackName": name, "StackStatus": f"{verb}_COMPLETE", "Outputs": outputs, "Tags": tags}


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
