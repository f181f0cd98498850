"""The extension for Visual Studio Code: packaged without a warning, and its colours for every construct."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, run

EXTENSION = ROOT / "editors/vscode"


@pytest.fixture
def tools() -> Path:
    """Where the npm tools are."""
    return Path(os.environ["INFRAC_NODE_TOOLS"]) / "node_modules"


def node(*command: str | Path, tools: Path, folder: Path):
    """Runs something that needs node, and npm where that is started by it."""
    program = Path(os.environ["INFRAC_NODE"])
    path = [tools / ".bin", program.parent]
    if shutil.which("npm") is None:
        # The node of PyPI has npm as a script alone.
        script = next(program.parents[1].glob("lib/node_modules/npm/bin/npm-cli.js"))
        shim = folder.parent / "npm"
        shim.write_text(f'#!/bin/sh\nexec "{program}" "{script}" "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        path.append(shim.parent)
    searched = os.pathsep.join([*map(str, path), os.environ["PATH"]])
    return run(program, *command, cwd=folder, env={**os.environ, "PATH": searched})


def test_it_is_packaged_without_a_warning(tools: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(EXTENSION, tmp_path / "extension", ignore=shutil.ignore_patterns("node_modules", "out")))
    (copy / "node_modules").symlink_to(tools)
    done = node(tools / "@vscode/vsce/vsce", "package", "--no-dependencies", "--out", "it.vsix", tools=tools, folder=copy)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "WARNING" not in said and "warning" not in said, said
    with zipfile.ZipFile(copy / "it.vsix") as package:
        files = {name.removeprefix("extension/") for name in package.namelist() if name.startswith("extension/")}
    wanted = {"package.json", "out/extension.js", "syntaxes/infra.tmLanguage.json", "snippets/infra.json"}
    assert wanted <= files
    assert not any(name.startswith(("client/", "tests/", "node_modules/")) for name in files), files


def test_every_construct_has_its_colours(tools: Path) -> None:
    script = tools / "vscode-tmgrammar-test/dist/unit.js"
    grammar = EXTENSION / "syntaxes/infra.tmLanguage.json"
    done = node(script, "-g", grammar, EXTENSION / "tests/constructs.txt", tools=tools, folder=EXTENSION)
    assert done.returncode == 0, done.stdout + done.stderr
