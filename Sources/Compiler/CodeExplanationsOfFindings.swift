// What the findings of an argument over all requests mean: rules that make no difference, examples that cannot fail.

extension CodeExplanation {
    /// What `postern check` finds by an argument over all requests.
    static let ofFindings: [CodeExplanation] = [
        CodeExplanation(
            "C0610",
            #"""
            No request of anyone whom the rule is about meets its conditions: one of them excludes another, or what makes the identity. \#
            `postern check` goes through every value that the facts can have.
            """#,
            wrong: #"""
                deny drops {
                  on    db
                  to    drop
                  when  statement.count > 3
                  when  statement.count < 2
                }
                """#,
            right: #"""
                deny drops {
                  on    db
                  to    drop
                  when  statement.count > 3 or statement.count < 2
                }
                """#),
        CodeExplanation(
            "C0611",
            #"Denies forbid all that the rule would let pass. A deny wins, wherever it stands."#,
            wrong: #"""
                allow app_locks {
                  who  app
                  on   db
                  to   lock orders
                }
                deny locks {
                  on db
                  to lock
                }
                """#,
            right: #"""
                allow app_locks {
                  who  app
                  on   db
                  to   lock orders
                }
                deny locks {
                  who  any except app
                  on   db
                  to   lock
                }
                """#),
        CodeExplanation(
            "C0612",
            #"Every request comes out the same without the rule: other rules of its kind do all that it does."#,
            wrong: #"""
                deny drops {
                  on db
                  to drop, truncate
                }
                deny drops_of_orders {
                  on db
                  to drop orders
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to truncate
                }
                deny drops_of_orders {
                  on db
                  to drop orders
                }
                """#),
        CodeExplanation(
            "C0613",
            #"""
            The statement cannot be read as SQL, or is of a sort that the gateway does not take apart. Such a message is denied whatever the \#
            rules say, so that the example shows nothing of them.
            """#,
            wrong: #"""
                test "nobody drops" {
                  as app
                  on db
                  "dropp table orders" -> deny
                }
                """#,
            right: #"""
                test "nobody drops" {
                  as app
                  on db
                  "drop table orders" -> deny
                }
                """#),
        CodeExplanation(
            "C0616",
            #"""
            A token makes one identity or none: one that matches two is refused, and so is one that matches one and may match another, because \#
            it lacks a claim that the other asks for. Here a token of `ada` without `claim.team` may be one of the `shopkeepers`. `has` makes it \#
            certain.
            """#,
            wrong: #"""
                identity shopkeepers from ci { when claim.team == "shop" }
                """#,
            right: #"""
                identity shopkeepers from ci { when has claim.team and claim.team == "shop" and claim.sub != "app" }
                """#),
    ]
}
