"""Templates as judges of security read them best: what is known before deployment written out.

The three judges of `test_findings.py` compare texts, and take `Fn::Sub` and `Fn::ImportValue` for nothing at all. Written as a
text, or as `Fn::Join` and a reference, the same template means the same to CloudFormation and more to them.
"""

from __future__ import annotations

import re

HOLE = re.compile(r"\$\{([^}]*)\}")
PARTITION = "aws"


def plain(template: dict, account: str, region: str) -> dict:
    """The template with its functions resolved as far as they are known, in an account and a region."""
    given = template.get("Parameters", {})
    known = {"AWS::Partition": PARTITION, "AWS::Region": region, "AWS::AccountId": account, "AWS::URLSuffix": "amazonaws.com"}

    def hole(name: str, values: dict) -> object:
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in values:
            return walk(values[name])
        if name in known or name in given:
            return walk({"Ref": name})
        resource, _, attribute = name.partition(".")
        return {"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": name}

    def substituted(text: str, values: dict) -> object:
        pieces: list[object] = []
        at = 0
        for found in HOLE.finditer(text):
            pieces += [text[at : found.start()], hole(found.group(1), values)]
            at = found.end()
        pieces.append(text[at:])
        return joined(pieces)

    def joined(pieces: list[object]) -> object:
        whole: list[object] = []
        for piece in pieces:
            if isinstance(piece, str) and whole and isinstance(whole[-1], str):
                whole[-1] += piece
            elif piece != "":
                whole.append(piece)
        if not whole or (len(whole) == 1 and isinstance(whole[0], str)):
            return whole[0] if whole else ""
        return {"Fn::Join": ["", whole]}

    def walk(value: object) -> object:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((key, held),) = value.items()
            if key == "Fn::Sub":
                return substituted(held, {}) if isinstance(held, str) else substituted(*held)
            if key == "Fn::ImportValue" and isinstance(held, str):
                return imported(held)
            if key == "Ref" and held in known:
                return known[held]
            if key == "Ref" and held in given:
                return parameter(held)
        return {key: walk(held) for key, held in value.items()}

    def parameter(name: str) -> object:
        kind = given[name]["Type"]
        text = given[name].get("Default", imported(name))
        return [text] if kind.startswith(("List", "CommaDelimited")) else text

    def imported(name: str) -> str:
        return f"arn:{PARTITION}:imported:{region}:{account}:{name}" if name.endswith("Arn") else name

    return walk(template)
