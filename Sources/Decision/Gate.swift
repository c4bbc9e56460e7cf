// The one decision path: every message of every protocol, test and replay is decided by `Gate.consider`.

import Inspect
import Machine
import Mask

/// Decides for one session. Not `Sendable`: it lives on its session's event loop. Warm, it allocates nothing for a message that passes.
public final class Gate {
    /// Longest message that is inspected, in bytes; a longer one is refused.
    public static let messageLimit = 16 << 20

    public let names: SessionNames
    public let caller: Caller
    public let resource: String
    public private(set) var policy: VerifiedProgram

    private let secrets: MaskSecrets
    private let memory: FirstSeen
    private let facts: SessionFacts
    private let inspector: SQLInspector
    private let searchPath: [String]
    private let schema: KnownSchema?
    private let inspection = Inspection()
    private let expanded = Inspection()
    private var machine: VirtualMachine
    private var masks: MaskSelection
    private var limits: LimitSelection
    private let ledger: LimitLedger?
    private var slots: [SessionSlot] = []
    private var seen = ArenaBuffer<Ternary>(capacity: 4)
    private var judged: Inspection
    /// The prepared statement that the message considered last runs as it stands; nil for every other message.
    public private(set) var lastPrepared: PreparedStatement?
    /// The text that the judged statements are ranges of; empty where they come from several texts. Read while considering only.
    private var text = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Of the path that the inspector looks names up along.
    private var pathVersion = 0
    /// How the message considered is read.
    private var lexical = LexicalState()

    /// nil when the caller's identity or the resource is not in the policy.
    /// - Parameter ledger: counts requests and sessions; without one, rates and `concurrent` limits are not applied.
    public init?(
        policy: VerifiedProgram, caller: Caller, resource: String, facts: SessionFacts, secrets: MaskSecrets,
        memory: FirstSeen, ledger: LimitLedger? = nil
    ) {
        guard let specialisation = policy.specialise(for: caller, resource: resource),
            let searchPath = policy.searchPath(of: resource)
        else { return nil }
        self.policy = policy
        self.caller = caller
        self.resource = resource
        self.facts = facts
        self.secrets = secrets
        self.memory = memory
        self.searchPath = searchPath
        names = SessionNames(searchPath: searchPath)
        schema = KnownSchema.of(resource: resource, in: policy)
        inspector = SQLInspector(searchPath: searchPath, schema: schema)
        machine = VirtualMachine(specialisation, session: facts)
        masks = MaskSelection(policy: policy, searchPath: searchPath, secrets: secrets)
        limits = LimitSelection(policy: policy, caller: caller, resource: resource, ledger: ledger)
        self.ledger = ledger
        judged = inspection
    }

    /// Goes over to another policy. False when the caller's identity or the resource is not in it any more, or the claims now make
    /// another identity: the session must end.
    public func adopt(_ policy: VerifiedProgram) -> Bool {
        guard case .caller(let again) = policy.identify(caller.claims), again.identity == caller.identity,
            let specialisation = policy.specialise(for: again, resource: resource),
            let searchPath = policy.searchPath(of: resource)
        else { return false }
        // What is prepared was taken apart under these.
        guard searchPath == self.searchPath, isSchema(KnownSchema.of(resource: resource, in: policy)) else { return false }
        var moved = facts
        moved.caller = again
        self.policy = policy
        machine = VirtualMachine(specialisation, session: moved)
        masks = MaskSelection(policy: policy, searchPath: searchPath, secrets: secrets)
        limits = LimitSelection(policy: policy, caller: again, resource: resource, ledger: ledger)
        return true
    }

    private func isSchema(_ other: KnownSchema?) -> Bool {
        guard let schema, let other else { return schema == nil && other == nil }
        return schema.isSame(as: other)
    }

    /// Decides one message. Nothing else does.
    public func consider(_ message: Message, at circumstances: Circumstances) -> Outcome {
        text = UnsafeRawBufferPointer(start: nil, count: 0)
        defer { text = UnsafeRawBufferPointer(start: nil, count: 0) }
        lexical = circumstances.lexical
        lastPrepared = nil
        switch message {
        case .query(let text):
            guard text.count <= Self.messageLimit else { return tooLong(text.count) }
            self.text = text
            followPath(circumstances)
            inspector.inspect(text, lexical: circumstances.lexical, into: inspection)
            return judge(inspection, circumstances, preparing: nil)
        case .parse(let name, let text):
            guard text.count <= Self.messageLimit else { return tooLong(text.count) }
            guard !names.isFull else { return invalid("this session holds \(SessionNames.limit) prepared names: close some first") }
            self.text = text
            followPath(circumstances)
            inspector.inspect(text, lexical: circumstances.lexical, into: inspection)
            return judge(inspection, circumstances, preparing: name)
        case .execute(let portal):
            lookUpAlongPath()
            return judge(portal: portal, circumstances)
        case .functionCall(let schema, let name):
            inspection.clear()
            var access = Access(verb: .call, objectClass: .function, statement: 0)
            access.schema = inspection.intern(schema)
            access.name = inspection.intern(name)
            inspection.append(access)
            var statement = Statement()
            if name == "set_config", schema == "pg_catalog" {
                // Its arguments are not read here: it may set anything.
                var setting = Access(verb: .unknown, objectClass: .any, statement: 0)
                setting.name = inspection.intern("setting not constant")
                inspection.append(setting)
                statement.pathChange = .unknown
                statement.mayChangeLexicalState = true
            }
            statement.kind = inspection.intern("call")
            statement.accessCount = UInt32(inspection.accesses.count)
            inspection.append(statement)
            return judge(inspection, circumstances, preparing: nil)
        }
    }

    /// What the message considered last does: its statements in order, an EXECUTE or FETCH with what it runs.
    public var lastInspection: Inspection { judged }

    /// Names of the mask rules behind a `DecisionRecord.masks` that this gate has made since its policy was adopted.
    public func maskRuleNames(_ digest: UInt64) -> [String] { masks.ruleNames(digest) }

    /// What `consider` would decide of a query, and why: for each access every rule whose verbs and objects match. Allocates; for
    /// people. Changes no names and remembers nothing.
    public func explain(_ query: UnsafeRawBufferPointer, at circumstances: Circumstances) -> [AccessExplanation] {
        look(at: query, circumstances)
        defer { text = UnsafeRawBufferPointer(start: nil, count: 0) }
        return machine.explain(inspection, request(inspection, circumstances))
    }

    /// What a query tries of every rule, before `consider`: for the coverage of tests. As `explain` it changes nothing; a message that
    /// runs what was prepared before tries nothing here.
    public func exercise(_ query: UnsafeRawBufferPointer, at circumstances: Circumstances) -> Set<RuleExercise> {
        guard query.count <= Self.messageLimit else { return [] }
        look(at: query, circumstances)
        defer { text = UnsafeRawBufferPointer(start: nil, count: 0) }
        guard !NameExpansion.isNeeded(inspection) else { return [] }
        return machine.exercise(inspection, request(inspection, circumstances))
    }

    /// Takes a query apart for people; nothing is decided.
    private func look(at query: UnsafeRawBufferPointer, _ circumstances: Circumstances) {
        text = query
        lookUpAlongPath()
        inspector.inspect(query, lexical: circumstances.lexical, into: inspection)
        judged = inspection
    }

    // MARK: - Judging

    private var preparedReader: PreparedReader { PreparedReader(inspector: inspector, lexical: lexical) }

    /// Text is read along the path that its session has now.
    private func followPath(_ circumstances: Circumstances) {
        names.path.settleBefore(inTransaction: circumstances.inTransaction)
        lookUpAlongPath()
    }

    private func lookUpAlongPath() {
        guard pathVersion != names.path.version else { return }
        pathVersion = names.path.version
        inspector.path = names.path.inForce
    }

    private func judge(portal: String, _ circumstances: Circumstances) -> Outcome {
        let candidates = preparedReader.current(names.portal(portal))
        if candidates.count == 1, !NameExpansion.isNeeded(candidates[0].inspection) {
            let prepared = candidates[0]
            text = prepared.text.bytes
            lastPrepared = prepared
            return decide(prepared.inspection, circumstances, ticket: pathTicket(prepared.inspection, circumstances))
        }
        inspection.clear()
        if candidates.isEmpty {
            NameExpansion.appendUnknownName(to: inspection)
        } else {
            for candidate in candidates { inspection.append(contentsOf: candidate.inspection) }
        }
        return judge(inspection, circumstances, preparing: nil, alternatives: candidates.count > 1)
    }

    /// Opens EXECUTE and FETCH, collects what the message will do to names, and decides.
    private func judge(
        _ found: Inspection, _ circumstances: Circumstances, preparing name: String?, alternatives: Bool = false
    ) -> Outcome {
        if let name {
            var ticket = NameTicket()
            let prepared = PreparedStatement(found.copy(), text: text, lexical: lexical, namesNumber: inspector.namesNumber)
            ticket.changes.append((0, .prepare(name, prepared)))
            let needed = NameExpansion.isNeeded(found)
            // A Parse only prepares: the names its statement would change are changed when it is executed.
            if needed { _ = NameExpansion.expand(found, names: names, text: &text, into: expanded, reader: preparedReader) }
            return decide(needed ? expanded : found, circumstances, ticket: ticket, isPreparing: true)
        }
        guard NameExpansion.isNeeded(found) else {
            return decide(found, circumstances, ticket: pathTicket(found, circumstances, alternatives))
        }
        var ticket = NameExpansion.expand(found, names: names, text: &text, into: expanded, reader: preparedReader)
        guard ticket.isEmpty || !names.isFull else {
            return invalid("this session holds \(SessionNames.limit) prepared names: close some first")
        }
        // What EXECUTE runs may change the path as well.
        addPathSteps(of: expanded, to: &ticket, circumstances, alternatives)
        return decide(expanded, circumstances, ticket: ticket.isEmpty ? nil : ticket)
    }

    /// A ticket for what a message without names does to the search path; nil for most.
    private func pathTicket(_ found: Inspection, _ circumstances: Circumstances, _ alternatives: Bool = false) -> NameTicket? {
        guard names.followsPath(of: found) else { return nil }
        var ticket = NameTicket()
        addPathSteps(of: found, to: &ticket, circumstances, alternatives)
        return ticket.isEmpty ? nil : ticket
    }

    /// - Parameter alternatives: only one of the statements is run.
    private func addPathSteps(
        of found: Inspection, to ticket: inout NameTicket, _ circumstances: Circumstances, _ alternatives: Bool
    ) {
        ticket.pathSteps = NameExpansion.pathSteps(found, names.path)
        ticket.statements = found.statements.count
        ticket.inTransaction = circumstances.inTransaction
        guard alternatives else { return }
        ticket.statements = 1
        if !ticket.pathSteps.isEmpty { ticket.pathSteps = [(0, .unknown)] }
    }

    private func decide(
        _ found: Inspection, _ circumstances: Circumstances, ticket: NameTicket?, isPreparing: Bool = false
    ) -> Outcome {
        judged = found
        let verdict = machine.decide(found, request(found, circumstances))
        var record = DecisionRecord(
            effect: DecisionRecord.Effect(verdict.outcome), rule: verdict.rule, revision: policy.revision)
        if found.statements.count > 0 { record.fingerprint = found.statements[0].fingerprint ?? 0 }
        guard record.effect == .allow else {
            return .refuse(refusal(record, verdict, found, circumstances))
        }
        guard let selected = masks.select(machine.maskWords) else {
            return invalid("the masks in force cannot be carried out; ask the owners of this policy to check it")
        }
        record.masks = selected.digest
        if let plan = selected.plan, lastPrepared?.passedGuard !== plan {
            if let misuse = MaskGuard.misuse(of: selected, in: found) {
                record.effect = .guarded
                return .refuse(Refusal(guarded: misuse, record, found))
            }
            lastPrepared?.passedGuard = plan
        }
        // What is prepared is charged and bounded when it is executed.
        var (bounds, charge): (StatementLimits?, LimitCharge?)
        if machine.limitingRules.count > 0, !isPreparing {
            bounds = limits.select(machine.limitingRules, at: circumstances.moment)
            switch limits.charge(Int64(max(found.statements.count, 1)), at: circumstances.moment, slots: &slots) {
            case .success(let charged): charge = charged
            case .failure(let reached): return .refuse(Refusal(limited: reached, record, found, policy))
            }
        }
        remember(found)
        noteTemporaryTables(found)
        inspector.noteChanges(of: found)
        if let ticket { names.expect(ticket) }
        return .forward(ForwardPermit(decision: record, masks: selected.plan, ticket: ticket, limits: bounds, charge: charge))
    }

    /// The message of a permit was not sent after all: nothing of it happened, and nothing is counted.
    public func withdraw(_ permit: borrowing ForwardPermit) {
        if let ticket = permit.ticket { names.withdraw(ticket) }
        permit.charge?.refund()
    }

    private func request(_ found: Inspection, _ circumstances: Circumstances) -> RequestFacts {
        seen.removeAll()
        if policy.usesFirstSeen {
            for i in 0..<found.statements.count {
                guard let fingerprint = found.statements[i].fingerprint else {
                    seen.append(.unknown)
                    continue
                }
                seen.append(Ternary(memory.isNew(fingerprint, for: caller.identity)))
            }
        }
        return RequestFacts(
            moment: circumstances.moment, inTransaction: circumstances.inTransaction, firstSeen: seen.buffer, message: text)
    }

    private func remember(_ found: Inspection) {
        guard policy.usesFirstSeen else { return }
        for statement in found.statements.buffer {
            if let fingerprint = statement.fingerprint { memory.remember(fingerprint, for: caller.identity) }
        }
    }

    /// A temporary table shadows a real name from now on: the inspector must consider both.
    private func noteTemporaryTables(_ found: Inspection) {
        for access in found.accesses.buffer where access.verb == .create && access.objectClass != .function {
            if found.bytes(access.schema).elementsEqual("pg_temp".utf8) {
                let name = found.string(access.name)
                if !inspector.temporaryTables.contains(name) { inspector.temporaryTables.insert(name) }
            }
        }
    }

    // MARK: - Refusing

    private func refusal(
        _ record: DecisionRecord, _ verdict: Verdict, _ found: Inspection, _ circumstances: Circumstances
    ) -> Refusal {
        let explanations = machine.explain(found, request(found, circumstances))
        return Refusal(record, verdict, found, policy: policy, caller: caller, resource: resource, explanations)
    }

    private func tooLong(_ count: Int) -> Outcome {
        invalid("a message of \(count) bytes is longer than the \(Self.messageLimit) bytes that are inspected")
    }

    private func invalid(_ message: String) -> Outcome {
        inspection.clear()
        judged = inspection
        return .refuse(
            Refusal(decision: DecisionRecord(effect: .invalid, rule: -1, revision: policy.revision), message: message))
    }
}

extension VerifiedProgram {
    /// The schemas that unqualified names of a resource are looked up in; nil when there is no such resource.
    func searchPath(of resource: String) -> [String]? {
        program.resources.first { text($0.name) == resource }.map { $0.searchPath.map(text) }
    }
}
