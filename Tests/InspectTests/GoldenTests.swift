// Every case file, case by case: what the inspector finds is what the file says.

import Foundation
import Inspect
import Machine
import Testing

@Suite struct GoldenTests {
    @Test func casesAreAsWritten() throws {
        let files = try CaseFile.all()
        #expect(files.count >= 10)
        for file in files {
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
                try file.text { $0.rendered() }.write(to: file.url, atomically: true, encoding: .utf8)
                continue
            }
            for item in file.cases {
                let found = item.rendered()
                #expect(found == item.expected, "\(file.url.lastPathComponent):\(item.line): \(item.message)\n\(found)")
            }
        }
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
