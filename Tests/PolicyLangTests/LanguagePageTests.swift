// The language's page: its examples are correct and canonical, and its tables name what the parser knows.

import Foundation
import PolicyLang
import Testing

struct LanguagePageTests {
    private func page() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/language.md").standardized
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test func examplesAreCorrectAndCanonical() throws {
        let blocks = try page().components(separatedBy: "```postern\n").dropFirst()
        #expect(!blocks.isEmpty)
        for block in blocks {
            let example = block.components(separatedBy: "```").first ?? ""
            let parsed = Parser.parse(text: example)
            #expect(DiagnosticText.render(parsed.diagnostics, files: [parsed.source]) == "")
            #expect(PolicyFormatter.format(parsed) == example)
        }
    }

    @Test func namesEveryVerbAndClass() throws {
        let page = try page()
        let words = Set(page.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        for word in Vocabulary.verbs + Vocabulary.objectClasses + Vocabulary.declarations + Vocabulary.relationWords {
            #expect(words.contains(word), "the page does not name `\(word)`")
        }
        for word in Vocabulary.reservedNames { #expect(page.contains("`\(word)`"), "the page does not name `\(word)`") }
        for kind in IssuerKind.allCases { #expect(page.contains("`\(kind.rawValue)`")) }
    }

    @Test func saysTheLimits() throws {
        let page = try page()
        #expect(LanguageLimits.fileBytes == 1 << 20 && page.contains("1 MiB"))
        #expect(LanguageLimits.tokens == 200_000 && page.contains("200,000"))
        #expect(page.contains("at most \(LanguageLimits.conditionDepth) deep"))
        #expect(page.contains("at most \(LanguageLimits.nameBytes) bytes"))
        #expect(page.contains("At most \(LanguageLimits.diagnostics) are shown"))
        #expect(page.contains("after \(PolicyFormatter.lineWidth) characters"))
    }
}
