// Lint: clauses stand in one order.

import PolicyLang

extension LintRule {
    static let clauseOrder = LintRule(
        "L0020", .warning,
        #"Rules read alike when who, on, to, conditions, and then what the effect needs stand in this order. The order "#
            + #"means nothing."#,
        wrong: #"""
            deny drops {
              to       drop
              on       db
              because  "no"
            }
            """#,
        right: #"""
            deny drops {
              on       db
              to       drop
              because  "no"
            }
            """#
    ) { findings in
        for declaration in findings.declarations {
            guard case .rule(let rule) = declaration else { continue }
            let ordered = rule.clauses.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
            guard ordered != rule.clauses, let wrong = zip(ordered, rule.clauses).first(where: { $0 != $1 })?.1 else { continue }
            let comments = findings.run.parsed[rule.span.file].comments
            // A comment belongs to a clause in a way that only its author knows.
            let hasComments = comments.contains { $0.span.start > rule.span.start && $0.span.end < rule.span.end }
            let edits = zip(rule.clauses, ordered).filter { $0 != $1 }.map { TextEdit(span: $0.span, replacement: findings.text($1.span)) }
            findings.say(
                wrong.span, "`\(wrong.word)` stands before what usually comes first",
                help: "the order is who, on, to, conditions, what the effect needs, because, expires, notify", fix: "put the clauses in order",
                edits: hasComments ? nil : edits)
        }
    }
}

extension RuleClause {
    fileprivate var word: String {
        switch self {
        case .who: "who"
        case .on: "on"
        case .to: "to"
        case .condition(let clause): clause.isNegated ? "unless" : "when"
        case .because: "because"
        case .expires: "expires"
        case .limit: "limit"
        case .by: "by"
        case .quorum: "quorum"
        case .within: "within"
        case .valid: "valid"
        case .column: "column"
        case .value: "value"
        case .guarded: "guarded"
        case .notify: "notify"
        }
    }

    /// Where it belongs among the others. Columns and values keep their order, and so do conditions.
    fileprivate var place: Int {
        switch self {
        case .who: 0
        case .on: 1
        case .to: 2
        case .condition: 3
        case .by: 4
        case .quorum: 5
        case .within: 6
        case .valid: 7
        case .column, .value: 8
        case .guarded: 9
        case .limit: 10
        case .because: 11
        case .expires: 12
        case .notify: 13
        }
    }
}
