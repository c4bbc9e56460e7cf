// In which declaration and clause a byte stands, found from words and marks alone, so that it works in broken text.

import Compiler
import PolicyLang

/// The surroundings of a place in a file.
struct ClauseScope {
    /// A clause with its word, and what stands behind it up to the next.
    struct Clause {
        var word: String
        var tokens: [Lexeme]
        /// Index of its first token in the file.
        var start: Int
    }

    /// The word of the declaration around the place (`allow`, `issuer`); nil between declarations.
    private(set) var declaration: String?
    /// From the declaration's word to its `{`, or as far as there is one, up to the place.
    private(set) var head: [Lexeme] = []
    /// Inside the declaration's braces.
    private(set) var isInBlock = false
    /// All clauses of the block, also below the place.
    private(set) var clauses: [Clause] = []
    /// The clause that the place stands in; nil before the first.
    private(set) var clause: String?
    /// Behind the clause's word and before the place.
    private(set) var before: [Lexeme] = []
    /// The first token that begins at the place or later stands on the place's line.
    private(set) var startsLine = true

    /// `offset` is where the word under the cursor begins.
    init(_ place: OpenPlace, at offset: Int) {
        let lexemes = place.file.parsed.lexemes
        guard let first = lexemes.lastIndex(where: { $0.start < offset && Self.beginsDeclaration($0) }) else { return }
        let next = lexemes[(first + 1)...].firstIndex { Self.beginsDeclaration($0) } ?? lexemes.count
        read(Array(lexemes[first..<next]), offset)
        if let last = lexemes.last(where: { $0.end <= offset }) {
            startsLine = place.lines.position(of: last.end).line < place.lines.position(of: offset).line
        }
    }

    static func beginsDeclaration(_ lexeme: Lexeme) -> Bool {
        lexeme.beginsDeclaration && lexeme.kind == .word && Vocabulary.declarations.contains(lexeme.text)
    }

    private mutating func read(_ tokens: [Lexeme], _ offset: Int) {
        let word = tokens[0].text == "observe" && tokens.count > 1 ? tokens[1].text : tokens[0].text
        var depth = 0
        var opened: Int?
        var closed: Int?
        for (index, token) in tokens.enumerated() where token.kind == .mark {
            if token.text == "{" {
                depth += 1
                if opened == nil { opened = index }
            } else if token.text == "}" {
                depth -= 1
                if depth == 0 {
                    closed = index
                    break
                }
            }
        }
        // Behind the closing brace, or on a line below a declaration without braces, nothing surrounds the place any more.
        if let closed, tokens[closed].end <= offset { return }
        declaration = word
        let open = opened.map { tokens[$0].end <= offset } ?? false
        head = Array(tokens[..<(opened.map { open ? $0 : tokens.count } ?? tokens.count)]).filter { $0.end <= offset }
        guard open, let opened else { return }
        isInBlock = true
        readClauses(tokens, from: opened + 1, to: closed ?? tokens.count, offset)
    }

    private mutating func readClauses(_ tokens: [Lexeme], from start: Int, to end: Int, _ offset: Int) {
        let words = blockWords
        var depth = 0
        for index in start..<end {
            let token = tokens[index]
            if token.kind == .mark, "{([".contains(token.text) { depth += 1 }
            if token.kind == .mark, "})]".contains(token.text) { depth -= 1 }
            let begins = depth == 0 && token.kind == .word && words.contains(token.text)
                && (token.beginsClause || token.startsLine || index == start)
            // The word under the cursor is no clause yet.
            if begins, !(token.start <= offset && offset < token.end) {
                clauses.append(Clause(word: token.text, tokens: [], start: token.start))
            } else if !clauses.isEmpty {
                clauses[clauses.count - 1].tokens.append(token)
            } else if token.end <= offset {
                before.append(token)
            }
        }
        guard let current = clauses.last(where: { $0.start < offset }) else { return }
        clause = current.word
        before = current.tokens.filter { $0.end <= offset }
    }

    /// The words that begin a clause of the block.
    var blockWords: [String] {
        guard let declaration else { return [] }
        if let effect = Effect(rawValue: declaration) { return Vocabulary.clauses(of: effect) }
        switch declaration {
        case "issuer":
            let kind = head.last { $0.kind == .word }.flatMap { IssuerKind(rawValue: $0.text) }
            return Vocabulary.settings(of: kind ?? .oidc).map(\.name)
        case "identity": return ["when", "unless"]
        case "group": return head.contains { $0.text == "from" } ? ["when", "unless"] : []
        case "resource": return ["tags", "search_path", "schema"]
        case "detector": return ["pattern", "checksum", "context"]
        case "prove": return ["who", "on", "when", "unless", "never", "always"]
        case "test": return ["as", "on", "at", "row"]
        default: return []
        }
    }

    func tokens(of word: String) -> [Lexeme]? { clauses.first { $0.word == word }?.tokens }

    /// Parentheses and braces that are open before the place, in this clause.
    var openMarks: [String] {
        var open: [String] = []
        for token in before where token.kind == .mark {
            if "{([".contains(token.text) { open.append(token.text) }
            if "})]".contains(token.text), !open.isEmpty { open.removeLast() }
        }
        return open
    }

    // MARK: what the clauses mean

    /// The names of a clause's list, those after `except` left out; qualified ones with their dot.
    private func names(_ word: String) -> (names: [String], tags: [String], isAny: Bool) {
        var (names, tags, isAny): ([String], [String], Bool) = ([], [], false)
        var areTags = false
        var joins = false
        for token in tokens(of: word) ?? [] {
            if token.text == "except" { break }
            switch (token.kind, token.text) {
            case (.word, "any"): isAny = true
            case (.word, "tag"): areTags = true
            case (.mark, "."): joins = true
            case (.word, _):
                if joins, let last = names.popLast() {
                    names.append(last + "." + token.text)
                } else if areTags {
                    tags.append(token.text)
                } else {
                    names.append(token.text)
                }
                joins = false
            default: continue
            }
        }
        return (names, tags, isAny)
    }

    /// The resources that the block's `on` means; all of them when it says nothing.
    func resources(_ place: OpenPlace) -> [(name: String, declaration: ResourceDeclaration)] {
        let wanted = names("on")
        var found: [(name: String, declaration: ResourceDeclaration)] = []
        for (name, declared) in place.index.names([.resource], from: place.number) {
            guard case .resource(let resource)? = declared.declaration else { continue }
            let isMeant = wanted.isAny || wanted.names.isEmpty && wanted.tags.isEmpty || wanted.names.contains(name)
                || resource.tags.contains { wanted.tags.contains($0.text) }
            if isMeant { found.append((name, resource)) }
        }
        return found
    }

    func resourceKinds(_ place: OpenPlace) -> [ResourceKind] {
        let kinds = Set(resources(place).compactMap(\.declaration.kind))
        return ResourceKind.allCases.filter(kinds.contains)
    }

    /// The issuers whose tokens can come here: of the declaration itself, or of whom `who` names. Empty means all.
    func issuers(_ place: OpenPlace) -> [IssuerDeclaration] {
        var names: [String] = []
        if let from = head.lastIndex(where: { $0.text == "from" }) {
            names = [head[(from + 1)...].map(\.text).joined()]
        } else {
            let wanted = self.names(declaration == "test" ? "as" : "who")
            for (name, declared) in place.index.names([.identity, .group], from: place.number) where wanted.names.contains(name) {
                switch declared.declaration {
                case .identity(let it): names.append(it.issuer.text)
                case .group(let it):
                    if case .claims(let issuer, _) = it.membership { names.append(issuer.text) }
                default: continue
                }
            }
        }
        var found: [IssuerDeclaration] = []
        for (name, declared) in place.index.names([.issuer], from: place.number) {
            if case .issuer(let issuer)? = declared.declaration, names.isEmpty || names.contains(name) { found.append(issuer) }
        }
        return found
    }
}

extension LanguageSession {
    /// Tables of the schema files of these resources, by schema and name.
    func schemaTables(_ resources: [(name: String, declaration: ResourceDeclaration)], _ place: OpenPlace) -> [SchemaTable] {
        var tables: Set<SchemaTable> = []
        for compilation in place.folder.checked() {
            let spans = Set(resources.map(\.declaration.name.span.start))
            for resource in compilation.model.resources where spans.contains(resource.named.span.start) {
                guard resources.contains(where: { $0.declaration.name.text == resource.named.name.split(separator: ".").last.map(String.init) }) else {
                    continue
                }
                tables.formUnion(compilation.tables(of: resource.named.name))
            }
        }
        return tables.sorted { ($0.schema, $0.name) < ($1.schema, $1.name) }
    }
}
