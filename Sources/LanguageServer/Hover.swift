// What stands under the pointer: a name's declaration and resolved meaning, a fact, a verb, a word, a mistake's explanation.

import Compiler
import PolicyLang

extension LanguageSession {
    func hover(_ place: OpenPlace, _ offset: Int) -> JSON {
        var parts: [String] = []
        var range: Range<Int>?
        if let occurrence = place.index.occurrence(at: offset, in: place.number), let text = about(occurrence, place) {
            parts.append(text)
            range = occurrence.start..<occurrence.end
        } else if let lexeme = place.file.parsed.lexemes.first(where: { $0.start <= offset && offset < $0.end }),
            let text = about(lexeme, place)
        {
            parts.append(text)
            range = lexeme.start..<lexeme.end
        }
        for diagnostic in diagnostics(at: offset, place) {
            guard let explanation = CodeExplanation.of(diagnostic.code) else { continue }
            parts.append("**\(diagnostic.code)**: \(explanation.meaning)")
            if range == nil { range = diagnostic.span.start..<diagnostic.span.end }
        }
        guard !parts.isEmpty, let range else { return .null }
        let text = parts.joined(separator: "\n\n---\n\n")
        return .of([
            "contents": .of([
                "kind": .string(client.markdown ? "markdown" : "plaintext"),
                "value": .string(client.markdown ? text : Self.plain(text)),
            ]), "range": place.lines.range(range.lowerBound, range.upperBound),
        ])
    }

    private func diagnostics(at offset: Int, _ place: OpenPlace) -> [Diagnostic] {
        let found = place.folder.diagnostics(of: place.folder.checked())[place.path] ?? []
        return found.filter { $0.span.start <= offset && offset < max($0.span.end, $0.span.start + 1) }
    }

    private static func plain(_ markdown: String) -> String {
        markdown.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("```") && $0 != "---" }
            .joined(separator: "\n")
    }

    // MARK: words

    private func about(_ occurrence: Occurrence, _ place: OpenPlace) -> String? {
        if let key = place.index.meaning(of: occurrence, in: place.number),
            let declared = place.index.declarations[key]?.first(where: { occurrence.sorts.contains($0.sort) })
        {
            return about(declared, key, place)
        }
        switch occurrence.role {
        case .fact, .word:
            // A fact is two words with a dot; either shows the whole.
            let path = factPath(around: occurrence, place)
            if path.hasPrefix("claim."), occurrence.text == "claim" { return claimText(String(path.dropFirst("claim.".count)), place) }
            return LanguageCatalogue.fact(path).map(Self.about)
        case .verb: return verb(occurrence, place)
        case .kind:
            return (WordTexts.issuerKinds[occurrence.text] ?? WordTexts.resourceKinds[occurrence.text]).map { "`\(occurrence.text)`\n\n\($0)" }
        case .setting: return WordTexts.clauses[occurrence.text].map { "`\(occurrence.text)`\n\n\($0)" }
        case .table, .column: return tableText(occurrence, place)
        case .name, .preposition, .objectClass, .schema, .type, .transform: return nil
        }
    }

    private func about(_ lexeme: Lexeme, _ place: OpenPlace) -> String? {
        guard lexeme.kind == .word else { return nil }
        let text: String?
        if lexeme.beginsDeclaration {
            text = WordTexts.declarations[lexeme.text]
        } else if let transform = WordTexts.transforms.first(where: { $0.name == lexeme.text }), isTransform(lexeme, place) {
            text = transform.about
        } else {
            text = WordTexts.clauses[lexeme.text] ?? WordTexts.declarations[lexeme.text]
        }
        return text.map { "`\(lexeme.text)`\n\n\($0)" }
    }

    private func isTransform(_ lexeme: Lexeme, _ place: OpenPlace) -> Bool {
        let lexemes = place.file.parsed.lexemes
        guard let index = lexemes.firstIndex(of: lexeme), index > 0 else { return false }
        return lexemes[index - 1].text == "with"
    }

    private func factPath(around occurrence: Occurrence, _ place: OpenPlace) -> String {
        let bytes = place.lines.bytes
        func isPart(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        var start = occurrence.start
        var end = occurrence.end
        while start > 0, isPart(bytes[start - 1]) { start -= 1 }
        while end < bytes.count, isPart(bytes[end]) { end += 1 }
        return place.lines.text(start..<end)
    }

    static func about(_ fact: LanguageCatalogue.FactWord) -> String {
        let scope =
            switch fact.scope {
            case .session: "known for the whole session"
            case .statement: "known for each statement"
            case .access: "known for each access"
            case .result: "known after the result, for `watch` only"
            }
        var text = "```postern\n\(fact.name): \(fact.type)\n```\n\n\(fact.about); \(scope)."
        if let kinds = fact.kinds { text += " For \(kinds.joined(separator: ", "))." }
        let words = LanguageCatalogue.words(of: fact.name)
        if !words.isEmpty { text += "\n\nOne of \(words.map { "`\($0)`" }.joined(separator: ", "))." }
        return text
    }

    private func verb(_ occurrence: Occurrence, _ place: OpenPlace) -> String? {
        let scope = ClauseScope(place, at: occurrence.start)
        let kinds = scope.resourceKinds(place)
        guard let text = WordTexts.verb(occurrence.text, on: kinds) else { return nil }
        return "`\(occurrence.text)`\n\n\(text)"
    }

    private func tableText(_ occurrence: Occurrence, _ place: OpenPlace) -> String? {
        let scope = ClauseScope(place, at: occurrence.start)
        let tables = schemaTables(scope.resources(place), place)
        if occurrence.role == .column {
            let holders = tables.filter { $0.columns.contains(occurrence.text) }.map { "`\($0.schema).\($0.name)`" }
            return holders.isEmpty ? nil : "column `\(occurrence.text)`\n\nof \(holders.prefix(12).joined(separator: ", "))"
        }
        guard let table = tables.first(where: { $0.name == occurrence.text }) else { return nil }
        let columns = table.columns.prefix(60).map { "`\($0)`" }.joined(separator: ", ")
        return "table `\(table.schema).\(table.name)`\n\n\(columns)"
    }

    // MARK: declarations

    private func about(_ declared: Declared, _ key: SymbolKey, _ place: OpenPlace) -> String {
        let file = place.index.files[declared.file]
        var lines: [String] = []
        switch declared.sort {
        case .tag:
            let holders = place.index.declarations[key]?.count ?? 0
            lines.append("tag `\(key.name)`\n\nof \(holders) \(holders == 1 ? "resource" : "resources")")
        case .claim: lines.append(claimText(key.name, place))
        case .policy:
            lines.append("```postern\npolicy \(key.name)\n```")
            if let doc = file.parsed.tree.header?.doc { lines.append(doc.text) }
        case .issuer, .identity, .group, .resource, .set, .let, .detector, .rule, .prove:
            guard let declaration = declared.declaration else { break }
            lines.append("```postern\n\(head(declaration, file))\n```")
            if let doc = declaration.doc { lines.append(doc.text) }
            lines += meaning(declaration, key, place)
        }
        if file.ships { lines.append("*Ships with Postern, in `\(file.policy)`.*") }
        return lines.joined(separator: "\n\n")
    }

    /// The declaration's text up to its block, or all of it when it is short.
    func head(_ declaration: Declaration, _ file: IndexedFile) -> String {
        let text = file.parsed.source.text(in: declaration.span)
        if text.utf8.count <= 400, text.split(separator: "\n").count <= 12 { return text }
        guard let brace = text.firstIndex(of: "{") else { return String(text.prefix(400)) + " …" }
        let head = text[..<brace]
        return (head.utf8.count <= 200 ? head : head.prefix(200)) + "{ … }"
    }

    private func claimText(_ name: String, _ place: OpenPlace) -> String {
        var holders: [String] = []
        for compilation in place.folder.checked() {
            for issuer in compilation.model.issuers {
                for claim in issuer.claims where claim.name == name {
                    holders.append("`\(issuer.named.name)`: \(claim.type.name)\(claim.isOptional ? ", optional" : "")")
                }
            }
        }
        return "claim `\(name)`\n\n" + Set(holders).sorted().joined(separator: "\n\n")
    }

    /// What a declaration came to mean, as far as the policy compiles.
    private func meaning(_ declaration: Declaration, _ key: SymbolKey, _ place: OpenPlace) -> [String] {
        // Costs are known once the author has rested; the rest is known at once.
        let compilations = place.folder.checked()
        for compilation in compilations {
            let name = key.policy == compilation.model.root ? key.name : "\(key.policy.split(separator: ".").last ?? "").\(key.name)"
            switch declaration {
            case .rule:
                guard let rule = compilation.model.rules.first(where: { $0.named.name == name }) else { continue }
                var lines = ["about \(Self.listed(rule.identities, "no identity")), on \(Self.listed(rule.resources, "no resource"))"]
                if let cost = compilation.costs.first(where: { $0.rule == name }) {
                    lines.append(cost.instructions == 0
                        ? "no condition: costs nothing beside the lookup"
                        : "condition: \(cost.instructions) instructions, worst case \(cost.cost)")
                }
                return lines
            case .identity:
                let rules = compilation.model.rules.filter { $0.identities.contains(name) }
                let allows = rules.filter { $0.effect == .allow }.map(\.named.name)
                return ["allowed by \(Self.listed(allows, "no rule")); \(rules.count) rules can be about it"]
            case .resource:
                guard compilation.model.resources.contains(where: { $0.named.name == name }) else { continue }
                let tables = compilation.tables(of: name)
                return tables.isEmpty ? [] : ["schema file with \(tables.count) tables and views"]
            case .issuer, .group, .set, .let, .detector, .prove, .test: return []
            }
        }
        return []
    }

    private static func listed(_ names: [String], _ none: String) -> String {
        if names.isEmpty { return none }
        let shown = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
