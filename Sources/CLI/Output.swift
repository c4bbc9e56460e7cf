// How commands speak: text for people, JSON for machines, and fixed exit statuses.

import ArgumentParser
import Foundation
import PolicyLang

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// `--format`, for every command whose answer a machine may read.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "How to print the answer: text or json.")
    var format: OutputFormat = .text

    var isJSON: Bool { format == .json }
}

/// `--format` of `check`: what continuous integration systems read besides.
enum CheckFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif, github, junit
}

/// `--format` of `test`.
enum TestFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit
}

/// The exit statuses that `postern --help` promises.
enum ExitStatus {
    static let found = ExitCode(1)
    static let impossible = ExitCode(2)
}

/// A reason why a command cannot do its work; printed to standard error, exit status 2.
struct Impossible: Error, CustomStringConvertible {
    var description: String
    init(_ reason: String) { description = reason }
}

enum Output {
    static func print(_ text: String) { write(text + "\n", to: FileHandle.standardOutput) }

    /// As it is, without a line break of its own.
    static func write(_ text: String) { write(text, to: FileHandle.standardOutput) }

    static func complain(_ text: String) { write("postern: " + text + "\n", to: FileHandle.standardError) }

    /// To standard error, each beginning with its place, as editors and CI systems expect.
    static func diagnostics(_ diagnostics: [Diagnostic], _ files: [SourceFile]) {
        write(Diagnostics.text(diagnostics, files) + "\n", to: FileHandle.standardError)
    }

    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Runs a command's body; an `Impossible` becomes one line on standard error and exit status 2.
    static func run(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let reason as Impossible {
            complain(reason.description)
            throw ExitStatus.impossible
        }
    }

    /// A closed pipe (`postern … | head`) ends the output, not the process.
    private static func write(_ text: String, to handle: FileHandle) { try? handle.write(contentsOf: Data(text.utf8)) }
}
