// Runs a program to its end, and keeps what it said.

import Foundation

/// One run of a program. A program that leaves something running with its output open is not for this: it would be waited for.
package struct ProgramRun: Sendable {
    /// What becomes of standard error: it joins the output, is kept apart, or is thrown away.
    package enum Errors: Sendable { case joined, apart, dropped }

    package let status: Int32
    package let output: String
    /// Empty but for `Errors.apart`, where it is at most what a pipe holds (64 KiB): it is read when the output has ended.
    package let errors: String

    /// - Parameters:
    ///   - environment: nil for this process's own.
    ///   - directory: where it runs; nil for where this process does.
    ///   - input: at most what a pipe holds, since nothing waits for the program to read it.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, in directory: String? = nil, input: String = "",
        errors: Errors = .joined
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        let (said, complained, fed) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = said
        switch errors {
        case .joined: process.standardError = said
        case .apart: process.standardError = complained
        case .dropped: process.standardError = FileHandle.nullDevice
        }
        process.standardInput = input.isEmpty ? FileHandle.nullDevice : fed
        try process.run()
        if !input.isEmpty {
            try fed.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try fed.fileHandleForWriting.close()
        }
        output = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.errors = errors == .apart ? String(decoding: complained.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) : ""
        process.waitUntilExit()
        status = process.terminationStatus
    }
}

/// The project's own programs, which are built beside the test's.
package enum BuiltProgram {
    package static func path(_ name: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
