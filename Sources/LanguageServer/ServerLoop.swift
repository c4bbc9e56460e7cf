// The server on standard input and output: bytes are read on one thread, messages are answered in order on another.

import Foundation

/// Messages on their way from the reader to the session, in order. Locked by its condition.
private final class MessageQueue: @unchecked Sendable {
    /// Frames that may wait before the reader stops reading.
    private static let limit = 1_024

    private let condition = NSCondition()
    private var frames: [FrameReader.Frame] = []
    private var finished: [SettlingWork] = []
    private var isEnded = false

    func add(_ frame: FrameReader.Frame) {
        condition.lock()
        while frames.count >= Self.limit { condition.wait() }
        frames.append(frame)
        condition.broadcast()
        condition.unlock()
    }

    func add(_ work: SettlingWork) {
        condition.lock()
        finished.append(work)
        condition.broadcast()
        condition.unlock()
    }

    func end() {
        condition.lock()
        isEnded = true
        condition.broadcast()
        condition.unlock()
    }

    enum Next {
        case frame(FrameReader.Frame)
        case finished(SettlingWork)
        /// Nothing came for as long as was asked.
        case nothing
        case ended
    }

    func next(within seconds: Double?) -> Next {
        condition.lock()
        defer { condition.unlock() }
        let deadline = seconds.map { Date(timeIntervalSinceNow: $0) }
        while frames.isEmpty {
            if isEnded { return .ended }
            if !finished.isEmpty { return .finished(finished.removeFirst()) }
            if let deadline {
                if !condition.wait(until: deadline) { return .nothing }
            } else {
                condition.wait()
            }
        }
        defer { condition.broadcast() }
        return .frame(frames.removeFirst())
    }

    /// Ids of requests that a `$/cancelRequest` further back names.
    func cancelled() -> [JSON] {
        condition.lock()
        defer { condition.unlock() }
        return frames.compactMap { frame in
            guard case .message(let body) = frame, body.count < 256, let message = try? JSON.parse(body),
                message["method"]?.string == "$/cancelRequest"
            else { return nil }
            return message["params"]?["id"]
        }
    }
}

/// Runs a session over two file handles.
public struct ServerLoop {
    /// How long an author must rest before what costs more is looked at.
    private static let rest = 0.3

    private let session: LanguageSession
    private let input: FileHandle
    private let output: FileHandle

    public init(_ session: LanguageSession, input: FileHandle, output: FileHandle) {
        self.session = session
        self.input = input
        self.output = output
    }

    /// Until `exit` or the end of the input. Answers the process's exit status: 0 after `shutdown` and `exit`, else 1.
    public func run() -> Int32 {
        let queue = MessageQueue()
        let input = self.input
        let reader = Thread { Self.read(input, into: queue) }
        reader.start()
        // One at a time: work that is overtaken by the author is thrown away when it is done.
        var isSettling = false
        while session.exitStatus == nil {
            switch queue.next(within: session.hasUnpublished ? 0 : session.isSettled || isSettling ? nil : Self.rest) {
            case .frame(.message(let body)): take(body, queue)
            case .frame(.tooLarge(let count)): session.refuse("a message of \(count) bytes is over the limit of \(FrameReader.messageLimit)")
            case .frame(.broken(let why)):
                session.refuse(why)
                send()
                return 1
            case .finished(let work):
                isSettling = false
                session.take(work)
            case .nothing:
                if session.hasUnpublished {
                    session.publish()
                } else if let work = session.settling() {
                    isSettling = true
                    Self.run(work, queue)
                }
            case .ended: return 1
            }
            send()
        }
        return session.exitStatus ?? 1
    }

    /// The compiler walks conditions by calling itself, so the stack is the main thread's usual size.
    private static func run(_ work: SettlingWork, _ queue: MessageQueue) {
        let thread = Thread {
            var work = work
            work.run()
            queue.add(work)
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func take(_ body: [UInt8], _ queue: MessageQueue) {
        let waiting = queue.cancelled()
        if !waiting.isEmpty, let message = try? JSON.parse(body), let id = message["id"], message["method"] != nil, waiting.contains(id) {
            return session.cancel(id)
        }
        session.receive(body)
    }

    private func send() {
        for message in session.takeOutput() {
            // An editor that is gone reads nothing any more; the end of the input says so.
            try? output.write(contentsOf: Data(FrameReader.framed(message)))
        }
    }

    private static func read(_ input: FileHandle, into queue: MessageQueue) {
        var frames = FrameReader()
        while true {
            let data = input.availableData
            if data.isEmpty { return queue.end() }
            frames.append(data)
            while let frame = frames.next() {
                queue.add(frame)
                if case .broken = frame { return queue.end() }
            }
        }
    }
}
