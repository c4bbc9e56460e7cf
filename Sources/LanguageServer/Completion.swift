// What can be written at the cursor: by declaration, then by clause.

import Compiler
import PolicyLang

/// CompletionItemKind of the protocol.
enum CandidateKind: Int {
    case keyword = 14
    case snippet = 15
    case `class` = 7
    case `enum` = 13
    case `struct` = 22
    case constant = 21
    case interface = 8
    case property = 10
    case module = 9
    case method = 2
    case function = 3
    case value = 12
    case unit = 11
    case field = 5

    init(_ sort: SymbolSort) {
        self =
            switch sort {
            case .issuer: .interface
            case .identity: .class
            case .group: .enum
            case .resource: .struct
            case .set, .let: .constant
            case .detector, .tag: .value
            case .rule, .prove: .function
            case .claim: .property
            case .policy: .module
            }
    }
}

/// Something that can be written.
struct Candidate {
    var label: String
    var kind: CandidateKind
    var detail: String?
    var about: String?
    /// A snippet with places to fill in; nil: the label itself.
    var snippet: String?
    /// Smaller ones stand first.
    var rank = 5
}

extension LanguageSession {
    /// More than anybody scrolls through; the editor asks again as the word grows.
    private static let candidateLimit = 2_000

    func completion(_ place: OpenPlace, _ offset: Int) -> JSON {
        let cursor = CompletionCursor(place, offset)
        if cursor.isInComment { return .of(["isIncomplete": false, "items": []]) }
        var completer = Completer(session: self, place: place, cursor: cursor)
        completer.complete()
        let range = place.lines.range(completer.replaced.lowerBound, completer.replaced.upperBound)
        var seen: Set<String> = []
        let items = completer.candidates.filter { seen.insert($0.label).inserted }
        return .of([
            "isIncomplete": .bool(items.count > Self.candidateLimit),
            "items": .array(items.prefix(Self.candidateLimit).map { json($0, range) }),
        ])
    }

    private func json(_ candidate: Candidate, _ range: JSON) -> JSON {
        let isSnippet = candidate.snippet != nil && client.snippets
        let text = isSnippet ? candidate.snippet ?? candidate.label : candidate.snippet.map(Self.withoutPlaces) ?? candidate.label
        let order = "\(candidate.rank)"
        return .of([
            "label": .string(candidate.label), "kind": .int(candidate.kind.rawValue), "detail": candidate.detail.map(JSON.string),
            "documentation": candidate.about.map { .of(["kind": .string(client.markdown ? "markdown" : "plaintext"), "value": .string($0)]) },
            "sortText": .string(order + candidate.label), "insertTextFormat": .int(isSnippet ? 2 : 1),
            "textEdit": .of(["range": range, "newText": .string(text)]),
        ])
    }

    /// A snippet for an editor that has none: `${1:name}` is `name`, `$0` nothing.
    static func withoutPlaces(_ snippet: String) -> String {
        var text = ""
        var rest = Substring(snippet)
        while let dollar = rest.firstIndex(of: "$") {
            text += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "{", let colon = rest.firstIndex(of: ":"), let close = rest.firstIndex(of: "}"), colon < close {
                text += rest[rest.index(after: colon)..<close]
                rest = rest[rest.index(after: close)...]
            } else {
                rest = rest.drop { $0.isNumber }
            }
        }
        return text + rest
    }
}

/// The word under the cursor, and what stands right before it.
struct CompletionCursor {
    /// The word's bytes; empty at a place without one.
    var word: Range<Int>
    /// The string that the cursor is in.
    var string: Lexeme?
    /// The words with dots right before the word: `["claim"]` in `claim.re`.
    var path: [String]
    /// Where that begins.
    var start: Int
    var isInComment: Bool

    init(_ place: OpenPlace, _ offset: Int) {
        let lexemes = place.file.parsed.lexemes
        isInComment = place.file.parsed.comments.contains { $0.span.start < offset && offset <= $0.span.end }
        string = lexemes.first { $0.kind == .string && $0.start < offset && offset < $0.end }
        let under = lexemes.last { $0.kind == .word && $0.start < offset && offset <= $0.end }
        word = under.map { $0.start..<$0.end } ?? offset..<offset
        path = []
        start = string?.start ?? word.lowerBound
        guard string == nil else { return }
        var index = lexemes.lastIndex { $0.end <= start && $0.end > 0 } ?? -1
        while index >= 1, lexemes[index].text == ".", lexemes[index].end == start, lexemes[index - 1].kind == .word,
            lexemes[index - 1].end == lexemes[index].start
        {
            path.insert(lexemes[index - 1].text, at: 0)
            start = lexemes[index - 1].start
            index -= 2
        }
    }
}

/// Gathers what can be written.
struct Completer {
    let session: LanguageSession
    let place: OpenPlace
    let cursor: CompletionCursor
    let scope: ClauseScope
    var candidates: [Candidate] = []
    /// The bytes that a candidate takes the place of.
    var replaced: Range<Int>

    init(session: LanguageSession, place: OpenPlace, cursor: CompletionCursor) {
        self.session = session
        self.place = place
        self.cursor = cursor
        scope = ClauseScope(place, at: cursor.start)
        replaced = cursor.word
    }

    /// The token before the cursor's path, in this declaration.
    var previous: Lexeme? { scope.before.last }

    mutating func complete() {
        if let string = cursor.string { return completeString(string) }
        guard let declaration = scope.declaration else { return declarations() }
        // In the first column a declaration may begin, whatever the one above still lacks.
        if scope.startsLine, cursor.path.isEmpty, place.lines.position(of: cursor.start).character == 0 {
            declarations()
            if !scope.isInBlock { return }
        }
        if !scope.isInBlock, scope.startsLine, declaration != "set", declaration != "let" { return declarations() }
        switch declaration {
        case "policy": words(["edition"], WordTexts.clauses)
        case "use": policies()
        case "set", "let": value(declaration)
        default: scope.isInBlock ? block(declaration) : head(declaration)
        }
    }

    // MARK: adding

    mutating func add(_ candidate: Candidate) { candidates.append(candidate) }

    mutating func words(_ words: [String], _ texts: [String: String] = [:], kind: CandidateKind = .keyword, rank: Int = 5) {
        for word in words { add(Candidate(label: word, kind: kind, about: texts[word], rank: rank)) }
    }

    /// Declared names; after `pii.` those of that policy.
    mutating func names(_ sorts: Set<SymbolSort>, rank: Int = 3) {
        guard cursor.path.count <= 1 else { return }
        for (text, declared) in place.index.names(sorts, from: place.number) {
            var label = text
            if let qualifier = cursor.path.first {
                guard text.hasPrefix(qualifier + "."), declared.sort.space == .names || declared.sort.space == .rules else { continue }
                label = String(text.dropFirst(qualifier.count + 1))
            }
            add(
                Candidate(
                    label: label, kind: CandidateKind(declared.sort), detail: declared.declaration?.headWords ?? declared.sort.rawValue,
                    about: declared.declaration?.doc?.text, rank: rank))
        }
    }

    // MARK: between declarations

    private mutating func declarations() {
        if place.tree.header == nil {
            let name = place.path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? "name"
            add(Candidate(label: "policy", kind: .keyword, about: WordTexts.declarations["policy"], snippet: "policy ${1:\(name)} edition 1\n$0", rank: 1))
        }
        for (label, snippet) in Self.snippets {
            let word = label.split(separator: " ").last.map(String.init) ?? label
            add(Candidate(label: label, kind: .snippet, about: WordTexts.declarations[word], snippet: snippet, rank: 3))
        }
        words(Vocabulary.declarations.filter { $0 != "policy" }, WordTexts.declarations)
    }

    private static let snippets: [(String, String)] = [
        ("allow", "allow ${1:name} {\n  who   ${2:any}\n  on    ${3:resource}\n  to    ${4:select from any}\n  when  ${5:statement.has_where}\n}\n$0"),
        ("deny", "deny ${1:name} {\n  who      ${2:any}\n  on       ${3:resource}\n  to       ${4:drop}\n  because  \"${5:reason}\"\n}\n$0"),
        ("observe deny", "observe deny ${1:name} {\n  on  ${2:resource}\n  to  ${3:drop}\n}\n$0"),
        ("mask", "mask ${1:name} {\n  on      ${2:resource}\n  column  ${3:any.email}  with ${4:redact}\n}\n$0"),
        ("approve", "approve ${1:name} {\n  who  ${2:any}\n  on   ${3:resource}\n  to   ${4:delete}\n  by   ${5:group}\n}\n$0"),
        ("issuer", "issuer ${1:name} : oidc {\n  url       \"https://${2:issuer.example}\"\n  audience  \"postern\"\n  claims    { sub string }\n}\n$0"),
        ("identity", "identity ${1:name} from ${2:issuer} { when claim.sub == \"${3:subject}\" }\n$0"),
        ("group", "group ${1:name} { ${2:identity} }\n$0"),
        ("resource", "resource ${1:name} : postgres {\n  tags         ${2:production}\n  search_path  public\n}\n$0"),
        ("set", "set ${1:name} = { ${2:value} }\n$0"),
        ("let", "let ${1:name} = ${2:statement.has_where}\n$0"),
        ("test", "test \"${1:title}\" {\n  as ${2:identity}\n  on ${3:resource}\n  \"${4:select 1}\" -> ${5:allow}\n}\n$0"),
    ]

    private mutating func policies() {
        let own = place.file.policy
        let typed = cursor.path.joined(separator: ".")
        for file in place.index.files where !file.policy.isEmpty && file.policy != own {
            guard typed.isEmpty || file.policy.hasPrefix(typed + ".") else { continue }
            let label = typed.isEmpty ? file.policy : String(file.policy.dropFirst(typed.utf8.count + 1))
            add(Candidate(label: label, kind: .module, about: file.parsed.tree.header?.doc?.text))
        }
    }

    private mutating func value(_ declaration: String) {
        if declaration == "let" { return condition(scope.head) }
        names([.set])
        tables(scope.resources(place))
    }

    // MARK: heads

    private mutating func head(_ declaration: String) {
        let last = scope.head.last
        switch (declaration, last?.text) {
        case ("issuer", ":"): words(IssuerKind.allCases.map(\.rawValue), WordTexts.issuerKinds, kind: .value)
        case ("resource", ":"): words(ResourceKind.allCases.map(\.rawValue), WordTexts.resourceKinds, kind: .value)
        case ("identity", "from"), ("group", "from"): names([.issuer])
        case ("identity", _), ("group", _): if scope.head.count == 2 { words(["from"]) }
        case ("observe", _): words(Effect.allCases.map(\.rawValue), WordTexts.declarations)
        default: break
        }
    }

    // MARK: strings

    /// Inside quotes: a window's time zone, and names that strings are compared with.
    private mutating func completeString(_ string: Lexeme) {
        let inside = place.lines.text(string.start + 1..<max(string.start + 1, string.end - 1))
        let tokens = scope.before
        let words = tokens.suffix(2).map(\.text)
        if words.last == "in", tokens.count >= 4, tokens[tokens.count - 2].text == "time", inside.contains(" ") {
            let zone = inside.lastIndex(of: " ").map { inside.utf8.distance(from: inside.startIndex, to: $0) + 1 } ?? 0
            replaced = (string.start + 1 + zone)..<(string.end - 1)
            // There are hundreds: those that hold what is typed.
            let typed = inside.split(separator: " ", omittingEmptySubsequences: false).last?.lowercased() ?? ""
            for zone in LanguageCatalogue.zones where typed.isEmpty || zone.lowercased().contains(typed) { add(Candidate(label: zone, kind: .value)) }
            return
        }
        replaced = (string.start + 1)..<max(string.start + 1, string.end - 1)
        if words == ["claim", "["] { return claimNames() }
        // After `==`: the fact before it.
        if let relation = tokens.last, ["==", "!=", "in"].contains(relation.text) {
            let path = Self.path(before: tokens.count - 1, tokens)
            stringsNamed(by: path)
        }
    }

    private mutating func stringsNamed(by fact: String) {
        switch fact {
        case "identity.name": names([.identity])
        case "identity.issuer": names([.issuer])
        case "resource.name": names([.resource])
        default: words(LanguageCatalogue.words(of: fact), kind: .value)
        }
    }

    /// The words with dots that end before a token.
    static func path(before index: Int, _ tokens: [Lexeme]) -> String {
        var parts: [String] = []
        var index = index - 1
        while index >= 0, tokens[index].kind == .word {
            parts.insert(tokens[index].text, at: 0)
            guard index >= 2, tokens[index - 1].text == "." else { break }
            index -= 2
        }
        return parts.joined(separator: ".")
    }
}
