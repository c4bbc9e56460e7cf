// What can be written inside a block: clause words at the start of a line, then what each clause takes.

import Compiler
import PolicyLang

extension Completer {
    mutating func block(_ declaration: String) {
        let afterComma = previous?.text == ","
        if scope.clause == nil || scope.startsLine && !afterComma && cursor.path.isEmpty { clauseWords(declaration) }
        if declaration == "group", scope.blockWords.isEmpty { return names([.identity, .group]) }
        guard let clause = scope.clause, !scope.startsLine || afterComma || !cursor.path.isEmpty || isUnfinished else {
            return
        }
        switch (declaration, clause) {
        case ("issuer", _): issuer(clause)
        case ("resource", "tags"): names([.tag])
        case ("test", "as"): testSubject()
        case ("test", "on"):
            if previous == nil || previous?.text == "." { names([.resource]) } else { outcome() }
        case ("test", _): outcome()
        case (_, "who"), (_, "by"): callers(clause)
        case (_, "on"): resources()
        case (_, "to"), (_, "never"), (_, "always"): accesses()
        case (_, "when"), (_, "unless"): condition(scope.before)
        case (_, "limit"): limits()
        case (_, "valid"): words(["once", "session"])
        case (_, "column"): columns()
        case (_, "value"): previous?.text == "with" ? transforms() : detectors()
        default: break
        }
    }

    /// Whether the clause cannot end here: nothing stands after its word, or after a word that needs something.
    private var isUnfinished: Bool {
        guard let previous else { return true }
        return ["and", "or", "not", "except", "tag", "with", "in", "==", "!=", "<", "<=", ">", ">=", "like", "matches", "contains"]
            .contains(previous.text)
    }

    private mutating func clauseWords(_ declaration: String) {
        let present = Set(scope.clauses.map(\.word))
        for word in scope.blockWords where !present.contains(word) || Vocabulary.mayRepeat(word) || declaration == "test" && word == "row" {
            add(Candidate(label: word, kind: .keyword, about: WordTexts.clauses[word], rank: present.contains(word) ? 4 : 2))
        }
    }

    // MARK: who and where

    private mutating func issuer(_ clause: String) {
        switch clause {
        case "algorithms": words(WordTexts.algorithms, kind: .value)
        case "claims" where scope.openMarks.last == "{":
            switch previous?.text {
            case "{", ",": break
            case "set": words(["of"])
            case "of": words(["string", "int"], kind: .value)
            default:
                words(WordTexts.claimTypes, kind: .value)
                words(["optional"])
            }
        default: break
        }
    }

    private mutating func callers(_ clause: String) {
        if cursor.path.isEmpty, previous == nil, clause == "who" { words(["any"], WordTexts.clauses, rank: 2) }
        if let previous, previous.kind == .word, previous.text != "except", cursor.path.isEmpty {
            if clause == "who", !scope.before.contains(where: { $0.text == "except" }) { words(["except"], WordTexts.clauses) }
            return
        }
        names([.identity, .group])
    }

    private mutating func resources() {
        let areTags = scope.before.contains { $0.text == "tag" } && !(scope.before.last { $0.text == "except" || $0.text == "tag" }?.text == "except")
        if previous?.text == "tag" || areTags && previous?.text == "," { return names([.tag]) }
        if let previous, previous.kind == .word, previous.text != "except", cursor.path.isEmpty {
            if !scope.before.contains(where: { $0.text == "except" }) { words(["except"], WordTexts.clauses) }
            return
        }
        if cursor.path.isEmpty {
            if previous == nil { words(["any"], WordTexts.clauses, rank: 2) }
            words(["tag"], WordTexts.clauses, rank: 2)
        }
        names([.resource])
    }

    // MARK: accesses

    private mutating func accesses() {
        let kinds = scope.resourceKinds(place)
        if scope.openMarks.last == "(" { return columnsOfOpenTable() }
        if !cursor.path.isEmpty {
            names([.set])
            return tables(scope.resources(place))
        }
        let verb = lastVerb(kinds)
        if previous == nil || previous?.text == "," {
            verbs(kinds)
            // After a comma the list of objects may go on as well.
            if verb == nil || !scope.before.contains(where: { isObjectStart($0) }) { return }
        }
        guard let verb else { return }
        if let previous, Vocabulary.verbs.contains(previous.text) || previous.text == "any" {
            words(verb == "select" || verb == "delete" ? ["from"] : verb == "insert" ? ["into"] : [], rank: 2)
        }
        objects(after: verb, kinds)
    }

    private func isObjectStart(_ token: Lexeme) -> Bool {
        token.kind == .word && !Vocabulary.verbs.contains(token.text) || token.kind == .string
    }

    private func lastVerb(_ kinds: [ResourceKind]) -> String? {
        var verb: String?
        var before = ","
        for token in scope.before {
            if token.kind == .word, before == ",", Vocabulary.verbs.contains(token.text) || token.text == "any" { verb = token.text }
            before = token.text
        }
        return verb
    }

    private mutating func verbs(_ kinds: [ResourceKind]) {
        let shown = kinds.isEmpty ? ResourceKind.allCases : kinds
        for kind in shown {
            for verb in LanguageCatalogue.verbs(of: kind) {
                add(Candidate(label: verb, kind: .method, detail: kind.rawValue, about: WordTexts.verb(verb, on: kinds), rank: 4))
            }
        }
        if shown.contains(.postgres) || shown.contains(.mysql) {
            for group in LanguageCatalogue.verbGroups where !candidates.contains(where: { $0.label == group.name }) {
                let verbs = group.verbs.joined(separator: ", ")
                add(Candidate(label: group.name, kind: .method, detail: verbs, about: WordTexts.verb(group.name, on: kinds), rank: 4))
            }
        }
        words(["any"], WordTexts.clauses)
    }

    private mutating func objects(after verb: String, _ kinds: [ResourceKind]) {
        words(["any"], WordTexts.clauses, rank: 2)
        names([.set], rank: 4)
        switch LanguageCatalogue.objects(after: verb == "any" ? "select" : verb, on: kinds.first ?? .postgres) {
        case .tablesWithColumns, .tables: tables(scope.resources(place))
        case .definitions:
            words(Vocabulary.objectClasses)
            tables(scope.resources(place))
        case .functions, .parameters, .channels, .patterns, .nothing: break
        }
    }

    /// Tables by the names that find them; after `app.` those of the schema, after `orders.` its columns.
    mutating func tables(_ resources: [(name: String, declaration: ResourceDeclaration)]) {
        let tables = session.schemaTables(resources, place)
        if cursor.path.isEmpty {
            for table in tables {
                let name = Self.written(table.name)
                let label = table.isOnSearchPath ? name : "\(Self.written(table.schema)).\(name)"
                add(Candidate(label: label, kind: .class, detail: table.columns.joined(separator: ", "), rank: 3))
            }
            return
        }
        for table in tables where cursor.path == [table.schema] {
            add(Candidate(label: Self.written(table.name), kind: .class, detail: table.columns.joined(separator: ", "), rank: 3))
        }
        for table in tables where cursor.path == [table.name] && table.isOnSearchPath || cursor.path == [table.schema, table.name] {
            for column in table.columns { add(Candidate(label: Self.written(column), kind: .field, detail: "\(table.schema).\(table.name)", rank: 3)) }
        }
        if cursor.path == ["any"] { everyColumn(tables) }
    }

    /// A name of the database as a policy writes it: in quotes where it is no plain word, or one of the language's own.
    static func written(_ name: String) -> String {
        let bytes = Array(name.utf8)
        let isPlain = bytes.allSatisfy { $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        let isWord = isPlain && !(bytes.first.map { (0x30...0x39).contains($0) } ?? true)
        if isWord, !Vocabulary.verbs.contains(name), !Vocabulary.reservedNames.contains(name) { return name }
        return "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    private mutating func everyColumn(_ tables: [SchemaTable]) {
        for column in Set(tables.flatMap(\.columns)).sorted() { add(Candidate(label: Self.written(column), kind: .field, rank: 3)) }
    }

    /// Inside `orders(` or `customers.{`.
    private mutating func columnsOfOpenTable() {
        guard let open = scope.before.lastIndex(where: { $0.text == "(" || $0.text == "{" }) else { return }
        let end = open > 0 && scope.before[open - 1].text == "." ? open - 1 : open
        let path = Self.path(before: end, scope.before).split(separator: ".").map(String.init)
        let tables = session.schemaTables(scope.resources(place), place)
        for table in tables where path == [table.name] && table.isOnSearchPath || path == [table.schema, table.name] {
            for column in table.columns { add(Candidate(label: Self.written(column), kind: .field, detail: "\(table.schema).\(table.name)", rank: 3)) }
        }
        if path == ["any"] { everyColumn(tables) }
        names([.set], rank: 4)
    }

    // MARK: masks and limits

    private mutating func columns() {
        if previous?.text == "with" { return transforms() }
        if scope.openMarks.last == "{" { return columnsOfOpenTable() }
        if previous?.kind == .word || previous?.text == "}", cursor.path.isEmpty { return words(["with"], WordTexts.clauses) }
        if cursor.path.isEmpty { words(["any"], WordTexts.clauses, rank: 2) }
        tables(scope.resources(place))
        if cursor.path.count == 1 { names([.set]) }
    }

    private mutating func detectors() {
        if previous?.kind == .word, cursor.path.isEmpty { return words(["with"], WordTexts.clauses) }
        names([.detector])
    }

    private mutating func transforms() {
        for transform in WordTexts.transforms {
            add(Candidate(label: transform.name, kind: .function, about: transform.about, snippet: transform.snippet, rank: 3))
        }
    }

    private mutating func limits() {
        guard let previous, previous.kind == .number else {
            if previous?.text == "per" { words(RatePeriod.allCases.map(\.rawValue), kind: .unit) }
            return
        }
        let text = place.lines.text(previous.start..<previous.end)
        if text.last?.isLetter == true {
            words(["s", "m", "h", "d"].contains(text.last.map(String.init) ?? "") && !text.hasSuffix("B") ? ["runtime"] : ["bytes"], kind: .unit)
        } else {
            words(["rows", "per", "concurrent"] + Vocabulary.sizeUnits, kind: .unit)
        }
    }

    // MARK: conditions

    /// `tokens` stand before the cursor in the condition.
    mutating func condition(_ tokens: [Lexeme]) {
        if cursor.path.isEmpty, let last = tokens.last {
            if ["in", "==", "!=", "<", "<=", ">", ">=", "contains", "like", "matches", "{", ","].contains(last.text) {
                return operand(after: tokens)
            }
            let opens = ["when", "unless", "and", "or", "not", "(", "has", "="].contains(last.text)
            if !opens { return words(["and", "or", "in", "contains", "like", "matches", "starts with", "ends with"], WordTexts.clauses) }
        }
        facts()
        names([.let])
        if cursor.path.isEmpty { words(["not", "has"], WordTexts.clauses) }
    }

    private mutating func operand(after tokens: [Lexeme]) {
        // Through `{ a, b,` back to the relation.
        var index = tokens.count - 1
        while index > 0, !["in", "==", "!=", "<", "<=", ">", ">=", "contains", "like", "matches"].contains(tokens[index].text) { index -= 1 }
        let fact = Self.path(before: index, tokens)
        switch fact {
        case "identity.name": names([.identity])
        case "identity.issuer": names([.issuer])
        case "resource.name": names([.resource])
        default: words(LanguageCatalogue.words(of: fact), kind: .value, rank: 2)
        }
        if tokens[index].text == "in" { names([.set], rank: 4) }
        if LanguageCatalogue.fact(fact)?.type == "boolean" { words(["true", "false"], kind: .value) }
    }

    private mutating func facts() {
        let kinds = scope.resourceKinds(place).map(\.rawValue)
        let onlyClaims = scope.declaration == "identity" || scope.declaration == "group"
        let base = cursor.path.joined(separator: ".")
        if base.isEmpty || base == "claim" { claims(isBare: base.isEmpty) }
        guard !onlyClaims else { return }
        for fact in LanguageCatalogue.facts {
            if fact.scope == .result, scope.declaration != "watch" { continue }
            if fact.scope == .access, scope.declaration == "mask" { continue }
            if let of = fact.kinds, !kinds.isEmpty, !kinds.allSatisfy(of.contains) { continue }
            var label = fact.name
            if !base.isEmpty {
                guard fact.name.hasPrefix(base + ".") else { continue }
                label = String(fact.name.dropFirst(base.utf8.count + 1))
            }
            let snippet = fact.takesKey ? label + "[\"${1:x-request-id}\"]" : nil
            add(Candidate(label: label, kind: .property, detail: fact.type, about: fact.about, snippet: snippet, rank: 4))
        }
    }

    /// After `claim.`, where a name that is no plain word cannot stand, and before it.
    private mutating func claims(isBare: Bool) { claims { isBare ? LanguageCatalogue.claim($0) : LanguageCatalogue.isPlain($0) ? $0 : nil } }

    /// In `claim["…"]`.
    mutating func claimNames() { claims { $0 } }

    private mutating func claims(_ label: (String) -> String?) {
        let issuers = scope.issuers(place)
        for issuer in issuers {
            for claim in issuer.claims {
                guard let label = label(claim.name.text) else { continue }
                let type = place.index.files[place.number].parsed.source.index == claim.span.file
                    ? place.file.parsed.source.text(in: claim.typeSpan) : nil
                add(
                    Candidate(
                        label: label, kind: .property,
                        detail: (type.map { $0 + " " } ?? "") + "of \(issuer.name.text)" + (claim.isOptional ? ", optional" : ""), rank: 3))
            }
        }
    }

    // MARK: tests

    private mutating func testSubject() {
        if scope.openMarks.last == "{" {
            if previous?.text == "{" || previous?.text == "," || !cursor.path.isEmpty {
                claims(isBare: cursor.path.isEmpty)
                if cursor.path.isEmpty { words(["identity.proof", "request.source", "session.reason"], kind: .property) }
            }
            return
        }
        if previous == nil || !cursor.path.isEmpty { return names([.identity]) }
        if scope.startsLine { return }
        previous?.text == "->" ? outcome() : words(["with"])
    }

    /// After a message's `->`, and after its decision.
    private mutating func outcome() {
        switch previous?.text {
        case "->": words(TestOutcome.allCases.map(\.rawValue), WordTexts.declarations, kind: .value)
        case "allow", "deny", "approve": words(["by"])
        case "by": names([.rule])
        default: if !cursor.path.isEmpty { names([.rule]) }
        }
    }
}
