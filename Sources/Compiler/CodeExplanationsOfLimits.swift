// What the codes about amounts and about the size of a file mean.

extension CodeExplanation {
    static let ofValues: [CodeExplanation] = [
        CodeExplanation(
            "P0401",
            #"An amount of none would refuse everything, or mean nothing: a limit and a quorum are at least one."#,
            wrong: #"""
                allow bounded {
                  on     db
                  to     select
                  limit  0 rows
                }
                """#,
            right: #"""
                allow bounded {
                  on     db
                  to     select
                  limit  1 rows
                }
                """#),
        CodeExplanation(
            "P0402",
            #"`partial` says how many characters stay. When none do, `redact` says so more clearly."#,
            wrong: #"""
                mask contact {
                  on      db
                  column  customers.email with partial(first: 0)
                }
                """#,
            right: #"""
                mask contact {
                  on      db
                  column  customers.email with redact
                }
                """#),
        CodeExplanation(
            "P0403",
            #"Each end of a value is named once."#,
            wrong: #"""
                mask contact {
                  on      db
                  column  customers.email with partial(first: 1, first: 2)
                }
                """#,
            right: #"""
                mask contact {
                  on      db
                  column  customers.email with partial(first: 1, last: 2)
                }
                """#),
        CodeExplanation(
            "P0404",
            #"A set holds names and values. Another set goes in by its name."#,
            wrong: #"set contact = { email, { phone } }"#,
            right: #"set contact = { email, phone }"#),
    ]

    static let ofLimits: [CodeExplanation] = [
        CodeExplanation(
            "P0901",
            #"A policy file has at most 1 MiB: no one reviews more, and every tool is sure to finish."#,
            wrong: #"""
                policy shop edition 1
                //⟦1048576×x⟧
                """#,
            right: #"""
                policy shop edition 1
                //⟦1000×x⟧
                """#),
        CodeExplanation(
            "P0902",
            #"A policy file has at most 200 000 words and marks."#,
            wrong: #"""
                policy shop edition 1
                set many = { x⟦100000×, x⟧ }
                """#,
            right: #"""
                policy shop edition 1
                set many = { x⟦4000×, x⟧ }
                """#),
        CodeExplanation(
            "P0903",
            #"""
                Of one file the first hundred mistakes are shown. What follows them may come from the same slip; mend those above and \#
                look again.
                """#,
            wrong: #"""
                policy shop edition 1
                ⟦101×let x = statement.limit = 1
                ⟧
                """#,
            right: #"""
                policy shop edition 1
                let x = statement.limit == 1
                """#),
    ]
}
