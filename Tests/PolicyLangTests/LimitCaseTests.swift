// What is said where a limit is passed, and under which place: the text written short, and what a reader is shown.

import Foundation
import PolicyLang
import TestSupport
import Testing

struct LimitCaseTests {
    static let files = CaseFolder.files(in: "limits", ending: ".case")

    @Test(arguments: files)
    func saysWhatIsWrittenBelowTheText(_ file: CaseFile) throws {
        let short = try file.text().components(separatedBy: "----\n")[0]
        let parsed = Parser.parse(text: GrownText.of(short))
        let code = file.path.split(separator: "/").last.map { String($0.prefix(5)) }
        let about = parsed.diagnostics.filter { $0.code == code }
        try CaseFolder.expect(short + "----\n" + DiagnosticText.render(about, files: [parsed.source]), matches: file.path)
    }

    @Test func everyLimitHasACase() {
        for code in LimitTests.codes { #expect(Self.files.contains { $0.path.contains(code) }, "\(code) has no case") }
    }
}
