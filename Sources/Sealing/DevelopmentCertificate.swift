// A self-signed certificate for a gateway's first run: for development, never for a network.
import COpenSSL

/// Makes a certificate that vouches for itself (X.509 v3, P-256, SHA-256).
public enum DevelopmentCertificate {
    /// The days that may be certified.
    public static let validDays = 1...825
    /// How many names and addresses together.
    public static let subjects = 1...16
    /// The latest `nowSeconds`, the end of the year 9999 less the longest validity: X.509 has no later time.
    static let latest: Int64 = 253_402_300_799 - 826 * 86_400

    /// A certificate and its private key (PKCS#8), both PEM. `names` are DNS names (letters, digits, `-`, `.`, `*`), `addresses` IP
    /// addresses as text; `nowSeconds` is the time since 1970 and the validity begins one hour before it, for clocks that differ.
    public static func make(
        names: [String], addresses: [String], validDays days: Int, nowSeconds: Int64
    ) throws(SealError) -> (certificatePEM: String, privateKeyPEM: String) {
        guard validDays.contains(days), (3600...latest).contains(nowSeconds) else { throw .unusableValidity(days: days) }
        let alternatives = try subjectAlternatives(names: names, addresses: addresses)
        guard let key = postern_make_p256() else { throw .libraryRefused(operation: "making a P-256 key") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = X509_new() else { throw .libraryRefused(operation: "making a certificate") }
        defer { X509_free(certificate) }

        try setSerial(of: certificate)
        var start = time_t(nowSeconds - 3600)
        var end = time_t(nowSeconds + Int64(days) * 86_400)
        let subject = names.first ?? addresses.first ?? "localhost"
        let name = X509_get_subject_name(certificate)
        guard X509_set_version(certificate, 2) == 1,
            X509_time_adj(X509_getm_notBefore(certificate), 0, &start) != nil,
            X509_time_adj(X509_getm_notAfter(certificate), 0, &end) != nil,
            X509_set_pubkey(certificate, key) == 1,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, subject, -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1
        else { throw .libraryRefused(operation: "filling a certificate") }

        // It is its own authority, so that a client can be given it as its root file.
        for (kind, value) in [
            (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
            (NID_key_usage, "critical,digitalSignature,keyCertSign"),
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_key_identifier, "hash"),
            (NID_subject_alt_name, alternatives),
        ] {
            guard postern_add_extension(certificate, kind, value) == 1 else {
                ERR_clear_error()
                throw kind == NID_subject_alt_name
                    ? .unusableCertificateName(alternatives) : .libraryRefused(operation: "adding an extension")
            }
        }
        guard X509_sign(certificate, key, DigestAlgorithm.sha256) > 0 else {
            throw .libraryRefused(operation: "signing a certificate")
        }
        let certificatePEM = try KeyCodec.write { PEM_write_bio_X509($0, certificate) }
        return (certificatePEM, try KeyCodec.write { postern_write_private_pem($0, key) })
    }

    /// Names go into OpenSSL's own small language, so only bytes that mean nothing in it are let through.
    private static func subjectAlternatives(names: [String], addresses: [String]) throws(SealError) -> String {
        guard subjects.contains(names.count + addresses.count) else { throw .unusableCertificateName("") }
        for name in names {
            let plain = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "*"):
                    true
                default: false
                }
            }
            guard plain, (1...64).contains(name.utf8.count) else { throw .unusableCertificateName(name) }
        }
        for address in addresses {
            let plain = address.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: ":"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
            guard plain, (2...45).contains(address.utf8.count) else { throw .unusableCertificateName(address) }
        }
        return (names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }).joined(separator: ",")
    }

    private static func setSerial(of certificate: OpaquePointer) throws(SealError) {
        var bytes = try Secrets.randomBytes(16)
        bytes[0] = bytes[0] & 0x7f | 0x40
        guard let number = BN_bin2bn(bytes, CInt(bytes.count), nil) else { throw .libraryRefused(operation: "a serial number") }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw .libraryRefused(operation: "a serial number")
        }
    }
}
