// Tells channels what rules say with `notify`: signed JSON to a webhook, off the data's way, with a bound on what waits.

import Dispatch
import Foundation
import Identity
import Logging
import Sealing
import Synchronization

/// Where a channel's notices go.
struct NoticeChannel: Sendable {
    var name: String
    var webhook: String
    /// Signs each notice; empty: they are not signed.
    var secret: [UInt8]
}

/// What a channel is told, as JSON.
struct ChannelNotice: Encodable, Sendable {
    var event: String
    var rule: String
    var because: String
    var identity: String
    var subject: String
    var issuer: String
    var resource: String
    var session: String
    var statement: String
    var request: String?
    var rows: UInt64?
    var bytes: UInt64?
    var time: String

    /// Characters of a statement that are told; whoever needs more finds it in the recording.
    static let statementLimit = 4000

    /// The beginning of a long statement.
    static func shortened(_ statement: String, to limit: Int = statementLimit) -> String {
        // Bytes are counted before characters, which would be a walk over all of a text of megabytes.
        guard statement.utf8.count > limit else { return statement }
        return String(statement.prefix(limit)) + "…"
    }
}

/// One queue for each channel, each on a thread of its own while it has something to say.
final class NoticeChannels: Sendable {
    /// Notices that wait for one channel; more are dropped and counted.
    static let queueLimit = 1000
    /// Tries of one notice, and seconds before the second; every further wait is twice as long.
    static let tries = 5
    static let firstWait = 1.0
    static let timeoutSeconds = 10

    private final class Line: Sendable {
        let channel: NoticeChannel
        let queue: DispatchQueue
        let waiting = Atomic<Int>(0)
        init(_ channel: NoticeChannel) {
            self.channel = channel
            queue = DispatchQueue(label: "notices.\(channel.name)")
        }
    }
    private let lines: [String: Line]
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let isStopped = Atomic<Bool>(false)
    private let stopping = DispatchSemaphore(value: 0)

    init(_ channels: [NoticeChannel], metrics: GatewayMetrics, logger: Logger) {
        lines = Dictionary(channels.map { ($0.name, Line($0)) }, uniquingKeysWith: { first, _ in first })
        self.metrics = metrics
        self.logger = logger
    }

    /// Names of channels that there are not.
    func missing(of names: [String]) -> [String] { names.filter { lines[$0] == nil } }

    /// Returns at once. A channel that nobody has configured, or whose queue is full, drops it.
    func tell(_ channels: [String], _ notice: ChannelNotice) {
        for name in channels {
            guard let line = lines[name], !isStopped.load(ordering: .relaxed), line.waiting.load(ordering: .relaxed) < Self.queueLimit else {
                metrics.noticeDropped()
                continue
            }
            line.waiting.add(1, ordering: .relaxed)
            line.queue.async { [self] in
                send(notice, line.channel)
                line.waiting.subtract(1, ordering: .relaxed)
            }
        }
    }

    /// What waits is not sent any more.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        stopping.signal()
    }

    private func send(_ notice: ChannelNotice, _ channel: NoticeChannel) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(notice) else { return metrics.noticeDropped() }
        let body = String(decoding: data, as: UTF8.self)
        var headers = ["Content-Type: application/json", "Expect:"]
        if !channel.secret.isEmpty {
            guard let mark = try? MessageAuthenticator.authenticate(Array(body.utf8), key: channel.secret) else { return metrics.noticeDropped() }
            headers.append("X-Postern-Signature: sha256=\(mark.hex)")
        }
        var wait = Self.firstWait
        for attempt in 1...Self.tries {
            if isStopped.load(ordering: .relaxed) { break }
            let problem: String
            do {
                let call = try HTTPCall(.post, channel.webhook, headers: headers, body: body, timeoutSeconds: Self.timeoutSeconds)
                let answer = try call.perform()
                if (200..<300).contains(answer.status) { return metrics.noticeSent() }
                problem = "HTTP status \(answer.status)"
                // What was not understood will not be understood the next time.
                if (400..<500).contains(answer.status), answer.status != 408, answer.status != 429 {
                    logger.warning("a notice was refused", metadata: ["channel": "\(channel.name)", "reason": "\(problem)"])
                    break
                }
            } catch {
                problem = "\(error)"
            }
            logger.warning(
                "a notice could not be sent", metadata: ["channel": "\(channel.name)", "reason": "\(problem)", "try": "\(attempt)"])
            // Whoever stops need not wait for the next try.
            if attempt < Self.tries, stopping.wait(timeout: .now() + wait) == .success {
                stopping.signal()
                break
            }
            wait *= 2
        }
        metrics.noticeDropped()
    }
}
