// What is recorded once for a session: who, proved how, to where, under which program.

import Machine

/// A program by name and content, so that a recording can name rules without it. Made once per loaded program and shared.
public final class RecordedProgram: Sendable {
    public let name: String
    public let revision: UInt64
    /// Digest of the serialised program, as the bundle carries it.
    public let digest: [UInt8]
    /// By rule index.
    public let ruleNames: [String]
    public let masks: [RecordedMask]
    /// Tells programs apart within one recording.
    let key: UInt64

    public init(name: String, revision: UInt64, digest: [UInt8], ruleNames: [String], masks: [RecordedMask] = []) {
        self.name = name
        self.revision = revision
        self.digest = digest
        self.ruleNames = ruleNames
        self.masks = masks
        var writer = EntryWriter()
        writer.put(name)
        writer.put(revision)
        writer.put(bytes: digest)
        writer.put(names: ruleNames)
        writer.put(RecordedClaims.json(masks))
        key = writer.withBytes { Checksum.of($0, seed: 0x7072_6F67_7261_6D31) }
    }

    /// The names of `program`'s rules; `digest` is that of its serialised form.
    public convenience init(_ program: Program, digest: [UInt8]) {
        self.init(
            name: program.name, revision: program.revision, digest: digest,
            ruleNames: program.rules.map { rule in
                Int(rule.name) < program.symbols.count ? program.symbols[Int(rule.name)] : ""
            }, masks: RecordedMask.all(of: program))
    }
}

/// What is known when a session starts.
public struct SessionRecord: Sendable {
    public var identity: String
    public var groups: [String]
    /// Issuer, subject, token id, proof and the declared claims.
    public var claims: VerifiedClaims
    public var resource: String
    public var kind: ResourceKind
    /// Address and port of the client, as text.
    public var sourceAddress: String
    public var database: String
    /// The role the gateway logged in as.
    public var backendUser: String
    public var program: RecordedProgram
    /// Nanoseconds since 1970.
    public var startedAt: UInt64

    public init(
        identity: String, groups: [String], claims: VerifiedClaims, resource: String, kind: ResourceKind, sourceAddress: String,
        database: String, backendUser: String, program: RecordedProgram, startedAt: UInt64
    ) {
        self.identity = identity
        self.groups = groups
        self.claims = claims
        self.resource = resource
        self.kind = kind
        self.sourceAddress = sourceAddress
        self.database = database
        self.backendUser = backendUser
        self.program = program
        self.startedAt = startedAt
    }

    public init(
        caller: Caller, resource: String, kind: ResourceKind, sourceAddress: String, database: String, backendUser: String,
        program: RecordedProgram, startedAt: UInt64
    ) {
        self.init(
            identity: caller.identity, groups: caller.groups, claims: caller.claims, resource: resource, kind: kind,
            sourceAddress: sourceAddress, database: database, backendUser: backendUser, program: program, startedAt: startedAt)
    }
}
