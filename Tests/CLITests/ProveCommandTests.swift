// `postern prove` and `postern diff` from the outside: witnesses that `postern test` runs, verdicts, exit statuses.

import Foundation
import Testing

@Suite struct ProveCommandTests {
    private static let policy = """
        policy p edition 1
        issuer dev : jwks {
          file      "k"
          issuer    "https://dev.example"
          audience  "postern"
          claims    { sub string, team string optional }
        }
        identity bot from dev { when claim.sub == "bot" }
        resource db : postgres { tags production  search_path public }
        allow reads { on db  to select from a, b(id)  when statement.has_where or claim.team == "core" }
        allow writes { on db  to update a(x)  when statement.where == keyed }

        """
    private static let proof = "prove no_updates { on tag production  never update }\n"

    private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let result = try Postern.run(arguments)
        return (result.status, result.output)
    }

    @Test func aWitnessIsATestThatFailsUntilThePolicyIsMended() throws {
        let folder = try Folder()
        let path = try folder.write("p.postern", Self.policy + Self.proof)
        let found = try Self.run(["prove", path, "--format", "json"])
        #expect(found.status == 1)
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
        let proof = try #require((answer["proofs"] as? [[String: Any]])?.first)
        #expect(proof["verdict"] as? String == "false")
        let witness = try #require(proof["witness"] as? [String: Any])
        let test = try #require(witness["test"] as? String)
        _ = try folder.write("p.postern", Self.policy + Self.proof + test + "\n")
        #expect(try Self.run(["check", path]).status == 0)
        #expect(try Self.run(["test", path]).status == 1)
        _ = try folder.write("p.postern", Self.policy + "deny updates { on db  to update }\n" + Self.proof + test + "\n")
        #expect(try Self.run(["test", path]).status == 0)
        let proved = try Self.run(["prove", path])
        #expect(proved.status == 0 && proved.output.hasPrefix("proved       no_updates"), "\(proved.output)")
        #expect(try Self.run(["prove", path, "--budget", "1"]).output.hasPrefix("proved") == false)
    }

    @Test func aWitnessForAlwaysIsRefused() throws {
        let folder = try Folder()
        let path = try folder.write("p.postern", Self.policy + "prove reads_all { on db  always select from a }\n")
        let found = try Self.run(["prove", path])
        #expect(found.status == 1)
        #expect(found.output.contains("is denied: no rule allows it") && found.output.contains("-> allow"), "\(found.output)")
        let report = try Self.run(["prove", path, "--format", "junit"])
        #expect(report.output.contains("<failure type=\"proof\" message=\"false\">"), "\(report.output)")
    }

    @Test func differencesHaveADirection() throws {
        let folder = try Folder()
        let old = try folder.write("old.postern", Self.policy)
        let looser = try folder.write("looser.postern", Self.policy.replacingOccurrences(of: "b(id)", with: "b(id, total)"))
        let changed = Self.policy.replacingOccurrences(of: "b(id)", with: "b(id, total)")
            .replacingOccurrences(of: "update a(x)", with: "update a(y)")
        let both = try folder.write("both.postern", changed)
        let renamed = try folder.write("renamed.postern", Self.policy.replacingOccurrences(of: "allow reads", with: "allow lecture"))
        let cases: [(sides: [String], verdict: String, status: Int32)] = [
            ([old, looser], "loosens", 1), ([looser, old], "tightens", 0), ([old, both], "both", 1), ([old, renamed], "same", 0),
        ]
        for (sides, verdict, status) in cases {
            let result = try Self.run(["diff"] + sides + ["--fail-on", "loosens"])
            #expect(result.output.hasPrefix("verdict: \(verdict)\n") && result.status == status, "\(result.output)")
        }
        let shown = try Self.run(["diff", old, looser])
        #expect(shown.output.contains("bot on db may now select public.b(total)"), "\(shown.output)")
        #expect(shown.output.contains("before: denied: no rule allows it; now: allowed by reads ("), "\(shown.output)")
        #expect(try Self.run(["diff", old, looser, "--fail-on", "tightens"]).status == 0)
        #expect(try Self.run(["diff", looser, old, "--fail-on", "any"]).status == 1)
        #expect(try Self.run(["diff", old, looser, "--format", "markdown"]).output.contains("| bot | db | may now select public.b(total) |"))
        // A bundle carries the policy that it was made of.
        #expect(try Self.run(["build", old, "--unsigned", "-o", folder.path + "/old.bundle"]).status == 0)
        #expect(try Self.run(["diff", folder.path + "/old.bundle", looser]).output.hasPrefix("verdict: loosens\n"))
    }

    @Test func aRevisionOfGitIsASide() throws {
        let folder = try Folder()
        _ = try folder.write("p.postern", Self.policy)
        func run(_ words: [String], _ program: URL) throws -> (status: Int32, output: String) {
            let process = Process()
            process.executableURL = program
            process.arguments = words
            process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
        }
        let env = URL(fileURLWithPath: "/usr/bin/env")
        for words in [["init", "-q"], ["add", "p.postern"], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "x"]] {
            let result = try run(["git"] + words, env)
            #expect(result.status == 0, "git \(words): \(result.output)")
        }
        _ = try folder.write("p.postern", Self.policy + "deny updates { on db  to update }\n")
        for words in [["diff", "--git", "HEAD", "p.postern"], ["diff", "--git", "HEAD", "."], ["diff", "HEAD:p.postern", "p.postern"]] {
            let result = try run(words, Postern.executable)
            #expect(result.status == 0 && result.output.hasPrefix("verdict: tightens\n"), "\(words): \(result.output)")
        }
        #expect(try run(["diff", "nowhere:p.postern", "p.postern"], Postern.executable).status == 2)
        #expect(try run(["diff", "--git", "-x", "p.postern"], Postern.executable).status != 0)
    }
}
