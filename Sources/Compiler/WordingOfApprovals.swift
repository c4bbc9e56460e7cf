// What the compiler says of approvals.

import PolicyLang

extension Wording {
    /// - Parameter isOwn: there would be enough of them, but for the one who asks.
    static func quorumNeverMet(_ span: SourceSpan, rule: String, quorum: Int, people: Int, isOwn: Bool) -> Diagnostic {
        let needed = quorum == 1 ? "somebody has" : "\(quorum) people have"
        let found = people == 0 ? "nobody may" : people == 1 ? "only one may" : "only \(people) may"
        return warning(
            .quorumNeverMet, span,
            "nothing that `\(rule)` asks about can ever pass: \(needed) to agree, and \(found)"
                + (isOwn ? ", who ask themselves and cannot agree to that" : ""),
            help: "name more people in `by`, or lower `quorum`")
    }
}
