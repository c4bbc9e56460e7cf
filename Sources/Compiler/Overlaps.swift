// Whether two patterns can mean the same thing: what mask conflicts and lint rules ask.

import Machine

extension CompileRun {
    /// The schemas that a pattern means on a resource; nil means any.
    private func schemas(_ pattern: ResolvedSchema, on resource: Int) -> Set<String>? {
        switch pattern {
        case .any: nil
        case .exactly(let schema): [schema]
        case .searchPath: resources[resource].searchPath.isEmpty ? nil : Set(resources[resource].searchPath + ["pg_catalog"])
        }
    }

    func overlap(_ a: ResolvedSchema, _ b: ResolvedSchema, on resources: [Int]) -> Bool {
        resources.contains { resource in
            guard let left = schemas(a, on: resource), let right = schemas(b, on: resource) else { return true }
            return !left.isDisjoint(with: right)
        }
    }

    /// Two globs may overlap; that they do not is not worked out.
    func overlap(_ a: ResolvedName, _ b: ResolvedName) -> Bool {
        if case .exactly(let left) = a, case .exactly(let right) = b { return left == right }
        return true
    }

    /// Whether a column mask and an object that is read can be about the same cells.
    func overlap(_ mask: ResolvedColumnMask, _ object: ResolvedObject, on resources: [Int]) -> Bool {
        guard overlap(mask.schema, object.schema, on: resources), overlap(mask.table, object.name) else { return false }
        return object.columns?.contains(mask.column) ?? true
    }

    func shared(_ a: [Int], _ b: [Int]) -> [Int] {
        let right = Set(b)
        return a.filter { right.contains($0) }
    }
}
