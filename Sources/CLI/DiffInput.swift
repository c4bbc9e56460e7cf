// The two sides of `postern diff`: policy files, directories, bundles, or what a git revision had.

import Compiler
import Foundation
import Machine
import PolicyLang
import Sealing

/// One side, compiled.
struct DiffSide {
    var policy: VerifiedProgram
    var reasoned: ReasonedPolicy

    /// - Parameter name: a path, or `REVISION:path` where there is no such path.
    init(_ name: String, root: String?, date: Moment) throws {
        let files = try Self.files(name)
        var options = CompileOptions(date: date)
        // Rules are compared, not databases.
        options.opensSchemas = false
        let compiled = PolicyCompiler.compile(files: files, root: root, options: options)
        guard let program = compiled.program, let reasoned = compiled.reasoned else {
            Output.complain("\(name) has errors:")
            Output.diagnostics(compiled.diagnostics.filter { $0.severity == .error }, compiled.sources)
            throw ExitStatus.found
        }
        policy = try BundleReader.load(PolicyEncoder.bytes(of: program), name)
        self.reasoned = reasoned
    }

    private static func files(_ name: String) throws -> [SourceFile] {
        if FileManager.default.fileExists(atPath: name) {
            if let bytes = bundle(name) { return try sources(of: bytes, name) }
            return try PolicyFileReader.read([name])
        }
        guard let colon = name.firstIndex(of: ":") else { throw Impossible("\(name) does not exist") }
        return try GitTree.files(revision: String(name[..<colon]), path: String(name[name.index(after: colon)...]))
    }

    private static func bundle(_ path: String) -> [UInt8]? {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue,
            let data = FileManager.default.contents(atPath: path), data.prefix(SealedBundle.magic.count).elementsEqual(SealedBundle.magic)
        else { return nil }
        return Array(data)
    }

    /// A bundle carries the files that it was made of. Those that ship with Postern are this version's own.
    private static func sources(of bytes: [UInt8], _ name: String) throws -> [SourceFile] {
        let program: Program
        do {
            program = try BundleReader.load(SealedBundle.claim(bytes).payload, name).program
        } catch let error as SealError {
            throw Impossible("\(name): \(error)")
        }
        let own = program.sources.filter { source in
            let header = Parser.parse(SourceFile(path: source.path, bytes: source.bytes, index: 0)).tree.header
            return header.map { !StandardPolicies.names.contains($0.name.text) } ?? true
        }
        return own.enumerated().map { SourceFile(path: $1.path, bytes: $1.bytes, index: $0) }
    }
}

/// Reads policy files of a revision by asking git; the work tree is not touched.
enum GitTree {
    static func files(revision: String, path: String) throws -> [SourceFile] {
        guard !revision.isEmpty, !revision.hasPrefix("-") else { throw Impossible("'\(revision)' is no git revision") }
        let listed = try run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", revision] + (path.isEmpty ? [] : ["--", path]))
        let suffix = "." + PolicyFileReader.fileExtension
        let names = String(decoding: listed, as: UTF8.self).split(separator: "\0").map(String.init).filter { $0.hasSuffix(suffix) }
        guard !names.isEmpty else { throw Impossible("\(revision) has no \(suffix) file in '\(path)'") }
        return try names.sorted().enumerated().map { index, name in
            SourceFile(path: name, bytes: [UInt8](try run(["cat-file", "blob", "\(revision):\(name)"])), index: index)
        }
    }

    /// A path of this directory as git's trees have it.
    static func fromRoot(_ path: String) throws -> String {
        let prefix = String(decoding: try run(["rev-parse", "--show-prefix"]), as: UTF8.self).filter { $0 != "\n" }
        let joined = path == "." ? prefix : prefix + path
        return joined.hasSuffix("/") ? String(joined.dropLast()) : joined
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        do {
            try process.run()
        } catch {
            throw Impossible("git cannot be run")
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let said = String(decoding: complaint.prefix(500), as: UTF8.self).split(separator: "\n").first ?? "git failed"
            throw Impossible("git: \(said)")
        }
        return data
    }
}
