// Declarations that stand in a file as they stood before its last change: they are taken over, and only the others are read.

/// Where a declaration stands among the tokens, and whether its tokens alone say what it is.
struct DeclarationExtent: Hashable {
    /// Its first token and the one behind its last.
    var start: Int
    var end: Int
    /// Nothing was wrong with it, and its last token ends it whatever follows.
    var isWhole: Bool
}

/// The declarations of the earlier text, in their order.
struct TreeReuse {
    let tokens: TokenReuse
    /// The first one that has not been passed.
    private var next = 0
    /// The tokens of those that were taken, as indices of the earlier text, and how much further on they are now.
    private(set) var runs: [(tokens: Range<Int>, offset: Int)] = []

    init(_ tokens: TokenReuse) { self.tokens = tokens }

    /// The declaration that begins at a token, if all of its tokens are those of the earlier text.
    mutating func declaration(at index: Int) -> (declaration: Declaration, extent: DeclarationExtent)? {
        guard let start = tokens.earlierIndex(of: index) else { return nil }
        let extents = tokens.earlier.extents
        while next < extents.count, extents[next].start < start { next += 1 }
        guard next < extents.count, extents[next].start == start, extents[next].isWhole else { return nil }
        let (known, isInFront) = (extents[next], index < tokens.before)
        if isInFront, known.end > tokens.before { return nil }
        let offset = isInFront ? 0 : tokens.offset
        if let last = runs.last, last.tokens.upperBound == known.start, last.offset == offset {
            runs[runs.count - 1].tokens = last.tokens.lowerBound..<known.end
        } else {
            runs.append((known.start..<known.end, offset))
        }
        let declaration = tokens.earlier.tree.declarations[next]
        return (
            isInFront ? declaration : declaration.moved(by: tokens.distance),
            DeclarationExtent(start: index, end: index + known.end - known.start, isWhole: true)
        )
    }
}

extension Declaration {
    /// Whether it ends with the brace that closes it, so that what stands behind it has no say in it.
    var endsWithItsBrace: Bool {
        switch self {
        case .issuer, .identity, .group, .resource, .rule, .detector, .prove, .test: true
        // A condition may go on.
        case .set, .let: false
        }
    }
}

extension Parser {
    /// Takes over the declaration that begins here, if it was here before.
    mutating func takeKnownDeclaration(into tree: inout SyntaxTree) -> Bool {
        guard let known = reuse?.declaration(at: index), let roles = reuse?.tokens.earlier.layout.roles else { return false }
        // What stands before it may have said something of its first word; nothing else may say anything of the rest.
        mark(.declaration)
        let distance = (reuse?.runs.last?.offset ?? 0)
        for place in known.extent.start + 1..<known.extent.end { layout.roles[place] = roles[place - distance] }
        tree.declarations.append(known.declaration)
        extents.append(known.extent)
        index = known.extent.end
        return true
    }

    /// The words that are to be written into the declarations that were taken over.
    mutating func takeKnownInsertions() {
        guard let reuse else { return }
        for (index, word) in reuse.tokens.earlier.layout.inserted {
            guard let run = reuse.runs.first(where: { $0.tokens.contains(index) }) else { continue }
            layout.inserted[index + run.offset] = word
        }
    }
}
