// Where a name is declared, who means it, and giving it another.

import PolicyLang

extension LanguageSession {
    // MARK: definition and references

    func definition(_ place: OpenPlace, _ offset: Int) -> JSON {
        guard let (occurrence, key) = place.index.symbol(at: offset, in: place.number) else { return .null }
        let declared = place.index.declarations[key] ?? []
        // A tag or a claim is declared wherever it is written down; of a name that is declared twice, every place is shown.
        let wanted = declared.filter { occurrence.sorts.contains($0.sort) }
        return .array(wanted.compactMap { location(of: $0.occurrence, in: $0.file, place) })
    }

    func references(_ place: OpenPlace, _ offset: Int, includeDeclaration: Bool) -> JSON {
        guard let (_, key) = place.index.symbol(at: offset, in: place.number) else { return .null }
        let places = place.index.places(of: key).filter { includeDeclaration || !$0.occurrence.isDeclaration }
        return .array(places.compactMap { location(of: $0.occurrence, in: $0.file, place) })
    }

    func highlights(_ place: OpenPlace, _ offset: Int) -> JSON {
        guard let (_, key) = place.index.symbol(at: offset, in: place.number) else { return .null }
        return .array(
            place.index.places(of: key, inFile: place.number).map { _, occurrence in
                .of(["range": place.lines.range(occurrence.start, occurrence.end), "kind": .int(occurrence.isDeclaration ? 3 : 2)])
            })
    }

    /// A place in any file of the index. A policy that ships is written down so that an editor can show it.
    func location(of occurrence: Occurrence, in number: Int, _ place: OpenPlace) -> JSON? {
        let file = place.index.files[number]
        guard let path = shownPath(file, place.folder) else { return nil }
        let lines = lines(path, place.folder) ?? TextLines(file.parsed.source.bytes, client.encoding)
        return .of(["uri": .string(uri(path)), "range": lines.range(occurrence.start, occurrence.end)])
    }

    /// The path of a file as an editor can open it.
    func shownPath(_ file: IndexedFile, _ folder: PolicyFolder) -> String? {
        if folder.files[file.path] != nil { return file.path }
        return surroundings.store(file.path, String(decoding: file.parsed.source.bytes, as: UTF8.self))
    }

    // MARK: rename

    func prepareRename(_ place: OpenPlace, _ offset: Int) throws(RequestError) -> JSON {
        let (occurrence, _) = try renamed(place, offset)
        return .of(["range": place.lines.range(occurrence.start, occurrence.end), "placeholder": .string(occurrence.text)])
    }

    /// The name at a place, when it is one that a policy's author can change.
    private func renamed(_ place: OpenPlace, _ offset: Int) throws(RequestError) -> (occurrence: Occurrence, key: SymbolKey) {
        guard let (occurrence, key) = place.index.symbol(at: offset, in: place.number) else {
            throw RequestError(.requestFailed, "no declared name stands here")
        }
        switch key.space {
        case .claims: throw RequestError(.requestFailed, "a claim is called as the issuer's tokens call it")
        case .policies: throw RequestError(.requestFailed, "a policy is renamed by hand, in its first line and in every `use`")
        case .names, .rules, .tags: break
        }
        if place.index.declarations[key]?.contains(where: { place.index.files[$0.file].ships }) == true {
            throw RequestError(.requestFailed, "`\(key.policy).\(key.name)` ships with Postern")
        }
        return (occurrence, key)
    }

    func rename(_ place: OpenPlace, _ offset: Int, to newName: String) throws(RequestError) -> JSON {
        let (_, key) = try renamed(place, offset)
        try checkName(newName)
        if newName == key.name { return .of(["changes": .object([])]) }
        let taken = SymbolKey(space: key.space, policy: key.policy, name: newName)
        if place.index.declarations[taken] != nil { throw RequestError(.requestFailed, "there is a `\(newName)` already") }
        var edits: [Int: [Occurrence]] = [:]
        for (file, occurrence) in place.index.places(of: key) { edits[file, default: []].append(occurrence) }
        try checkMeaning(edits, newName, place)
        var changes: [(path: String, edits: [JSON])] = []
        for (number, occurrences) in edits.sorted(by: { $0.key < $1.key }) {
            let path = place.index.files[number].path
            guard let lines = lines(path, place.folder) else { continue }
            changes.append((path, occurrences.map { .of(["range": lines.range($0.start, $0.end), "newText": .string(newName)]) }))
        }
        return workspaceEdit(changes)
    }

    private func checkName(_ name: String) throws(RequestError) {
        let bytes = Array(name.utf8)
        let isWord = bytes.allSatisfy {
            $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
        guard let first = bytes.first, isWord, !(0x30...0x39).contains(first), bytes.count <= LanguageLimits.nameBytes else {
            throw RequestError(
                .requestFailed,
                "a name is made of A to Z, a to z, 0 to 9 and `_`, does not begin with a digit and has at most \(LanguageLimits.nameBytes) bytes")
        }
        if Vocabulary.reservedNames.contains(name) { throw RequestError(.requestFailed, "`\(name)` cannot be a name") }
    }

    /// Tries the change: what would bring a mistake that was not there, such as a name read as a clause, is refused.
    private func checkMeaning(_ edits: [Int: [Occurrence]], _ newName: String, _ place: OpenPlace) throws(RequestError) {
        var changed: [String: [UInt8]] = [:]
        for (number, occurrences) in edits {
            let file = place.index.files[number]
            var bytes = file.parsed.source.bytes
            for occurrence in occurrences.sorted(by: { $0.start > $1.start }) {
                bytes.replaceSubrange(occurrence.start..<occurrence.end, with: newName.utf8)
            }
            changed[file.path] = bytes
        }
        guard place.folder.errors(with: changed) == place.folder.errors(with: [:]) else {
            throw RequestError(.requestFailed, "with the name `\(newName)` the policy would have mistakes that it has not now")
        }
    }

    /// Edits of several files, with the versions that they are meant for where the editor takes those.
    func workspaceEdit(_ changes: [(path: String, edits: [JSON])]) -> JSON {
        if client.documentChanges {
            return .of([
                "documentChanges": .array(
                    changes.map { path, edits in
                        .of([
                            "textDocument": .of(["uri": .string(uri(path)), "version": documents[path]?.version ?? .null]),
                            "edits": .array(edits),
                        ])
                    })
            ])
        }
        return .of(["changes": .object(changes.map { JSON.Member(uri($0.path), .array($0.edits)) })])
    }
}
