// What the codes about clauses, their words and what they need mean.

extension CodeExplanation {
    static let ofClauses: [CodeExplanation] = [
        CodeExplanation(
            "P0301",
            #"""
                Two clauses of one sort could be read as "both" or as "either". Say everything in one. Only `when`, `unless`, `column` \#
                and `value` may stand more than once.
                """#,
            wrong: #"""
                deny drops {
                  who app
                  who any
                  on  db
                  to  drop
                }
                """#,
            right: #"""
                deny drops {
                  who any
                  on  db
                  to  drop
                }
                """#),
        CodeExplanation(
            "P0302",
            #"""
                Without this clause the declaration would have to guess: a rule must say on which resources it holds, a test who asks.
                """#,
            wrong: #"""
                deny drops {
                  to drop
                }
                """#,
            right: #"""
                deny drops {
                  on any
                  to drop
                }
                """#),
        CodeExplanation(
            "P0303",
            #"""
                The clause means nothing for a rule of this effect: only an allow has limits, only an approve has approvers, only a \#
                mask has columns.
                """#,
            wrong: #"""
                deny drops {
                  on     db
                  to     drop
                  limit  5 rows
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "P0304",
            #"Issuers of this kind have no such setting."#,
            wrong: #"""
                issuer cluster : oidc {
                  url       "https://cluster.example"
                  ca        "ca.pem"
                  audience  "postern"
                }
                """#,
            right: #"""
                issuer cluster : oidc {
                  url       "https://cluster.example"
                  audience  "postern"
                }
                """#),
        CodeExplanation(
            "P0305",
            #"Without this setting tokens of the issuer could not be verified, or would be taken from anyone."#,
            wrong: #"issuer cluster : oidc { url "https://cluster.example" }"#,
            right: #"issuer cluster : oidc { url "https://cluster.example"  audience "postern" }"#),
        CodeExplanation(
            "P0306",
            #"The keys of a `jwks` issuer come from one place: a file, or a URL."#,
            wrong: #"""
                issuer dev : jwks {
                  issuer    "https://dev.example"
                  audience  "postern"
                }
                """#,
            right: #"""
                issuer dev : jwks {
                  file      "dev.jwks"
                  issuer    "https://dev.example"
                  audience  "postern"
                }
                """#),
        CodeExplanation(
            "P0307",
            #"A mask without `column` and `value` would protect nothing."#,
            wrong: #"mask contact { on db }"#,
            right: #"""
                mask contact {
                  on      db
                  column  customers.email with redact
                }
                """#),
        CodeExplanation(
            "P0308",
            #"A proof without `never` and `always` claims nothing."#,
            wrong: #"prove no_drops { on db }"#,
            right: #"prove no_drops { on db  never drop }"#),
        CodeExplanation(
            "P0309",
            #"A test without a message and without a row cannot fail."#,
            wrong: #"""
                test "reads" {
                  as app
                  on db
                }
                """#,
            right: #"""
                test "reads" {
                  as app
                  on db
                  "select id from orders" -> allow
                }
                """#),
        CodeExplanation(
            "P0310",
            #"`any` already means everyone, or every resource; beside names it would swallow them."#,
            wrong: #"""
                deny drops {
                  who app, any
                  on  db
                  to  drop
                }
                """#,
            right: #"""
                deny drops {
                  who any
                  on  db
                  to  drop
                }
                """#),
        CodeExplanation(
            "P0311",
            #"Only certain words can stand here, and this is none of them."#,
            wrong: #"resource reports : postgress { tags production }"#,
            right: #"resource reports : postgres { tags production }"#),
    ]
}
