// Runs the tests of a policy on several threads: each is a session of its own, so that only results and coverage are brought together.

import Dispatch
import Synchronization

extension TestRunner {
    /// What the tests come to, in their order. Coverage is counts, and counts add up to the same in any order.
    mutating func runTogether(_ tests: [TestCase], jobs: Int) -> [TestResult] {
        let next = Atomic<Int>(0)
        let done = Mutex<(results: [TestResult?], coverage: RuleCoverage)>(([TestResult?](repeating: nil, count: tests.count), coverage))
        let fresh = self
        DispatchQueue.concurrentPerform(iterations: min(jobs, tests.count)) { _ in
            var runner = fresh
            runner.coverage = runner.blank
            var own: [(index: Int, result: TestResult)] = []
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < tests.count else { break }
                own.append((index, runner.run(tests[index])))
            }
            done.withLock { done in
                for (index, result) in own { done.results[index] = result }
                done.coverage.add(runner.coverage)
            }
        }
        return done.withLock { done in
            coverage = done.coverage
            return done.results.compactMap { $0 }
        }
    }
}
