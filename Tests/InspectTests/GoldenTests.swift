// Every case file, case by case: what the inspector finds is what the file says.

import Foundation
import Inspect
import Machine
import Testing

@Suite struct GoldenTests {
    @Test func casesAreAsWritten() throws {
        let files = try CaseFile.all()
        #expect(files.count >= 10)
        for file in files { try file.check { $0.rendered() } }
    }

    /// One inspector for all cases in turn finds what a fresh one finds: nothing is left over between messages.
    @Test func aWarmInspectorFindsTheSame() throws {
        let warm = SQLInspector(searchPath: ["public"])
        for _ in 0..<2 {
            for file in try CaseFile.all() {
                for item in file.cases where item.option("search_path") == nil {
                    #expect(item.rendered(with: warm) == item.expected, "\(item.message)")
                }
            }
        }
    }
}
