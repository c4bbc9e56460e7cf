// Reads an issuer's keys once, from wherever they are.

/// Where one issuer's keys come from, and how.
struct KeyLoader: Sendable {
    let location: KeyLocation
    /// The issuer's exact `iss`.
    let issuer: String
    let policy: KeyRefreshPolicy

    struct Loaded: Sendable {
        var keys: KeySet
        /// Seconds that the source says they may be kept.
        var maxAge: Int64?
    }

    func load() async throws(KeySourceFailure) -> Loaded {
        switch location {
        case .file(let path): return Loaded(keys: try await KeySet(document: try KeyFile.read(path: path)), maxAge: nil)
        case .url(let address): return try await fetchKeys(try safe(address))
        case .discovery: return try await fetchKeys(try await discover())
        }
    }

    private func safe(_ address: String) throws(KeySourceFailure) -> SafeURL {
        do {
            return try SafeURL(address)
        } catch {
            throw .unsafeURL(error.reason)
        }
    }

    private func fetchKeys(_ address: SafeURL) async throws(KeySourceFailure) -> Loaded {
        let document = try await DocumentFetch.fetch(address, policy)
        return Loaded(keys: try await KeySet(document: document.bytes), maxAge: document.maxAge)
    }

    /// Asks the issuer where its keys are (OpenID Connect Discovery 1.0 section 4).
    private func discover() async throws(KeySourceFailure) -> SafeURL {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let address = try safe(base + "/.well-known/openid-configuration")
        let document = try await DocumentFetch.fetch(address, policy)
        return try Self.keysAddress(in: document.bytes, from: address, issuer: issuer)
    }

    /// The `jwks_uri` of a discovery document that names exactly this issuer (section 4.3).
    static func keysAddress(in document: [UInt8], from address: SafeURL, issuer: String) throws(KeySourceFailure)
        -> SafeURL
    {
        guard let object = (try? JSONReader.read(document))?.object, let named = object["issuer"]?.text,
            let keys = object["jwks_uri"]?.text
        else { throw .notDiscovery }
        if !named.sameBytes(as: issuer) { throw .otherIssuer }
        do throws(UnsafeURL) {
            let found = try SafeURL(keys)
            // Plain http is for an issuer on this machine only; one that was asked by https may not send us here.
            if found.isPlain && !address.isPlain { throw UnsafeURL(reason: "must use https") }
            return found
        } catch {
            throw .unsafeURL(error.reason)
        }
    }
}
