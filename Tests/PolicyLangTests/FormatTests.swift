// The formatter: its corpus, and its promises on every correct case file of every folder.

import PolicyLang
import TestSupport
import Testing

struct FormatTests {
    static let valid =
        CaseFolder.files(in: "trees", ending: ".postern") + CaseFolder.files(in: "format", ending: ".postern")

    @Test(arguments: CaseFolder.files(in: "format", ending: ".postern"))
    func laysOutAsTheTextBesideIt(_ file: CaseFile) throws {
        let parsed = Parser.parse(SourceFile(path: file.path, bytes: try file.bytes()))
        #expect(DiagnosticText.render(parsed.diagnostics, files: [parsed.source]) == "")
        let formatted = PolicyFormatter.format(parsed) ?? ""
        try CaseFolder.expect(formatted, matches: String(file.path.dropLast(".postern".count)) + ".formatted")
    }

    @Test(arguments: valid)
    func keepsMeaningCommentsAndItsOwnLayout(_ file: CaseFile) throws {
        FormatPromises.check(Parser.parse(SourceFile(path: file.path, bytes: try file.bytes())))
    }

    @Test func leavesAFileWithErrorsAlone() {
        #expect(PolicyFormatter.format(Parser.parse(text: "policy a edition 1\nlet x = \n")) == nil)
    }

    @Test func formatsAFileWithWarnings() {
        let parsed = Parser.parse(text: "\u{FEFF}policy a edition 1")
        #expect(PolicyFormatter.format(parsed) == "policy a edition 1\n")
    }

    @Test func hasCases() { #expect(CaseFolder.files(in: "format", ending: ".postern").count >= 5) }
}

/// What must hold for every file without errors.
enum FormatPromises {
    static func check(_ parsed: ParsedFile, sourceLocation: SourceLocation = #_sourceLocation) {
        guard let once = PolicyFormatter.format(parsed) else {
            Issue.record("a correct file was not formatted", sourceLocation: sourceLocation)
            return
        }
        let again = Parser.parse(text: once)
        #expect(
            DiagnosticText.render(again.diagnostics, files: [again.source]) == "", "formatted:\n\(once)",
            sourceLocation: sourceLocation)
        #expect(PolicyFormatter.format(again) == once, "not idempotent", sourceLocation: sourceLocation)
        #expect(
            TreeDump.text(again.tree) == TreeDump.text(parsed.tree), "meaning changed:\n\(once)",
            sourceLocation: sourceLocation)
        #expect(comments(again) == comments(parsed), "comments changed:\n\(once)", sourceLocation: sourceLocation)
        let longest = once.split(separator: "\n").contains { $0.hasSuffix(" ") }
        #expect(!longest, "a line ends in a space:\n\(once)", sourceLocation: sourceLocation)
    }

    private static func comments(_ file: ParsedFile) -> [String] {
        file.comments.map { comment in
            var text = Substring(file.source.text(in: comment.span))
            while let last = text.unicodeScalars.last, last == " " || last == "\t" { text.unicodeScalars.removeLast() }
            return String(text)
        }
    }
}
