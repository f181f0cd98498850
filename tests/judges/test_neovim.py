"""Neovim with the plugin of `editors/vim`, without a screen: a real editor's own client."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SESSION = r"""
local out = {}
vim.wait(20000, function() return #vim.lsp.buf_get_clients(0) > 0 or next(vim.lsp.buf_get_clients(0)) ~= nil end)
local function ask(method, needle, shift)
  vim.fn.cursor(1, 1)
  vim.fn.search(needle)
  local params = vim.lsp.util.make_position_params()
  params.position.character = params.position.character + (shift or 0)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do
    return answer.result
  end
end
out.filetype = vim.bo.filetype
vim.fn.search("Bucket {")
out.syntax = vim.fn.synIDattr(vim.fn.synID(vim.fn.line("."), vim.fn.col("."), 1), "name")
out.definition = ask("textDocument/definition", "Bucket {")
out.completion = ask("textDocument/completion", "versioned", 3)
vim.cmd([[%s/Bucket {/Bukcet {/]])
vim.wait(20000, function() return #vim.diagnostic.get(0) > 0 end)
out.diagnostics = vim.tbl_map(function(found) return found.code or found.user_data.lsp.code end, vim.diagnostic.get(0))
vim.fn.writefile({ vim.fn.json_encode(out) }, vim.env.ANSWERS)
vim.cmd("qa!")
"""


def test_neovim_is_served(infrac: Path, hr_lab: Path, tmp_path: Path) -> None:
    nvim = shutil.which("nvim")
    if nvim is None:
        pytest.skip("Neovim is not installed")
    lab = Path(shutil.copytree(hr_lab, tmp_path / "hr-lab"))
    script = tmp_path / "session.lua"
    script.write_text(SESSION, encoding="utf-8")
    answers = tmp_path / "answers.json"
    before = [f"set runtimepath^={ROOT / 'editors/vim'}", f"let g:infrac_command = ['{infrac}', 'lsp']"]
    command = [nvim, "--headless", "-u", "NONE", "-i", "NONE"]
    command += [word for line in before for word in ("--cmd", line)]
    command += ["--cmd", "filetype plugin on | syntax on", "--cmd", "runtime! plugin/infrac.lua"]
    command += [str(lab / "storage.infra"), "-c", f"luafile {script}"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ANSWERS": str(answers)}
    subprocess.run(command, env=environment, timeout=120, check=True, capture_output=True, cwd=lab)
    told = json.loads(answers.read_text(encoding="utf-8"))
    assert told["filetype"] == "infra"
    assert told["syntax"] == "infraComponent"
    [place] = told["definition"]
    assert place["uri"].endswith("/stdlib/bucket.infra")
    assert "versioned" in [item["label"] for item in told["completion"]["items"]]
    assert "unknown_type" in told["diagnostics"]
