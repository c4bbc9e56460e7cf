// A PostgreSQL of a few statements, for the simulation: transaction state, statements, portals, errors, COPY, cancel; one step at a time.

import Foundation
import NIOCore

@testable import Gateway

/// What is known of every run of a statement, whichever server it was on: by "serial#time" after how many rows a cancel hit.
final class FakeFates {
    var cancelled: [String: Int] = [:]
    var times: [Int: Int] = [:]
}

/// What one statement of the simulation's little language does. Statements carry a serial number (1000 or more) that their rows repeat.
struct FakeStatement {
    enum Kind {
        case empty, rows, change, begin, commit, rollback, savepoint, rollbackTo, fails(String), copyIn, copyOut, setting, notify, unreadable
    }
    var text: String
    var kind: Kind
    /// In the notation of scripts; empty where it returns none.
    var columns = ""
    var rows: [String] = []
    var tag = ""
    var serial = 0

    /// Whether it may run in a failed transaction.
    var endsFailure: Bool {
        switch kind {
        case .commit, .rollback, .rollbackTo: true
        case .empty, .rows, .change, .begin, .savepoint, .fails, .copyIn, .copyOut, .setting, .notify, .unreadable: false
        }
    }
    var readsLong: Bool { rows.count > 1 }

    init(_ text: String) {
        self.text = text
        serial = text.split { !$0.isNumber }.compactMap { Int($0) }.first { $0 >= 1000 } ?? 0
        kind = .rows
        switch true {
        case text.isEmpty: kind = .empty
        case text.hasPrefix("select id, email from customers"):
            (columns, rows, tag) = ("id:100.1:23:0 email:100.2:25:0", ["\(serial)|canary-\(serial)@secret"], "SELECT 1")
        case text.hasPrefix("select upper(email)"):
            (columns, rows, tag) = ("upper:0.0:25:0 n:0.0:23:0", ["CANARY-\(serial)@SECRET|\(serial)"], "SELECT 1")
        case text.hasPrefix("select email::int"): kind = .fails("22P02 invalid input syntax for type integer: \"canary-\(serial)@secret\"")
        case text.hasPrefix("select n from wide"):
            (columns, rows, tag) = ("n:102.1:23:0", Array(repeating: "\(serial)", count: 5), "SELECT 5")
        case text.contains("/ 0"): kind = .fails("22012 division by zero")
        case text.hasPrefix("select "): (columns, rows, tag) = ("n:0.0:23:0", ["\(serial)"], "SELECT 1")
        case text.hasPrefix("insert") && text.hasSuffix("returning id"):
            (columns, rows, tag) = ("id:101.1:23:0", ["\(serial)"], "INSERT 0 1")
        case text.hasPrefix("insert"): (kind, tag) = (.change, "INSERT 0 1")
        case text.hasPrefix("delete"): (kind, tag) = (.change, "DELETE 1")
        case text == "begin": (kind, tag) = (.begin, "BEGIN")
        case text == "commit": (kind, tag) = (.commit, "COMMIT")
        case text == "rollback": (kind, tag) = (.rollback, "ROLLBACK")
        case text == "savepoint s": (kind, tag) = (.savepoint, "SAVEPOINT")
        case text == "rollback to s": (kind, tag) = (.rollbackTo, "ROLLBACK")
        case text.hasPrefix("copy orders from"): kind = .copyIn
        case text.hasPrefix("copy customers to"):
            (kind, rows, tag) = (.copyOut, ["1\tcanary-1@secret\n", "2\tcanary-2@secret\n"], "COPY 2")
        case text.hasPrefix("set "): (kind, tag) = (.setting, "SET")
        case text == "listen gossip": (kind, tag) = (.change, "LISTEN")
        case text.hasPrefix("notify gossip"): (kind, tag) = (.notify, "NOTIFY")
        default: kind = .unreadable
        }
    }
}

/// The server. The same machine is the simulation's backend and, with `refuses`, the judge of what a client must be told.
final class FakePostgres {
    private struct Portal {
        var statement: FakeStatement
        var sent = 0
    }
    private struct Copy {
        var isExtended: Bool
        var count = 0
        var isBad = false
    }
    /// A result that is being sent.
    private struct Run {
        var statement: FakeStatement
        /// nil for a Query.
        var portal: String?
        var sent: Int
        /// Where it pauses or a limit cuts it.
        var most: Int
        var number: Int
    }

    var input = ByteBuffer()
    private(set) var output = ByteBuffer()
    private(set) var state = PostgresTransactionState.idle
    private(set) var isClosed = false
    /// For the judge: whether policy refuses a statement, under the policy in force when the message was read.
    var refuses: ((FakeStatement) -> Bool)?
    /// For the judge: whether the gate has refused this Execute, of a portal that is there or of none.
    var refusesExecute: ((FakeStatement?) -> Bool)?
    /// For the judge: rows of a read that a limit lets through.
    var rowLimit: Int?
    /// Told what is about to be executed.
    var executes: (FakeStatement) -> Void = { _ in }
    /// For the judge: whether the message that was just read was asked about and not agreed to.
    var isDeclined: () -> Bool = { false }
    /// For the judge: whether what is described was prepared again, as transaction pooling does where a connection has not got it.
    var isAnew: () -> Bool = { false }
    /// What became of runs: backends write it, a judge reads the cancels and counts runs of its own.
    let fates: FakeFates
    private var times: [Int: Int] = [:]
    /// Each message, as it is taken from the input.
    var takes: () -> Void = {}

    private var statements: [String: FakeStatement] = [:]
    private var portals: [String: Portal] = [:]
    private var isSkipping = false
    /// Something of the extended protocol came since the last ReadyForQuery: a real one has begun a transaction for it.
    private(set) var isInBatch = false
    private var copy: Copy?
    private var run: Run?
    private var queue: [FakeStatement]?
    private var hasSavepoint = false

    init(_ fates: FakeFates) { self.fates = fates }

    /// Nothing is being done and nothing is to be read.
    var isQuiet: Bool { run == nil && queue == nil && !hasWholeMessage }
    var isBusy: Bool { run != nil }

    func take(_ most: Int) -> ByteBuffer? {
        let piece = output.readSlice(length: min(most, output.readableBytes))
        if output.readableBytes == 0 { output.clear() }
        return piece?.readableBytes == 0 ? nil : piece
    }

    /// A cancel request has arrived: it hits what is being sent, or nothing.
    func cancel() {
        guard let run, refuses == nil else { return }
        fates.cancelled["\(run.statement.serial)#\(run.number)"] = run.sent
        self.run = nil
        fail("57014 canceling statement due to user request", isExtended: run.portal != nil)
    }

    func tell(_ line: String) {
        if let bytes = try? PostgresNotation.backend(line) { output.writeImmutableBuffer(bytes) }
    }

    func end() {
        tell("E FATAL 57P01 terminating connection due to administrator command")
        isClosed = true
    }

    /// As DISCARD ALL, and a ROLLBACK before it.
    func reset() {
        statements.removeAll()
        portals.removeAll()
        (state, hasSavepoint, isSkipping, isInBatch) = (.idle, false, false, false)
    }

    /// One step; false when there was nothing to do.
    func step() -> Bool {
        guard !isClosed else { return false }
        if run != nil { sendRow() } else if copy != nil { return takeCopy() } else if queue != nil { next() } else { return takeMessage() }
        return true
    }

    // MARK: - Messages

    private var hasWholeMessage: Bool {
        guard let length = input.getInteger(at: input.readerIndex + 1, as: UInt32.self) else { return false }
        return input.readableBytes > Int(length)
    }

    private func read() -> (UInt8, [UInt8])? {
        guard hasWholeMessage, let type = input.readInteger(as: UInt8.self), let length = input.readInteger(as: UInt32.self),
            let body = input.readBytes(length: Int(length) - 4)
        else { return nil }
        takes()
        return (type, body)
    }

    private func texts(_ body: some Sequence<UInt8>) -> [String] {
        body.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private func takeMessage() -> Bool {
        guard let (type, body) = read(), let kind = PostgresFrontend(rawValue: type) else { return false }
        if isSkipping, kind != .sync, kind != .terminate { return true }
        switch kind {
        case .parse, .bind, .describe, .execute, .close: isInBatch = true
        case .query, .sync, .functionCall, .terminate, .flush, .copyData, .copyDone, .copyFail, .password: break
        }
        switch kind {
        case .query: query(texts(body)[0])
        case .parse: parse(texts(body)[0], FakeStatement(texts(body)[1]))
        case .bind: bind(texts(body)[0], texts(body)[1])
        case .describe, .close: name(kind, body)
        case .execute:
            let name = texts(body)[0]
            execute(name, most: Int(body.suffix(4).reduce(0) { $0 << 8 | Int($1) }))
        case .sync:
            isSkipping = false
            ready()
        case .functionCall: call(body.prefix(4).reduce(0) { $0 << 8 | Int($1) })
        case .terminate: isClosed = true
        case .flush, .copyData, .copyDone, .copyFail, .password: break
        }
        return true
    }

    private func ready() {
        if state == .idle { portals.removeAll() }
        isInBatch = false
        tell("Z \(String(UnicodeScalar(state.rawValue)))")
    }

    private func fail(_ error: String, isExtended: Bool) {
        tell("E \(error)")
        if state == .inTransaction { state = .failed }
        portals.removeAll()
        queue = nil
        run = nil
        copy = nil
        if isExtended { isSkipping = true } else { ready() }
    }

    /// 600 is a function, and nothing else is.
    private func call(_ function: Int) {
        if function == 600, refuses?(FakeStatement("select function")) == true || isDeclined() { return fail("42501 refused", isExtended: false) }
        if state == .failed { return fail("25P02 aborted", isExtended: false) }
        guard function == 600 else { return fail("42883 function does not exist", isExtended: false) }
        tell("V 7")
        ready()
    }

    private func query(_ text: String) {
        statements[""] = nil
        let parts = text.components(separatedBy: "; ").map(FakeStatement.init)
        let isUnreadable = parts.contains { if case .unreadable = $0.kind { true } else { false } }
        if isUnreadable { return fail("42601 syntax error", isExtended: false) }
        if isDeclined() { return fail("42501 refused", isExtended: false) }
        if let refuses, parts.contains(where: refuses) { return fail("42501 refused", isExtended: false) }
        queue = parts
    }

    private func parse(_ name: String, _ statement: FakeStatement) {
        if name.isEmpty { statements[""] = nil }
        if case .unreadable = statement.kind { return fail("42601 syntax error", isExtended: true) }
        if refuses?(statement) == true { return fail("42501 refused", isExtended: true) }
        if state == .failed, !statement.endsFailure { return fail("25P02 aborted", isExtended: true) }
        if !name.isEmpty, statements[name] != nil { return fail("42P05 exists", isExtended: true) }
        statements[name] = statement
        tell("1")
    }

    private func bind(_ portal: String, _ name: String) {
        if isDeclined() { return fail("42501 refused", isExtended: true) }
        guard let statement = statements[name] else { return fail("26000 no such statement", isExtended: true) }
        if state == .failed, !statement.endsFailure { return fail("25P02 aborted", isExtended: true) }
        if !portal.isEmpty, portals[portal] != nil { return fail("42P03 exists", isExtended: true) }
        portals[portal] = Portal(statement: statement)
        tell("2")
    }

    private func name(_ kind: PostgresFrontend, _ body: [UInt8]) {
        let isPortal = body[0] == UInt8(ascii: "P")
        guard isPortal || body[0] == UInt8(ascii: "S") else { return fail("08P01 invalid subtype", isExtended: true) }
        let name = texts(body.dropFirst())[0]
        if kind == .close {
            if isPortal { portals[name] = nil } else { statements[name] = nil }
            return tell("3")
        }
        guard let found = isPortal ? portals[name]?.statement : statements[name] else {
            return fail(isPortal ? "34000 no such portal" : "26000 no such statement", isExtended: true)
        }
        if state == .failed, !found.columns.isEmpty || (isAnew() && !found.endsFailure) { return fail("25P02 aborted", isExtended: true) }
        if !isPortal { tell("t") }
        tell(found.columns.isEmpty ? "n" : "T " + found.columns)
    }

    // MARK: - Running

    private func execute(_ name: String, most: Int) {
        if refusesExecute?(portals[name]?.statement) == true { return fail("42501 refused", isExtended: true) }
        guard let portal = portals[name] else { return fail("34000 no such portal", isExtended: true) }
        if refuses?(portal.statement) == true { return fail("42501 refused", isExtended: true) }
        if state == .failed, !portal.statement.endsFailure { return fail("25P02 aborted", isExtended: true) }
        begin(portal.statement, portal: name, sent: portal.sent, most: most)
    }

    private func next() {
        guard var rest = queue else { return }
        if rest.isEmpty {
            queue = nil
            return ready()
        }
        let statement = rest.removeFirst()
        queue = rest
        if case .empty = statement.kind {
            tell("I")
            return
        }
        if state == .failed, !statement.endsFailure { return fail("25P02 aborted", isExtended: false) }
        if !statement.columns.isEmpty { tell("T " + statement.columns) }
        begin(statement, portal: nil, sent: 0, most: 0)
    }

    private func begin(_ statement: FakeStatement, portal: String?, sent: Int, most: Int) {
        executes(statement)
        let isExtended = portal != nil
        switch statement.kind {
        case .empty: tell("I")
        case .fails(let error): fail(error, isExtended: isExtended)
        case .begin:
            state = .inTransaction
            tell("C BEGIN")
        case .commit, .rollback: endTransaction(statement)
        case .savepoint:
            guard state != .idle else { return fail("25P01 no transaction", isExtended: isExtended) }
            hasSavepoint = true
            tell("C SAVEPOINT")
        case .rollbackTo:
            guard state != .idle else { return fail("25P01 no transaction", isExtended: isExtended) }
            guard hasSavepoint else { return fail("3B001 no such savepoint", isExtended: isExtended) }
            state = .inTransaction
            tell("C ROLLBACK")
        case .copyIn:
            tell("G 1")
            copy = Copy(isExtended: isExtended)
        case .copyOut:
            tell("H 2")
            for row in statement.rows { tell("d " + row) }
            tell("c")
            tell("C " + statement.tag)
        case .change, .setting, .unreadable: tell("C " + statement.tag)
        case .notify:
            tell("A gossip \(statement.serial)")
            tell("C " + statement.tag)
        case .rows:
            let number = (refuses == nil ? fates.times[statement.serial, default: 0] : times[statement.serial, default: 0]) + 1
            if refuses == nil { fates.times[statement.serial] = number } else { times[statement.serial] = number }
            let most = most > 0 ? min(sent + most, statement.rows.count) : statement.rows.count
            run = Run(statement: statement, portal: portal, sent: sent, most: most, number: number)
            // What is short is sent at once.
            if !statement.readsLong { while run != nil { sendRow() } }
        }
    }

    private func endTransaction(_ statement: FakeStatement) {
        let isFailed = state == .failed
        state = .idle
        hasSavepoint = false
        portals.removeAll()
        tell(isFailed ? "C ROLLBACK" : "C " + statement.tag)
    }

    private func sendRow() {
        guard var now = run else { return }
        let isExtended = now.portal != nil
        if refuses != nil, fates.cancelled["\(now.statement.serial)#\(now.number)"] == now.sent {
            run = nil
            return fail("57014 canceling statement due to user request", isExtended: isExtended)
        }
        if now.sent < now.most {
            if let rowLimit, now.sent >= rowLimit { return fail("53400 limit", isExtended: isExtended) }
            tell("D " + now.statement.rows[now.sent])
            now.sent += 1
            run = now
            return
        }
        run = nil
        if let portal = now.portal { portals[portal]?.sent = now.sent }
        // As PostgreSQL: a portal that was asked for just as many rows as it has is suspended.
        let isSuspended = isExtended && now.most < now.statement.rows.count
        tell(isSuspended ? "s" : "C " + now.statement.tag)
    }

    // MARK: - Copy in

    private func takeCopy() -> Bool {
        guard let (type, body) = read(), var now = copy, let kind = PostgresFrontend(rawValue: type) else { return false }
        switch kind {
        case .flush, .sync: break
        case .copyData:
            now.count += 1
            copy = now
            if body.first == UInt8(ascii: "x") { fail("22P02 bad data", isExtended: now.isExtended) }
        case .copyDone:
            copy = nil
            tell("C COPY \(now.count)")
        case .copyFail: fail("57014 COPY from stdin failed", isExtended: now.isExtended)
        case .bind, .close, .describe, .execute, .functionCall, .parse, .password, .query, .terminate:
            tell("E 08P01 unexpected message")
            tell("E FATAL 08P01 protocol synchronization was lost")
            isClosed = true
        }
        return true
    }
}
