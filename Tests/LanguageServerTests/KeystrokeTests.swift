// A document that is typed in, letter by letter and at random: the server says of it what it says of one that it reads for the first time.

import Foundation
import LanguageServer
import TestSupport
import Testing

@Suite struct KeystrokeTests {
    private static let policies: [(name: String, text: String)] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("policies/examples")
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".postern") }.sorted().compactMap { name in
            (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).map { (name, $0) }
        }
    }()

    private static let typed = [
        "x", " ", "\n", "\"", "{", "}", "/", "// c\n", "/* ", "allow", "not ", ", y", ".", "with", "\n/// doc\n", "deny d { on db }\n", "@", "é",
    ]

    @Test func editsAreAnsweredAsIfTheFileWereNew() {
        #expect(Self.policies.count >= 4)
        for (name, policy) in Self.policies {
            for seed in UInt64(1)...3 {
                var generator = SeededGenerator(seed: seed &* 7_919 &+ UInt64(policy.utf8.count))
                var text = Array(policy.utf8)
                var texts = [text]
                for _ in 0..<7 {
                    let place = Int.random(in: 0...text.count, using: &generator)
                    let length = min(text.count - place, Int.random(in: 0...12, using: &generator))
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: text.removeSubrange(place..<place + length)
                    case 1: text = Array(policy.utf8)
                    case _: text.insert(contentsOf: (Self.typed.randomElement(using: &generator) ?? "x").utf8, at: place)
                    }
                    texts.append(text)
                }
                #expect(ServerCheck.difference(changing: texts) == nil, "\(name), seed \(seed)")
            }
        }
    }

    /// A rule as it is typed at the end of a file, and in its middle.
    @Test func aRuleIsTyped() {
        let head = """
            policy a edition 1
            issuer ci : oidc { url "https://ci.example"  audience "p"  claims { sub string } }
            identity bot from ci { when claim.sub == "bot" }
            resource db : postgres { search_path public }

            """
        let rule = "deny writes {\n  on db\n  to delete from orders\n  because \"no {\"\n}\n"
        let rest = "allow reads {\n  who bot\n  on db\n  to select from orders\n  when statement.has_where\n}\n"
        for behind in ["", rest] {
            let texts = (0...rule.utf8.count).map { Array((head + rule.prefix($0) + behind).utf8) }
            #expect(ServerCheck.difference(changing: texts) == nil)
        }
    }
}
