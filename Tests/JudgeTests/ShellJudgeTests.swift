// The shell inspector before judges that are not us: bash and dash run every case in an empty room, and what they started must be found.

import Foundation
import Inspect
import TestSupport
import Testing

@Suite struct ShellJudgeTests {
    @Test(arguments: [("bash", ShellDialect.bash), ("dash", ShellDialect.posix)])
    func everyProgramIsFound(_ shell: String, _ dialect: ShellDialect) throws {
        let texts = try Self.texts()
        let started = try ShellRoom().run(texts, in: shell)
        let inspector = ShellInspector()
        let found = ShellFindings()
        var missing: [String] = []
        var flagged = 0
        for (text, programs) in zip(texts, started) {
            let bytes = Array(text.utf8)
            bytes.withUnsafeBytes { inspector.inspect($0, dialect: dialect, into: found) }
            if !found.unknown.isDisjoint(with: [.command, .code]) {
                flagged += 1
                continue
            }
            for program in programs where !Self.holds(found, program) {
                missing.append("\(program) by: \(text)")
            }
        }
        let count = started.reduce(0) { $0 + $1.count }
        print(
            "judge, \(shell): \(count) programs started by \(texts.count) lines, \(flagged) lines flagged command or code"
        )
        // Fewer would mean that the room does not work.
        #expect(count > 250)
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    private static func holds(_ found: ShellFindings, _ program: [String]) -> Bool {
        found.commands.buffer.contains { command in
            let words = found.words(of: command)
            guard let first = words.first, let name = program.first else { return false }
            let isNamed =
                first.map { $0.split(separator: "/").last == name.split(separator: "/").last } ?? true
            guard isNamed else { return false }
            if !command.countIsKnown { return true }
            return words.count == program.count
                && zip(words, program).dropFirst().allSatisfy { $0 == nil || $0 == $1 }
        }
    }

    /// The texts of the inspector's cases but those with bytes written as escapes.
    private static func texts() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../InspectTests/ShellCases")
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "cases" }.sorted { $0.path < $1.path }.flatMap {
            file in
            try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n====\n").dropFirst()
                .compactMap { section in
                    section.components(separatedBy: "\n----").first.flatMap { $0.hasPrefix("@") ? nil : $0 }
                }
        }
    }
}

/// A directory that is all there is for the shells in it: themselves, some programs that start others, and stubs for every other
/// name, which note how they were called.
final class ShellRoom {
    private let path: String
    private static let real = [
        "/usr/bin/bash", "/usr/bin/dash", "/usr/bin/env", "/usr/bin/xargs", "/usr/bin/find",
        "/usr/bin/timeout", "/usr/bin/nice",
        "/usr/bin/nohup", "/usr/bin/setsid", "/usr/bin/stdbuf",
    ]
    private static let stubs =
        """
        rm ls cat id cp mv ln touch mkdir curl wget ssh scp rsync tar git sed awk gawk grep sort tee dd chmod chown docker podman kubectl \
        python python3 perl ruby node php lua vim vi less man make gcc psql mysql sqlite3 sudo doas su runuser kill ps whoami uname date \
        head tail cut tr wc uniq sleep foo bar baz x y z a b c d watch parallel flock chroot unshare nsenter busybox toybox strace ltrace \
        gdb script systemd-run ionice chrt taskset setarch linux32 at crontab expect socat nc openssl split zip cpio mail tmux screen
        """.split(separator: " ").map(String.init)

    struct Failure: Error, CustomStringConvertible { var description: String }

    init() throws {
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "postern-room-\(UUID().uuidString)"
            ).path
        let manager = FileManager.default
        for folder in ["/bin", "/usr", "/tmp", "/lines", "/dev", "/logs"] {
            try manager.createDirectory(atPath: path + folder, withIntermediateDirectories: true)
        }
        try manager.createSymbolicLink(atPath: path + "/usr/bin", withDestinationPath: "../bin")
        for program in Self.real {
            try manager.copyItem(
                atPath: program, toPath: path + "/bin/" + program.split(separator: "/").last!)
            for library in try Self.libraries(of: program)
            where !manager.fileExists(atPath: path + library) {
                let folder = (library as NSString).deletingLastPathComponent
                try manager.createDirectory(atPath: path + folder, withIntermediateDirectories: true)
                try manager.copyItem(
                    at: URL(filePath: library).resolvingSymlinksInPath(), to: URL(filePath: path + library))
            }
        }
        try manager.createSymbolicLink(atPath: path + "/bin/sh", withDestinationPath: "dash")
        // One write for each call: stubs of a pipeline run at the same time.
        try "#!/bin/dash\nend=$(printf '\\002')\nprintf '%s\\001' \"$0\" \"$@\" \"$end\" >>/log\n"
            .write(
                toFile: path + "/bin/.stub", atomically: true, encoding: .utf8)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path + "/bin/.stub")
        for name in Self.stubs {
            try manager.createSymbolicLink(atPath: path + "/bin/" + name, withDestinationPath: ".stub")
        }
        // Each line has a log of its own. The pipe is open until everything that the line left running has ended.
        let driver = """
            cd /tmp
            for number in $(</count); do
              : >/log
              { timeout -s KILL 2 "$1" "/lines/$number" </dev/null 2>&1; } | while read -r _; do :; done
              log=$(</log)
              printf '%s' "$log" >"/logs/$number"
            done
            """
        try driver.write(toFile: path + "/driver", atomically: true, encoding: .utf8)
        try "".write(toFile: path + "/dev/null", atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// For each text, the programs that it started, each with its words.
    func run(_ texts: [String], in shell: String) throws -> [[[String]]] {
        for (number, text) in texts.enumerated() {
            try text.write(toFile: path + "/lines/\(number)", atomically: true, encoding: .utf8)
        }
        try texts.indices.map(String.init).joined(separator: " ").write(
            toFile: path + "/count", atomically: true, encoding: .utf8)
        let process = Process()
        let enter = ["/usr/sbin/chroot", path, "/bin/bash", "/driver", "/bin/" + shell]
        // Without root, a name space of one's own gives the right to change the root directory.
        let words = getuid() == 0 ? enter : ["/usr/bin/unshare", "-r"] + enter
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ["PATH": "/bin", "HOME": "/tmp"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "no room for the shells: chroot needs root, or unshare")
        }
        return try texts.indices.map { number in
            let log = try String(contentsOfFile: path + "/logs/\(number)", encoding: .isoLatin1)
            return log.components(separatedBy: "\u{2}\u{1}").dropLast().map {
                $0.components(separatedBy: "\u{1}").dropLast()
            }
        }
    }

    private static func libraries(of program: String) throws -> [String] {
        try ProgramRun("/usr/bin/ldd", [program]).output.split(whereSeparator: \.isWhitespace).map(String.init).filter { $0.hasPrefix("/") }
    }
}
