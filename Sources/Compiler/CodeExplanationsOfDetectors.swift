// What C0511 to C0516 mean: detectors that a policy declares itself.

extension CodeExplanation {
    static let ofDetectors: [CodeExplanation] = [
        CodeExplanation(
            "C0511",
            #"""
                The pattern is no PCRE2, or has something that cannot be tried beforehand: recursion, calls of groups, conditions, \#
                verbs such as `(*SKIP)`, callouts, `\\C`, `\\K`, `\\Q`, or options besides `i`, `m` and `s`.
                """#,
            wrong: #"detector employee { pattern "E(?<mask>[0-9]{6}" }"#,
            right: #"detector employee { pattern "E(?<mask>[0-9]{6})" }"#),
        CodeExplanation(
            "C0512",
            #"""
                A pattern that matches the empty text would match in every place of every value. It has to take at least one \#
                character.
                """#,
            wrong: #"detector employee { pattern "E?[0-9]*" }"#,
            right: #"detector employee { pattern "E?[0-9]{6}" }"#),
        CodeExplanation(
            "C0513",
            #"""
                Every cell that anyone reads is searched, so a pattern must be fast on every text, not only on those that are meant. It \#
                was run on texts made from itself: its repetitions pumped, with an end that does not fit; what it asks for less its end, \#
                over and over; long runs of each of its characters. On one of them it takes more steps for each byte than it may, or \#
                more than the match limit that holds at run time. Two remedies: a bound, `{1,40}` for `+`; or something before it \#
                that keeps matches from beginning inside one another, as `(?<![a-z])`.
                """#,
            wrong: #"detector internal_mail { pattern "[a-z]+@corp\\.example" }"#,
            right: #"detector internal_mail { pattern "(?<![a-z])[a-z]+@corp\\.example" }"#),
        CodeExplanation(
            "C0514",
            #"""
                The name of a group says what it is for: `(?<mask>…)` is the part of a match that is masked, `(?<check>…)` the part that \#
                the checksum is over. Another name says nothing, and may be a slip that has too much masked.
                """#,
            wrong: #"detector employee { pattern "E(?<maks>[0-9]{6})" }"#,
            right: #"detector employee { pattern "E(?<mask>[0-9]{6})" }"#),
        CodeExplanation(
            "C0515",
            #"""
                The masker knows no checksum of the name. It knows `luhn`, `mod97` (as in an IBAN), `mod97_10`, `mod11_2`, `mod11_10`, \#
                `verhoeff`, `aba`, `nhs`, `base58`, `bech32`, `eip55` and `crc32`.
                """#,
            wrong: #"detector member { pattern "M[0-9]{9}"  checksum lunh }"#,
            right: #"detector member { pattern "M[0-9]{9}"  checksum luhn }"#),
        CodeExplanation(
            "C0516",
            #"""
                Words of context are looked for word by word in what stands around a value and in the name of its column, so each is one \#
                word, of three letters and more.
                """#,
            wrong: #"detector badge { pattern "[0-9]{6}"  context { "badge number" } }"#,
            right: #"detector badge { pattern "[0-9]{6}"  context { "badge" } }"#),
    ]
}
