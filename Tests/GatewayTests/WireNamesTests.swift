// Names of prepared statements and counts of parameters, as drivers use them that prepare a great many.

import Decision
import Foundation
import NIOCore
import Testing

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
    static let ways = [(forget: "C S ", answers: ["3"]), (forget: "Q deallocate ", answers: ["C DEALLOCATE", "Z I"])]

    @Test(arguments: ways.indices) func aNameIsForgottenAheadOfOthersThatAreGiven(_ way: Int) throws {
        let session = try session()
        for number in 1...SessionNames.limit + 10 {
            try send([Self.ways[way].forget + "s\(number - 1)", "P s\(number) | select \(number)", "S"], to: session)
            try answer(Self.ways[way].answers + ["1", "Z I"], to: session)
            _ = session.toBackend.drainJoined()
            _ = session.toClient.drainJoined()
        }
        #expect(session.gate.names.statement("s1").isEmpty)
        #expect(session.gate.names.statement("s\(SessionNames.limit + 10)").count == 1)
        #expect(!session.gate.names.isFull)
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
