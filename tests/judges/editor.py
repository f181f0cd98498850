"""A language client over standard input and output, for the judges that measure and that break things."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

PATIENCE = 60


class Editor:
    """Writes requests, and reads what comes in a thread of its own."""

    def __init__(self, infrac: Path, folder: Path, capabilities: dict[str, Any] | None = None) -> None:
        self.process = subprocess.Popen([infrac, "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.incoming: queue.Queue[dict[str, Any]] = queue.Queue()
        self.number = 0
        threading.Thread(target=self._read, daemon=True).start()
        greeting = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities or {}}
        self.greeting = self.ask("initialize", greeting)
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

    def begin(self, method: str, params: Any) -> int:
        """Sends a request without waiting for its answer."""
        self.number += 1
        self._write({"id": self.number, "method": method, "params": params})
        return self.number

    def answer(self, number: int) -> dict[str, Any]:
        """The whole message that answers a request."""
        while True:
            message = self.incoming.get(timeout=PATIENCE)
            if message.get("id") == number and "method" not in message:
                return message

    def ask(self, method: str, params: Any) -> Any:
        return self.answer(self.begin(method, params))["result"]

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
