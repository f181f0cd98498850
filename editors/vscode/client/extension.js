// Starts `infrac lsp` for `.infra` files, and shows what a system comes to beside its sources.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** Documents of this scheme show what the server made; nobody can write into them. */
const SCHEME = "infrac";

/** @type {LanguageClient | undefined} */
let client;

/** What is shown beside sources: the text, and the command that makes it anew. */
const shown = new Map();
const changed = new vscode.EventEmitter();

/** The program that serves. */
function program() {
  return vscode.workspace.getConfiguration("infrac").get("path", "infrac");
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  client = new LanguageClient("infrac", "infrac", server, {
    documentSelector: [{ scheme: "file", language: "infra" }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.infra") },
    // What a code lens asks to be shown comes back as a text.
    middleware: { executeCommand: (command, given, next) => present(command, given, () => next(command, given)) },
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

/** Asks the server for a text and shows it beside the source. */
async function present(command, given, make) {
  const made = await make();
  if (typeof made?.text !== "string") {
    return made;
  }
  const path = `/${[made.title, ...given.slice(1)].join(" ")}`;
  const uri = vscode.Uri.from({ scheme: SCHEME, path, query: given[0] });
  shown.set(uri.toString(), { text: made.text, make });
  changed.fire(uri);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.languages.setTextDocumentLanguage(document, made.language);
  const beside = { viewColumn: vscode.ViewColumn.Beside, preview: false, preserveFocus: true };
  await vscode.window.showTextDocument(document, beside);
  return made;
}

/** What is shown is made anew when a source is saved. */
async function refresh() {
  for (const document of vscode.workspace.textDocuments) {
    const known = document.uri.scheme === SCHEME && shown.get(document.uri.toString());
    if (known) {
      const made = await known.make().catch(() => undefined);
      known.text = made?.text ?? known.text;
      changed.fire(document.uri);
    }
  }
}

/** Runs commands of the server for the system that the open file belongs to. */
async function show(...commands) {
  const file = vscode.window.activeTextEditor?.document;
  if (file?.languageId !== "infra") {
    vscode.window.showInformationMessage("Open a file of the system first.");
    return;
  }
  for (const command of commands) {
    try {
      await vscode.commands.executeCommand(command, file.uri.toString());
    } catch (error) {
      vscode.window.showErrorMessage(`infrac: ${error.message ?? error}`);
      return;
    }
  }
}

async function activate(context) {
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => shown.get(uri.toString())?.text ?? "",
    }),
    vscode.commands.registerCommand("infrac.restart", async () => {
      await stop();
      await start();
    }),
    vscode.commands.registerCommand("infrac.show", () => show("infrac.template", "infrac.plan")),
    vscode.commands.registerCommand("infrac.showPlan", () => show("infrac.plan")),
    vscode.commands.registerCommand("infrac.showAccess", () => show("infrac.access")),
    vscode.workspace.onDidSaveTextDocument((document) => (document.languageId === "infra" ? refresh() : undefined)),
    vscode.workspace.onDidCloseTextDocument((document) => shown.delete(document.uri.toString())),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("infrac.path")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
