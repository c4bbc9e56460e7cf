// Damaged policies and damaged streams: the server answers whatever it is asked of them. The fuzzer's promises, for a moment.

import Foundation
import LanguageServer
import TestSupport
import Testing

@Suite struct MutationTests {
    private func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &generator)
            let length = min(bytes.count - place, Int.random(in: 0...20, using: &generator))
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.removeSubrange(place..<place + length)
            case 1: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 2: bytes.insert(contentsOf: Array("😀{}()\"\r".utf8.shuffled(using: &generator).prefix(3)), at: place)
            default: if !bytes.isEmpty { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
            }
        }
        return bytes
    }

    @Test func answersWhateverTheTextIs() throws {
        let source = """
            policy a edition 1
            use std.pii
            issuer ci : oidc { url "https://ci.example"  audience "p"  claims { sub string, team string optional } }
            identity bot from ci { when claim.sub == "bot" }
            resource db : postgres { tags live  search_path public }
            set cols = { email, phone }
            let b = statement.has_where or "bots" in identity.groups
            allow r {
              who   bot
              on    db
              to    select from orders, t(cols), drop table x
              when  b and request.time in "Mon-Fri 08:00-18:00 Europe/Berlin"
              limit 10 rows
            }
            mask m { on tag live  column t.cols with last(4)  value pii.iban with redact }
            test "t" { as bot on db "select 1" -> allow by r }

            """
        for seed in UInt64(1)...60 {
            var generator = SeededGenerator(seed: seed)
            #expect(ServerCheck.holds(forText: mutated(Array(source.utf8), &generator)), "seed \(seed)")
        }
        #expect(ServerCheck.holds(forText: Array(source.utf8)))
        #expect(ServerCheck.holds(forText: []))
    }

    @Test func answersWhateverTheStreamIs() throws {
        let bodies = [
            #"{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///w/a.postern"},"#
                + #""position":{"line":0,"character":3}}}"#,
            #"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///w/a.postern","#
                + #""version":2},"contentChanges":[{"range":{"start":{"line":0,"character":1},"end":{"line":9,"character":9}},"#
                + #""text":"x"}]}}"#,
            #"{"jsonrpc":"2.0","id":8,"method":"workspace/symbol","params":{"query":"a"}}"#,
        ]
        let stream = bodies.flatMap { Array("Content-Length: \($0.utf8.count)\r\n\r\n\($0)".utf8) }
        for seed in UInt64(1)...200 {
            var generator = SeededGenerator(seed: seed)
            #expect(ServerCheck.holds(forStream: mutated(stream, &generator)), "seed \(seed)")
        }
        #expect(ServerCheck.holds(forStream: stream))
    }
}
