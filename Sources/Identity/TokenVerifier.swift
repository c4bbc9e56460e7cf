// From the bytes of a token to verified claims.

import Machine

/// Verifies workload tokens of a fixed set of issuers. One is shared by all connections; safe from any thread.
///
/// `attempt` never waits and is enough whenever the keys are known. `verify` also reads keys where that is due.
/// Neither tells the caller of the gateway anything but `AuthenticationFailure.publicText`.
public final class TokenVerifier: Sendable {
    private struct Issuer: Sendable {
        let settings: IssuerSettings
        let keys: KeySource
    }
    private let issuers: [Issuer]

    /// A verifier for these issuers. Reads nothing yet. `report` is called, from any thread, after every reading of an
    /// issuer's keys: the place for a log line.
    public init(
        issuers: [IssuerSettings], refresh: KeyRefreshPolicy = .standard,
        report: @escaping @Sendable (KeySourceStatus) -> Void = { _ in }
    ) throws(IssuerConfigurationError) {
        try IssuerSettings.check(issuers)
        self.issuers = issuers.map { settings in
            let loader = KeyLoader(location: settings.keys, issuer: settings.url, policy: refresh)
            return Issuer(
                settings: settings,
                keys: KeySource(name: settings.name, loader: loader, policy: refresh, report: report))
        }
    }

    /// The claims of a token at `now`, or nil when an issuer's keys have to be read first: then use `verify`.
    /// Never waits; at most one signature is checked.
    public func attempt(_ token: [UInt8], now: Moment) throws(AuthenticationFailure) -> VerifiedClaims? {
        switch try step(token, now, mayLoad: true) {
        case .claims(let claims): claims
        case .load: nil
        }
    }

    /// The claims of a token at `now`. Waits for keys at most once, and for no longer than two fetches may take.
    public func verify(_ token: [UInt8], now: Moment) async throws(AuthenticationFailure) -> VerifiedClaims {
        switch try step(token, now, mayLoad: true) {
        case .claims(let claims): return claims
        case .load(let issuer, let readings):
            await issuer.keys.load(at: now, since: readings)
            switch try step(token, now, mayLoad: false) {
            case .claims(let claims): return claims
            case .load(let issuer, _): throw .keysUnavailable(issuer: issuer.settings.name)
            }
        }
    }

    /// Reads the keys of all issuers whose time has come, all at once. To be called at the start, so that the first
    /// caller need not wait, and then every few seconds. What fails is in `status`; nothing is thrown.
    public func refresh(now: Moment) async {
        await withTaskGroup(of: Void.self) { group in
            for issuer in issuers { group.addTask { await issuer.keys.loadIfDue(at: now) } }
        }
    }

    /// How each issuer's keys are doing, in the order of the settings.
    public var status: [KeySourceStatus] { issuers.map(\.keys.status) }

    private enum Step {
        case claims(VerifiedClaims)
        /// Keys are missing that may be there after one more reading than these.
        case load(Issuer, readings: Int)
    }

    /// Everything about one token. Where keys are missing and may be read, says of which issuer.
    private func step(_ token: [UInt8], _ now: Moment, mayLoad: Bool) throws(AuthenticationFailure) -> Step {
        let token = try UnverifiedToken(token)
        let issuer = try issuer(of: token)
        let name = issuer.settings.name
        guard issuer.settings.algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
        let readings = issuer.keys.readings
        var known = issuer.keys.current
        if mayLoad {
            switch issuer.keys.available(at: now) {
            case .keys(let keys): known = keys
            case .mustLoad: return .load(issuer, readings: readings)
            case .none: known = nil
            }
        }
        guard let keys = known else { throw .keysUnavailable(issuer: name) }
        switch keys.choose(keyID: token.keyID, for: token.algorithm) {
        case .key(let key):
            guard key.verifies(token.signature, of: token.signed, with: token.algorithm) else {
                throw .badSignature(issuer: name)
            }
            return .claims(try ClaimReader(issuer: issuer.settings, payload: token.payload).read(now: now))
        case .unknown:
            if mayLoad && issuer.keys.mayAskAgain(at: now) { return .load(issuer, readings: readings) }
            throw .unknownKey(issuer: name)
        case .ambiguous: throw .ambiguousKey(issuer: name)
        case .otherAlgorithm: throw .keyAlgorithmMismatch(issuer: name)
        }
    }

    /// The one issuer whose `iss` and audience the token names. Nothing is believed by this: it only says whose keys
    /// must have signed the token.
    private func issuer(of token: UnverifiedToken) throws(AuthenticationFailure) -> Issuer {
        guard let iss = token.payload["iss"]?.text else { throw .unknownIssuer }
        let named = issuers.filter { $0.settings.url.sameBytes(as: iss) }
        if named.isEmpty { throw .unknownIssuer }
        let audiences: [String]
        switch token.payload["aud"] {
        case .string(let one): audiences = [one]
        case let value?:
            guard let several = value.strings else { throw .malformed("aud") }
            audiences = several
        case nil: throw .wrongAudience
        }
        let meant = named.filter { issuer in audiences.contains { issuer.settings.accepts(audience: $0) } }
        guard let issuer = meant.first else { throw .wrongAudience }
        if meant.count > 1 { throw .ambiguousIssuer(issuer.settings.name) }
        return issuer
    }
}
