// Postern in Visual Studio Code: starts `postern lsp` and hands what it answers to the editor's own interfaces.
'use strict';

const vscode = require('vscode');
const { Connection } = require('./protocol');
const { Convert } = require('./convert');

const selector = [{ language: 'postern' }];
let client = null;

/** One running server with everything that is registered for it. */
class Client {
  constructor(output) {
    this.output = output;
    this.registered = [];
    this.diagnostics = vscode.languages.createDiagnosticCollection('postern');
    this.lensesChanged = new vscode.EventEmitter();
    this.registered.push(this.diagnostics, this.lensesChanged);
  }

  async start() {
    const settings = vscode.workspace.getConfiguration('postern');
    const folders = vscode.workspace.workspaceFolders || [];
    this.connection = new Connection(settings.get('path', 'postern'), ['lsp', '--stdio'], {
      cwd: folders.length ? folders[0].uri.fsPath : undefined,
    }, {
      log: (text) => this.output.append(text),
      closed: (error) => {
        this.diagnostics.clear();
        if (!this.isStopping) {
          this.output.appendLine(String(error.message));
          vscode.window.showErrorMessage(`Postern: ${error.message}. Is the setting postern.path right?`);
        }
      },
    });
    this.connection.on('textDocument/publishDiagnostics', (params) => {
      this.diagnostics.set(vscode.Uri.parse(params.uri), params.diagnostics.map(Convert.diagnostic));
      this.lensesChanged.fire();
    });
    this.connection.on('window/showMessage', ({ type, message }) => {
      if (type === 1) vscode.window.showErrorMessage(message);
      else if (type === 2) vscode.window.showWarningMessage(message);
      else vscode.window.showInformationMessage(message);
    });
    this.connection.on('window/showDocument', async ({ uri }) => {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(uri));
      return { success: true };
    });
    this.connection.on('client/registerCapability', () => null);
    const answer = await this.connection.request('initialize', {
      processId: process.pid,
      clientInfo: { name: 'Visual Studio Code', version: vscode.version },
      rootUri: folders.length ? folders[0].uri.toString() : null,
      workspaceFolders: folders.map((folder) => ({ uri: folder.uri.toString(), name: folder.name })),
      initializationOptions: { folders: settings.get('folders', []) },
      capabilities: Convert.capabilities,
    });
    if (!answer) return;
    this.connection.notify('initialized', {});
    this.follow();
    this.offer(answer.capabilities);
  }

  /** Tells the server what is typed, opened, closed and changed on disk. */
  follow() {
    const send = (method, params) => this.connection.notify(method, params);
    const isOurs = (document) => document.languageId === 'postern' && document.uri.scheme === 'file';
    const open = (document) => {
      if (!isOurs(document)) return;
      send('textDocument/didOpen', {
        textDocument: { uri: document.uri.toString(), languageId: 'postern', version: document.version, text: document.getText() },
      });
    };
    vscode.workspace.textDocuments.forEach(open);
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{postern,sql}');
    const changed = (type) => (uri) => send('workspace/didChangeWatchedFiles', { changes: [{ uri: uri.toString(), type }] });
    this.registered.push(
      vscode.workspace.onDidOpenTextDocument(open),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isOurs(document)) send('textDocument/didClose', { textDocument: { uri: document.uri.toString() } });
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (!isOurs(document) || contentChanges.length === 0) return;
        send('textDocument/didChange', {
          textDocument: { uri: document.uri.toString(), version: document.version },
          contentChanges: contentChanges.map((change) => ({ range: Convert.toRange(change.range), text: change.text })),
        });
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (isOurs(document)) send('textDocument/didSave', { textDocument: { uri: document.uri.toString() } });
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const named = (folders) => folders.map((folder) => ({ uri: folder.uri.toString(), name: folder.name }));
        send('workspace/didChangeWorkspaceFolders', { event: { added: named(added), removed: named(removed) } });
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('postern')) return;
        send('workspace/didChangeConfiguration', {
          settings: { folders: vscode.workspace.getConfiguration('postern').get('folders', []) },
        });
      }),
      watcher, watcher.onDidCreate(changed(1)), watcher.onDidChange(changed(2)), watcher.onDidDelete(changed(3)));
  }

  ask(method, document, extra, token) {
    return this.connection.request(method, { textDocument: { uri: document.uri.toString() }, ...extra }, token);
  }

  /** Registers what the server answers. */
  offer(capabilities) {
    const languages = vscode.languages;
    const at = (position) => ({ position: Convert.toPosition(position) });
    const list = (items, convert) => (items || []).map(convert);
    const legend = capabilities.semanticTokensProvider.legend;
    const tokenLegend = new vscode.SemanticTokensLegend(legend.tokenTypes, legend.tokenModifiers);
    this.registered.push(
      languages.registerHoverProvider(selector, {
        provideHover: async (document, position, token) =>
          Convert.hover(await this.ask('textDocument/hover', document, at(position), token)),
      }),
      languages.registerCompletionItemProvider(selector, {
        provideCompletionItems: async (document, position, token) =>
          Convert.completion(await this.ask('textDocument/completion', document, at(position), token)),
      }, ...capabilities.completionProvider.triggerCharacters),
      languages.registerDefinitionProvider(selector, {
        provideDefinition: async (document, position, token) =>
          list(await this.ask('textDocument/definition', document, at(position), token), Convert.location),
      }),
      languages.registerReferenceProvider(selector, {
        provideReferences: async (document, position, context, token) =>
          list(await this.ask('textDocument/references', document, { ...at(position), context }, token), Convert.location),
      }),
      languages.registerDocumentHighlightProvider(selector, {
        provideDocumentHighlights: async (document, position, token) =>
          list(await this.ask('textDocument/documentHighlight', document, at(position), token),
            (item) => new vscode.DocumentHighlight(Convert.range(item.range), item.kind - 1)),
      }),
      languages.registerRenameProvider(selector, {
        prepareRename: async (document, position, token) => {
          const answer = await this.ask('textDocument/prepareRename', document, at(position), token);
          return answer && { range: Convert.range(answer.range), placeholder: answer.placeholder };
        },
        provideRenameEdits: async (document, position, newName, token) =>
          Convert.edit(await this.ask('textDocument/rename', document, { ...at(position), newName }, token)),
      }),
      languages.registerDocumentFormattingEditProvider(selector, {
        provideDocumentFormattingEdits: async (document, options, token) =>
          list(await this.ask('textDocument/formatting', document, { options }, token), Convert.textEdit),
      }),
      languages.registerDocumentRangeFormattingEditProvider(selector, {
        provideDocumentRangeFormattingEdits: async (document, range, options, token) =>
          list(await this.ask('textDocument/rangeFormatting', document, { range: Convert.toRange(range), options }, token), Convert.textEdit),
      }),
      languages.registerDocumentSymbolProvider(selector, {
        provideDocumentSymbols: async (document, token) =>
          list(await this.ask('textDocument/documentSymbol', document, {}, token), Convert.symbol),
      }),
      languages.registerWorkspaceSymbolProvider({
        provideWorkspaceSymbols: async (query, token) =>
          list(await this.connection.request('workspace/symbol', { query }, token), (item) =>
            new vscode.SymbolInformation(item.name, item.kind - 1, item.containerName, Convert.location(item.location))),
      }),
      languages.registerCodeActionsProvider(selector, {
        provideCodeActions: async (document, range, context, token) =>
          list(await this.ask('textDocument/codeAction', document, {
            range: Convert.toRange(range), context: { diagnostics: [], only: context.only ? [context.only.value] : undefined },
          }, token), Convert.action),
      }),
      languages.registerCodeLensProvider(selector, {
        onDidChangeCodeLenses: this.lensesChanged.event,
        provideCodeLenses: async (document, token) =>
          list(await this.ask('textDocument/codeLens', document, {}, token),
            (item) => new vscode.CodeLens(Convert.range(item.range), Convert.command(item.command))),
      }),
      languages.registerFoldingRangeProvider(selector, {
        provideFoldingRanges: async (document, context, token) =>
          list(await this.ask('textDocument/foldingRange', document, {}, token), Convert.folding),
      }),
      languages.registerSelectionRangeProvider(selector, {
        provideSelectionRanges: async (document, positions, token) =>
          list(await this.ask('textDocument/selectionRange', document, { positions: positions.map(Convert.toPosition) }, token),
            Convert.selection),
      }),
      languages.registerDocumentSemanticTokensProvider(selector, {
        provideDocumentSemanticTokens: async (document, token) =>
          Convert.tokens(await this.ask('textDocument/semanticTokens/full', document, {}, token)),
        provideDocumentSemanticTokensEdits: async (document, previousResultId, token) =>
          Convert.tokens(await this.ask('textDocument/semanticTokens/full/delta', document, { previousResultId }, token)),
      }, tokenLegend),
      ...capabilities.executeCommandProvider.commands.map((command) =>
        vscode.commands.registerCommand(command, (...args) =>
          this.connection.request('workspace/executeCommand', { command, arguments: args }))));
  }

  async stop() {
    this.isStopping = true;
    this.registered.forEach((item) => item.dispose());
    if (!this.connection || !this.connection.isOpen) return;
    await this.connection.request('shutdown', null);
    this.connection.notify('exit', null);
  }
}

async function restart(output) {
  if (client) await client.stop();
  client = new Client(output);
  await client.start();
}

async function activate(context) {
  const output = vscode.window.createOutputChannel('Postern');
  context.subscriptions.push(output, vscode.commands.registerCommand('postern.restart', () => restart(output)));
  await restart(output).catch((error) => output.appendLine(String(error.message)));
}

async function deactivate() {
  if (client) await client.stop();
  client = null;
}

module.exports = { activate, deactivate };
