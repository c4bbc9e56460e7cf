// The policies that ship: the text inside the compiler is that of policies/std, and it compiles.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct StandardPolicyTests {
    private static let folder = CaseFolder.project.appendingPathComponent("policies/std")
    private static let embedded = CaseFolder.project.appendingPathComponent("Sources/Compiler/StandardPolicyTexts.swift")

    /// One source of truth: the files. The Swift file is made from them.
    @Test func theCompilerHoldsTheFilesAsTheyAre() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".postern") }
            .sorted()
        var text = """
            // The text of the policies that ship, as in policies/std. Made from those files by `UPDATE_GOLDEN=1 swift test --filter
            // StandardPolicyTests`; never edited by hand.

            enum StandardPolicyTexts {
                static let all: [String: String] = [

            """
        for name in names {
            let policy = "std." + name.dropLast(".postern".count)
            let body = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
            #expect(!body.contains("\"##"))
            let lines = body.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "            " + $0
            }
            text += "        \"\(policy)\": ##\"\"\"\n" + lines.joined(separator: "\n") + "\n            \"\"\"##,\n"
        }
        text += "    ]\n}\n"
        try CaseFolder.expect(text, at: Self.embedded)
    }

    @Test(arguments: StandardPolicies.names) func compilesWithoutAWord(_ name: String) throws {
        let text = "policy root edition 1\nuse \(name)\nresource db : postgres { tags a }\ndeny x {\n  on db\n  to drop\n}\n"
        let result = PolicyCompiler.compile(
            files: [SourceFile(path: "root.postern", text: text)], options: CompileOptions(date: Moment(seconds: 0)))
        // Nothing of it is used here, which is all that may be said; a policy with rules works by being used.
        let hasRules = result.model.rules.count > 1
        #expect(result.diagnostics.map(\.code) == (hasRules ? [] : ["C0106"]))
        #expect(result.program != nil)
    }

    /// The project's own folder of policies can be given as it is; what only pretends to ship cannot.
    @Test func copiesOfWhatShipsMayBeGiven() throws {
        let root = SourceFile(path: "root.postern", text: "policy root edition 1\nresource db : postgres { tags a }\n")
        let copies = try StandardPolicies.names.map { name in
            SourceFile(path: "\(name).postern", text: try #require(StandardPolicies.text(of: name)))
        }
        func compile(_ files: [SourceFile]) -> Compilation {
            PolicyCompiler.compile(files: files, options: CompileOptions(date: Moment(seconds: 0)))
        }
        #expect(compile(copies + [root]).program?.name == "root")
        #expect(compile(copies + [root]).diagnostics.isEmpty)
        #expect(compile([copies[0]]).program?.name == StandardPolicies.names[0])
        let changed = SourceFile(path: "pii.postern", bytes: copies[0].bytes + [0x0A])
        #expect(compile([changed, root]).diagnostics.map(\.code) == ["C0104"])
    }
}
