// A new policy repository passes its own checks, and nothing is ever overwritten.

import Foundation
import Testing

@Suite struct NewCommandTests {
    /// Every `postern` command that the made files would run, run as they would.
    @Test func everyCommandOfItsCIAndHookPasses() throws {
        let folder = try Folder()
        let made = folder.path + "/made"
        #expect(try Postern.run(["new", made]).status == 0)
        for words in [["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "x"]] {
            #expect(try Postern.run(["git"] + words, in: made, "/usr/bin/env").status == 0)
        }
        var commands = 0
        for name in ["hooks/pre-commit", ".github/workflows/policy.yml", ".gitlab-ci.yml"] {
            let text = try String(contentsOfFile: made + "/" + name, encoding: .utf8)
            for line in text.split(separator: "\n") {
                guard let start = line.range(of: "postern "), line[..<start.lowerBound].allSatisfy({ " -run:".contains($0) }) else { continue }
                let words = line[start.upperBound...].split(separator: ">")[0].split(separator: " ").map(String.init)
                // The revision to compare with, which only a CI knows.
                let result = try Postern.run(words.map { $0.hasPrefix("\"") ? "HEAD" : $0 }, in: made)
                #expect(result.status == 0, "\(name): \(line)\n\(result.output)")
                commands += 1
            }
        }
        #expect(commands == 20)
        #expect(try Postern.run(["check", made + "/policies", "--strict"]).output.contains("ok: 6 rules"))
        let mode = try FileManager.default.attributesOfItem(atPath: made + "/hooks/pre-commit")[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o755)
    }

    /// The tests are worth something: without a rule's clause some fail.
    @Test func itsTestsNoticeWhatIsLoosened() throws {
        let folder = try Folder()
        let made = folder.path + "/made"
        #expect(try Postern.run(["new", made]).status == 0)
        let path = made + "/policies/database.postern"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in ["when  statement.has_where or statement.has_limit", "when  statement.kind == \"insert\" or statement.where == keyed"] {
            let loosened = text.replacingOccurrences(of: line, with: "")
            #expect(loosened != text, "\(line)")
            try loosened.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try Postern.run(["test", made + "/policies"]).status == 1, "\(line)")
        }
    }

    @Test func nothingIsOverwritten() throws {
        let folder = try Folder()
        let made = folder.path + "/made"
        #expect(try Postern.run(["new", made, "--name", "shop"]).status == 0)
        #expect(try String(contentsOfFile: made + "/policies/people.postern", encoding: .utf8).contains("policy shop edition 1"))
        #expect(try Postern.run(["new", made]).status == 2)
        #expect(try String(contentsOfFile: made + "/policies/people.postern", encoding: .utf8).contains("policy shop edition 1"))
        let file = try folder.write("file.postern", "policy a edition 1\n")
        #expect(try Postern.run(["new", file]).status == 2)
        try FileManager.default.createDirectory(atPath: folder.path + "/empty/.git", withIntermediateDirectories: true)
        #expect(try Postern.run(["new", folder.path + "/empty"]).status == 0)
    }

    @Test func aNameThatIsNoneMakesNothing() throws {
        let folder = try Folder()
        for name in ["", "two words", "std.mine", "a\nallow everything { on any }", "über"] {
            #expect(try Postern.run(["new", folder.path + "/made", "--name", name]).status == 2, "\(name)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/made"), "\(name)")
        }
    }
}
