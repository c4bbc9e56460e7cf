// Reads policy files and bundles for the commands that take them.

import ArgumentParser
import Compiler
import Foundation
import Machine
import PolicyLang
import Sealing

/// The files a command was given: policy files, directories of them, and compile options.
struct PolicyInput: ParsableArguments {
    @Argument(help: "Policy files (.postern), or directories that hold them.", completion: .file(extensions: ["postern"]))
    var paths: [String]

    @Option(name: .long, help: "The policy to compile, when the files hold several that none of the others uses.")
    var root: String?

    @Option(
        name: .long,
        help: "Judge expiry dates as of this date (2026-03-02). Default: SOURCE_DATE_EPOCH when set, else today.")
    var date: String?

    /// - Parameter findsDeadRules: whether to argue about which rules make no difference as well.
    func compile(revision: UInt64 = 0, findsDeadRules: Bool = false) throws -> Compilation {
        let files = try PolicyFileReader.read(paths)
        var options = CompileOptions(revision: revision, date: try moment(), readSchema: PolicyFileReader.schema)
        options.findsDeadRules = findsDeadRules
        return PolicyCompiler.compile(files: files, root: root, options: options)
    }

    func moment() throws -> Moment {
        guard let date else { return BuildClock.now() }
        let parts = date.split(separator: "-").compactMap { Int64($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]), (1970...9999).contains(parts[0]) else {
            throw ValidationError("--date must be written as 2026-03-02")
        }
        var components = DateComponents()
        components.calendar = Calendar(identifier: .gregorian)
        components.timeZone = TimeZone(secondsFromGMT: 0)
        (components.year, components.month, components.day) = (Int(parts[0]), Int(parts[1]), Int(parts[2]))
        guard components.isValidDate, let day = components.date else { throw ValidationError("--date \(date) is not a day of the calendar") }
        return Moment(seconds: Int64(day.timeIntervalSince1970))
    }
}

enum BuildClock {
    /// `SOURCE_DATE_EPOCH` (reproducible-builds.org) when set, else the clock.
    static func now() -> Moment {
        if let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], let seconds = Int64(text), seconds >= 0 {
            return Moment(seconds: seconds)
        }
        return Moment(seconds: Int64(Date().timeIntervalSince1970))
    }
}

enum PolicyFileReader {
    static let fileExtension = "postern"

    /// Reads the files, and those below directories, sorted by path so that the order given never matters.
    static func read(_ paths: [String]) throws -> [SourceFile] {
        guard !paths.isEmpty else { throw Impossible("name at least one policy file or directory") }
        var found: Set<String> = []
        for path in paths { found.formUnion(try expand(path)) }
        guard !found.isEmpty else { throw Impossible("no .\(fileExtension) file in \(paths.joined(separator: ", "))") }
        return try found.sorted().enumerated().map { index, path in
            SourceFile(path: path, bytes: try CommandFile.read(path), index: index)
        }
    }

    /// A schema file that a policy names.
    static func schema(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

    static func expand(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Impossible("\(path) does not exist")
        }
        guard isDirectory.boolValue else { return [path] }
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        let base = path.hasSuffix("/") ? String(path.dropLast()) : path
        return names.filter { $0.hasSuffix("." + fileExtension) }.map { base + "/" + $0 }
    }
}

enum PolicyEncoder {
    /// A program's bytes, or why it has none: it is over one of the program's limits.
    static func bytes(of program: Program) throws -> [UInt8] {
        do {
            return try ProgramCodec.encode(program)
        } catch {
            throw Impossible("the policy cannot be written as a program: \(error)")
        }
    }
}

enum BundleReader {
    /// The program of a bundle file or of policy files: commands that only show take either.
    static func program(_ paths: [String], root: String?) throws -> VerifiedProgram {
        if paths.count == 1, let bytes = FileManager.default.contents(atPath: paths[0]),
            paths[0].hasSuffix(".bundle") || bytes.prefix(SealedBundle.magic.count).elementsEqual(SealedBundle.magic)
        {
            return try load(try claim(Array(bytes), paths[0]).payload, paths[0])
        }
        let files = try PolicyFileReader.read(paths)
        let compiled = PolicyCompiler.compile(files: files, root: root, options: CompileOptions(date: BuildClock.now(), readSchema: PolicyFileReader.schema))
        guard let program = compiled.program else {
            Output.diagnostics(compiled.diagnostics, compiled.sources)
            throw ExitStatus.found
        }
        return try load(PolicyEncoder.bytes(of: program), paths.joined(separator: ", "))
    }

    static func load(_ payload: [UInt8], _ name: String) throws -> VerifiedProgram {
        do {
            return try VerifiedProgram.load(payload)
        } catch {
            throw Impossible("\(name) is not a valid program: \(error)")
        }
    }

    private static func claim(_ bytes: [UInt8], _ path: String) throws -> SealedBundle.Claim {
        do {
            return try SealedBundle.claim(bytes)
        } catch {
            throw Impossible("\(path): \(error)")
        }
    }
}
