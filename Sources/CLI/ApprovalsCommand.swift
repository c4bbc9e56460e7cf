// `postern approvals`: what waits for your agreement, and your answer to it.

import ArgumentParser
import Foundation
import Gateway
import Identity

struct ApprovalsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals", abstract: "List statements that wait for your approval, and answer them.",
        discussion: """
              postern approvals list --gateway http://127.0.0.1:9432 --token-file me.jwt
              postern approvals approve 0190a3c2-…-7 --gateway http://127.0.0.1:9432 --token-file me.jwt --reason "ticket 812"
            """,
        subcommands: [List.self, Show.self, Approve.self, Deny.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List what waits for you, the longest first.",
            discussion: "  postern approvals list --gateway http://127.0.0.1:9432 --token-file me.jwt")
        @OptionGroup var gateway: GatewayOptions
        @OptionGroup var output: FormatOption

        func run() throws {
            try Output.run {
                let answer = try gateway.call(.get, "")
                if output.isJSON { return Output.write(answer) }
                let waiting = try GatewayOptions.decoded([String: [ShownApproval]].self, answer)["approvals"] ?? []
                if waiting.isEmpty { return Output.print("nothing waits for you") }
                let rows = waiting.map { item in
                    [item.id, item.until, item.identity, item.resource, item.demands.map(\.rule).joined(separator: ", "), item.line]
                }
                Output.print(Columns.text([["request", "until", "identity", "resource", "rule", "statement"]] + rows))
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one request in full.",
            discussion: "  postern approvals show 0190a3c2-…-7 --gateway http://127.0.0.1:9432 --token-file me.jwt")
        @Argument(help: "The request's id.")
        var request: String
        @OptionGroup var gateway: GatewayOptions
        @OptionGroup var output: FormatOption

        func run() throws {
            try Output.run {
                let answer = try gateway.call(.get, "/" + request)
                if output.isJSON { return Output.write(answer) }
                Output.print(try GatewayOptions.decoded(ShownApproval.self, answer).text)
            }
        }
    }

    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "approve", abstract: "Agree to a request.",
            discussion: "  postern approvals approve 0190a3c2-…-7 --gateway http://127.0.0.1:9432 --token-file me.jwt --reason \"ticket 812\"")
        @Argument(help: "The request's id.")
        var request: String
        @Option(name: .long, help: "Why; kept in the recording.")
        var reason = ""
        @OptionGroup var gateway: GatewayOptions

        func run() throws { try Output.run { try gateway.answer(request, "approve", reason) } }
    }

    struct Deny: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deny", abstract: "Refuse a request; the client is told your reason.",
            discussion: "  postern approvals deny 0190a3c2-…-7 --gateway http://127.0.0.1:9432 --token-file me.jwt --reason \"not today\"")
        @Argument(help: "The request's id.")
        var request: String
        @Option(name: .long, help: "Why; told to the client and kept in the recording.")
        var reason = ""
        @OptionGroup var gateway: GatewayOptions

        func run() throws { try Output.run { try gateway.answer(request, "deny", reason) } }
    }
}

/// Which gateway is asked, and as whom.
struct GatewayOptions: ParsableArguments {
    @Option(name: .long, help: "The gateway's admin address, as http://127.0.0.1:9432 or https://….")
    var gateway: String
    @Option(name: .long, help: "File with your own token.")
    var tokenFile: String

    fileprivate struct Answer: Encodable {
        var decision: String
        var reason: String
    }

    fileprivate func answer(_ request: String, _ decision: String, _ reason: String) throws {
        let body = String(decoding: try JSONEncoder().encode(Answer(decision: decision, reason: reason)), as: UTF8.self)
        let reply = try Self.decoded([String: String].self, try call(.post, "/" + request, body))
        Output.print("\(request): \(reply["state"] ?? "answered")")
    }

    fileprivate func call(_ method: HTTPCall.Method, _ path: String, _ body: String = "") throws -> String {
        guard let data = FileManager.default.contents(atPath: tokenFile) else { throw Impossible("\(tokenFile): cannot be read") }
        let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let base = gateway.hasSuffix("/") ? String(gateway.dropLast()) : gateway
        let allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/")
        guard path.unicodeScalars.allSatisfy(allowed.contains) else { throw Impossible("'\(path.dropFirst())' is no request's id") }
        let answer: (status: Int, body: String)
        do {
            let call = try HTTPCall(
                method, base + "/v1/approvals" + path,
                headers: ["Authorization: Bearer \(token)", "Content-Type: application/json", "Expect:"], body: body)
            answer = try call.perform()
        } catch {
            throw Impossible("\(gateway): \(error)")
        }
        guard answer.status == 200 else {
            let said = try? JSONDecoder().decode([String: String].self, from: Data(answer.body.utf8))
            throw Impossible("\(gateway): \(said?["error"] ?? "HTTP status \(answer.status)")")
        }
        return answer.body
    }

    fileprivate static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw Impossible("the gateway's answer is not understood: is this its admin address?")
        }
    }
}

/// A request for people.
extension ShownApproval {
    /// A client's text must not write to the reader's terminal.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control && $0 != "\n" ? "\u{FFFD}" : $0 }))
    }

    /// The statement in one line.
    fileprivate var line: String {
        let joined = Self.plain(statement).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return joined.count > 60 ? joined.prefix(60) + "…" : joined
    }

    fileprivate var text: String {
        var lines = [
            "request   \(id)", "asked by  \(identity) (\(subject) of \(issuer)), session \(session)", "resource  \(resource)",
            "waits     since \(asked) until \(until)",
        ]
        for demand in demands {
            let asked = "\(demand.quorum) of \(demand.by.joined(separator: ", "))"
            lines.append("rule      \(demand.rule) (\(demand.place)): \(asked), valid \(demand.valid)")
            if !demand.because.isEmpty { lines.append("          \(Self.plain(demand.because))") }
        }
        for access in accesses { lines.append("access    \(Self.plain(access))") }
        for said in answers {
            let reason = said.reason.isEmpty ? "" : ": " + Self.plain(said.reason)
            lines.append("answer    \(said.by) \(said.agrees ? "agrees" : "does not agree")\(reason)")
        }
        for (index, value) in parameters.enumerated() { lines.append("value $\(index + 1)  \(Self.plain(value))") }
        return (lines + ["", Self.plain(statement)]).joined(separator: "\n")
    }
}
