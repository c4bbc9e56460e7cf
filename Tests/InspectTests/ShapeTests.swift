// A text whose shape is known does what reading it anew finds, whatever its constants hold.

import Inspect
import Machine
import TestSupport
import Testing

@testable import Inspect

@Suite struct ShapeTests {
    private static let numbers = ["0", "1", "21", "98765432109876543210", "1.5", "2e9", "0x1f"]
    private static let strings = [
        "''", "'%'", "'x'", "'it''s'", "'a' \n 'b'", "'role'", "'search_path'", "'/tmp/f'", "'off'", "'csv'", "'\u{FC}'", "'\\'", "'--'",
    ]

    /// Everything in an inspection, places too.
    private func rendered(_ bytes: [UInt8], _ lexical: LexicalState, by inspector: SQLInspector) -> String {
        let found = Inspection()
        bytes.withUnsafeBytes { inspector.inspect($0, lexical: lexical, into: found) }
        var lines = [Case.render(found)]
        for statement in found.statements.buffer {
            lines.append("\(statement.text) \(statement.copyQuery) \(statement.fingerprint ?? 0) \(statement.limit ?? -1)")
            lines.append("\(statement.hasStar) \(statement.pathChange) \(statement.transactionStep)")
        }
        for access in found.accesses.buffer { lines.append("\(access.source)") }
        return lines.joined(separator: "\n")
    }

    /// Where the numbers and plain strings of a text are; none in one that is not tokens.
    private func constants(_ bytes: [UInt8], _ lexical: LexicalState) -> [Range<Int>] {
        var (tokens, prints, text, symbols) = (Pool<Token>(capacity: 64), Pool<UInt64>(capacity: 64), PaddedText(), SymbolTable())
        defer {
            tokens.free()
            prints.free()
            text.free()
            symbols.free()
        }
        bytes.withUnsafeBytes { text.copy($0) }
        let lexer = SQLLexer(text, lexical: lexical, keywords: KeywordTable.lookup)
        guard (try? lexer.scan(into: &tokens, prints: &prints, naming: &symbols)) != nil else { return [] }
        var places: [Range<Int>] = []
        for index in 0..<tokens.count {
            let token = tokens[index]
            if token.kind == .integer || token.kind == .decimal || token.kind == .string { places.append(Int(token.start)..<Int(token.end)) }
        }
        return places
    }

    /// The text with another constant in one place, and with others of their kinds in all places.
    private func variants(_ bytes: [UInt8], _ places: [Range<Int>]) -> [[UInt8]] {
        var variants: [[UInt8]] = []
        for place in places {
            let values = bytes[place.lowerBound] == 0x27 ? Self.strings : Self.numbers
            for value in values {
                var variant = bytes
                variant.replaceSubrange(place, with: Array(value.utf8))
                variants.append(variant)
            }
        }
        for (number, string) in [("4", "'v'"), ("31337", "'longer than before'")] {
            var variant = bytes
            for place in places.reversed() {
                variant.replaceSubrange(place, with: Array((bytes[place.lowerBound] == 0x27 ? string : number).utf8))
            }
            variants.append(variant)
        }
        return variants
    }

    /// How many texts were compared, and how many of them were answered by their shape.
    private func compare(_ items: [Case], _ schema: KnownSchema? = nil) -> (texts: Int, answers: Int) {
        let anew = SQLInspector(searchPath: ["public"], schema: schema, remembers: false)
        var (texts, answers) = (0, 0)
        for item in items where item.option("search_path") == nil && item.option("temporary") == nil {
            let places = constants(item.bytes, item.lexical)
            if places.isEmpty || places.count > 12 { continue }
            let warm = SQLInspector(searchPath: ["public"], schema: schema)
            let variants = variants(item.bytes, places)
            // Also what is kept of the variants must serve the text they were made from.
            for text in [item.bytes, variants[variants.count - 1]] + variants + [item.bytes] + variants.reversed() {
                texts += 1
                #expect(
                    rendered(text, item.lexical, by: warm) == rendered(text, item.lexical, by: anew),
                    "\(String(decoding: text, as: UTF8.self))")
            }
            answers += warm.answersByShape
        }
        return (texts, answers)
    }

    @Test func otherConstantsAreReadAsAnew() throws {
        let (texts, answers) = compare(try CaseFile.all().flatMap(\.cases))
        #expect(answers > texts / 8 && texts > 5_000)
    }

    @Test(arguments: SchemaFiles.names) func soAreTheyWithASchema(_ name: String) throws {
        let file = try CaseFile(url: SchemaFiles.folder.appendingPathComponent(name + ".cases"))
        let (texts, answers) = compare(file.cases, SchemaFiles.known(try SchemaFiles.text(name)))
        #expect(answers > texts / 8 && texts > 200)
    }

    /// Bytes changed anywhere: a text that is not of the shape after all is not taken for one that is.
    @Test func damagedTextsAreReadAsAnew() throws {
        var random = SeededGenerator(seed: 20_261_125)
        let anew = SQLInspector(searchPath: ["public"], remembers: false)
        let pieces = ["'", "1", ".", "e", "_", "-", "--", "/*", " ", "\n", "$", "\"", "n", "x", "''", "\0", "\u{E9}", "%", ";"].map { Array($0.utf8) }
        var answers = 0
        for item in try CaseFile.all().flatMap(\.cases) where !constants(item.bytes, item.lexical).isEmpty && item.bytes.count < 400 {
            let warm = SQLInspector(searchPath: ["public"])
            for _ in 0..<3 { _ = rendered(item.bytes, item.lexical, by: warm) }
            for _ in 0..<24 {
                var text = item.bytes
                // Near a constant, where the texts of one shape differ.
                guard let place = constants(text, item.lexical).randomElement(using: &random) else { continue }
                let at = Int.random(in: max(0, place.lowerBound - 1)...place.upperBound, using: &random)
                if Bool.random(using: &random) { text.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: at) }
                if Bool.random(using: &random), at < text.count { text.remove(at: at) }
                #expect(
                    rendered(text, item.lexical, by: warm) == rendered(text, item.lexical, by: anew),
                    "\(String(decoding: text, as: UTF8.self))")
            }
            answers += warm.answersByShape
        }
        #expect(answers > 300)
    }

    /// Each pair differs in one constant that decides what the statement does: neither is answered by the other.
    @Test(arguments: [
        ("select a from t limit 5", "select a from t limit 6"),
        ("select a from t where b like 'x'", "select a from t where b like '%'"),
        ("select a from t where b = 1 or b <> 1", "select a from t where b = 1 or b <> 2"),
        ("select set_config('a.b', 'x', true)", "select set_config('role', 'x', true)"),
        ("copy t to '/a'", "copy t to '/b'"),
        ("explain (analyze 'off') delete from t", "explain (analyze 'on') delete from t"),
    ])
    func constantsThatDecideAreCompared(first: String, second: String) {
        let inspector = SQLInspector(searchPath: ["public"])
        for text in [first, second] {
            let expected = rendered(Array(text.utf8), LexicalState(), by: SQLInspector(searchPath: ["public"], remembers: false))
            for _ in 0..<3 { #expect(rendered(Array(text.utf8), LexicalState(), by: inspector) == expected) }
        }
        #expect(inspector.answersByShape == 0)
    }

    /// As many free constants as a shape may have, and one more.
    @Test func constantsAreBounded() {
        for (count, answered) in [(InspectLimits.shapeConstants, true), (InspectLimits.shapeConstants + 1, false)] {
            let inspector = SQLInspector(searchPath: ["public"])
            for number in 0..<4 {
                let values = (0..<count).map { String($0 + number) }.joined(separator: ",")
                let found = rendered(Array("select a from t where b in (\(values))".utf8), LexicalState(), by: inspector)
                #expect(found.contains("where keyed"))
            }
            #expect((inspector.answersByShape > 0) == answered)
        }
    }
}
