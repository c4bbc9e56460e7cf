// What becomes of a session when another policy comes into force.

import Inspect
import Machine

/// How a session takes another policy.
public enum Adoption: Equatable, Sendable {
    /// It goes on, and its next message is decided by the new policy.
    case adopted
    /// Names mean something else on its resource now, and what it has prepared was taken apart by the old meaning: it must end, when it
    /// can without harm.
    case renamed
    /// Its identity or its resource is not in the new policy, or its claims make another identity: it must end at once.
    case unknown
    /// The new policy lets it do nothing at all on its resource, and the old one did: it must end at once.
    case powerless
    /// It listens on a channel that the new policy does not let it listen on: it must end at once.
    case deaf(channel: String)
}

/// The channels that a session was let listen on. One that it has left again stays: whether the backend has forgotten it is not known, as
/// with a LISTEN that was rolled back.
struct HeardChannels {
    /// Channels that are kept; a session that was let listen on more does not go over to another policy.
    static let limit = 1024
    /// Told apart by their bytes, each with whether people had to agree.
    private(set) var names: [[UInt8]: Bool] = [:]
    private(set) var areTooMany = false

    /// What a message is let do. UNLISTEN is an access of the same verb.
    mutating func note(_ found: Inspection, isAgreed: Bool) {
        for access in found.accesses.buffer where access.verb == .listen {
            let statement = Int(access.statement)
            if statement < found.statements.count, found.bytes(found.statements[statement].kind).elementsEqual("unlisten".utf8) { continue }
            let name = Array(found.bytes(access.name))
            if names.count >= Self.limit, names[name] == nil { areTooMany = true } else { names[name] = isAgreed }
        }
    }
}

extension VirtualMachine {
    /// The first channel that may not be listened on, by name; nil where all may. What is not certain is not let, and what people would be
    /// asked about now is let where they were asked then.
    func refusedChannel(of heard: HeardChannels, _ inspection: Inspection, at moment: Moment) -> String? {
        if heard.areTooMany { return "one of more than \(HeardChannels.limit)" }
        let refused = heard.names.sorted { $0.key.lexicographicallyPrecedes($1.key) }.first { channel, isAgreed in
            inspection.clear()
            var access = Access(verb: .listen, objectClass: .channel, statement: 0)
            access.name = channel.withUnsafeBytes { inspection.intern($0) }
            inspection.append(access)
            var statement = Statement()
            statement.kind = inspection.intern("listen")
            statement.accessCount = 1
            inspection.append(statement)
            let outcome = decide(inspection, RequestFacts(moment: moment)).outcome
            return outcome != .allowed && !(outcome == .approval && isAgreed)
        }
        return refused.map { String(decoding: $0.key, as: UTF8.self) }
    }
}

extension VerifiedProgram {
    /// The schemas that unqualified names of a resource are looked up in; nil when there is no such resource.
    func searchPath(of resource: String) -> [String]? {
        resourceIndex(resource).map { program.resources[$0].searchPath.map(text) }
    }
}
