// Case files: parts divided by lines `----`; the last part is what must come out.

import Compiler
import Foundation
import Harness
import Machine
import PolicyLang
import TestSupport
import Testing

struct CaseFile {
    let url: URL
    let name: String
    var parts: [String]

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    /// Names of the files in a folder of cases, sorted.
    static func names(_ folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.appendingPathComponent(folder).path)
        return (names ?? []).filter { $0.hasSuffix(".case") }.sorted()
    }

    init(_ folder: String, _ name: String, parts count: Int) throws {
        url = Self.directory.appendingPathComponent(folder).appendingPathComponent(name)
        self.name = name
        parts = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n----\n")
        try #require(parts.count == count, "\(name) must have \(count) parts divided by lines ----")
    }

    /// Compares with the last part, or rewrites it.
    mutating func check(_ output: String) throws {
        parts[parts.count - 1] = output
        try CaseFolder.expect(parts.joined(separator: "\n----\n"), at: url)
    }
}

/// A policy's text as a program that runs, and its tests.
struct CompiledPolicy {
    let program: VerifiedProgram
    let tests: [PolicyTest]
    let source: SourceFile

    init(_ text: String, path: String = "shop.postern", revision: UInt64 = 1) throws {
        source = SourceFile(path: path, text: text)
        let compiled = PolicyCompiler.compile(
            files: [source], options: CompileOptions(revision: revision, date: Moment(seconds: 1_772_000_000)))
        let found = try #require(compiled.program, "\(compiled.diagnostics)")
        program = try VerifiedProgram.load(ProgramCodec.encode(found))
        tests = compiled.tests
    }
}

/// A policy's text as a program with a probe for each comparison.
struct ProbedPolicy {
    let program: VerifiedProgram
    let probes: [RuleCoverage.Probe]

    init(_ text: String, path: String = "shop.postern") throws {
        let source = SourceFile(path: path, text: text)
        let options = CompileOptions(revision: 1, date: Moment(seconds: 1_772_000_000))
        let probed = try #require(PolicyCompiler.probed(files: [source], options: options))
        program = try VerifiedProgram.load(ProgramCodec.encode(probed.program))
        probes = probed.probes.map { probe in
            RuleCoverage.Probe(
                rule: probe.rule, text: probe.text,
                place: TestPlace(path: source.path, line: source.location(of: probe.span.start).line), isNegated: probe.isNegated)
        }
    }
}
