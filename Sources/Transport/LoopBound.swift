// A value that only its loop's thread may touch, made sendable by checking that.

/// Carries what is not `Sendable` through a task of a loop. Reading it on another thread stops the process: that is a bug of ours.
public struct LoopBound<Value>: @unchecked Sendable {
    // Unchecked: `value` is read on the loop's thread only, which is checked on every read.
    private let stored: Value
    private let loop: SocketLoop

    public init(_ value: Value, on loop: SocketLoop) {
        stored = value
        self.loop = loop
    }

    public var value: Value {
        precondition(loop.isCurrent, "a value of a loop is read on another thread")
        return stored
    }
}
