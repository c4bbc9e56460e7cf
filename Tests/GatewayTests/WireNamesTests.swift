// Names of prepared statements and counts of parameters, as drivers use them that prepare a great many.

import Foundation
import NIOCore
import Testing

@testable import Decision
@testable import Gateway

@Suite struct WireNamesTests {
    private let now = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1_000_000_000_000)

    private func session() throws -> PostgresSession { try PostgresStage(policy: PostgresLiveTests.policy).session("admin", on: "shop") }

    private func send(_ lines: [String], to session: PostgresSession) throws {
        var input = ByteBuffer()
        for line in lines { input.writeImmutableBuffer(try PostgresNotation.frontend(line)) }
        session.client(&input, at: now)
    }

    private func answer(_ lines: [String], to session: PostgresSession) throws {
        for line in lines {
            var input = try PostgresNotation.backend(line)
            session.backend(&input, at: now)
        }
    }

    /// pgjdbc closes what it has no room for in the same breath as it prepares the next.
    private static let rounds = 300
    static let ways = [(forget: "C S ", answers: ["3"]), (forget: "Q deallocate ", answers: ["C DEALLOCATE", "Z I"])]

    @Test(arguments: ways.indices) func aNameIsForgottenAheadOfOthersThatAreGiven(_ way: Int) throws {
        let session = try session()
        for number in 1...Self.rounds {
            try send([Self.ways[way].forget + "s\(number - 1)", "P s\(number) | select \(number)", "S"], to: session)
            try answer(Self.ways[way].answers + ["1", "Z I"], to: session)
            _ = session.toBackend.drainJoined()
            _ = session.toClient.drainJoined()
        }
        #expect(session.gate.names.statement("s1").isEmpty)
        #expect(session.gate.names.statement("s\(Self.rounds)").count == 1)
        #expect(session.gate.names.count == 1)
        #expect(session.end == nil)
    }

    @Test(arguments: ways.indices) func aNameThatIsGivenAgainStays(_ way: Int) throws {
        let session = try session()
        try send(["P s | select 1", "S"], to: session)
        try answer(["1", "Z I"], to: session)
        try send([Self.ways[way].forget + "s", "P s | select 2", "S"], to: session)
        try answer(Self.ways[way].answers, to: session)
        #expect(session.gate.names.statement("s").contains { $0.bytes.elementsEqual("select 2".utf8) })
        try answer(["1", "Z I"], to: session)
        #expect(session.gate.names.statement("s").map { String(decoding: $0.bytes, as: UTF8.self) } == ["select 2"])
    }

    /// As much text as may be held, and no more; what is closed makes room.
    @Test func preparedTextsAreBounded() throws {
        let session = try session()
        try send(["P s1 | select 1", "Q prepare s2 as select 22", "S"], to: session)
        try answer(["1", "C PREPARE", "Z I", "Z I"], to: session)
        let names = session.gate.names
        #expect(names.held.bytes == "select 1".utf8.count + "prepare s2 as select 22".utf8.count)
        names.held.bytes += SessionNames.textLimit
        #expect(names.isFull)
        _ = session.toBackend.drainJoined()
        try send(["P s3 | select 3", "S"], to: session)
        #expect(PostgresNotation.lines(session.toBackend.drainJoined(), fromClient: true) == ["P s3 | !", "S"])
        try answer(["E 42601 no", "Z I"], to: session)
        names.held.bytes -= SessionNames.textLimit
        try send(["C S s1", "Q deallocate all", "S"], to: session)
        try answer(["3", "C DEALLOCATE ALL", "Z I", "Z I"], to: session)
        // Short texts that may be prepared again are kept a while.
        #expect(names.held.bytes <= "select 1".utf8.count && names.count == 0)
    }

    /// Their number is without a sign, as PostgreSQL reads it.
    @Test(arguments: [32_767, 32_768, 65_535]) func aStatementMayHaveManyParameters(_ count: Int) throws {
        let session = try session()
        var parse = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.parse.rawValue, to: &parse) {
            PostgresCodec.text("many", to: &$0)
            PostgresCodec.text("select 1", to: &$0)
            $0.writeInteger(UInt16(count))
            for _ in 0..<count { $0.writeInteger(UInt32(23)) }
        }
        let sent = parse
        session.client(&parse, at: now)
        #expect(session.toBackend.drainJoined() == sent)
    }
}
