// The TextMate grammar against the lexer and the parser: on every policy of the tree they agree about what each word is.

import Foundation
import PolicyLang
import TestSupport
import Testing

@Suite struct GrammarTests {
    /// What both know of a word.
    private struct Word: Hashable, CustomStringConvertible {
        var line: Int
        var column: Int
        var text: String
        var description: String { "\(line + 1):\(column + 1) \(text)" }
    }

    static let policies: [String] = {
        let base = CaseFolder.project.appendingPathComponent("policies").path
        return ((try? FileManager.default.subpathsOfDirectory(atPath: base)) ?? []).filter { $0.hasSuffix(".postern") }.sorted()
            .map { "policies/" + $0 }
    }()

    @Test func thereArePolicies() { #expect(Self.policies.count >= 5) }

    @Test(arguments: policies) func agreesWithTheLexer(_ path: String) throws {
        let data = try Data(contentsOf: CaseFolder.project.appendingPathComponent("editors/vscode/syntaxes/postern.tmLanguage.json"))
        let grammar = try TextMateGrammar(data)
        let text = try String(contentsOf: CaseFolder.project.appendingPathComponent(path), encoding: .utf8)
        let parsed = Parser.parse(text: text, path: path)
        let coloured = grammar.tokens(of: text)
        let lines = text.components(separatedBy: "\n").map { Array($0.utf16) }
        func words(_ prefixes: String...) -> Set<Word> {
            Set(
                coloured.filter { token in prefixes.contains { token.scope.hasPrefix($0) } }.map {
                    Word(line: $0.line, column: $0.range.lowerBound, text: String(decoding: lines[$0.line][$0.range], as: UTF16.self))
                })
        }
        func word(_ start: Int, _ end: Int) -> Word {
            let place = parsed.source.location(of: start)
            let before = parsed.source.bytes[(start - place.column + 1)..<start]
            return Word(
                line: place.line - 1, column: String(decoding: before, as: UTF8.self).utf16.count,
                text: String(decoding: parsed.source.bytes[start..<end], as: UTF8.self))
        }
        func expect(_ found: Set<Word>, _ wanted: Set<Word>, _ what: String) {
            let (missed, invented) = (wanted.subtracting(found), found.subtracting(wanted))
            #expect(missed.isEmpty, "\(path): \(what) without colour: \(missed.map(\.description).sorted().prefix(5))")
            #expect(invented.isEmpty, "\(path): coloured as \(what): \(invented.map(\.description).sorted().prefix(5))")
        }
        let lexemes = parsed.lexemes
        expect(words("comment"), Set(parsed.comments.map { word($0.span.start, $0.span.end) }), "comments")
        expect(
            words("comment.line.documentation"), Set(parsed.comments.filter(\.isDoc).map { word($0.span.start, $0.span.end) }),
            "doc comments")
        expect(words("string"), Set(lexemes.filter { $0.kind == .string }.map { word($0.start, $0.end) }), "strings")
        expect(words("constant.numeric"), Set(lexemes.filter { $0.kind == .number }.map { word($0.start, $0.end) }), "numbers")
        expect(
            words("keyword.operator.arrow", "keyword.operator.comparison", "keyword.operator.assignment"),
            Set(lexemes.filter { $0.kind == .mark && "-=!<>".contains($0.text.first ?? " ") }.map { word($0.start, $0.end) }), "operators")
        // Behind `observe` the effect is coloured as well, which for the parser is the second word.
        let effects = Set(lexemes.indices.dropFirst().filter { lexemes[$0 - 1].beginsDeclaration && lexemes[$0 - 1].text == "observe" })
        let declarations = lexemes.indices.filter { lexemes[$0].beginsDeclaration || effects.contains($0) }.map { lexemes[$0] }
        expect(
            words("keyword.declaration", "storage.modifier"), Set(declarations.map { word($0.start, $0.end) }), "declarations")
        expect(
            words("keyword.control.clause"), Set(lexemes.filter { $0.beginsClause && $0.kind == .word }.map { word($0.start, $0.end) }),
            "clauses")
    }
}
