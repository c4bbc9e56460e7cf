// Every declared name of a policy folder, and every place that means it.

import PolicyLang

/// A name by what it must differ from.
struct SymbolKey: Hashable {
    var space: SymbolSpace
    /// The policy's dotted name; empty for tags, claims and policies.
    var policy: String
    var name: String
}

/// A file as the index knows it.
struct IndexedFile {
    var path: String
    var parsed: ParsedFile
    var occurrences: [Occurrence]
    /// Short names of used policies, and what they mean.
    var uses: [String: String]
    /// Ships with Postern, so nothing in it can be changed.
    var ships: Bool

    var policy: String { parsed.tree.header?.name.text ?? "" }

    init(path: String, parsed: ParsedFile, ships: Bool) {
        self.path = path
        self.parsed = parsed
        self.ships = ships
        occurrences = NameFinder.occurrences(of: parsed)
        uses = [:]
        for use in parsed.tree.uses {
            let short = use.name.segments.last?.text ?? ""
            if uses[short] == nil { uses[short] = use.name.text }
        }
    }
}

/// Where a name is declared.
struct Declared {
    var file: Int
    var occurrence: Occurrence
    var sort: SymbolSort
    /// Nil for tags, claims and policies.
    var declaration: Declaration?
}

/// The names of a folder's files and of the policies that ship and that they use.
struct SymbolIndex {
    let files: [IndexedFile]
    private(set) var declarations: [SymbolKey: [Declared]] = [:]
    /// Keys in the order in which they are declared.
    private(set) var keys: [SymbolKey] = []

    init(_ files: [IndexedFile]) {
        self.files = files
        for (index, file) in files.enumerated() {
            var byStart: [Int: Declaration] = [:]
            for declaration in file.parsed.tree.declarations {
                if let name = declaration.name { byStart[name.span.start] = declaration }
            }
            for occurrence in file.occurrences where occurrence.isDeclaration {
                guard let sort = occurrence.sort else { continue }
                let key = key(occurrence.text, sort.space, policy: file.policy)
                if declarations[key] == nil { keys.append(key) }
                declarations[key, default: []].append(
                    Declared(file: index, occurrence: occurrence, sort: sort, declaration: byStart[occurrence.start]))
            }
        }
    }

    private func key(_ name: String, _ space: SymbolSpace, policy: String) -> SymbolKey {
        switch space {
        case .names, .rules: SymbolKey(space: space, policy: policy, name: name)
        case .tags, .claims, .policies: SymbolKey(space: space, policy: "", name: name)
        }
    }

    func file(_ path: String) -> Int? { files.firstIndex { $0.path == path } }

    /// The occurrence at a byte, also right behind its end.
    func occurrence(at offset: Int, in file: Int) -> Occurrence? {
        let all = files[file].occurrences
        return all.first { $0.start <= offset && offset < $0.end } ?? all.first { $0.end == offset }
    }

    /// What an occurrence means; nil when nothing of the sort is declared.
    func meaning(of occurrence: Occurrence, in file: Int) -> SymbolKey? {
        let file = files[file]
        guard let sort = occurrence.sort else { return nil }
        if sort == .policy {
            // A short name means what the file's `use` says.
            let name = occurrence.qualifier == "" ? file.uses[occurrence.text] : occurrence.text
            guard let name else { return nil }
            let key = SymbolKey(space: .policies, policy: "", name: name)
            return declarations[key] == nil ? nil : key
        }
        let policy: String
        if let qualifier = occurrence.qualifier {
            guard let used = file.uses[qualifier] else { return nil }
            policy = used
        } else {
            policy = file.policy
        }
        let spaces = Set(occurrence.sorts.map(\.space))
        for space in [SymbolSpace.names, .rules, .tags, .claims] where spaces.contains(space) {
            let key = key(occurrence.text, space, policy: policy)
            if declarations[key]?.contains(where: { occurrence.sorts.contains($0.sort) }) == true { return key }
        }
        return nil
    }

    /// What stands at a byte and what it means.
    func symbol(at offset: Int, in file: Int) -> (occurrence: Occurrence, key: SymbolKey)? {
        guard let occurrence = occurrence(at: offset, in: file), let key = meaning(of: occurrence, in: file) else { return nil }
        return (occurrence, key)
    }

    /// Every place that means a name, in the order of files and text. Cost is linear in the folder.
    func places(of key: SymbolKey, inFile only: Int? = nil) -> [(file: Int, occurrence: Occurrence)] {
        let short = key.space == .policies ? key.name.split(separator: ".").last.map(String.init) : nil
        var places: [(file: Int, occurrence: Occurrence)] = []
        for (index, file) in files.enumerated() where only == nil || only == index {
            for occurrence in file.occurrences where occurrence.text == key.name || occurrence.text == short {
                if meaning(of: occurrence, in: index) == key { places.append((index, occurrence)) }
            }
        }
        return places
    }

    /// Names of these sorts that a file can write: its own policy's bare, used policies' with their short name.
    func names(_ sorts: Set<SymbolSort>, from file: Int) -> [(text: String, declared: Declared)] {
        let own = files[file].policy
        let short = Dictionary(files[file].uses.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        var names: [(text: String, declared: Declared)] = []
        for key in keys {
            guard let declared = declarations[key]?.first(where: { sorts.contains($0.sort) }) else { continue }
            switch key.space {
            case .tags, .claims, .policies: names.append((key.name, declared))
            case .names, .rules:
                if key.policy == own {
                    names.append((key.name, declared))
                } else if let qualifier = short[key.policy] {
                    names.append(("\(qualifier).\(key.name)", declared))
                }
            }
        }
        return names
    }
}
