// An issuer's authorities, and whether a client's certificate is one of theirs.

import COpenSSL
import Foundation
import Machine
import Synchronization

/// Authorities and revocations of one issuer, read again when their files change. A file that cannot be read refuses everybody: an authority
/// or a revocation that an operator has just taken out or put in must never be passed over.
final class CertificateAuthority: Sendable {
    private let settings: CertificateIssuerSettings
    private struct State {
        var stamps: [FileStamp?]
        var store: CertificateStore
    }
    private let state: Mutex<State>

    /// Reads the files.
    init(_ settings: CertificateIssuerSettings) throws(CertificateConfigurationError) {
        self.settings = settings
        let stamps = Self.stamps(settings)
        state = Mutex(State(stamps: stamps, store: try Self.read(settings)))
    }

    /// What a chain comes to. Reads files that have changed.
    func judge(_ chain: ClientChain, now: Moment) -> CertificateStore.Judgement {
        let stamps = Self.stamps(settings)
        if let store = state.withLock({ $0.stamps == stamps ? $0.store : nil }) { return store.judge(chain, now: now) }
        do {
            let store = try Self.read(settings)
            state.withLock { $0 = State(stamps: stamps, store: store) }
            return store.judge(chain, now: now)
        } catch {
            return .unavailable("\(error)")
        }
    }

    private static func stamps(_ settings: CertificateIssuerSettings) -> [FileStamp?] {
        [FileStamp(path: settings.authorities), settings.revocations.flatMap { FileStamp(path: $0) }]
    }

    private static func read(_ settings: CertificateIssuerSettings) throws(CertificateConfigurationError) -> CertificateStore {
        func bytes(_ path: String) throws(CertificateConfigurationError) -> [UInt8] {
            do throws(KeySourceFailure) {
                return try KeyFile.read(path: path)
            } catch {
                throw .badFile(issuer: settings.name, path: path, reason: "cannot be used: \(error)")
            }
        }
        let store = CertificateStore()
        if let fault = store.addAuthorities(try bytes(settings.authorities)) {
            throw .badFile(issuer: settings.name, path: settings.authorities, reason: fault)
        }
        if let path = settings.revocations, let fault = store.addRevocations(try bytes(path)) {
            throw .badFile(issuer: settings.name, path: path, reason: fault)
        }
        return store
    }
}

/// OpenSSL's store of what is trusted. Filled before it is shared.
final class CertificateStore: @unchecked Sendable {
    // Unchecked: not changed once it is filled, and OpenSSL locks it for itself.
    private let store: OpaquePointer

    enum Judgement: Equatable {
        /// Until when every certificate of the chain is valid, in seconds since 1970.
        case good(until: Int64)
        /// None of these authorities has signed it.
        case untrusted(String)
        case refused(CertificateFailure.Fault, String)
        case unavailable(String)
    }

    init() {
        guard let made = X509_STORE_new() else { preconditionFailure("OpenSSL has no memory for a store") }
        store = made
        // An intermediate authority may be trusted without the one above it.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    }

    deinit { X509_STORE_free(store) }

    /// Nil, or what is wrong with the file.
    func addAuthorities(_ pem: [UInt8]) -> String? {
        var count = 0
        let fault = Self.each(pem, postern_read_certificate) { certificate in
            defer { X509_free(certificate) }
            count += 1
            // Else a workload's own certificate in this file would be trusted, and whatever it signs.
            guard X509_check_ca(certificate) == 1 else { return "holds a certificate that is no authority's" }
            return X509_STORE_add_cert(store, certificate) == 1 ? nil : "holds a certificate that OpenSSL does not take"
        }
        return fault ?? (count > 0 ? nil : "holds no certificate in PEM")
    }

    func addRevocations(_ pem: [UInt8]) -> String? {
        var count = 0
        let fault = Self.each(pem, postern_read_revocations) { list in
            defer { X509_CRL_free(list) }
            count += 1
            return X509_STORE_add_crl(store, list) == 1 ? nil : "holds a list that OpenSSL does not take"
        }
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
        return fault ?? (count > 0 ? nil : "holds no list of revoked certificates in PEM")
    }

    /// Every object of a PEM file. What is left over and cannot be read is a fault: it may be the one that matters.
    private static func each(
        _ pem: [UInt8], _ read: (OpaquePointer?) -> OpaquePointer?, _ body: (OpaquePointer) -> String?
    ) -> String? {
        pem.withUnsafeBytes { bytes in
            ERR_clear_error()
            defer { ERR_clear_error() }
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
            defer { BIO_free(bio) }
            while let object = read(bio) {
                if let fault = body(object) { return fault }
            }
            return postern_is_pem_end(ERR_peek_last_error()) == 1 ? nil : "holds something in PEM that cannot be read"
        }
    }

    func judge(_ chain: ClientChain, now: Moment) -> Judgement {
        guard let context = X509_STORE_CTX_new() else { return .unavailable("OpenSSL has no memory") }
        defer { X509_STORE_CTX_free(context) }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard X509_STORE_CTX_init(context, store, chain.own, chain.others) == 1, let parameters = X509_STORE_CTX_get0_param(context) else {
            return .unavailable("OpenSSL cannot begin")
        }
        X509_VERIFY_PARAM_set_time(parameters, time_t(now.seconds))
        // Keys of 112 bits of strength and more, no SHA-1.
        X509_VERIFY_PARAM_set_auth_level(parameters, 2)
        X509_VERIFY_PARAM_set_depth(parameters, Int32(IdentityLimits.chainCertificates))
        guard X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) == 1 else { return .unavailable("OpenSSL cannot begin") }
        if X509_verify_cert(context) == 1 { return judge(verified: context, chain) }
        let error = X509_STORE_CTX_get_error(context)
        let words = String(cString: X509_verify_cert_error_string(Int(error)))
        switch error {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return .untrusted(words)
        case X509_V_ERR_CERT_HAS_EXPIRED: return .refused(.expired, words)
        case X509_V_ERR_CERT_NOT_YET_VALID: return .refused(.notYetValid, words)
        case X509_V_ERR_CERT_REVOKED: return .refused(.revoked, words)
        case X509_V_ERR_INVALID_PURPOSE: return .refused(.purpose, words)
        default: return .refused(.other, words)
        }
    }

    private func judge(verified context: OpaquePointer, _ chain: ClientChain) -> Judgement {
        // An authority that acted as a client could be anybody whom it can sign for.
        guard X509_check_ca(chain.own) == 0 else { return .refused(.purpose, "it is an authority's own") }
        let all = X509_STORE_CTX_get0_chain(context)
        var until = Int64.max
        for index in 0..<postern_chain_count(all) {
            guard let end = CertificateReader.seconds(X509_get0_notAfter(postern_chain_at(all, index))) else {
                return .refused(.other, "its end is no time")
            }
            until = min(until, end)
        }
        return .good(until: until)
    }
}

/// The certificates that a client showed, read.
final class ClientChain {
    let own: OpaquePointer
    let others: OpaquePointer

    /// - Parameter certificates: DER, the client's own first.
    init(_ certificates: [[UInt8]]) throws(CertificateFailure) {
        guard certificates.count <= IdentityLimits.chainCertificates else { throw .tooMany }
        guard let first = certificates.first, let own = Self.read(first) else { throw .unreadable }
        guard let others = postern_chain_new() else { preconditionFailure("OpenSSL has no memory for a chain") }
        self.own = own
        self.others = others
        for certificate in certificates.dropFirst() {
            guard let read = Self.read(certificate) else { throw .unreadable }
            guard postern_chain_push(others, read) == 1 else { preconditionFailure("OpenSSL has no memory for a chain") }
        }
    }

    deinit {
        X509_free(own)
        postern_chain_free(others)
    }

    /// One certificate and nothing behind it.
    private static func read(_ bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { bytes in
            guard var place = bytes.baseAddress.map({ Optional($0) }) else { return nil }
            let end = bytes.baseAddress.map { $0 + bytes.count }
            guard let read = d2i_X509(nil, &place, bytes.count) else {
                ERR_clear_error()
                return nil
            }
            if place == end { return read }
            X509_free(read)
            return nil
        }
    }
}
