"""Ten thousand random edits, with every kind of question between them: no crash, no hang, no place outside of a text, and the
memory is given back. $INFRAC_EDITS is another number of edits."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from conftest import SPECS
from editor import Editor
from latency import memory, table

EDITS = int(os.environ.get("INFRAC_EDITS", "10000"))
SYSTEMS = ["cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"]
GARBAGE = ["{", "}", "[", "(", '"', '"""', "'''", "//", "/*", "\\", "\0", "\r\n", "\u2028", "ü𝄞", "::", "->", "@", "${", "= ", "\n\n\n"]
PLACES = ["completion", "hover", "definition", "typeDefinition", "implementation", "documentHighlight", "signatureHelp",
          "prepareRename", "prepareCallHierarchy"]  # fmt: skip
WHOLE = ["documentSymbol", "foldingRange", "documentLink", "codeLens", "semanticTokens/full", "formatting"]
PARTS = ["inlayHint", "codeAction", "rangeFormatting"]
OPTIONS = {"tabSize": 2, "insertSpaces": True}


class Typist:
    """Edits one text at random, and holds every answer against it."""

    def __init__(self, editor: Editor, path: Path, corpus: list[str], chance: random.Random) -> None:
        self.editor, self.path, self.corpus, self.chance = editor, path, corpus, chance
        self.original = self.text = path.read_text(encoding="utf-8")
        self.version = 1
        self.versions = {1: self.text}
        self.before: list[str] = []
        editor.open(path, self.text)

    def edit(self) -> None:
        """Inserts, deletes, pastes, or takes back."""
        kind = self.chance.random()
        at = self.chance.randint(0, len(self.text))
        if kind < 0.2 and self.before:
            self.write(self.before.pop())
            return
        if kind < 0.5:
            until = min(len(self.text), at + self.chance.choice([1, 1, 2, 10, 80]))
            new = self.text[:at] + self.text[until:]
        elif kind < 0.7:
            new = self.text[:at] + self.chance.choice(GARBAGE) + self.text[at:]
        else:
            source = self.chance.choice(self.corpus)
            begin = self.chance.randint(0, len(source))
            new = self.text[:at] + source[begin : begin + self.chance.choice([1, 5, 40, 400])] + self.text[at:]
        self.before.append(self.text)
        # A text that grows without end says nothing new.
        self.write(new if len(new) < 4 * len(self.original) + 400 else self.original)

    def write(self, text: str) -> None:
        old = self.text
        head = next((at for at, (a, b) in enumerate(zip(old, text)) if a != b), min(len(old), len(text)))
        tail = 0
        while tail < min(len(old), len(text)) - head and old[-1 - tail] == text[-1 - tail]:
            tail += 1
        # A pair of `\r\n` is one end of a line: editors change it as a whole.
        while head and old[head - 1] == "\r":
            head -= 1
        while tail and old[len(old) - tail] == "\n":
            tail -= 1
        self.version += 1
        self.editor.change(self.path, self.version, place(old, head), place(old, len(old) - tail), text[head : len(text) - tail])
        self.text = text
        self.versions[self.version] = text

    def ask(self) -> None:
        """One question of any kind, about any place."""
        document = {"textDocument": {"uri": self.path.as_uri()}}
        at = dict(zip(("line", "character"), place(self.text, self.chance.randint(0, len(self.text)))))
        kind = self.chance.choice([*PLACES, *WHOLE, *PARTS, "references", "rename", "selectionRange", "onTypeFormatting", "symbol", "calls"])
        if kind == "symbol":
            method, params = "workspace/symbol", {"query": self.chance.choice("abcxyz")}
        elif kind == "references":
            method, params = "textDocument/references", {**document, "position": at, "context": {"includeDeclaration": True}}
        elif kind == "rename":
            method, params = "textDocument/rename", {**document, "position": at, "newName": "renamed"}
        elif kind == "selectionRange":
            method, params = "textDocument/selectionRange", {**document, "positions": [at]}
        elif kind == "onTypeFormatting":
            method, params = "textDocument/onTypeFormatting", {**document, "position": at, "ch": self.chance.choice("}\n"), "options": OPTIONS}
        elif kind == "calls":
            prepared = self.editor.answer(self.editor.begin("textDocument/prepareCallHierarchy", {**document, "position": at}))
            items = prepared.get("result") or []
            for item in items[:1]:
                # The places of calls lie in the text of whoever calls.
                into = self.editor.answer(self.editor.begin("callHierarchy/incomingCalls", {"item": item}))
                for call in into.get("result") or []:
                    self.hold(call["from"])
                    self.hold(call["fromRanges"], call["from"]["uri"])
                out = self.editor.answer(self.editor.begin("callHierarchy/outgoingCalls", {"item": item}))
                for call in out.get("result") or []:
                    self.hold(call["to"])
                    self.hold(call["fromRanges"], item["uri"])
            return
        else:
            method, params = f"textDocument/{kind}", {**document, "position": at}
            if kind not in PLACES:
                part = {"start": {"line": 0, "character": 0}, "end": at}
                params |= {"range": part, "context": {"diagnostics": []}, "options": OPTIONS}
        answer = self.editor.answer(self.editor.begin(method, params))
        # A request may be refused, with a reason; it may not fail for a mistake of ours.
        assert answer.get("error", {}).get("code") in (None, -32803), answer
        self.hold(answer.get("result"))

    def hold(self, answer: Any, uri: str | None = None) -> None:
        """Every place of an answer lies in its text."""
        if isinstance(answer, list):
            for one in answer:
                self.hold(one, uri)
        elif isinstance(answer, dict):
            uri = answer.get("uri", uri) if isinstance(answer.get("uri"), str) else uri
            if {"line", "character"} <= answer.keys():
                lines = self.lines(uri)
                assert answer["line"] < len(lines), (uri, answer)
                assert answer["character"] <= units(lines[answer["line"]]), (uri, answer)
            for key, one in answer.items():
                self.hold(one, key if key.startswith("file://") else uri)

    def lines(self, uri: str | None) -> list[str]:
        if uri in (None, self.path.as_uri()):
            return self.text.split("\n")
        return Path(unquote(uri.removeprefix("file://"))).read_text(encoding="utf-8").split("\n")

    def look(self) -> None:
        """What was told meanwhile is about a text that there was."""
        while not self.editor.incoming.empty():
            told = self.editor.incoming.get()
            if told.get("method") == "textDocument/publishDiagnostics" and told["params"]["uri"] == self.path.as_uri():
                text = self.versions[told["params"]["version"]]
                now, self.text = self.text, text
                self.hold([diagnostic["range"] for diagnostic in told["params"]["diagnostics"]])
                self.text = now
        self.versions = {self.version: self.text} | {k: v for k, v in self.versions.items() if k > self.version - 400}


def place(text: str, offset: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset), units(text[start:offset])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_nothing_that_is_typed_breaks_it(infrac: Path, tmp_path: Path) -> None:
    chance = random.Random(20270131)
    folders = [Path(shutil.copytree(SPECS / name, tmp_path / name)).resolve() for name in SYSTEMS]
    corpus = [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.rglob("*.infra"))]
    editor = Editor(infrac, folders[0])

    def round_of(edits: int) -> None:
        for folder in folders:
            for path in sorted(folder.rglob("*.infra")):
                typist = Typist(editor, path, corpus, chance)
                for _ in range(edits):
                    typist.edit()
                    if chance.random() < 0.5:
                        typist.ask()
                    typist.look()
                # What was there is there again, without a mistake.
                typist.write(typist.original)
                actions = {"textDocument": {"uri": path.as_uri()}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}}
                assert "result" in editor.answer(editor.begin("textDocument/codeAction", {**actions, "context": {"diagnostics": []}}))
                typist.look()
                editor.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    round_of(1)
    before = memory(editor.process.pid)
    files = len(corpus)
    round_of(-(-EDITS // files))
    after = memory(editor.process.pid)
    print(f"\n{-(-EDITS // files) * files} edits in {files} files: {before} MiB before, {after} MiB after")
    assert after < 1.5 * before + 32, "the memory was not given back"
    assert editor.leave() == 0


def test_how_long_an_editor_waits(infrac: Path) -> None:
    """Prints the figures; only what is said is decided here, not how fast."""
    print("\n" + table(infrac, int(os.environ.get("INFRAC_KEYS", "60"))))
