// The example policies, as their authors would keep them: laid out, right, without advice, tested, and tested well.

import Foundation
import Testing

@Suite struct ExamplePolicyTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("policies/examples")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    /// The part of small mistakes that their tests notice, in percent: what is left cannot show in an example, as the policies say.
    static let scores = ["ai_agent": 100, "ci_deployer": 100, "nightly_batch": 97, "shop": 98]

    @Test func aDeniedStepIsExplained() throws {
        let shop = Self.folder.appendingPathComponent("shop").path
        let result = try Postern.run(["test", shop, "--filter", "the nightly*", "--explain"])
        #expect(result.status == 0)
        for part in [
            "written: orders", "allow report_reads (", "not so:  statement.has_where  (line 19)", "not so:  statement.has_limit  (line 19)",
            "no rule has this verb and object", "1 test passed",
        ] { #expect(result.output.contains(part), "\(part)") }
        #expect(try Postern.run(["test", shop, "--filter", "no such title"]).status == 2)
        #expect(try Postern.run(["test", shop, "--filter", "nightly", "--mutate"]).status == 64)
    }

    @Test func jobsChangeNothingThatIsPrinted() throws {
        let shop = Self.folder.appendingPathComponent("shop").path
        for more in [[], ["--coverage"], ["--explain"], ["--format", "json"], ["--format", "junit"], ["--mutate", "--format", "json"]] {
            let alone = try Postern.run(["test", shop, "--jobs", "1"] + more)
            #expect(alone.status == 0)
            #expect(try Postern.run(["test", shop, "-j", "4"] + more).output == alone.output, "\(more)")
        }
        for wrong in ["0", "-1", "1025", "many"] { #expect(try Postern.run(["test", shop, "--jobs=\(wrong)"]).status == 64) }
    }

    @Test func thereAreFour() { #expect(Set(Self.names) == Set(Self.scores.keys)) }

    @Test(arguments: names) func passesEverythingThatCIAsks(_ name: String) throws {
        let path = Self.folder.appendingPathComponent(name).path
        let output = try Folder()
        for command in [
            ["fmt", "--check", path], ["check", path, "--strict", "--quiet"], ["lint", path], ["test", path, "--require-coverage"],
            ["build", path, "--unsigned", "--output", output.path + "/bundle"], ["docs", path, "--format", "html"],
            ["test", path, "--mutate", "--fail-under", String(Self.scores[name] ?? 100)],
        ] {
            let result = try Postern.run(command)
            #expect(result.status == 0, "postern \(command.joined(separator: " "))\n\(result.output)")
        }
    }
}
