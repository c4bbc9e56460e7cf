// The client's messages: each is judged, recorded, and then forwarded, or poisoned so that the backend itself fails in its place.

import Decision
import Machine
import NIOCore
import Recording

extension PostgresSession {
    /// Walks the messages in `bytes`; returns how many bytes were dealt with.
    func walkClient(_ bytes: UnsafeRawBufferPointer) -> Int {
        var at = 0
        while end == nil {
            if clientRemainder > 0 {
                if tooLong != nil, isClientHeld { break }
                let count = min(clientRemainder, bytes.count - at)
                if count == 0 { break }
                if !isClientRemainderDropped { toBackend.pass(at..<at + count) }
                clientRemainder -= count
                at += count
                if clientRemainder == 0 { refuseTooLong() }
                continue
            }
            isWaitingForText = false
            if isClientHeld { break }
            isBehindLimit = false
            guard case .header(let byte, let total) = PostgresCodec.frame(bytes, at: at) else {
                if bytes.count - at >= PostgresCodec.headerLength { fail(.violation("a message of impossible length")) }
                break
            }
            guard let type = PostgresFrontend(rawValue: byte) else {
                fail(.violation("invalid frontend message type \(byte)"))
                break
            }
            guard total - 1 <= type.lengthLimit else {
                fail(.violation("a message of \(total - 1) bytes where at most \(type.lengthLimit) are taken"))
                break
            }
            let taken = take(type, bytes, at, total)
            if taken == 0 { break }
            at += taken
            clientPosition &+= UInt64(taken)
        }
        return at
    }

    /// Deals with the message at `at`; returns how many of its bytes, 0 when it has to wait.
    private func take(_ type: PostgresFrontend, _ bytes: UnsafeRawBufferPointer, _ at: Int, _ total: Int) -> Int {
        let available = bytes.count - at
        if carrier != nil, pooled == nil {
            switch demand(type, isWhole: available >= total || total > limit(of: type)) {
            case .take: break
            case .drop: return drop(total, available)
            case .wait: return 0
            }
        }
        if isSkipping, type != .sync, type != .terminate {
            if hold != nil { endHold(.withdrawn, hold?.sequence ?? 0, "a statement before it failed") }
            return drop(total, available)
        }
        if expectations.cuttable != 0 || failsAtReady, waitsBehindLimit(type) { return 0 }
        if type == .copyData {
            let count = min(total, available)
            toBackend.pass(at..<at + count)
            clientRemainder = total - count
            isClientRemainderDropped = false
            return count
        }
        guard available >= total else { return available >= PostgresCodec.headerLength ? oversized(type, total, available) : 0 }
        if total > limit(of: type) { return oversized(type, total, available) }
        let body = UnsafeRawBufferPointer(rebasing: bytes[at + PostgresCodec.headerLength..<at + total])
        if carrier != nil, waitsForName(type, body) { return 0 }
        return handle(type, PostgresClientMessage(range: at..<at + total, body: body)) ? total : 0
    }

    private func handle(_ type: PostgresFrontend, _ message: PostgresClientMessage) -> Bool {
        switch type {
        case .query: return query(message)
        case .parse: return parse(message)
        case .bind: return bind(message)
        case .describe: describe(message)
        case .execute: return execute(message)
        case .close: close(message)
        case .functionCall: return functionCall(message)
        case .sync: sync(message)
        case .flush: toBackend.pass(message.range)
        case .copyDone, .copyFail: copyEnd(message)
        case .terminate:
            leavesClean = (pooled != nil || carrier != nil) && isResettable
            if !leavesClean { toBackend.pass(message.range) }
            finish(.terminated)
        case .password: fail(.violation("a password message in the middle of a session"))
        case .copyData: toBackend.pass(message.range)
        }
        return true
    }

    /// Messages that are held whole may be so long.
    private func limit(of type: PostgresFrontend) -> Int {
        switch type {
        case .query, .parse: PostgresLimits.statementMessage
        case .bind, .functionCall: PostgresLimits.bindMessage
        case .close, .copyData, .copyDone, .copyFail, .describe, .execute, .flush, .password, .sync, .terminate: type.lengthLimit + 1
        }
    }

    private func drop(_ total: Int, _ available: Int) -> Int {
        let count = min(total, available)
        clientRemainder = total - count
        isClientRemainderDropped = true
        return count
    }

    /// A message that is still arriving waits, unless it is longer than what is held: then its bytes are dropped, and it is refused.
    private func oversized(_ type: PostgresFrontend, _ total: Int, _ available: Int) -> Int {
        guard total > limit(of: type) else { return 0 }
        tooLong = (type, total)
        let count = drop(total, available)
        if clientRemainder == 0 { refuseTooLong() }
        return count
    }

    private func refuseTooLong() {
        guard let (type, total) = tooLong else { return }
        tooLong = nil
        // What was sent before it has failed meanwhile: it is dropped with everything up to Sync.
        guard !isSkipping else { return }
        let refusal = invalid("a message of \(total) bytes is longer than the \(limit(of: type)) bytes that are judged")
        switch type {
        case .query: poison(.query, refusal, recorded: .query)
        case .parse: poison(.parse, refusal, recorded: .parse)
        case .bind: poison(.bind, refusal, recorded: .bind)
        case .functionCall: poison(.functionCall, refusal, recorded: .functionCall)
        case .close, .copyData, .copyDone, .copyFail, .describe, .execute, .flush, .password, .sync, .terminate:
            fail(.violation("a message that is too long"))
        }
    }

    // MARK: - Simple protocol

    private func query(_ message: PostgresClientMessage) -> Bool {
        // Text behind the first NUL would be recorded and judged but not run.
        guard let end = PostgresCodec.firstNul(message.body, from: 0), end == message.body.count - 1 else {
            poison(.query, invalid("a Query whose text does not end at its first NUL"), recorded: .query)
            return true
        }
        guard mayReadText() else { return isRefusedUnread(.query, .query) }
        let text = UnsafeRawBufferPointer(rebasing: message.body[0..<end])
        switch decide(.query(text)) {
        case .hold(let held):
            wait(held, .query, text: text)
            return false
        case .refuse(let refusal): poison(.query, refusal, recorded: .query, text: text)
        case .forward(let permit):
            if carrier != nil, let misuse = carriedMisuse() {
                withdraw(permit)
                poison(.query, misuse, recorded: .query, text: text)
                return true
            }
            var statement: PostgresStatement?
            var described: PostgresCopyQuery?
            if permit.masks != nil || permit.ticket != nil || permit.limits != nil || permit.watch != nil {
                switch prepare(permit) {
                case .wait:
                    withdraw(permit)
                    return false
                case .refuse(let refusal):
                    withdraw(permit)
                    poison(.query, refusal, recorded: .query, text: text)
                    return true
                case .go(let made, let query): (statement, described) = (made, query)
                }
            } else {
                made.note(gate.lastInspection)
            }
            guard let sequence = record(.query, permit.decision, text: text) else { return true }
            observer.decided(permit.decision.effect)
            if let statement, statement.isCounted { limitCursor(of: statement) }
            if let described, let statement { describeCopy(described, text, for: statement) }
            // What this puts before the message comes first in the row of answers.
            if carrier != nil { carry(running: text, statement, isQuery: true) }
            noteLexicalChanges()
            forgetFreshNames()
            permit.spend()
            if comment.isEmpty {
                toBackend.pass(message.range)
            } else {
                toBackend.append { PostgresCodec.query(text, comment, to: &$0) }
            }
            expectations.append(
                PostgresExpectation(.query, sequence: sequence, started: now.steady, statement: statement))
        }
        return true
    }

    // MARK: - Extended protocol

    private func parse(_ message: PostgresClientMessage) -> Bool {
        var reader = PostgresReader(message.body)
        guard let name = reader.name(), let text = reader.text(), let count = reader.uint16(),
            reader.remaining == count * 4
        else {
            poison(.parse, invalid("a malformed Parse, or a name of more than \(PostgresLimits.nameBytes) bytes"), recorded: .parse)
            return true
        }
        guard mayReadText() else { return isRefusedUnread(.parse, .parse, name: name) }
        let isOfSQL = carrier != nil && isPreparedBySQL(name)
        switch gate.consider(.parse(name: name.text, text: text), at: circumstances) {
        // Preparing asks nobody.
        case .hold(let held): poison(.parse, Refusal(withdrawn: held.request, because: "this cannot wait"), recorded: .parse, name: name)
        case .refuse(let refusal): poison(.parse, refusal, recorded: .parse, text: text, name: name)
        case .forward(let permit):
            guard let sequence = record(.parse, permit.decision, text: text, name: name) else { return true }
            observer.decided(.allow)
            // Where no name changes there is nothing to keep: the unnamed statement is prepared again as it is.
            var kept: PostgresStatement?
            if permit.ticket != nil || carrier != nil {
                let statement = PostgresStatement()
                statement.name = name
                statement.ticket = permit.ticket
                freshStatements[name] = gate.names.statement(name.text).last
                kept = statement
            }
            permit.spend()
            if carrier != nil, let statement = kept {
                carry(parse: name, message.body, text, statement, isOfSQL: isOfSQL)
            } else if comment.isEmpty {
                toBackend.pass(message.range)
            } else {
                toBackend.append { PostgresCodec.parse(message.body, textEnd: name.text.utf8.count + 1 + text.count, comment, to: &$0) }
            }
            expectations.append(PostgresExpectation(.parse, sequence: sequence, started: now.steady, statement: kept))
        }
        return true
    }

    /// Text behind an unsynchronised statement that may change how text is read cannot be judged, now or later. False: it waits.
    private func isRefusedUnread(_ kind: PostgresExpectation.Kind, _ recorded: MessageKind, name: PostgresName = .unnamed) -> Bool {
        guard !isWaitingForText else { return false }
        let text = "text behind a statement that may change how text is read: send Sync between them"
        poison(kind, invalid(text), recorded: recorded, name: name)
        return true
    }

    /// What a Bind binds was judged by Parse and will be by Execute; where an approve may ask, it asks here, before anything is planned. It
    /// is recorded, with its parameters. False: it waits.
    private func bind(_ message: PostgresClientMessage) -> Bool {
        var reader = PostgresReader(message.body)
        guard let portal = reader.name(), let name = reader.name() else {
            poison(.bind, invalid("a malformed Bind, or a name of more than \(PostgresLimits.nameBytes) bytes"), recorded: .bind)
            return true
        }
        guard portal != impossibleName, portal.isEmpty || !gate.names.isFull else {
            poison(.bind, invalid("this session holds too many names: close some first"), recorded: .bind)
            return true
        }
        let parameters = reader.bytes(reader.remaining) ?? UnsafeRawBufferPointer(start: nil, count: 0)
        let fresh = freshStatements.isEmpty ? nil : freshStatements[name]
        let bound = fresh.map { [$0] } ?? gate.names.statement(name.text)
        var decision = unjudged
        var agreement: PortalAgreement?
        if gate.mayHold {
            switch decide(.bind(to: bound)) {
            case .hold(let held):
                wait(held, .bind, name: name, portal: portal, parameters: parameters)
                return false
            case .refuse(let refusal):
                // What was not asked about is refused by its Execute.
                guard hold != nil else { break }
                poison(.bind, refusal, recorded: .bind, name: name, portal: portal)
                return true
            case .forward(let permit):
                agreement = permit.agreement
                if hold != nil { decision = permit.decision }
                permit.spend()
            }
        }
        guard let sequence = record(.bind, decision, name: name, portal: portal, parameters: parameters) else { return true }
        var statement: PostgresStatement?
        if !portal.isEmpty || fresh != nil || agreement != nil || carrier != nil {
            let kept = PostgresStatement()
            kept.name = portal
            kept.bound = bound
            freshPortals[portal] = bound
            statement = kept
        } else if !freshPortals.isEmpty {
            freshPortals[portal] = nil
        }
        if agreement != nil || !agreements.isEmpty { agreements[portal] = agreement }
        gate.names.bind(portal: portal.text, to: name.text)
        if let carrier {
            statement?.carried = PostgresCarried(batch: carrier.batch, alias: carry(bind: name, message))
        } else {
            toBackend.pass(message.range)
        }
        expectations.append(PostgresExpectation(.bind, sequence: sequence, started: now.steady, statement: statement))
        return true
    }

    private func describe(_ message: PostgresClientMessage) {
        var reader = PostgresReader(message.body)
        let isPortal = reader.byte() == UInt8(ascii: "P")
        guard let name = reader.name() else {
            let refusal = invalid("a malformed Describe, or a name of more than \(PostgresLimits.nameBytes) bytes")
            return poison(isPortal ? .describePortal : .describeStatement, refusal, recorded: .close)
        }
        if carrier != nil, !isPortal {
            let kept = PostgresStatement()
            kept.name = name
            kept.carried = PostgresCarried(alias: carry(describe: name, message))
            return expectations.append(PostgresExpectation(.describeStatement, statement: kept))
        }
        // Of a portal without a name there is nothing to keep.
        var kept: PostgresStatement?
        if isPortal, !name.isEmpty {
            let named = PostgresStatement()
            named.name = name
            kept = named
        }
        toBackend.pass(message.range)
        expectations.append(PostgresExpectation(isPortal ? .describePortal : .describeStatement, statement: kept))
    }

    private func execute(_ message: PostgresClientMessage) -> Bool {
        var reader = PostgresReader(message.body)
        guard let portal = reader.name(), reader.int32() != nil, reader.isAtEnd, portal != impossibleName else {
            poison(.execute, invalid("a malformed Execute, or a name of more than \(PostgresLimits.nameBytes) bytes"), recorded: .execute)
            return true
        }
        switch consider(portal: portal) {
        case .hold(let held):
            wait(held, .execute, portal: portal)
            return false
        case .refuse(let refusal): poison(.execute, refusal, recorded: .execute, portal: portal)
        case .forward(let permit):
            if carrier != nil, let misuse = carriedMisuse() {
                withdraw(permit)
                poison(.execute, misuse, recorded: .execute, portal: portal)
                return true
            }
            var statement: PostgresStatement?
            if permit.masks != nil || permit.ticket != nil || permit.limits != nil || permit.watch != nil {
                switch prepare(permit, isExecute: true) {
                case .wait:
                    withdraw(permit)
                    return false
                case .refuse(let refusal):
                    withdraw(permit)
                    poison(.execute, refusal, recorded: .execute, portal: portal)
                    return true
                case .go(let made, _): statement = made
                }
            } else {
                made.note(gate.lastInspection)
            }
            guard let sequence = record(.execute, permit.decision, portal: portal) else { return true }
            observer.decided(permit.decision.effect)
            if let statement, statement.plan != nil { describePortal(portal, for: statement) }
            if let statement, statement.isCounted { limitPortal(portal, of: statement) }
            if carrier != nil { carry(running: gate.lastPrepared?.bytes, statement, isQuery: false) }
            noteLexicalChanges()
            permit.spend()
            batchExecutes &+= 1
            toBackend.pass(message.range)
            expectations.append(
                PostgresExpectation(.execute, sequence: sequence, started: now.steady, statement: statement))
        }
        return true
    }

    /// Between two Syncs a name stands for what it was given last: had that failed, the Execute would be skipped as well.
    private func consider(portal: PostgresName) -> Outcome {
        let agreement = agreements.isEmpty ? nil : agreements[portal]
        guard !freshPortals.isEmpty, let fresh = freshPortals[portal] else { return decide(.execute(portal: portal.text), under: agreement) }
        let known = gate.names.portal(portal.text)
        gate.names.confirmBind(portal: portal.text, to: fresh)
        defer { gate.names.confirmBind(portal: portal.text, to: known) }
        return decide(.execute(portal: portal.text), under: agreement)
    }

    private func forgetFreshNames() {
        guard !freshStatements.isEmpty || !freshPortals.isEmpty else { return }
        freshStatements.removeAll()
        freshPortals.removeAll()
    }

    private func close(_ message: PostgresClientMessage) {
        var reader = PostgresReader(message.body)
        let kind = reader.byte()
        let isPortal = kind == UInt8(ascii: "P")
        guard let name = reader.name() else {
            let refusal = invalid("a malformed Close, or a name of more than \(PostgresLimits.nameBytes) bytes")
            return poison(.close, refusal, recorded: .close)
        }
        let recorded = withUnsafeBytes(of: kind ?? 0) {
            record(.close, unjudged, text: $0, name: isPortal ? .unnamed : name, portal: isPortal ? name : .unnamed)
        }
        guard let sequence = recorded else { return }
        let kept = PostgresStatement()
        kept.name = name
        // Marks which of the two name spaces is meant.
        kept.exposure.runsCode = isPortal
        if isPortal, !agreements.isEmpty { agreements[name] = nil }
        if carrier != nil, !isPortal { carry(close: name, message, kept) } else { toBackend.pass(message.range) }
        expectations.append(PostgresExpectation(.close, sequence: sequence, started: now.steady, statement: kept))
    }

    private func sync(_ message: PostgresClientMessage) {
        // The backend ignores Sync while it takes copy data, unless it has failed meanwhile.
        if isCopyingIn {
            sparedSyncs += 1
            return toBackend.pass(message.range)
        }
        isSkipping = false
        forgetFreshNames()
        batchExecutes = 0
        carrier?.endBatch()
        toBackend.pass(message.range)
        expectations.append(PostgresExpectation(.sync))
    }

    private func copyEnd(_ message: PostgresClientMessage) {
        toBackend.pass(message.range)
        if isCopyingIn {
            isCopyingIn = false
        } else if expectations.contains({ $0.kind == .query || $0.kind == .execute }) {
            expectations.append(PostgresExpectation(.copyEnd))
        }
    }

    private func functionCall(_ message: PostgresClientMessage) -> Bool {
        var reader = PostgresReader(message.body)
        guard let oid = reader.uint32() else {
            poison(.functionCall, invalid("a malformed FunctionCall"), recorded: .functionCall)
            return true
        }
        if catalogue?.function(oid) == nil, waitForCatalogue(.client(clientPosition)) { return false }
        guard let function = catalogue?.function(oid) else {
            poison(.functionCall, invalid("a FunctionCall of an OID that the catalogue does not name"), recorded: .functionCall)
            return true
        }
        switch decide(.functionCall(schema: function.schema, name: function.name)) {
        case .hold(let held):
            wait(held, .functionCall, function: function, parameters: reader.bytes(reader.remaining) ?? message.body)
            return false
        case .refuse(let refusal): poison(.functionCall, refusal, recorded: .functionCall, function: function)
        case .forward(let permit):
            let rules = permit.masks.flatMap { PostgresLargeObjects.rules(function, $0, message.body) }
            guard permit.masks == nil || rules != nil else {
                // Its result has no origin and no type to mask by.
                let refusal = Refusal(
                    decision: guarded(permit.decision), message: "function calls by OID are not let through where masks apply",
                    hint: "Call \(function.schema).\(function.name) in a SELECT.")
                poison(.functionCall, refusal, recorded: .functionCall, function: function)
                return true
            }
            guard let sequence = record(.functionCall, permit.decision, function: function, parameters: message.body) else { return true }
            observer.decided(permit.decision.effect)
            // Its arguments are not read: it may have set anything.
            made.noteCode()
            if let ticket = permit.ticket { gate.names.abandon(ticket) }
            if carrier != nil { carry(running: nil, nil, isQuery: false) }
            noteLexicalChanges()
            var statement: PostgresStatement?
            if permit.limits != nil || permit.watch != nil || permit.masks != nil {
                let kept = PostgresStatement()
                (kept.plan, kept.rules) = (permit.masks, rules)
                kept.limits = permit.limits
                kept.watch = permit.watch
                kept.mayBeCut = permit.limits != nil
                limitsRuntime = limitsRuntime || permit.limits?.runtime != nil
                statement = kept
            }
            permit.spend()
            toBackend.pass(message.range)
            expectations.append(PostgresExpectation(.functionCall, sequence: sequence, started: now.steady, statement: statement))
        }
        return true
    }
}

/// One whole message of a client within the bytes that are being walked.
struct PostgresClientMessage {
    /// Header and body, from the start of the walked bytes.
    var range: Range<Int>
    var body: UnsafeRawBufferPointer
}
