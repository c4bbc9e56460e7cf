// Tries a witness on real programs: an argument's request counts only when the gate decides it as the argument says.

import Compiler
import Harness
import Machine

/// A witness that held, with the text that showed it.
struct ShownWitness {
    var witness: Witness
    var text: String
    var decision: SingleDecision
    /// By the policy before, when two are compared; nil where it knew no such caller.
    var before: SingleDecision?
    /// By the policy after; nil where it knows no such caller.
    var after: SingleDecision?

    var outcomeBefore: String { before.map(ProofAnswer.outcome) ?? "refused: the token makes no identity" }
    var outcome: String { after.map(ProofAnswer.outcome) ?? "refused: the token makes no identity" }
}

extension Witness {
    /// The witness as a request with one of its texts.
    func request(_ text: String) -> SingleRequest {
        SingleRequest(
            claims: VerifiedClaims(issuer: issuer, subject: identity, values: claims, proof: proof), resource: resource, source: source,
            reason: reason, moment: moment, start: Moment(seconds: moment.seconds - age), inTransaction: inTransaction,
            isFirstSeen: isFirstSeen, text: text)
    }

    /// Only databases have an inspector behind the gate so far.
    var canBeTried: Bool { kind == .postgres }
}
