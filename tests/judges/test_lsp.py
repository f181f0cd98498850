"""Every feature of the language server, asked for by pytest-lsp's client on the five systems. What is answered is held against
something else that knows: the sources' own text, other commands of infrac, or the server's word on the text after an edit."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import pytest_asyncio
from conftest import SPECS, run
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

FIVE = ["cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"]
OPTIONS = lsp.FormattingOptions(tab_size=2, insert_spaces=True)

pytestmark = pytest.mark.asyncio


class System:
    """A copy of a system, open in an editor."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.texts = {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.infra"))}
        self.versions = dict.fromkeys(self.texts, 1)

    async def ask(self, method: str, params: object) -> object:
        return await self.client.protocol.send_request_async(method, params)

    def open_all(self) -> None:
        for path, text in self.texts.items():
            document = lsp.TextDocumentItem(path.as_uri(), "infra", 1, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    def change(self, path: Path, text: str) -> None:
        """Replaces the part that differs, as an editor would."""
        old = self.texts[path]
        head = next((at for at, (a, b) in enumerate(zip(old, text)) if a != b), min(len(old), len(text)))
        tail = 0
        while tail < min(len(old), len(text)) - head and old[-1 - tail] == text[-1 - tail]:
            tail += 1
        span = lsp.Range(position(old, head), position(old, len(old) - tail))
        self.versions[path] += 1
        document = lsp.VersionedTextDocumentIdentifier(self.versions[path], path.as_uri())
        change = lsp.TextDocumentContentChangePartial(span, text[head : len(text) - tail])
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        self.texts[path] = text

    async def mistakes(self, path: Path) -> list[lsp.Diagnostic]:
        """What the server says of a text as it is now."""
        report = await self.ask("textDocument/diagnostic", lsp.DocumentDiagnosticParams(identifier(path)))
        for found in report.items:
            assert within(self.texts[path], found.range), found
        return report.items

    async def errors(self) -> list[str]:
        found = [mistake for path in self.texts for mistake in await self.mistakes(path)]
        return [mistake.message for mistake in found if mistake.severity == lsp.DiagnosticSeverity.Error]

    def find(self, pattern: str) -> tuple[Path, re.Match[str]]:
        """The first place in the sources where a pattern stands."""
        for path, text in self.texts.items():
            if found := re.search(pattern, text, re.MULTILINE):
                return path, found
        raise AssertionError(f"no source of {self.folder.name} has {pattern}")

    def every(self, pattern: str) -> list[tuple[Path, re.Match[str]]]:
        return [(path, found) for path, text in self.texts.items() for found in re.finditer(pattern, text, re.MULTILINE)]

    def at(self, path: Path, offset: int) -> dict[str, object]:
        return {"text_document": identifier(path), "position": position(self.texts[path], offset)}

    def slice(self, path: Path, span: lsp.Range) -> str:
        text = self.texts[path]
        return text[offset(text, span.start) : offset(text, span.end)]

    def apply(self, changes: dict[str, list[lsp.TextEdit]]) -> None:
        for uri, edits in changes.items():
            path = local(uri)
            self.change(path, edited(self.texts[path], edits))


def identifier(path: Path) -> lsp.TextDocumentIdentifier:
    return lsp.TextDocumentIdentifier(path.as_uri())


def local(uri: str) -> Path:
    return Path(unquote(uri.removeprefix("file://")))


def position(text: str, offset: int) -> lsp.Position:
    line = text.count("\n", 0, offset)
    start = text.rfind("\n", 0, offset) + 1
    return lsp.Position(line, len(text[start:offset].encode("utf-16-le")) // 2)


def offset(text: str, place: lsp.Position) -> int:
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: place.line])
    units = lines[place.line].encode("utf-16-le")[: place.character * 2]
    return before + len(units.decode("utf-16-le"))


def within(text: str, span: lsp.Range) -> bool:
    lines = text.split("\n")
    inside = lambda at: at.line < len(lines) and at.character <= len(lines[at.line].encode("utf-16-le")) // 2
    return inside(span.start) and inside(span.end) and (span.start.line, span.start.character) <= (span.end.line, span.end.character)


def edited(text: str, edits: list[lsp.TextEdit]) -> str:
    # What begins at the same place stands in the order of the list.
    for _, edit in sorted(enumerate(edits), key=lambda one: (one[1].range.start.line, one[1].range.start.character, one[0]), reverse=True):
        assert within(text, edit.range), edit
        text = text[: offset(text, edit.range.start)] + edit.new_text + text[offset(text, edit.range.end) :]
    return text


async def served(infrac: Path, folder: Path, editor: str) -> LanguageClient:
    config = ClientServerConfig(server_command=[str(infrac), "lsp"], client_factory=make_test_lsp_client)
    client = await config.start()
    await client.initialize_session(
        lsp.InitializeParams(
            capabilities=client_capabilities(editor),
            workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), folder.name)],
        )
    )
    return client


@pytest_asyncio.fixture(params=FIVE)
async def system(request: pytest.FixtureRequest, infrac: Path, tmp_path: Path) -> AsyncIterator[System]:
    """Each of the five systems in an editor that pulls diagnostics, as VS Code does."""
    folder = Path(shutil.copytree(SPECS / request.param, tmp_path / request.param)).resolve()
    client = await served(infrac, folder, "visual-studio-code")
    opened = System(client, folder)
    opened.open_all()
    yield opened
    await client.shutdown_session()


async def test_there_is_no_mistake_and_one_is_told_and_mended(system: System) -> None:
    assert await system.errors() == []
    path, found = system.find(r"= (Bucket|Function|Key|Queue|LogGroup|Alarm)(?= \{)")
    before = system.texts[path]
    word = found[1]
    wrong = word[:-2] + word[-1] + word[-2]
    system.change(path, before[: found.start(1)] + wrong + before[found.end(1) :])
    [mistake] = [one for one in await system.mistakes(path) if one.code == "unknown_type"]
    assert system.slice(path, mistake.range) == wrong
    context = lsp.CodeActionContext([mistake])
    actions = await system.ask(
        "textDocument/codeAction", lsp.CodeActionParams(identifier(path), mistake.range, context)
    )
    [fix] = [action for action in actions if action.title == f"write `{word}`"]
    assert fix.kind == lsp.CodeActionKind.QuickFix
    system.apply(fix.edit.changes)
    assert system.texts[path] == before
    assert await system.errors() == []


async def test_names_lead_to_where_they_are_declared(system: System) -> None:
    path, found = system.find(r"^ +(\w+) += (Bucket|Function|Key|Queue|LogGroup|Alarm) \{")
    name, component = found.start(1), found.start(2)
    [place] = await system.ask("textDocument/definition", lsp.DefinitionParams(**system.at(path, component + 1)))
    library = local(place.uri)
    assert library.parent.name == "stdlib"
    line = library.read_text(encoding="utf-8").split("\n")[place.range.start.line]
    assert line.startswith(f"component {found[2]}")
    [ty] = await system.ask("textDocument/typeDefinition", lsp.TypeDefinitionParams(**system.at(path, name + 1)))
    assert (ty.uri, ty.range) == (place.uri, place.range)
    hover = await system.ask("textDocument/hover", lsp.HoverParams(**system.at(path, component + 1)))
    assert f"component {found[2]}" in hover.contents.value
    assert system.slice(path, hover.range) == found[2]
    made = await system.ask("textDocument/implementation", lsp.ImplementationParams(**system.at(path, component + 1)))
    written = {(p.as_uri(), position(system.texts[p], m.start(1)).line) for p, m in system.every(rf"(\w+)(?:\[[^\]]*\])? += {found[2]}\b")}
    assert {(place.uri, place.range.start.line) for place in made} == written


async def test_uses_are_found_and_renamed_without_a_replacement(system: System, infrac: Path) -> None:
    path, found = system.find(r"^ +(\w+) += (Bucket|Key|LogGroup|Table|Queue|Topic) \{")
    name = found[1]
    place = system.at(path, found.start(1) + 1)
    context = lsp.ReferenceContext(include_declaration=True)
    uses = await system.ask("textDocument/references", lsp.ReferenceParams(**place, context=context))
    assert uses and all(system.slice(local(use.uri), use.range) == name for use in uses)
    here = await system.ask("textDocument/documentHighlight", lsp.DocumentHighlightParams(**place))
    assert [one.range for one in here] == [use.range for use in uses if local(use.uri) == path]
    assert [one.kind for one in here].count(lsp.DocumentHighlightKind.Write) == 1
    prepared = await system.ask("textDocument/prepareRename", lsp.PrepareRenameParams(**place))
    assert prepared.placeholder == name
    before = run(infrac, "report", "names", system.folder).stdout
    edit = await system.ask("textDocument/rename", lsp.RenameParams(**place, new_name="renamed_here"))
    system.apply(edit.changes)
    assert await system.errors() == []
    assert sum(text.count("renamed_here") for text in system.texts.values()) == len(uses)
    for changed, text in system.texts.items():
        changed.write_text(text, encoding="utf-8")
    # What is deployed keeps its names.
    assert names(run(infrac, "report", "names", system.folder).stdout) == names(before)


def names(report: str) -> list[str]:
    """What things are called, of the tables of `infrac report names`: behind their types, which stand once, and their paths."""
    rows = [re.split(r"\s{2,}", row.strip()) for row in report.split("\n")]
    return sorted(row[2 if "::" in row[0] else 1] for row in rows if len(row) > 2)


async def test_what_fits_is_offered(system: System) -> None:
    path, found = system.find(r"^stack \w+[^\n]*\{\n")
    begin = found.end()
    asked = lambda text: lsp.CompletionParams(**system.at(path, system.texts[path].index(text) + len(text)))
    before = system.texts[path]
    for written, offered in [
        ("  zz = AWS::SQS::Queue { Visib", "VisibilityTimeout"),
        ('  zz = AWS::DynamoDB::Table { BillingMode = "PAY', "PAY_PER_REQUEST"),
        ("  zz = Buck", "Bucket"),
        ("  let zz = reg", "region"),
        ("  zz = AWS::IAM::Rol", "AWS::IAM::Role"),
        ("  gran", "grant"),
        ("  @wai", "waive"),
    ]:
        system.change(path, before[:begin] + written + "\n" + before[begin:])
        listed = await system.ask("textDocument/completion", asked(written))
        labels = [item.label for item in listed.items]
        assert offered in labels, (written, labels[:10])
        edit = next(item.text_edit for item in listed.items if item.label == offered)
        assert within(system.texts[path], edit.range)
    system.change(path, before[:begin] + "  let zz = min(1, 2)\n" + before[begin:])
    second = system.texts[path].index("min(1, ") + 7
    help = await system.ask("textDocument/signatureHelp", lsp.SignatureHelpParams(**system.at(path, second)))
    assert help.signatures[0].label == "min(a, b)" and help.active_parameter == 1


async def test_whole_files_are_shown(system: System, infrac: Path) -> None:
    await system.errors()
    known = run(infrac, "report", "names", system.folder).stdout
    hinted = 0
    for path, text in system.texts.items():
        document = identifier(path)
        symbols = await system.ask("textDocument/documentSymbol", lsp.DocumentSymbolParams(document))
        stacks = [symbol.name for symbol in symbols if symbol.kind == lsp.SymbolKind.Package]
        assert stacks == re.findall(r"^stack (\w+)", text, re.MULTILINE)
        assert all(system.slice(path, symbol.selection_range) == symbol.name for symbol in symbols)
        folds = await system.ask("textDocument/foldingRange", lsp.FoldingRangeParams(document))
        folded = {fold.start_line for fold in folds}
        for stack in re.finditer(r"^stack \w+[^\n]*\{\n", text, re.MULTILINE):
            assert position(text, stack.start()).line in folded
        tokens = await system.ask("textDocument/semanticTokens/full", lsp.SemanticTokensParams(document))
        words = decoded(text, tokens.data)
        for stack in re.finditer(r"^stack (\w+)", text, re.MULTILINE):
            assert words[stack.start(1)] == (stack[1], 0, 1)
        whole = lsp.Range(lsp.Position(0, 0), position(text, len(text)))
        hints = await system.ask("textDocument/inlayHint", lsp.InlayHintParams(document, whole))
        for hint in hints:
            assert within(text, lsp.Range(hint.position, hint.position))
            if measured := re.fullmatch(r"(\S+) \((\d+).*\)", hint.label):
                hinted += 1
                assert "…" in measured[1] or "{" in measured[1] or measured[1] in known, hint.label
                assert "…" in measured[1] or "{" in measured[1] or int(measured[2]) == len(measured[1])
        middle = position(text, len(text) // 2)
        [around] = await system.ask("textDocument/selectionRange", lsp.SelectionRangeParams(document, [middle]))
        while around.parent:
            assert offset(text, around.parent.range.start) <= offset(text, around.range.start)
            assert offset(text, around.parent.range.end) >= offset(text, around.range.end)
            around = around.parent
        assert around.range == whole
    assert hinted > 0


def decoded(text: str, data: list[int]) -> dict[int, tuple[str, int, int]]:
    """Tokens by where they begin: the word, its kind, its modifiers."""
    words = {}
    line = column = 0
    for delta, start, length, kind, modifiers in zip(*[iter(data)] * 5):
        line, column = line + delta, start if delta else column + start
        begin = offset(text, lsp.Position(line, column))
        words[begin] = (text[begin : offset(text, lsp.Position(line, column + length))], kind, modifiers)
    return words


async def test_symbols_of_the_workspace(system: System) -> None:
    path, found = system.find(r"^stack (\w+)")
    found_there = await system.ask("workspace/symbol", lsp.WorkspaceSymbolParams(found[1].lower()))
    own = [symbol for symbol in found_there if symbol.name == found[1]]
    assert [local(symbol.location.uri) for symbol in own][:1] == [path]


async def test_texts_are_brought_into_form(system: System) -> None:
    for path, text in system.texts.items():
        if '"""' in text or not re.search(r"^stack", text, re.MULTILINE):
            continue
        messy = re.sub(r"^  (?=\w+ = )", "      ", text, flags=re.MULTILINE)
        messy = re.sub(r" = (?=\d)", "=", messy)
        system.change(path, messy)
        edits = await system.ask("textDocument/formatting", lsp.DocumentFormattingParams(identifier(path), OPTIONS))
        assert edited(messy, edits) == text
        line = next((at for at, (a, b) in enumerate(zip(text.split("\n"), messy.split("\n"))) if a != b), None)
        if line is None:
            continue
        one = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 1))
        edits = await system.ask(
            "textDocument/rangeFormatting", lsp.DocumentRangeFormattingParams(identifier(path), one, OPTIONS)
        )
        assert edits and all(edit.range.start.line <= line <= edit.range.end.line for edit in edits)
        after = edited(messy, edits).split("\n")
        assert after[:line] == messy.split("\n")[:line]
        place = {"text_document": identifier(path), "position": lsp.Position(line + 1, 0)}
        typed = await system.ask(
            "textDocument/onTypeFormatting", lsp.DocumentOnTypeFormattingParams(**place, ch="\n", options=OPTIONS)
        )
        assert edited(messy, typed).split("\n")[line + 1 :] == messy.split("\n")[line + 1 :]
        system.change(path, text)


async def test_links_lead_to_files_that_are_there(system: System) -> None:
    for path, text in system.texts.items():
        links = await system.ask("textDocument/documentLink", lsp.DocumentLinkParams(identifier(path)))
        shown = {system.slice(path, link.range): link.target for link in links}
        for named in re.findall(r'(?:file|asset)\(("[^"{}]+")\)', text):
            there = path.parent / named.strip('"')
            if there.is_file():
                assert local(shown[named]) == there
        for word, target in shown.items():
            if word.startswith("AWS::"):
                assert target.startswith("https://docs.aws.amazon.com/"), target
            else:
                assert local(target).exists()


async def test_what_a_stack_comes_to_is_shown_beside_it(system: System, infrac: Path, tmp_path: Path) -> None:
    built = tmp_path / "built"
    assert run(infrac, "build", system.folder, "-o", built).returncode == 0
    templates = {file.name: file.read_text(encoding="utf-8") for file in built.rglob("*.template.json")}
    path, found = system.find(r"^stack (\w+)")
    lenses = await system.ask("textDocument/codeLens", lsp.CodeLensParams(identifier(path)))
    own = [lens for lens in lenses if system.slice(path, lens.range) == found[1]]
    titles = [lens.command.title.split(":")[0] for lens in own]
    assert titles[:2] == ["template", "plan"]
    execute = lambda lens: system.ask("workspace/executeCommand", lsp.ExecuteCommandParams(lens.command.command, lens.command.arguments))
    shown = await execute(own[0])
    text = shown["text"] if isinstance(shown, dict) else shown.text
    parts = re.split(r"^// (.+)$", text, flags=re.MULTILINE)[1:]
    assert parts
    for name, template in zip(parts[::2], parts[1::2]):
        assert template.strip() == templates[name.split("/")[-1]].strip()
    plan = await execute(own[1])
    text = plan["text"] if isinstance(plan, dict) else plan.text
    assert text.strip() == run(infrac, "plan", system.folder).stdout.strip()


async def test_calls_are_followed(system: System) -> None:
    path, found = system.find(r"^ +(\w+) += (Bucket|Function|Key|Queue|LogGroup|Alarm) \{")
    items = await system.ask("textDocument/prepareCallHierarchy", lsp.CallHierarchyPrepareParams(**system.at(path, found.start(2) + 1)))
    [item] = items
    assert item.name == found[2]
    # Callers are looked for in the system that a component is declared in.
    for where, own in system.every(r"^component (\w+)"):
        made = system.every(rf"= {own[1]} \{{")
        place = system.at(where, own.start(1) + 1)
        [item] = await system.ask("textDocument/prepareCallHierarchy", lsp.CallHierarchyPrepareParams(**place))
        incoming = await system.ask("callHierarchy/incomingCalls", lsp.CallHierarchyIncomingCallsParams(item))
        assert sum(len(call.from_ranges) for call in incoming) >= len(made)
        for call in incoming:
            outgoing = await system.ask("callHierarchy/outgoingCalls", lsp.CallHierarchyOutgoingCallsParams(call.from_))
            assert own[1] in [other.to.name for other in outgoing]


async def test_sources_are_changed_in_form(system: System) -> None:
    async def act(path: Path, span: tuple[int, int], title: str) -> str:
        text = system.texts[path]
        place = lsp.Range(position(text, span[0]), position(text, span[1]))
        actions = await system.ask("textDocument/codeAction", lsp.CodeActionParams(identifier(path), place, lsp.CodeActionContext([])))
        found = [action for action in actions if action.title.startswith(title)]
        assert found, [action.title for action in actions]
        return edited(text, found[0].edit.changes[path.as_uri()])

    before = {**system.texts}
    path, found = system.find(r"^environment (\w+)")
    system.change(path, await act(path, (found.start(1), found.start(1)), "add an environment"))
    assert re.search(rf"^environment \w+ from {found[1]} \{{\}}$", system.texts[path], re.MULTILINE)
    system.change(path, before[path])

    path, found = system.find(r"^stack \w+[^\n]*\{\n")
    text = before[path]
    addition = "  zq = AWS::SQS::Queue { VisibilityTimeout = 30 + 1 }\n  zs = AWS::EC2::Subnet {}\n"
    system.change(path, text[: found.end()] + addition + text[found.end() :])
    value = system.texts[path].index("30 + 1")
    named = await act(path, (value, value + 6), "give this value a name")
    assert "let visibility_timeout = 30 + 1\n  zq = AWS::SQS::Queue { VisibilityTimeout = visibility_timeout }" in named
    subnet = system.texts[path].index("zs = ")
    completed = await act(path, (subnet, subnet), "set `VpcId`")
    assert "zs = AWS::EC2::Subnet { VpcId = " in completed
    begin = system.texts[path].index("  zq = ")
    component = await act(path, (begin, system.texts[path].index("\n", begin) + 1), "make a component")
    assert "part = Part {}" in component and "component Part {\n  zq = AWS::SQS::Queue" in component

    system.change(path, text)
    for path, found in system.every(r"^ +grant [\w.]+ (\w+), \w+ on ")[:1]:
        narrowed = await act(path, (found.start(1), found.start(1)), f"grant only `{found[1]}`")
        assert len(narrowed) < len(system.texts[path])


async def test_a_waiver_waits_for_its_reason(system: System) -> None:
    path, found = system.find(r"^stack \w+[^\n]*\{\n")
    text = system.texts[path]
    system.change(path, text[: found.end()] + "  let zz_unused = 1\n" + text[found.end() :])
    mistakes = await system.mistakes(path)
    for mistake in mistakes:
        context = lsp.CodeActionContext([mistake])
        actions = await system.ask("textDocument/codeAction", lsp.CodeActionParams(identifier(path), mistake.range, context))
        titles = [action.title for action in actions]
        if f"waive `{mistake.code}` here, with a reason" in titles:
            break
    else:
        pytest.skip("nothing here can be waived")
    chosen = actions[titles.index(f"waive `{mistake.code}` here, with a reason")]
    [edit] = chosen.edit.changes[path.as_uri()]
    assert edit.new_text.startswith(f'@waive({mistake.code}, because "")')


async def test_work_is_shown_and_called_off(system: System) -> None:
    path, found = system.find(r"^stack (\w+)")
    context = lsp.ReferenceContext(include_declaration=True)
    place = system.at(path, found.start(1))
    await system.ask("textDocument/references", lsp.ReferenceParams(**place, context=context, work_done_token="mine"))
    kinds = [report.kind for report in system.client.progress_reports["mine"]]
    assert kinds == ["begin", "end"]
    waiting = [system.ask("textDocument/semanticTokens/full", lsp.SemanticTokensParams(identifier(path))) for _ in range(3)]
    assert all(answer.data for answer in [await one for one in waiting])


@pytest.mark.parametrize("name", FIVE)
async def test_an_editor_that_does_not_ask_is_told(infrac: Path, tmp_path: Path, name: str) -> None:
    """Push diagnostics, in the files that are not open, too."""
    folder = Path(shutil.copytree(SPECS / name, tmp_path / name)).resolve()
    client = await served(infrac, folder, "neovim")
    opened = System(client, folder)
    path, found = opened.find(r"^system ")
    document = lsp.TextDocumentItem(path.as_uri(), "infra", 1, opened.texts[path])
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
    await client.wait_for_notification("textDocument/publishDiagnostics")
    errors = lambda: [one for of in client.diagnostics.values() for one in of if one.severity == lsp.DiagnosticSeverity.Error]
    assert errors() == []
    # Without its params, others of its files are wrong.
    opened.change(path, re.sub(r"^param (\w+)", r"param \1_gone", opened.texts[path], flags=re.MULTILINE))
    for _ in range(50):
        await client.wait_for_notification("textDocument/publishDiagnostics")
        if errors():
            break
    assert errors()
    await client.shutdown_session()


async def test_several_folders_are_one_workspace(infrac: Path, tmp_path: Path) -> None:
    first, second = (Path(shutil.copytree(SPECS / name, tmp_path / name)).resolve() for name in FIVE[:2])
    client = await served(infrac, first, "visual-studio-code")
    of = lambda folder: lsp.WorkspaceFolder(folder.as_uri(), folder.name)
    ask = lambda: client.protocol.send_request_async("workspace/symbol", lsp.WorkspaceSymbolParams("alb_logs"))
    assert await ask() == []
    event = lsp.WorkspaceFoldersChangeEvent(added=[of(second)], removed=[])
    client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
    [symbol] = await ask()
    assert local(symbol.location.uri) == second / "compute.infra"
    await client.shutdown_session()
