// The policies that ship, the machine and the masker name the same detectors.

import Compiler
import Machine
import Mask
import PolicyLang
import Testing

@Suite struct DetectorNamesTests {
    /// What a page says a detector looks for is what the masker looks for.
    @Test(arguments: Detector.builtInNames) func pagesShowThePatterns(_ name: String) throws {
        let parts = name.split(separator: ".")
        let text = try #require(StandardPolicies.text(of: "std." + parts[0]))
        let source = try #require(Detector.named(name)?.patterns.first?.source)
        let written = source.flatMap { $0 == "\\" || $0 == "\"" ? "\\\($0)" : "\($0)" }
        #expect(text.contains("detector \(parts[1]) {") && text.contains("\"\(String(written))\"\n"))
    }

    /// A mask of every detector compiles, verifies, and is found by the masker.
    @Test func everyDetectorCanBeMasked() throws {
        for group in ["pii", "secrets"] {
            let text = try #require(StandardPolicies.text(of: "std." + group))
            let declared = text.split(separator: "\n").compactMap { line in
                line.hasPrefix("detector ") ? group + "." + line.split(separator: " ")[1] : nil
            }
            let known = (Detector.builtInNames + Detector.groupNames).filter { $0.hasPrefix(group + ".") }
            #expect(Set(declared) == Set(known))
            let policy = """
                policy a edition 1
                use std.\(group)
                issuer dev : oidc { url "https://dev.example"  audience "postern"  claims { sub string } }
                identity ada from dev { when claim.sub == "ada" }
                resource db : postgres { tags production }
                allow reads {
                  who ada
                  on db
                  to select
                }
                mask everything {
                  on db
                  value \(declared.joined(separator: ", ")) with redact
                }

                """
            let result = PolicyCompiler.compile(
                files: [SourceFile(path: "a.postern", text: policy)], options: CompileOptions(date: Moment(seconds: 0)))
            #expect(!result.diagnostics.contains { $0.severity == .error }, "\(result.diagnostics)")
            let program = try #require(result.program)
            #expect(throws: Never.self) { try VerifiedProgram.load(try ProgramCodec.encode(program)) }
        }
    }
}
