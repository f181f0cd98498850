"""What every judge needs: the compiler, the systems, and one build of each system per session."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

import plan

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "specs"
SYSTEM_LINE = re.compile(r"^\s*system\s+[A-Za-z]", re.MULTILINE)


def systems() -> list[Path]:
    """Every folder below specs/ in which a source file has a `system` line."""
    sources = sorted(SPECS.rglob("*.infra"))
    return sorted({p.parent for p in sources if SYSTEM_LINE.search(p.read_text(encoding="utf-8"))})


def run(*command: str | Path, **options) -> subprocess.CompletedProcess[str]:
    """Runs a command and keeps what it says; never reads the terminal."""
    options.setdefault("timeout", 600)
    return subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
    )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def infrac() -> Path:
    """The compiler under judgement: $INFRAC, or the release build."""
    program = Path(os.environ.get("INFRAC", ROOT / "target/release/infrac")).resolve()
    assert program.is_file(), f"no compiler at {program}: run `cargo build --release`, or set INFRAC"
    return program


@pytest.fixture(scope="session")
def hr_lab() -> Path:
    """The sources of the HR Lab."""
    folder = SPECS / "hr-lab"
    assert folder in systems(), f"{folder} is not a system: no source in it has a `system` line"
    return folder


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> list[plan.Build]:
    """One build of each system. $INFRAC_BUILD_DIR names a tree that is already built: a folder per system."""
    built = os.environ.get("INFRAC_BUILD_DIR")
    if built:
        folders = sorted(f for f in Path(built).resolve().iterdir() if f.is_dir())
        assert folders, f"{built} is empty"
        return [plan.load(f.name, f) for f in folders]

    found = systems()
    assert found, f"no system below {SPECS}: there is nothing to judge"
    infrac = request.getfixturevalue("infrac")
    out = tmp_path_factory.mktemp("built")
    results = []
    for source in found:
        target = out / source.relative_to(SPECS).as_posix().replace("/", "-")
        done = run(infrac, "build", source, "-o", target)
        assert done.returncode == 0, f"`infrac build {source}` exits {done.returncode}:\n{done.stdout}{done.stderr}"
        results.append(plan.load(target.name, target))
    return results


@pytest.fixture(scope="session")
def hr_build(builds: list[plan.Build]) -> plan.Build:
    """The build of the HR Lab."""
    found = [b for b in builds if b.system == "hr-lab"]
    assert found, f"the HR Lab was not built, only {[b.system for b in builds]}"
    return found[0]
