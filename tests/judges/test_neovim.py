"""Neovim with the plugin of `editors/vim`, without a screen: a real editor's own client, asked for all that it supports."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, SPECS

FIVE = ["cloudvault", "hr-lab", "json-upload", "spec-wizard", "uk-home-improvement"]
COMPONENT = r"^ +(\w+) += (Bucket|Function|Key|Queue|LogGroup|Alarm) \{"

SESSION = r"""
local out = {}
local asked = vim.fn.json_decode(vim.env.ASKED)
vim.wait(20000, function() return next(vim.lsp.buf_get_clients(0)) ~= nil end)
local function request(method, params)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do
    return answer.result
  end
end
local function at(place)
  vim.fn.cursor(place[1], place[2])
  return vim.lsp.util.make_position_params()
end
local document = { textDocument = vim.lsp.util.make_text_document_params() }
local options = { tabSize = 2, insertSpaces = true }
out.filetype = vim.bo.filetype
vim.fn.cursor(asked.component[1], asked.component[2])
out.syntax = vim.fn.synIDattr(vim.fn.synID(vim.fn.line("."), vim.fn.col("."), 1), "name")
for _, method in ipairs({ "definition", "hover", "implementation" }) do
  out[method] = request("textDocument/" .. method, at(asked.component))
end
for _, method in ipairs({ "typeDefinition", "documentHighlight", "prepareCallHierarchy" }) do
  out[method] = request("textDocument/" .. method, at(asked.instance))
end
out.incoming = request("callHierarchy/incomingCalls", { item = out.prepareCallHierarchy[1] })
local params = at(asked.instance)
params.context = { includeDeclaration = true }
out.references = request("textDocument/references", params)
out.symbols = request("textDocument/documentSymbol", document)
out.workspace = request("workspace/symbol", { query = asked.stack })
out.links = request("textDocument/documentLink", document)
out.lenses = request("textDocument/codeLens", document)
out.formatting = request("textDocument/formatting", { textDocument = document.textDocument, options = options })

-- A new name, as the editor itself gives it.
vim.fn.cursor(asked.instance[1], asked.instance[2])
vim.lsp.buf.rename("renamed_here")
vim.wait(20000, function() return vim.fn.search("renamed_here", "nw") > 0 end)
out.renamed = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
vim.cmd("silent! undo")

-- A mistake, and what the editor shows of it.
local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
local function errors()
  return vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end
vim.fn.cursor(1, 1)
vim.cmd("%s/= " .. asked.word .. " {/= " .. asked.wrong .. " {/")
vim.wait(20000, function() return #errors() > 0 end)
out.diagnostics = vim.tbl_map(function(found) return found.code or found.user_data.lsp.code end, errors())
vim.api.nvim_buf_set_lines(0, 0, -1, false, before)
vim.wait(20000, function() return #errors() == 0 end)
out.left = #errors()

-- Text that is brought into form, and completed.
vim.fn.append(asked.instance[1] - 1, "      zq    =   AWS::SQS::Queue { Visib")
vim.fn.cursor(asked.instance[1], #vim.fn.getline(asked.instance[1]) + 1)
local params = vim.lsp.util.make_position_params()
params.position.character = #vim.fn.getline(asked.instance[1])
out.completion = request("textDocument/completion", params)
vim.fn.setline(asked.instance[1], "      zq    =   AWS::SQS::Queue { VisibilityTimeout=min(3, 4) }")
params.position.character = vim.fn.match(vim.fn.getline(asked.instance[1]), "4")
out.signature = request("textDocument/signatureHelp", params)
vim.lsp.buf.formatting_sync(options, 20000)
out.formatted = vim.fn.getline(asked.instance[1])
vim.fn.writefile({ vim.fn.json_encode(out) }, vim.env.ANSWERS)
vim.cmd("qa!")
"""


@pytest.mark.parametrize("name", FIVE)
def test_neovim_is_served(infrac: Path, tmp_path: Path, name: str) -> None:
    nvim = shutil.which("nvim")
    if nvim is None:
        pytest.skip("Neovim is not installed")
    folder = Path(shutil.copytree(SPECS / name, tmp_path / name)).resolve()
    path, found = next(
        (path, found)
        for path in sorted(folder.rglob("*.infra"))
        if (found := re.search(COMPONENT, path.read_text(encoding="utf-8"), re.MULTILINE))
    )
    text = path.read_text(encoding="utf-8")
    where = lambda offset: [text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)]
    stack = re.search(r"^stack (\w+)", text, re.MULTILINE)
    word = found[2]
    asked = {"instance": where(found.start(1)), "component": where(found.start(2)), "word": word,
             "wrong": word[:-2] + word[-1] + word[-2], "stack": stack[1]}  # fmt: skip
    script = tmp_path / "session.lua"
    script.write_text(SESSION, encoding="utf-8")
    answers = tmp_path / "answers.json"
    before = [f"set runtimepath^={ROOT / 'editors/vim'}", f"let g:infrac_command = ['{infrac}', 'lsp']"]
    command = [nvim, "--headless", "-u", "NONE", "-i", "NONE"]
    command += [word for line in before for word in ("--cmd", line)]
    command += ["--cmd", "filetype plugin on | syntax on", "--cmd", "runtime! plugin/infrac.lua"]
    command += [str(path), "-c", f"luafile {script}"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ANSWERS": str(answers), "ASKED": json.dumps(asked)}
    done = subprocess.run(command, env=environment, timeout=240, check=True, capture_output=True, cwd=folder)
    assert answers.is_file(), done.stderr.decode()
    told = json.loads(answers.read_text(encoding="utf-8"))
    assert told["filetype"] == "infra"
    assert told["syntax"] == "infraComponent"
    line = asked["instance"][0] - 1
    for method in ("definition", "typeDefinition"):
        [place] = told[method]
        assert "/stdlib/" in place["uri"], method
    assert f"component {word}" in told["hover"]["contents"]["value"]
    assert line in [place["range"]["start"]["line"] for place in told["implementation"] if place["uri"] == path.as_uri()]
    assert line in [place["range"]["start"]["line"] for place in told["documentHighlight"]]
    assert line in [place["range"]["start"]["line"] for place in told["references"] if place["uri"] == path.as_uri()]
    assert told["prepareCallHierarchy"][0]["name"] == word
    # Of a component of the library, only the library's own calls are told.
    assert isinstance(told["incoming"], list)
    assert stack[1] in [symbol["name"] for symbol in told["symbols"]]
    assert stack[1] in [symbol["name"] for symbol in told["workspace"]]
    assert all("target" in link for link in told["links"])
    assert [lens["command"]["title"].split(":")[0] for lens in told["lenses"][:2]] == ["template", "plan"]
    assert told["formatting"] == []
    assert re.search(r"^ +renamed_here\b", told["renamed"], re.MULTILINE)
    assert "unknown_type" in told["diagnostics"]
    assert told["left"] == 0
    assert "VisibilityTimeout" in [item["label"] for item in told["completion"]["items"]]
    assert told["signature"]["signatures"][0]["label"] == "min(a, b)" and told["signature"]["activeParameter"] == 1
    assert re.fullmatch(r" +zq += AWS::SQS::Queue \{ VisibilityTimeout = min\(3, 4\) \}", told["formatted"])
