// Resources, and which of them a rule's `on` means.

import Machine
import PolicyLang

extension CompileRun {
    func resolveResources() {
        for (declaration, policy) in names.resources {
            let kind = Self.kind(declaration.kind)
            checkSearchPath(declaration, kind)
            let searchPath = declaration.searchPath?.map(\.text) ?? (kind == .postgres ? ["public"] : [])
            resolveSchema(of: declaration, resource: resources.count, kind, searchPath)
            resources.append(
                ResolvedResource(
                    name: programName(declaration.name.text, policy: policy), kind: kind,
                    tags: Set(declaration.tags.map(\.text)).sorted(), searchPath: searchPath,
                    declared: declaration.name, doc: declaration.doc, span: declaration.span))
        }
    }

    private func checkSearchPath(_ declaration: ResourceDeclaration, _ kind: Machine.ResourceKind) {
        guard let path = declaration.searchPath, let first = path.first else { return }
        if ResourceFamily(kind) != .sql, declaration.kind != nil {
            report(Wording.searchPathNotSQL(first.span, kind: kind))
        }
        var seen: [String: SourceSpan] = [:]
        for schema in path {
            if let other = seen[schema.text] { report(Wording.duplicateName(schema.span, name: schema.text, first: other)) }
            seen[schema.text] = schema.span
        }
    }

    /// A kind that the parser did not know has had its diagnostic; any other will do.
    private static func kind(_ kind: PolicyLang.ResourceKind?) -> Machine.ResourceKind {
        switch kind {
        case .postgres, nil: .postgres
        case .mysql: .mysql
        case .ssh: .ssh
        case .kubernetes: .kubernetes
        case .http: .http
        }
    }

    /// The resources that a clause means, sorted. A missing clause has had its diagnostic and means none.
    func resolve(_ clause: OnClause?) -> [Int] {
        guard let clause else { return [] }
        var meant: Set<Int> = []
        for selector in clause.include { meant.formUnion(resources(of: selector)) }
        for selector in clause.except { meant.subtract(resources(of: selector)) }
        return meant.sorted()
    }

    private func resources(of selector: ResourceSelector) -> [Int] {
        switch selector {
        case .any: return Array(resources.indices)
        case .name(let name):
            guard case .resource(let index)? = resolve(name, as: [.resource], what: "resource") else { return [] }
            return [index]
        case .tag(let tag):
            let tagged = resources.indices.filter { resources[$0].tags.contains(tag.text) }
            // A policy that others use may speak of tags that this root does not have; in the root it is a slip.
            if tagged.isEmpty, policyOfFile[tag.span.file] == 0 {
                let known = Set(resources.flatMap(\.tags)).sorted()
                report(Wording.unknownTag(tag.span, tag: tag.text, known: known))
            }
            return tagged
        }
    }
}
