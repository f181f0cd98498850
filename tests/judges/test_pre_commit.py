"""The pre-commit hooks work as people install them: from a repository at a tag, in a repository of their own.

`infrac-check` is built from source by pre-commit, with Rust, as on a user's machine. Only cargo's intermediate files are
shared with the project's own release build, so that no dependency is compiled twice; what is installed is what was built
from the committed copy.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from conftest import run

HOOKS = ["infrac-check", "infrac-check-system"]
FORMS = ["infrac-fmt", "infrac-fmt-system"]
FIXED = "2026-01-01T00:00:00Z"


def git(folder: Path, *words: str) -> str:
    """One git command, with nobody's own settings and the same author and date each time."""
    person = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
              for what, value in (("NAME", "judge"), ("EMAIL", "judge@example.com"), ("DATE", FIXED))}  # fmt: skip
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = run("git", *words, cwd=folder, env=clean() | person | settings)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout


def clean() -> dict[str, str]:
    """The environment without what a surrounding git would put there: a test may run from within a hook."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}


def commit_all(folder: Path, *, tag: str | None = None) -> None:
    """Makes a folder a repository with one commit."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "everything")
    if tag:
        git(folder, "tag", tag)


@pytest.fixture(scope="module")
def hooks(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as it stands, committed and tagged in a repository that pre-commit can clone."""
    copy = tmp_path_factory.mktemp("hooks") / "infrac"
    listed = git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    commit_all(copy, tag="v0")
    return copy


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it built."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def user(hooks: Path, hr_lab: Path, tmp_path: Path) -> Path:
    """A user's repository with the HR Lab in it, and all hooks installed."""
    repository = tmp_path / "user"
    shutil.copytree(hr_lab, repository / "infra" / "hr-lab")
    chosen = "".join(f"      - id: {hook}\n" for hook in HOOKS + FORMS)
    config = f"repos:\n  - repo: {hooks}\n    rev: v0\n    hooks:\n{chosen}"
    (repository / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    (repository / "README.md").write_text("not a system\n", encoding="utf-8")
    commit_all(repository)
    return repository


def pre_commit(repository: Path, home: Path, infrac: Path, root: Path, *words: str):
    """Runs `pre-commit run` as a person would, all files unless told otherwise."""
    environment = clean() | {
        "PRE_COMMIT_HOME": str(home),
        "PATH": f"{infrac.parent}:{os.environ['PATH']}",
        "CARGO_TARGET_DIR": str(home / "target"),
        "CARGO_BUILD_BUILD_DIR": str(root / "target"),
    }
    program = Path(sys.executable).with_name("pre-commit")
    return run(program, "run", *words, cwd=repository, env=environment, timeout=3600)


def test_the_hooks_are_declared_as_they_should_be(root):
    done = run(Path(sys.executable).with_name("pre-commit"), "validate-manifest", root / ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("hook", HOOKS)
def test_it_passes_on_the_hr_lab(hook, user, home, infrac, root):
    done = pre_commit(user, home, infrac, root, hook, "--all-files")
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "Passed" in done.stdout and "no files to check" not in done.stdout, done.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_it_fails_on_a_misspelt_reference_and_shows_where(hook, user, home, infrac, root):
    file, line = misspell_a_reference(user / "infra" / "hr-lab")
    git(user, "add", "--all")
    done = pre_commit(user, home, infrac, root, hook)
    assert done.returncode == 1, f"{done.stdout}{done.stderr}"
    assert "Failed" in done.stdout, done.stdout
    assert f"{file.name}:{line}" in done.stdout, done.stdout
    assert "unknown_name" in done.stdout, done.stdout


@pytest.mark.parametrize("hook", HOOKS)
def test_it_leaves_other_files_alone(hook, user, home, infrac, root):
    (user / "README.md").write_text("changed\n", encoding="utf-8")
    git(user, "add", "--all")
    done = pre_commit(user, home, infrac, root, hook)
    assert done.returncode == 0 and "Skipped" in done.stdout, f"{done.stdout}{done.stderr}"


def test_only_the_systems_of_changed_files_are_checked(user, home, infrac, root):
    other = user / "infra" / "other" / "main.infra"
    other.parent.mkdir()
    other.write_text("system other\nstack A { q = AWS::SQS::Quue {} }\n", encoding="utf-8")
    git(user, "add", "--all")
    git(user, "commit", "--quiet", "--message", "a system with a mistake")
    changed = sorted((user / "infra" / "hr-lab").rglob("*.infra"))[0]
    changed.write_text(changed.read_text(encoding="utf-8") + "// nothing new\n", encoding="utf-8")
    git(user, "add", "--all")
    done = pre_commit(user, home, infrac, root, "infrac-check-system")
    assert done.returncode == 0 and "Passed" in done.stdout, f"{done.stdout}{done.stderr}"
    # The whole system of a changed file is checked, and that of no other.
    file, _ = misspell_a_reference(user / "infra" / "hr-lab")
    git(user, "add", str(changed))
    git(user, "add", str(file))
    done = pre_commit(user, home, infrac, root, "infrac-check-system")
    assert done.returncode == 1 and "unknown_name" in done.stdout, f"{done.stdout}{done.stderr}"
    assert "Quue" not in done.stdout


@pytest.mark.parametrize("hook", FORMS)
def test_changed_files_are_brought_into_form_and_no_others(hook, user, home, infrac, root):
    sources = sorted((user / "infra" / "hr-lab").rglob("*.infra"))
    written = {path: path.read_text(encoding="utf-8") for path in sources}
    sources[0].write_text(written[sources[0]] + "let    zz=1\n", encoding="utf-8")
    git(user, "add", "--all")
    sources[1].write_text(written[sources[1]] + "let    zy=1\n", encoding="utf-8")
    done = pre_commit(user, home, infrac, root, hook, "--files", str(sources[0]))
    assert done.returncode == 1 and "files were modified" in done.stdout, f"{done.stdout}{done.stderr}"
    assert "let zz = 1" in sources[0].read_text(encoding="utf-8")
    assert sources[1].read_text(encoding="utf-8").endswith("let    zy=1\n")


def misspell_a_reference(system: Path) -> tuple[Path, int]:
    """Takes a letter out of the name of a stack where another file refers to it. Returns the file and the line."""
    sources = sorted(system.rglob("*.infra"))
    texts = {path: path.read_text(encoding="utf-8") for path in sources}
    stacks = {name for text in texts.values() for name in re.findall(r"^\s*stack\s+(\w+)", text, re.MULTILINE)}
    for path, text in texts.items():
        for found in re.finditer(r"^[^/\n]*?[ ([](?P<stack>\w+)\.\w+", text, re.MULTILINE):
            name = found["stack"]
            if name in stacks:
                start, end = found.span("stack")
                path.write_text(f"{text[:start]}{name[:-2]}{name[-1]}{text[end:]}", encoding="utf-8")
                return path, text.count("\n", 0, start) + 1
    raise AssertionError(f"no stack of {system} refers to another one")
