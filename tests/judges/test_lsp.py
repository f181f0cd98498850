"""The language server as an editor's own client sees it: a process of its own, frames over standard input and output."""

from __future__ import annotations

import json
import queue
import shutil
import statistics
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 60
KEYS = 40


class Editor:
    """A client that writes requests, and reads what comes in a thread of its own."""

    def __init__(self, infrac: Path, folder: Path) -> None:
        self.process = subprocess.Popen([infrac, "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.incoming: queue.Queue[dict[str, Any]] = queue.Queue()
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()
        self.greeting = self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}})
        self.tell("initialized", {})

    def _read(self) -> None:
        out = self.process.stdout
        while header := out.readline():
            length = int(header.split(b":")[1])
            assert out.readline() == b"\r\n"
            self.incoming.put(json.loads(out.read(length)))

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        self.number += 1
        self._write({"id": self.number, "method": method, "params": params})
        while True:
            message = self.incoming.get(timeout=PATIENCE)
            if message.get("id") == self.number:
                return message["result"]

    def told(self, uri: str) -> list[dict[str, Any]]:
        """The next diagnostics of a file."""
        while True:
            message = self.incoming.get(timeout=PATIENCE)
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]["diagnostics"]

    def open(self, file: Path, text: str) -> None:
        document = {"uri": file.as_uri(), "languageId": "infra", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, file: Path, version: int, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        place = lambda at: {"line": at[0], "character": at[1]}
        change = {"range": {"start": place(start), "end": place(end)}, "text": text}
        document = {"uri": file.as_uri(), "version": version}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def leave(self) -> int:
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def lab(hr_lab: Path, tmp_path: Path) -> Path:
    """A copy of the HR Lab that may be broken."""
    return Path(shutil.copytree(hr_lab, tmp_path / "hr-lab"))


def test_a_mistake_is_shown_while_it_is_typed_and_goes_with_its_fix(infrac: Path, lab: Path) -> None:
    editor = Editor(infrac, lab)
    assert editor.greeting["serverInfo"]["name"] == "infrac"
    file = lab / "storage.infra"
    text = file.read_text(encoding="utf-8")
    editor.open(file, text)
    assert editor.told(file.as_uri()) == []
    line = next(at for at, written in enumerate(text.split("\n")) if "Bucket {" in written)
    column = text.split("\n")[line].index("Bucket")
    editor.change(file, 2, (line, column), (line, column + 6), "Bukcet")
    [mistake] = editor.told(file.as_uri())
    assert mistake["code"] == "unknown_type"
    assert mistake["range"]["start"] == {"line": line, "character": column}
    asked = {"textDocument": {"uri": file.as_uri()}, "range": mistake["range"], "context": {"diagnostics": []}}
    [action] = editor.ask("textDocument/codeAction", asked)
    [edit] = action["edit"]["changes"][file.as_uri()]
    assert edit["newText"] == "Bucket"
    start, end = edit["range"]["start"], edit["range"]["end"]
    editor.change(file, 3, (start["line"], start["character"]), (end["line"], end["character"]), edit["newText"])
    assert editor.told(file.as_uri()) == []
    assert file.read_text(encoding="utf-8") == text, "the server wrote to the disk"
    assert editor.leave() == 0


def test_it_leaves_when_the_editor_is_gone(infrac: Path, tmp_path: Path) -> None:
    editor = Editor(infrac, tmp_path)
    editor.process.stdin.close()
    assert editor.process.wait(timeout=PATIENCE) == 0


def test_how_long_diagnostics_take(infrac: Path, tmp_path: Path) -> None:
    """Prints the figures; only what is said is decided here, not how fast."""
    stacks = "".join(
        f"stack S{stack} {{\n"
        + "".join(f"  q{at} = AWS::SQS::Queue {{\n    VisibilityTimeout = {at + 1}\n  }}\n" for at in range(16))
        + "}\n"
        for stack in range(100)
    )
    text = 'system large\nenvironment test { account = "111122223333", region = "eu-west-1" }\n' + stacks
    assert text.count("\n") >= 5000
    file = tmp_path / "large.infra"
    file.write_text(text, encoding="utf-8")
    editor = Editor(infrac, tmp_path)
    editor.open(file, text)
    assert editor.told(file.as_uri()) == []
    line = next(at for at, written in enumerate(text.split("\n")) if at > 2500 and "VisibilityTimeout" in written)
    column = text.split("\n")[line].index("VisibilityTimeout") + len("VisibilityTimeou")
    took = []
    for key in range(KEYS):
        # A letter goes, and comes again.
        began = time.monotonic()
        if key % 2 == 0:
            editor.change(file, key + 2, (line, column), (line, column + 1), "")
        else:
            editor.change(file, key + 2, (line, column), (line, column), "t")
        shown = editor.told(file.as_uri())
        took.append((time.monotonic() - began) * 1000)
        assert [mistake["code"] for mistake in shown] == (["unknown_property"] if key % 2 == 0 else [])
    assert editor.leave() == 0
    took.sort()
    print(f"\ndiagnostics after a key, {text.count(chr(10))} lines: median {statistics.median(took):.0f} ms, longest {took[-1]:.0f} ms")
