"""Two builds of the same sources are the same to the byte, and a build touches nothing that is not its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import SPECS, run, systems

PLACES = [
    {"LANG": "C", "LC_ALL": "C", "TZ": "UTC"},
    {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"},
    {"LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati", "RAYON_NUM_THREADS": "1"},
]


def build(infrac: Path, source: Path | str, out: Path, *words: str, ok: bool = True, **options):
    """One `infrac build`."""
    done = run(infrac, "build", source, "-o", out, *words, **options)
    if ok:
        assert done.returncode == 0, f"exit {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def times(folder: Path) -> dict[str, int]:
    """When every file below a folder was last written."""
    return {p.relative_to(folder).as_posix(): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def built(infrac, hr_lab, tmp_path) -> Path:
    """A fresh build of the HR Lab."""
    out = tmp_path / "out"
    build(infrac, hr_lab, out)
    return out


def test_the_bytes_do_not_depend_on_where_and_by_whom_it_is_built(infrac, tmp_path):
    found = systems()
    assert found, f"no system below {SPECS}"
    for source in found:
        results = []
        for number, place in enumerate(PLACES):
            home, cwd, out = (tmp_path / source.name / f"{kind}{number}" for kind in ("home", "cwd", "out"))
            home.mkdir(parents=True)
            cwd.mkdir()
            environment = {"PATH": os.environ["PATH"], "HOME": str(home), "USER": f"user{number}", **place}
            named = source if number else Path(os.path.relpath(source, cwd))
            build(infrac, named, out, cwd=cwd, env=environment)
            results.append(contents(out))
        assert results[0], f"{source}: nothing was written"
        for other in results[1:]:
            assert list(other) == list(results[0]), source
            differing = [name for name in other if other[name] != results[0][name]]
            assert not differing, f"{source}: {differing}"


def test_check_agrees_with_a_fresh_build_and_writes_nothing(infrac, hr_lab, built):
    before, stamps = contents(built), times(built)
    build(infrac, hr_lab, built, "--check")
    assert (contents(built), times(built)) == (before, stamps)


def test_check_sees_a_changed_and_a_missing_file_and_repairs_neither(infrac, hr_lab, built):
    victim = next(built.glob("*/*.template.json"))
    original = victim.read_bytes()
    victim.write_bytes(original.replace(b"2010-09-09", b"2010-09-10"))
    changed = contents(built)
    assert build(infrac, hr_lab, built, "--check", ok=False).returncode == 1
    assert contents(built) == changed
    victim.unlink()
    assert build(infrac, hr_lab, built, "--check", ok=False).returncode == 1
    assert not victim.exists()
    build(infrac, hr_lab, built)
    assert victim.read_bytes() == original


def test_check_of_a_folder_that_is_not_there_creates_nothing(infrac, hr_lab, tmp_path):
    out = tmp_path / "never"
    assert build(infrac, hr_lab, out, "--check", ok=False).returncode == 1
    assert not out.exists()


def test_files_that_did_not_change_keep_their_time(infrac, hr_lab, built):
    for path in built.rglob("*"):
        if path.is_file():
            os.utime(path, ns=(1_000_000_000_000_000_000, 1_000_000_000_000_000_000))
    stamps = times(built)
    victim = next(built.glob("*/*.template.json"))
    victim.write_bytes(b"{}\n")
    build(infrac, hr_lab, built)
    now = times(built)
    assert set(now) == set(stamps)
    # The list of what a build made is written with the files that it lists, so that an interrupted build can be finished.
    touched = [name for name in now if now[name] != stamps[name] and name != ".infrac-build.json"]
    assert touched == [victim.relative_to(built).as_posix()]


def test_what_an_earlier_build_made_goes_and_what_is_foreign_stays(infrac, hr_lab, built, tmp_path):
    """An environment that is renamed: its old folder goes; a stranger's files stay, also beside ours."""
    copy = shutil.copytree(hr_lab, tmp_path / "copy")
    foreign = [built / "README.txt", built / "team02" / "notes.md", built / "mine" / "team02.template.json"]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("not yours", encoding="utf-8")
    changed = 0
    for source in copy.rglob("*.infra"):
        text = source.read_text(encoding="utf-8")
        changed += text.count("team02")
        source.write_text(text.replace("team02", "team03"), encoding="utf-8")
    assert changed, "the HR Lab has no environment team02"

    build(infrac, copy, built)
    assert {p.name for p in built.iterdir() if p.is_dir() and p.name.startswith("team")} == {"team01", "team02", "team03"}
    assert [p.name for p in (built / "team02").iterdir()] == ["notes.md"]
    assert all(path.read_text(encoding="utf-8") == "not yours" for path in foreign)
    assert any((built / "team03").glob("*.template.json"))


def test_nothing_is_written_if_there_is_an_error(infrac, hr_lab, built, tmp_path):
    copy = shutil.copytree(hr_lab, tmp_path / "broken")
    (copy / "broken.infra").write_text("stack Broken {\n  x = NoSuchThing {}\n}\n", encoding="utf-8")
    before, stamps = contents(built), times(built)
    assert build(infrac, copy, built, ok=False).returncode == 1
    assert (contents(built), times(built)) == (before, stamps)
    fresh = tmp_path / "fresh"
    assert build(infrac, copy, fresh, ok=False).returncode == 1
    assert not fresh.exists()
