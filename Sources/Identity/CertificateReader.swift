// From a certificate whose chain is good to the claims that policy may see.

import COpenSSL
import Foundation
import Machine

/// Reads a client's certificate for one issuer. Called only after its chain was verified.
struct CertificateReader {
    let certificate: OpaquePointer
    let issuer: CertificateIssuerSettings

    /// - Parameter until: when the first certificate of the chain ends.
    func read(until: Int64) throws(CertificateFailure) -> VerifiedClaims {
        let said = try said()
        let spiffe: SPIFFEID? = try spiffe(said)
        if !issuer.trustDomains.isEmpty {
            guard let spiffe, issuer.trustDomains.contains(where: { $0.sameBytes(as: spiffe.trustDomain) }) else {
                throw .wrongTrustDomain(issuer: issuer.name)
            }
        }
        var values: [String: ClaimValue] = [:]
        for claim in issuer.claims {
            guard let known = CertificateClaim(rawValue: claim.name), let value = value(known, said, spiffe) else {
                if claim.optional { continue }
                throw .missingClaim(issuer: issuer.name, claim: claim.name)
            }
            values[claim.name] = value
        }
        return VerifiedClaims(
            issuer: issuer.name, subject: try subject(said, spiffe), values: values, proof: .mtls, expires: until, tokenID: said.serial)
    }

    /// What stands in the certificate.
    private struct Said {
        var subject: String
        var commonNames: [String]
        var organizations: [String]
        var units: [String]
        var signer: String
        var serial: String
        var sha256: String
        var notBefore: Int64
        var notAfter: Int64
        var dns: [String] = []
        var uris: [String] = []
        var emails: [String] = []
    }

    /// Of its own kind each: a mesh knows its workloads by SPIFFE id, others by the subject, and some by one DNS name alone.
    private func subject(_ said: Said, _ spiffe: SPIFFEID?) throws(CertificateFailure) -> String {
        let name = spiffe?.text ?? (said.subject.isEmpty ? (said.dns.count == 1 ? "DNS:" + said.dns[0] : "") : said.subject)
        guard !name.isEmpty, name.utf8.count <= IdentityLimits.subjectBytes,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .nameless(issuer: issuer.name) }
        return name
    }

    /// X.509-SVID, section 2: one URI and no other. Two would let a workload be whichever of them a reader likes.
    private func spiffe(_ said: Said) throws(CertificateFailure) -> SPIFFEID? {
        guard said.uris.contains(where: { $0.lowercased().hasPrefix("spiffe:") }) else { return nil }
        guard said.uris.count == 1, let id = SPIFFEID(said.uris[0]) else { throw .badSPIFFE(issuer: issuer.name) }
        return id
    }

    private func value(_ claim: CertificateClaim, _ said: Said, _ spiffe: SPIFFEID?) -> ClaimValue? {
        switch claim {
        case .spiffe: spiffe.map { .string($0.text) }
        case .subject: said.subject.isEmpty ? nil : .string(said.subject)
        // Of several nobody knows which is meant.
        case .commonName: said.commonNames.count == 1 ? .string(said.commonNames[0]) : nil
        case .organizations: .strings(said.organizations)
        case .organizationalUnits: .strings(said.units)
        case .dns: .strings(said.dns)
        case .uris: .strings(said.uris)
        case .emails: .strings(said.emails)
        case .signer: .string(said.signer)
        case .serial: .string(said.serial)
        case .sha256: .string(said.sha256)
        case .notBefore: .time(said.notBefore)
        case .notAfter: .time(said.notAfter)
        }
    }

    // MARK: - Reading

    private func said() throws(CertificateFailure) -> Said {
        ERR_clear_error()
        defer { ERR_clear_error() }
        let name = X509_get_subject_name(certificate)
        guard let subject = Self.line(name), let signer = Self.line(X509_get_issuer_name(certificate)),
            let commonNames = Self.entries(name, NID_commonName), let organizations = Self.entries(name, NID_organizationName),
            let units = Self.entries(name, NID_organizationalUnitName), let notBefore = Self.seconds(X509_get0_notBefore(certificate)),
            let notAfter = Self.seconds(X509_get0_notAfter(certificate)), let serial = serial, let sha256 = sha256
        else { throw .unreadable }
        var said = Said(
            subject: subject, commonNames: commonNames, organizations: organizations, units: units, signer: signer, serial: serial, sha256: sha256,
            notBefore: notBefore, notAfter: notAfter)
        try readNames(into: &said)
        return said
    }

    private func readNames(into said: inout Said) throws(CertificateFailure) {
        var isBroken: Int32 = 0
        guard let names = postern_alternative_names(certificate, &isBroken) else {
            if isBroken != 0 { throw .unreadable }
            return
        }
        defer { GENERAL_NAMES_free(names) }
        let count = postern_names_count(names)
        guard count <= IdentityLimits.certificateNames else { throw .unreadable }
        for index in 0..<count {
            guard let name = postern_name_at(names, index), let text = postern_name_text(name) else { continue }
            // IA5, and nothing in it that could be read in two ways: no NUL, no spaces, no control characters.
            let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text)))
            guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .unreadable }
            let value = String(decoding: bytes, as: UTF8.self)
            switch postern_name_kind(name) {
            case GEN_DNS: said.dns.append(value.lowercased())
            case GEN_URI: said.uris.append(value)
            default: said.emails.append(value)
            }
        }
    }

    private var serial: String? {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil) else { return nil }
        defer { BN_free(number) }
        guard let digits = BN_bn2hex(number) else { return nil }
        defer { postern_free(digits) }
        return String(cString: digits).lowercased()
    }

    private var sha256: String? {
        var (digest, length) = ([UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE)), UInt32(0))
        guard X509_digest(certificate, EVP_sha256(), &digest, &length) == 1 else { return nil }
        return digest.prefix(Int(length)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A distinguished name on one line (RFC 4514).
    private static func line(_ name: OpaquePointer?) -> String? {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(bio) }
        guard postern_print_name(bio, name) >= 0 else { return nil }
        var bytes: UnsafeMutablePointer<CChar>?
        let count = postern_bio_bytes(bio, &bytes)
        guard count > 0, let bytes else { return "" }
        return String(validating: UnsafeBufferPointer(start: bytes, count: count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Nil where one of them is no text that can be trusted to be read in one way.
    private static func entries(_ name: OpaquePointer?, _ kind: Int32) -> [String]? {
        var texts: [String] = []
        var place = X509_NAME_get_index_by_NID(name, kind, -1)
        while place >= 0 {
            guard let data = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place)) else { return nil }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = ASN1_STRING_to_UTF8(&bytes, data)
            defer { postern_free(bytes) }
            guard count >= 0, let text = String(validating: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { return nil }
            texts.append(text)
            place = X509_NAME_get_index_by_NID(name, kind, place)
        }
        return texts
    }

    /// Seconds since 1970.
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }
}
