// What authors run beside check and test: lint and its mending, mutants, coverage as pages, imports.

import Foundation
import Testing

@Suite struct AuthoringTests {
    static let policy = """
        policy a edition 1

        issuer ci : oidc {
          url       "https://ci.example"
          audience  "postern"
          claims    { sub string }
        }

        identity bot from ci { when claim.sub == "bot" }

        resource db : postgres { search_path public }

        // Nothing uses it.
        set unused = { x }

        /// Reads <b>&"quoted"</b>.
        allow reads {
          who   bot, bot
          on    db
          to    select from a
          when  statement.has_where or statement.has_limit
        }

        test "reads" {
          as bot
          on db
          "select id from a where id = 1"  -> allow by reads
          "select id from a"               -> deny
        }

        """

    @Test func lintMendsInPlaceAndKeepsComments() throws {
        let folder = try Folder()
        let path = try folder.write("a.postern", Self.policy)
        #expect(try Postern.run(["lint", path]).status == 1)
        let fixed = try Postern.run(["lint", "--fix", path])
        #expect(fixed.status == 0 && fixed.output.contains("mended: 2"), "\(fixed.output)")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains("// Nothing uses it.") && !text.contains("set unused") && text.contains("who   bot\n"))
        #expect(try Postern.run(["fmt", "--check", path]).status == 0)
        #expect(try Postern.run(["lint", "--fix", path]).output.hasPrefix("0 warnings"))
        for format in ["json", "sarif", "github", "junit"] { #expect(try Postern.run(["lint", path, "--format", format]).status == 0) }
    }

    @Test func mutantsAreTheSameEveryTime() throws {
        let folder = try Folder()
        let path = try folder.write("a.postern", Self.policy)
        let first = try Postern.run(["test", path, "--mutate", "--format", "json"])
        let second = try Postern.run(["test", path, "--mutate", "--format", "json"])
        #expect(first.status == 0 && first.output == second.output)
        let record = try #require(try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
        let score = try #require(record["score"] as? Int)
        #expect((1..<100).contains(score) && (record["mutants"] as? [Any])?.isEmpty == false)
        #expect(try Postern.run(["test", path, "--mutate", "--fail-under", String(score)]).status == 0)
        #expect(try Postern.run(["test", path, "--mutate", "--fail-under", String(score + 1)]).status == 1)
    }

    /// Every example that is suggested, written into the policy, passes, and the score rises.
    @Test func suggestedTestsRaiseTheScore() throws {
        let folder = try Folder()
        let path = try folder.write("a.postern", Self.policy)
        func mutants() throws -> (score: Int, suggestions: [String]) {
            let output = try Postern.run(["test", path, "--mutate", "--format", "json"]).output
            let record = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
            let mutants = try #require(record["mutants"] as? [[String: Any]])
            return (try #require(record["score"] as? Int), mutants.compactMap { $0["suggestedTest"] as? String })
        }
        let before = try mutants()
        #expect(!before.suggestions.isEmpty)
        try (Self.policy + before.suggestions.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(try Postern.run(["test", path]).status == 0)
        #expect(try mutants().score > before.score)
    }

    @Test func failingTestsAreNotTried() throws {
        let folder = try Folder()
        let path = try folder.write("a.postern", Self.policy.replacingOccurrences(of: "-> deny", with: "-> allow"))
        let result = try Postern.run(["test", path, "--mutate"])
        #expect(result.status == 1 && result.output.contains("the tests must pass before"))
    }

    @Test func pagesEscapeAndLoadNothing() throws {
        let folder = try Folder()
        let path = try folder.write("a.postern", Self.policy)
        #expect(try Postern.run(["test", path, "--html", folder.path + "/pages"]).status == 0)
        let page = try String(contentsOfFile: folder.path + "/pages/file-1.html", encoding: .utf8)
        #expect(page.contains("class=\"partly\"") && page.contains("statement.has_limit never held, in reads"))
        let docs = try Postern.run(["docs", path, "--format", "html"]).output
        for html in [page, docs] {
            #expect(html.contains("&lt;b&gt;&amp;&quot;quoted&quot;&lt;/b&gt;") && !html.contains("<b>"))
            #expect(!html.contains("<script") && !html.contains("src=") && html.contains("default-src 'none'"))
        }
        let index = try String(contentsOfFile: folder.path + "/pages/index.html", encoding: .utf8)
        #expect(index.contains("file-1.html") && index.contains("1 of 1"))
    }

    @Test func importsAreCheckedAndNeverOverwrite() throws {
        let folder = try Folder()
        let path = try folder.write("a.cedar", #"permit (principal == User::"a", action == Action::"view", resource == Table::"t");"#)
        let output = folder.path + "/a.postern"
        #expect(try Postern.run(["import", "cedar", path, "--output", output, "--name", "shop"]).status == 0)
        #expect(try Postern.run(["check", output]).status == 0)
        #expect(try Postern.run(["fmt", "--check", output]).status == 0)
        #expect(try Postern.run(["import", "cedar", path, "--output", output]).status == 2)
        #expect(try Postern.run(["import", "hoop", path]).status == 2)
    }
}
