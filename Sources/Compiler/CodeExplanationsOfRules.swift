// What the codes about rules, masks, tests and what cannot be compiled mean.

extension CodeExplanation {
    static let ofRules: [CodeExplanation] = [
        CodeExplanation(
            "C0402",
            #"The verb does not exist on a resource that the rule is about."#,
            wrong: #"""
                deny uploads {
                  on db
                  to upload
                }
                """#,
            right: #"""
                deny uploads {
                  on db
                  to write
                }
                """#),
        CodeExplanation(
            "C0403",
            #"Behind this verb an object is written in another way."#,
            wrong: #"""
                deny drops {
                  on db
                  to drop role public.app
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop role app
                }
                """#),
        CodeExplanation(
            "C0404",
            #"Only `select`, `insert` and `update` touch single columns; what is about a whole object cannot be bounded by them."#,
            wrong: #"""
                deny losses {
                  on db
                  to delete from orders(id)
                }
                """#,
            right: #"""
                deny losses {
                  on db
                  to delete from orders
                }
                """#),
        CodeExplanation(
            "C0405",
            #"An allow must be sure of what it allows. With more than one schema on the path, or no path, the name alone is not."#,
            wrong: #"""
                resource two : postgres { search_path public, app }
                allow reads {
                  on two
                  to select from orders
                }
                """#,
            right: #"""
                resource two : postgres { search_path public, app }
                allow reads {
                  on two
                  to select from public.orders
                }
                """#),
        CodeExplanation(
            "C0406",
            #"The rule is about resources of different kinds, on which the object means different things."#,
            wrong: #"""
                resource host : ssh { tags production }
                deny removals {
                  on tag production
                  to run "rm *"
                }
                """#,
            right: #"""
                resource host : ssh { tags production }
                deny removals {
                  on host
                  to run "rm *"
                }
                """#),
        CodeExplanation(
            "C0407",
            #"""
                A deny or a mask that ended by itself would loosen the policy without anyone's change. Renew the date, or remove the \#
                rule.
                """#,
            wrong: #"""
                deny drops {
                  on       db
                  to       drop
                  expires  2020-01-01
                }
                """#,
            right: #"""
                deny drops {
                  on       db
                  to       drop
                  expires  9999-01-01
                }
                """#),
        CodeExplanation(
            "C0408",
            #"""
                Who is in a group with a condition is known only when a token comes, so it cannot be counted among another group's \#
                members.
                """#,
            wrong: #"""
                group dba from ci { when claim.groups contains "dba" }
                group staff { app, dba }
                """#,
            right: #"""
                group dba from ci { when claim.groups contains "dba" }
                group staff { app }
                """#),
        CodeExplanation(
            "C0501",
            #"""
                Two masks may apply to one column, and neither hides all that the other hides. Which should win is not for the \#
                compiler to guess.
                """#,
            wrong: #"""
                mask one {
                  on      db
                  column  customers.email with partial(first: 2)
                }
                mask two {
                  on      db
                  column  customers.email with last(2)
                }
                """#,
            right: #"""
                mask one {
                  on      db
                  column  customers.email with partial(first: 2)
                }
                mask two {
                  on      db
                  column  customers.email with partial(first: 1)
                }
                """#),
        CodeExplanation(
            "C0502",
            #"A mask is bound to columns by name: "every column" would include those that are added later, by guess."#,
            wrong: #"""
                mask contact {
                  on      db
                  column  customers.any with redact
                }
                """#,
            right: #"""
                mask contact {
                  on      db
                  column  customers.{email, phone} with redact
                }
                """#),
        CodeExplanation(
            "C0503",
            #"The mask names columns, and is also about a resource that has none."#,
            wrong: #"""
                resource site : http { tags production }
                mask contact {
                  on      db, site
                  column  customers.email with redact
                }
                """#,
            right: #"""
                resource site : http { tags production }
                mask contact {
                  on      db
                  column  customers.email with redact
                }
                """#),
        CodeExplanation(
            "C0701",
            #"""
                A test sets what the message does not say: claims, `identity.proof`, `request.source`, `session.reason`. The rest \#
                follows from the message.
                """#,
            wrong: #"""
                test "reads" {
                  as app with { statement.has_where = true }
                  on db
                  "select id from orders" -> allow
                }
                """#,
            right: #"""
                test "reads" {
                  as app with { session.reason = "a ticket" }
                  on db
                  "select id from orders" -> allow
                }
                """#),
        CodeExplanation(
            "C0702",
            #"The identity's issuer declares no such claim, so no token could have it."#,
            wrong: #"""
                test "reads" {
                  as app with { claim.teem = "shop" }
                  on db
                  "select id from orders" -> allow
                }
                """#,
            right: #"""
                test "reads" {
                  as app with { claim.team = "shop" }
                  on db
                  "select id from orders" -> allow
                }
                """#),
        CodeExplanation(
            "C0703",
            #"""
            Examples are run for databases that speak PostgreSQL's protocol. A message of another kind would be read as SQL and denied, so \#
            the test would show nothing.
            """#,
            wrong: #"""
                resource shell : ssh { tags staging }
                test "restarts" {
                  as app
                  on shell
                  "systemctl restart nginx" -> deny
                }
                """#,
            right: #"""
                resource shell : ssh { tags staging }
                test "reads" {
                  as app
                  on db
                  "select id from orders" -> allow
                }
                """#),
        CodeExplanation(
            "C0801",
            #"The policy goes beyond a bound of the compiler. The bounds keep decisions fast and every tool sure to finish."#,
            wrong: #"""
                mask contact {
                  on      db
                  column  customers.email with last(70000)
                }
                """#,
            right: #"""
                mask contact {
                  on      db
                  column  customers.email with last(4)
                }
                """#),
        CodeExplanation(
            "C0802",
            #"""
                The machine's verifier, which checks every program before it runs, has bounds of its own, and the program would be \#
                refused.
                """#,
            wrong: #"""
                deny drops {
                  on       db
                  to       drop
                  because  "⟦70000×x⟧"
                }
                """#,
            right: #"""
                deny drops {
                  on       db
                  to       drop
                  because  "⟦70×x⟧"
                }
                """#),
    ]
}
