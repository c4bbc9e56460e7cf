// Reading a file after an earlier text of it gives the same as reading it alone: random edits, one after another.

import TestSupport
import Testing

@testable import PolicyLang

struct ReuseTests {
    /// Every text is read after the reading of the one before, as an editor does, and alone.
    @Test(arguments: MutationTests.seeds)
    func editsGiveWhatReadingAloneGives(_ file: CaseFile) throws {
        let original = try file.bytes()
        var generator = SeededGenerator(seed: UInt64(original.count) &* 104_729 &+ 5)
        var bytes = original
        var known = Parser.parse(SourceFile(path: "edited.postern", bytes: bytes))
        for step in 0..<80 {
            // Some edits are taken back, and now and then all of them.
            let before = bytes
            MutationTests.mutate(&bytes, &generator)
            for text in step % 3 == 0 ? [bytes, before] : step % 20 == 19 ? [bytes, original] : [bytes] {
                bytes = text
                let source = SourceFile(path: "edited.postern", bytes: bytes)
                known = Parser.parse(source, after: known)
                #expect(PolicyCheck.isSame(known, Parser.parse(source)), "\(file.path), step \(step)")
            }
        }
    }

    /// Not only the same, but known: all but the declaration that is typed in is taken over.
    @Test func whatDidNotChangeIsNotReadAgain() {
        let rules = (0..<50).map { "/// Number \($0).\nallow r\($0) {\n  who bot\n  on db\n  to select from t\($0)(id, name)\n  when statement.has_where\n}\n" }
        let text = "policy p edition 1\n" + rules.joined()
        let earlier = Parser.parse(text: text)
        for place in ["policy p", "r0", "r25", "r49"] {
            for typed in ["x", "\"", "{", "// c\n", "\n"] {
                var bytes = Array(text.utf8)
                guard let offset = text.range(of: place + " ").map({ text.utf8.distance(from: text.startIndex, to: $0.lowerBound) }) else {
                    Issue.record("\(place)")
                    continue
                }
                bytes.insert(contentsOf: typed.utf8, at: offset)
                let source = SourceFile(path: "policy.postern", bytes: bytes)
                let after = Parser.parse(source, after: earlier)
                #expect(PolicyCheck.isSame(after, Parser.parse(source)), "\(typed) before \(place)")
                guard let (_, tokens) = Lexer.lex(source, after: earlier) else {
                    Issue.record("\(typed) before \(place): all was read again")
                    continue
                }
                // Two lines at most, of nineteen tokens.
                #expect(tokens.after - tokens.before <= 24, "\(typed) before \(place)")
                var reuse = TreeReuse(tokens)
                let taken = after.extents.count { reuse.declaration(at: $0.start) != nil }
                #expect(taken >= 48, "\(typed) before \(place): \(taken)")
            }
        }
    }

    /// Places of a rule that has moved are worked out when they are asked for.
    @Test func movedRulesSayWhereTheyAre() throws {
        let text = "policy p edition 1\nallow r {\n  who  bot\n  on   db\n  to   select\n  when statement.has_where\n}\nallow s {\n  on db\n}\n"
        let earlier = Parser.parse(text: text)
        let source = SourceFile(path: "policy.postern", text: "// A line.\n" + text)
        let (after, alone) = (Parser.parse(source, after: earlier), Parser.parse(source))
        guard case .rule(let moved)? = after.tree.declarations.last, case .rule(let read)? = alone.tree.declarations.last else {
            Issue.record("both have the rule")
            return
        }
        #expect(moved.on == read.on && moved.on?.span == read.on?.span && moved.clauses == read.clauses)
        var changed = moved
        changed.clauses.removeAll()
        #expect(changed.clauses.isEmpty && changed != moved && moved.clauseCount == 1)
        #expect(Set([moved, read]).count == 1)
    }
}
