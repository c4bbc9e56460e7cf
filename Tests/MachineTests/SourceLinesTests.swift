// Places in source texts are found without reading them again: the same ones that counting finds.

import Testing

@testable import Machine

@Suite struct SourceLinesTests {
    @Test(arguments: ["", "\n", "a", "a\n", "\n\n", "a\nbc\r\n\ndef", "\n\n\nx\n"])
    func findsWhatCountingFinds(_ text: String) {
        let bytes = Array(text.utf8)
        let lines = SourceLines(bytes)
        for offset in 0...bytes.count {
            let before = bytes[..<offset]
            let start = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
            let found = lines.line(of: offset)
            #expect(found.line == before.count { $0 == UInt8(ascii: "\n") } + 1 && found.start == start, "at \(offset)")
        }
    }
}
