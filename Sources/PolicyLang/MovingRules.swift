// How rules, detectors, proofs and tests move.

extension RuleDeclaration: Movable {
    mutating func move(by distance: Int) {
        effectSpan.move(by: distance)
        observeSpan.move(by: distance)
        name.move(by: distance)
        body.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension RuleClause: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .who(let it): self = .who(it.moved(by: distance))
        case .on(let it): self = .on(it.moved(by: distance))
        case .to(let it): self = .to(it.moved(by: distance))
        case .condition(let it): self = .condition(it.moved(by: distance))
        case .because(let it, let span): self = .because(it.moved(by: distance), span.moved(by: distance))
        case .expires(let it, let span): self = .expires(it.moved(by: distance), span.moved(by: distance))
        case .limit(let it, let span): self = .limit(it.moved(by: distance), span.moved(by: distance))
        case .by(let it, let span): self = .by(it.moved(by: distance), span.moved(by: distance))
        case .quorum(let it, let span): self = .quorum(it.moved(by: distance), span.moved(by: distance))
        case .within(let it, let span): self = .within(it.moved(by: distance), span.moved(by: distance))
        case .valid(let it, let span): self = .valid(it.moved(by: distance), span.moved(by: distance))
        case .column(let it): self = .column(it.moved(by: distance))
        case .value(let it): self = .value(it.moved(by: distance))
        case .guarded(let span): self = .guarded(span.moved(by: distance))
        case .notify(let it, let span): self = .notify(it.moved(by: distance), span.moved(by: distance))
        }
    }
}

extension WhoClause: Movable {
    mutating func move(by distance: Int) {
        anySpan.move(by: distance)
        names.move(by: distance)
        except.move(by: distance)
        span.move(by: distance)
    }
}

extension OnClause: Movable {
    mutating func move(by distance: Int) {
        include.move(by: distance)
        except.move(by: distance)
        span.move(by: distance)
    }
}

extension ResourceSelector: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .any(let span): self = .any(span.moved(by: distance))
        case .name(let it): self = .name(it.moved(by: distance))
        case .tag(let it): self = .tag(it.moved(by: distance))
        }
    }
}

extension ToClause: Movable {
    mutating func move(by distance: Int) {
        verbClauses.move(by: distance)
        span.move(by: distance)
    }
}

extension VerbClause: Movable {
    mutating func move(by distance: Int) {
        verbs.move(by: distance)
        preposition.move(by: distance)
        objects.move(by: distance)
        span.move(by: distance)
    }
}

extension VerbPattern: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .any(let span): self = .any(span.moved(by: distance))
        case .verb(let it): self = .verb(it.moved(by: distance))
        }
    }
}

extension ObjectPattern: Movable {
    mutating func move(by distance: Int) {
        objectClass.move(by: distance)
        path.move(by: distance)
        columns.move(by: distance)
        span.move(by: distance)
    }
}

extension Validity: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .once, .session: break
        case .period(let it): self = .period(it.moved(by: distance))
        }
    }
}

extension ColumnClause: Movable {
    mutating func move(by distance: Int) {
        targets.move(by: distance)
        transform.move(by: distance)
        span.move(by: distance)
    }
}

extension ColumnTarget: Movable {
    mutating func move(by distance: Int) {
        table.move(by: distance)
        columns.move(by: distance)
        span.move(by: distance)
    }
}

extension ValueClause: Movable {
    mutating func move(by distance: Int) {
        detectors.move(by: distance)
        transform.move(by: distance)
        span.move(by: distance)
    }
}

// MARK: detectors, proofs and tests

extension DetectorDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        pattern.move(by: distance)
        checksum.move(by: distance)
        context.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension ProveDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        clauses.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension ProveClause: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .who(let it): self = .who(it.moved(by: distance))
        case .on(let it): self = .on(it.moved(by: distance))
        case .condition(let it): self = .condition(it.moved(by: distance))
        case .never(let it): self = .never(it.moved(by: distance))
        case .always(let it): self = .always(it.moved(by: distance))
        }
    }
}

extension TestDeclaration: Movable {
    mutating func move(by distance: Int) {
        title.move(by: distance)
        subject.move(by: distance)
        resource.move(by: distance)
        moment.move(by: distance)
        examples.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension TestSubject: Movable {
    mutating func move(by distance: Int) {
        identity.move(by: distance)
        facts.move(by: distance)
        span.move(by: distance)
    }
}

extension TestFact: Movable {
    mutating func move(by distance: Int) {
        path.move(by: distance)
        value.move(by: distance)
        span.move(by: distance)
    }
}

extension TestExample: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .message(let it): self = .message(it.moved(by: distance))
        case .row(let it): self = .row(it.moved(by: distance))
        }
    }
}

extension MessageExample: Movable {
    mutating func move(by distance: Int) {
        message.move(by: distance)
        rule.move(by: distance)
        span.move(by: distance)
    }
}

extension RowExample: Movable {
    mutating func move(by distance: Int) {
        table.move(by: distance)
        input.move(by: distance)
        expected.move(by: distance)
        span.move(by: distance)
    }
}

extension RowCell: Movable {
    mutating func move(by distance: Int) {
        column.move(by: distance)
        switch value {
        case .null(let span): value = .null(span.moved(by: distance))
        case .literal(let it): value = .literal(it.moved(by: distance))
        }
        span.move(by: distance)
    }
}
