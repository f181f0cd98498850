"""How long an editor waits, and how much memory the server takes: a client over standard input and output types into systems
of 5,000 lines, and prints a table.

    .venv/bin/python tests/judges/latency.py --infrac target/release/infrac [--keys 200]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from editor import Editor

LINES = 5000
HEAD = """system {name}

environment test {{ account = "111122223333", region = "eu-west-1" }}
environment live {{ account = "444455556666", region = "eu-west-1" }}
"""


def written_out() -> str:
    """Resources as CloudFormation has them, most lines a property."""
    queue = "  q{at} = AWS::SQS::Queue {{\n    VisibilityTimeout = {seconds}\n  }}\n"
    stack = lambda number: f"stack S{number} {{\n" + "".join(
        queue.format(at=at, seconds=at + 1) for at in range(16)) + "}\n"  # fmt: skip
    return HEAD.format(name="large") + "".join(stack(number) for number in range(100))


SERVICE = """
stack Service{n} "Service {n}" {{
  uploads{n} = Bucket {{
    versioned  = true
    encryption = "AES256"
  }}
  requests{n} = Queue {{
    visible_after = 60s
  }}
  logs{n} = LogGroup {{
    kept = 30d
  }}
  worker{n} = AWS::IAM::Role {{
    AssumeRolePolicyDocument = {{
      Version   = "2012-10-17"
      Statement = [{{ Effect = "Allow", Principal = {{ Service = "ec2.amazonaws.com" }}, Action = "sts:AssumeRole" }}]
    }}
  }}
  grant worker{n} read on uploads{n}
  grant worker{n} write on logs{n}
  output bucket_arn{n} = uploads{n}.arn
}}
"""


def composed() -> str:
    """Components and grants, which become several resources each."""
    text = HEAD.format(name="composed")
    number = 0
    while text.count("\n") < LINES:
        text += SERVICE.format(n=number)
        number += 1
    return text


class Wait(NamedTuple):
    """How long one kind of answer took, and for how much of that the server computed, in milliseconds."""

    system: str
    what: str
    times: list[float]
    computed: list[float]

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def memory(process: int) -> int:
    """What a process holds of the machine's memory, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def computed(process: int) -> float:
    """For how many milliseconds all threads of a process have computed."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e6


class Clock:
    """Looks at both clocks before and after."""

    def __init__(self, process: int, wait: Wait) -> None:
        self.process, self.wait = process, wait

    def __enter__(self) -> None:
        self.began, self.before = time.monotonic(), computed(self.process)

    def __exit__(self, *_: object) -> None:
        self.wait.times.append((time.monotonic() - self.began) * 1000)
        self.wait.computed.append(computed(self.process) - self.before)


def typed(infrac: Path, system: str, text: str, word: str, keys: int) -> tuple[list[Wait], int, int]:
    """Takes a letter of a word away and writes it again, and asks for completions behind it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / "main.infra"
        file.write_text(text, encoding="utf-8")
        editor = Editor(infrac, file.parent)
        uri = file.as_uri()
        kinds = ["opened", "diagnostics after a key", "completion", "hover"]
        waits = {what: Wait(system, what, [], []) for what in kinds}
        clock = lambda what: Clock(editor.process.pid, waits[what])
        with clock("opened"):
            editor.open(file, text)
            assert editor.told(uri) == [], f"{system} is not without mistakes"
        before = memory(editor.process.pid)
        lines = text.split("\n")
        line = next(at for at, written in enumerate(lines) if at > len(lines) // 2 and word in written)
        column = lines[line].index(word) + len(word) - 1
        place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}

        def press(key: int) -> None:
            there = key % 2 == 0
            editor.change(file, key + 2, (line, column), (line, column + there), "" if there else word[-1])

        for key in range(keys):
            with clock("diagnostics after a key"):
                press(key)
                shown = editor.told(uri)
            assert bool(shown) == (key % 2 == 0), shown[:3]
        for key in range(keys, 2 * keys):
            # As editors do: the text changes, and the question follows at once.
            press(key)
            with clock("completion"):
                found = editor.ask("textDocument/completion", place)
            assert found["items"], "nothing is offered"
            editor.told(uri)
            with clock("hover"):
                editor.ask("textDocument/hover", place)
        after = memory(editor.process.pid)
        assert editor.leave() == 0
        return list(waits.values()), before, after


def table(infrac: Path, keys: int) -> str:
    """All of it as a table."""
    rows = ["| system | what | median | 99th | longest | computed, median |", "| --- | --- | --- | --- | --- | --- |"]
    for system, text, word in [("written out", written_out(), "VisibilityTimeout"), ("composed", composed(), "encryption")]:
        waits, before, after = typed(infrac, system, text, word, keys)
        for wait in waits:
            figures = [statistics.median(wait.times), wait.quantile(0.99), max(wait.times)]
            figures.append(statistics.median(wait.computed))
            rows.append(f"| {wait.system} | {wait.what} | " + " | ".join(f"{took:.0f} ms" for took in figures) + " |")
        rows.append(f"| {system} | memory | {before} MiB when opened | {after} MiB after {2 * keys} keys | | |")
    return "\n".join(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--infrac", type=Path, required=True)
    parser.add_argument("--keys", type=int, default=200)
    asked = parser.parse_args()
    print(table(asked.infrac.resolve(), asked.keys))
