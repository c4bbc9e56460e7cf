// A tiny HTTP server on this machine: just enough to serve documents, and to misbehave.

import Foundation
import Synchronization

/// Answers each request by its path, one after another, on a thread of its own. Gone when its owner is.
final class LoopbackServer: Sendable {
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: String = ""
        /// Sends the head and then nothing, until the server ends.
        var stalls = false

        static func document(_ body: String, maxAge: Int? = nil) -> Answer {
            Answer(headers: maxAge.map { ["Cache-Control": "public, max-age=\($0)"] } ?? [:], body: body)
        }
    }
    private struct State {
        var answers: [String: Answer] = [:]
        var requests: [String] = []
        var open: [Int32] = []
    }
    private let listener: Int32
    private let port: UInt16
    private let state: Mutex<State>

    var origin: String { "http://127.0.0.1:\(port)" }
    /// The paths asked for so far, in order.
    var requests: [String] { state.withLock { $0.requests } }

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (socket, length) = (listener, size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, pointer, &size) == 0
            }
        }
        if !bound { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        state = Mutex(State())
        let thread = Thread { [listener, weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let self else { return }
                self.serve(connection)
            }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for connection in state.withLock({ $0.open }) { close(connection) }
    }

    /// From now on, what is asked for this path is answered so.
    func serve(_ path: String, _ answer: Answer) { state.withLock { $0.answers[path] = answer } }

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
