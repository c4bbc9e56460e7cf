// Between the protocol's values and Visual Studio Code's.
'use strict';

const vscode = require('vscode');

const Convert = {
  /** What this client can do; the server says no more than that. */
  capabilities: {
    general: { positionEncodings: ['utf-16'] },
    window: { showDocument: { support: true } },
    workspace: { workspaceEdit: { documentChanges: true } },
    textDocument: {
      hover: { contentFormat: ['markdown', 'plaintext'] },
      completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] } },
      publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, tagSupport: { valueSet: [1, 2] } },
      documentSymbol: { hierarchicalDocumentSymbolSupport: true },
      codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source.organizeImports'] } } },
    },
  },

  position: (it) => new vscode.Position(it.line, it.character),
  range: (it) => new vscode.Range(it.start.line, it.start.character, it.end.line, it.end.character),
  toPosition: (it) => ({ line: it.line, character: it.character }),
  toRange: (it) => ({ start: Convert.toPosition(it.start), end: Convert.toPosition(it.end) }),
  location: (it) => new vscode.Location(vscode.Uri.parse(it.uri), Convert.range(it.range)),
  textEdit: (it) => new vscode.TextEdit(Convert.range(it.range), it.newText),
  command: (it) => ({ title: it.title, command: it.command, arguments: it.arguments }),

  diagnostic(it) {
    const made = new vscode.Diagnostic(Convert.range(it.range), it.message, it.severity - 1);
    made.source = it.source;
    made.code = it.codeDescription ? { value: it.code, target: vscode.Uri.parse(it.codeDescription.href) } : it.code;
    if (it.tags) made.tags = it.tags;
    if (it.relatedInformation) {
      made.relatedInformation = it.relatedInformation.map((place) =>
        new vscode.DiagnosticRelatedInformation(Convert.location(place.location), place.message));
    }
    return made;
  },

  hover: (it) => it && new vscode.Hover(new vscode.MarkdownString(it.contents.value), Convert.range(it.range)),

  completion(it) {
    if (!it) return null;
    const items = it.items.map((item) => {
      const made = new vscode.CompletionItem(item.label, item.kind - 1);
      made.detail = item.detail;
      made.sortText = item.sortText;
      if (item.documentation) made.documentation = new vscode.MarkdownString(item.documentation.value);
      made.insertText = item.insertTextFormat === 2 ? new vscode.SnippetString(item.textEdit.newText) : item.textEdit.newText;
      made.range = Convert.range(item.textEdit.range);
      return made;
    });
    return new vscode.CompletionList(items, it.isIncomplete);
  },

  edit(it) {
    const made = new vscode.WorkspaceEdit();
    if (!it) return made;
    for (const change of it.documentChanges || []) {
      made.set(vscode.Uri.parse(change.textDocument.uri), change.edits.map(Convert.textEdit));
    }
    for (const [uri, edits] of Object.entries(it.changes || {})) made.set(vscode.Uri.parse(uri), edits.map(Convert.textEdit));
    return made;
  },

  action(it) {
    const made = new vscode.CodeAction(it.title, vscode.CodeActionKind.Empty.append(it.kind));
    if (it.edit) made.edit = Convert.edit(it.edit);
    if (it.command) made.command = Convert.command(it.command);
    made.isPreferred = it.isPreferred === true;
    made.diagnostics = (it.diagnostics || []).map(Convert.diagnostic);
    return made;
  },

  symbol: (it) =>
    new vscode.DocumentSymbol(it.name, it.detail || '', it.kind - 1, Convert.range(it.range), Convert.range(it.selectionRange)),

  folding(it) {
    const kinds = { comment: vscode.FoldingRangeKind.Comment, imports: vscode.FoldingRangeKind.Imports };
    return new vscode.FoldingRange(it.startLine, it.endLine, kinds[it.kind]);
  },

  selection: (it) => new vscode.SelectionRange(Convert.range(it.range), it.parent ? Convert.selection(it.parent) : undefined),

  tokens(it) {
    if (!it) return null;
    if (!it.edits) return new vscode.SemanticTokens(new Uint32Array(it.data), it.resultId);
    return new vscode.SemanticTokensEdits(
      it.edits.map((edit) => new vscode.SemanticTokensEdit(edit.start, edit.deleteCount, new Uint32Array(edit.data))), it.resultId);
  },
};

module.exports = { Convert };
