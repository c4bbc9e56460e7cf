// What the words of the language mean, in a sentence or two, for hover and completion.

import PolicyLang

/// Short texts about the language's own words. The whole is in docs/language.md.
enum WordTexts {
    /// Words that begin a declaration.
    static let declarations: [String: String] = [
        "policy": "`policy NAME edition N`: the first line of a file. Files with one name are one policy. The edition pins syntax and meaning.",
        "use": "`use NAME`: makes another policy's names usable as `last_segment.name`, and its rules part of this program.",
        "issuer": "Who may vouch for workloads, and the claims that may be used.",
        "identity": "A workload, recognised by `when` and `unless`. A token that matches two identities is refused as ambiguous.",
        "group": "Identities by name, or a condition on the claims of one issuer. A caller may be in many groups.",
        "resource": "What is reached. Addresses and credentials are the gateway's configuration and never stand in a policy.",
        "set": "Named values: names, strings, numbers.",
        "let": "A named condition.",
        "allow": "Permits the accesses that it covers. Every access of a request must be allowed.",
        "deny": "Forbids the accesses that it covers; it wins over every allow and approve.",
        "approve": "Holds the accesses that it covers until enough approvers have agreed.",
        "mask": "Hides columns or values in what comes back. Of two masks on one column the stricter stands.",
        "watch": "Tells someone of requests that it covers; it changes nothing.",
        "observe": "Before a rule: logs what the rule would have done and changes nothing.",
        "detector": "A value pattern of one's own for `value` in a mask.",
        "prove": "An invariant over all possible requests, which the compiler checks.",
        "test": "Examples with the decisions and masked rows that must come of them; `postern test` runs them.",
    ]

    /// Words that begin a clause, or stand in one.
    static let clauses: [String: String] = [
        "who": "Whom the rule is about: `any` (the default), or identities and groups; `except` leaves some out again.",
        "on": "Which resources: `any`, names, or `tag` and tags. All names after `tag` are tags.",
        "to": "Which accesses: verbs and objects, such as `select from orders(id, total), insert into audit.log`. The default is any.",
        "when": "A condition that must hold. Unknown counts as false where the rule permits, as true where it forbids or masks.",
        "unless": "A condition that must not hold.",
        "because": "The reason, shown to the caller.",
        "expires": "A date or time after which an allow no longer applies. An expired deny, approve or mask is an error.",
        "limit": "Bounds what may be done under the allow: `10_000 rows`, `600 per minute`, `30s runtime`, `5 concurrent`, `100 MiB bytes`.",
        "by": "Groups or identities whose members may agree; after a decision in a test, the rule that must be the reason.",
        "quorum": "How many must agree; 1 when left out.",
        "within": "How long a request waits for approvers.",
        "valid": "For how long an approval holds: `once`, `session` or a duration.",
        "column": "Columns and their transform: `customers.{email, phone} with partial(first: 2)`, `any.card_number with last(4)`.",
        "value": "Detectors and their transform: values that they find are masked wherever they stand.",
        "guarded": "A masked column may also not be used where its value could be inferred, such as in a filter.",
        "notify": "Whom to tell.",
        "except": "Leaves out again what follows.",
        "any": "Everyone, every resource, every verb or every object, by where it stands.",
        "tag": "What follows are tags: the resources that have one of them.",
        "never": "No request with such an access is ever allowed.",
        "always": "Every request of only such accesses is allowed.",
        "as": "The identity that the test is.",
        "at": "The time at which the test takes place.",
        "row": "A row, and after `->` what the masks must make of it.",
        "with": "After columns or detectors: what becomes of a value. After `as NAME`: facts that the test sets.",
        "has": "Whether an optional fact is there; always known.",
        "in": "In a set, an IP range, or a window of time such as \"Mon-Fri 08:00-18:00 Europe/Berlin\".",
        "contains": "A set holds an element, a text a part.",
        "like": "A glob: `*` stands for any text.",
        "matches": "A PCRE2 pattern, compiled ahead and limited at run time.",
        "tags": "Words that rules can point at with `on tag`.",
        "search_path": "The schemas in which unqualified names are looked up.",
        "schema": "A file with the database's schema, relative to this file; `postern schema pull` writes it.",
        "claims": "The claims of the tokens that may be used, with their types. A claim that is not declared cannot be used.",
        "url": "Where the issuer is, and where its keys are found.",
        "audience": "The `aud` that tokens must have.",
        "algorithms": "The signature algorithms that are taken.",
        "issuer": "The exact `iss` of the tokens.",
        "file": "A file with the issuer's keys.",
        "ca": "A file with the certificate authority.",
        "trust_domain": "The SPIFFE trust domain of the certificates.",
        "metadata": "A file with the identity provider's metadata.",
        "pattern": "A PCRE2 pattern that the values match.",
        "checksum": "Check digits that a match must have.",
        "context": "Words near a value that make it count.",
    ]

    /// Verbs on databases, and those of other kinds where the word means something else there.
    private static let sqlVerbs: [String: String] = [
        "select": "Reads rows of a table or view, by columns.", "insert": "Adds rows, by columns.",
        "update": "Changes rows, by columns.", "delete": "Removes rows.", "truncate": "Empties a table.",
        "create": "Makes an object; a class such as `table` may stand before its name.", "alter": "Changes an object's definition.",
        "drop": "Removes an object.", "comment": "Comments on an object.", "grant": "Gives rights.", "revoke": "Takes rights away.",
        "call": "Runs a function that PostgreSQL does not mark as pure, or a procedure.", "lock": "Locks a table.",
        "set": "Changes a parameter of the session, the role or the session's user.", "listen": "Waits for notifications of a channel.",
        "notify": "Sends a notification.", "maintain": "VACUUM, ANALYZE, REINDEX, CLUSTER, REFRESH.",
        "read": "As a group: `select`. On a string: a file of the server, as COPY FROM reads it.",
        "write": "As a group: `insert`, `update`, `delete`. On a string: a file of the server, as COPY TO writes it.",
        "run": "A program on the server, as COPY … PROGRAM runs it.", "transact": "Two-phase commit and what transactions share.",
        "define": "A group: `create`, `alter`, `drop`, `truncate`, `comment`.",
    ]

    private static let otherVerbs: [String: String] = [
        "unknown": "What the inspector does not understand. Only `to any` and `to unknown` cover it.",
        "run": "Runs a command; the object is a pattern, word by word, and `**` is the rest.",
        "read": "Reads a file of the host.", "write": "Writes a file of the host.", "forward": "Forwards a port.",
        "upload": "Copies a file to the host.", "download": "Copies a file from the host.",
        "get": "Reads one object, or an HTTP GET.", "list": "Lists objects.", "watch": "Follows changes of objects.",
        "create": "Makes an object.", "update": "Replaces an object.", "patch": "Changes a part of an object.",
        "delete": "Removes an object.", "exec": "Runs a command in a container.", "attach": "Attaches to a container.",
        "logs": "Reads a container's log.", "portforward": "Forwards a port of a pod.", "proxy": "Reaches a service through the API server.",
        "head": "HTTP HEAD.", "post": "HTTP POST.", "put": "HTTP PUT.", "options": "HTTP OPTIONS.", "connect": "HTTP CONNECT.",
        "trace": "HTTP TRACE.",
    ]

    static func verb(_ word: String, on kinds: [ResourceKind]) -> String? {
        let isSQL = kinds.isEmpty || kinds.contains(.postgres) || kinds.contains(.mysql)
        return isSQL ? sqlVerbs[word] ?? otherVerbs[word] : otherVerbs[word] ?? sqlVerbs[word]
    }

    /// What masks make of values: as it is written, as a snippet, and what it does; strictest first.
    static let transforms: [(name: String, snippet: String, about: String)] = [
        ("null", "null", "NULL."), ("redact", "redact", "`[redacted]`, or NULL where that is no value of the type."),
        ("zero", "zero", "0, false, or the empty text."), ("hash", "hash", "A keyed hash: equal values stay equal."),
        ("tokenize", "tokenize", "Keyed: other digits and letters in the same places."),
        ("year", "year", "The first of January of the date's year."), ("domain", "domain", "`*@acme.io` of an e-mail address."),
        ("range", "range(${1:10})", "The step that the number lies in: 30 for 37 by `range(10)`."),
        ("partial", "partial(first: ${1:2})", "So many characters stay at each end; the rest are stars."),
        ("last", "last(${1:4})", "The last characters stay."),
    ]

    static let claimTypes = ["string", "int", "bool", "time", "set of string", "set of int"]
    static let issuerKinds: [String: String] = [
        "oidc": "OpenID Connect: keys are found through the issuer's address.", "jwks": "Keys of a file or an address, and an exact `iss`.",
        "mtls": "Client certificates of an authority. Claims: `spiffe`, `subject`, `common_name`, `organizations`, `organizational_units`, "
            + "`dns`, `uris`, `emails`, `signer`, `serial`, `sha256`, `not_before`, `not_after`.", "saml": "SAML assertions of an identity provider.",
    ]
    static let resourceKinds: [String: String] = [
        "postgres": "A PostgreSQL database.", "mysql": "A MySQL database.", "ssh": "A host that is reached by SSH.",
        "kubernetes": "A Kubernetes cluster.", "http": "An HTTP service.",
    ]
    static let algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
}
