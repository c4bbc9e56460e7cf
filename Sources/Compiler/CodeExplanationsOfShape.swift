// What the codes about the shape of a file mean.

extension CodeExplanation {
    static let ofShape: [CodeExplanation] = [
        CodeExplanation(
            "P0201",
            #"Something else had to stand here. The sentence says what; often a word is misspelt or missing just before."#,
            wrong: #"""
                deny drops {
                  on db
                  to
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "P0202",
            #"Every file begins with the policy that it is part of."#,
            wrong: #"use std.pii"#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "P0203",
            #"""
                The edition says which version of the language the file is written in, so that a newer compiler still reads it as it \#
                was meant.
                """#,
            wrong: #"policy shop"#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "P0204",
            #"Only editions that this compiler knows can be compiled: guessing what a later one means could allow too much."#,
            wrong: #"policy shop edition 7"#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "P0205",
            #"`policy` stands once, on the first line."#,
            wrong: #"""
                policy shop edition 1
                policy orders edition 1
                """#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "P0206",
            #"`use` stands right below `policy`, so that a reader sees at once what a file depends on."#,
            wrong: #"""
                policy shop edition 1
                let chosen = statement.has_where
                use std.postgres
                """#,
            right: #"""
                policy shop edition 1
                use std.postgres
                let chosen = statement.has_where
                """#),
        CodeExplanation(
            "P0207",
            #"Outside of blocks only declarations stand, and each begins with its word."#,
            wrong: #""orders""#,
            right: #"set tables = { "orders" }"#),
        CodeExplanation(
            "P0208",
            #"The word begins no declaration. It may be misspelt, or a clause that stands outside of its block."#,
            wrong: #"sett tables = { orders }"#,
            right: #"set tables = { orders }"#),
        CodeExplanation(
            "P0209",
            #"A block that was opened with `{` has no `}`. What follows it can then not be told apart."#,
            wrong: #"""
                deny drops {
                  on db
                  to drop
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "P0210",
            #"""
                The clause or the declaration was complete, and something follows. Items are parted by `,`, conditions joined by `and` \#
                or `or`.
                """#,
            wrong: #"""
                deny drops {
                  who app ci
                  on  db
                  to  drop
                }
                """#,
            right: #"""
                deny drops {
                  who app
                  on  db
                  to  drop
                }
                """#),
        CodeExplanation(
            "P0211",
            #"In a block every line begins with the word of a clause, or goes on with a list after a comma."#,
            wrong: #"""
                deny drops {
                  whom app
                  on   db
                  to   drop
                }
                """#,
            right: #"""
                deny drops {
                  who app
                  on  db
                  to  drop
                }
                """#),
        CodeExplanation(
            "P0212",
            #"Words that have a meaning where names stand cannot be names."#,
            wrong: #"identity any from ci { when claim.sub == "all" }"#,
            right: #"""
                identity anyone from ci { when claim.sub == "all" }
                allow anyone_reads { who anyone on db to select }
                """#),
        CodeExplanation(
            "P0213",
            #"A comma says that another item follows."#,
            wrong: #"set contact = { email, phone, }"#,
            right: #"set contact = { email, phone }"#),
        CodeExplanation(
            "P0214",
            #"What a clause says follows its word without a mark."#,
            wrong: #"""
                deny drops {
                  on: db
                  to  drop
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "P0215",
            #"There is one `}` more than there are blocks."#,
            wrong: #"""
                deny drops {
                  on db
                  to drop
                }
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
    ]
}
