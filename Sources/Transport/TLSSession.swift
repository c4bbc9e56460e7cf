// TLS of one connection, on its socket.

import COpenSSL
import NIOCore

/// One side of one TLS connection. It reads the socket itself; its records go where everything goes that its connection sends.
final class TLSSession {
    /// The longest record of TLS: what one write may hold.
    static let largestRecord = 16 * 1024

    /// What came of a step.
    enum Step: Equatable {
        /// So many bytes; 0 for a handshake that is done.
        case done(Int)
        case wantsRead
        case wantsWrite
        /// The peer said that it sends no more.
        case ended
        case failed(String)
    }

    let ssl: OpaquePointer
    private let context: TLSContext
    /// Made once, and never changed.
    private nonisolated(unsafe) static let records = postern_record_method { bio, bytes, count, written in
        guard let bio, let bytes, let written, let owner = BIO_get_data(bio) else { return -1 }
        let taken = Unmanaged<Connection>.fromOpaque(owner)._withUnsafeGuaranteedRef {
            $0.sendRecord(UnsafeRawBufferPointer(start: bytes, count: count))
        }
        postern_must_wait(bio, taken == 0 ? 1 : 0)
        written.pointee = max(taken, 0)
        // As a socket's: nothing that was not taken may pass for a record of no bytes.
        return taken > 0 ? 1 : -1
    }

    /// - Parameter peer: a client's name for the server: a host name, which is also sent (SNI), or an address.
    init(_ context: TLSContext, of connection: Connection, peer: String?, isAddress: Bool) throws(TransportError) {
        guard let ssl = SSL_new(context.context) else { throw .tls("OpenSSL makes no TLS session: \(Self.lastError())") }
        self.ssl = ssl
        self.context = context
        // The connection outlives its session.
        let owner = Unmanaged.passUnretained(connection).toOpaque()
        guard postern_set_ends(ssl, connection.file, Self.records, owner) == 1 else { throw .tls("OpenSSL does not take the socket") }
        if context.isServer { SSL_set_accept_state(ssl) } else { SSL_set_connect_state(ssl) }
        guard let peer, !context.isServer else { return }
        if isAddress {
            guard !context.verifiesPeer || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), peer) == 1 else {
                throw .tls("\(peer) is no address that a certificate can name")
            }
        } else {
            // As libpq: a wildcard stands for a whole label (RFC 6125 section 6.4.3).
            SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            guard postern_server_name(ssl, peer) == 1 else { throw .tls("\(peer) is no host name") }
            guard !context.verifiesPeer || SSL_set1_host(ssl, peer) == 1 else { throw .tls("\(peer) is no host name") }
        }
    }

    deinit { SSL_free(ssl) }

    // OpenSSL asks that the thread's queue of errors is empty before each of these.

    func handshake() -> Step {
        ERR_clear_error()
        return step(SSL_do_handshake(ssl))
    }
    func read(into bytes: UnsafeMutableRawBufferPointer) -> Step {
        ERR_clear_error()
        return step(SSL_read(ssl, bytes.baseAddress, Int32(clamping: bytes.count)))
    }
    func write(_ bytes: UnsafeRawBufferPointer) -> Step {
        ERR_clear_error()
        return step(SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count)))
    }
    /// Says that nothing more is sent. False where that cannot be sent now: it may be said again.
    func sayGoodbye() -> Bool {
        ERR_clear_error()
        guard SSL_is_init_finished(ssl) == 1 else { return true }
        let result = SSL_shutdown(ssl)
        return result >= 0 || SSL_get_error(ssl, result) != SSL_ERROR_WANT_WRITE
    }

    /// Whether bytes have come from the socket that were not read yet: the socket will not tell of them again.
    var hasPending: Bool { SSL_has_pending(ssl) == 1 }

    /// The name by which a client asked for this server (SNI, RFC 6066 section 3), in lower case.
    var serverName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0).lowercased() }
    }

    /// What ALPN agreed on.
    var applicationProtocol: String? {
        var (name, length): (UnsafePointer<UInt8>?, UInt32) = (nil, 0)
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// What a client showed, in DER, its own certificate first; it has shown that it has the key to that one, and nothing else is known of
    /// any. Empty where it showed none.
    var peerCertificates: [[UInt8]] {
        guard context.isServer, let own = SSL_get1_peer_certificate(ssl) else { return [] }
        defer { X509_free(own) }
        let chain = SSL_get_peer_cert_chain(ssl)
        let others = (0..<postern_chain_count(chain)).map { postern_chain_at(chain, $0) }
        let all = ([own] + others).map { certificate in
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = i2d_X509(certificate, &bytes)
            defer { postern_free(bytes) }
            return count > 0 ? Array(UnsafeBufferPointer(start: bytes, count: Int(count))) : []
        }
        // One that cannot be written again is not passed over: whoever verifies must see that there was one.
        return all
    }

    /// `tls-server-end-point` of the server's certificate (RFC 5929 section 4.1): a client's side of channel binding. nil where the
    /// certificate's signature has no hash of its own (Ed25519).
    var serverEndPoint: [UInt8]? {
        guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
        defer { X509_free(certificate) }
        var digest: Int32 = 0
        guard X509_get_signature_info(certificate, &digest, nil, nil, nil) == 1, digest != NID_undef else { return nil }
        // MD5 and SHA-1 are replaced by SHA-256, as the RFC says.
        let isWeak = digest == NID_md5 || digest == NID_sha1
        guard let method = isWeak ? EVP_sha256() : EVP_get_digestbyname(OBJ_nid2sn(digest)) else { return nil }
        var (hash, length) = ([UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE)), UInt32(0))
        guard X509_digest(certificate, method, &hash, &length) == 1 else { return nil }
        return Array(hash.prefix(Int(length)))
    }

    private func step(_ result: Int32) -> Step {
        if result > 0 { return .done(Int(result)) }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL: return .failed("the connection was lost")
        default: return .failed(reason)
        }
    }

    /// Why it failed, with the certificate's fault where that was it.
    private var reason: String {
        let fault = SSL_get_verify_result(ssl)
        let error = Self.lastError()
        guard context.verifiesPeer, fault != X509_V_OK else { return error }
        return "\(error): \(String(cString: X509_verify_cert_error_string(fault)))"
    }

    /// OpenSSL's oldest error of this thread, in its own words.
    static func lastError() -> String {
        let code = ERR_get_error()
        guard code != 0 else { return "no reason given" }
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    }
}

extension Connection {
    /// What the client showed of itself, see `TLSSession.peerCertificates`.
    public var peerCertificates: [[UInt8]] { if case .established(let tls) = security { tls.peerCertificates } else { [] } }
}
