// An issuer's keys over time: kept, refreshed, and never fetched more often than is due.

import Machine
import Synchronization

/// How an issuer's keys are doing, for logs, metrics and health pages. Moments are those that callers passed.
public struct KeySourceStatus: Sendable, Hashable {
    /// The issuer's name in the policy.
    public var issuer: String
    /// How many keys are in use.
    public var keys: Int
    /// Keys of the document in use that are not used.
    public var skipped: [SkippedKey]
    /// When the keys in use were read; nil when none ever were.
    public var loaded: Moment?
    /// Since when the source fails; nil when the last reading succeeded.
    public var failingSince: Moment?
    public var failure: KeySourceFailure?
}

/// The keys of one issuer. All methods may be called from any thread. Time is a parameter: nothing here reads a
/// clock, except that a fetch under way is bounded in real time.
final class KeySource: Sendable {
    private struct State {
        var keys: KeySet?
        var loaded: Moment?
        var age: Int64
        var lastAttempt: Moment?
        var failingSince: Moment?
        var failure: KeySourceFailure?
        /// The file as it was before the last attempt to read it.
        var stamp: FileStamp?
        /// When the file was last looked at: once a second is enough.
        var looked: Moment?
        var underWay: Task<Void, Never>?
        /// How many readings have ended, well or not.
        var readings = 0
    }
    let name: String
    private let loader: KeyLoader
    private let policy: KeyRefreshPolicy
    private let report: @Sendable (KeySourceStatus) -> Void
    private let state: Mutex<State>

    /// `report` is called after every reading, from any thread.
    init(
        name: String, loader: KeyLoader, policy: KeyRefreshPolicy,
        report: @escaping @Sendable (KeySourceStatus) -> Void
    ) {
        self.name = name
        self.loader = loader
        self.policy = policy
        self.report = report
        state = Mutex(State(age: policy.defaultAge))
    }

    enum Available {
        case keys(KeySet)
        /// They must be read first.
        case mustLoad
        /// They were never read, and it is too soon to try again.
        case none
    }

    /// The keys to use at `now`. Starts a refresh in the background when one is due, and asks the caller to wait for
    /// it only when there are no keys, a key file has changed, or the keys are too old.
    func available(at now: Moment) -> Available {
        state.withLock { state in
            if fileChanged(&state, now) { return .mustLoad }
            guard let keys = state.keys else {
                return state.underWay != nil || mayTry(state, now, policy.retryInterval) ? .mustLoad : .none
            }
            if isDue(state, now) {
                if let loaded = state.loaded, elapsed(loaded, now) > state.age + policy.staleGrace { return .mustLoad }
                start(&state, now)
            }
            return .keys(keys)
        }
    }

    /// Whether an unknown key id may cause the keys to be read again.
    func mayAskAgain(at now: Moment) -> Bool {
        state.withLock { $0.underWay != nil || mayTry($0, now, policy.unknownKeyInterval) }
    }

    /// Reads the keys, or waits for the reading that is under way, whoever began it. Does nothing when a reading has
    /// ended since `readings` was asked for: of many callers that miss the same key, one asks.
    func load(at now: Moment, since readings: Int) async {
        let task = state.withLock { state in state.readings == readings ? start(&state, now) : state.underWay }
        await task?.value
    }

    /// How many readings have ended so far.
    var readings: Int { state.withLock { $0.readings } }

    /// Reads the keys if their time has come.
    func loadIfDue(at now: Moment) async {
        let task = state.withLock { state in
            fileChanged(&state, now) || isDue(state, now) ? start(&state, now) : state.underWay
        }
        await task?.value
    }

    /// The keys last read, however old.
    var current: KeySet? { state.withLock { $0.keys } }

    var status: KeySourceStatus { state.withLock { summary(of: $0) } }

    private func summary(of state: State) -> KeySourceStatus {
        KeySourceStatus(
            issuer: name, keys: state.keys?.keys.count ?? 0, skipped: state.keys?.skipped ?? [],
            loaded: state.loaded, failingSince: state.failingSince, failure: state.failure)
    }

    // MARK: Under the lock

    /// A clock that was set back counts as if all the time had passed: it must not stop us from reading keys.
    private func elapsed(_ then: Moment, _ now: Moment) -> Int64 {
        let (seconds, overflow) = now.seconds.subtractingReportingOverflow(then.seconds)
        return overflow || seconds < 0 ? Int64.max : seconds
    }

    private func mayTry(_ state: State, _ now: Moment, _ interval: Int64) -> Bool {
        state.lastAttempt.map { elapsed($0, now) >= interval } ?? true
    }

    /// Whether keys should be read anew: a file when it changed, anything else by age, and soon after a failure.
    private func isDue(_ state: State, _ now: Moment) -> Bool {
        guard let loaded = state.loaded, state.failingSince == nil else {
            return mayTry(state, now, policy.retryInterval)
        }
        if case .file = loader.location { return false }
        return elapsed(loaded, now) > state.age
    }

    private func fileChanged(_ state: inout State, _ now: Moment) -> Bool {
        guard case .file(let path) = loader.location, state.underWay == nil else { return false }
        if state.lastAttempt == nil { return true }
        if state.looked == now { return false }
        state.looked = now
        return FileStamp(path: path) != state.stamp
    }

    /// Begins to read, unless that is under way.
    @discardableResult
    private func start(_ state: inout State, _ now: Moment) -> Task<Void, Never> {
        if let task = state.underWay { return task }
        state.lastAttempt = now
        if case .file(let path) = loader.location { state.stamp = FileStamp(path: path) }
        let task = Task {
            do throws(KeySourceFailure) {
                finish(.success(try await loader.load()), now)
            } catch {
                finish(.failure(error), now)
            }
        }
        state.underWay = task
        return task
    }

    private func finish(_ result: Result<KeyLoader.Loaded, KeySourceFailure>, _ now: Moment) {
        let status = state.withLock { state in
            state.underWay = nil
            state.readings += 1
            switch result {
            case .success(let loaded):
                state.keys = loaded.keys
                state.loaded = now
                let bounds = policy.maximumAge
                state.age = min(max(loaded.maxAge ?? policy.defaultAge, bounds.lowerBound), bounds.upperBound)
                state.failingSince = nil
                state.failure = nil
            case .failure(let failure):
                state.failingSince = state.failingSince ?? now
                state.failure = failure
            }
            return summary(of: state)
        }
        report(status)
    }
}
