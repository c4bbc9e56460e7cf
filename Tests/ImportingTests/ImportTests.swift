// Importers: what becomes of real-looking input, and that no input whatever breaks them or makes a policy that does not compile.

import Compiler
import Foundation
import Importing
import Machine
import PolicyLang
import TestSupport
import Testing

@Suite struct ImportTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { !$0.hasSuffix(".postern") }.sorted()

    static func text(_ name: String, _ bytes: [UInt8]) throws(ImportError) -> String {
        switch name.split(separator: ".").last {
        case "hoop": try HoopImport.policy(bytes).text
        case "sql": try GrantsImport.policy(bytes).text
        default: try CedarImport.policy([bytes]).text
        }
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }

    @Test func thereIsACaseOfEach() {
        for ending in ["hoop", "sql", "cedar"] { #expect(Self.names.contains { $0.hasSuffix("." + ending) }) }
    }

    @Test(arguments: names) func becomesThePolicyBesideIt(_ name: String) throws {
        let text = try Self.text(name, try Self.bytes(name))
        try CaseFolder.expect(text, matches: name + ".postern")
        Self.check(text, name)
    }

    /// Laid out, compiled, and without a warning that is not about what whoever imports must still do.
    static func check(_ text: String, _ name: String) {
        let file = SourceFile(path: name, text: text)
        #expect(PolicyFormatter.format(Parser.parse(file)) == text, "\(name) is not laid out")
        let result = PolicyCompiler.compile(files: [file], options: CompileOptions(date: Moment(seconds: 0)))
        let errors = result.diagnostics.filter { $0.severity == .error }
        #expect(errors.isEmpty && result.program != nil, "\(name): \(DiagnosticText.render(errors, files: result.sources))")
    }

    /// Cut, doubled and flipped: an error that says so, or a policy that compiles.
    @Test(arguments: names) func hostileInputIsAnErrorOrAPolicy(_ name: String) throws {
        let bytes = try Self.bytes(name)
        var generator = SeededGenerator(seed: 7)
        func random(_ bound: Int) -> Int { generator.below(bound) }
        var policies = 0
        for turn in 0..<150 {
            var changed = bytes
            for _ in 0...(turn % 4) {
                let at = random(changed.count)
                switch random(5) {
                case 0: changed.removeSubrange(at..<min(changed.count, at + 1 + random(40)))
                case 1: changed.insert(contentsOf: bytes[random(bytes.count)...].prefix(random(60)), at: at)
                case 2: changed[at] = UInt8(random(256))
                case 3: changed.insert(contentsOf: Array("\"\u{202E}\u{0}\n*/ } deny x { on any }".utf8), at: at)
                default: changed = Array(changed.prefix(at + 1))
                }
                if changed.isEmpty { changed = [0x20] }
            }
            guard let text = try? Self.text(name, changed) else { continue }
            policies += 1
            if turn % 5 == 0 { Self.check(text, "\(name), turn \(turn)") }
        }
        #expect(policies > 0)
    }

    @Test func deepAndLargeInputEnds() {
        let cases: [(String, String)] = [
            ("a.cedar", "permit(principal,action,resource) when { " + String(repeating: "(", count: 50_000)),
            ("a.cedar", "permit(principal,action,resource) when { " + String(repeating: "!", count: 50_000) + "true };"),
            ("a.hoop", String(repeating: "[", count: 50_000)), ("a.sql", String(repeating: "GRANT (", count: 20_000)),
            ("a.sql", String(repeating: "/*", count: 50_000)), ("a.sql", "GRANT SELECT ON TABLE \"" + String(repeating: "x", count: 90_000)),
            ("a.cedar", ""), ("a.sql", ""), ("a.hoop", ""), ("a.hoop", "{}"), ("a.cedar", "\""), ("a.sql", "$"), ("a.sql", "GRANT"),
            // A text ends behind a backslash, and inside an escape.
            ("a.cedar", "\"\\"), ("a.cedar", "\"\\u"), ("a.cedar", "\"\\u{"), ("a.cedar", "\"\\u{41"), ("a.cedar", "\"\\u{}\""),
        ]
        for (name, text) in cases {
            #expect(throws: ImportError.self, "\(name): \(text.prefix(60))") { _ = try Self.text(name, Array(text.utf8)) }
        }
    }

    /// A member of a thousand groups, in a circle.
    @Test func circlesOfRolesEnd() throws {
        var dump = ""
        for role in 0..<40 { dump += "GRANT r\(role) TO r\((role + 1) % 40);\nGRANT SELECT ON TABLE public.t\(role) TO r\(role);\n" }
        Self.check(try GrantsImport.policy(Array(dump.utf8)).text, "circle")
    }

    /// A dump that PostgreSQL would not take: everybody as a member of a role.
    @Test func everybodyIsNoMember() throws {
        let dump = "CREATE ROLE app;\nALTER ROLE app WITH LOGIN;\nGRANT app TO PUBLIC;\nGRANT SELECT ON TABLE public.t TO app;\n"
        let text = try GrantsImport.policy(Array(dump.utf8)).text
        Self.check(text, "public")
        #expect(!text.contains("group "))
    }

    /// Nor would it take a list without columns: nothing is granted by that, and nothing taken away.
    @Test(arguments: ["()", "( ) ", "(", "(,)"]) func noColumnIsNoPrivilege(_ list: String) throws {
        let dump = "CREATE ROLE bob LOGIN;\nGRANT SELECT\(list) ON TABLE public.a TO bob;\nGRANT INSERT, SELECT\(list) ON TABLE public.b TO bob;\n"
        let text = try GrantsImport.policy(Array(dump.utf8)).text
        Self.check(text, "columns")
        #expect(!text.contains("select") && !text.contains("public.a") && text.contains("insert into public.b"), "\(text)")
        let taken = try GrantsImport.policy(Array((dump + "REVOKE INSERT\(list) ON TABLE public.b FROM bob;\n").utf8)).text
        #expect(taken == text)
    }

    /// U+0000, and texts that are not in normal form C, are no part of a policy: that is said, and nothing is written.
    @Test func textsThatNoPolicyHoldsAreNamed() {
        for name in ["a\0b", "cafe\u{301}"] {
            let dump = """
                CREATE ROLE app;
                ALTER ROLE app WITH LOGIN;
                CREATE TABLE public."\(name)" (id int);
                GRANT SELECT ON TABLE public."\(name)" TO app;

                """
            do throws(ImportError) {
                _ = try GrantsImport.policy(Array(dump.utf8))
                Issue.record("\(name.debugDescription) was written")
            } catch {
                #expect(error.description.contains("of the input cannot stand in a policy"), "\(error)")
            }
        }
    }
}
