// Resolves one object after a verb: schemas, names, columns, sets in their places.

import Machine
import PolicyLang

/// Reads objects in one way. What it cannot read gets a diagnostic and comes to nothing.
struct ObjectResolver {
    let run: CompileRun
    let effect: Machine.Effect
    let on: [Int]
    let reading: ObjectReading
    let verbSet: VerbSet

    /// The verbs in words, for diagnostics.
    private var verbs: String { Self.names(of: verbSet) }

    static func names(of verbs: VerbSet) -> String {
        Wording.list(Verb.allCases.filter { verbs.contains($0) }.map { "`\($0.name)`" }, "and")
    }

    func resolve(_ object: PolicyLang.ObjectPattern) -> [ResolvedObject] {
        if object.columns != nil, reading != .columns {
            run.report(Wording.columnsNotForVerb(object.span, verbs: verbs))
            return []
        }
        switch reading {
        case .columns, .relation: return relations(object, .any)
        case .definition: return definitions(object)
        case .function: return functions(object)
        case .parameter, .channel: return plainNames(object)
        case .file, .program: return patterns(object, .glob)
        case .command: return patterns(object, .words)
        case .glob: return patterns(object, .glob)
        case .none: return []
        }
    }

    // MARK: tables

    private func relations(_ object: PolicyLang.ObjectPattern, _ objectClass: ObjectClass) -> [ResolvedObject] {
        guard !object.path.isEmpty else {
            return [ResolvedObject(objectClass: objectClass, schema: .any, name: .any, columns: nil)]
        }
        guard let paths = paths(object.path) else { return [] }
        let written = object.columns.map(columns)
        var result: [ResolvedObject] = []
        for path in paths {
            var path = path
            var columns = written ?? nil
            // `any.column`, `schema.table.column`: the column stands in the path.
            let hasColumn = path.count == 3 || path.count == 2 && path[0] == .any && path[1] != .any
            if reading == .columns, written == nil, hasColumn, let last = path.popLast() {
                if case .exactly(let column) = last { columns = [column] }
            } else if path.count > 2 {
                run.report(
                    Wording.objectShape(
                        object.span, why: "a table, or a schema and a table, is wanted after \(verbs)",
                        help: "write `schema.table`"))
                return []
            }
            guard let schema = schema(path, object.span) else { return [] }
            result.append(
                ResolvedObject(objectClass: objectClass, schema: schema, name: path[path.count - 1], columns: columns))
            guard reading == .columns || reading == .relation else { continue }
            run.checkKnown(
                .init(
                    schema: schema, name: path[path.count - 1], span: object.path.last?.span ?? object.span,
                    columns: placed(columns ?? [], object, hasColumn: hasColumn)), on: on)
        }
        return result
    }

    /// Columns with the places where they are written; a set's all at its name.
    private func placed(
        _ columns: [String], _ object: PolicyLang.ObjectPattern, hasColumn: Bool
    ) -> [(name: String, span: SourceSpan)] {
        columns.map { column in
            let segment = object.columns?.first { run.columnNames($0, quietly: true).contains(column) }
            return (column, segment?.span ?? object.path.last?.span ?? object.span)
        }
    }

    /// Nil means every column. Sorted.
    private func columns(_ segments: [ObjectSegment]) -> [String]? {
        var columns: Set<String> = []
        for segment in segments {
            switch segment.kind {
            case .any: return nil
            case .text: columns.insert(segment.text)
            case .name: columns.formUnion(run.columnNames(segment))
            }
        }
        return columns.sorted()
    }

    /// The schema of a path of one or two names; nil after a diagnostic.
    private func schema(_ path: [ResolvedName], _ span: SourceSpan) -> ResolvedSchema? {
        if path.count == 2 {
            switch path[0] {
            case .any, .pattern: return .any
            case .exactly(let schema): return .exactly(schema)
            }
        }
        guard case .exactly(let name) = path[0] else { return .any }
        return run.checkUnqualified(name, effect: effect, on: on, span) ? .searchPath : nil
    }

    // MARK: definitions

    private func definitions(_ object: PolicyLang.ObjectPattern) -> [ResolvedObject] {
        let objectClass = object.objectClass.flatMap { word in ObjectClass.allCases.first { $0.name == word.text } } ?? .any
        guard objectClass.hasSchema || object.path.isEmpty else {
            guard let paths = paths(object.path) else { return [] }
            guard paths.allSatisfy({ $0.count == 1 }) else {
                run.report(
                    Wording.objectShape(object.span, why: "a \(objectClass.name) is in no schema", help: "write its name alone"))
                return []
            }
            return paths.map { ResolvedObject(objectClass: objectClass, schema: .any, name: $0[0], columns: nil) }
        }
        return relations(object, objectClass)
    }

    private func functions(_ object: PolicyLang.ObjectPattern) -> [ResolvedObject] {
        guard let paths = paths(object.path) else { return [] }
        var result: [ResolvedObject] = []
        for path in paths {
            guard path.count <= 2 else {
                run.report(
                    Wording.objectShape(
                        object.span, why: "a function, or a schema and a function, is wanted after `call`",
                        help: "write `schema.function`"))
                return []
            }
            guard let schema = schema(path, object.span) else { return [] }
            result.append(ResolvedObject(objectClass: .any, schema: schema, name: path[path.count - 1], columns: nil))
        }
        return result
    }

    // MARK: names without a schema

    /// Parameters and channels: a parameter of an extension has a dot in its name.
    private func plainNames(_ object: PolicyLang.ObjectPattern) -> [ResolvedObject] {
        guard let paths = paths(object.path) else { return [] }
        var result: [ResolvedObject] = []
        for path in paths {
            var parts: [String] = []
            for part in path {
                if case .exactly(let text) = part { parts.append(text) }
            }
            guard parts.count == path.count || path.count == 1 else {
                run.report(
                    Wording.objectShape(
                        object.span, why: "a name or `any` is wanted after \(verbs)", help: "write the whole name"))
                return []
            }
            let name: ResolvedName = parts.isEmpty ? .any : .exactly(parts.joined(separator: "."))
            result.append(ResolvedObject(objectClass: .any, schema: .any, name: name, columns: nil))
        }
        return result
    }

    private func patterns(_ object: PolicyLang.ObjectPattern, _ kind: PatternRecord.Kind) -> [ResolvedObject] {
        guard object.path.count == 1, let segment = object.path.first else { return refuse(object) }
        var texts: [(text: String, span: SourceSpan)] = []
        switch segment.kind {
        case .any: return [ResolvedObject(objectClass: .any, schema: .any, name: .any, columns: nil)]
        case .text: texts = [(segment.text, segment.span)]
        case .name:
            guard let set = run.set(named: [Name(segment.text, span: segment.span)]) else { return refuse(object) }
            for element in run.elements(ofSet: set) {
                guard case .string(let text) = element.value else {
                    run.report(Wording.setElement(element.span, found: ConditionTyper.kind(of: element.value), wanted: "strings"))
                    continue
                }
                texts.append((text, element.span))
            }
        }
        return texts.compactMap { text, span in
            guard run.isPattern(text, kind, span) else { return nil }
            let isPlain = kind == .glob && !text.utf8.contains { "*?\\".utf8.contains($0) }
            let name: ResolvedName = isPlain ? .exactly(text) : .pattern(kind, text)
            return ResolvedObject(objectClass: .any, schema: .any, name: name, columns: nil)
        }
    }

    private func refuse(_ object: PolicyLang.ObjectPattern) -> [ResolvedObject] {
        run.report(Wording.objectShape(object.span, why: "a string is wanted after \(verbs)", help: "write it in quotes"))
        return []
    }

    // MARK: paths

    /// A written path as names, one for each element of a set that it ends in; nil after a diagnostic.
    private func paths(_ segments: [ObjectSegment]) -> [[ResolvedName]]? { run.paths(segments) }
}

extension CompileRun {
    /// A path of names as it stands, or one for each element of the set it names or ends in; nil after a diagnostic.
    func paths(_ segments: [ObjectSegment]) -> [[ResolvedName]]? {
        let names = segments.map { Name($0.text, span: $0.span) }
        let plain = segments.map { $0.kind == .any ? ResolvedName.any : .exactly($0.text) }
        for segment in segments where segment.kind == .name { warnOfUpperCase(segment) }
        guard let last = segments.last, last.kind == .name else { return [plain] }
        // `set`, `policy.set`
        if segments.allSatisfy({ $0.kind == .name }), let set = set(named: names) {
            return elements(ofSet: set).compactMap { path(of: $0) }
        }
        // `schema.set`
        if let set = set(named: [names[names.count - 1]]) {
            return elements(ofSet: set).compactMap { element in path(of: element).map { plain.dropLast() + $0 } }
        }
        if segments.count == 2, segments[0].kind == .name,
            usesOfFile[last.span.file].contains(where: { $0.qualifier == segments[0].text })
        {
            // Not a schema: the file says what this word means. A schema of that name is written in quotes.
            _ = resolve(QualifiedName(qualifier: names[0], name: names[1]), as: [.set], what: "set")
            return nil
        }
        return [plain]
    }

    private func path(of element: SetElement) -> [ResolvedName]? {
        switch element.value {
        case .path(let segments): return segments.map { .exactly($0) }
        case .string(let text): return [.exactly(text)]
        case .integer, .duration, .size, .moment, .boolean:
            report(Wording.setElement(element.span, found: ConditionTyper.kind(of: element.value), wanted: "names"))
            return nil
        }
    }

    /// The columns that a word stands for: itself, or what is in the set of that name.
    func columnNames(_ segment: ObjectSegment, quietly: Bool = false) -> [String] {
        guard segment.kind == .name, let set = set(named: [Name(segment.text, span: segment.span)]) else {
            if !quietly { warnOfUpperCase(segment) }
            return [segment.text]
        }
        return elements(ofSet: set).compactMap { element in
            if let text = element.text { return text }
            report(Wording.setElement(element.span, found: ConditionTyper.kind(of: element.value), wanted: "names"))
            return nil
        }
    }

    /// PostgreSQL stores unquoted names in lower case, so a capital letter is rarely meant.
    private func warnOfUpperCase(_ segment: ObjectSegment) {
        guard segment.text.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return }
        report(Wording.upperCaseName(segment.span, name: segment.text))
    }

    /// An unqualified name is looked for along the search path, `pg_catalog` first: the machine does that.
    ///
    /// An allow must be sure of the one schema it is in; what forbids or masks takes all of them.
    func checkUnqualified(_ name: String, effect: Machine.Effect, on: [Int], _ span: SourceSpan) -> Bool {
        guard effect == .allow || effect == .approve else { return true }
        for resource in on where ResourceFamily(resources[resource].kind) == .sql {
            let path = resources[resource].searchPath
            guard path.count != 1 else { continue }
            report(Wording.ambiguousSchema(span, name: name, resource: resources[resource].declared.text, path: path))
            return false
        }
        return true
    }
}
