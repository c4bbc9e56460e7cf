// The file's outer shape: header, `use` lines, declarations, blocks of clauses, and how to go on after a mistake.

extension Parser {
    mutating func parseTree() -> SyntaxTree {
        var tree = SyntaxTree(
            header: nil, uses: [], declarations: [],
            span: SourceSpan(file: source.index, start: 0, end: source.bytes.count))
        if at(word: "policy") {
            mark(.declaration)
            do throws(Reported) { tree.header = try parseHeader() } catch { recoverToDeclaration() }
        } else if !current.followsFault {
            report(Wording.missingHeader(SourceSpan(file: source.index, start: current.start, end: current.start)))
        }
        while !isAtEnd {
            if reuse != nil, takeKnownDeclaration(into: &tree) { continue }
            let start = index
            let (known, mistakes) = (tree.declarations.count, mistakes)
            declarationColumn = source.location(of: current.start).column
            inlineDepth = 0
            clauseWords = []
            mark(.declaration)
            do throws(Reported) {
                try parseDeclaration(into: &tree)
            } catch {
                if index == start { advance() }
                recoverToDeclaration()
            }
            guard tree.declarations.count > known, let declaration = tree.declarations.last else { continue }
            let isWhole = self.mistakes == mistakes && declaration.endsWithItsBrace && tokens[index - 1].kind == .mark(.closeBrace)
            extents.append(DeclarationExtent(start: start, end: index, isWhole: isWhole))
        }
        return tree
    }

    private mutating func parseHeader() throws(Reported) -> PolicyHeader {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try dottedName("the policy's name")
        var edition: IntegerLiteral?
        if take(word: "edition") {
            let written = try integer("the edition's number", help: "write `edition \(LanguageLimits.newestEdition)`")
            if !(1...LanguageLimits.newestEdition).contains(written.value) {
                report(Wording.unknownEdition(written.span))
            }
            edition = written
        } else {
            report(Wording.missingEdition(name.span.tail))
        }
        return PolicyHeader(name: name, edition: edition, doc: doc, span: span(from: start))
    }

    mutating func dottedName(_ what: String) throws(Reported) -> DottedName {
        let start = index
        var segments = [try name(what)]
        while take(.dot) { segments.append(try name("a name after `.`")) }
        return DottedName(segments: segments, span: span(from: start))
    }

    private mutating func parseDeclaration(into tree: inout SyntaxTree) throws(Reported) {
        guard isAtWord else {
            throw fail(at(.closeBrace)
                ? Wording.strayBrace(currentSpan) : Wording.expectedDeclaration(currentSpan, found: currentText))
        }
        switch current.text {
        case "policy":
            throw fail(Wording.secondHeader(currentSpan, isFirst: tree.header == nil))
        case "use":
            let start = index
            advance()
            let use = UseDeclaration(name: try dottedName("the name of a policy"), span: span(from: start))
            if !tree.declarations.isEmpty { report(Wording.lateUse(use.span)) }
            tree.uses.append(use)
        case "issuer": tree.declarations.append(.issuer(try parseIssuer()))
        case "identity": tree.declarations.append(.identity(try parseIdentity()))
        case "group": tree.declarations.append(.group(try parseGroup()))
        case "resource": tree.declarations.append(.resource(try parseResource()))
        case "set": tree.declarations.append(.set(try parseSet()))
        case "let": tree.declarations.append(.let(try parseLet()))
        case "observe", "allow", "deny", "approve", "mask", "watch":
            tree.declarations.append(.rule(try parseRule()))
        case "detector": tree.declarations.append(.detector(try parseDetector()))
        case "prove": tree.declarations.append(.prove(try parseProve()))
        case "test": tree.declarations.append(.test(try parseTest()))
        default:
            throw fail(Wording.unknownDeclaration(currentSpan, word: current.text))
        }
    }

    /// Reads `{ clause … }`. `clause` is called at a word of `words` with that word, or at a string with an empty
    /// one; it reads the whole clause. `suggested` are the words that a diagnostic offers, when not all should be.
    /// Answers whether a mistake was made inside, after which nothing is reported as missing.
    mutating func block(
        of what: String, words: [String], suggested: [String]? = nil, opening: SourceSpan, takesStrings: Bool = false,
        _ clause: (inout Parser, String) throws(Reported) -> Void
    ) throws(Reported) -> Bool {
        let open = currentSpan
        mark(.blockOpen)
        guard take(.openBrace) else { throw fail(expected: "`{` to open the \(what)") }
        if words != lastWords { (lastWords, lastWordSet) = (words, Set(words)) }
        clauseWords = lastWordSet
        clausesMayBeStrings = takesStrings
        defer {
            clauseWords = []
            clausesMayBeStrings = false
        }
        var hadMistake = false
        while true {
            inlineDepth = 0
            if at(.closeBrace) {
                mark(.blockClose)
                advance()
                return hadMistake
            }
            if isAtEnd || isInFirstColumn(current) && looksLikeDeclaration(at: index) {
                mistakes += 1
                if !current.followsFault { report(Wording.unclosedBlock(open, what: what, opening: opening)) }
                return true
            }
            do throws(Reported) {
                guard isAtClause else { throw unexpected(in: what, words: suggested ?? words) }
                mark(.clause)
                try clause(&self, isAtWord ? current.text : "")
            } catch {
                hadMistake = true
                recoverToClause()
            }
        }
    }

    /// Whether a clause of the block that is being read begins here.
    private var isAtClause: Bool {
        if case .string = current.kind { return clausesMayBeStrings }
        return isAtWord && clauseWords.contains(current.text)
    }

    /// Reports something that is no clause: a misspelt clause word at a line's start, else something left over.
    mutating func unexpected(in what: String, words: [String]) -> Reported {
        if isAtWord && (current.startsLine || previousIsOpenBrace) {
            return fail(Wording.unknownClause(currentSpan, word: current.text, what: what, words: words))
        }
        return fail(
            Wording.leftOver(
                currentSpan, found: source.text(in: currentSpan), words: words, word: isAtWord ? current.text : nil))
    }

    private var previousIsOpenBrace: Bool { index > 0 && tokens[index - 1].kind == .mark(.openBrace) }

    // MARK: recovery

    /// Skips to the next clause word at a line's start, or to the brace that closes the block.
    mutating func recoverToClause() {
        var depth = inlineDepth
        while !isAtEnd {
            if current.startsLine {
                if isAtClause { return }
                if isInFirstColumn(current), looksLikeDeclaration(at: index) { return }
                // A brace under the declaration's first word closes the block, however many are open inside.
                if at(.closeBrace), source.location(of: current.start).column <= declarationColumn { return }
            }
            if at(.openBrace) { depth += 1 }
            if at(.closeBrace) {
                if depth == 0 { return }
                depth -= 1
            }
            advance()
        }
    }

    /// Skips to the next declaration: over a whole block when one begins on the way.
    mutating func recoverToDeclaration() {
        var depth = inlineDepth
        while !isAtEnd {
            if looksLikeDeclaration(at: index), depth == 0 || isInFirstColumn(current) { return }
            if at(.openBrace) { depth += 1 }
            if at(.closeBrace) {
                depth -= 1
                if depth <= 0 {
                    advance()
                    return
                }
            }
            advance()
        }
    }

    // MARK: doc comments

    /// The `///` lines right before the token at `position`, with no other comment and no token between.
    func docBefore(_ position: Int) -> DocComment? {
        let end = tokens[position].start
        let floor = position > 0 ? tokens[position - 1].end : 0
        var low = 0
        var high = comments.count
        while low < high {
            let middle = (low + high) / 2
            if comments[middle].span.start < end { low = middle + 1 } else { high = middle }
        }
        var first = low
        while first > 0, comments[first - 1].isDoc, comments[first - 1].span.start >= floor { first -= 1 }
        // A `///` behind a token on the same line is an ordinary comment of that line.
        if first < low, position > 0,
            source.location(of: comments[first].span.start).line == source.location(of: max(floor - 1, 0)).line
        {
            first += 1
        }
        guard first < low else { return nil }
        let lines = comments[first..<low].map { comment -> String in
            var start = comment.span.start + 3
            if start < comment.span.end, source.bytes[start] == Ascii.space { start += 1 }
            return source.text(in: SourceSpan(file: source.index, start: start, end: comment.span.end))
        }
        return DocComment(
            text: lines.joined(separator: "\n"), span: comments[first].span.joined(with: comments[low - 1].span))
    }
}
