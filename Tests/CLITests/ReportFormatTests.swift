// What continuous integration systems read: SARIF, workflow commands and JUnit's XML, from the real command.

import Foundation
import FoundationXML
import Testing

@Suite struct ReportFormatTests {
    /// Two errors and a warning, one behind letters that are longer in bytes than in characters.
    static let wrong = CommandTests.policy
        .replacingOccurrences(of: "to select from a", with: "to selct from a")
        .replacingOccurrences(of: "== \"bot\"", with: "== \"bö€t\" && has claim.sub")

    @Test func statusesDoNotDependOnTheFormat() throws {
        let folder = try Folder()
        let good = try folder.write("good.postern", CommandTests.policy)
        let bad = try folder.write("bad.postern", Self.wrong)
        let warned = try folder.write("warned.postern", CommandTests.policy + "set unused = { x }\n")
        for format in ["text", "json", "sarif", "github", "junit"] {
            let statuses = try [["check", good], ["check", bad], ["check", warned], ["check", warned, "--strict"]].map {
                try Postern.run($0 + ["--format", format]).status
            }
            #expect(statuses == [0, 1, 0, 1], "\(format)")
            #expect(try Postern.run(["check", folder.path + "/absent.postern", "--format", format]).status == 2)
        }
        #expect(try Postern.run(["check", good, "--format", "xml"]).status == 64)
        #expect(try Postern.run(["check", good, "--format", "github"]).output == "")
    }

    @Test func githubCommandsAreOneALineAndEscaped() throws {
        let folder = try Folder()
        let path = try folder.write("50%,a:b.postern", Self.wrong)
        let lines = try Postern.run(["check", path, "--format", "github"]).output.split(separator: "\n").map(String.init)
        let shown = folder.path + "/50%25%2Ca%3Ab.postern"
        try #require(lines.count == 2)
        #expect(lines[0] == "::error file=\(shown),line=10,col=50,endLine=10,endColumn=52,title=P0107::`&&` is written `and`%0Ahelp: write `and`")
        #expect(lines[1].hasPrefix("::error file=\(shown),line=17,col=6,endLine=17,endColumn=11,title=P0601::there is no verb `selct`%0A"))
    }

    /// A sentence repeats a string of the policy, and the string holds an escape sequence and what would be a command of its own.
    @Test func noFormatSaysWhatThePolicyWantsToSay() throws {
        let folder = try Folder()
        let text = CommandTests.policy.replacingOccurrences(
            of: "to select from a", with: #"to select from a when request.time in "Mon 08:00-09:00 \u{1B}[2J\n::error::x""#)
        let path = try folder.write("a.postern", text)
        for format in ["github", "sarif", "junit"] {
            let output = try Postern.run(["check", path, "--format", format]).output
            #expect(output.contains("C0313") || output.contains("C0312"), "\(output)")
            #expect(!output.unicodeScalars.contains("\u{1B}") && !output.contains("\n::error::x"), "\(output)")
        }
    }

    @Test func sarifNamesRulesPlacesAndFixes() throws {
        let folder = try Folder()
        let path = try folder.write("a b.postern", Self.wrong)
        let answer = try Postern.run(["check", path, "--format", "sarif"])
        let log = try JSONDecoder().decode(Log.self, from: Data(answer.output.utf8))
        #expect(log.version == "2.1.0" && log.runs.count == 1 && log.runs[0].columnKind == "unicodeCodePoints")
        let results = log.runs[0].results
        #expect(results.map(\.ruleId) == ["P0107", "P0601"] && results.allSatisfy { $0.level == "error" })
        for result in results { #expect(log.runs[0].tool.driver.rules[result.ruleIndex].id == result.ruleId) }
        #expect(log.runs[0].tool.driver.rules.allSatisfy { !$0.fullDescription.text.isEmpty })
        let place = try #require(results[0].locations.first?.physicalLocation)
        #expect(place.artifactLocation.uri == "file://" + folder.path + "/a%20b.postern")
        #expect(place.region == Log.Region(startLine: 10, startColumn: 50, endLine: 10, endColumn: 52))
        let change = try #require(results[0].fixes?.first?.artifactChanges.first)
        #expect(change.replacements.map(\.insertedContent.text) == [" and "] && change.replacements[0].deletedRegion == place.region)
        #expect(results[1].fixes == nil)
    }

    @Test func sarifOfARightPolicyHasNoResults() throws {
        let folder = try Folder()
        let path = try folder.write("good.postern", CommandTests.policy)
        let answer = try Postern.run(["check", path, "--format", "sarif"])
        #expect(try JSONDecoder().decode(Log.self, from: Data(answer.output.utf8)).runs.first?.results.isEmpty == true)
    }

    @Test func junitCountsMistakesAndWarnings() throws {
        let folder = try Folder()
        let good = try folder.write("a_good.postern", CommandTests.policy)
        let bad = try folder.write("b_bad.postern", Self.wrong)
        let right = try Self.cases(Postern.run(["check", good, "--format", "junit"]).output)
        #expect(right.names == ["policy is right"] && right.failures == [])
        let counted = try Self.cases(Postern.run(["check", bad, "--format", "junit"]).output)
        #expect(counted.names == ["P0107 at 10:53", "P0601 at 17:6"] && counted.failures == ["P0107", "P0601"])
        let warned = try folder.write("warned.postern", CommandTests.policy + "set unused = { x }\n")
        #expect(try Self.cases(Postern.run(["check", warned, "--format", "junit"]).output).failures == [])
        #expect(try Self.cases(Postern.run(["check", warned, "--strict", "--format", "junit"]).output).failures == ["C0603"])
    }

    @Test func junitOfTestsNamesWhatFailed() throws {
        let folder = try Folder()
        let title = #"a <b> & 'c' fails"#
        let text = CommandTests.policy + "\ntest \"\(title)\" {\n  as bot\n  on db\n  \"delete from a where b < 1 & 2\" -> allow\n}\n"
        let result = try Postern.run(["test", try folder.write("a.postern", text), "--format", "junit"])
        let counted = try Self.cases(result.output)
        #expect(result.status == 1 && counted.names == ["reads", title] && counted.failures == ["step"])
        #expect(counted.text.contains("delete from a where b < 1 & 2") && counted.text.contains("expected  allow"))
        let broken = try Postern.run(["test", try folder.write("b.postern", Self.wrong), "--format", "junit"])
        #expect(broken.status == 1 && broken.output.contains("<failure type=\"P0601\""))
    }

    private static func cases(_ output: String) throws -> Cases {
        let cases = Cases()
        let parser = XMLParser(data: Data(output.utf8))
        parser.delegate = cases
        #expect(parser.parse(), "no XML: \(output)")
        return cases
    }
}

/// What a reader of JUnit's XML sees.
private final class Cases: NSObject, XMLParserDelegate {
    var names: [String] = []
    var failures: [String] = []
    var text = ""

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if element == "testcase" { names.append(attributes["name"] ?? "") }
        if element == "failure" { failures.append(attributes["type"] ?? "") }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

/// The parts of a SARIF log that code hosts need.
private struct Log: Decodable {
    struct Run: Decodable {
        var tool: Tool
        var columnKind: String
        var results: [Result]
    }
    struct Tool: Decodable { var driver: Driver }
    struct Driver: Decodable { var rules: [Rule] }
    struct Rule: Decodable {
        var id: String
        var fullDescription: Text
    }
    struct Text: Decodable { var text: String }
    struct Result: Decodable {
        var ruleId: String
        var ruleIndex: Int
        var level: String
        var locations: [Location]
        var fixes: [Fix]?
    }
    struct Location: Decodable { var physicalLocation: Physical }
    struct Physical: Decodable {
        var artifactLocation: Artifact
        var region: Region
    }
    struct Artifact: Decodable { var uri: String }
    struct Region: Decodable, Equatable { var startLine, startColumn, endLine, endColumn: Int }
    struct Fix: Decodable { var artifactChanges: [Change] }
    struct Change: Decodable { var replacements: [Replacement] }
    struct Replacement: Decodable {
        var deletedRegion: Region
        var insertedContent: Text
    }
    var version: String
    var runs: [Run]
}
