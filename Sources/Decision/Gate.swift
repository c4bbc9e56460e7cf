// The one decision path: every message of every protocol, test and replay is decided by `Gate.consider`.

import Inspect
import Machine
import Mask

/// Decides for one session. Not `Sendable`: it lives on its session's event loop. Warm, it allocates nothing for a message that passes.
public final class Gate {
    /// Longest message that is inspected, in bytes; a longer one is refused.
    public static let messageLimit = 16 << 20

    public let names: SessionNames
    public private(set) var caller: Caller
    public let resource: String
    public private(set) var policy: VerifiedProgram

    private let secrets: MaskSecrets
    private let memory: FirstSeen
    private let facts: SessionFacts
    private var inspector: SQLInspector
    /// Other sessions of the user read with it too: it must go on meaning what it means.
    private var sharesInspector: Bool
    private let searchPath: [String]
    private let schema: KnownSchema?
    private let room: DecisionRoom
    /// Of the room when this session used it last; 0 where it never did.
    private var turn = 0
    var inspection: Inspection { room.inspection }
    private var expanded: Inspection { room.expanded }
    private(set) var machine: VirtualMachine
    private var masks: MaskSelection
    private var known = KnownDecisions()
    private var prepared = PreparedMemory()
    private var limits: LimitSelection
    private let ledger: LimitLedger?
    var approvals: ApprovalJudge
    /// Whether an approve may ask about anything of this session.
    public private(set) var mayHold: Bool
    private var allowsAnything: Bool
    private var heard = HeardChannels()
    /// What the message considered is answered with; none between messages.
    private(set) var answers = ApprovalAnswers.none
    /// The statements behind the portal that the message considered runs.
    private var portalStatements: [PreparedStatement] = []
    private var hasDecided = false
    private var isHeld = false
    private var slots: [SessionSlot] = []
    private var seen = ArenaBuffer<Ternary>(capacity: 4)
    private var judged: Inspection
    /// The prepared statement that the message considered last runs as it stands; nil for every other message.
    public private(set) var lastPrepared: PreparedStatement?
    /// What it may run instead, where that is not certain.
    private(set) var lastCandidates: [PreparedStatement] = []
    /// The text that the judged statements are ranges of; empty where they come from several texts. Read while considering only.
    private var text = UnsafeRawBufferPointer(start: nil, count: 0)
    /// Of the path that the inspector looks names up along.
    private var pathVersion = 0
    /// How the message considered is read.
    private var lexical = LexicalState()

    /// nil when the caller's identity or the resource is not in the policy.
    /// - Parameters:
    ///   - ledger: counts requests and sessions; without one, rates and `concurrent` limits are not applied.
    ///   - approvals: remembers approvals that hold for a while; without one they hold for their own message.
    ///   - shelf: of the event loop; without one the session shares nothing.
    public init?(
        policy: VerifiedProgram, caller: Caller, resource: String, facts: SessionFacts, secrets: MaskSecrets,
        memory: FirstSeen, ledger: LimitLedger? = nil, approvals: ApprovalLedger? = nil, shelf: GateShelf? = nil
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
        inspector =
            shelf?.inspector(for: caller, searchPath: searchPath, schema: schema)
            ?? SQLInspector(searchPath: searchPath, schema: schema)
        sharesInspector = shelf != nil
        room = shelf?.room ?? DecisionRoom()
        machine = VirtualMachine(specialisation, session: facts, room: room.machine)
        masks = MaskSelection(policy: policy, searchPath: searchPath, secrets: secrets)
        limits = LimitSelection(policy: policy, caller: caller, resource: resource, ledger: ledger)
        self.ledger = ledger
        self.approvals = ApprovalJudge(policy: policy, caller: caller, resource: resource, ledger: approvals)
        mayHold = specialisation.mayHold
        allowsAnything = specialisation.allowsAnything
        tellsChannels = !policy.channels.isEmpty
        judged = room.inspection
    }

    /// Goes over to another policy, or stays under the old one where the session has to end.
    public func adopt(_ policy: VerifiedProgram, at moment: Moment) -> Adoption {
        guard case .caller(let again) = policy.identify(caller.claims), again.identity == caller.identity,
            let specialisation = policy.specialise(for: again, resource: resource),
            let searchPath = policy.searchPath(of: resource)
        else { return .unknown }
        guard specialisation.allowsAnything || !allowsAnything else { return .powerless }
        var moved = facts
        moved.caller = again
        let machine = VirtualMachine(specialisation, session: moved, room: room.machine)
        takeTurn()
        if let channel = machine.refusedChannel(of: heard, inspection, at: moment) { return .deaf(channel: channel) }
        // What is prepared was taken apart under these.
        guard searchPath == self.searchPath, isSchema(KnownSchema.of(resource: resource, in: policy)) else { return .renamed }
        self.policy = policy
        caller = again
        self.machine = machine
        masks = MaskSelection(policy: policy, searchPath: searchPath, secrets: secrets)
        known.removeAll()
        limits = LimitSelection(policy: policy, caller: again, resource: resource, ledger: ledger)
        approvals = approvals.under(policy, caller: again)
        mayHold = specialisation.mayHold
        allowsAnything = specialisation.allowsAnything
        tellsChannels = !policy.channels.isEmpty
        return .adopted
    }

    private func isSchema(_ other: KnownSchema?) -> Bool {
        guard let schema, let other else { return schema == nil && other == nil }
        return schema.isSame(as: other)
    }

    /// Decides one message. Nothing else does.
    /// - Parameter agreement: for `.execute`, what people agreed to when its portal was bound.
    public func consider(
        _ message: Message, at circumstances: Circumstances, under agreement: PortalAgreement? = nil
    ) -> Outcome {
        consider(message, circumstances, agreement)
    }

    /// Decides a message that was held again, with what people have said until now: under the policy in force, at the time it is now. What
    /// was not said about this very message is not heard.
    public func resolve(
        _ held: borrowing HeldMessage, _ message: Message, with given: [ApprovalAnswer], at circumstances: Circumstances
    ) -> Outcome {
        answers = ApprovalAnswers(kind: .given(held.mark == message.mark ? given : []), asked: held.request.asked)
        defer { answers = .none }
        return consider(message, circumstances, nil)
    }

    /// What would happen to a message that was held if everybody who is asked agreed. For tests and replays, which send nothing.
    public func suppose(_ held: borrowing HeldMessage, _ message: Message, at circumstances: Circumstances) -> Outcome {
        answers = ApprovalAnswers(kind: .supposed, asked: held.request.asked)
        defer { answers = .none }
        return consider(message, circumstances, nil)
    }

    private func consider(_ message: Message, _ circumstances: Circumstances, _ agreement: PortalAgreement?) -> Outcome {
        isHeld = false
        let outcome = outcome(of: message, circumstances, agreement)
        // What passes is not moved once more.
        guard isHeld else { return outcome }
        switch consume outcome {
        case .forward(let permit): return .forward(permit)
        case .refuse(let refusal): return .refuse(refusal)
        case .hold(let held): return .hold(HeldMessage(request: held.request, mark: message.mark))
        }
    }

    private func outcome(of message: Message, _ circumstances: Circumstances, _ agreement: PortalAgreement?) -> Outcome {
        takeTurn()
        if !portalStatements.isEmpty { portalStatements = [] }
        text = UnsafeRawBufferPointer(start: nil, count: 0)
        defer { text = UnsafeRawBufferPointer(start: nil, count: 0) }
        lexical = circumstances.lexical
        lastPrepared = nil
        if !lastCandidates.isEmpty { lastCandidates = [] }
        switch message {
        case .query(let text):
            guard text.count <= Self.messageLimit else { return tooLong(text.count) }
            self.text = text
            followPath(circumstances)
            inspector.inspect(text, lexical: circumstances.lexical, into: inspection)
            return judge(inspection, circumstances, preparing: nil)
        case .parse(let name, let text):
            guard text.count <= Self.messageLimit else { return tooLong(text.count) }
            guard !names.isFull else { return invalid("this session holds \(names.count) prepared names, which is too much: close some first") }
            self.text = text
            followPath(circumstances)
            inspector.inspect(text, lexical: circumstances.lexical, into: inspection)
            return judge(inspection, circumstances, preparing: name)
        case .bind(let statements):
            lookUpAlongPath()
            portalStatements = statements
            return judge(candidates: statements, circumstances, .bind)
        case .execute(let portal):
            lookUpAlongPath()
            let statements = names.portal(portal)
            if let agreement, agreement.statements.elementsEqual(statements, by: ===) {
                answers = ApprovalAnswers(kind: .given(agreement.answers), asked: agreement.asked, isOwn: false)
            }
            defer { answers = .none }
            return judge(candidates: statements, circumstances, .run)
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

    private func takeTurn() {
        turn = room.begin()
        hasDecided = false
    }

    /// What the message considered last does: its statements in order, an EXECUTE or FETCH with what it runs. Must be asked before another
    /// session of the shelf considers anything.
    public var lastInspection: Inspection {
        precondition(turn == room.turn)
        return judged
    }

    /// Rules that only observe and would have acted on the message considered last; none when it was not decided by rules, or when another
    /// session of the shelf has considered something since.
    public var lastObserved: UnsafeBufferPointer<UInt32> {
        hasDecided && turn == room.turn ? machine.observedRules.buffer : UnsafeBufferPointer(start: nil, count: 0)
    }

    func maskRules(_ digest: UInt64) -> [Int] { masks.rules(digest) }
    /// Whether any rule tells anybody.
    public private(set) var tellsChannels: Bool

    func watching(_ found: Inspection, _ request: RequestFacts) -> [Int] { machine.watch(found, request) }

    /// Names of the mask rules behind a `DecisionRecord.masks` that this gate has made since its policy was adopted.
    public func maskRuleNames(_ digest: UInt64) -> [String] { masks.ruleNames(digest) }

    /// Takes a query apart for people; nothing is decided. Its text is borrowed while `body` runs.
    func look<Result>(at query: UnsafeRawBufferPointer, _ circumstances: Circumstances, _ body: (RequestFacts) -> Result) -> Result {
        takeTurn()
        text = query
        defer { text = UnsafeRawBufferPointer(start: nil, count: 0) }
        lookUpAlongPath()
        inspector.inspect(query, lexical: circumstances.lexical, into: inspection)
        judged = inspection
        return body(request(inspection, circumstances))
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
        readAlone()
        inspector.path = names.path.inForce
    }

    /// From here on names mean something else to this session than when it began.
    private func readAlone() {
        guard sharesInspector else { return }
        sharesInspector = false
        inspector = SQLInspector(searchPath: searchPath, schema: schema)
    }

    private func judge(candidates: [PreparedStatement], _ circumstances: Circumstances, _ step: Step) -> Outcome {
        let candidates = preparedReader.current(candidates)
        if candidates.count == 1, !NameExpansion.isNeeded(candidates[0].inspection) {
            let prepared = candidates[0]
            text = prepared.text.bytes
            lastPrepared = prepared
            let ticket = step == .bind ? nil : pathTicket(prepared.inspection, circumstances)
            return decide(prepared.inspection, circumstances, ticket: ticket, step)
        }
        // What is run in the end may be something else by the time it is: what was agreed to for the portal does not hold.
        if !answers.isOwn { answers = .none }
        lastCandidates = candidates
        inspection.clear()
        if candidates.isEmpty {
            NameExpansion.appendUnknownName(to: inspection)
        } else {
            for candidate in candidates { inspection.append(contentsOf: candidate.inspection) }
        }
        return judge(inspection, circumstances, preparing: nil, alternatives: candidates.count > 1, step)
    }

    /// Opens EXECUTE and FETCH, collects what the message will do to names, and decides.
    private func judge(
        _ found: Inspection, _ circumstances: Circumstances, preparing name: String?, alternatives: Bool = false,
        _ step: Step = .run
    ) -> Outcome {
        if let name {
            // Where people may be asked every one is a statement of its own, as they agree to one.
            if name.isEmpty, !mayHold, names.isUnnamed(found, text, lexical, namesNumber: inspector.namesNumber) {
                return decide(found, circumstances, ticket: nil, .prepare)
            }
            var ticket = NameTicket()
            let prepared = prepared.statement(found, text, lexical, namesNumber: inspector.namesNumber, held: names.held)
            ticket.changes.append((0, .prepare(name, prepared)))
            let needed = NameExpansion.isNeeded(found)
            // A Parse only prepares: the names its statement would change are changed when it is executed.
            if needed { _ = NameExpansion.expand(found, names: names, text: &text, into: expanded, reader: preparedReader) }
            return decide(needed ? expanded : found, circumstances, ticket: ticket, .prepare)
        }
        guard NameExpansion.isNeeded(found) else {
            return decide(found, circumstances, ticket: step == .bind ? nil : pathTicket(found, circumstances, alternatives), step)
        }
        var ticket = NameExpansion.expand(found, names: names, text: &text, into: expanded, reader: preparedReader)
        guard ticket.isEmpty || !names.isFull else {
            return invalid("this session holds \(names.count) prepared names, which is too much: close some first")
        }
        // What EXECUTE runs may change the path as well.
        addPathSteps(of: expanded, to: &ticket, circumstances, alternatives)
        return decide(expanded, circumstances, ticket: ticket.isEmpty || step == .bind ? nil : ticket, step)
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
        _ found: Inspection, _ circumstances: Circumstances, ticket: NameTicket?, _ step: Step
    ) -> Outcome {
        judged = found
        if step != .bind, let known = known.find(found.origin), let selected = masks.selection(known.selection) {
            return forwardAgain(known, selected, found, ticket)
        }
        let request = request(found, circumstances)
        let verdict = machine.decide(found, request)
        hasDecided = true
        var record = DecisionRecord(
            effect: DecisionRecord.Effect(verdict.outcome), rule: verdict.rule, revision: policy.revision)
        if found.statements.count > 0 { record.fingerprint = found.statements[0].fingerprint ?? 0 }
        guard verdict.outcome == .allowed || verdict.outcome == .approval else {
            return .refuse(refusal(record, verdict, found, circumstances))
        }
        guard let selected = masks.select(machine.maskWords) else {
            return invalid("the masks in force cannot be carried out; ask the owners of this policy to check it")
        }
        record.masks = selected.digest
        if let misuse = MaskGuard.misuse(of: selected, in: found) {
            record.effect = .guarded
            return .refuse(Refusal(guarded: misuse, record, found))
        }
        if verdict.outcome == .approval {
            if let unsettled = settleApprovals(&record, found, circumstances, step) {
                isHeld = true
                return unsettled.outcome()
            }
        }
        if step == .bind { return .forward(bindPermit(record)) }
        // What is prepared is charged and bounded when it is executed.
        var (bounds, charge): (StatementLimits?, LimitCharge?)
        if machine.limitingRules.count > 0, step == .run {
            bounds = limits.select(machine.limitingRules, at: circumstances.moment)
            switch limits.charge(Int64(max(found.statements.count, 1)), at: circumstances.moment, slots: &slots) {
            case .success(let charged): charge = charged
            case .failure(let reached): return .refuse(Refusal(limited: reached, record, found, policy))
            }
        }
        // What waits for people is new until it runs.
        if step == .run || verdict.outcome == .allowed { remember(found) }
        // A Parse listens to nothing yet.
        if step == .run { heard.note(found, isAgreed: record.effect == .approved) }
        noteTemporaryTables(found)
        if schema != nil, SQLInspector.changesSchema(found) {
            readAlone()
            inspector.noteChanges(of: found)
        }
        if let ticket { names.expect(ticket) }
        if verdict.outcome == .allowed, machine.isSteady, KnownDecisions.onlyUses(found) {
            known.note(found.origin, record, selection: selected.number)
        }
        let watch = step == .run && machine.watchingRules.count > 0 ? WatchTicket(found, text: text, request) : nil
        return .forward(
            ForwardPermit(decision: record, masks: selected.plan, ticket: ticket, limits: bounds, charge: charge, watch: watch))
    }

    /// As this was decided before.
    private func forwardAgain(
        _ known: KnownDecisions.Entry, _ selected: MaskSelection.Selected, _ found: Inspection, _ ticket: NameTicket?
    ) -> Outcome {
        remember(found)
        if let ticket { names.expect(ticket) }
        let record = DecisionRecord(
            effect: .allow, rule: known.rule, revision: policy.revision, masks: selected.digest,
            fingerprint: known.fingerprint)
        return .forward(ForwardPermit(decision: record, masks: selected.plan, ticket: ticket))
    }

    /// Nothing is sent or counted by it but the Bind itself.
    private func bindPermit(_ record: DecisionRecord) -> ForwardPermit {
        let agreement = answers.asked.map { PortalAgreement(answers: answers.given, asked: $0, statements: portalStatements) }
        return ForwardPermit(decision: record, masks: nil, ticket: nil, agreement: agreement)
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
                guard !inspector.temporaryTables.contains(name) else { continue }
                readAlone()
                inspector.temporaryTables.insert(name)
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
