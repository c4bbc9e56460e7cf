// What forwarding needs: recording first, poison for what is refused, preparation of masks, and waiting where text cannot be read yet.

import Decision
import Machine
import Mask
import NIOCore
import Recording

extension PostgresSession {
    /// What came of looking at a permit's masks and names.
    enum Preparation {
        case go(PostgresStatement, describe: PostgresCopyQuery?)
        case refuse(Refusal)
        /// The catalogue must be loaded first.
        case wait
    }

    // MARK: - Recording

    /// Records a message; nil when that failed, and then the session is over: nothing is forwarded before it is recorded.
    func record(
        _ kind: MessageKind, _ decision: DecisionRecord, text: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        name: PostgresName = .unnamed, portal: PostgresName = .unnamed, function: PostgresCatalogue.Function? = nil,
        parameters: UnsafeRawBufferPointer = .init(start: nil, count: 0)
    ) -> UInt64? {
        guard let sequence = write(kind, decision, text: text, name: name, portal: portal, function: function, parameters: parameters) else {
            return nil
        }
        if hold != nil, decision.effect != .held { settleHold(decision, sequence) }
        if kind != .bind, kind != .close { noteRules(decision, sequence, kind, text) }
        return sequence
    }

    /// The entry alone.
    private func write(
        _ kind: MessageKind, _ decision: DecisionRecord, text: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        name: PostgresName = .unnamed, portal: PostgresName = .unnamed, function: PostgresCatalogue.Function? = nil,
        parameters: UnsafeRawBufferPointer = .init(start: nil, count: 0)
    ) -> UInt64? {
        do {
            if let function {
                var (schema, called) = (function.schema, function.name)
                return try schema.withUTF8 { schema in
                    try called.withUTF8 { called in
                        try recording.record(
                            kind, text: UnsafeRawBufferPointer(called), name: UnsafeRawBufferPointer(schema), parameters: parameters,
                            decision: decision, maskNames: gate.maskRuleNames(decision.masks), at: now.wall,
                            circumstances: recordedCircumstances)
                    }
                }
            }
            if name.isEmpty, portal.isEmpty {
                return try recording.record(
                    kind, text: text, parameters: parameters, decision: decision, maskNames: gate.maskRuleNames(decision.masks),
                    at: now.wall, circumstances: recordedCircumstances)
            }
            var (name, portal) = (name.text, portal.text)
            return try name.withUTF8 { name in
                try portal.withUTF8 { portal in
                    try recording.record(
                        kind, text: text, name: UnsafeRawBufferPointer(name), portal: UnsafeRawBufferPointer(portal),
                        parameters: parameters, decision: decision, maskNames: gate.maskRuleNames(decision.masks), at: now.wall,
                        circumstances: recordedCircumstances)
                }
            }
        } catch {
            fail(PostgresFault(.internalError, "this statement cannot be recorded, so it is not let through", reason: "\(error)"))
            return nil
        }
    }

    /// The decision that is recorded for messages that only carry on what was judged: Bind, Close.
    var unjudged: DecisionRecord { DecisionRecord(effect: .allow, rule: -1, revision: gate.policy.revision) }

    func guarded(_ decision: DecisionRecord) -> DecisionRecord {
        var decision = decision
        decision.effect = .guarded
        return decision
    }

    func invalid(_ text: String) -> Refusal {
        Refusal(decision: DecisionRecord(effect: .invalid, rule: -1, revision: gate.policy.revision), message: text)
    }

    // MARK: - Refusing

    /// Records a refusal and sends, in the message's place, one that makes the backend itself fail there: order, skip-to-Sync and
    /// transaction state are then right by construction. Its error becomes the refusal.
    func poison(
        _ kind: PostgresExpectation.Kind, _ refusal: Refusal, recorded: MessageKind,
        text: UnsafeRawBufferPointer = .init(start: nil, count: 0), name: PostgresName = .unnamed, portal: PostgresName = .unnamed,
        function: PostgresCatalogue.Function? = nil
    ) {
        guard let sequence = record(recorded, refusal.decision, text: text, name: name, portal: portal, function: function) else { return }
        observer.decided(refusal.decision.effect)
        let statement = PostgresStatement(refusal: refusal)
        statement.name = name
        if kind == .query { carryQuery() }
        toBackend.append {
            switch kind {
            case .query: PostgresCodec.query("!", to: &$0)
            case .parse: PostgresCodec.parse(name: name.text, text: CollectionOfOne(UInt8(ascii: "!")), to: &$0)
            case .bind: PostgresCodec.bind(portal: "", statement: impossibleName.text, to: &$0)
            case .functionCall: PostgresCodec.impossibleFunctionCall(to: &$0)
            case .execute: PostgresCodec.execute(portal: impossibleName.text, to: &$0)
            // There is nothing but statements (S) and portals (P).
            case .describeStatement, .describePortal: PostgresCodec.describe(UInt8(ascii: "!"), "", to: &$0)
            case .close: PostgresCodec.close(UInt8(ascii: "!"), "", to: &$0)
            case .sync, .copyEnd: PostgresCodec.query("!", to: &$0)
            }
        }
        expectations.append(PostgresExpectation(kind, sequence: sequence, started: now.steady, statement: statement))
    }

    // MARK: - Lexical state

    /// Whether text may be read under the state that is known. When not: `isWaitingForText` says whether waiting will help, which it
    /// does when what was sent since ends in ReadyForQuery, because the backend reports changed settings right before that.
    func mayReadText() -> Bool {
        guard isLexicalStateUnsure else { return true }
        if expectations.isEmpty {
            isLexicalStateUnsure = false
            return true
        }
        isWaitingForText = expectations.owesReady(from: unsureFrom)
        return false
    }

    func noteLexicalChanges() {
        for statement in gate.lastInspection.statements.buffer where statement.mayChangeLexicalState {
            switch statement.transactionStep {
            // What ends a transaction takes back what was set in it: nothing, where nothing was.
            case .commit, .rollback, .rollbackTo: if !hasSetLexicalState { continue }
            case .none, .begin, .savepoint, .release: hasSetLexicalState = true
            }
            isLexicalStateUnsure = true
            unsureFrom = expectations.taken &+ UInt64(expectations.count)
        }
    }

    // MARK: - Masks

    /// A message that was let through by the gate is not sent after all.
    func withdraw(_ permit: borrowing ForwardPermit) { gate.withdraw(permit) }

    /// What must be kept for a message with masks or names, and for a COPY how its data will be masked.
    func prepare(_ permit: borrowing ForwardPermit, isExecute: Bool = false) -> Preparation {
        let found = gate.lastInspection
        made.note(found, at: clientPosition)
        guard let plan = permit.masks else { return .go(kept(of: permit), describe: nil) }
        let oldest = oldestBelieved(for: found)
        if !plan.columns.isEmpty, isCatalogueOlder(than: oldest), PostgresMasking.readsRelations(found),
            waitForCatalogue(.client(clientPosition), of: oldest)
        {
            return .wait
        }
        let masking = masking(for: plan)
        let exposure = masking.exposure(of: found, isChanging: isCatalogueChanging, made: knowsMade ? made : nil)
        if exposure.runsCode { made.noteCode() }
        guard !exposure.storesMasked else {
            // The gate sees this for a table named in a mask; through a view or a parent only the catalogue can tell.
            return .refuse(refusal("a masked column would be stored where no mask applies", nil, permit))
        }
        guard !exposure.storesUnseen else {
            return .refuse(
                refusal(
                    "what a function returns would be stored where no mask applies: it may be a masked column",
                    "Let a function or a column's default of the table's owner store it.", permit))
        }
        if !isExecute, carrier == nil, permit.isPlain, PostgresStatement.onlyReturnsRows(found) {
            return .go(masking.plainStatement(exposure), describe: nil)
        }
        let statement = kept(of: permit)
        statement.plan = plan
        statement.exposure = exposure
        if !isExecute { statement.expectRows(of: found) }
        for index in 0..<found.statements.count where found.statements[index].copy == .toClient {
            switch PostgresCopyPlan.resolve(found, masking: masking) {
            case .plan(let copy): statement.copy = copy
            case .describe(let copy, let query):
                guard mayDescribe(isExecute) else {
                    return .refuse(copyRefusal("COPY of a query is let through only as a simple Query of its own where masks apply", permit))
                }
                statement.copy = copy
                return .go(statement, describe: query)
            case .unknownTable(let copy, let query):
                if waitForCatalogue(.client(clientPosition)) { return .wait }
                guard let query, mayDescribe(isExecute) else {
                    return .refuse(copyRefusal("the columns of this COPY are not known, and masks apply", permit))
                }
                statement.copy = copy
                return .go(statement, describe: query)
            case .refuse(let text): return .refuse(copyRefusal(text, permit))
            }
        }
        return .go(statement, describe: nil)
    }

    /// Describing a COPY needs a place between messages: after an Execute there is none, and a Sync must not be added.
    private func mayDescribe(_ isExecute: Bool) -> Bool { !isExecute && expectations.lastOwesReady }

    /// What of a permit is needed when its answer comes.
    private func kept(of permit: borrowing ForwardPermit) -> PostgresStatement {
        let statement = PostgresStatement()
        statement.ticket = permit.ticket
        if let limits = permit.limits {
            statement.limits = limits
            if limits.runtime != nil { limitsRuntime = true }
        }
        if let watch = permit.watch { statement.watch = watch }
        return statement
    }

    private func copyRefusal(_ text: String, _ permit: borrowing ForwardPermit) -> Refusal {
        refusal(text, "Use SELECT instead of COPY.", permit)
    }

    private func refusal(_ text: String, _ hint: String?, _ permit: borrowing ForwardPermit) -> Refusal {
        Refusal(decision: guarded(permit.decision), message: text, hint: hint)
    }

    func masking(for plan: MaskPlan) -> PostgresMasking {
        if let masking, masking.plan === plan, masking.catalogue === catalogue { return masking }
        let made = PostgresMasking(plan: plan, catalogue: catalogue)
        masking = made
        return made
    }

    /// Asks the backend what the portal will send, in which formats, right before it is executed. The answer is swallowed; where the
    /// client's own Describe of this portal is the message just before, its answer is used instead.
    func describePortal(_ portal: PostgresName, for statement: PostgresStatement) {
        if let last = expectations.last, last.kind == .describePortal, !last.isOurs, !last.isRefused,
            (last.statement?.name ?? .unnamed) == portal
        {
            expectations.modifyLast {
                statement.name = portal
                $0.statement = statement
            }
            return
        }
        toBackend.append { PostgresCodec.describe(UInt8(ascii: "P"), portal.text, to: &$0) }
        expectations.append(PostgresExpectation(.describePortal, isOurs: true, statement: statement))
    }

    /// Has the backend describe what a COPY sends. The unnamed statement that this uses is dropped by the Query that follows.
    /// - Parameter text: of the COPY.
    func describeCopy(_ query: PostgresCopyQuery, _ text: UnsafeRawBufferPointer, for statement: PostgresStatement) {
        guard query.range.upperBound <= text.count else { return }
        toBackend.append {
            PostgresCodec.parse(name: "", text: query.prefix + text[query.range], to: &$0)
            PostgresCodec.describe(UInt8(ascii: "S"), "", to: &$0)
            PostgresCodec.empty(.sync, to: &$0)
        }
        expectations.append(PostgresExpectation(.parse, isOurs: true))
        expectations.append(PostgresExpectation(.describeStatement, isOurs: true, statement: statement))
        expectations.append(PostgresExpectation(.sync, isOurs: true))
    }

    // MARK: - Catalogue

    /// The oldest moment of which a catalogue may be believed.
    var oldestBelieved: UInt64 {
        let lifetime = UInt64(PostgresLimits.catalogueSeconds) * 1_000_000_000
        return max(floor.moment, now.steady > lifetime ? now.steady - lifetime : 0)
    }
    var isCatalogueOld: Bool { isCatalogueOlder(than: oldestBelieved) }
    func isCatalogueOlder(than moment: UInt64) -> Bool { (catalogue?.asOf ?? 0) < moment || catalogue == nil }

    /// What has a temporary name may have been made by code that ran since.
    private func oldestBelieved(for found: Inspection) -> UInt64 {
        guard made.since > 0, !made.isUnsure else { return oldestBelieved }
        let isTemporary = found.accesses.buffer.contains { PostgresMadeTables.isTemporary(found.bytes($0.schema)) }
        return isTemporary ? max(oldestBelieved, made.since) : oldestBelieved
    }

    /// Whether what the catalogue does not have is a table of this session's own, or nothing.
    var knowsMade: Bool { !made.isUnsure && !isCatalogueOlder(than: max(oldestBelieved, made.since)) }

    /// Asks for a catalogue not older than a moment (now, when none is given). False when this place of the stream has waited already:
    /// then it must do with what there is.
    func waitForCatalogue(_ wait: PostgresWait, of oldest: UInt64? = nil) -> Bool {
        if satisfiedWaits.contains(wait) { return false }
        satisfiedWaits = satisfiedWaits.filter { $0.isForClient != wait.isForClient }
        waitsForCatalogue = wait
        catalogueWish = oldest ?? now.steady
        return true
    }
}
