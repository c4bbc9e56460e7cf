// Holds the tree to STYLE.md and ARCHITECTURE.md, as far as a machine can.

import Foundation
import Testing

@Suite struct TidyTests {
    @Test func filesSayTheirDutyAndStayShort() throws {
        var complaints: [String] = []
        for file in try Tree.swiftFiles(under: ["Sources", "Tests", "Fuzz/Sources", "Benchmarks/Sources"]) {
            let lines = file.lines
            let first = lines.first { !$0.hasPrefix("// swift-tools-version") && !$0.hasPrefix("#!") } ?? ""
            if !first.hasPrefix("// ") || first.count < 20 {
                complaints.append("\(file.path):1: the first line must be a comment that says the file's one duty")
            }
            if lines.count > 500, !file.isGenerated {
                complaints.append("\(file.path): \(lines.count) lines; a file has one duty and at most 500 lines: split it")
            }
            for (number, line) in lines.enumerated() where line.count > 160 && !file.isGenerated {
                complaints.append("\(file.path):\(number + 1): \(line.count) characters; wrap at 140")
            }
        }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test func namesSaySomething() throws {
        let empty = ["Utils", "Utilities", "Helper", "Common", "Manager", "Misc"]
        let complaints = try Tree.swiftFiles(under: ["Sources", "Tests"]).filter { file in
            empty.contains { file.name.contains($0) }
        }.map { "\($0.path): a name must say what is inside" }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test func nothingIsSkippedForcedOrPutOff() throws {
        let words = [
            "TO" + "DO", "FIX" + "ME", "XX" + "X:", "try" + "!", "as" + "! ", "Thread" + ".sleep", ".dis" + "abled(",
            "XCT" + "Skip", "fatal" + "Error(",
        ]
        var complaints: [String] = []
        for file in try Tree.swiftFiles(under: ["Sources", "Tests", "Fuzz/Sources", "Benchmarks/Sources"]) {
            for (number, line) in file.lines.enumerated() {
                for word in words where line.contains(word) {
                    complaints.append("\(file.path):\(number + 1): \(word) does not belong in the tree")
                }
            }
        }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test func importsFollowTheArrows() throws {
        let declared = try Arrows.inPackage()
        let described = try Arrows.inArchitecture()
        #expect(Set(declared.keys) == Set(described.keys), "ARCHITECTURE.md's table and Package.swift name different modules")
        for (module, never) in Arrows.never {
            let forbidden = declared[module, default: []].intersection(never)
            #expect(forbidden.isEmpty, "\(module) must never import \(forbidden)")
        }
        for (module, known) in declared { #expect(!known.contains("TestSupport"), "\(module) must not depend on what tests share") }
        var complaints: [String] = []
        for file in try Tree.swiftFiles(under: ["Sources"]) {
            guard let foreign = Arrows.withoutFoundation[file.module] else { continue }
            for line in file.lines where line.hasPrefix("import ") || line.contains(" import ") && line.hasPrefix("@") {
                if foreign.contains(where: { line.hasSuffix(" " + $0) || line.contains(" \($0).") }) {
                    complaints.append("\(file.path): \(line): this module may not import it")
                }
            }
        }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    @Test func readmeAndCIAgree() throws {
        let readme = try Tree.text("README.md")
        let ci = try Tree.text(".ci/run")
        #expect(readme.contains("make demo") && readme.contains("make test"))
        #expect(ci.contains("make test"))
    }

    @Test func everyDecisionHasANumberOfItsOwn() throws {
        let names = try Tree.names(in: "docs/decisions")
        let numbers = names.map { $0.prefix(4) }
        #expect(Set(numbers).count == numbers.count, "two decisions share a number: \(names.sorted())")
        #expect(numbers.allSatisfy { $0.allSatisfy(\.isNumber) }, "a decision's file is named NNNN-title.md: \(names.sorted())")
    }
}
