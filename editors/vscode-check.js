// Drives the extension by Node with the real server, in an editor that is only as much as the extension asks for.
//
// usage: node editors/vscode-check.js PATH-OF-POSTERN
'use strict';

const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const Module = require('module');

const program = path.resolve(process.argv[2] || '.build/release/postern');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'postern-vscode-'));
process.env.XDG_CACHE_HOME = path.join(folder, 'cache');
const file = path.join(folder, 'shop.postern');
const text = `policy shop edition 1
use std.pii
issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string } }
identity bot from ci { when claim.sub == "bot" }
resource db : postgres { tags live }
allow reads {
  who  bot
  on   db
  to   selec from orders
}
mask bank { on db  value pii.iban with redact }
test "drops" {
  as bot
  on db
  "drop table orders" -> allow
}
`;
fs.writeFileSync(file, text);

class Emitter {
  constructor() { this.listeners = []; this.event = (listener) => { this.listeners.push(listener); return { dispose() {} }; }; }
  fire(value) { this.listeners.forEach((listener) => listener(value)); }
  dispose() {}
}
class Position { constructor(line, character) { Object.assign(this, { line, character }); } }
class Range {
  constructor(a, b, c, d) { this.start = new Position(a, b); this.end = new Position(c, d); }
}
/** A class that keeps what it is given. */
const plain = (...names) => class { constructor(...values) { names.forEach((name, index) => { this[name] = values[index]; }); } };
const disposable = () => ({ dispose() {} });
const uri = (value) => ({ scheme: 'file', fsPath: decodeURIComponent(value.replace('file://', '')), toString: () => value });

const providers = {};
const commands = {};
const diagnostics = new Map();
const messages = [];
const events = {};
const onEvent = (name) => (listener) => { events[name] = listener; return disposable(); };
let diagnosticsChanged = () => {};
const document = {
  uri: uri('file://' + file), languageId: 'postern', version: 1, getText: () => text,
};

const vscode = {
  version: '1.75.0',
  Position, Range, EventEmitter: Emitter,
  Location: plain('uri', 'range'), TextEdit: plain('range', 'newText'), Diagnostic: plain('range', 'message', 'severity'),
  DiagnosticRelatedInformation: plain('location', 'message'), Hover: plain('contents', 'range'), MarkdownString: plain('value'),
  CompletionItem: plain('label', 'kind'), CompletionList: plain('items', 'isIncomplete'), SnippetString: plain('value'),
  CodeAction: plain('title', 'kind'), CodeLens: plain('range', 'command'), DocumentHighlight: plain('range', 'kind'),
  DocumentSymbol: plain('name', 'detail', 'kind', 'range', 'selectionRange'),
  SymbolInformation: plain('name', 'kind', 'containerName', 'location'), FoldingRange: plain('start', 'end', 'kind'),
  SelectionRange: plain('range', 'parent'), SemanticTokensLegend: plain('types', 'modifiers'),
  SemanticTokens: plain('data', 'resultId'), SemanticTokensEdits: plain('edits', 'resultId'),
  SemanticTokensEdit: plain('start', 'deleteCount', 'data'),
  WorkspaceEdit: class { constructor() { this.changes = []; } set(target, edits) { this.changes.push([target, edits]); } },
  CodeActionKind: { Empty: { append: (kind) => kind } },
  FoldingRangeKind: { Comment: 1, Imports: 2 },
  Uri: { parse: uri },
  languages: new Proxy({
    createDiagnosticCollection: () => ({
      set: (target, items) => { diagnostics.set(target.toString(), items); diagnosticsChanged(); }, clear() {}, dispose() {},
    }),
  }, { get: (known, name) => known[name] || ((...args) => { providers[name] = args.find((it) => it && !Array.isArray(it) && typeof it === 'object' && Object.keys(it).some((key) => key.startsWith('p'))); return disposable(); }) }),
  commands: {
    registerCommand: (name, run) => { commands[name] = run; return disposable(); },
    executeCommand: async () => undefined,
  },
  window: {
    createOutputChannel: () => ({ append: (it) => process.stderr.write(it), appendLine: (it) => process.stderr.write(it + '\n'), dispose() {} }),
    showErrorMessage: (it) => messages.push(it), showWarningMessage: (it) => messages.push(it), showInformationMessage: (it) => messages.push(it),
  },
  workspace: {
    workspaceFolders: [{ uri: uri('file://' + folder), name: 'shop' }],
    textDocuments: [document],
    getConfiguration: () => ({ get: (name, otherwise) => (name === 'path' ? program : otherwise) }),
    createFileSystemWatcher: () => ({ onDidCreate: disposable, onDidChange: disposable, onDidDelete: disposable, dispose() {} }),
    onDidOpenTextDocument: onEvent('open'), onDidCloseTextDocument: onEvent('close'), onDidChangeTextDocument: onEvent('change'),
    onDidSaveTextDocument: onEvent('save'), onDidChangeWorkspaceFolders: onEvent('folders'), onDidChangeConfiguration: onEvent('settings'),
  },
};

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

/** Waits for diagnostics of the file that fit. */
function until(fits) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no such diagnostics came')), 20000);
    const look = () => {
      const items = diagnostics.get('file://' + file);
      if (items && fits(items)) { clearTimeout(timer); resolve(items); }
    };
    diagnosticsChanged = look;
    look();
  });
}

async function main() {
  const extension = require('./vscode/extension.js');
  await extension.activate({ subscriptions: [] });
  const [wrong] = await until((items) => items.length > 0);
  assert.strictEqual(wrong.code.value, 'P0601');
  assert.ok(fs.existsSync(wrong.code.target.fsPath), 'the page that explains the code');
  const at = (line, character) => new Position(line, character);
  const range = new Range(8, 8, 8, 8);
  const actions = await providers.registerCodeActionsProvider.provideCodeActions(document, range, {});
  assert.strictEqual(actions[0].title, 'Write `select`');
  assert.strictEqual(actions[0].edit.changes[0][1][0].newText, 'select');
  document.version = 2;
  events.change({ document, contentChanges: [{ range: new Range(8, 12, 8, 12), text: 't' }] });
  await until((items) => items.length === 0);
  const hover = await providers.registerHoverProvider.provideHover(document, at(6, 8));
  assert.match(hover.contents.value, /identity bot from ci/);
  const list = await providers.registerCompletionItemProvider.provideCompletionItems(document, at(6, 7));
  assert.ok(list.items.some((item) => item.label === 'bot'));
  const [place] = await providers.registerDefinitionProvider.provideDefinition(document, at(10, 31));
  assert.ok(fs.readFileSync(place.uri.fsPath, 'utf8').includes('policy std.pii'));
  assert.strictEqual((await providers.registerReferenceProvider.provideReferences(document, at(6, 8), { includeDeclaration: true })).length, 3);
  const renamed = await providers.registerRenameProvider.provideRenameEdits(document, at(6, 8), 'robot');
  assert.strictEqual(renamed.changes[0][1].length, 3);
  assert.strictEqual((await providers.registerDocumentSymbolProvider.provideDocumentSymbols(document)).length, 6);
  assert.ok((await providers.registerWorkspaceSymbolProvider.provideWorkspaceSymbols('reads')).length === 1);
  assert.ok((await providers.registerFoldingRangeProvider.provideFoldingRanges(document)).length >= 2);
  assert.ok((await providers.registerSelectionRangeProvider.provideSelectionRanges(document, [at(6, 8)]))[0].parent);
  assert.ok((await providers.registerDocumentHighlightProvider.provideDocumentHighlights(document, at(6, 8))).length === 3);
  const tokens = await providers.registerDocumentSemanticTokensProvider.provideDocumentSemanticTokens(document);
  assert.ok(tokens.data.length > 100);
  const edits = await providers.registerDocumentSemanticTokensProvider.provideDocumentSemanticTokensEdits(document, tokens.resultId);
  assert.strictEqual(edits.edits.length, 0);
  assert.ok((await providers.registerDocumentFormattingEditProvider.provideDocumentFormattingEdits(document, {})).length > 0);
  assert.ok((await providers.registerDocumentRangeFormattingEditProvider.provideDocumentRangeFormattingEdits(document, new Range(10, 0, 10, 1), {})).length >= 0);
  const [lens] = await providers.registerCodeLensProvider.provideCodeLenses(document);
  await commands[lens.command.command](...lens.command.arguments);
  const [failed] = await until((items) => items.some((item) => item.source === 'postern test'));
  assert.match(failed.message, /expected allow, got deny/);
  assert.match(messages.join(), /1 of 1 test failed/);
  await extension.deactivate();
  console.log('the extension works');
}

main().then(() => fs.rmSync(folder, { recursive: true, force: true }), (error) => {
  console.error(error);
  process.exit(1);
});
