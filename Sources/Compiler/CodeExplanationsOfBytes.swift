// What the codes about bytes, words and numbers mean.

extension CodeExplanation {
    static let ofBytes: [CodeExplanation] = [
        CodeExplanation(
            "P0101",
            #"""
                A policy file is UTF-8. Bytes that are not would be shown differently to different readers, so none are accepted, not \#
                even in a comment.
                """#,
            wrong: #"let shopping = claim.team == "caf⟦E9⟧""#,
            right: #"let shopping = claim.team == "café""#),
        CodeExplanation(
            "P0102",
            #"A byte order mark says nothing in UTF-8, and other tools may take it for a part of the first word."#,
            wrong: #"⟦EF⟧⟦BB⟧⟦BF⟧policy shop edition 1"#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "P0103",
            #"""
                Control characters do not show, or move the cursor: a reviewer would see something else than the compiler. In a string \#
                one is written as an escape.
                """#,
            wrong: #"let shopping = claim.team == "shop⟦07⟧""#,
            right: #"let shopping = claim.team == "shop\u{7}""#),
        CodeExplanation(
            "P0104",
            #"""
                Invisible characters and those that reverse the direction of text make a line read as something that it is not. In a \#
                string one is written as an escape; elsewhere it goes.
                """#,
            wrong: #"let shopping = claim.team == "shop⟦E2⟧⟦80⟧⟦AE⟧""#,
            right: #"let shopping = claim.team == "shop\u{202E}""#),
        CodeExplanation(
            "P0105",
            #"""
                Names are ASCII, so that two names that look alike are the same. Other letters belong into strings and comments; \#
                quotes are straight.
                """#,
            wrong: #"let shopping = claim.team == “shop”"#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0106",
            #"The character begins no word, number, string or mark of the language."#,
            wrong: #"let shopping = claim.team == @"shop""#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0107",
            #"Conditions are joined with the words `and`, `or` and `not`, and an example is parted from its outcome by `->`."#,
            wrong: #"let shopping = claim.team == "shop" && statement.has_where"#,
            right: #"let shopping = claim.team == "shop" and statement.has_where"#),
        CodeExplanation(
            "P0108",
            #"Lines and clauses end by themselves."#,
            wrong: #"let shopping = claim.team == "shop";"#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0109",
            #"A comment begins with `//`, one that documents a declaration with `///`."#,
            wrong: #"""
                # What belongs to the shop.
                let shopping = claim.team == "shop"
                """#,
            right: #"""
                // What belongs to the shop.
                let shopping = claim.team == "shop"
                """#),
        CodeExplanation(
            "P0110",
            #"""
                There are only comments to the end of a line: one that spans lines could hide a rule from a reader who sees its \#
                middle.
                """#,
            wrong: #"""
                /* What belongs to the shop. */
                let shopping = claim.team == "shop"
                """#,
            right: #"""
                // What belongs to the shop.
                let shopping = claim.team == "shop"
                """#),
        CodeExplanation(
            "P0111",
            #"A string ends on the line on which it began."#,
            wrong: #"let shopping = claim.team == "shop"#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0112",
            #"Strings stand between double quotes only."#,
            wrong: #"let shopping = claim.team == 'shop'"#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0113",
            #"""
                In a string a backslash begins an escape: `\"`, `\\`, `\n`, `\r`, `\t` or `\u{…}`. A backslash itself, as in a \#
                pattern, is written twice.
                """#,
            wrong: #"let numbered = statement.text matches "\d+""#,
            right: #"let numbered = statement.text matches "\\d+""#),
        CodeExplanation(
            "P0114",
            #"`\u{…}` takes one to six hexadecimal digits that name a Unicode character. U+0000 cannot be written."#,
            wrong: #"let shopping = claim.team == "\u{110000}""#,
            right: #"let shopping = claim.team == "\u{E9}""#),
        CodeExplanation(
            "P0115",
            #"Numbers, and amounts with their unit multiplied in, have 64 bits."#,
            wrong: #"let huge = statement.limit == 99999999999999999999"#,
            right: #"let huge = statement.limit == 9_223_372_036_854_775_807"#),
        CodeExplanation(
            "P0116",
            #"Durations end with `s`, `m`, `h` or `d`; sizes with `B`, `KB`, `KiB` and so on."#,
            wrong: #"let long = session.age > 2w"#,
            right: #"let long = session.age > 14d"#),
        CodeExplanation(
            "P0117",
            #"Numbers are whole, so that comparing them is exact."#,
            wrong: #"let long = session.age > 1.5h"#,
            right: #"let long = session.age > 90m"#),
        CodeExplanation(
            "P0118",
            #"`_` stands between digits, to make a long number readable."#,
            wrong: #"let large = statement.limit > 10_000_"#,
            right: #"let large = statement.limit > 10_000"#),
        CodeExplanation(
            "P0119",
            #"An amount of time, of bytes or of characters is never below nothing."#,
            wrong: #"let long = session.age > -5s"#,
            right: #"let long = session.age > 5s"#),
        CodeExplanation(
            "P0120",
            #"""
                Dates are written 2026-03-02, times 2026-03-02T03:00Z or with an offset such as +01:00. The day must be in the \#
                calendar, and a time must say its zone.
                """#,
            wrong: #"let later = request.time > 2026-02-30"#,
            right: #"let later = request.time > 2026-03-02"#),
        CodeExplanation(
            "P0121",
            #"Names have at most 128 bytes."#,
            wrong: #"let ⟦129×n⟧ = statement.has_where"#,
            right: #"let ⟦128×n⟧ = statement.has_where"#),
        CodeExplanation(
            "P0122",
            #"""
            A letter with an accent can be written as one character or as two, the letter and the mark. Both look the same; tokens and PostgreSQL \#
            hold them apart, and a reader of the policy cannot. Strings are written in normal form C, in which there is one way only.
            """#,
            wrong: #"let shop = claim.team == "cafe\u{301}""#,
            right: #"let shop = claim.team == "caf\u{E9}""#),
    ]
}
