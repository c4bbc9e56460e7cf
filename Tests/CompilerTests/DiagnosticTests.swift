// Mistakes that only the compiler can see: each case file says under each place what is said about it.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct DiagnosticTests {
    static let files = CaseFolder.files(in: "diagnostics", ending: ".postern")
    /// 2026-03-02T00:00Z
    static let date = Moment(seconds: 1_772_409_600)

    @Test(arguments: files)
    func saysWhatIsWrittenUnderThePlace(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let result = PolicyCompiler.compile(files: marked.sources, options: marked.options(date: Self.date))
        let shown = result.diagnostics.filter { $0.span.file < marked.sources.count }
        #expect(shown.count == result.diagnostics.count)
        try CaseFolder.expect(marked.marked(with: shown, result.sources), matches: file.path)
        #expect(result.hasErrors == (result.program == nil))
    }

    /// Files that also have mistakes for the parser: what follows from those is not said a second time.
    @Test(arguments: CaseFolder.files(in: "broken", ending: ".postern"))
    func aBrokenDeclarationIsSaidOnce(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let result = PolicyCompiler.compile(files: marked.sources, options: marked.options(date: Self.date))
        try CaseFolder.expect(marked.marked(with: result.diagnostics, result.sources), matches: file.path)
        #expect(result.program == nil)
    }

    @Test func everyCodeHasACase() throws {
        let cases = try Self.files.map { try $0.text() }.joined()
        for code in CompilerCode.allCases where !LimitTests.codes.contains(code) {
            #expect(cases.contains(" \(code.rawValue): "), "\(code) has no case")
        }
        #expect(Set(CompilerCode.allCases.map(\.rawValue)).count == CompilerCode.allCases.count)
    }

    /// The name of a case file is what it is about, and it is about nothing else.
    @Test(arguments: files)
    func aCaseIsAboutOneCode(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let codes = Set(
            PolicyCompiler.compile(files: marked.sources, options: marked.options(date: Self.date)).diagnostics.map(\.code))
        let name = file.path.split(separator: "/").last.map { String($0.prefix(5)) }
        #expect(codes.count == 1 && codes.first == name, "\(file.path) has \(codes.sorted())")
    }

    @Test func sentencesAreWrittenOneWay() throws {
        for file in Self.files {
            let marked = MarkedPolicies(try file.text(), path: file.path)
            for diagnostic in PolicyCompiler.compile(files: marked.sources, options: marked.options(date: Self.date))
                .diagnostics
            {
                #expect(diagnostic.message.first?.isUppercase == false && !diagnostic.message.hasSuffix("."))
            }
        }
    }

    @Test(arguments: files)
    func everyFixItRemovesItsDiagnostic(_ file: CaseFile) throws {
        let marked = MarkedPolicies(try file.text(), path: file.path)
        let (sources, options) = (marked.sources, marked.options(date: Self.date))
        let diagnostics = PolicyCompiler.compile(files: sources, options: options).diagnostics
        for diagnostic in diagnostics {
            guard let fix = diagnostic.fixIt else { continue }
            var mended = sources
            for edit in fix.edits.reversed() {
                var bytes = mended[edit.span.file].bytes
                bytes.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8))
                mended[edit.span.file] = SourceFile(path: sources[edit.span.file].path, bytes: bytes, index: edit.span.file)
            }
            #expect(PolicyCompiler.compile(files: mended, options: options).diagnostics.count == diagnostics.count - 1)
        }
    }
}
