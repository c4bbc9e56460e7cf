// Reads issuers, identities, groups, resources, sets and lets.

extension Parser {
    mutating func parseIssuer() throws(Reported) -> IssuerDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the issuer's name")
        let (kindName, kind) = try kind(IssuerKind.self, of: "issuer")
        let head = span(from: start)
        var settings: [IssuerSetting] = []
        let hadMistake = try block(of: "issuer", words: IssuerKeys.allNames, opening: head) {
            (parser, word) throws(Reported) in
            let setting = try parser.parseIssuerSetting(word)
            if let kind, !IssuerKeys.keys(of: kind).contains(where: { $0.name == word }) {
                parser.report(Wording.settingOfOtherKind(setting.key.span, key: word, kind: kind))
            } else if let earlier = settings.first(where: { $0.key.text == word }) {
                parser.report(Wording.repeatedClause(setting.key.span, word: word, first: earlier.key.span))
            } else {
                settings.append(setting)
            }
        }
        if let kind, !hadMistake { requireSettings(of: kind, settings, name: name) }
        return IssuerDeclaration(
            name: name, kindName: kindName, kind: kind, settings: settings, doc: doc, span: span(from: start))
    }

    private mutating func requireSettings(of kind: IssuerKind, _ settings: [IssuerSetting], name: Name) {
        let written = Set(settings.map(\.key.text))
        let missing = IssuerKeys.keys(of: kind).filter { $0.isRequired && !written.contains($0.name) }.map(\.name)
        if !missing.isEmpty {
            report(Wording.missingSettings(name.span, kind: kind, keys: missing))
        } else if kind == .jwks, written.contains("file") == written.contains("url") {
            report(Wording.jwksNeedsOneSource(name.span))
        }
    }

    private mutating func parseIssuerSetting(_ word: String) throws(Reported) -> IssuerSetting {
        let start = index
        let key = Name(word, span: currentSpan)
        advance()
        takeNeedlessMark(after: word)
        mark(.body)
        let value: IssuerValue
        switch IssuerKeys.shape(of: word) {
        case .string: value = .strings([try string("a string after `\(word)`")])
        case .words:
            value = .words(try list { (parser) throws(Reported) in try parser.name("a name after `\(word)`") })
        case .claims: value = try parseClaims()
        case .strings, nil:
            value = .strings(
                try list { (parser) throws(Reported) in try parser.string("a string after `\(word)`") })
        }
        return IssuerSetting(key: key, value: value, span: span(from: start))
    }

    private mutating func parseClaims() throws(Reported) -> IssuerValue {
        let start = index
        let claims = try braces("after `claims`") { (parser) throws(Reported) in
            try parser.parseClaim()
        }
        return .claims(claims, span(from: start))
    }

    private mutating func parseClaim() throws(Reported) -> ClaimDeclaration {
        let start = index
        let name: Name
        if case .string = current.kind {
            // Claims of some issuers are URLs; such a claim is used as `claim["…"]`.
            name = Name(current.text, span: currentSpan)
            advance()
        } else {
            name = try self.name("a claim's name")
        }
        let typeStart = index
        var isSet = false
        if at(word: "set"), token(after: 1).kind == .word, token(after: 1).text == "of" {
            advance()
            advance()
            isSet = true
        }
        let type = isSet ? try parseClaimElement() : try parseClaimScalar()
        let typeSpan = span(from: typeStart)
        let isOptional = take(word: "optional")
        return ClaimDeclaration(
            name: name, type: type, typeSpan: typeSpan, isOptional: isOptional,
            span: span(from: start))
    }

    private mutating func parseClaimScalar() throws(Reported) -> ClaimType {
        let types = ClaimScalar.allCases.map(\.rawValue)
        let word = try name("the claim's type", help: "write one of \(Wording.oneOf(types)), or `set of string`")
        guard let scalar = ClaimScalar(rawValue: word.text) else {
            throw fail(Wording.unknownWord(word.span, word: word.text, what: "type of claim", known: types))
        }
        return .scalar(scalar)
    }

    private mutating func parseClaimElement() throws(Reported) -> ClaimType {
        let types = ClaimElement.allCases.map(\.rawValue)
        let word = try name("what the set is of", help: "write `set of string` or `set of int`")
        guard let element = ClaimElement(rawValue: word.text) else {
            throw fail(Wording.unknownWord(word.span, word: word.text, what: "type of a set's elements", known: types))
        }
        return .set(of: element)
    }

    /// Reads `: KIND`. An unknown kind is reported and answered as nil.
    private mutating func kind<Kind: RawRepresentable & CaseIterable>(
        _ type: Kind.Type, of what: String
    ) throws(Reported) -> (Name, Kind?) where Kind.RawValue == String {
        mark(.headJoint)
        try expect(.colon, "and the kind of the \(what)")
        let name = try name("the kind of the \(what)", help: "write one of \(Wording.oneOf(Kind.allCases.map(\.rawValue)))")
        let kind = Kind(rawValue: name.text)
        if kind == nil {
            report(
                Wording.unknownWord(
                    name.span, word: name.text, what: "kind of \(what)", known: Kind.allCases.map(\.rawValue)))
        }
        return (name, kind)
    }

    /// Reads `{ item, item }` inside a clause.
    mutating func braces<Item>(
        _ place: String, _ item: (inout Parser) throws(Reported) -> Item
    ) throws(Reported) -> [Item] {
        try expect(.openBrace, place)
        inlineDepth += 1
        if at(.closeBrace) { throw fail(expected: "at least one item in the braces") }
        let items = try list(item)
        guard at(.closeBrace) else { throw fail(expected: "`,` or `}`") }
        advance()
        inlineDepth -= 1
        return items
    }

    mutating func parseIdentity() throws(Reported) -> IdentityDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the identity's name")
        mark(.headJoint)
        try expect(word: "from", "and an issuer")
        let issuer = try qualifiedName("an issuer's name")
        let conditions = try conditionBlock(of: "identity", opening: span(from: start))
        return IdentityDeclaration(
            name: name, issuer: issuer, conditions: conditions, doc: doc, span: span(from: start))
    }

    private mutating func conditionBlock(
        of what: String, opening: SourceSpan
    ) throws(Reported) -> [ConditionClause] {
        var conditions: [ConditionClause] = []
        _ = try block(of: what, words: ["when", "unless"], opening: opening) { (parser, _) throws(Reported) in
            conditions.append(try parser.parseConditionClause())
        }
        return conditions
    }

    mutating func parseGroup() throws(Reported) -> GroupDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the group's name")
        mark(.headJoint)
        if take(word: "from") {
            let issuer = try qualifiedName("an issuer's name")
            let conditions = try conditionBlock(of: "group", opening: span(from: start))
            return GroupDeclaration(
                name: name, membership: .claims(issuer: issuer, conditions: conditions), doc: doc,
                span: span(from: start))
        }
        let members = try braces("with the group's members, or `from` and an issuer") { (parser) throws(Reported) in
            try parser.qualifiedName("an identity's name")
        }
        return GroupDeclaration(name: name, membership: .members(members), doc: doc, span: span(from: start))
    }

    mutating func parseResource() throws(Reported) -> ResourceDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the resource's name")
        let (kindName, kind) = try kind(ResourceKind.self, of: "resource")
        var resource = ResourceDeclaration(
            name: name, kindName: kindName, kind: kind, tags: [], searchPath: nil, schema: nil, doc: doc,
            span: name.span)
        var seen: [String: SourceSpan] = [:]
        _ = try block(of: "resource", words: ["tags", "search_path", "schema"], opening: span(from: start)) {
            (parser, word) throws(Reported) in
            let wordSpan = parser.currentSpan
            parser.advance()
            parser.takeNeedlessMark(after: word)
            parser.mark(.body)
            let isFirst = parser.noteClause(word, wordSpan, &seen)
            if word == "schema" {
                let schema = try parser.string("the path of a schema file as a string")
                if isFirst { resource.schema = schema }
                return
            }
            let what = word == "tags" ? "a tag" : "a schema's name"
            let names = try parser.list { (parser) throws(Reported) in try parser.name(what) }
            guard isFirst else { return }
            if word == "tags" { resource.tags = names } else { resource.searchPath = names }
        }
        resource.span = span(from: start)
        return resource
    }

    /// Remembers a clause that may stand once; reports a second one and answers false for it.
    mutating func noteClause(_ word: String, _ span: SourceSpan, _ seen: inout [String: SourceSpan]) -> Bool {
        if let first = seen[word] {
            report(Wording.repeatedClause(span, word: word, first: first))
            return false
        }
        seen[word] = span
        return true
    }

    /// Passes over a `:` or `=` behind a clause's word, which other languages want and this one does not.
    mutating func takeNeedlessMark(after word: String) {
        guard at(.colon) || at(.assign) else { return }
        report(Wording.needlessMark(currentSpan, mark: source.text(in: currentSpan), word: word))
        advance()
    }

    mutating func parseSet() throws(Reported) -> SetDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the set's name")
        mark(.headJoint)
        try expect(.assign, "and the set's elements in braces")
        let value = try parseSetLiteral()
        return SetDeclaration(name: name, value: value, doc: doc, span: span(from: start))
    }

    mutating func parseLet() throws(Reported) -> LetDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the name of the condition")
        mark(.headJoint)
        try expect(.assign, "and a condition")
        let condition = try parseCondition()
        return LetDeclaration(name: name, condition: condition, doc: doc, span: span(from: start))
    }
}
