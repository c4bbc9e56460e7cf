// Headers where the compiler reasons, and against the reference evaluator: absent, there once, there twice.

import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct HeaderProofTests {
    private static let head = """
        policy world edition 1
        issuer dev : oidc { url "https://dev.example"  audience "p"  claims { sub string } }
        identity ada from dev { when claim.sub == "ada" }
        resource web : http { tags production }

        """

    private static func compile(_ text: String) throws -> Compilation {
        let result = PolicyCompiler.compile(
            files: [SourceFile(path: "world.postern", text: head + text)], options: CompileOptions(date: ReferenceTests.date))
        #expect(result.program != nil, "\(DiagnosticText.render(result.diagnostics.filter { $0.severity == .error }, files: result.sources))")
        return result
    }

    /// A header that is there twice is there and says nothing: a prover that knew only absent and present would call the second proof true.
    @Test func proofs() throws {
        func isProved(_ text: String) throws -> Bool {
            let reasoned = try #require(try Self.compile(text).reasoned)
            let proof = try #require(Prover(reasoned).results().first)
            return proof.candidates.isEmpty && proof.undecided == nil
        }
        let allow = #"allow gets { on web  to get  when http.header["X-Team"] == "shop" }"#
        #expect(try isProved(allow + "\n" + #"prove p { on web  when http.header["x-team"] == "ops"  never get }"#))
        #expect(try isProved(allow + "\n" + #"prove p { on web  unless has http.header["x-team"]  never get }"#))
        #expect(try !isProved(allow + "\n" + #"prove p { on web  when has http.header["x-team"]  never get }"#))
        let deny =
            #"allow gets { on web  to get  when has http.header["x-team"] }"# + "\n"
            + #"deny ops { on web  when http.header["x-team"] != "shop" }"#
        #expect(try isProved(deny + "\n" + #"prove p { on web  unless http.header["x-team"] == "shop"  never get }"#))
        let wide =
            #"allow gets { on web  to get  when has http.header["x-team"] }"# + "\n"
            + #"allow rest { on web  to get  unless has http.header["x-team"] }"#
        #expect(try isProved(wide + "\nprove p { on web  always get }"))
        let split = #"""
            allow gets { on web  to get  when http.header["x-team"] == "shop" }
            allow others { on web  to get  when http.header["x-team"] != "shop" }
            allow rest { on web  to get  unless has http.header["x-team"] }
            """#
        #expect(try !isProved(split + "\nprove p { on web  always get }"))
    }

    private static let atoms = [
        #"http.header["x-team"] == "shop""#, #"http.header["X-TEAM"] != "shop""#, #"http.header["x-team"] in { "shop", "ops" }"#,
        #"has http.header["x-team"]"#, #"http.header["x-team"] starts with "s""#, #"http.header["a"] == http.header["B"]"#,
        #"http.header["a"] like "*o*""#, #"http.header["b"] contains "p""#, #"has http.header["b"]"#, #"http.header["a"] matches "^o""#,
        #"resource.kind == http"#, #"http.header["a"] ends with http.header["b"]"#,
    ]

    private static func condition(_ random: inout SeededGenerator, _ depth: Int) -> String {
        guard depth > 0, random.chance(60) else { return random.pick(atoms) }
        let (left, right) = (condition(&random, depth - 1), condition(&random, depth - 1))
        return random.pick(["not (\(left))", "(\(left) and \(right))", "(\(left) or \(right))"])
    }

    private static func headers(_ random: inout SeededGenerator) -> [(name: String, value: String)] {
        (0..<random.below(5)).map { _ in
            (random.pick(["x-team", "X-Team", "a", "A", "b", "B", "x-teams"]), random.pick(["shop", "ops", "", "sop"]))
        }
    }

    /// Machine and reference agree; a header that comes twice, and so says nothing, never loosens where no `has` is asked.
    @Test func machineAndReferenceAgree() throws {
        var outcomes: [Verdict.Outcome: Int] = [:]
        var changed = 0
        for seed in 0..<120 {
            var random = SeededGenerator(seed: UInt64(4_000_000 + seed))
            var text = "allow wide { on web  to \(random.pick(["any", "get", "post"])) }\n"
            for index in 0..<(1 + random.below(4)) {
                text += "\(random.pick(["allow", "deny", "observe deny"])) rule\(index) {\n  on web\n  to \(random.pick(["any", "get", "get, post"]))\n"
                text += "  \(random.pick(["when", "unless"])) \(Self.condition(&random, 2))\n}\n"
            }
            let program = try #require(try Self.compile(text).program)
            let verified = try VerifiedProgram.load(try ProgramCodec.encode(program))
            let tree = Parser.parse(SourceFile(path: "world.postern", text: Self.head + text)).tree
            for turn in 0..<25 {
                var request = ReferenceRequest()
                request.issuer = "dev"
                request.claims["sub"] = .string("ada")
                request.resource = "web"
                request.headers = Self.headers(&random)
                request.statements = [ReferenceStatement()]
                request.accesses = [
                    ReferenceAccess(verb: random.pick([.get, .post]), objectClass: .any, statement: 0, schema: "", name: "/v1/refunds", columns: [])
                ]
                let expected = ReferenceEvaluator(tree, request).decide()
                let machine = try #require(ReferenceTests.machine(verified, request))
                let actual = ReferenceTests.decide(machine.machine, verified, request)
                outcomes[expected.outcome, default: 0] += 1
                #expect(actual == expected, "seed \(seed), turn \(turn)\n\(request.headers)\n\(text)")
                guard !text.contains("has "), let first = request.headers.first else { continue }
                request.headers.append(first)
                let unclear = ReferenceTests.decide(machine.machine, verified, request)
                if unclear.outcome != actual.outcome { changed += 1 }
                #expect(DirectionTests.rank(unclear.outcome) <= DirectionTests.rank(actual.outcome), "seed \(seed), turn \(turn)\n\(request.headers)\n\(text)")
            }
        }
        for outcome in [Verdict.Outcome.allowed, .denied, .uncovered] { #expect(outcomes[outcome, default: 0] > 20, "\(outcomes)") }
        #expect(changed > 0)
    }
}
