// Identities that share a token are found among many that do not.

import Machine
import PolicyLang
import Testing

@testable import Compiler

struct IdentityFindingTests {
    /// Pairs that share a token, by name.
    private func found(_ identities: [String], budget: Int = IdentityFindings.defaultBudget) -> [String] {
        let text = """
            policy many edition 1
            issuer ci : oidc {
              url "https://ci.example"  audience "postern"
              claims { sub string, repository string, team string optional }
            }
            \(identities.joined(separator: "\n"))
            resource db : postgres { search_path public }
            allow reads { on db to select from orders }
            """
        let result = PolicyCompiler.compile(files: [SourceFile(path: "many.postern", text: text)], options: CompileOptions(date: ReferenceTests.date))
        guard let policy = result.reasoned else { return result.diagnostics.map(\.message) }
        return IdentityFindings(policy, budget: budget).overlaps().map { policy.identities[$0.first].name + " " + policy.identities[$0.second].name }
    }

    /// All say the same of one claim and each its own of another: what all say tells nobody apart.
    @Test func whatTellsThemApartIsFound() {
        var identities = (0..<1500).map { "identity w\($0) from ci { when claim.repository == \"r\" and claim.sub == \"s\($0)\" }" }
        identities += [
            "identity late from ci { when claim.sub in { \"s7\", \"t7\" } and claim.team == \"x\" }",
            "identity other from ci { when claim.sub == \"s8\" and claim.repository == \"q\" }",
        ]
        #expect(found(identities) == ["w7 late"])
    }

    /// What is looked at before the budget is used up is told.
    @Test func whatWasFoundIsToldAllTheSame() {
        var identities = ["a", "b"].map { "identity \($0) from ci { when claim.sub like \"\($0)*\" or claim.team == \"x\" }" }
        identities += (0..<60).map { "identity w\($0) from ci { when claim.sub like \"w\($0)-*\" }" }
        let (all, some) = (found(identities), found(identities, budget: 500))
        #expect(all.count == 121 && all.first == "a b", "\(all)")
        #expect(some.first == "a b" && some.count < all.count, "\(some)")
    }
}
