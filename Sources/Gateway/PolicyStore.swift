// The policy in force: loads bundles, refuses bad ones, keeps the last good one.

import Foundation
import Machine
import Sealing
import Synchronization

/// Why a bundle was not taken.
public struct PolicyRefusal: Error, Sendable, CustomStringConvertible {
    public var reason: String
    public var description: String { reason }
}

/// A program, and the digest of its serialised form.
public struct LoadedPolicy: Sendable {
    public let program: VerifiedProgram
    /// SHA-256 of the program's bytes.
    public let digest: [UInt8]
}

/// Reads bundle files, and holds the program that is in force.
public final class PolicyStore: Sendable {
    /// Largest bundle file, in bytes.
    public static let sizeLimit = 64 << 20

    public enum Reload: Sendable {
        case unchanged
        case loaded(LoadedPolicy)
        case refused(PolicyRefusal)
    }

    private struct State {
        var policy: LoadedPolicy
        /// Of the file last looked at, good or bad: an unchanged file is not read again.
        var stamp: FileStamp?
    }

    public let settings: GatewayConfiguration.Policy
    private let state: Mutex<State>

    /// Loads the first policy; without one a gateway does not start.
    public init(_ settings: GatewayConfiguration.Policy) throws(PolicyRefusal) {
        self.settings = settings
        let stamp = FileStamp(path: settings.bundle)
        state = Mutex(State(policy: try Self.read(settings), stamp: stamp))
    }

    public var current: LoadedPolicy { state.withLock { $0.policy } }

    /// Looks at the file again. `force` also reads a file that looks unchanged.
    public func reload(force: Bool) -> Reload {
        let stamp = FileStamp(path: settings.bundle)
        let unchanged = state.withLock {
            let same = $0.stamp == stamp
            $0.stamp = stamp
            return same
        }
        if unchanged, !force { return .unchanged }
        let policy: LoadedPolicy
        do {
            policy = try Self.read(settings)
        } catch {
            return .refused(error)
        }
        return state.withLock {
            if policy.digest == $0.policy.digest { return .unchanged }
            let (new, old) = (policy.program.revision, $0.policy.program.revision)
            guard new >= old else {
                return .refused(PolicyRefusal(reason: "revision \(new) is older than \(old), which is in force; build it again"))
            }
            $0.policy = policy
            return .loaded(policy)
        }
    }

    private static func read(_ settings: GatewayConfiguration.Policy) throws(PolicyRefusal) -> LoadedPolicy {
        let bytes = try file(settings.bundle)
        var keys: [VerifyingKey] = []
        for path in settings.trust {
            let pem = String(decoding: try file(path), as: UTF8.self)
            do {
                keys.append(try VerifyingKey(pem: pem))
            } catch {
                throw PolicyRefusal(reason: "\(path) is not a public key in PEM form: \(error)")
            }
        }
        let payload: [UInt8]
        do {
            payload = try SealedBundle.open(bytes, trusting: keys).payload
        } catch {
            guard settings.allowUnsigned, case .unsignedBundle = error else {
                throw PolicyRefusal(reason: "\(settings.bundle): \(error)")
            }
            do {
                payload = try SealedBundle.openUnsigned(bytes)
            } catch {
                throw PolicyRefusal(reason: "\(settings.bundle): \(error)")
            }
        }
        do {
            return LoadedPolicy(program: try VerifiedProgram.load(payload), digest: SHA256Digest(hashing: payload).bytes)
        } catch {
            throw PolicyRefusal(reason: "\(settings.bundle): \(error)")
        }
    }

    private static func file(_ path: String) throws(PolicyRefusal) -> [UInt8] {
        guard let stamp = FileStamp(path: path) else { throw PolicyRefusal(reason: "\(path) cannot be read") }
        guard stamp.size <= sizeLimit else { throw PolicyRefusal(reason: "\(path) is larger than \(sizeLimit) bytes") }
        guard let data = FileManager.default.contents(atPath: path) else { throw PolicyRefusal(reason: "\(path) cannot be read") }
        return [UInt8](data)
    }
}

/// What tells one version of a file from another without reading it.
struct FileStamp: Equatable, Sendable {
    var size: Int
    var modified: Date
    var number: Int

    init?(path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        size = (attributes[.size] as? NSNumber)?.intValue ?? 0
        modified = attributes[.modificationDate] as? Date ?? .distantPast
        number = (attributes[.systemFileNumber] as? NSNumber)?.intValue ?? 0
    }
}
