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

    /// Nobody is let through by himself, but people may agree: no answer to `never`, and none to `always`.
    @Test func whatNeedsApprovalIsNeitherNeverNorAlways() throws {
        let folder = try Folder()
        let asked = Self.policy + """
            identity ada from dev { when claim.sub == "ada" }
            group dba { ada }
            approve updates { who bot  on db  to update  by dba  quorum 1 }
            deny ada_reads_only { who ada  on db  to update }

            """
        let path = try folder.write("p.postern", asked + Self.proof)
        let never = try Self.run(["prove", path])
        #expect(never.status == 1 && never.output.contains("is asked about: needs approval by dba (1), asked by updates ("), "\(never.output)")
        let keyed = "prove keyed_updates { who bot  on db  when statement.where == keyed  always select from a, update a(x) }\n"
        let always = try folder.write("always.postern", asked + keyed)
        let refused = try Self.run(["prove", always])
        #expect(refused.status == 1 && refused.output.contains("needs approval by dba (1)"), "\(refused.output)")
        let denied = try folder.write("denied.postern", asked + "deny all_updates { on db  to update }\n" + Self.proof)
        #expect(try Self.run(["prove", denied]).output.hasPrefix("proved "))
    }

    @Test func approvalsHaveADirection() throws {
        let folder = try Folder()
        let people = Self.policy + """
            identity ada from dev { when claim.sub == "ada" }
            identity eve from dev { when claim.sub == "eve" }
            group dba { ada, eve }
            allow all_updates { who bot  on db  to update b }

            """
        func side(_ name: String, _ rule: String) throws -> String { try folder.write(name, people + rule + "\n") }
        let free = try side("free.postern", "")
        let asks = try side("asks.postern", "approve updates { who bot  on db  to update b, insert into b  by dba  quorum 2 }")
        let one = try side("one.postern", "approve updates { who bot  on db  to update b, insert into b  by dba }")
        let narrow = try side("narrow.postern", "approve updates { who bot  on db  to update b, insert into b  by ada }")
        let session = try side("session.postern", "approve updates { who bot  on db  to update b, insert into b  by dba  quorum 2  valid session }")
        let both = try side("both.postern", "approve updates { who bot  on db  to update b, insert into b  by ada  valid 1h }")
        let cases: [(old: String, new: String, verdict: String, lines: [String])] = [
            (
                free, asks, "both",
                ["bot on db now needs approval by dba (2) to update public.b", "bot on db may now, with approval by dba (2), insert public.b"]
            ),
            (
                asks, free, "both",
                ["bot on db no longer needs approval by dba (2) to update public.b", "may no longer, even with approval by dba (2), insert public.b"]
            ),
            (asks, one, "loosens", ["bot on db needs less of an approval to insert, update public.b (dba (2), within 15m, valid once → dba (1)"]),
            (one, asks, "tightens", ["needs more of an approval to"]), (one, narrow, "tightens", ["needs more of an approval to"]),
            (asks, session, "loosens", ["valid once → dba (2), within 15m, valid session)"]), (one, both, "both", []), (asks, asks, "same", []),
        ]
        for (old, new, verdict, lines) in cases {
            let result = try Self.run(["diff", old, new])
            #expect(result.output.hasPrefix("verdict: \(verdict)\n"), "\(result.output)")
            for line in lines { #expect(result.output.contains(line), "\(result.output)") }
            #expect(!result.output.contains("no statement was found"), "\(result.output)")
        }
    }

    /// What may be done with a masked column, values that a detector finds, and who is called otherwise.
    @Test func guardsValuesAndNamesAreCompared() throws {
        let folder = try Folder()
        func side(_ name: String, _ rules: String, _ bot: String = "bot") throws -> String {
            try folder.write(name, Self.policy.replacingOccurrences(of: "identity bot", with: "identity \(bot)")
                    .replacingOccurrences(of: "edition 1\n", with: "edition 1\nuse std.pii\n") + rules + "\n")
        }
        let guarded = try side("guarded.postern", "mask m { on db  column a.x with redact  guarded }")
        let plain = try side("plain.postern", "mask m { on db  column a.x with redact }")
        let loosened = try Self.run(["diff", guarded, plain])
        #expect(loosened.output.hasPrefix("verdict: loosens\n"), "\(loosened.output)")
        #expect(loosened.output.contains("bot on db may now filter and compare by a.x"), "\(loosened.output)")
        #expect(try Self.run(["diff", plain, guarded]).output.contains("may no longer filter or compare by a.x"))
        let values = try side("values.postern", "mask m { on db  value pii.email with redact }")
        let none = try side("none.postern", "")
        #expect(try Self.run(["diff", values, none]).output.contains("bot on db sees more of values of pii.email (redact → not masked)"))
        // Who may read nothing sees nothing more.
        let all = "deny all { on db  to select, insert, update, delete }"
        let denied = try side("denied.postern", all)
        let deniedValues = try side("denied_values.postern", all + "\nmask m { on db  value pii.email with redact }")
        #expect(try Self.run(["diff", deniedValues, denied]).output.hasPrefix("verdict: same"))
        let renamed = try side("renamed.postern", "", "robot")
        let called = try Self.run(["diff", none, renamed])
        #expect(called.output.hasPrefix("verdict: same\n") && called.output.contains("identities renamed: bot → robot"), "\(called.output)")
        // A condition that names it is about somebody else now.
        let name = "allow named { on db  to delete from a  when identity.name starts with \"bo\" }"
        let lost = try Self.run(["diff", try side("by_name.postern", name), try side("by_name_renamed.postern", name, "robot")])
        #expect(lost.output.hasPrefix("verdict: tightens\n"), "\(lost.output)")
    }

    @Test func aRevisionOfGitIsASide() throws {
        let folder = try Folder()
        _ = try folder.write("p.postern", Self.policy)
        for words in [["init", "-q"], ["add", "p.postern"], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "x"]] {
            let result = try Postern.run(["git"] + words, in: folder.path, "/usr/bin/env")
            #expect(result.status == 0, "git \(words): \(result.output)")
        }
        _ = try folder.write("p.postern", Self.policy + "deny updates { on db  to update }\n")
        for words in [["diff", "--git", "HEAD", "p.postern"], ["diff", "--git", "HEAD", "."], ["diff", "HEAD:p.postern", "p.postern"]] {
            let result = try Postern.run(words, in: folder.path)
            #expect(result.status == 0 && result.output.hasPrefix("verdict: tightens\n"), "\(words): \(result.output)")
        }
        #expect(try Postern.run(["diff", "nowhere:p.postern", "p.postern"], in: folder.path).status == 2)
        #expect(try Postern.run(["diff", "--git", "-x", "p.postern"], in: folder.path).status != 0)
    }
}
