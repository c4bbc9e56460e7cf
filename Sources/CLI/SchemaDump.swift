// Runs PostgreSQL's pg_dump and gives back what it wrote.

import Foundation

/// One run of pg_dump for a schema without data, owners or rights.
struct SchemaDump {
    private let arguments: [String]
    private let program: String

    init(_ arguments: [String], program: String) {
        self.arguments =
            [
                "--schema-only", "--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions",
                "--no-security-labels", "--no-tablespaces",
            ] + arguments
        self.program = program
    }

    /// - Throws: `Impossible` with pg_dump's own words where it could not do it, and what to install where there is none.
    func run() throws -> [UInt8] {
        guard let path = Self.path(of: program) else {
            throw Impossible(
                "there is no \(program): install PostgreSQL's client programs (Debian: postgresql-client), or say --pg-dump PATH"
            )
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        // To a file, so that neither of two full pipes can wait for the other.
        let complaints = FileManager.default.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: complaints.path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let log = FileHandle(forWritingAtPath: complaints.path)
        else { throw Impossible("\(complaints.path) cannot be written") }
        defer { try? FileManager.default.removeItem(at: complaints) }
        process.standardError = log
        do {
            try process.run()
        } catch {
            throw Impossible("\(path) cannot be run")
        }
        let dump = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, process.terminationReason == .exit else {
            let words = FileManager.default.contents(atPath: complaints.path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw Impossible("pg_dump failed: " + words.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return Array(dump)
    }

    /// As a shell finds a program.
    private static func path(of program: String) -> String? {
        if program.contains("/") { return FileManager.default.isExecutableFile(atPath: program) ? program : nil }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { $0 + "/" + program }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
