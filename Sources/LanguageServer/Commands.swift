// The lens above each test, and the commands: run tests, explain a code.

import Compiler
import PolicyLang

extension LanguageSession {
    func codeLenses(_ place: OpenPlace) -> JSON {
        var lenses: [JSON] = []
        let tests = place.tree.declarations.compactMap { if case .test(let test) = $0 { test } else { nil } }
        for test in tests { lenses.append(lens("run test", test.title.span, [.string(uri(place.path)), .string(test.title.value)], place)) }
        if let header = place.tree.header, tests.count > 1 {
            lenses.insert(lens("run \(tests.count) tests", header.span, [.string(uri(place.path))], place), at: 0)
        }
        return .array(lenses)
    }

    private func lens(_ title: String, _ span: SourceSpan, _ arguments: [JSON], _ place: OpenPlace) -> JSON {
        .of([
            "range": place.lines.range(span),
            "command": .of(["title": .string(title), "command": "postern.runTest", "arguments": .array(arguments)]),
        ])
    }

    func execute(_ parameters: JSON) throws(RequestError) -> JSON {
        let arguments = parameters["arguments"]?.array ?? []
        switch parameters["command"]?.string {
        case "postern.runTest":
            guard let uri = arguments.first?.string else {
                throw RequestError(.invalidParameters, "`postern.runTest` takes a file's URI, and a test's title for one test alone")
            }
            return try runTests(FileURI.path(uri), title: arguments.dropFirst().first?.string)
        case "postern.explain":
            guard let code = arguments.first?.string, let explanation = CodeExplanation.of(code) else {
                throw RequestError(.invalidParameters, "`postern.explain` takes a diagnostic's code")
            }
            return explain(explanation)
        default: throw RequestError(.invalidParameters, "there is no such command; there are `postern.runTest` and `postern.explain`")
        }
    }

    private func explain(_ explanation: CodeExplanation) -> JSON {
        if client.showsDocuments, let page = page(of: explanation.code) {
            ask("window/showDocument", .of(["uri": .string(FileURI.uri(page)), "takeFocus": true]))
        } else {
            notify("window/showMessage", .of(["type": 3, "message": .string("\(explanation.code): \(explanation.meaning)")]))
        }
        return .string(Self.markdown(explanation))
    }

    /// Runs the tests of a file by the gateway's own decision path, and shows what failed where it is written.
    private func runTests(_ path: String, title: String?) throws(RequestError) -> JSON {
        guard let folder = folder(of: path), folder.files[path] != nil else {
            throw RequestError(.requestFailed, "the file is in no folder of policies")
        }
        publish()
        let compilations = folder.compiled()
        func isHere(_ test: PolicyTest, _ compilation: Compilation) -> Bool { compilation.sources[test.span.file].path == path }
        let found = compilations.first { compilation in compilation.tests.contains { isHere($0, compilation) } }
        guard let compilation = found, compilation.program != nil else {
            let isBroken = compilations.contains(where: \.hasErrors)
            let why = isBroken ? "the policy has errors; no test ran" : "no test of this file could be found"
            notify("window/showMessage", .of(["type": 2, "message": .string("postern: " + why)]))
            return .of(["passed": false, "message": .string(why), "tests": []])
        }
        let wanted = compilation.tests.filter { isHere($0, compilation) && (title == nil || $0.title == title) }
        guard !wanted.isEmpty else { throw RequestError(.requestFailed, "this file has no test of that title") }
        let results = surroundings.runTests(compilation, wanted)
        note(results, path, folder)
        let failed = results.filter { !$0.failures.isEmpty }
        let steps = results.reduce(0) { $0 + $1.steps }
        let summary = failed.isEmpty
            ? "\(results.count) \(results.count == 1 ? "test" : "tests") passed, \(steps) \(steps == 1 ? "step" : "steps")"
            : "\(failed.count) of \(results.count) \(results.count == 1 ? "test" : "tests") failed: "
                + failed.prefix(3).map { "\"\($0.title)\"" }.joined(separator: ", ")
        notify("window/showMessage", .of(["type": failed.isEmpty ? 3 : 2, "message": .string("postern: " + summary)]))
        return .of([
            "passed": .bool(failed.isEmpty), "message": .string(summary),
            "tests": .array(
                results.map { result in
                    .of([
                        "title": .string(result.title), "passed": .bool(result.failures.isEmpty), "steps": .int(result.steps),
                        "failures": .array(result.failures.map { .of(["line": .int($0.line), "text": .string($0.text)]) }),
                    ])
                }),
        ])
    }

    /// Keeps failures as diagnostics of their lines until the file changes or the test is run again.
    private func note(_ results: [TestVerdict], _ path: String, _ folder: PolicyFolder) {
        let run = Set(results.map(\.title))
        var notes = (verdicts[path] ?? []).filter { !run.contains($0.title) }
        if let lines = lines(path, folder) {
            for result in results {
                for failure in result.failures where failure.path == path {
                    let line = lines.range(ofLine: failure.line - 1)
                    let start = lines.bytes[line].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? line.lowerBound
                    notes.append(TestNote(start: start, end: line.upperBound, text: failure.text, title: result.title))
                }
            }
        }
        verdicts[path] = notes
        touch(folder)
    }
}
