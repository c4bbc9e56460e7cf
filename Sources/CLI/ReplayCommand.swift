// `postern replay`: recorded sessions, decided again by another policy.

import ArgumentParser
import Foundation
import Harness
import Machine
import Recording

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Show what a policy would newly allow or newly deny of what was recorded.",
        discussion: """
            Decides every recorded message again, in order, at the moment and in the circumstances of its recording, and groups what
            differs by identity, rule and statement. Compares with what was decided then, or with --against another policy.

              postern replay --recording /var/lib/postern/recording changed.bundle
              postern replay --recording recording policies/ --against main.bundle --fail-on loosened --format json

            Exit status 1 when a change that --fail-on names is found.
            """)

    @Argument(help: "The policy to try: a bundle, or policy files or directories.")
    var policy: [String]
    @Option(name: .long, help: "The policy to compile, when the files hold several.")
    var root: String?
    @Option(name: .long, help: "Directory of the recording.")
    var recording: String
    @Option(name: .long, help: "Compare with this policy (a bundle or a file) instead of what was decided then.")
    var against: String?
    @Option(name: .long, help: "Exit with status 1 on: loosened, tightened or any.")
    var failOn: FailOn?
    @OptionGroup var filter: RecordingFilter
    @OptionGroup var output: FormatOption

    enum FailOn: String, ExpressibleByArgument, CaseIterable {
        case loosened, tightened, any
        var condition: ReplayReport.FailOn {
            switch self {
            case .loosened: .loosened
            case .tightened: .tightened
            case .any: .any
            }
        }
    }

    func run() throws {
        try Output.run {
            let new = try BundleReader.program(policy, root: root)
            let old = try against.map { try BundleReader.program([$0], root: nil) }
            let reader = try RecordingFilter.open(recording)
            defer { reader.close() }
            let report: ReplayReport
            do {
                report = try Replay(new, against: old).run(reader, filter.filter())
            } catch {
                throw Impossible("\(recording): \(error)")
            }
            if output.isJSON { try Output.json(report) } else { Output.print(report.text) }
            if let failOn, report.fails(on: failOn.condition) { throw ExitStatus.found }
        }
    }
}

/// Which sessions, for every command that reads a recording.
struct RecordingFilter: ParsableArguments {
    @Option(name: .long, help: "Only sessions of this identity.")
    var identity: String?
    @Option(name: .long, help: "Only sessions of this resource.")
    var resource: String?
    @Option(name: .long, help: "Only sessions since this long ago: 30m, 12h, 7d.")
    var since: String?

    func filter() throws -> SessionFilter {
        var filter = SessionFilter()
        filter.identity = identity
        filter.resource = resource
        if let since { filter.from = try Self.moment(since) }
        return filter
    }

    /// Nanoseconds since 1970.
    private static func moment(_ ago: String) throws -> UInt64 {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = ago.last.flatMap({ units[$0] }), let count = Double(ago.dropLast()), count >= 0 else {
            throw ValidationError("--since is written as 30m, 12h or 7d")
        }
        return UInt64(max(0, Date().timeIntervalSince1970 - count * unit) * 1e9)
    }

    static func open(_ directory: String) throws -> RecordingReader {
        do {
            return try RecordingReader(directory: directory)
        } catch {
            throw Impossible("\(directory): \(error)")
        }
    }
}
