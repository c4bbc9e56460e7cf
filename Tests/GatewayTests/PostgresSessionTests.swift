// The session machine, as scripts: what each side says, and what comes of it.

import Decision
import Foundation
import Machine
import NIOCore
import Recording
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// A case file is a policy, a line `----`, and a script. Script lines:
///
///     as NAME on RESOURCE [pooled]                          a new session; pooled: in transaction pooling, with no connection
///     lend NAME                                             the connection of this name, with what earlier sessions left on it
///     table OID SCHEMA.NAME COLUMN:TYPE …                   for the catalogue that `load` gives
///     view OID SCHEMA.NAME COLUMN:TYPE=TABLE.COLUMN …       (`=?` computed, over every table named so far)
///     load                                                  gives the catalogue, as when it was asked for
///     C: MESSAGE                                            from the client; several are joined by ` ;; `
///     B: MESSAGE                                            from the backend
///     clock SECONDS                                         moves the clock on
///     answer SUBJECT yes|no [REASON]                        somebody says something about the message that waits
///     withdraw REASON                                       it is not waited for any more
///     reconsider                                            its time may be over
///     revoked REASON                                        the session is to end behind the message that is under way
///     becomes N                                             the policy after the N-th line `++++` is in force
///     cancel begins | cancel ends | cancel in doubt | client lost | backend lost
///     overdue | in vain                                     what runs has run for too long; it was cancelled and still runs
///
/// After each line come the lines it must print: `  -> B:` and `  -> C:` with what is sent, `  -> holds client`, `  -> wants catalogue`,
/// `  -> wants cancel`, `  -> wants backend`, `  -> gives back`, `  -> keeps its connection: …`,
/// `  -> wants cancel`, `  -> asks …`, `  -> told …`, `  -> approval …`,
/// `  -> ends …`.
@Suite struct PostgresSessionTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases/PostgresSession")
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".case") }.sorted()) ?? []

    @Test func thereAreCases() { #expect(Self.names.count >= 8) }

    @Test(arguments: names) func script(_ name: String) throws {
        let url = Self.directory.appendingPathComponent(name)
        let text = try String(contentsOf: url, encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        try #require(parts.count == 2, "\(name) needs a policy, a line ----, and a script")
        let stages = try parts[0].components(separatedBy: "\n++++\n").map { try PostgresStage(policy: $0) }
        let script = PostgresScript(stages[0], later: Array(stages.dropFirst()))
        var output: [String] = []
        for line in parts[1].components(separatedBy: "\n") where !line.hasPrefix("  -> ") {
            output.append(line)
            output += try script.run(line).map { "  -> " + $0 }
        }
        let result = parts[0] + "\n----\n" + output.joined(separator: "\n")
        try CaseFolder.expect(result, at: url)
    }

    /// However the bytes are cut, the same bytes go out.
    /// Nobody is answered in the middle of a message, however long it is.
    @Test func whatIsTooLongIsRefusedWhenAllOfItHasCome() throws {
        let stage = try PostgresStage(policy: PostgresLiveTests.policy)
        let session = try stage.session("admin", on: "shop")
        let moment = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1)
        var text = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.query.rawValue, to: &text) {
            $0.writeRepeatingByte(UInt8(ascii: " "), count: PostgresLimits.statementMessage)
            $0.writeInteger(UInt8(0))
        }
        let last = text.readableBytes - 1
        for (part, isAnswered) in [(0..<5, false), (5..<last, false), (last..<last + 1, true)] {
            var input = try #require(text.getSlice(at: part.lowerBound, length: part.count))
            session.client(&input, at: moment)
            #expect(session.expectations.isEmpty != isAnswered)
        }
        var sent = ByteBuffer()
        session.toBackend.drain { sent.writeImmutableBuffer($0) }
        #expect(PostgresNotation.lines(sent, fromClient: true) == ["Q !"])
    }

    @Test(arguments: names, [1, 2, 3, 7]) func cutting(_ name: String, _ size: Int) throws {
        let text = try String(contentsOf: Self.directory.appendingPathComponent(name), encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        let stages = try parts[0].components(separatedBy: "\n++++\n").map { try PostgresStage(policy: $0) }
        let lines = parts[1].components(separatedBy: "\n").filter { !$0.hasPrefix("  -> ") }
        let whole = PostgresScript(stages[0], later: Array(stages.dropFirst()))
        let cut = PostgresScript(stages[0], later: Array(stages.dropFirst()))
        cut.pieceSize = size
        for line in lines {
            _ = try whole.run(line)
            _ = try cut.run(line)
        }
        // A COPY that is masked is sent on in as many messages as it came in pieces: compared by its data.
        #expect(whole.sent.client == cut.sent.client, "\(name) in pieces of \(size)")
        #expect(whole.sent.backend == cut.sent.backend, "\(name) in pieces of \(size)")
    }
}

/// What channels were told, in order.
final class ToldNotices: Sendable {
    private let lines = Mutex<[String]>([])
    var observer: PostgresObserver {
        var observer = PostgresObserver.silent
        observer.told = { [self] notice in
            let rows = notice.rows.map { " \($0) rows" } ?? ""
            lines.withLock { $0.append("told \(notice.channels.joined(separator: " ")): \(notice.event) \(notice.rule)\(rows): \(notice.text)") }
        }
        return observer
    }
    func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

/// One script's state.
final class PostgresScript {
    private let stage: PostgresStage
    private var session: PostgresSession?
    private var clientInput = ByteBuffer()
    private var backendInput = ByteBuffer()
    /// To the client, of a message that is not whole yet.
    private var underWay = ByteBuffer()
    private var relations: [PostgresCatalogue.Relation] = []
    private var functions: [UInt32: PostgresCatalogue.Function] = [:]
    private var steady: UInt64 = 1_000_000_000_000
    private var wasHeld = false
    private var ended = false
    private var connections: [String: PostgresPooled] = [:]
    private let texts = PostgresPreparedTexts(nonce: "N")
    private var isWanting = false
    var journal: Journal?
    var pieceSize = Int.max
    /// Each message in two pieces, the first of so many bytes.
    var splitAt: Int?
    /// All messages of a line arrive at once.
    var isGlued = false
    /// All that was sent so far; CopyData messages that follow each other are one.
    private(set) var sent: (client: [String], backend: [String]) = ([], [])

    private let later: [PostgresStage]
    private let told = ToldNotices()

    init(_ stage: PostgresStage, later: [PostgresStage] = []) {
        self.stage = stage
        self.later = later
    }

    private var now: PostgresMoment {
        PostgresMoment(wall: 1_772_000_000_000_000_000 + steady - 1_000_000_000_000, steady: steady)
    }

    func run(_ line: String) throws -> [String] {
        guard !line.isEmpty, !line.hasPrefix("#") else { return [] }
        let words = line.split(separator: " ").map(String.init)
        switch words[0] {
        case "as":
            session = try stage.session(words[1], on: words[3], journal: journal, observer: told.observer)
            session?.approvalPrefix = "test"
            (clientInput, backendInput, wasHeld, ended) = (ByteBuffer(), ByteBuffer(), false, false)
            underWay = ByteBuffer()
            if words.last == "pooled" { session?.carrier = PostgresCarrier(texts: texts, limit: 2, number: UInt64(steady)) }
            steady += 1
            return []
        case "table", "view":
            try declare(words)
            return []
        case "function":
            functions[UInt32(words[1]) ?? 0] = .init(schema: words[2], name: words[3])
            return []
        default: break
        }
        guard let session else { throw NotationError(description: "no session yet: \(line)") }
        if words[0] == "lend" {
            let fresh = PostgresPooled(key: PostgresPoolKey(startup: [], caller: nil), server: 0, greeting: .init(), born: 0)
            session.attach(connections[words[1], default: fresh], nil, isSameServer: true)
            connections[words[1]] = session.pooled
            isWanting = false
            return observe(session)
        }
        switch line {
        case "load": session.catalogueLoaded(PostgresCatalogue(relations: relations, functions: functions, asOf: steady))
        case "load nothing": session.catalogueLoaded(nil)
        case "cancel begins": session.isCancelling = true
        case "cancel ends": session.isCancelling = false
        case "cancel in doubt": (session.isCancelling, session.isCancelInDoubt) = (false, true)
        case "client lost": session.clientLost(at: now)
        case "backend lost": session.backendLost(at: now)
        case "in vain": if let running = session.expectations.running?.statement { session.cancelWasInVain(running) }
        case "overdue": if let running = session.expectations.running?.statement { session.runtimeIsOver(running) }
        case "reconsider": session.reconsiderHold()
        default: try feed(line, words)
        }
        return observe(session)
    }

    private func feed(_ line: String, _ words: [String]) throws {
        let messages = line.dropFirst(3).components(separatedBy: " ;; ")
        switch words[0] {
        case "C:" where isGlued: try add(glued(messages.map(PostgresNotation.frontend)), toClient: false)
        case "B:" where isGlued: try add(glued(messages.map(PostgresNotation.backend)), toClient: true)
        case "C:": for message in messages { try add(PostgresNotation.frontend(message), toClient: false) }
        case "B:": for message in messages { try add(PostgresNotation.backend(message), toClient: true) }
        case "answer":
            let claims = VerifiedClaims(
                issuer: stage.program.text(stage.program.issuers[0].name), subject: words[1], values: ["sub": .string(words[1])], proof: .bearer)
            let answer = ApprovalAnswer(
                claims: claims, agrees: words[2] == "yes", reason: words.dropFirst(3).joined(separator: " "), at: now.moment)
            #expect(session?.answer(session?.hold?.id ?? "", answer, at: now) == true, "nothing waits: \(line)")
        case "revoked": session?.stopAtOnce(PostgresFault(.adminShutdown, words.dropFirst().joined(separator: " ")), at: now)
        case "withdraw": session?.withdrawHold(words.dropFirst().joined(separator: " "))
        case "becomes":
            #expect(session?.gate.adopt(later[(Int(words[1]) ?? 1) - 1].program, at: now.moment) == .adopted)
            session?.reconsiderHold()
        case "clock": steady += (UInt64(words[1]) ?? 0) * 1_000_000_000
        default: throw NotationError(description: "no such line: \(line)")
        }
    }

    private func glued(_ messages: [ByteBuffer]) -> ByteBuffer {
        var all = ByteBuffer()
        for message in messages { all.writeImmutableBuffer(message) }
        return all
    }

    private func add(_ bytes: ByteBuffer, toClient: Bool) {
        guard let session else { return }
        var rest = bytes
        var first = splitAt ?? pieceSize
        while let piece = rest.readSlice(length: min(first, max(rest.readableBytes, 1))) {
            first = pieceSize
            if toClient {
                backendInput.writeImmutableBuffer(piece)
                session.backend(&backendInput, at: now)
            } else {
                clientInput.writeImmutableBuffer(piece)
                session.client(&clientInput, at: now)
            }
        }
    }

    /// What the handler would do after an event: what waited and need not any more is fed again.
    private func observe(_ session: PostgresSession) -> [String] {
        session.backend(&backendInput, at: now)
        if !session.isClientHeld { session.client(&clientInput, at: now) }
        var lines: [String] = []
        let toBackend = PostgresNotation.lines(session.toBackend.drainJoined(), fromClient: true)
        underWay.writeImmutableBuffer(session.toClient.drainJoined())
        let toClient = PostgresNotation.lines(wholeUnderWay(), fromClient: false)
        lines += toBackend.map { "B: " + $0 } + toClient.map { "C: " + $0 }
        for news in session.approvalNews {
            switch news {
            case .asked(let hold): lines.append("asks \(hold.request.demands.map(\.rule.name).joined(separator: ", ")): \(hold.text) \(hold.parameters)")
            case .changed(let hold): lines.append("still asks \(hold.request.demands.map(\.rule.name).joined(separator: ", "))")
            case .settled(_, let step): lines.append("approval \(step.rawValue)")
            }
        }
        session.approvalNews.removeAll()
        lines += told.take()
        for line in toBackend { Self.join(line, &sent.backend) }
        for line in toClient { Self.join(line, &sent.client) }
        if session.catalogueWish != nil {
            session.catalogueWish = nil
            lines.append("wants catalogue")
        }
        if session.wantsCancel {
            session.wantsCancel = false
            lines.append("wants cancel")
        }
        lines += observePool(session)
        let isHeld = session.isClientHeld
        if isHeld != wasHeld { lines.append(isHeld ? "holds client" : "reads client") }
        wasHeld = isHeld
        if let end = session.end, !ended {
            ended = true
            lines.append("ends \(Self.name(end))")
        }
        return lines
    }

    /// What has come to the client, message by message.
    private func wholeUnderWay() -> ByteBuffer {
        var whole = ByteBuffer()
        while let length = underWay.getInteger(at: underWay.readerIndex + 1, as: UInt32.self),
            let message = underWay.readSlice(length: Int(length) + 1)
        { whole.writeImmutableBuffer(message) }
        return whole
    }

    private func observePool(_ session: PostgresSession) -> [String] {
        guard let carrier = session.carrier else { return [] }
        var lines: [String] = []
        if carrier.hasNewPin, let pin = carrier.pin { lines.append("keeps its connection: \(pin.rawValue)") }
        carrier.hasNewPin = false
        if carrier.wantsBackend, !isWanting { lines.append("wants backend") }
        isWanting = carrier.wantsBackend
        if session.isGivable {
            session.detach()
            lines.append("gives back")
        }
        return lines
    }

    private static func join(_ line: String, _ lines: inout [String]) {
        if line.hasPrefix("d "), let last = lines.last, last.hasPrefix("d ") {
            lines[lines.count - 1] = last + line.dropFirst(2)
        } else {
            lines.append(line)
        }
    }

    private static func name(_ end: PostgresEnd) -> String {
        switch end {
        case .terminated: "terminated"
        case .clientLost: "client lost"
        case .backendGone: "backend gone"
        case .fault(let fault): "\(fault)"
        }
    }

    private func declare(_ words: [String]) throws {
        guard let oid = UInt32(words[1]) else { throw NotationError(description: "an OID is a number: \(words[1])") }
        let name = words[2].split(separator: ".").map(String.init)
        var relation = PostgresCatalogue.Relation(oid: oid, schema: name[0], name: name[1], kind: UInt8(ascii: words[0] == "view" ? "v" : "r"))
        var origins: [PostgresCatalogue.Origin?] = []
        for (index, word) in words.dropFirst(3).enumerated() {
            if word.hasPrefix("<") {
                guard let parent = UInt32(word.dropFirst()) else { throw NotationError(description: "<OID names a parent: \(word)") }
                relation.parents.append(parent)
                for place in relations.indices where relations[place].oid == parent { relations[place].children.append(oid) }
                continue
            }
            let sides = word.split(separator: "=").map(String.init)
            let parts = sides[0].split(separator: ":").map(String.init)
            relation.columns.append(.init(number: index + 1, name: parts[0], typeOID: UInt32(parts[1]) ?? 25))
            if sides.count > 1 {
                let numbers = sides[1].split(separator: ".").compactMap { UInt32($0) }
                origins.append(numbers.count == 2 ? .init(relation: numbers[0], column: Int(numbers[1])) : nil)
            }
        }
        if relation.isView {
            relation.origins = origins
            for table in relations {
                for column in table.columns { relation.dependencies.append(.init(relation: table.oid, column: column.number)) }
            }
        }
        relations.append(relation)
    }
}
