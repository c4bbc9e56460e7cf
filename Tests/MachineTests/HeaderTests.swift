// Headers in programs: which names they may have, and for which resources.
import Testing

@testable import Machine

@Suite struct HeaderTests {
    private static func refusal(_ name: String, _ kind: ResourceKind = .http, loads: Bool = true) -> ProgramError.Reason? {
        var draft = ProgramDraft.basic()
        draft.program.resources[0].kind = kind
        if kind != .postgres { draft.program.resources[0].searchPath = [] }
        let symbol = draft.symbol(name)
        let condition = draft.code([
            Instruction(.jump, c: loads ? 0 : 1), Instruction(.loadHeader, a: 0, c: symbol), Instruction(.accept),
        ])
        draft.rule(.deny, "rule", condition: condition)
        return draft.refusal()?.reason
    }

    @Test func onlyNamesInSmallLetters() {
        #expect(Self.refusal("x-team") == nil)
        #expect(Self.refusal("x_team.1|~") == nil)
        for name in ["X-Team", "x team", "x:team", "x-té", "x-team\n", String(repeating: "x", count: HeaderName.limit + 1)] {
            #expect(Self.refusal(name) == .badName, "\(name)")
            // Also where it is never reached.
            #expect(Self.refusal(name, loads: false) == .badName, "\(name)")
        }
        #expect(Self.refusal(String(repeating: "x", count: HeaderName.limit)) == nil)
    }

    @Test func onlyWhereThereAreHeaders() {
        #expect(Self.refusal("x-team", .kubernetes) == nil)
        #expect(Self.refusal("x-team", .postgres) == .factMissing)
        #expect(Self.refusal("x-team", .ssh) == .factMissing)
    }

    /// Another request of the same accesses may have other headers: the decision hangs on more than those.
    @Test func aDecisionByAHeaderIsNotSteady() throws {
        for asks in [true, false] {
            var draft = ProgramDraft.basic()
            draft.program.resources[0].kind = .http
            draft.program.resources[0].searchPath = []
            let symbol = draft.symbol("x-team")
            let load = asks ? Instruction(.loadHeader, a: 0, c: symbol) : Instruction(.loadFact, a: 0, b: Fact.identityName.rawValue)
            let condition = draft.code([load, Instruction(.testKnown, a: 0, c: 1), Instruction(.accept), Instruction(.reject)])
            draft.rule(.allow, "rule", condition: condition)
            let bench = try Bench(draft)
            bench.add(.select, "t")
            #expect(bench.decide(headers: [("X-Team", "shop")]).outcome == .allowed)
            #expect(bench.machine.isSteady == !asks)
        }
    }

    @Test func namesAreBroughtToSmallLetters() {
        #expect(HeaderName.normal("X-Request-ID") == "x-request-id")
        #expect(HeaderName.normal("") == nil)
        // KELVIN SIGN, which some take for a K.
        #expect(HeaderName.normal("\u{212A}") == nil)
    }

    @Test func claimsAreShownAsTheyAreWritten() {
        #expect(ClaimPath.text("team") == "claim.team")
        #expect(ClaimPath.text("https://acme.example/team") == #"claim["https://acme.example/team"]"#)
        #expect(ClaimPath.text("2fa") == #"claim["2fa"]"#)
        #expect(ClaimPath.text("a\"b\\\n\u{202E}") == #"claim["a\"b\\\u{a}\u{202e}"]"#)
    }
}
