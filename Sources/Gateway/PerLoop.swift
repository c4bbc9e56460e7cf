// What each event loop has one of, made when it is asked for first.

import Synchronization
import Transport

/// A value for each loop, which stays on it.
final class PerLoop<Value>: Sendable {
    private let make: @Sendable () throws -> Value
    private let values = Mutex<[ObjectIdentifier: LoopBound<Value>]>([:])

    init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

    /// Called on `loop`.
    func value(on loop: SocketLoop) throws -> Value {
        let key = ObjectIdentifier(loop)
        if let known = values.withLock({ $0[key] }) { return known.value }
        let made = LoopBound(try make(), on: loop)
        values.withLock { $0[key] = made }
        return made.value
    }
}
