// Mistakes: each case file says under each place what is said about it.

import Foundation
import PolicyLang
import TestSupport
import Testing

struct DiagnosticTests {
    static let files = CaseFolder.files(in: "diagnostics", ending: ".postern")

    @Test(arguments: files)
    func saysWhatIsWrittenUnderThePlace(_ file: CaseFile) throws {
        let marked = try file.text()
        let parsed = Parser.parse(SourceFile(path: file.path, bytes: MarkedSource.source(of: marked)))
        try CaseFolder.expect(MarkedSource.mark(marked, with: parsed), matches: file.path)
    }

    @Test(arguments: files)
    func everyFixItRemovesItsDiagnostic(_ file: CaseFile) throws {
        let source = SourceFile(path: file.path, bytes: MarkedSource.source(of: try file.text()))
        let parsed = Parser.parse(source)
        for diagnostic in parsed.diagnostics {
            guard let fix = diagnostic.fixIt else { continue }
            var bytes = source.bytes
            for edit in fix.edits.reversed() {
                bytes.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8))
            }
            let mended = Parser.parse(SourceFile(path: file.path, bytes: bytes))
            #expect(
                mended.diagnostics.count == parsed.diagnostics.count - 1,
                "\(diagnostic.code): \(fix.title)\n\(DiagnosticText.render(mended.diagnostics, files: [mended.source]))")
        }
    }

    /// Every code in the wording has a case, and no sentence begins with a capital or ends with a full stop.
    @Test func everyCodeHasACase() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/PolicyLang").standardized
        let wording = try ["Wording.swift", "WordingOfGrammar.swift"].map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }.joined()
        var codes: [String] = []
        for part in wording.components(separatedBy: "\"P").dropFirst() {
            let digits = part.prefix(4)
            if digits.count == 4, digits.allSatisfy(\.isNumber) { codes.append("P" + digits) }
        }
        #expect(codes.count > 50)
        #expect(Set(codes).count == codes.count, "a code has two meanings")
        // The limits have cases in `LimitTests`: their files would be too large to keep.
        let tested = Set(LimitTests.codes)
        let cases = try Self.files.map { try $0.text() }.joined()
        for code in codes where !tested.contains(code) {
            #expect(cases.contains(" \(code): "), "\(code) has no case")
        }
    }

    @Test func sentencesAreWrittenOneWay() throws {
        for file in Self.files {
            for diagnostic in Parser.parse(SourceFile(path: "", bytes: MarkedSource.source(of: try file.text()))).diagnostics {
                #expect(diagnostic.message.first?.isUppercase == false && !diagnostic.message.hasSuffix("."))
                // "expected …" says by itself what to write.
                #expect(diagnostic.help != nil || diagnostic.message.hasPrefix("expected "), "\(diagnostic.code) has no help")
            }
        }
    }

    @Test func fiveMistakesGiveFiveDiagnostics() throws {
        let file = CaseFile(path: "diagnostics/five_mistakes.postern")
        let parsed = Parser.parse(SourceFile(path: file.path, bytes: MarkedSource.source(of: try file.text())))
        #expect(parsed.diagnostics.count == 5)
        #expect(parsed.tree.declarations.count == 7)
    }

    @Test func rendersForPeople() {
        let parsed = Parser.parse(text: "policy a edition 1\nallow x {\n\twhoo é, b\n  on db\n  on db\n}\n", path: "a.postern")
        #expect(
            DiagnosticText.render(parsed.diagnostics, files: [parsed.source]) == """
                a.postern:3:2: error P0211: `whoo` begins no clause of an allow rule
                  3 |  whoo é, b
                    |  ^^^^
                    = help: did you mean `who`?
                a.postern:3:7: error P0105: `é` is not written in ASCII
                  3 |  whoo é, b
                    |       ^
                    = help: names are made of A to Z, a to z, 0 to 9 and `_`; other characters belong in strings and comments
                a.postern:5:3: error P0301: `on` is given twice
                  5 |   on db
                    |   ^^
                    = help: write it once, with everything it should say
                a.postern:4:3: note: it was given here first
                  4 |   on db
                    |   ^^

                """)
    }

    @Test func cannotWriteToTheTerminal() {
        let parsed = Parser.parse(text: "policy a edition 1\nlet x = \u{1B}[31m \u{202E}y\n", path: "a\u{1B}.postern")
        let text = DiagnosticText.render(parsed.diagnostics, files: [parsed.source])
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(text.contains("a�.postern:2:9"))
    }

    @Test func becomesPlainData() throws {
        let parsed = Parser.parse(text: "policy a edition 1\nlet x = a = 1\n", path: "a.postern")
        let record = DiagnosticRecord(try #require(parsed.diagnostics.first), files: [parsed.source])
        let decoded = try JSONDecoder().decode(DiagnosticRecord.self, from: JSONEncoder().encode(record))
        #expect(decoded == record)
        #expect(record.code == "P0501" && record.severity == "error")
        #expect(record.place.line == 2 && record.place.column == 11 && record.place.endColumn == 12)
        #expect(record.fix?.edits.first?.replacement == "==")
    }
}
