// Approvals over HTTP: who may answer sees what waits, and answers it, with a token of their own.

import Decision
import Foundation
import Identity
import Machine
import Recording

/// What is answered to a request of the admin port.
struct AdminReply: Sendable {
    var status: Int
    var body: String
}

/// `GET /v1/approvals`, `GET /v1/approvals/ID`, `POST /v1/approvals/ID`.
struct ApprovalsAPI: Sendable {
    static let path = "/v1/approvals"
    /// Bytes of a request's body, and characters of a reason.
    static let bodyLimit = 64 * 1024
    static let reasonLimit = 2000
    /// Characters of a statement in the list; a request by itself has all of it.
    static let listedStatement = 1000

    let desk: ApprovalDesk
    /// Proves who a token is of; throws with a reason for the log.
    let authenticate: @Sendable ([UInt8]) async throws -> VerifiedClaims
    let policy: @Sendable () -> VerifiedProgram
    let now: @Sendable () -> Moment
    /// For the log: what was tried in vain. Never holds a token.
    let note: @Sendable (String) -> Void

    private struct Failure: Error {
        var status: Int
        var message: String
    }
    private struct Answer: Decodable {
        var decision: String
        var reason: String?
    }

    /// - Parameter token: of the `Authorization: Bearer` field; nil when there is none.
    func reply(_ method: String, _ uri: String, token: String?, body: [UInt8]) async -> AdminReply {
        do {
            let claims = try await claims(token)
            let rest = String(uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0].dropFirst(Self.path.count))
            if rest.isEmpty {
                guard method == "GET" else { throw Failure(status: 405, message: "requests are listed with GET") }
                return Self.json(200, ["approvals": visible(to: claims).map { ShownApproval($0, statement: Self.listedStatement) }])
            }
            guard rest.hasPrefix("/"), !rest.dropFirst().contains("/") else { throw Failure(status: 404, message: "no such address") }
            let id = String(rest.dropFirst())
            // Whoever may not answer is not told whether there is such a request.
            guard let card = desk.card(id), isVisible(card, claims) else {
                throw Failure(status: 404, message: "no such request waits, or it is not yours to answer")
            }
            switch method {
            case "GET": return Self.json(200, ShownApproval(card))
            case "POST": return try await answer(card, claims, body)
            default: throw Failure(status: 405, message: "a request is read with GET and answered with POST")
            }
        } catch let failure as Failure {
            return Self.json(failure.status, ["error": failure.message])
        } catch {
            note("\(error)")
            return Self.json(401, ["error": "authentication failed"])
        }
    }

    private func claims(_ token: String?) async throws -> VerifiedClaims {
        guard let token, !token.isEmpty else {
            throw Failure(status: 401, message: "send your own token: Authorization: Bearer …")
        }
        return try await authenticate(Array(token.utf8))
    }

    private func visible(to claims: VerifiedClaims) -> [ApprovalCard] { desk.all.filter { isVisible($0, claims) } }

    private func isVisible(_ card: ApprovalCard, _ claims: VerifiedClaims) -> Bool {
        Gate.mayAnswer(claims, card.request, of: card.caller, under: policy())
    }

    private func answer(_ card: ApprovalCard, _ claims: VerifiedClaims, _ body: [UInt8]) async throws -> AdminReply {
        guard body.count <= Self.bodyLimit, let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)),
            answer.decision == "approve" || answer.decision == "deny"
        else {
            throw Failure(status: 400, message: "send {\"decision\": \"approve\" or \"deny\", \"reason\": \"…\"}")
        }
        let reason = answer.reason ?? ""
        guard reason.count <= Self.reasonLimit else {
            throw Failure(status: 400, message: "a reason has at most \(Self.reasonLimit) characters")
        }
        let said = ApprovalAnswer(claims: claims, agrees: answer.decision == "approve", reason: reason, at: now())
        let reply = await withCheckedContinuation { waiting in card.answer(said) { waiting.resume(returning: $0) } }
        switch reply {
        case .waiting: return Self.json(200, ["id": card.id, "state": "waiting"])
        case .ended(let step): return Self.json(200, ["id": card.id, "state": step.rawValue])
        case .gone: throw Failure(status: 409, message: "this request is not waiting any more")
        }
    }

    static func json(_ status: Int, _ value: some Encodable) -> AdminReply {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return AdminReply(status: 500, body: "{}") }
        return AdminReply(status: status, body: String(decoding: data, as: UTF8.self) + "\n")
    }
}
