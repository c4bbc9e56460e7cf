// What the compiler's warnings mean: policies that compile, and probably do not say what was meant.

extension CodeExplanation {
    static let ofWarnings: [CodeExplanation] = [
        CodeExplanation(
            "C0614",
            """
            An approve asks for more people than there are. Everybody counts once, by the subject of their token, and nobody agrees to what \
            they ask for themselves. It is only said where all of `by` are told by `claim.sub`, so that they can be counted.
            """,
            wrong: #"""
                identity lead from ci { when claim.sub == "lead" }
                approve drops {
                  who     app
                  on      db
                  to      drop
                  by      lead
                  quorum  2
                }
                """#,
            right: #"""
                identity lead from ci { when claim.sub == "lead" }
                approve drops {
                  who     app
                  on      db
                  to      drop
                  by      lead
                  quorum  1
                }
                """#),
        CodeExplanation(
            "C0601",
            #"`to any` also allows `unknown`: text that was not understood. A deny by verb cannot see what is in it."#,
            wrong: #"""
                allow everything {
                  who app
                  on  db
                  to  any
                }
                deny drops {
                  on db
                  to drop
                }
                """#,
            right: #"""
                allow everything {
                  who app
                  on  db
                  to  select, insert, update
                }
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "C0602",
            #"The rule is about nobody, or about no resource."#,
            wrong: #"""
                deny drops {
                  who app except app
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
            "C0603",
            #"The declaration is used nowhere. It may have been meant for a rule that still says something else."#,
            wrong: #"""
                set tables = { orders }
                deny drops {
                  on db
                  to drop table
                }
                """#,
            right: #"""
                set tables = { orders }
                deny drops {
                  on db
                  to drop tables
                }
                """#),
        CodeExplanation(
            "C0604",
            #"No rule allows this identity anything: every statement of it is refused."#,
            wrong: #"identity report from ci { when claim.sub == "report" }"#,
            right: #"""
                identity report from ci { when claim.sub == "report" }
                allow report_reads {
                  who report
                  on  db
                  to  select
                }
                """#),
        CodeExplanation(
            "C0605",
            #"No rule lets anyone whom the mask is about read this column. Either the name is misspelt, or the mask does nothing."#,
            wrong: #"""
                resource reports : postgres { search_path public }
                allow report_reads {
                  on reports
                  to select from customers(id, email)
                }
                mask contact {
                  on      reports
                  column  customers.emial with redact
                }
                """#,
            right: #"""
                resource reports : postgres { search_path public }
                allow report_reads {
                  on reports
                  to select from customers(id, email)
                }
                mask contact {
                  on      reports
                  column  customers.email with redact
                }
                """#),
        CodeExplanation(
            "C0606",
            #"The allow's time is over. It allows nothing any more."#,
            wrong: #"""
                allow trial {
                  on       db
                  to       lock
                  expires  2020-01-01
                }
                """#,
            right: #"""
                allow trial {
                  on       db
                  to       lock
                  expires  9999-01-01
                }
                """#),
        CodeExplanation(
            "C0607",
            #"PostgreSQL folds names that are not quoted to small letters, so a name with capitals only matches a quoted one."#,
            wrong: #"""
                deny drops {
                  on db
                  to drop Orders
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop orders
                }
                """#),
        CodeExplanation(
            "C0608",
            #"The condition comes out the same for every request."#,
            wrong: #"""
                deny drops {
                  on    db
                  to    drop
                  when  true
                }
                """#,
            right: #"""
                deny drops {
                  on    db
                  to    drop
                  when  statement.has_where
                }
                """#),
    ]
}
