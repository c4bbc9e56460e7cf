// The loops of a gateway: one thread each.

import CLinux
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Some loops, handed out in turn.
public final class SocketLoops: Sendable {
    public let all: [SocketLoop]
    private let turn = Atomic<Int>(0)
    private let threads: Mutex<[pthread_t]>

    /// Starts a thread for each loop; at least one. Throws when the system has no more threads or files.
    /// - Parameter batchesSends: false never asks the kernel for io_uring; each connection sends by itself then, as where there is none.
    public init(count: Int, batchesSends: Bool = true) throws(TransportError) {
        // A peer that leaves while it is written to is an error of its connection, never the end of the process.
        signal(SIGPIPE, SIG_IGN)
        var (all, threads): ([SocketLoop], [pthread_t]) = ([], [])
        for number in 0..<max(count, 1) {
            let loop = try SocketLoop(batchesSends: batchesSends)
            threads.append(try Self.start(loop, number))
            all.append(loop)
        }
        self.all = all
        self.threads = Mutex(threads)
    }

    /// The next loop in turn.
    public func next() -> SocketLoop {
        all[Int(UInt(bitPattern: turn.wrappingAdd(1, ordering: .relaxed).newValue) % UInt(all.count))]
    }

    /// Ends every loop after the task it runs now, and waits for their threads. Connections that still live are forgotten.
    public func stop() {
        for loop in all { loop.stop() }
        for thread in threads.withLock({ threads in
            defer { threads = [] }
            return threads
        }) { pthread_join(thread, nil) }
    }

    private static func start(_ loop: SocketLoop, _ number: Int) throws(TransportError) -> pthread_t {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(loop)
        let error = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<SocketLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard error == 0 else {
            argument.release()
            throw .system("no thread can be started", error)
        }
        _ = pthread_setname_np(thread, "loop-\(number)")
        return thread
    }
}
