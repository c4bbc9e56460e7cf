// JUnit's XML, which continuous integration systems read: one element a test case, with what failed in it.

import Harness
import PolicyLang

/// `testsuites`, `testsuite`, `testcase`, `failure`: the elements that all readers of this format know. Times are left out, as none are
/// measured.
struct JUnitReport {
    struct Case {
        var name: String
        var suite: String
        var line: Int?
        var failures: [Failure] = []
        var output: String?
    }
    struct Failure {
        var type: String
        var message: String
        var text: String
    }

    var name: String
    var cases: [Case]

    var text: String {
        var suites: [String] = []
        for item in cases where !suites.contains(item.suite) { suites.append(item.suite) }
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#, "<testsuites name=\(quoted(name)) \(counts(cases))>"]
        for suite in suites {
            let members = cases.filter { $0.suite == suite }
            lines.append("  <testsuite name=\(quoted(suite)) \(counts(members))>")
            for member in members { lines += self.lines(member) }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n")
    }

    private func counts(_ cases: [Case]) -> String {
        #"tests="\#(cases.count)" failures="\#(cases.count { !$0.failures.isEmpty })" errors="0""#
    }

    private func lines(_ item: Case) -> [String] {
        let line = item.line.map { " line=\"\($0)\"" } ?? ""
        let head = "    <testcase name=\(quoted(item.name)) classname=\(quoted(item.suite)) file=\(quoted(item.suite))\(line)"
        if item.failures.isEmpty, item.output == nil { return [head + "/>"] }
        var lines = [head + ">"]
        for failure in item.failures {
            lines.append(
                "      <failure type=\(quoted(failure.type)) message=\(quoted(failure.message))>\(Self.escaped(failure.text))</failure>")
        }
        if let output = item.output { lines.append("      <system-out>\(Self.escaped(output))</system-out>") }
        return lines + ["    </testcase>"]
    }

    private func quoted(_ text: String) -> String {
        "\"" + Self.escaped(text).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "&#10;") + "\""
    }

    /// Characters that XML 1.0 (section 2.2) does not allow, not even escaped, become U+FFFD.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\r": escaped += "&#13;"
            case "\t", "\n", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
                escaped.unicodeScalars.append(scalar)
            default: escaped += "\u{FFFD}"
            }
        }
        return escaped
    }
}

extension JUnitReport {
    /// One case for each file without mistakes, and one for each mistake. Warnings only fail when they are to count as errors.
    init(check diagnostics: [Diagnostic], _ files: [SourceFile], strict: Bool) {
        name = "postern check"
        cases = []
        for file in files {
            let own = diagnostics.filter { $0.span.file == file.index }
            if own.isEmpty { cases.append(Case(name: "policy is right", suite: file.path)) }
            for diagnostic in own {
                let place = file.location(of: diagnostic.span.start)
                let shown = DiagnosticText.render(diagnostic, files: files)
                let fails = diagnostic.severity == .error || strict && diagnostic.severity == .warning
                let failure = Failure(type: diagnostic.code, message: DiagnosticText.visible(diagnostic.message), text: shown)
                cases.append(
                    Case(
                        name: "\(diagnostic.code) at \(place.line):\(place.column)", suite: file.path, line: place.line,
                        failures: fails ? [failure] : [], output: fails ? nil : shown))
            }
        }
    }

    /// One case for each test, in the suite of its file.
    init(test results: [TestResult]) {
        name = "postern test"
        cases = results.map { result in
            Case(
                name: result.title, suite: result.place.path, line: result.place.line,
                failures: result.failures.map { failure in
                    Failure(
                        type: "step", message: "expected \(failure.expected), got \(failure.actual)",
                        text: failure.text.joined(separator: "\n"))
                })
        }
    }
}
