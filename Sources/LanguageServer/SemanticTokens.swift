// Colours by meaning: every word of a file with what it is, in the protocol's relative numbers.

import PolicyLang

/// The kinds of words, in the order of the legend. The names are the protocol's own where it has one that fits, so that
/// every colour scheme knows them.
enum TokenType: String, CaseIterable {
    case namespace, keyword, comment, string, number, `operator`
    case interface, `class`, `enum`, `struct`, variable, function, macro, event
    case method, property, parameter, type, enumMember, decorator

    static let modifiers = ["declaration", "documentation", "defaultLibrary"]
    static let declaration = 1
    static let documentation = 2
    static let defaultLibrary = 4

    /// Its place in the legend.
    var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    init(_ sort: SymbolSort) {
        self =
            switch sort {
            case .issuer: .interface
            case .identity: .class
            case .group: .enum
            case .resource: .struct
            case .set, .let: .variable
            case .detector: .macro
            case .rule: .function
            case .prove: .event
            case .tag: .decorator
            case .claim: .property
            case .policy: .namespace
            }
    }

    init?(_ role: PlainRole) {
        switch role {
        case .name: return nil
        case .fact: self = .property
        case .word: self = .enumMember
        case .verb: self = .method
        case .preposition, .objectClass, .transform, .kind, .type, .setting: self = .keyword
        case .schema: self = .namespace
        case .table: self = .type
        case .column: self = .parameter
        }
    }
}

/// One coloured stretch of one line.
struct ColouredToken {
    var start: Int
    var end: Int
    var type: TokenType
    var modifiers = 0
}

enum SemanticTokens {
    /// The coloured words of a file, in the order of the text.
    static func tokens(_ file: IndexedFile, _ index: SymbolIndex, number: Int) -> [ColouredToken] {
        var tokens: [ColouredToken] = []
        var meant: [Int: Occurrence] = [:]
        for occurrence in file.occurrences where !occurrence.isString { meant[occurrence.start] = occurrence }
        var until = 0
        for lexeme in file.parsed.lexemes where lexeme.start >= until {
            if lexeme.kind == .word, let occurrence = meant[lexeme.start] {
                until = occurrence.end
                let (type, modifiers) = colour(occurrence, index, number)
                tokens.append(ColouredToken(start: occurrence.start, end: occurrence.end, type: type, modifiers: modifiers))
                continue
            }
            let type: TokenType
            switch lexeme.kind {
            case .word: type = .keyword
            case .string: type = .string
            case .number: type = .number
            case .mark:
                guard ["->", "==", "!=", "<", "<=", ">", ">=", "="].contains(lexeme.text) else { continue }
                type = .operator
            }
            tokens.append(ColouredToken(start: lexeme.start, end: lexeme.end, type: type))
        }
        for comment in file.parsed.comments {
            tokens.append(
                ColouredToken(
                    start: comment.span.start, end: comment.span.end, type: .comment,
                    modifiers: comment.isDoc ? TokenType.documentation : 0))
        }
        return tokens.sorted { $0.start < $1.start }
    }

    private static func colour(_ occurrence: Occurrence, _ index: SymbolIndex, _ number: Int) -> (TokenType, Int) {
        if occurrence.isDeclaration, let sort = occurrence.sort { return (TokenType(sort), TokenType.declaration) }
        if let key = index.meaning(of: occurrence, in: number),
            let declared = index.declarations[key]?.first(where: { occurrence.sorts.contains($0.sort) })
        {
            return (TokenType(declared.sort), index.files[declared.file].ships ? TokenType.defaultLibrary : 0)
        }
        // Undeclared names keep the colour of what they should be, so that a slip is seen by its diagnostic alone.
        if let plain = TokenType(occurrence.role) { return (plain, 0) }
        return (occurrence.sort.map { TokenType($0) } ?? .variable, 0)
    }

    /// Five numbers a token, each relative to the one before.
    static func encoded(_ tokens: [ColouredToken], _ lines: TextLines) -> [Int] {
        var data: [Int] = []
        data.reserveCapacity(tokens.count * 5)
        var last = LinePosition(line: 0, character: 0)
        for token in tokens {
            let start = lines.position(of: token.start)
            let end = lines.position(of: token.end)
            guard start.line == end.line, end > start else { continue }
            data += [
                start.line - last.line, start.line == last.line ? start.character - last.character : start.character,
                end.character - start.character, token.type.index, token.modifiers,
            ]
            last = start
        }
        return data
    }

    /// The one edit that makes `new` of `old`; nil when they are the same.
    static func edit(from old: [Int], to new: [Int]) -> JSON? {
        if old == new { return nil }
        var prefix = 0
        while prefix < old.count, prefix < new.count, old[prefix] == new[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < old.count - prefix, suffix < new.count - prefix, old[old.count - 1 - suffix] == new[new.count - 1 - suffix] {
            suffix += 1
        }
        return .of([
            "start": .int(prefix), "deleteCount": .int(old.count - prefix - suffix),
            "data": .array(new[prefix..<new.count - suffix].map(JSON.int)),
        ])
    }
}

extension LanguageSession {
    func semanticTokens(_ place: OpenPlace) -> JSON {
        let data = encodedTokens(place)
        return .of(["resultId": .string(String(remember(data, place.path))), "data": .array(data.map(JSON.int))])
    }

    func semanticTokensDelta(_ place: OpenPlace, _ parameters: JSON) -> JSON {
        let data = encodedTokens(place)
        guard let known = tokenStates[place.path], parameters["previousResultId"]?.string == String(known.id) else {
            return semanticTokens(place)
        }
        let id = remember(data, place.path)
        return .of(["resultId": .string(String(id)), "edits": .array(SemanticTokens.edit(from: known.data, to: data).map { [$0] } ?? [])])
    }

    func semanticTokens(_ place: OpenPlace, in range: Range<Int>) -> JSON {
        let tokens = SemanticTokens.tokens(place.file, place.index, number: place.number)
        let shown = tokens.filter { $0.end > range.lowerBound && $0.start < range.upperBound }
        return .of(["data": .array(SemanticTokens.encoded(shown, place.lines).map(JSON.int))])
    }

    private func encodedTokens(_ place: OpenPlace) -> [Int] {
        SemanticTokens.encoded(SemanticTokens.tokens(place.file, place.index, number: place.number), place.lines)
    }

    private func remember(_ data: [Int], _ path: String) -> Int {
        let id = nextTokenState
        nextTokenState += 1
        if documents[path] != nil { tokenStates[path] = (id, data) }
        return id
    }
}
