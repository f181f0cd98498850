// Starts `infrac lsp` for `.infra` files, and shows a system's deploy order beside its sources.
"use strict";

const { execFile } = require("node:child_process");
const path = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

/** The program that serves. */
function program() {
  return vscode.workspace.getConfiguration("infrac").get("path", "infrac");
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  client = new LanguageClient("infrac", "infrac", server, {
    documentSelector: [{ scheme: "file", language: "infra" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.infra") },
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    vscode.window.showErrorMessage(`infrac cannot be started as \`${server.command}\`: set \`infrac.path\`. ${error}`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

/** What `infrac plan` says of the system that the open file belongs to. */
function showPlan() {
  const file = vscode.window.activeTextEditor?.document;
  if (file?.languageId !== "infra") {
    vscode.window.showInformationMessage("Open a file of the system first.");
    return;
  }
  const folder = path.dirname(file.uri.fsPath);
  execFile(program(), ["plan", file.uri.fsPath], { cwd: folder }, async (error, out, told) => {
    const content = error ? told || String(error) : out;
    const shown = await vscode.workspace.openTextDocument({ content, language: "plaintext" });
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  });
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("infrac.restart", async () => {
      await stop();
      await start();
    }),
    vscode.commands.registerCommand("infrac.showPlan", showPlan),
    vscode.workspace.onDidChangeConfiguration(async (changed) => {
      if (changed.affectsConfiguration("infrac.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
