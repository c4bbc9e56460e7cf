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

    @Test func nesting() {
        #expect(!isRefused(many("( ", 20) + "a" + many(")", 20)))
        #expect(isRefused(many("( ", 400) + "a" + many(")", 400)))
        #expect(isRefused(many("$(", 400)))
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
}
