// What can be done about a mistake at its place: fixes that are right, guesses, clauses that are missing, explanations.

import Compiler
import PolicyLang

extension LanguageSession {
    /// Resources and groups that a missing clause is offered for, each.
    private static let offeredNames = 5

    func codeActions(_ place: OpenPlace, _ range: Range<Int>, _ context: JSON?) -> JSON {
        let only = context?["only"]?.array?.compactMap(\.string)
        func wants(_ kind: String) -> Bool { only?.contains { kind == $0 || kind.hasPrefix($0 + ".") } ?? true }
        var actions: [JSON] = []
        if wants("quickfix") {
            let found = place.folder.diagnostics(of: place.folder.checked())[place.path] ?? []
            for diagnostic in found where diagnostic.span.start <= range.upperBound && range.lowerBound <= diagnostic.span.end {
                let shown = json(diagnostic, place.folder)
                for fix in fixes(of: diagnostic, place) { actions.append(action(fix, for: shown, place)) }
                if CodeExplanation.of(diagnostic.code) != nil {
                    let command = JSON.of([
                        "title": .string("Explain \(diagnostic.code)"), "command": "postern.explain",
                        "arguments": .array([.string(diagnostic.code)]),
                    ])
                    actions.append(
                        .of([
                            "title": .string("Explain \(diagnostic.code)"), "kind": "quickfix", "diagnostics": .array([shown]), "command": command,
                        ]))
                }
            }
        }
        if wants("source.organizeImports"), let edit = organised(place) {
            actions.append(
                .of([
                    "title": "Sort the `use` lines", "kind": "source.organizeImports", "edit": workspaceEdit([(place.path, [edit])]),
                ]))
        }
        return .array(actions)
    }

    /// One way to mend something.
    private struct Fix {
        var title: String
        /// In this file.
        var edits: [(start: Int, end: Int, text: String)]
        var isSure = false
    }

    private func action(_ fix: Fix, for diagnostic: JSON, _ place: OpenPlace) -> JSON {
        let edits = fix.edits.map { JSON.of(["range": place.lines.range($0.start, $0.end), "newText": .string($0.text)]) }
        return .of([
            "title": .string(fix.title), "kind": "quickfix", "diagnostics": .array([diagnostic]), "isPreferred": fix.isSure ? true : nil,
            "edit": workspaceEdit([(place.path, edits)]),
        ])
    }

    private func fixes(of diagnostic: Diagnostic, _ place: OpenPlace) -> [Fix] {
        var fixes: [Fix] = []
        if let fix = diagnostic.fixIt {
            fixes.append(Fix(title: capitalised(fix.title), edits: fix.edits.map { ($0.span.start, $0.span.end, $0.replacement) }, isSure: true))
        }
        if let guess = guess(diagnostic, place) { fixes.append(guess) }
        switch diagnostic.code {
        case "P0302": fixes += missingClause(diagnostic, place)
        case "P0305": fixes += missingSetting(diagnostic, place)
        case "P0202":
            let name = place.path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? "name"
            fixes.append(Fix(title: "Write `policy \(name) edition 1`", edits: [(0, 0, "policy \(name) edition 1\n")]))
        case CompilerCode.unknownQualifier.rawValue: fixes += missingUse(diagnostic, place)
        case CompilerCode.claimNotDeclared.rawValue: fixes += missingClaim(diagnostic, place)
        case CompilerCode.unusedDeclaration.rawValue:
            if let declaration = place.tree.declarations.first(where: { $0.name?.span == diagnostic.span }) {
                let start = declaration.doc?.span.start ?? declaration.span.start
                fixes.append(Fix(title: "Remove it", edits: [(start, lineEnd(declaration.span.end, place), "")]))
            }
        default: break
        }
        return fixes
    }

    private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private func lineEnd(_ offset: Int, _ place: OpenPlace) -> Int {
        let line = place.lines.position(of: offset).line
        return line + 1 < place.lines.lineCount ? place.lines.range(ofLine: line + 1).lowerBound : place.lines.bytes.count
    }

    // MARK: guesses

    /// The word of "did you mean `x`?", in the place of the wrong one.
    private func guess(_ diagnostic: Diagnostic, _ place: OpenPlace) -> Fix? {
        guard let help = diagnostic.help, help.hasPrefix("did you mean `"), help.hasSuffix("`?") else { return nil }
        let word = String(help.dropFirst("did you mean `".count).dropLast(2))
        guard !word.isEmpty, !word.contains("`") else { return nil }
        let written = place.lines.text(diagnostic.span.start..<min(diagnostic.span.end, place.lines.bytes.count))
        if diagnostic.code == CompilerCode.unknownZone.rawValue { return zoneGuess(diagnostic, word, written) }
        let text = written.hasPrefix("\"") ? "\"\(word)\"" : word
        return Fix(title: "Write `\(word)`", edits: [(diagnostic.span.start, diagnostic.span.end, text)])
    }

    /// The zone is the last word of the window.
    private func zoneGuess(_ diagnostic: Diagnostic, _ zone: String, _ written: String) -> Fix? {
        guard written.hasPrefix("\""), let space = written.lastIndex(of: " ") else {
            return written.hasPrefix("\"") ? nil : Fix(title: "Write `\(zone)`", edits: [(diagnostic.span.start, diagnostic.span.end, zone)])
        }
        let start = diagnostic.span.start + written.utf8.distance(from: written.startIndex, to: space) + 1
        return Fix(title: "Write `\(zone)`", edits: [(start, diagnostic.span.end - 1, zone)])
    }

    // MARK: what is missing

    /// The clause's word stands in the sentence, between the last two backticks.
    private func missingClause(_ diagnostic: Diagnostic, _ place: OpenPlace) -> [Fix] {
        guard let word = Self.quoted(diagnostic.message).last,
            let declaration = place.tree.declarations.first(where: { $0.span.start <= diagnostic.span.start && diagnostic.span.end <= $0.span.end }),
            let block = openBrace(of: declaration, place)
        else { return [] }
        let names: [String]
        switch word {
        case "on": names = place.index.names([.resource], from: place.number).map(\.text) + (declaration.headWords == "test" ? [] : ["any"])
        case "by": names = place.index.names([.group], from: place.number).map(\.text)
        case "as": names = place.index.names([.identity], from: place.number).map(\.text)
        default: return []
        }
        return names.prefix(Self.offeredNames).map { name in
            Fix(title: "Add `\(word) \(name)`", edits: [(block, block, "\n  \(word)  \(name)")])
        }
    }

    private func missingSetting(_ diagnostic: Diagnostic, _ place: OpenPlace) -> [Fix] {
        guard let declaration = place.tree.declarations.first(where: { $0.span.start <= diagnostic.span.start && diagnostic.span.end <= $0.span.end }),
            let block = openBrace(of: declaration, place)
        else { return [] }
        let settings = Self.quoted(diagnostic.message).dropFirst()
        return settings.map { Fix(title: "Add `\($0)`", edits: [(block, block, "\n  \($0)  \"\"")]) }
    }

    /// What stands between backticks.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Right behind the brace that opens a declaration's block.
    private func openBrace(of declaration: Declaration, _ place: OpenPlace) -> Int? {
        place.file.parsed.lexemes.first { $0.start >= declaration.span.start && $0.end <= declaration.span.end && $0.text == "{" && $0.kind == .mark }?.end
    }

    /// `use std.pii`, where `pii.` stands and nothing of the name is used.
    private func missingUse(_ diagnostic: Diagnostic, _ place: OpenPlace) -> [Fix] {
        let word = place.lines.text(diagnostic.span.start..<min(diagnostic.span.end, place.lines.bytes.count))
        guard let header = place.tree.header else { return [] }
        let after = lineEnd(place.tree.uses.last?.span.end ?? header.span.end, place)
        return place.index.files.map(\.policy).filter { $0.split(separator: ".").last.map(String.init) == word }.map {
            Fix(title: "Add `use \($0)`", edits: [(after, after, "use \($0)\n")])
        }
    }

    /// The claim, in the issuers of this file that lack it.
    private func missingClaim(_ diagnostic: Diagnostic, _ place: OpenPlace) -> [Fix] {
        let name = place.lines.text(diagnostic.span.start..<min(diagnostic.span.end, place.lines.bytes.count))
        var fixes: [Fix] = []
        for case .issuer(let issuer) in place.tree.declarations where !issuer.claims.contains(where: { Self.written($0.name.text) == name }) {
            for setting in issuer.settings {
                guard case .claims(let claims, _) = setting.value, let last = claims.last else { continue }
                fixes.append(
                    Fix(title: "Declare the claim `\(name)` of `\(issuer.name.text)`", edits: [(last.span.end, last.span.end, ", \(name) string optional")]))
            }
        }
        return fixes
    }

    /// A claim's name as it is declared.
    private static func written(_ name: String) -> String { LanguageCatalogue.isPlain(name) ? name : LanguageCatalogue.quoted(name) }

    // MARK: order

    /// The `use` lines sorted, each once; nil when they are so.
    private func organised(_ place: OpenPlace) -> JSON? {
        let uses = place.tree.uses
        guard let first = uses.first, let last = uses.last, uses.count > 1 else { return nil }
        let between = place.lines.text(first.span.start..<last.span.end)
        let sorted = Set(uses.map(\.name.text)).sorted().map { "use \($0)" }.joined(separator: "\n")
        // A comment between them belongs to one of them, and whose it is only the author knows.
        let hasComments = place.file.parsed.comments.contains { $0.span.start > first.span.start && $0.span.start < last.span.end }
        guard between != sorted, !hasComments, !place.tree.declarations.contains(where: { $0.span.start < last.span.end }) else { return nil }
        return .of(["range": place.lines.range(first.span.start, last.span.end), "newText": .string(sorted)])
    }
}
