// Objects that stand for all objects: those that rules name, and for each way the others can be told apart, one more.

import Machine

/// Works out the objects of one verb on one resource, for the rules that can be about it.
struct SceneObjects {
    let verb: Verb
    let kind: Machine.ResourceKind
    let budget: ReasonBudget

    private var patterns: [ResolvedObject] = []
    private var paths: Set<String> = []
    /// What conditions ask of the name alone, of the schema, and of both.
    private var ofName = TextQuestions()
    private var ofSchema = TextQuestions()
    private var ofObject = TextQuestions()

    init(_ verb: Verb, _ kind: Machine.ResourceKind, _ budget: ReasonBudget) {
        self.verb = verb
        self.kind = kind
        self.budget = budget
    }

    mutating func add(_ rule: ResolvedRule, searchPath: [String]) {
        for target in rule.targets where target.verbs.contains(verb) { patterns += target.objects }
        paths.formUnion(searchPath)
        add(rule.condition)
    }

    private mutating func add(_ condition: TypedCondition?) {
        switch condition {
        case nil, .constant: return
        case .not(let inner): add(inner)
        case .and(let parts), .or(let parts): for part in parts { add(part) }
        case .test(let test):
            switch test.operands[0] {
            case .fact(.accessTable): Self.ask(test, &ofName)
            case .fact(.accessSchema): Self.ask(test, &ofSchema)
            case .fact(.accessObject): Self.ask(test, &ofObject)
            default:
                if test.operands.count == 2, case .string = test.operands[0] { return add(.test(Self.turned(test))) }
            }
        }
    }

    private static func turned(_ test: TypedTest) -> TypedTest {
        if case .equal(let a, let b) = test { return .equal(b, a) }
        return .isTrue(.integer(0))
    }

    private static func ask(_ test: TypedTest, _ questions: inout TextQuestions) {
        switch test {
        case .equal(_, .string(let text)): questions.add(constant: text)
        case .inSet(_, let members): for member in members { questions.add(constant: member) }
        case .startsWith(_, .string(let text)): questions.add(.prefix(text))
        case .endsWith(_, .string(let text)): questions.add(.suffix(text))
        case .contains(_, .string(let text)): questions.add(.part(text))
        case .matches(_, .glob, let pattern): questions.add(.glob(pattern))
        case .matches(_, .words, let pattern): questions.add(.words(pattern))
        case .matches(_, .pcre, let pattern): for sample in PatternSamples.texts(pattern) { questions.add(constant: sample) }
        case _: return
        }
    }

    /// Whether a name is matched with a PCRE2 pattern: objects that no rule names cannot be told apart then.
    static func asksOpenly(_ condition: TypedCondition?) -> Bool {
        switch condition {
        case nil, .constant: return false
        case .not(let inner): return asksOpenly(inner)
        case .and(let parts), .or(let parts): return parts.contains { asksOpenly($0) }
        case .test(let test):
            let names: [TypedValue] = [.fact(.accessTable), .fact(.accessSchema), .fact(.accessObject)]
            if case .matches(let value, .pcre, _) = test { return names.contains(value) }
            // A name beside another fact.
            let operands = test.operands
            guard operands.count == 2, operands.contains(where: names.contains) else { return false }
            return operands.allSatisfy { if case .string = $0 { false } else { true } }
        }
    }

    // MARK: objects

    func objects() throws(Undecided) -> [SceneObject] {
        let reading = ObjectReading(of: verb, in: ResourceFamily(kind))
        switch reading {
        case .none: return [SceneObject(objectClass: .any, schema: "", name: verb == .unknown ? "not understood" : "")]
        case .columns, .relation: return try named(.table)
        case .function: return try named(.function)
        case .parameter: return try plain(.parameter)
        case .channel: return try plain(.channel)
        case .file: return try plain(.file)
        case .program, .command: return try plain(.program)
        case .glob: return try plain(kind == .ssh ? .file : .any)
        case .definition:
            var objects: [SceneObject] = []
            for objectClass in definedClasses { objects += objectClass.hasSchema ? try named(objectClass) : try plain(objectClass) }
            return objects
        }
    }

    /// Tables, the classes that rules name, and one more of each sort.
    private var definedClasses: [ObjectClass] {
        var classes: [ObjectClass] = [.table]
        for pattern in patterns where pattern.objectClass != .any && !classes.contains(pattern.objectClass) {
            classes.append(pattern.objectClass)
        }
        if let other = [ObjectClass.index, .view, .sequence, .function, .type].first(where: { !classes.contains($0) }) { classes.append(other) }
        if let other = [ObjectClass.role, .schema, .database, .extension].first(where: { !classes.contains($0) }) { classes.append(other) }
        return classes
    }

    private func plain(_ objectClass: ObjectClass) throws(Undecided) -> [SceneObject] {
        var questions = ofName
        questions.join(ofObject)
        for pattern in patterns {
            switch pattern.name {
            case .any: continue
            case .exactly(let text): questions.add(constant: text)
            case .pattern(let kind, let text): questions.add(ResolvedObject.automaton(kind, text, objectClass))
            }
        }
        questions.seeds = objectClass == .file ? ["/var/other"] : ["other"]
        return try TextRegions.regions(of: questions, budget).filter { !$0.text.isEmpty }.map {
            SceneObject(objectClass: objectClass, schema: "", name: $0.text, isAnyName: $0.isOneOfMany)
        }
    }

    private func named(_ objectClass: ObjectClass) throws(Undecided) -> [SceneObject] {
        var schemas = ofSchema
        for constant in ofObject.constants {
            if let dot = constant.firstIndex(of: 0x2E) { schemas.constants.insert(Array(constant[..<dot])) }
        }
        var exact: [String: Set<String>] = [:]
        var everywhere: Set<String> = []
        var onPath: Set<String> = []
        let asksSchemas = !ofSchema.patterns.isEmpty || !ofObject.patterns.isEmpty
        for pattern in patterns {
            let name: String? = if case .exactly(let text) = pattern.name { text } else { nil }
            switch pattern.schema {
            case .any: if let name { everywhere.insert(name) }
            case .searchPath: if let name { onPath.insert(name) }
            case .exactly(let schema):
                if let name { exact[schema, default: []].insert(name) }
                if name == nil || asksSchemas { schemas.add(constant: schema) }
            }
        }
        if patterns.contains(where: { $0.schema == .searchPath }) {
            for schema in paths.union(["pg_catalog"]) { schemas.add(constant: schema) }
        }
        for asked in ofObject.patterns { schemas.patterns.insert(.init(before: "", automaton: asked.automaton, behind: ".")) }
        schemas.seeds = ["other"]
        var objects: [SceneObject] = []
        var seen: Set<SceneObject> = []
        func add(_ schema: String, _ name: String, isAnySchema: Bool = false, isAnyName: Bool = false) {
            let object = SceneObject(
                objectClass: objectClass, schema: schema, name: name, isAnySchema: isAnySchema, isAnyName: isAnyName)
            if !schema.isEmpty, !name.isEmpty, seen.insert(object).inserted { objects.append(object) }
        }
        for (schema, names) in exact.sorted(by: { $0.key < $1.key }) { for name in names.sorted() { add(schema, name) } }
        for place in try TextRegions.regions(of: schemas, budget) {
            let schema = place.text
            var names = ofName
            for name in everywhere.union(exact[schema] ?? []) { names.add(constant: name) }
            if paths.contains(schema) || schema == "pg_catalog" { for name in onPath { names.add(constant: name) } }
            if schema == "pg_catalog" { names.add(.prefix("pg_")) }
            let before = schema + "."
            for constant in ofObject.constants where constant.starts(with: before.utf8) {
                names.constants.insert(Array(constant.dropFirst(before.utf8.count)))
            }
            for asked in ofObject.patterns { names.add(asked.automaton, before: before) }
            names.seeds = ["other"]
            for region in try TextRegions.regions(of: names, budget) {
                add(schema, region.text, isAnySchema: place.isOneOfMany, isAnyName: region.isOneOfMany)
            }
        }
        return objects
    }
}
