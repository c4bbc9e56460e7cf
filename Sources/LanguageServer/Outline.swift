// The shape of a file and of a folder: symbols, folding, and growing selections.

import PolicyLang

/// SymbolKind of the protocol, for the sorts of declarations.
private func symbolKind(_ declaration: Declaration) -> Int {
    switch declaration {
    case .issuer: 11  // Interface
    case .identity: 5  // Class
    case .group: 10  // Enum
    case .resource: 23  // Struct
    case .set, .let: 14  // Constant
    case .rule: 12  // Function
    case .detector: 20  // Key
    case .prove: 24  // Event
    case .test: 6  // Method
    }
}

extension Declaration {
    /// The words before the name: `observe deny`, `identity`.
    var headWords: String {
        switch self {
        case .issuer: "issuer"
        case .identity: "identity"
        case .group: "group"
        case .resource: "resource"
        case .set: "set"
        case .let: "let"
        case .rule(let rule): (rule.isObserved ? "observe " : "") + rule.effect.rawValue
        case .detector: "detector"
        case .prove: "prove"
        case .test: "test"
        }
    }

    /// The `///` text before it.
    var doc: DocComment? {
        switch self {
        case .issuer(let it): it.doc
        case .identity(let it): it.doc
        case .group(let it): it.doc
        case .resource(let it): it.doc
        case .set(let it): it.doc
        case .let(let it): it.doc
        case .rule(let it): it.doc
        case .detector(let it): it.doc
        case .prove(let it): it.doc
        case .test(let it): it.doc
        }
    }

    /// Its name, or a test's title.
    var title: (text: String, span: SourceSpan) {
        if case .test(let test) = self { return (test.title.value, test.title.span) }
        return (name?.text ?? "", name?.span ?? span)
    }
}

extension LanguageSession {
    // MARK: symbols

    func documentSymbols(_ place: OpenPlace) -> JSON {
        .array(
            place.tree.declarations.map { declaration in
                let title = declaration.title
                let name = JSON.string(title.text.isEmpty ? declaration.headWords : title.text)
                let kind = JSON.int(symbolKind(declaration))
                guard client.symbolTrees else {
                    let location = JSON.of(["uri": .string(uri(place.path)), "range": place.lines.range(declaration.span)])
                    return .of(["name": name, "kind": kind, "location": location])
                }
                return .of([
                    "name": name, "detail": .string(declaration.headWords), "kind": kind,
                    "range": place.lines.range(declaration.span), "selectionRange": place.lines.range(title.span),
                ])
            })
    }

    /// Declarations of every folder whose name holds the letters of the query in their order.
    func workspaceSymbols(_ query: String) -> JSON {
        var found: [JSON] = []
        let wanted = query.lowercased()
        for folder in folders {
            for file in folder.index().files where folder.files[file.path] != nil {
                guard let lines = lines(file.path, folder) else { continue }
                for declaration in file.parsed.tree.declarations {
                    let title = declaration.title
                    guard Self.holds(title.text.lowercased(), wanted) else { continue }
                    found.append(
                        .of([
                            "name": .string(title.text), "kind": .int(symbolKind(declaration)),
                            "containerName": .string("\(file.policy): \(declaration.headWords)"),
                            "location": .of(["uri": .string(uri(file.path)), "range": lines.range(title.span)]),
                        ]))
                    // More than a person reads; the query narrows it.
                    if found.count == 1_000 { return .array(found) }
                }
            }
        }
        return .array(found)
    }

    private static func holds(_ text: String, _ letters: String) -> Bool {
        var rest = Substring(letters)
        for character in text where character == rest.first { rest.removeFirst() }
        return rest.isEmpty
    }

    // MARK: folding

    func foldingRanges(_ place: OpenPlace) -> JSON {
        var ranges: [JSON] = []
        func fold(_ start: Int, _ end: Int, kind: String?) {
            let first = place.lines.position(of: start).line
            let last = place.lines.position(of: end).line
            guard last > first else { return }
            ranges.append(
                .of(["startLine": .int(first), "endLine": .int(last), "kind": kind.map(JSON.string)]))
        }
        if let first = place.tree.uses.first, let last = place.tree.uses.last { fold(first.span.start, last.span.end, kind: "imports") }
        for declaration in place.tree.declarations {
            // The line with the closing brace stays to be seen.
            let end = declaration.span.end
            let last = place.lines.position(of: end).line
            let isBrace = end > 0 && place.lines.bytes[end - 1] == UInt8(ascii: "}")
            fold(declaration.span.start, isBrace ? max(declaration.span.start, place.lines.range(ofLine: max(0, last - 1)).upperBound) : end, kind: nil)
        }
        for run in commentRuns(place) { fold(run.lowerBound, run.upperBound, kind: "comment") }
        return .array(ranges)
    }

    /// Comments on neighbouring lines of their own.
    private func commentRuns(_ place: OpenPlace) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var lastLine = -2
        for comment in place.file.parsed.comments {
            let line = place.lines.position(of: comment.span.start).line
            let before = place.lines.bytes[place.lines.range(ofLine: line).lowerBound..<comment.span.start]
            guard before.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { continue }
            if line == lastLine + 1, let last = runs.popLast() {
                runs.append(last.lowerBound..<comment.span.end)
            } else {
                runs.append(comment.span.start..<comment.span.end)
            }
            lastLine = line
        }
        return runs
    }

    // MARK: selection

    func selectionRanges(_ place: OpenPlace, _ parameters: JSON) -> JSON {
        .array(
            (parameters["positions"]?.array ?? []).prefix(1_000).map { position in
                guard let position = LinePosition(position) else { return .null }
                let offset = place.lines.offset(of: position)
                var selection: JSON?
                for range in growing(place, offset).reversed() {
                    selection = .of(["range": place.lines.range(range.lowerBound, range.upperBound), "parent": selection])
                }
                return selection ?? .of(["range": place.lines.range(offset, offset)])
            })
    }

    /// What encloses a byte, innermost first: word, item between marks, clause, declaration, file.
    private func growing(_ place: OpenPlace, _ offset: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        func add(_ start: Int, _ end: Int) {
            guard start <= offset, offset <= end, start < end else { return }
            if let last = ranges.last, start > last.lowerBound || end < last.upperBound || (start, end) == (last.lowerBound, last.upperBound) {
                return
            }
            ranges.append(start..<end)
        }
        let lexemes = place.file.parsed.lexemes
        if let lexeme = lexemes.first(where: { $0.start <= offset && offset < $0.end }) ?? lexemes.first(where: { $0.end == offset }) {
            add(lexeme.start, lexeme.end)
        }
        if let declaration = place.tree.declarations.first(where: { $0.span.start <= offset && offset <= $0.span.end }) {
            for span in Self.clauseSpans(of: declaration) { add(span.start, span.end) }
            add(declaration.span.start, declaration.span.end)
        }
        add(0, place.lines.bytes.count)
        return ranges
    }

    private static func clauseSpans(of declaration: Declaration) -> [SourceSpan] {
        switch declaration {
        case .issuer(let it): it.settings.map(\.span)
        case .identity(let it): it.conditions.flatMap { [$0.condition.span, $0.span] }
        case .group(let it):
            switch it.membership {
            case .members(let names): names.map(\.span)
            case .claims(_, let conditions): conditions.flatMap { [$0.condition.span, $0.span] }
            }
        case .resource: []
        case .set(let it): it.value.elements.map(\.span) + [it.value.span]
        case .let(let it): [it.condition.span]
        case .rule(let it): it.clauses.flatMap { $0.innerSpans + [$0.span] }
        case .detector: []
        case .prove(let it): it.clauses.map(\.span)
        case .test(let it): it.examples.map(\.span)
        }
    }
}

extension RuleClause {
    /// The parts of a clause that one may want to select, smaller ones first.
    fileprivate var innerSpans: [SourceSpan] {
        switch self {
        case .to(let it): it.verbClauses.flatMap { $0.objects.map(\.span) + [$0.span] }
        case .condition(let it): [it.condition.span]
        case .column(let it): it.targets.map(\.span) + [it.transform.span]
        case .value(let it): it.detectors.map(\.span) + [it.transform.span]
        case .who(let it): (it.names + it.except).map(\.span)
        case .on(let it): (it.include + it.except).map(\.span)
        case .limit(let items, _): items.map(\.span)
        case .because, .expires, .by, .quorum, .within, .valid, .guarded, .notify: []
        }
    }
}
