// Runs asynchronous work on a loop, so that a login never waits for threads that others keep busy.

/// A task's preferred executor that is a loop (SE-0417).
final class LoopTaskExecutor: TaskExecutor {
    private let loop: SocketLoop

    init(_ loop: SocketLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension SocketLoop {
    /// Runs `body` on this loop wherever it does not wait, then `then`, which is called on the loop too.
    public func run<Value: Sendable>(
        _ body: @Sendable @escaping () async throws -> Value, then: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        let executor = LoopTaskExecutor(self)
        Task(executorPreference: executor) {
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            self.execute { then(result) }
            // The executor lives as long as its task.
            withExtendedLifetime(executor) {}
        }
    }
}
