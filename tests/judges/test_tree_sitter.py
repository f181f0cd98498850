"""tree-sitter with the grammar of `editors/tree-sitter`: it reads what infrac reads, and its queries colour it."""

from __future__ import annotations

import os
import random
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, run

BROKEN = re.compile(r"\((ERROR|MISSING)")
EXAMPLE = re.compile(r"^```infra\n(.*?)^```", re.MULTILINE | re.DOTALL)

# The wrong program on a diagnostic's page.
WRONG = re.compile(r"^## Wrong\n.*?^## ", re.MULTILINE | re.DOTALL)
# The programs that are about brackets and quotes that do not end.
UNREADABLE = {"unclosed_brace", "unclosed_text"}


class Grammar:
    """The generated parser, and the command that runs it."""

    def __init__(self, folder: Path, program: str):
        self.folder, self.program = folder, program
        self.environment = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "XDG_CONFIG_HOME": str(folder)}

    def call(self, *words: str | Path):
        return run(self.program, *words, cwd=self.folder, env=self.environment)

    def broken(self, files: list[Path]) -> dict[Path, str]:
        """Those of the files in which something cannot be read, each with the first such place."""
        listed = self.folder / "files.txt"
        listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
        done = self.call("parse", "--quiet", "--paths", listed)
        told = {}
        for line in done.stdout.splitlines():
            if found := BROKEN.search(line):
                told[Path(line.split("\t")[0].strip())] = line[found.start() :]
        # The exit code counts as well: a command that only fails has not read anything.
        assert bool(told) == (done.returncode != 0), done.stdout + done.stderr
        return told


@pytest.fixture(scope="module")
def grammar(tmp_path_factory: pytest.TempPathFactory) -> Grammar:
    """The grammar, generated from its source in a folder of its own."""
    program = os.environ.get("INFRAC_TREE_SITTER") or shutil.which("tree-sitter")
    if program is None:
        pytest.skip("tree-sitter is not installed")
    folder = tmp_path_factory.mktemp("tree-sitter") / "infra"
    shutil.copytree(ROOT / "editors/tree-sitter", folder, ignore=shutil.ignore_patterns("src", "build"))
    made = Grammar(folder, program)
    done = made.call("generate")
    assert done.returncode == 0, done.stderr
    return made


def sources(folder: Path) -> list[Path]:
    """All sources of the repository, and the right examples of the documents."""
    files = [file for top in ("stdlib", "specs", "tests") for file in sorted((ROOT / top).rglob("*.infra"))]
    documents = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
    texts = [WRONG.sub("", file.read_text(encoding="utf-8")) for file in documents]
    examples = [example for text in texts for example in EXAMPLE.findall(text)]
    for at, text in enumerate(examples):
        example = folder / f"example-{at}.infra"
        example.write_text(text, encoding="utf-8")
        files.append(example)
    return files


def test_whatever_infrac_reads_is_read_without_an_error(grammar: Grammar, tmp_path: Path) -> None:
    files = sources(tmp_path)
    assert len(files) > 300, f"only {len(files)} files"
    assert {file.parent.name for file in grammar.broken(files)} == UNREADABLE


def test_a_bracket_that_is_lost_is_noticed(grammar: Grammar, tmp_path: Path) -> None:
    chance = random.Random(7)
    files = []
    for at, source in enumerate(sorted((ROOT / "specs").rglob("*.infra"))):
        text = source.read_text(encoding="utf-8")
        ends = [place.start() for place in re.finditer(r"^\}", text, re.MULTILINE)]
        if not ends:
            continue
        lost = chance.choice(ends)
        damaged = tmp_path / f"{at}.infra"
        damaged.write_text(text[:lost] + text[lost + 1 :], encoding="utf-8")
        files.append(damaged)
    assert len(files) > 30
    assert set(grammar.broken(files)) == set(files)


PROGRAM = '''\
/// What the shop is.
system shop
environment production { account = "123456789012", region = "eu-west-2" }
// Kept for long.
stack Files "What customers send" {
  letters = Bucket { versioned = true, id = "{system}-letters" }
  queue   = AWS::SQS::Queue { VisibilityTimeout = 5min.seconds }
  reader  = Role { trusted = "lambda.amazonaws.com" }
  grant reader read, s3:GetObjectTagging on letters when aws:SourceAccount == account
}
'''
# What each capture must cover in it, among others.
COLOURED = {
    "comment.documentation": ["/// What the shop is."],
    "comment": ["// Kept for long."],
    "keyword": ["system", "environment", "stack", "grant", "on", "when"],
    "module": ["shop", "production", "Files"],
    "string": ['"What customers send"'],
    "type": ["Bucket", "AWS::SQS::Queue", "Role"],
    "property": ["account", "versioned", "VisibilityTimeout"],
    "variable": ["letters", "queue", "reader"],
    "function.call": ["read"],
    "constant": ["s3:GetObjectTagging", "aws:SourceAccount"],
    "constant.builtin": ["true"],
    "number": ["5min"],
    "operator": ["=", "=="],
    "punctuation.special": ["{", "}"],
}


def test_the_queries_colour_what_they_should(grammar: Grammar, tmp_path: Path) -> None:
    program = tmp_path / "program.infra"
    program.write_text(PROGRAM, encoding="utf-8")
    done = grammar.call("query", "--captures", "queries/highlights.scm", program)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"capture: \d+ - ([\w.]+), start: \(\d+, \d+\), end: \(\d+, \d+\), text: `(.*?)`", done.stdout)
    for capture, texts in COLOURED.items():
        for text in texts:
            assert (capture, text) in found, f"@{capture} {text}: {found}"


@pytest.mark.parametrize("query", ["folds", "indents", "locals"])
def test_the_other_queries_find_something(grammar: Grammar, query: str) -> None:
    done = grammar.call("query", "--captures", f"queries/{query}.scm", ROOT / "specs/hr-lab/storage.infra")
    assert done.returncode == 0, done.stderr
    assert "capture: " in done.stdout
