// What the codes about names mean.

extension CodeExplanation {
    static let ofNames: [CodeExplanation] = [
        CodeExplanation(
            "C0201",
            #"Two declarations share a name, so it is not clear which is meant."#,
            wrong: #"""
                set tables = { orders }
                set tables = { customers }
                """#,
            right: #"""
                set tables = { orders }
                set people = { customers }
                """#),
        CodeExplanation(
            "C0202",
            #"Nothing of this name is declared where it could be seen from here."#,
            wrong: #"""
                deny drops {
                  who apps
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
            "C0203",
            #"The name is declared, and means something of another sort than can stand here."#,
            wrong: #"""
                deny drops {
                  who db
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
            "C0204",
            #"Before the dot stands the last name of a policy that this file uses; there is no `use` for this one."#,
            wrong: #"""
                ==== example.postern
                policy shop edition 1
                resource db : postgres { search_path public }
                mask numbers {
                  on     db
                  value  pii.iban with redact
                }
                """#,
            right: #"""
                ==== example.postern
                policy shop edition 1
                use std.pii
                resource db : postgres { search_path public }
                mask numbers {
                  on     db
                  value  pii.iban with redact
                }
                """#),
        CodeExplanation(
            "C0205",
            #"A set, a group or a `let` that contains itself has no meaning."#,
            wrong: #"""
                let chosen = bounded
                let bounded = chosen or statement.has_limit
                """#,
            right: #"""
                let chosen = statement.has_where
                let bounded = chosen or statement.has_limit
                """#),
        CodeExplanation(
            "C0206",
            #"No resource has this tag, so the rule is about nothing there."#,
            wrong: #"""
                deny drops {
                  on tag prodution
                  to drop
                }
                """#,
            right: #"""
                deny drops {
                  on tag production
                  to drop
                }
                """#),
        CodeExplanation(
            "C0207",
            #"Only databases look names up along a path."#,
            wrong: #"resource host : ssh { search_path public }"#,
            right: #"resource host : ssh { tags production }"#),
    ]
}
