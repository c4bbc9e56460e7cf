// Certificates made by OpenSSL's own command: a judge that is not us says what a certificate is.

import Foundation

/// An authority with its files in a folder of its own.
package final class TestAuthority {
    /// What OpenSSL said.
    package struct Failure: Error, CustomStringConvertible { package var description: String }

    package let directory: URL
    /// PEM of its own certificate.
    package var certificate: String { path("ca.pem") }
    /// PEM of its list of what was revoked, once it is written.
    package var revocations: String { path("crl.pem") }

    /// - Parameters:
    ///   - parent: nil for a root.
    ///   - end: the last moment of its certificate, as `openssl ca` takes it.
    package init(_ name: String, in folder: URL, under parent: TestAuthority? = nil, until end: String = "20991231235959Z") throws {
        directory = folder.appendingPathComponent(name.replacing(" ", with: "-") + "-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try write(Self.configuration, "ca.cnf")
        try write("", "index.txt")
        try write("1000", "serial")
        try Self.newKey(path("ca.key"))
        try write("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n", "ca.ext")
        if let parent {
            let extensions = try String(contentsOf: url("ca.ext"), encoding: .utf8)
            try parent.sign(subject: "/CN=\(name)", key: path("ca.key"), extensions: extensions, until: end, to: certificate)
        } else {
            try openssl("req", "-utf8", "-new", "-key", path("ca.key"), "-config", path("ca.cnf"), "-subj", "/CN=\(name)", "-out", path("ca.csr"))
            try openssl(
                "ca", "-batch", "-selfsign", "-config", path("ca.cnf"), "-keyfile", path("ca.key"), "-in", path("ca.csr"), "-extfile", path("ca.ext"),
                "-startdate", "20200101000000Z", "-enddate", end, "-notext", "-out", certificate)
        }
    }

    private static let configuration = """
        [req]
        distinguished_name = name
        [name]
        [ca]
        default_ca = own
        [own]
        database = index.txt
        serial = serial
        new_certs_dir = .
        certificate = ca.pem
        private_key = ca.key
        default_md = sha256
        policy = anything
        unique_subject = no
        default_crl_days = 30
        [anything]
        organizationName = optional
        organizationalUnitName = optional
        commonName = optional
        """

    /// Writes a new key as PEM: of P-256, or RSA of so many bits.
    package static func newKey(_ path: String, rsaBits: Int? = nil) throws {
        let kind = rsaBits.map { ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\($0)"] } ?? ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        try run(["genpkey"] + kind + ["-out", path], in: FileManager.default.temporaryDirectory)
    }

    /// A certificate's file; its key lies beside it, with `.key` at the end.
    @discardableResult
    package func issue(
        _ name: String, subject: String = "/CN=x", _ extensions: String, from start: String = "20200101000000Z", until end: String = "20981231235959Z",
        rsaBits: Int? = nil
    ) throws -> String {
        let file = path(name + ".pem")
        try Self.newKey(file + ".key", rsaBits: rsaBits)
        try sign(subject: subject, key: file + ".key", extensions: extensions, from: start, until: end, to: file)
        return file
    }

    /// Signs a certificate for a key, with extensions as lines of an OpenSSL configuration.
    package func sign(
        subject: String, key: String, extensions: String, from start: String = "20200101000000Z", until end: String, to file: String
    ) throws {
        try write(extensions + "\n", "one.ext")
        try openssl("req", "-utf8", "-new", "-key", key, "-config", path("ca.cnf"), "-subj", subject, "-out", path("one.csr"))
        try openssl(
            "ca", "-batch", "-config", path("ca.cnf"), "-in", path("one.csr"), "-extfile", path("one.ext"), "-startdate", start, "-enddate", end,
            "-notext", "-out", file)
    }

    /// - Parameter end: when the list is no longer good; nil: in a month.
    package func writeRevocations(of files: [String] = [], until end: String? = nil) throws {
        for file in files { try openssl("ca", "-batch", "-config", path("ca.cnf"), "-revoke", file) }
        let dates = end.map { ["-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", $0] } ?? []
        try openssl(["ca", "-batch", "-config", path("ca.cnf"), "-gencrl"] + dates + ["-out", revocations])
    }

    /// A certificate as the handshake has it.
    package static func der(_ file: String) throws -> [UInt8] {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let lines = text.split(separator: "\n").drop { !$0.hasPrefix("-----BEGIN") }.dropFirst().prefix { !$0.hasPrefix("-----END") }
        guard let data = Data(base64Encoded: lines.joined()) else { throw Failure(description: "\(file) holds no PEM") }
        return [UInt8](data)
    }

    private func url(_ name: String) -> URL { directory.appendingPathComponent(name) }
    private func path(_ name: String) -> String { url(name).path }
    private func write(_ text: String, _ name: String) throws { try text.write(to: url(name), atomically: true, encoding: .utf8) }
    private func openssl(_ arguments: String...) throws { try Self.run(arguments, in: directory) }
    private func openssl(_ arguments: [String]) throws { try Self.run(arguments, in: directory) }

    private static func run(_ arguments: [String], in directory: URL) throws {
        let run = try ProgramRun("/usr/bin/openssl", arguments, in: directory.path)
        guard run.status == 0 else {
            throw Failure(description: "openssl \(arguments.joined(separator: " ")): \(run.output)")
        }
    }
}
