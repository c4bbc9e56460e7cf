// The certificate a listener shows: the operator's files, or a development one made on the first run.

import Foundation
import Sealing
import Transport

/// A TLS setting that cannot be used.
public struct CertificateError: Error, Sendable, CustomStringConvertible {
    public var reason: String
    public var description: String { reason }
}

enum ServerCertificate {
    /// Days a development certificate is valid; a new one is made when the file is older.
    static let developmentDays = 365

    /// Clients are asked for a certificate only while the policy in force has an issuer that takes one.
    struct Contexts: Sendable {
        var plain: TLSContext
        var asking: TLSContext
    }

    /// ALPN `postgresql` for direct TLS (PostgreSQL manual 55.2.11).
    static func contexts(_ tls: GatewayConfiguration.TLS, now: Date) throws(CertificateError) -> Contexts {
        let (certificate, key) = try files(tls, now: now)
        do {
            let (chain, own) = (try bytes(certificate), try bytes(key))
            return Contexts(
                plain: try TLSContext.server(certificateChain: chain, privateKey: own, protocols: ["postgresql"]),
                asking: try TLSContext.server(certificateChain: chain, privateKey: own, protocols: ["postgresql"], asksForCertificate: true))
        } catch {
            throw CertificateError(reason: "\(certificate) and \(key) cannot be used for TLS: \(error)")
        }
    }

    private static func bytes(_ path: String) throws(CertificateError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw CertificateError(reason: "\(path) cannot be read") }
        return [UInt8](data)
    }

    private static func files(_ tls: GatewayConfiguration.TLS, now: Date) throws(CertificateError) -> (String, String) {
        switch tls {
        case .files(let certificate, let key): return (certificate, key)
        case .development(let directory):
            let certificate = directory + "/development-certificate.pem"
            let key = directory + "/development-key.pem"
            if !isFresh(certificate, now) || !FileManager.default.fileExists(atPath: key) {
                try make(in: directory, certificate, key, now)
            }
            return (certificate, key)
        }
    }

    private static func isFresh(_ path: String, _ now: Date) -> Bool {
        guard let stamp = FileStamp(path: path) else { return false }
        return now.timeIntervalSince(stamp.modified) < Double(developmentDays - 30) * 86400
    }

    private static func make(in directory: String, _ certificate: String, _ key: String, _ now: Date) throws(CertificateError) {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let made = try DevelopmentCertificate.make(
                names: ["localhost"], addresses: ["127.0.0.1", "::1"], validDays: developmentDays,
                nowSeconds: Int64(now.timeIntervalSince1970))
            try PrivateFile.write(made.privateKeyPEM, to: key)
            try Data(made.certificatePEM.utf8).write(to: URL(fileURLWithPath: certificate), options: .atomic)
        } catch {
            throw CertificateError(reason: "a development certificate cannot be made in \(directory): \(error)")
        }
    }
}

/// A file that only its owner may read, from the moment it exists.
public enum PrivateFile {
    public static func write(_ text: String, to path: String) throws {
        let partial = path + ".partial"
        try? FileManager.default.removeItem(atPath: partial)
        guard
            FileManager.default.createFile(
                atPath: partial, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CertificateError(reason: "\(path) cannot be written") }
        if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
        try FileManager.default.moveItem(atPath: partial, toPath: path)
    }
}
