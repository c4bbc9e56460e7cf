// What the codes about claims, facts, types and literals mean.

extension CodeExplanation {
    static let ofFacts: [CodeExplanation] = [
        CodeExplanation(
            "C0301",
            #"A claim has one type in all issuers: a rule about it would otherwise mean two things."#,
            wrong: #"issuer cluster : oidc { url "https://cluster.example"  audience "postern"  claims { sub string, level string } }"#,
            right: #"issuer cluster : oidc { url "https://cluster.example"  audience "postern"  claims { sub string, level int } }"#),
        CodeExplanation(
            "C0302",
            #"""
                A caller may come here whose issuer does not declare the claim. A misspelt claim would be unknown for ever, and the \#
                rule would never do what it says.
                """#,
            wrong: #"""
                deny drops {
                  on    db
                  to    drop
                  when  claim.taem == "shop"
                }
                """#,
            right: #"""
                deny drops {
                  on    db
                  to    drop
                  when  claim.team == "shop"
                }
                """#),
        CodeExplanation(
            "C0303",
            #"There is no fact of this name on any kind of resource."#,
            wrong: #"""
                deny copies {
                  on      db
                  to      select
                  unless  statement.has_were
                }
                """#,
            right: #"""
                deny copies {
                  on      db
                  to      select
                  unless  statement.has_where
                }
                """#),
        CodeExplanation(
            "C0304",
            #"The rule is also about a resource of a kind that has no such fact."#,
            wrong: #"""
                resource host : ssh { tags production }
                deny copies {
                  on    tag production
                  when  statement.has_limit
                }
                """#,
            right: #"""
                resource host : ssh { tags production }
                deny copies {
                  on    db
                  when  statement.has_limit
                }
                """#),
        CodeExplanation(
            "C0305",
            #"""
                The fact exists, and is not known at this place: an identity is settled before there is a request, and a decision is \#
                made before there is a result.
                """#,
            wrong: #"""
                deny exports {
                  on    db
                  to    select
                  when  result.rows > 5
                }
                """#,
            right: #"""
                deny exports {
                  on    db
                  to    select
                  when  statement.limit > 5
                }
                """#),
        CodeExplanation(
            "C0306",
            #"A value of another type stands here than the comparison needs."#,
            wrong: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.limit > "ten"
                }
                """#,
            right: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.limit > 10
                }
                """#),
        CodeExplanation(
            "C0307",
            #"The comparison has no meaning for values of this type: texts have no order, sets are not equal to one string."#,
            wrong: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  claim.groups == "dba"
                }
                """#,
            right: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  claim.groups contains "dba"
                }
                """#),
        CodeExplanation(
            "C0308",
            #"The fact can only have certain values, and this is none of them."#,
            wrong: #"""
                deny copies {
                  on      db
                  to      update
                  unless  statement.where == keyd
                }
                """#,
            right: #"""
                deny copies {
                  on      db
                  to      update
                  unless  statement.where == keyed
                }
                """#),
        CodeExplanation(
            "C0309",
            #"A condition must be true or false; this has a value of another type."#,
            wrong: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.limit
                }
                """#,
            right: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.limit > 100
                }
                """#),
        CodeExplanation(
            "C0310",
            #"The comparison compares nothing of the request: it would always come out the same."#,
            wrong: #"""
                deny drops {
                  on    db
                  to    drop
                  when  "shop" in { "shop", "reports" }
                }
                """#,
            right: #"""
                deny drops {
                  on    db
                  to    drop
                  when  claim.team in { "shop", "reports" }
                }
                """#),
        CodeExplanation(
            "C0311",
            #"The text is no glob (after `like`, and in objects that are patterns) or no PCRE2 pattern (after `matches`)."#,
            wrong: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.text matches "select (from"
                }
                """#,
            right: #"""
                deny copies {
                  on    db
                  to    select
                  when  statement.text matches "select [(]from"
                }
                """#),
        CodeExplanation(
            "C0312",
            #"A window of time has days, hours and a zone: "Mon-Fri 08:00-18:00 Europe/Berlin"."#,
            wrong: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  request.time in "Mo-Fr 08:00-18:00 UTC"
                }
                """#,
            right: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  request.time in "Mon-Fri 08:00-18:00 UTC"
                }
                """#),
        CodeExplanation(
            "C0313",
            #"The zone is no name of the time zone database, not `UTC` and no offset."#,
            wrong: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  request.time in "Mon-Fri 08:00-18:00 Europe/Berln"
                }
                """#,
            right: #"""
                deny drops {
                  on      db
                  to      drop
                  unless  request.time in "Mon-Fri 08:00-18:00 Europe/Berlin"
                }
                """#),
        CodeExplanation(
            "C0314",
            #"""
                An address is written as such; a network has its prefix's length and no bits behind it, because "10.0.0.1/8" may mean \#
                the host or the network.
                """#,
            wrong: #"""
                deny outside {
                  on      db
                  unless  request.source in "10.0.0.1/8"
                }
                """#,
            right: #"""
                deny outside {
                  on      db
                  unless  request.source in "10.0.0.0/8"
                }
                """#),
        CodeExplanation(
            "C0315",
            #"The set holds something that cannot stand where the set is used."#,
            wrong: #"""
                set tables = { orders, 3 }
                deny drops {
                  on db
                  to drop tables
                }
                """#,
            right: #"""
                set tables = { orders, customers }
                deny drops {
                  on db
                  to drop tables
                }
                """#),
        CodeExplanation(
            "C0316",
            #"""
            A header's name is made of letters, digits, hyphens and a few other marks. Its letters may be large or small: `"X-Team"` and \#
            `"x-team"` are one header. One that is there twice has no value that a rule could go by.
            """#,
            wrong: #"""
                resource web : http { tags production }
                deny other_teams {
                  on     web
                  to     post
                  unless http.header["x team"] == "shop"
                }
                """#,
            right: #"""
                resource web : http { tags production }
                deny other_teams {
                  on     web
                  to     post
                  unless http.header["x-team"] == "shop"
                }
                """#),
        CodeExplanation(
            "C0317",
            #"Only signatures with a public key are taken: with `HS256` whoever can check a token can make one, and with `none` everybody can."#,
            wrong: #"""
                issuer builds : jwks {
                  file        "keys.json"
                  issuer      "https://ci.example"
                  audience    "postern"
                  algorithms  ES256, HS256
                }
                """#,
            right: #"""
                issuer builds : jwks {
                  file        "keys.json"
                  issuer      "https://ci.example"
                  audience    "postern"
                  algorithms  ES256
                }
                """#),
        CodeExplanation(
            "C0318",
            #"""
            The claims of an issuer of kind `mtls` are what certificates say: `spiffe`, `subject`, `common_name`, `organizations`, \#
            `organizational_units`, `dns`, `uris`, `emails`, `signer`, `serial`, `sha256`, `not_before` and `not_after`, each of its own \#
            type. A trust domain is a name such as `prod.acme.io`.
            """#,
            wrong: #"""
                issuer mesh : mtls {
                  ca      "ca.pem"
                  claims  { spiffe_id string }
                }
                """#,
            right: #"""
                issuer mesh : mtls {
                  ca      "ca.pem"
                  claims  { spiffe string }
                }
                """#),
    ]
}
