// What a schema lets an access set going: views that read tables, triggers, defaults, functions in SQL. As far as it goes, step after step.

import Machine

/// An access that another one sets going. No allow has to cover it; a deny holds for it as for any.
struct OpenedAccess: Hashable {
    var verb: Verb
    var object: SceneObject
    /// What has to pass for it; nil where an operator, a cast or a type of any statement may do it.
    var opener: Opener?

    struct Opener: Hashable {
        var verb: Verb
        var object: SceneObject
    }
}

extension ResolvedDatabase {
    private static let most = 200_000

    private static func order(_ access: OpenedAccess) -> String {
        let opener = access.opener.map { "\($0.verb.rawValue) \($0.object.objectClass.rawValue) \($0.object.text)" } ?? ""
        return "\(access.object.text)\0\(access.verb.rawValue)\0\(access.object.objectClass.rawValue)\0" + opener
    }

    func openedAccesses() throws(Undecided) -> [OpenedAccess] {
        var opening: [SceneObject: [OpenedRecord]] = [:]
        var all: Set<OpenedAccess> = []
        func text(_ symbol: Symbol) -> String { symbols[Int(symbol)] }
        func object(_ record: OpenedRecord) -> SceneObject {
            // Which sort of relation it is makes no difference to rules on what is done to it.
            let objectClass = record.objectClass == .view ? ObjectClass.table : record.objectClass
            return SceneObject(objectClass: objectClass, schema: text(record.schema), name: text(record.name))
        }
        for relation in record.relations {
            let own = SceneObject(objectClass: .table, schema: text(relation.schema), name: text(relation.name))
            opening[own, default: []] += relation.opened
        }
        for routine in record.routines {
            let own = SceneObject(objectClass: .function, schema: text(routine.schema), name: text(routine.name))
            opening[own, default: []] += routine.opened
        }
        func follow(_ start: [OpenedRecord], by verb: Verb?, _ opener: OpenedAccess.Opener?) throws(Undecided) {
            var seen: Set<OpenedAccess.Opener> = []
            var queue: [(records: [OpenedRecord], verb: Verb?)] = [(start, verb)]
            while let (records, verb) = queue.popLast() {
                for record in records {
                    if let verb, !record.when.contains(verb) { continue }
                    for done in record.verb.map({ [$0] }) ?? verb.map({ [$0] }) ?? Verb.allCases.filter({ record.when.contains($0) }) {
                        let reached = OpenedAccess.Opener(verb: done, object: object(record))
                        guard seen.insert(reached).inserted else { continue }
                        all.insert(OpenedAccess(verb: done, object: reached.object, opener: opener))
                        if all.count > Self.most { throw Undecided(why: "the schema sets too much going") }
                        if let further = opening[reached.object] { queue.append((further, done)) }
                    }
                }
            }
        }
        for (own, records) in opening {
            var verbs: VerbSet = []
            for record in records { verbs.formUnion(record.when) }
            for verb in Verb.allCases where verbs.contains(verb) {
                try follow(records, by: verb, OpenedAccess.Opener(verb: verb, object: own))
            }
        }
        for item in record.operators + record.types { try follow(item.opened, by: nil, nil) }
        return all.map { (Self.order($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
