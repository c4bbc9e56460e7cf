// Lint: names are words in small letters with underscores.

import PolicyLang

extension LintRule {
    static let nameStyle = LintRule(
        "L0008", .note,
        #"Names stand in recordings, in refusals and in reports. One style, small letters with `_` between words, makes "#
            + #"them easy to search for."#,
        wrong: #"""
            deny noDrops {
              on       db
              to       drop
              because  "no"
            }
            """#,
        right: #"""
            deny no_drops {
              on       db
              to       drop
              because  "no"
            }
            """#
    ) { findings in
        func isPlain(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        for declaration in findings.declarations {
            guard let name = declaration.name, !name.text.utf8.allSatisfy(isPlain) else { continue }
            findings.say(name.span, "`\(name.text)` is not in small letters", help: "write it with small letters and `_`, here and where it is used")
        }
    }
}
