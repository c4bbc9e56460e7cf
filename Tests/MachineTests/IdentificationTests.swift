// From claims to a caller, and from a caller to a specialisation.
import Testing

@testable import Machine

@Suite struct IdentificationTests {
    private func claims(_ subject: String, issuer: String = "cluster", _ more: [String: ClaimValue] = [:]) -> VerifiedClaims {
        var values = more
        values["sub"] = .string(subject)
        return VerifiedClaims(issuer: issuer, subject: subject, values: values, proof: .bearer)
    }

    private func draft() -> ProgramDraft {
        var draft = ProgramDraft.basic()
        draft.issuer("staff", claims: [("sub", .string)])
        draft.identity("twin_a", subject: "twin")
        draft.identity("twin_b", subject: "twin")
        draft.identity("human", issuer: 1, subject: "job")
        draft.group("bots", members: [0, 1])
        let level = draft.claim("level", .integer)
        let five = draft.integer(5)
        let senior = draft.code([
            Instruction(.loadClaim, a: 0, c: level), Instruction(.loadInteger, a: 1, c: five),
            Instruction(.testLess, a: 1, b: 0, c: 1), Instruction(.accept), Instruction(.reject),
        ])
        draft.program.groups.append(
            GroupRecord(name: draft.symbol("a_senior"), members: [], issuer: 0, condition: senior, place: ProgramDraft.place))
        return draft
    }

    @Test func oneNoneOrMany() throws {
        let program = try draft().load()
        #expect(program.identify(claims("nobody")) == .nobody)
        #expect(program.identify(claims("job", issuer: "elsewhere")) == .nobody)
        #expect(program.identify(claims("twin")) == .ambiguous(["twin_a", "twin_b"]))
        let job = claims("job")
        #expect(program.identify(job) == .caller(Caller(identity: "job", groups: ["bots"], possibleGroups: ["a_senior"], claims: job)))
        let human = claims("job", issuer: "staff")
        #expect(program.identify(human) == .caller(Caller(identity: "human", groups: [], claims: human)))
    }

    @Test func conditionalGroupsOfTheSameIssuer() throws {
        let program = try draft().load()
        func groups(_ claims: VerifiedClaims) -> [String]? {
            guard case .caller(let caller) = program.identify(claims) else { return nil }
            return caller.groups
        }
        #expect(groups(claims("job", ["level": .integer(6)])) == ["a_senior", "bots"])
        #expect(groups(claims("job", ["level": .integer(5)])) == ["bots"])
        // A value of another type than declared is no value; nor is a claim that this issuer does not declare.
        #expect(groups(claims("job", ["level": .string("6")])) == ["bots"])
        #expect(groups(claims("job", issuer: "staff", ["level": .integer(6)])) == [])
    }

    /// Who lacks the claim may be in the group: what forbids or bounds is about it, what permits is not.
    @Test func possibleMembersAreForbiddenAndNotPermitted() throws {
        var draft = draft()
        let seniors = UInt32(draft.program.groups.count - 1)
        func rule(_ effect: Effect, _ name: String, _ change: (inout WhoRecord) -> Void) {
            draft.rule(effect, name) { rule in
                rule.who = WhoRecord(everyone: false)
                change(&rule.who)
            }
        }
        rule(.allow, "reads") { $0.groups = [seniors] }
        rule(.allow, "reads_but") { ($0.everyone, $0.exceptGroups) = (true, [seniors]) }
        rule(.deny, "no") { $0.groups = [seniors] }
        rule(.deny, "no_but") { ($0.everyone, $0.exceptGroups) = (true, [seniors]) }
        let program = try draft.load()
        func clauses(_ more: [String: ClaimValue]) throws -> [String] {
            guard case .caller(let caller) = program.identify(claims("job", more)),
                let made = program.specialise(for: caller, resource: "db")
            else { throw Bench.Missing() }
            return (0..<made.clauses.count).map { program.ruleName(Int(made.clauses[$0].rule)) }
        }
        #expect(try clauses(["level": .integer(9)]) == ["no", "reads"])
        #expect(try clauses(["level": .integer(1)]) == ["no_but", "reads_but"])
        #expect(try clauses([:]) == ["no", "no_but"])
    }

    /// An identity that asks for a claim that is lacking may be meant as well: then there is no caller.
    @Test func anIdentityThatMayBeMeantIsNoBody() throws {
        var draft = draft()
        let level = draft.claim("level", .integer)
        let nine = draft.integer(9)
        let chief = draft.code([
            Instruction(.loadClaim, a: 0, c: level), Instruction(.loadInteger, a: 1, c: nine),
            Instruction(.testLess, a: 1, b: 0, c: 1), Instruction(.accept), Instruction(.reject),
        ])
        draft.program.identities.append(
            IdentityRecord(name: draft.symbol("chief"), issuer: 0, condition: chief, place: ProgramDraft.place))
        let program = try draft.load()
        #expect(program.identify(claims("job")) == .unsure("job", perhaps: ["chief"]))
        #expect(program.identify(claims("nobody")) == .nobody)
        #expect(program.identify(claims("job", ["level": .integer(10)])) == .ambiguous(["job", "chief"]))
        guard case .caller(let caller) = program.identify(claims("job", ["level": .integer(7)])) else { throw Bench.Missing() }
        #expect(caller.identity == "job" && caller.possibleGroups.isEmpty)
    }

    /// Whoever may be two identities has no say in an approval, as whoever is two has none.
    @Test func whoMayBeTwoAgreesToNothing() throws {
        var draft = draft()
        let level = draft.claim("level", .integer)
        for (name, least) in [("chief", Int64(9)), ("head", 7)] {
            let number = draft.integer(least)
            let more = draft.code([
                Instruction(.loadClaim, a: 0, c: level), Instruction(.loadInteger, a: 1, c: number),
                Instruction(.testLess, a: 1, b: 0, c: 1), Instruction(.accept), Instruction(.reject),
            ])
            draft.program.identities.append(IdentityRecord(name: draft.symbol(name), issuer: 0, condition: more, place: ProgramDraft.place))
        }
        let boss = draft.claimIs(draft.claim("sub", .string), "boss")
        draft.program.groups.append(
            GroupRecord(name: draft.symbol("bosses"), members: [], issuer: 0, condition: boss, place: ProgramDraft.place))
        let bosses = UInt32(draft.program.groups.count - 1)
        let rule = draft.rule(.approve, "asks") { $0.approval = ApprovalRecord(groups: [bosses]) }
        let program = try draft.load()
        func mayAgree(_ subject: String, _ more: [String: ClaimValue]) -> Bool { program.mayAgree(claims(subject, more), to: rule) }
        #expect(mayAgree("boss", ["level": .integer(1)]))
        #expect(mayAgree("boss", ["level": .integer(8)]))
        #expect(!mayAgree("boss", ["level": .integer(10)]))
        #expect(!mayAgree("boss", [:]))
        #expect(!mayAgree("clerk", ["level": .integer(1)]))
    }

    @Test func specialisationsAreSharedByIdentityGroupsAndResource() throws {
        let program = try draft().load()
        func caller(_ more: [String: ClaimValue]) throws -> Caller {
            guard case .caller(let caller) = program.identify(claims("job", more)) else { throw Bench.Missing() }
            return caller
        }
        let plain = try caller(["team": .string("a")])
        let other = try caller(["team": .string("b")])
        let senior = try caller(["level": .integer(9)])
        let first = program.specialise(for: plain, resource: "db")
        #expect(first != nil)
        #expect(first === program.specialise(for: other, resource: "db"))
        #expect(first !== program.specialise(for: senior, resource: "db"))
        #expect(program.specialise(for: plain, resource: "elsewhere") == nil)
        let stranger = Caller(identity: "job", groups: ["gone"], claims: plain.claims)
        #expect(program.specialise(for: stranger, resource: "db") == nil)
        let impostor = Caller(identity: "job", groups: [], claims: claims("job", issuer: "staff"))
        #expect(program.specialise(for: impostor, resource: "db") == nil)
    }

    @Test func specialisationsAreMadeFromManyThreads() async throws {
        let program = try draft().load()
        guard case .caller(let caller) = program.identify(claims("job")) else { throw Bench.Missing() }
        let made = await withTaskGroup(of: Specialisation?.self) { group in
            for _ in 0..<64 { group.addTask { program.specialise(for: caller, resource: "db") } }
            var made: [Specialisation?] = []
            for await one in group { made.append(one) }
            return made
        }
        #expect(Set(made.map { $0.map(ObjectIdentifier.init) }).count == 1 && made.first != nil)
    }

    /// A program and its specialisations do not keep each other alive.
    @Test func aReplacedProgramGoesAway() throws {
        weak var watched: VerifiedProgram?
        weak var specialised: Specialisation?
        try {
            let program = try draft().load()
            watched = program
            guard case .caller(let caller) = program.identify(claims("job")) else { throw Bench.Missing() }
            specialised = program.specialise(for: caller, resource: "db")
            #expect(specialised != nil)
        }()
        #expect(watched == nil && specialised == nil)
    }

    @Test func placeOfARule() throws {
        var draft = ProgramDraft.basic()
        draft.rule(.allow, "first")
        #expect(
            try draft.load().place(of: 0)
                == RulePlace(path: "policies/test.postern", line: 3, column: 1, lineText: "allow first {"))
    }

    @Test func firstSeenIsAskedForOnlyWhereARuleDoes() throws {
        var draft = ProgramDraft.basic()
        let condition = draft.code([
            Instruction(.loadFact, a: 0, b: Fact.statementFirstSeen.rawValue), Instruction(.testTrue, a: 0, c: 1),
            Instruction(.accept), Instruction(.reject),
        ])
        draft.resource("other", path: ["public"])
        draft.rule(.deny, "news", condition: condition) { $0.on = [1] }
        let db = try Bench(draft)
        #expect(db.verified.usesFirstSeen && !db.machine.specialisation.usesFirstSeen)
        #expect(try Bench(draft, resource: "other").machine.specialisation.usesFirstSeen)
    }
}
