// A process that records is killed with SIGKILL; every message whose recording it reported must be found.

import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite struct CrashTests {
    /// - Parameter lines: how many reports the parent waits for before it kills: the moment within the child's work is left to chance.
    @Test(arguments: [1, 2, 3, 50, 400, 3000]) func whatWasRecordedOutlivesTheProcess(_ lines: Int) throws {
        let directory = try TemporaryFolder()
        // Three lives in the same directory: each takes in what the one before left.
        var reported: [String: [UInt64: String]] = [:]
        for _ in 0..<3 { try runUntilKilled(directory, lines, &reported) }

        var found: [String: [UInt64: String]] = [:]
        for (session, messages) in try contents(of: directory.path) {
            #expect(messages.map(\.sequence) == Array(1...max(1, UInt64(messages.count))).prefix(messages.count).map { $0 })
            for message in messages {
                found[session.id.description, default: [:]][message.sequence] = String(decoding: message.text, as: UTF8.self)
            }
            #expect(session.endReason == "the gateway stopped")
        }
        #expect(!reported.isEmpty)
        for (session, messages) in reported {
            for (sequence, text) in messages { #expect(found[session]?[sequence] == text, "\(session) \(sequence)") }
        }
    }

    private func runUntilKilled(_ directory: TemporaryFolder, _ lines: Int, _ reported: inout [String: [UInt64: String]]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltProgram.path("RecordingCrashTool"))
        process.arguments = [directory.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output: [UInt8] = []
        while output.count(where: { $0 == UInt8(ascii: "\n") }) < lines {
            let piece = pipe.fileHandleForReading.availableData
            if piece.isEmpty { break }
            output += piece
        }
        kill(process.processIdentifier, SIGKILL)
        output += pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        // The last line may be cut; the ones before were written after their message was recorded.
        let whole = output[..<(output.lastIndex(of: UInt8(ascii: "\n")) ?? 0)]
        for line in String(decoding: whole, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            let sequence = try #require(fields.count == 3 ? UInt64(fields[1]) : nil, "\(line)")
            reported[String(fields[0]), default: [:]][sequence] = String(fields[2])
        }
    }
}
