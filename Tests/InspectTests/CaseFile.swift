// Case files: SQL in, rendered accesses and facts out. UPDATE_GOLDEN=1 writes what is found back into the file.

import Foundation
import Inspect
import Machine
import TestSupport
import Testing

/// One case: option lines, the message, and what it is expected to render as.
struct Case {
    var options: [String] = []
    var message = ""
    var expected = ""
    var line = 1

    /// The message's bytes; with `@escapes`, `\xNN` stands for that byte.
    var bytes: [UInt8] {
        guard options.contains("@escapes") else { return Array(message.utf8) }
        var result: [UInt8] = []
        var rest = Substring(message)
        while let first = rest.first {
            if rest.hasPrefix("\\x"), let byte = UInt8(rest.dropFirst(2).prefix(2), radix: 16) {
                result.append(byte)
                rest = rest.dropFirst(4)
            } else {
                result += Array(String(first).utf8)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    func option(_ name: String) -> [String]? {
        for option in options {
            let words = option.split(separator: " ").map(String.init)
            if words.first == "@" + name { return Array(words.dropFirst()) }
        }
        return nil
    }

    var lexical: LexicalState {
        var state = LexicalState()
        if option("escape_strings") != nil { state.standardConformingStrings = false }
        if let name = option("server_encoding")?.first { state.noteServerEncoding(name) }
        if let name = option("encoding")?.first { state.encoding = ClientEncoding(name: name) }
        return state
    }

    var searchPath: [String] { option("search_path") ?? ["public"] }
    var temporaryTables: Set<String> { Set(option("temporary") ?? []) }

    /// What the inspector finds, in the form of the file.
    func rendered(with inspector: SQLInspector? = nil) -> String {
        let inspector = inspector ?? SQLInspector(searchPath: searchPath)
        inspector.temporaryTables = temporaryTables
        let inspection = Inspection()
        bytes.withUnsafeBytes { inspector.inspect($0, lexical: lexical, into: inspection) }
        return Case.render(inspection)
    }

    static func render(_ inspection: Inspection) -> String {
        var lines: [String] = []
        for index in 0..<inspection.statements.count {
            lines.append(InspectionText.facts(ofStatement: index, of: inspection))
            lines += InspectionText.accesses(ofStatement: index, of: inspection).map { "  " + $0 }
        }
        return lines.joined(separator: "\n")
    }
}

/// A file of cases separated by lines of `====`; message and expectation by a line of `----`. Text before the first `====`
/// is about the file.
struct CaseFile {
    var url: URL
    var head = ""
    var cases: [Case] = []

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    static func all() throws -> [CaseFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".cases") }.sorted()
        return try names.map { try CaseFile(url: folder.appendingPathComponent($0)) }
    }

    init(url: URL) throws {
        self.url = url
        let text = try String(contentsOf: url, encoding: .utf8)
        var line = 1
        for (index, block) in text.components(separatedBy: "\n====\n").enumerated() {
            if index == 0 {
                head = block
            } else {
                cases.append(Self.parse(block, line: line))
            }
            line += block.components(separatedBy: "\n").count + 1
        }
    }

    private static func parse(_ block: String, line: Int) -> Case {
        var result = Case()
        result.line = line
        let halves = block.components(separatedBy: "\n----\n")
        var lines = halves[0].components(separatedBy: "\n")
        while let first = lines.first, first.hasPrefix("@") {
            result.options.append(lines.removeFirst())
            _ = first
        }
        result.message = lines.joined(separator: "\n")
        if halves.count > 1 { result.expected = halves[1].trimmingCharacters(in: .newlines) }
        return result
    }

    /// Every case is as it is written; under `UPDATE_GOLDEN=1` what is found is written instead.
    func check(_ render: (Case) -> String) throws {
        if CaseFolder.isUpdating { return try text(expecting: render).write(to: url, atomically: true, encoding: .utf8) }
        for item in cases {
            let found = render(item)
            #expect(found == item.expected, "\(url.lastPathComponent):\(item.line): \(item.message)\n\(found)")
        }
    }

    private func text(expecting: (Case) -> String) -> String {
        var text = head
        for item in cases {
            text += "\n====\n" + (item.options + [item.message]).joined(separator: "\n") + "\n----\n" + expecting(item)
        }
        return text + "\n"
    }
}
