// What follows from a loaded policy: who may vouch for callers, and what sessions are judged by.

import Decision
import Foundation
import Identity
import Machine
import NIOCore
import Recording
import Synchronization

/// A policy and all that was made of it. Replaced as a whole on reload.
struct PolicyInForce: Sendable {
    let program: VerifiedProgram
    let recorded: RecordedProgram
    let verifier: TokenVerifier
    let certificates: CertificateVerifier

    init(
        _ policy: LoadedPolicy, configuration: GatewayConfiguration, report: @escaping @Sendable (KeySourceStatus) -> Void
    ) throws {
        program = policy.program
        recorded = RecordedProgram(policy.program.program, digest: policy.digest)
        let directory = URL(fileURLWithPath: configuration.policy.bundle).deletingLastPathComponent().path
        let names = Set(policy.program.issuers.map { policy.program.text($0.name) })
        if let unknown = configuration.issuers.keys.sorted().first(where: { !names.contains($0) }) {
            throw StartFailure("issuers.\(unknown) of the configuration: the policy has no issuer of this name, but \(names.sorted())")
        }
        var tokens: [IssuerSettings] = []
        var certificates: [CertificateIssuerSettings] = []
        for record in policy.program.issuers {
            let name = policy.program.text(record.name)
            let files = configuration.issuers[name]
            switch record.kind {
            case .oidc, .jwks:
                if files?.authorities != nil || files?.revocations != nil {
                    throw StartFailure("issuers.\(name) of the configuration: ca and crl are for issuers of kind mtls, and this is one of tokens")
                }
                tokens.append(try IssuerSettings(record, of: policy.program, keys: files?.keys, directory: directory))
            case .mtls:
                if files?.keys != nil {
                    throw StartFailure("issuers.\(name) of the configuration: keys are for issuers of tokens, and this is one of certificates: write ca")
                }
                certificates.append(CertificateIssuerSettings(record, of: policy.program, files, directory: directory))
            case .saml:
                throw StartFailure(
                    "issuer \(name) of the policy is of kind saml, and this gateway verifies no SAML assertions: nobody could come in by it. "
                        + "Take it out, or let the identity provider issue tokens (kind oidc)")
            }
        }
        verifier = try TokenVerifier(issuers: tokens, report: report)
        self.certificates = try CertificateVerifier(issuers: certificates)
    }

    /// Resources of the configuration that this policy does not have: a sign of a wrong bundle.
    func missing(_ resources: [GatewayConfiguration.Resource]) -> [GatewayConfiguration.Resource] {
        let known = Set(program.program.resources.map { program.text($0.name) })
        return resources.filter { !known.contains($0.name) }
    }
}

/// Why a caller with a valid proof is not let in. For the log only.
enum IdentificationFailure: Error, CustomStringConvertible {
    case nobody(subject: String)
    case ambiguous([String])
    case unsure(String, perhaps: [String])

    var description: String {
        switch self {
        case .nobody(let subject): "subject \(subject) matches no identity of the policy"
        case .ambiguous(let names): "the proof matches several identities: \(names.joined(separator: ", "))"
        case .unsure(let name, let others):
            "the proof matches \(name), and lacks a claim that would say whether it matches \(others.joined(separator: ", ")) as well"
        }
    }
}

extension PolicyInForce {
    /// What a token proves, whether or not that makes an identity.
    func claims(_ token: [UInt8], now: Moment) async throws -> VerifiedClaims {
        if let known = try verifier.attempt(token, now: now) { return known }
        return try await verifier.verify(token, now: now)
    }

    /// The one identity behind a token.
    func caller(_ token: [UInt8], now: Moment) async throws -> Caller {
        try caller(try await claims(token, now: now))
    }

    /// The one identity behind a client certificate.
    func caller(certificates chain: [[UInt8]], now: Moment) throws -> Caller {
        try caller(try certificates.verify(chain, now: now))
    }

    private func caller(_ claims: VerifiedClaims) throws -> Caller {
        switch program.identify(claims) {
        case .caller(let caller): return caller
        case .nobody: throw IdentificationFailure.nobody(subject: claims.subject)
        case .ambiguous(let names): throw IdentificationFailure.ambiguous(names)
        case .unsure(let name, let others): throw IdentificationFailure.unsure(name, perhaps: others)
        }
    }
}

extension IssuerSettings {
    /// `keys`, from the configuration, stands before what the policy says.
    fileprivate init(_ record: IssuerRecord, of program: VerifiedProgram, keys: String?, directory: String) throws {
        func values(_ key: String) -> [String] {
            record.settings.first { program.text($0.key) == key }.map { $0.values.map(program.text) } ?? []
        }
        // A word that is dropped would widen the trust to the usual set: refuse instead.
        let algorithms = try values("algorithms").map { word in
            guard let algorithm = SignatureAlgorithm(rawValue: word) else {
                throw StartFailure("issuer \(program.text(record.name)): '\(word)' is no algorithm that tokens may be signed with")
            }
            return algorithm
        }
        let url = (record.kind == .oidc ? values("url") : values("issuer")).first ?? ""
        self.init(
            name: program.text(record.name), kind: record.kind == .oidc ? .oidc : .jwks, url: url, audience: values("audience").first ?? "",
            algorithms: algorithms.isEmpty ? SignatureAlgorithm.usual : Set(algorithms), claims: record.declared(in: program),
            keys: KeyLocation(keys, record.kind, file: values("file").first, url: values("url").first, directory: directory))
        otherAudiences = Array(values("audience").dropFirst())
    }
}

extension IssuerRecord {
    fileprivate func declared(in program: VerifiedProgram) -> [Identity.ClaimDeclaration] {
        claims.map { claim in
            let declared = program.program.claims[Int(claim.claim)]
            return ClaimDeclaration(name: program.text(declared.name), type: ClaimType(declared.type), optional: claim.optional)
        }
    }
}

extension CertificateIssuerSettings {
    /// The configuration's `ca` stands before what the policy says.
    fileprivate init(_ record: IssuerRecord, of program: VerifiedProgram, _ files: GatewayConfiguration.Issuer?, directory: String) {
        func values(_ key: String) -> [String] {
            record.settings.first { program.text($0.key) == key }.map { $0.values.map(program.text) } ?? []
        }
        let named = values("ca").first ?? ""
        self.init(
            name: program.text(record.name), authorities: files?.authorities ?? (named.hasPrefix("/") ? named : directory + "/" + named),
            revocations: files?.revocations, trustDomains: values("trust_domain"), claims: record.declared(in: program))
    }
}

extension KeyLocation {
    fileprivate init(_ configured: String?, _ kind: Machine.IssuerKind, file: String?, url: String?, directory: String) {
        if let configured {
            self = configured.contains("://") ? .url(configured) : .file(configured)
        } else if let file {
            self = .file(file.hasPrefix("/") ? file : directory + "/" + file)
        } else if kind == .jwks, let url {
            self = .url(url)
        } else {
            self = .discovery
        }
    }
}

extension ClaimType {
    fileprivate init(_ type: FactType) {
        switch type {
        case .integer, .duration, .size: self = .integer
        case .time: self = .time
        case .integers: self = .integers
        case .boolean: self = .boolean
        case .strings: self = .strings
        case .string, .address: self = .string
        }
    }
}
