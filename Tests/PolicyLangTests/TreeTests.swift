// Correct policy files: each parses without a diagnostic into the tree written beside it.

import PolicyLang
import TestSupport
import Testing

struct TreeTests {
    @Test(arguments: CaseFolder.files(in: "trees", ending: ".postern"))
    func parsesIntoTheTreeBesideIt(_ file: CaseFile) throws {
        let parsed = Parser.parse(SourceFile(path: file.path, bytes: try file.bytes()))
        #expect(DiagnosticText.render(parsed.diagnostics, files: [parsed.source]) == "")
        try CaseFolder.expect(
            TreeDump.text(parsed.tree), matches: String(file.path.dropLast(".postern".count)) + ".tree")
    }

    @Test func hasCases() { #expect(CaseFolder.files(in: "trees", ending: ".postern").count >= 8) }
}
