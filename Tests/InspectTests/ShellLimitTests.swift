// The limits of the shell inspector: at one a text is read, past it it is refused or not known, and never slow.

import Inspect
import Testing

@Suite struct ShellLimitTests {
    private func isRefused(_ text: String) -> Bool {
        ShellCases.lines(Array(text.utf8)).last?.hasPrefix("refused") == true
    }
    private func many(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    @Test func bytes() {
        let room = ShellLimits.textBytes - 2
        #expect(!isRefused("a " + many("b", room)))
        #expect(isRefused("a " + many("b", room + 1)))
    }

    @Test func commands() {
        #expect(!isRefused(many("a\n", ShellLimits.commands)))
        #expect(isRefused(many("a\n", ShellLimits.commands + 1)))
    }

    /// The text itself, the innermost simple command and the command that it runs are levels too.
    @Test func nesting() {
        let most = ShellLimits.nesting - 3
        #expect(!isRefused(many("( ", most) + "a" + many(")", most)))
        #expect(isRefused(many("( ", most + 1) + "a" + many(")", most + 1)))
        #expect(isRefused(many("( ", 400) + "a" + many(")", 400)))
        #expect(isRefused(many("$(", 400)))
        let wrappers = ShellLimits.nesting - 3
        #expect(!isRefused(many("nohup ", wrappers) + "a"))
        #expect(isRefused(many("nohup ", wrappers + 1) + "a"))
    }

    @Test func words() {
        #expect(!isRefused(many("a ", ShellLimits.words)))
        #expect(isRefused(many("a ", ShellLimits.words + 1)))
    }

    @Test func hereDocuments() {
        let body = "\n" + many("E\n", ShellLimits.hereDocuments + 1)
        #expect(!isRefused("a " + many("<<E ", ShellLimits.hereDocuments) + body))
        #expect(isRefused("a " + many("<<E ", ShellLimits.hereDocuments + 1) + body))
    }

    @Test func variables() {
        func assigned(_ count: Int) -> [String] {
            ShellCases.lines(Array((0..<count).map { "a\($0)=1" }.joined(separator: ";").utf8))
        }
        #expect(assigned(ShellLimits.variables).isEmpty)
        #expect(assigned(ShellLimits.variables + 1) == ["unknown code"])
    }

    /// Words that are handed on again and again are paid for: the whole stays linear.
    @Test func readings() {
        let wrappers = 20
        func text(_ count: Int) -> String { many("nohup ", wrappers) + many("a ", count) }
        func cost(_ count: Int) -> Int {
            (0...wrappers).reduce(0) { $0 + (wrappers - $1 + count) * ShellLimits.readingsPerWord }
        }
        func budget(_ count: Int) -> Int {
            // The text's own bytes are paid for first.
            (ShellLimits.readingsPerByte - 1) * text(count).utf8.count + ShellLimits.readingsConstant
        }
        let most = (1..<10_000).last { cost($0) <= budget($0) } ?? 0
        #expect(most > 100 && most < 9_000)
        #expect(!isRefused(text(most)))
        #expect(isRefused(text(most + 1)))
    }

    @Test func descriptors() {
        #expect(!isRefused(many("9", ShellLimits.descriptorDigits) + ">f"))
        #expect(isRefused(many("9", ShellLimits.descriptorDigits + 1) + ">f"))
    }

    @Test func braces() {
        let full = ShellCases.lines(Array("echo {1..\(ShellLimits.braceWords)}".utf8))
        #expect(!full.joined().contains("unknown"))
        #expect(
            ShellCases.lines(Array("echo {1..\(ShellLimits.braceWords + 1)}".utf8)).contains(
                "unknown argument"))
    }

    /// A word of a quarter of the bytes is still expanded; what it would become is counted as it grows.
    @Test func braceBytes() {
        func found(_ text: String) -> String { ShellCases.lines(Array(text.utf8)).joined(separator: "\n") }
        let quarter = ShellLimits.braceBytes / 4
        #expect(!found("echo {a,b}" + many("c", quarter - 5)).contains("unknown"))
        #expect(found("echo {a,b}" + many("c", quarter - 4)).contains("unknown argument"))
        // Each of the words, and the tail that they share.
        let tail = ShellLimits.braceBytes / 9
        #expect(!found("echo {1..8}" + many("c", tail - 8)).contains("unknown"))
        #expect(found("echo {1..8}" + many("c", tail + 1)).contains("unknown argument"))
    }
}
