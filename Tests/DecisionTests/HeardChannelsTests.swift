// How many channels a session may listen on and still go over to another policy.

import Decision
import Inspect
import Machine
import Testing

@Suite struct HeardChannelsTests {
    private static let policy = """
        policy test edition 1
        issuer dev : jwks { file "k"  issuer "https://i"  audience "postern"  claims { sub string } }
        identity bot from dev { when claim.sub == "bot" }
        resource db : postgres { search_path public }
        allow everything { who bot on db to any }
        """

    @Test func atTheLimit() throws {
        let program = try GatePolicy.compile(Self.policy)
        let gate = try GatePolicy.gate(program, as: "bot", on: "db")
        let moment = Moment(seconds: 1_772_000_000)
        for number in 0...1024 {
            var text = "listen c\(number)"
            text.withUTF8 { bytes in
                if case .forward = gate.consider(.query(UnsafeRawBufferPointer(bytes)), at: Circumstances(moment: moment)) { return }
                Issue.record("\(number) is refused")
            }

            if number == 1023 { #expect(gate.adopt(program, at: moment) == .adopted) }
        }
        #expect(gate.adopt(program, at: moment) == .deaf(channel: "one of more than 1024"))
    }
}
