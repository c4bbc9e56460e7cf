// What a side of TLS shows and trusts, shared by its connections.

import COpenSSL

/// Certificates, protocols and trust of one listener or of one kind of backend. TLS 1.2 or newer, by the system's OpenSSL, so that an
/// operator's FIPS provider and the distribution's updates apply.
public final class TLSContext: @unchecked Sendable {
    // Unchecked: SSL_CTX counts its references atomically and is not changed once it is made.
    let context: OpaquePointer
    /// ALPN names in wire format, and where they are: OpenSSL's callback reads both for as long as this lives.
    private let names: UnsafeMutableBufferPointer<UInt8>
    private let protocols: UnsafeMutablePointer<postern_protocols>
    let isServer: Bool
    /// Whether the peer's certificate is checked, and its name.
    let verifiesPeer: Bool

    private init(_ context: OpaquePointer, protocols: [String], isServer: Bool, verifiesPeer: Bool) {
        self.context = context
        self.isServer = isServer
        self.verifiesPeer = verifiesPeer
        let wire = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        names = .allocate(capacity: wire.count)
        _ = names.initialize(from: wire)
        self.protocols = .allocate(capacity: 1)
        self.protocols.initialize(to: postern_protocols(names: names.baseAddress, length: UInt32(wire.count)))
    }

    deinit {
        SSL_CTX_free(context)
        protocols.deallocate()
        names.deallocate()
    }

    /// Bytes of certificates that a client may send before anybody knows it.
    private static let longestClientChain = 32 * 1024

    /// A server's side.
    /// - Parameters:
    ///   - certificateChain: PEM, the server's own certificate first.
    ///   - privateKey: PEM, not encrypted.
    ///   - protocols: ALPN names in order of preference. A client that names others only is refused; one that names none is not.
    ///   - asksForCertificate: whether clients are asked for a certificate. Any is taken, and none as well: whoever goes by
    ///     `Connection.peerCertificates` must verify them.
    public static func server(
        certificateChain: [UInt8], privateKey: [UInt8], protocols: [String], asksForCertificate: Bool = false
    ) throws(TransportError) -> TLSContext {
        let made = TLSContext(try fresh(TLS_server_method()), protocols: protocols, isServer: true, verifiesPeer: false)
        try made.use(certificateChain: certificateChain)
        guard let key = withBIO(privateKey, postern_read_private_pem) else {
            throw .tls("the private key is no PEM, or it is encrypted")
        }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(made.context, key) == 1, SSL_CTX_check_private_key(made.context) == 1 else {
            throw .tls("the private key does not belong to the certificate")
        }
        // Sessions are resumed by tickets, which cost the server no memory.
        _ = postern_no_session_cache(made.context)
        if asksForCertificate { postern_ask_for_certificate(made.context, longestClientChain) }
        guard !protocols.isEmpty else { return made }
        SSL_CTX_set_alpn_select_cb(made.context, postern_choose_protocol, UnsafeMutableRawPointer(made.protocols))
        return made
    }

    /// A client's side.
    /// - Parameter trust: nil trusts anybody; `.system` the system's authorities; `.pem` these only.
    public static func client(trust: Trust?) throws(TransportError) -> TLSContext {
        let made = TLSContext(try fresh(TLS_client_method()), protocols: [], isServer: false, verifiesPeer: trust != nil)
        switch trust {
        case nil: SSL_CTX_set_verify(made.context, SSL_VERIFY_NONE, nil)
        case .system?:
            SSL_CTX_set_verify(made.context, SSL_VERIFY_PEER, nil)
            guard SSL_CTX_set_default_verify_paths(made.context) == 1 else { throw .tls("the system's authorities cannot be read") }
        case .file(let path)?:
            SSL_CTX_set_verify(made.context, SSL_VERIFY_PEER, nil)
            guard SSL_CTX_load_verify_file(made.context, path) == 1 else {
                throw .tls("\(path) holds no certificates that can be trusted: \(TLSSession.lastError())")
            }
        }
        return made
    }

    /// Whom a client believes.
    public enum Trust: Sendable {
        case system
        /// A PEM file of authorities.
        case file(String)
    }

    private static func fresh(_ method: OpaquePointer?) throws(TransportError) -> OpaquePointer {
        guard let context = SSL_CTX_new(method) else { throw .tls("OpenSSL makes no TLS context: \(TLSSession.lastError())") }
        postern_prepare(context)
        return context
    }

    private func use(certificateChain: [UInt8]) throws(TransportError) {
        let count = Self.withBIO(certificateChain) { bio in
            var count = 0
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                defer { X509_free(certificate) }
                let isUsed =
                    count == 0
                    ? SSL_CTX_use_certificate(context, certificate) == 1 : postern_add_chain(context, certificate) == 1
                guard isUsed else { return -1 }
                count += 1
            }
            return count
        }
        ERR_clear_error()
        guard count > 0 else { throw .tls(count == 0 ? "no certificate in PEM" : "a certificate that OpenSSL does not take") }
    }

    private static func withBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
            defer { BIO_free(bio) }
            return body(bio)
        }
    }
}
