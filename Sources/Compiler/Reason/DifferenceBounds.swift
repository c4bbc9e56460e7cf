// Masks and limits of two policies, compared step by step: where the one still binds and the other does not.

import Machine

extension DifferenceWork {
    // MARK: limits

    private struct Bound: Hashable {
        var what: String
        var amount: Int64
    }

    private static func bounds(_ limit: LimitRecord) -> [Bound] {
        var bounds: [Bound] = []
        if let rows = limit.rows { bounds.append(Bound(what: "rows", amount: rows)) }
        if let bytes = limit.bytes { bounds.append(Bound(what: "bytes", amount: bytes)) }
        if let runtime = limit.runtime { bounds.append(Bound(what: "seconds of runtime", amount: runtime)) }
        if let concurrent = limit.concurrent { bounds.append(Bound(what: "concurrent", amount: concurrent)) }
        for rate in limit.rates { bounds.append(Bound(what: "in \(rate.seconds)s", amount: rate.count)) }
        return bounds
    }

    /// - Parameter meant: where both policies let the access pass.
    func compareLimits(_ scene: Scene, _ meant: Diagrams.Node, isOnly: Bool) throws(Undecided) {
        if meant == Diagrams.never { return }
        let diagrams = scene.diagrams
        /// By part: each bound and where it holds.
        var holding: [[(bound: Bound, node: Diagrams.Node)]] = [[], []]
        for part in 0...1 {
            for rule in scene.parts[part].rules where rule.effect == .allow {
                guard let limit = rule.limit else { continue }
                let node = try scene.covers(rule, part, .bounds)
                for bound in Self.bounds(limit) { holding[part].append((bound, node)) }
            }
        }
        func within(_ bound: Bound, _ part: Int) throws(Undecided) -> Diagrams.Node {
            var node = Diagrams.never
            for (own, holds) in holding[part] where own.what == bound.what && own.amount <= bound.amount { node = try diagrams.or(node, holds) }
            return node
        }
        func smallest(_ what: String, _ part: Int) -> String {
            let amounts = holding[part].filter { $0.bound.what == what && $0.node != Diagrams.never }.map(\.bound.amount)
            return amounts.min().map { "\($0) \(what)" } ?? "no limit of \(what)"
        }
        let bounds = Set(holding.joined().map(\.bound)).sorted { ($0.what, $0.amount) < ($1.what, $1.amount) }
        var noted: Set<String> = []
        for bound in bounds {
            for (kind, from, to) in [(PolicyChange.Kind.limitWeakened, 0, 1), (.limitStrengthened, 1, 0)] {
                guard !noted.contains("\(kind) \(bound.what)") else { continue }
                let node = try diagrams.all([meant, within(bound, from), diagrams.not(within(bound, to))])
                if node == Diagrams.never { continue }
                noted.insert("\(kind) \(bound.what)")
                try note(kind, scene, node, isOnly: isOnly, before: smallest(bound.what, 0), after: smallest(bound.what, 1))
            }
        }
    }

    // MARK: masks

    /// A cell that masks speak of.
    private struct Cell: Hashable {
        var schema: ResolvedSchema
        var table: ResolvedName
        var column: String
    }

    func compareMasks(_ ground: Ground) throws(Undecided) {
        let rules = ground.names.map { ($0?.policy.rules ?? []).filter { $0.effect == .mask } }
        let own = (0...1).map { part in
            rules[part].filter { rule in policies[part].resource(ground.resource).map { rule.on.contains($0) } ?? false }
        }
        let meanings = zip(policies, own).map { policy, rules in Set(rules.map { RuleMeaning($0, policy) }) }
        if ground.isSame, meanings[0] == meanings[1] { return }
        var cells: Set<Cell> = []
        var detectors: Set<String> = []
        var names: Set<String> = []
        for part in 0...1 {
            for rule in own[part] {
                for mask in rule.mask?.columns ?? [] { cells.insert(Cell(schema: mask.schema, table: mask.table, column: mask.column)) }
                for mask in rule.mask?.values ?? [] { detectors.insert(mask.detector) }
                names.formUnion(rule.reach.map { policies[part].identities[$0].name })
            }
        }
        for identity in names.sorted() {
            for cell in cells.sorted(by: { "\($0)" < "\($1)" }) { try compare(ground, identity, cell, own) }
            for detector in detectors.sorted() { try compare(ground, identity, detector, own) }
        }
    }

    private func key(_ ground: Ground, _ identity: String, schema: String, table: String) -> SceneKey {
        SceneKey(
            identity: identity, resource: ground.resource, verb: .select,
            object: SceneObject(objectClass: .table, schema: schema, name: table))
    }

    private func scene(_ ground: Ground, _ key: SceneKey, _ masks: [[ResolvedRule]]) throws(Undecided) -> Scene {
        cases += 1
        try budget.spend()
        var parts: [ScenePart] = []
        for part in 0...1 {
            var found: [ResolvedRule] = []
            if let identity = policies[part].identity(key.identity), let names = ground.names[part] {
                found = names.rules(.select, key.object, identity: identity, searchPath: searchPath(part, key.resource)).filter {
                    $0.effect != .mask && $0.effect != .watch
                }
            }
            parts.append(ScenePart(policies[part], key, rules: found, goals: masks[part]))
        }
        return try Scene(key, parts, from: date, isUnderstood: true, budget)
    }

    private func compare(_ ground: Ground, _ identity: String, _ cell: Cell, _ own: [[ResolvedRule]]) throws(Undecided) {
        if case .exactly(let name) = cell.table { _ = try compare(ground, identity, cell, own, table: name) } else {
            // One table that shows it is enough; one that may be read is among those that rules name.
            for name in readable(ground) + ["other"] { if try compare(ground, identity, cell, own, table: name) { return } }
        }
    }

    private static let mostTables = 64

    private func readable(_ ground: Ground) -> [String] {
        var names: Set<String> = []
        for rule in ground.names.flatMap({ $0?.rules(.select) ?? [] }) where rule.effect == .allow || rule.effect == .approve {
            for target in rule.targets where target.verbs.contains(.select) {
                for object in target.objects { if case .exactly(let name) = object.name { names.insert(name) } }
            }
        }
        return Array(names.sorted().prefix(Self.mostTables))
    }

    /// Whether there was a difference.
    private func compare(
        _ ground: Ground, _ identity: String, _ cell: Cell, _ own: [[ResolvedRule]], table: String
    ) throws(Undecided) -> Bool {
        let count = changes.count
        let schema =
            switch cell.schema {
            case .any: searchPath(1, ground.resource).first ?? searchPath(0, ground.resource).first ?? "public"
            case .exactly(let name): name
            case .searchPath: searchPath(1, ground.resource).first ?? searchPath(0, ground.resource).first ?? "public"
            }
        let scene = try scene(ground, key(ground, identity, schema: schema, table: table), own)
        func masks(_ rule: ResolvedRule, _ part: Int) -> [ResolvedColumnMask] {
            (rule.mask?.columns ?? []).filter { mask in
                mask.column == cell.column
                    && ResolvedObject(objectClass: .any, schema: mask.schema, name: mask.table, columns: nil)
                        .matches(scene.key.object, searchPath: self.searchPath(part, ground.resource), allows: false)
            }
        }
        let applying = try (0...1).map { part throws(Undecided) in
            try transforms(scene, part, own[part]) { masks($0, part).map(\.transform) }
        }
        let guarding = try (0...1).map { part throws(Undecided) in
            try transforms(scene, part, own[part]) { ($0.mask?.guarded ?? false) ? masks($0, part).map(\.transform) : [] }
        }
        let diagrams = scene.diagrams
        let set = TypedValue.fact(.accessColumns)
        // The column itself is read.
        let isRead = try diagrams.or(diagrams.not(scene.isKnown(set)), scene.has(set, cell.column))
        let meant = try diagrams.all([isRead, scene.constraints(), scene.decision(0).passes, scene.decision(1).passes])
        var shown = "any"
        if case .exactly = cell.table { shown = schema == "public" ? table : "\(schema).\(table)" }
        try compare(scene, meant, applying, object: "\(shown).\(cell.column)")
        try compareGuards(scene, meant, applying, guarding, object: "\(shown).\(cell.column)")
        return changes.count > count
    }

    /// Values are found in whatever is read: one table that the identity may read is enough.
    private func compare(_ ground: Ground, _ identity: String, _ detector: String, _ own: [[ResolvedRule]]) throws(Undecided) {
        for name in readable(ground) + ["other"] { if try compare(ground, identity, detector, own, table: name) { return } }
    }

    /// Whether there was a difference.
    private func compare(
        _ ground: Ground, _ identity: String, _ detector: String, _ own: [[ResolvedRule]], table: String
    ) throws(Undecided) -> Bool {
        let count = changes.count
        let schema = searchPath(1, ground.resource).first ?? searchPath(0, ground.resource).first ?? "public"
        let scene = try scene(ground, key(ground, identity, schema: schema, table: table), own)
        let applying = try (0...1).map { part throws(Undecided) in
            try transforms(scene, part, own[part]) { rule in
                (rule.mask?.values ?? []).filter { $0.detector == detector }.map(\.transform)
            }
        }
        let meant = try scene.diagrams.all([scene.constraints(), scene.decision(0).passes, scene.decision(1).passes])
        try compare(scene, meant, applying, object: "values of \(detector)")
        return changes.count > count
    }

    /// Where a masked column may only be read as it comes, and where it may be used in other ways as well. Where only one policy masks it,
    /// that has been said.
    private func compareGuards(
        _ scene: Scene, _ meant: Diagrams.Node, _ masking: [[Applying]], _ guarding: [[Applying]], object: String
    ) throws(Undecided) {
        var masked: [Diagrams.Node] = []
        var guarded: [Diagrams.Node] = []
        for part in 0...1 {
            masked.append(try scene.diagrams.any(masking[part].map(\.node)))
            guarded.append(try scene.diagrams.any(guarding[part].map(\.node)))
        }
        for (kind, from, to) in [(PolicyChange.Kind.guardDropped, 0, 1), (.guardAdded, 1, 0)] {
            let difference = try scene.diagrams.all([meant, masked[to], guarded[from], scene.diagrams.not(guarded[to])])
            try note(kind, scene, difference, isOnly: false, object: object)
        }
    }

    private typealias Applying = (transform: TransformRecord, node: Diagrams.Node)

    private func transforms(
        _ scene: Scene, _ part: Int, _ rules: [ResolvedRule], _ of: (ResolvedRule) -> [TransformRecord]
    ) throws(Undecided) -> [Applying] {
        var applying: [Applying] = []
        for rule in rules {
            for transform in of(rule) { applying.append((transform, try scene.covers(rule, part, .masks))) }
        }
        return applying
    }

    private func compare(_ scene: Scene, _ meant: Diagrams.Node, _ applying: [[Applying]], object: String) throws(Undecided) {
        if meant == Diagrams.never { return }
        let diagrams = scene.diagrams
        func hidden(_ transform: TransformRecord, _ part: Int) throws(Undecided) -> Diagrams.Node {
            var node = Diagrams.never
            for (own, applies) in applying[part] where own.isAtLeastAsStrict(as: transform) { node = try diagrams.or(node, applies) }
            return node
        }
        func strictest(_ part: Int) -> String {
            let all = applying[part].filter { $0.node != Diagrams.never }.map(\.transform)
            return all.first { one in all.allSatisfy { one.isAtLeastAsStrict(as: $0) } }?.shown ?? (all.isEmpty ? "not masked" : all[0].shown)
        }
        for (kind, from, to) in [(PolicyChange.Kind.maskWeakened, 0, 1), (.maskStrengthened, 1, 0)] {
            var difference = Diagrams.never
            for (transform, _) in applying[from] {
                difference = try diagrams.or(
                    difference, diagrams.all([meant, hidden(transform, from), diagrams.not(hidden(transform, to))]))
            }
            try note(kind, scene, difference, isOnly: false, object: object, before: strictest(0), after: strictest(1))
        }
    }
}
