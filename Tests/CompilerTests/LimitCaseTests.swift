// What is said where a limit of the compiler is passed, and under which place: the text written short, and what a reader is shown.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

/// A case is named after its code. It may begin with a line `root NAME`; of what it says only its own code is shown.
struct LimitCaseTests {
    static let files = CaseFolder.files(in: "limits", ending: ".case")

    @Test(arguments: files)
    func saysWhatIsWrittenBelowTheText(_ file: CaseFile) throws {
        let short = try file.text().components(separatedBy: "----\n")[0]
        var text = GrownText.of(short)
        var root: String?
        if text.hasPrefix("root "), let end = text.firstIndex(of: "\n") {
            root = String(text[..<end].dropFirst(5))
            text = String(text[text.index(after: end)...])
        }
        let sources = MarkedPolicies(text, path: "policy.postern").sources
        let result = PolicyCompiler.compile(files: sources, root: root, options: CompileOptions(date: DiagnosticTests.date))
        let code = file.path.split(separator: "/").last.map { String($0.prefix(5)) }
        let about = result.diagnostics.filter { $0.code == code }
        #expect(!about.isEmpty && result.program == nil)
        try CaseFolder.expect(short + "----\n" + DiagnosticText.render(about, files: result.sources), matches: file.path)
    }

    @Test func everyLimitHasACase() {
        for code in LimitTests.codes { #expect(Self.files.contains { $0.path.contains(code.rawValue) }, "\(code) has no case") }
    }
}
