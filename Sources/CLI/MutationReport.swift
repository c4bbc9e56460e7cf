// What `test --mutate` says: the score, and every mistake that no test noticed, with its place and a test that would.

import Compiler
import Harness
import PolicyLang

struct MutationReport {
    /// In the order of the text; those left out are not here.
    private let mutants: [(mutant: PolicyMutant, fate: MutantFate)]
    private let sources: [SourceFile]
    private let isCut: Bool
    /// What the tests say of the policy as it is, when they do not pass.
    private let failing: String?

    init(mutants: [(PolicyMutant, MutantFate)], sources: [SourceFile], isCut: Bool) {
        self.mutants = mutants.map { (mutant: $0.0, fate: $0.1) }
        self.sources = sources
        self.isCut = isCut
        failing = nil
    }

    init(failing: String, sources: [SourceFile]) {
        mutants = []
        self.sources = sources
        isCut = false
        self.failing = failing
    }

    var testsPass: Bool { failing == nil }

    /// Noticed of those that could be, in percent, rounded down; 100 when there are none.
    var score: Int {
        let (noticed, unnoticed) = (count { if case .noticed = $0 { true } else { false } }, survivors.count)
        return noticed + unnoticed == 0 ? 100 : noticed * 100 / (noticed + unnoticed)
    }

    private func count(_ isMeant: (MutantFate) -> Bool) -> Int { mutants.count { isMeant($0.fate) } }

    private var survivors: [(mutant: PolicyMutant, suggestion: String?)] {
        mutants.compactMap { if case .unnoticed(let suggestion) = $0.fate { ($0.mutant, suggestion) } else { nil } }
    }

    // MARK: text

    var text: String {
        if let failing { return failing + "\nthe tests must pass before mistakes are tried on them" }
        let noticed = count { if case .noticed = $0 { true } else { false } }
        let unseen = count { if case .unseen = $0 { true } else { false } }
        var lines: [String] = []
        for (mutant, suggestion) in survivors {
            let place = ReportPlace(mutant.span, sources)
            lines.append("\(place.map { "\($0.path):\($0.line):\($0.column)" } ?? "")  \(mutant.subject): \(mutant.kind.rawValue)")
            lines.append("  - \(DiagnosticText.visible(mutant.before))")
            if let after = mutant.after { lines.append("  + \(DiagnosticText.visible(after))") }
            if let suggestion {
                lines.append("  a test that would notice:")
                lines += suggestion.split(separator: "\n").map { "    " + $0 }
            } else {
                lines.append("  no example was found that shows the difference: the part may be needless")
            }
            lines.append("")
        }
        lines.append("\(noticed + survivors.count) mistakes tried, \(noticed) noticed by a test, \(survivors.count) not: \(score) %")
        if unseen > 0 { lines.append("\(unseen) limits on what comes back or on sessions are not tried: no example can run into them") }
        if isCut { lines.append("the policy is large: only the first \(mutants.count) mistakes are made") }
        return lines.joined(separator: "\n")
    }

    // MARK: JSON

    struct Record: Encodable {
        var testsPass: Bool
        var score: Int
        var noticed: Int
        var unnoticed: Int
        var unseen: Int
        var isCut: Bool
        var mutants: [Mutant]
    }
    struct Mutant: Encodable {
        var kind: String
        var subject: String
        var path: String
        var line: Int
        var column: Int
        var before: String
        var after: String?
        /// `noticed`, `unnoticed` or `unseen`.
        var fate: String
        /// The title of the test that noticed.
        var noticedBy: String?
        var suggestedTest: String?
    }

    var record: Record {
        let shown = mutants.compactMap(Self.record(sources))
        return Record(
            testsPass: testsPass, score: score, noticed: shown.count { $0.fate == "noticed" }, unnoticed: survivors.count,
            unseen: shown.count { $0.fate == "unseen" }, isCut: isCut, mutants: shown)
    }

    private static func record(_ sources: [SourceFile]) -> (PolicyMutant, MutantFate) -> Mutant? {
        { mutant, fate in
            let place = ReportPlace(mutant.span, sources)
            var record = Mutant(
                kind: mutant.kind.rawValue, subject: mutant.subject, path: place?.path ?? "", line: place?.line ?? 1,
                column: place?.column ?? 1, before: mutant.before, after: mutant.after, fate: "unseen")
            switch fate {
            case .leftOut: return nil
            case .unseen: break
            case .noticed(let title): (record.fate, record.noticedBy) = ("noticed", title)
            case .unnoticed(let suggestion): (record.fate, record.suggestedTest) = ("unnoticed", suggestion)
            }
            return record
        }
    }
}
