#!/usr/bin/env python3
"""Makes the catalog's data from pinned packages.

    python3 stdlib/catalog/generate.py --cache DIR           writes types/, iam/, meta.json and conditions.json here
    python3 stdlib/catalog/generate.py --cache DIR --check   makes them anew and fails if the committed ones differ

The packages and their versions stand in sources.py. overrides.json is written by hand and never touched here.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import iam
import resource_types
from conditions import conditions
from sources import NPM, PIP, Json, Sources

HERE = Path(__file__).resolve().parent
LINE = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="folder in which the packages are installed")
    parser.add_argument("--check", action="store_true", help="compare with the committed data instead of writing it")
    arguments = parser.parse_args()
    sources = Sources(arguments.cache.resolve())
    sources.install()
    if not arguments.check:
        for name in ("types", "iam"):
            shutil.rmtree(HERE / name, ignore_errors=True)
        write(sources, HERE)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        write(sources, Path(folder))
        stale = list(differences(Path(folder), HERE))
    for path in stale:
        print(f"stale: {path}", file=sys.stderr)
    return 1 if stale else 0


def write(sources: Sources, folder: Path) -> None:
    for name in ("types", "iam"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    known, unknown = resource_types.regions_of(sources)
    files: dict[str, Json] = {}
    types = resource_types.resource_types(sources)
    for name, entry in types.items():
        files.setdefault(name.split("::")[1].lower(), {})[name] = entry
    for service, entries in files.items():
        write_json(folder / "types" / f"{service}.json", entries)
    for prefix, entry in iam.services(sources).items():
        write_json(folder / "iam" / f"{prefix}.json", entry)
    meta = {
        "sources": {**PIP, **NPM},
        "schemaDate": sources.schema_date(),
        "iamDate": sources.iam_date(),
        "regions": known,
        "regionsUnknown": unknown,
        "globalConditionKeys": iam.global_keys(sources),
    }
    write_json(folder / "meta.json", meta)
    write_json(folder / "conditions.json", conditions(sources, types))


def write_json(path: Path, value: Any) -> None:
    path.write_text(dump(value) + "\n", encoding="utf-8")


def dump(value: Any, indent: str = "") -> str:
    """JSON whose short objects stay on one line and whose long ones have a line for each entry.

    So a change shows up in review as the line of what changed, and the files stay small.
    """
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if not isinstance(value, dict) or len(compact) <= LINE:
        return compact
    inner = indent + " "
    lines = [f"{inner}{json.dumps(key)}: {dump(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def differences(fresh: Path, committed: Path):
    """Relative paths of generated files that differ, are missing, or are left over."""
    for name in ("types", "iam"):
        found = {path.name for root in (fresh, committed) for path in (root / name).glob("*.json")}
        for file in sorted(found):
            pair = (fresh / name / file, committed / name / file)
            if not all(path.exists() for path in pair) or not filecmp.cmp(*pair, shallow=False):
                yield f"{name}/{file}"
    for name in ("meta.json", "conditions.json"):
        if not filecmp.cmp(fresh / name, committed / name, shallow=False):
            yield name


if __name__ == "__main__":
    sys.exit(main())
