// What `postern diff` says: changes of one sort put together, so that a person reads few lines.

import Compiler
import Harness
import Machine

/// Changes that read as one: the same people, resource, verbs and kind.
struct DiffLine {
    var kind: PolicyChange.Kind
    var identities: [String]
    var resource: String
    /// Verbs with what they are done to.
    var parts: [(verbs: [String], objects: String)]
    var detail: String?
    /// Whose approval is newly needed, or no more.
    var asked: String?
    /// It was, or is, so in other circumstances.
    var isPartial = false
    var shown: ShownWitness?
}

struct DiffReport {
    let difference: PolicyDifference
    let lines: [DiffLine]

    init(_ difference: PolicyDifference, _ old: VerifiedProgram, _ new: VerifiedProgram) {
        self.difference = difference
        lines = Self.lines(difference.changes, old, new)
    }

    private static let objectsShown = 8

    private static func lines(_ changes: [PolicyChange], _ old: VerifiedProgram, _ new: VerifiedProgram) -> [DiffLine] {
        var order: [String] = []
        var groups: [String: [PolicyChange]] = [:]
        for change in changes {
            let said = [change.before ?? "", change.after ?? "", change.asked ?? "", "\(change.isPartial)"]
            let key = ([change.kind.rawValue, change.identity, change.resource] + said).joined(separator: "\0")
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(change)
        }
        var lines: [DiffLine] = []
        for key in order {
            guard let group = groups[key], let first = group.first else { continue }
            let parts = Self.parts(group)
            let detail = first.before.map { "\($0) → \(first.after ?? "")" }
            if let same = lines.firstIndex(where: { line in
                line.kind == first.kind && line.resource == first.resource && line.detail == detail && line.asked == first.asked
                    && line.isPartial == first.isPartial
                    && line.parts.map(\.verbs) == parts.map(\.verbs) && line.parts.map(\.objects) == parts.map(\.objects)
            }) {
                lines[same].identities.append(first.identity)
                continue
            }
            lines.append(
                DiffLine(
                    kind: first.kind, identities: [first.identity], resource: first.resource, parts: parts, detail: detail, asked: first.asked,
                    isPartial: first.isPartial, shown: shown(group, old, new)))
        }
        return lines.sorted { ($0.kind.loosens ? 0 : 1) < ($1.kind.loosens ? 0 : 1) }
    }

    private static func parts(_ group: [PolicyChange]) -> [(verbs: [String], objects: String)] {
        var verbs: [Verb] = []
        for change in group where !verbs.contains(change.verb) { verbs.append(change.verb) }
        var parts: [(verbs: [String], objects: String)] = []
        for verb in verbs {
            var objects: [String] = []
            for change in group where change.verb == verb && !objects.contains(change.object) { objects.append(change.object) }
            var text = objects.prefix(objectsShown).joined(separator: ", ")
            if objects.count > objectsShown { text += " and \(objects.count - objectsShown) more" }
            if group.contains(where: { $0.verb == verb && $0.isEverything }) || objects == ["any other"] { text = "anything" }
            if verb == .unknown { text = "" }
            let name = verb == .unknown ? "what is not understood" : verb.name
            if let same = parts.firstIndex(where: { $0.objects == text }) {
                parts[same].verbs.append(name)
            } else {
                parts.append(([name], text))
            }
        }
        return parts
    }

    /// The first witness that the two gates decide as it says.
    private static func shown(_ group: [PolicyChange], _ old: VerifiedProgram, _ new: VerifiedProgram) -> ShownWitness? {
        for change in group {
            for witness in change.witnesses where witness.canBeTried {
                for text in witness.texts {
                    let request = witness.request(text)
                    let (before, after) = (request.decide(by: old), request.decide(by: new))
                    guard let decision = after ?? before, holds(change.kind, before, after) else { continue }
                    return ShownWitness(witness: witness, text: text, decision: decision, before: before, after: after)
                }
            }
        }
        return nil
    }

    private static func holds(_ kind: PolicyChange.Kind, _ before: SingleDecision?, _ after: SingleDecision?) -> Bool {
        let (old, new) = (Standing(before), Standing(after))
        return switch kind {
        case .newlyAllowed: old == .refused && new == .passes
        case .newlyWithApproval: old == .refused && new == .asks
        case .approvalDropped: old == .asks && new == .passes
        case .nowDenied: old == .passes && new == .refused
        case .noLongerWithApproval: old == .asks && new == .refused
        case .nowNeedsApproval: old == .passes && new == .asks
        case .approvalWeakened, .approvalStrengthened: old == .asks && new == .asks
        case .maskWeakened, .maskStrengthened, .limitWeakened, .limitStrengthened, .guardAdded, .guardDropped:
            old != .refused && new != .refused
        }
    }

    /// What came of a request, as changes tell it apart.
    private enum Standing {
        case refused, asks, passes

        init(_ decision: SingleDecision?) {
            guard let decision else {
                self = .refused
                return
            }
            self = decision.passes ? .passes : decision.isHeld ? .asks : .refused
        }
    }

    // MARK: text

    var text: String {
        var blocks: [String] = ["verdict: \(difference.verdict.rawValue)"]
        blocks += remarks
        for loosens in [true, false] {
            let some = lines.filter { $0.kind.loosens == loosens }
            guard !some.isEmpty else { continue }
            blocks.append((loosens ? "looser" : "stricter") + "\n" + some.map { $0.text(indent: "  ") }.joined(separator: "\n"))
        }
        return blocks.joined(separator: "\n")
    }

    private var remarks: [String] {
        var lines: [String] = []
        func add(_ what: String, _ names: [String]) { if !names.isEmpty { lines.append("\(what): \(names.joined(separator: ", "))") } }
        add("identities added", difference.addedIdentities)
        add("identities removed", difference.removedIdentities)
        add("identities renamed", difference.renamedIdentities.map { "\($0.before) → \($0.after)" })
        add("resources added", difference.addedResources)
        add("resources removed", difference.removedResources)
        for why in difference.undecided { lines.append("not decided: \(why)") }
        return lines
    }

    var markdown: String {
        var blocks = ["### Policy change: **\(difference.verdict.rawValue)**"]
        if !remarks.isEmpty { blocks.append(remarks.map { "- " + $0 }.joined(separator: "\n")) }
        for loosens in [true, false] {
            let some = lines.filter { $0.kind.loosens == loosens }
            guard !some.isEmpty else { continue }
            var rows = ["#### " + (loosens ? "Looser" : "Stricter"), "", "| who | on | change | shown by |", "| --- | --- | --- | --- |"]
            rows += some.map(\.markdownRow)
            blocks.append(rows.joined(separator: "\n"))
        }
        return blocks.joined(separator: "\n\n")
    }
}

extension PolicyChange.Kind {
    /// Between the people and what they do.
    func words(isPartial: Bool, asked: String?) -> String {
        let by = asked.map { " by " + $0 } ?? ""
        return switch self {
        case .newlyAllowed where isPartial: "may in more cases"
        case .nowDenied where isPartial: "may in fewer cases"
        case .newlyAllowed: "may now"
        case .newlyWithApproval: "may now, with approval\(by),"
        case .approvalDropped: "no longer needs approval\(by) to"
        case .nowDenied: "may no longer"
        case .noLongerWithApproval: "may no longer, even with approval\(by),"
        case .nowNeedsApproval: "now needs approval\(by) to"
        case .approvalWeakened: "needs less of an approval to"
        case .approvalStrengthened: "needs more of an approval to"
        case .maskWeakened: "sees more of"
        case .maskStrengthened: "sees less of"
        case .limitWeakened: "is limited less in"
        case .limitStrengthened: "is limited more in"
        case .guardDropped: "may now filter and compare by"
        case .guardAdded: "may no longer filter or compare by"
        }
    }

    var isOfMasks: Bool {
        switch self {
        case .maskWeakened, .maskStrengthened, .guardDropped, .guardAdded: true
        case .newlyAllowed, .newlyWithApproval, .approvalDropped, .approvalWeakened, .limitWeakened, .nowDenied, .nowNeedsApproval,
            .noLongerWithApproval, .approvalStrengthened, .limitStrengthened:
            false
        }
    }
}

extension DiffLine {
    var what: String {
        let objects = parts.map { part in
            kind.isOfMasks ? part.objects : part.verbs.joined(separator: ", ") + (part.objects.isEmpty ? "" : " " + part.objects)
        }.joined(separator: "; ")
        return "\(kind.words(isPartial: isPartial, asked: asked)) \(objects)" + (detail.map { " (\($0))" } ?? "")
    }

    func text(indent: String) -> String {
        var lines = ["\(indent)\(identities.joined(separator: ", ")) on \(resource) \(what)"]
        guard let shown else { return (lines + ["\(indent)    no statement was found that shows it"]).joined(separator: "\n") }
        lines.append("\(indent)    \(shown.text)")
        let witness = shown.witness
        let facts = ["\(witness.identity) at \(Witness.shown(witness.moment))"] + witness.circumstances
        lines.append("\(indent)    \(facts.joined(separator: ", "))")
        lines.append("\(indent)    before: \(shown.outcomeBefore); now: \(shown.outcome)")
        return lines.joined(separator: "\n")
    }

    var markdownRow: String {
        func cell(_ text: String) -> String { text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
        let example = shown.map { shown in
            "`\(cell(shown.text))` by \(cell(shown.witness.identity)): \(cell(shown.outcomeBefore)) → \(cell(shown.outcome))"
        } ?? "—"
        return "| \(identities.map(cell).joined(separator: ", ")) | \(cell(resource)) | \(cell(what)) | \(example) |"
    }
}
