// A tiny HTTP server on this machine: just enough to serve documents, and to misbehave.

import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Answers each request by its path, one after another, on a thread of its own. Gone when its owner is.
package final class LoopbackServer: Sendable {
    package struct Answer: Sendable {
        package var status = 200
        package var headers: [String: String] = [:]
        package var body: String = ""
        /// Sends the head and then nothing, until the server ends.
        package var stalls = false

        package init(status: Int = 200, headers: [String: String] = [:], body: String = "", stalls: Bool = false) {
            (self.status, self.headers, self.body, self.stalls) = (status, headers, body, stalls)
        }

        /// A document that may be kept for so many seconds.
        package static func document(_ body: String, maxAge: Int? = nil) -> Answer {
            Answer(headers: maxAge.map { ["Cache-Control": "public, max-age=\($0)"] } ?? [:], body: body)
        }
    }
    private struct State {
        var answers: [String: Answer] = [:]
        var requests: [String] = []
        var open: [Int32] = []
    }
    private let listener: LoopbackListener
    private let state: Mutex<State>

    package var origin: String { "http://127.0.0.1:\(listener.port)" }
    /// The paths asked for so far, in order.
    package var requests: [String] { state.withLock { $0.requests } }

    package init() throws {
        listener = try LoopbackListener()
        state = Mutex(State())
        listener.start { [weak self] connection in
            if let self { self.serve(connection) } else { close(connection) }
        }
    }

    deinit {
        for connection in state.withLock({ $0.open }) { close(connection) }
    }

    /// From now on, what is asked for this path is answered so.
    package func serve(_ path: String, _ answer: Answer) { state.withLock { $0.answers[path] = answer } }

    private func serve(_ connection: Int32) {
        var request: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
            let count = read(connection, &chunk, chunk.count)
            if count <= 0 { break }
            request += chunk[..<count]
        }
        let words = String(decoding: request, as: UTF8.self).split(separator: " ")
        let path = words.count > 1 ? String(words[1]) : ""
        let answer = state.withLock { state in
            state.requests.append(path)
            return state.answers[path] ?? Answer(status: 404)
        }
        var head = "HTTP/1.1 \(answer.status) X\r\nContent-Type: application/json\r\nConnection: close\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        if !answer.stalls { head += "Content-Length: \(answer.body.utf8.count)\r\n" }
        var bytes = Array((head + "\r\n" + answer.body).utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { break }
            bytes = bytes.dropFirst(count)
        }
        if answer.stalls {
            state.withLock { $0.open.append(connection) }
        } else {
            close(connection)
        }
    }
}
