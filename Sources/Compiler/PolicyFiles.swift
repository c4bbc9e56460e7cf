// Which files make which policy, what `use` brings in, and which policy is the root.

import PolicyLang

/// A policy: all files that declare its name.
struct Policy {
    /// With its dots.
    var name: String
    /// Indices of its files, by path.
    var files: [Int]
    var ships: Bool
    /// What stands before the dot of its names in the program; empty for the root.
    var prefix = ""

    var lastSegment: String { Self.lastSegment(of: name) }
    static func lastSegment(of name: String) -> String { name.split(separator: ".").last.map(String.init) ?? name }
}

/// One `use` of a file.
struct FileUse {
    var qualifier: String
    /// Index of the policy in `CompileRun.policies`; nil when there is no such policy.
    var policy: Int?
    var span: SourceSpan
    var isReferenced = false
}

extension CompileRun {
    /// Fills `policies`, `policyOfFile` and `usesOfFile`.
    func arrangePolicies(root wanted: String?) {
        var gathered = gatherPolicies()
        guard let root = chooseRoot(wanted, among: gathered) else { return }
        // Depth first from the root: finds what is part of the program, and cycles on the way.
        var states: [String: Bool] = [:]
        var path: [String] = []
        visit(root, &gathered, &states, &path)
        let reached = states.keys.filter { $0 != root }.sorted()
        for name in [root] + reached {
            guard let policy = gathered[name] else { continue }
            for file in policy.files { policyOfFile[file] = policies.count }
            policies.append(policy)
        }
        choosePrefixes()
        for (index, file) in parsed.enumerated() where policyOfFile[index] != nil { bindUses(of: file, index) }
        for (name, policy) in gathered where !policy.ships && states[name] == nil {
            for file in policy.files {
                guard let header = parsed[file].tree.header else { continue }
                report(Wording.unusedPolicy(header.name.span, name: name, root: root))
            }
        }
    }

    private func gatherPolicies() -> [String: Policy] {
        var gathered: [String: Policy] = [:]
        for (index, file) in parsed.enumerated() {
            guard let header = file.tree.header else { continue }
            let name = header.name.text
            if StandardPolicies.isReserved(name) {
                // A copy of what ships, as in the project's own tree, is taken for what it is.
                if StandardPolicies.text(of: name).map({ Array($0.utf8) }) == file.source.bytes, gathered[name] == nil {
                    gathered[name] = Policy(name: name, files: [index], ships: true)
                } else {
                    report(Wording.reservedPolicyName(header.name.span, name: name))
                }
                continue
            }
            gathered[name, default: Policy(name: name, files: [], ships: false)].files.append(index)
        }
        for name in gathered.keys {
            gathered[name]?.files.sort { (parsed[$0].source.path, $0) < (parsed[$1].source.path, $1) }
        }
        return gathered
    }

    /// The wanted root, or the one policy that no other one uses.
    private func chooseRoot(_ wanted: String?, among gathered: [String: Policy]) -> String? {
        let start = SourceSpan(file: 0, start: 0, end: 0)
        if let wanted {
            if gathered[wanted] != nil { return wanted }
            report(Wording.noSuchRoot(start, name: wanted, known: gathered.keys.sorted()))
            return nil
        }
        var used: Set<String> = []
        for (name, policy) in gathered {
            for use in policy.files.flatMap({ parsed[$0].tree.uses }) where use.name.text != name { used.insert(use.name.text) }
        }
        var candidates = gathered.keys.filter { !used.contains($0) }.sorted()
        let own = candidates.filter { gathered[$0]?.ships == false }
        if !own.isEmpty { candidates = own }
        switch candidates.count {
        case 1: return candidates[0]
        case 0:
            // Every policy is used by another: a cycle, which the walk from any of them reports.
            if let any = gathered.keys.sorted().first { return any }
            if !parsed.contains(where: { $0.hasErrors }) && !hasErrors {
                report(Wording.noSuchRoot(start, name: nil, known: []))
            }
            return nil
        default:
            guard let file = gathered[candidates[1]]?.files.first, let header = parsed[file].tree.header else { return nil }
            report(Wording.severalRoots(header.name.span, names: candidates))
            return nil
        }
    }

    /// `states`: absent not seen, false on the way, true done.
    private func visit(
        _ name: String, _ gathered: inout [String: Policy], _ states: inout [String: Bool], _ path: inout [String]
    ) {
        states[name] = false
        path.append(name)
        for file in gathered[name]?.files ?? [] {
            for use in parsed[file].tree.uses {
                let used = use.name.text
                if gathered[used] == nil { adoptStandard(used, &gathered) }
                guard gathered[used] != nil else {
                    let known = gathered.keys.filter { $0 != name } + StandardPolicies.names
                    report(Wording.noSuchPolicy(use.name.span, name: used, known: known.sorted()))
                    continue
                }
                switch states[used] {
                case .none: visit(used, &gathered, &states, &path)
                case .some(false):
                    let cycle = path[(path.firstIndex(of: used) ?? 0)...] + [used]
                    report(Wording.useCycle(use.name.span, path: Array(cycle)))
                case .some(true): break
                }
            }
        }
        path.removeLast()
        states[name] = true
    }

    /// Parses a policy that ships with Postern the first time that it is used.
    private func adoptStandard(_ name: String, _ gathered: inout [String: Policy]) {
        guard let text = StandardPolicies.text(of: name) else { return }
        let index = parsed.count
        parsed.append(Self.parsed(StandardPolicies.path(of: name), Array(text.utf8), index: index, options))
        policyOfFile.append(nil)
        usesOfFile.append([])
        gathered[name] = Policy(name: name, files: [index], ships: true)
    }

    /// The root's names stay bare; others get their policy's last segment, or the whole name where two share it.
    private func choosePrefixes() {
        let counts = Dictionary(policies.dropFirst().map { ($0.lastSegment, 1) }, uniquingKeysWith: +)
        for index in policies.indices.dropFirst() {
            let last = policies[index].lastSegment
            policies[index].prefix = counts[last] == 1 ? last + "." : policies[index].name + "."
        }
    }

    private func bindUses(of file: ParsedFile, _ index: Int) {
        var first: [String: SourceSpan] = [:]
        for use in file.tree.uses {
            let qualifier = Policy.lastSegment(of: use.name.text)
            if let other = first[qualifier] {
                report(Wording.useClash(use.name.span, qualifier: qualifier, first: other))
                continue
            }
            first[qualifier] = use.name.span
            let policy = policies.firstIndex { $0.name == use.name.text }
            usesOfFile[index].append(FileUse(qualifier: qualifier, policy: policy, span: use.span))
        }
    }
}
