// How each part of a tree moves: every place in it, by the same distance.

extension Name: Spanned {}
extension DocComment: Spanned {}
extension SourceComment: Spanned {}
extension StringLiteral: Spanned {}
extension IntegerLiteral: Spanned {}
extension DurationLiteral: Spanned {}
extension SizeLiteral: Spanned {}
extension MomentLiteral: Spanned {}
extension BooleanLiteral: Spanned {}
extension ObjectSegment: Spanned {}
extension LimitItem: Spanned {}
extension Transform: Spanned {}
extension TextEdit: Spanned {}
extension RelatedPlace: Spanned {}

extension Token: Movable {
    mutating func move(by distance: Int) {
        start += distance
        end += distance
    }
}

extension Diagnostic: Movable {
    mutating func move(by distance: Int) {
        span.move(by: distance)
        related.move(by: distance)
        fixIt?.edits.move(by: distance)
    }
}

extension Declaration: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .issuer(let it): self = .issuer(it.moved(by: distance))
        case .identity(let it): self = .identity(it.moved(by: distance))
        case .group(let it): self = .group(it.moved(by: distance))
        case .resource(let it): self = .resource(it.moved(by: distance))
        case .set(let it): self = .set(it.moved(by: distance))
        case .let(let it): self = .let(it.moved(by: distance))
        case .rule(let it): self = .rule(it.moved(by: distance))
        case .detector(let it): self = .detector(it.moved(by: distance))
        case .prove(let it): self = .prove(it.moved(by: distance))
        case .test(let it): self = .test(it.moved(by: distance))
        }
    }
}

// MARK: values and conditions

extension QualifiedName: Movable {
    mutating func move(by distance: Int) {
        qualifier.move(by: distance)
        name.move(by: distance)
        span.move(by: distance)
    }
}

extension FactPath: Movable {
    mutating func move(by distance: Int) {
        segments.move(by: distance)
        key.move(by: distance)
        span.move(by: distance)
    }
}

extension SetLiteral: Movable {
    mutating func move(by distance: Int) {
        elements.move(by: distance)
        span.move(by: distance)
    }
}

extension Operand: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .string(let it): self = .string(it.moved(by: distance))
        case .integer(let it): self = .integer(it.moved(by: distance))
        case .duration(let it): self = .duration(it.moved(by: distance))
        case .size(let it): self = .size(it.moved(by: distance))
        case .moment(let it): self = .moment(it.moved(by: distance))
        case .boolean(let it): self = .boolean(it.moved(by: distance))
        case .set(let it): self = .set(it.moved(by: distance))
        case .path(let it): self = .path(it.moved(by: distance))
        }
    }
}

extension Comparison: Movable {
    mutating func move(by distance: Int) {
        left.move(by: distance)
        relationSpan.move(by: distance)
        right.move(by: distance)
        span.move(by: distance)
    }
}

extension Condition: Movable {
    mutating func move(by distance: Int) {
        switch self {
        case .or(let parts, let span): self = .or(parts.moved(by: distance), span.moved(by: distance))
        case .and(let parts, let span): self = .and(parts.moved(by: distance), span.moved(by: distance))
        case .not(let part, let span): self = .not(part.moved(by: distance), span.moved(by: distance))
        case .has(let path, let span): self = .has(path.moved(by: distance), span.moved(by: distance))
        case .comparison(let it): self = .comparison(it.moved(by: distance))
        case .operand(let it): self = .operand(it.moved(by: distance))
        }
    }
}

extension ConditionClause: Movable {
    mutating func move(by distance: Int) {
        condition.move(by: distance)
        span.move(by: distance)
    }
}

// MARK: people and resources

extension IssuerDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        kindName.move(by: distance)
        settings.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension IssuerSetting: Movable {
    mutating func move(by distance: Int) {
        key.move(by: distance)
        switch value {
        case .strings(let it): value = .strings(it.moved(by: distance))
        case .words(let it): value = .words(it.moved(by: distance))
        case .claims(let it, let span): value = .claims(it.moved(by: distance), span.moved(by: distance))
        }
        span.move(by: distance)
    }
}

extension ClaimDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        typeSpan.move(by: distance)
        span.move(by: distance)
    }
}

extension IdentityDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        issuer.move(by: distance)
        conditions.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension GroupDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        switch membership {
        case .members(let it): membership = .members(it.moved(by: distance))
        case .claims(let issuer, let conditions):
            membership = .claims(issuer: issuer.moved(by: distance), conditions: conditions.moved(by: distance))
        }
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension ResourceDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        kindName.move(by: distance)
        tags.move(by: distance)
        searchPath.move(by: distance)
        schema.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension SetDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        value.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}

extension LetDeclaration: Movable {
    mutating func move(by distance: Int) {
        name.move(by: distance)
        condition.move(by: distance)
        doc.move(by: distance)
        span.move(by: distance)
    }
}
