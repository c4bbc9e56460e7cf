// Runs asynchronous work on an event loop, so that a login never waits for threads that others keep busy.

import NIOCore

/// A task's preferred executor that is an event loop (SE-0417).
final class LoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension EventLoop {
    /// The result of `body`, which runs on this loop wherever it does not wait.
    func future<Value: Sendable>(of body: @Sendable @escaping () async throws -> Value) -> EventLoopFuture<Value> {
        let promise = makePromise(of: Value.self)
        let executor = LoopTaskExecutor(self)
        Task(executorPreference: executor) {
            do {
                promise.succeed(try await body())
            } catch {
                promise.fail(error)
            }
            // The executor lives as long as its task.
            withExtendedLifetime(executor) {}
        }
        return promise.futureResult
    }
}
