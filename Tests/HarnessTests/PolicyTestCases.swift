// A policy's own tests, from the compiler's data to the runner's.

import Compiler
import Harness
import Machine
import PolicyLang

extension TestCase {
    init(_ test: PolicyTest, in source: SourceFile) {
        func place(_ span: SourceSpan) -> TestPlace {
            TestPlace(path: source.path, line: source.location(of: span.start).line)
        }
        self.init(
            title: test.title, identity: test.identity,
            claims: VerifiedClaims(
                issuer: test.issuer, subject: "test", values: test.claims, proof: test.proof ?? .bearer), source: test.source,
            reason: test.reason, resource: test.resource, moment: test.moment ?? Moment(seconds: 1_772_000_000),
            steps: test.examples.map { example in
                switch example {
                case .message(let message):
                    .message(
                        MessageStep(
                            text: message.text, expected: Expectation(message.outcome), rule: message.rule,
                            place: place(message.span)))
                case .row(let row):
                    .row(
                        RowStep(
                            schema: row.schema, table: row.table,
                            cells: row.cells.map { Cell(column: $0.column, value: $0.value) },
                            expected: row.expected.map { Cell(column: $0.column, value: $0.value) }, place: place(row.span)))
                }
            }, place: place(test.span))
    }
}

extension TestCase.Expectation {
    init(_ outcome: TestOutcome) {
        switch outcome {
        case .allow: self = .allow
        case .deny: self = .deny
        case .approve: self = .approve
        }
    }
}
