// The same statement written otherwise: key words in other case, other spacing, comments. Accesses and fingerprint stay.

import Inspect
import Machine
import Testing

@testable import Inspect

@Suite struct MetamorphicTests {
    /// The tokens of a message, or nil when it is not tokens.
    private func tokens(_ item: Case) -> [Token]? {
        var (pool, prints, text, symbols) = (Pool<Token>(capacity: 64), Pool<UInt64>(capacity: 64), PaddedText(), SymbolTable())
        defer {
            pool.free()
            prints.free()
            text.free()
            symbols.free()
        }
        item.bytes.withUnsafeBytes { text.copy($0) }
        let lexer = SQLLexer(text, lexical: item.lexical, keywords: KeywordTable.lookup)
        guard (try? lexer.scan(into: &pool, prints: &prints, naming: &symbols)) != nil else { return nil }
        return (0..<pool.count).map { pool[$0] }
    }

    /// Writes the message again, token by token, with something between each two.
    private func rewritten(_ item: Case, between: String, word: (String) -> String) -> Case? {
        guard let tokens = tokens(item) else { return nil }
        var text: [UInt8] = []
        for token in tokens where token.kind != .end {
            // A string goes on over a newline, and an escape clause belongs to the token before: both are kept as they are.
            let bytes = Array(item.bytes[Int(token.start)..<Int(token.end)])
            if token.value != 0, token.kind == .unicodeString || token.kind == .unicodeWord { return nil }
            if token.kind == .word { text += Array(word(String(decoding: bytes, as: UTF8.self)).utf8) } else { text += bytes }
            text += Array(between.utf8)
        }
        var copy = item
        copy.options = item.options.filter { $0 != "@escapes" }
        copy.message = String(decoding: text, as: UTF8.self)
        guard Array(copy.message.utf8) == text else { return nil }
        return copy
    }

    private func uppercased(_ word: String) -> String {
        String(decoding: word.utf8.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }, as: UTF8.self)
    }

    private func withoutPlaces(_ text: String) -> String {
        text.replacing(/query \d+\+\d+/, with: "query")
    }

    private func fingerprints(_ item: Case) -> [UInt64?] {
        let inspection = Inspection()
        let inspector = SQLInspector(searchPath: item.searchPath)
        item.bytes.withUnsafeBytes { inspector.inspect($0, lexical: item.lexical, into: inspection) }
        return (0..<inspection.statements.count).map { inspection.statements[$0].fingerprint }
    }

    @Test func spacingCaseAndCommentsDoNotMatter() throws {
        var checked = 0
        for file in try CaseFile.all() {
            for item in file.cases {
                let variants = [
                    rewritten(item, between: " ", word: uppercased),
                    rewritten(item, between: "\t\n ", word: { $0 }),
                    rewritten(item, between: " /* ; ' /* $$ */ */ ", word: { $0 }),
                    rewritten(item, between: " -- ' \"\r", word: uppercased),
                ]
                for variant in variants.compactMap({ $0 }) where !item.expected.contains("unknown") {
                    checked += 1
                    #expect(withoutPlaces(variant.rendered()) == withoutPlaces(item.expected), "\(variant.message)")
                    #expect(fingerprints(variant) == fingerprints(item), "\(variant.message)")
                }
            }
        }
        #expect(checked > 500)
    }

    /// Two messages joined by a semicolon do what both do, unless the first changes where the second's names are looked up.
    @Test func joinedMessagesAddUp() throws {
        let items = try CaseFile.all().flatMap(\.cases).filter { $0.options.isEmpty && !$0.expected.contains("pg_temp") }
        for (left, right) in zip(items, items.dropFirst()) where tokens(left) != nil && tokens(right) != nil {
            let sets = ["set search_path", "set role", "set session_authorization"].contains(where: left.expected.contains)
            if sets && !left.message.contains("alter") || left.expected.contains("unknown \"") { continue }
            var both = left
            both.message = left.message + "\n;" + right.message
            let expected = [left.expected, right.expected].filter { !$0.isEmpty }.joined(separator: "\n")
            #expect(withoutPlaces(both.rendered()) == withoutPlaces(expected), "\(both.message)")
        }
    }
}
