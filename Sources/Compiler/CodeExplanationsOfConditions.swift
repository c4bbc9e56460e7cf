// What the codes about conditions, verbs and objects mean, as far as the grammar goes.

extension CodeExplanation {
    static let ofConditions: [CodeExplanation] = [
        CodeExplanation(
            "P0501",
            #"Values are compared with `==`; `=` only gives a name its meaning."#,
            wrong: #"let shopping = claim.team = "shop""#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0502",
            #"Comparisons are written with marks, so that each is read in one way."#,
            wrong: #"let shopping = claim.team is "shop""#,
            right: #"let shopping = claim.team == "shop""#),
        CodeExplanation(
            "P0503",
            #"A comparison is true, false or unknown, which is nothing to compare a number with. Write two comparisons."#,
            wrong: #"let few = 1 < statement.limit < 5"#,
            right: #"let few = statement.limit > 1 and statement.limit < 5"#),
        CodeExplanation(
            "P0504",
            #"`not` turns a whole comparison around, and stands before it."#,
            wrong: #"let other = claim.team not in { "shop" }"#,
            right: #"let other = not claim.team in { "shop" }"#),
        CodeExplanation(
            "P0505",
            #"`has` asks whether a fact is there at all. Whether a set holds an element is asked with `contains`."#,
            wrong: #"let dba = claim.groups has "dba""#,
            right: #"let dba = claim.groups contains "dba""#),
        CodeExplanation(
            "P0506",
            #"Parentheses and `not` nest at most 64 deep: no reader follows more, and every tool is sure to finish."#,
            wrong: #"let chosen = ⟦65×(⟧statement.has_where⟦65×)⟧"#,
            right: #"let chosen = ⟦64×(⟧statement.has_where⟦64×)⟧"#),
    ]

    static let ofObjects: [CodeExplanation] = [
        CodeExplanation(
            "P0601",
            #"There is no such verb on any kind of resource."#,
            wrong: #"""
                deny drops {
                  on db
                  to dropp
                }
                """#,
            right: #"""
                deny drops {
                  on db
                  to drop
                }
                """#),
        CodeExplanation(
            "P0602",
            #"""
                Behind a verb a second verb without a comma could be meant, or a table of that name. A table that is named like a verb \#
                stands in quotes.
                """#,
            wrong: #"""
                deny reads {
                  on db
                  to select from update
                }
                """#,
            right: #"""
                deny reads {
                  on db
                  to select from "update"
                }
                """#),
        CodeExplanation(
            "P0603",
            #"A name has at most a schema, a table and a column."#,
            wrong: #"""
                deny reads {
                  on db
                  to select from main.public.orders.id
                }
                """#,
            right: #"""
                deny reads {
                  on db
                  to select from public.orders.id
                }
                """#),
        CodeExplanation(
            "P0604",
            #"A column is masked in a certain table, or in every one: say which."#,
            wrong: #"""
                mask contact {
                  on      db
                  column  email with redact
                }
                """#,
            right: #"""
                mask contact {
                  on      db
                  column  any.email with redact
                }
                """#),
    ]
}
