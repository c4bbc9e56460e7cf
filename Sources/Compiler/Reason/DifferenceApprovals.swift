// Approvals of two policies, compared where both ask: whose agreement, of how many, for how long.

import Machine

extension DifferenceWork {
    /// What is asked where a function holds: all that ask everywhere there, else whatever asks somewhere; nil when nobody is asked.
    func demands(_ scene: Scene, _ part: Int, _ decision: Scene.Decision, _ node: Diagrams.Node, whole: Bool = false) throws(Undecided) -> String? {
        var everywhere: [String] = []
        var somewhere: [String] = []
        for (rule, asks) in decision.asking {
            guard let approval = rule.approval, try scene.diagrams.and(node, asks) != Diagrams.never else { continue }
            let meaning = ApprovalMeaning(approval, policies[part])
            let text = whole ? meaning.shownWhole : meaning.shown
            let holds = try scene.diagrams.and(node, scene.diagrams.not(asks)) == Diagrams.never
            if holds, !everywhere.contains(text) { everywhere.append(text) }
            if !somewhere.contains(text) { somewhere.append(text) }
        }
        if somewhere.isEmpty { return nil }
        return everywhere.isEmpty ? somewhere.joined(separator: " or ") : everywhere.joined(separator: " and ")
    }

    /// - Parameter meant: where both policies ask.
    func compareApprovals(_ scene: Scene, _ decisions: [Scene.Decision], _ meant: Diagrams.Node, isOnly: Bool) throws(Undecided) {
        if meant == Diagrams.never { return }
        let diagrams = scene.diagrams
        let asked = (0...1).map { part in
            decisions[part].asking.compactMap { rule, node in rule.approval.map { (ApprovalMeaning($0, policies[part]), node) } }
        }
        for (kind, from, to) in [(PolicyChange.Kind.approvalWeakened, 0, 1), (.approvalStrengthened, 1, 0)] {
            let people = ApproverComparison(policy: policies[to], other: policies[from], isSure: try !losesIdentities(from))
            var difference = Diagrams.never
            for (demand, asks) in asked[from] {
                var satisfied = Diagrams.never
                for (other, holds) in asked[to] where other.isAtLeastAsStrict(as: demand, people) {
                    satisfied = try diagrams.or(satisfied, holds)
                }
                difference = try diagrams.or(difference, diagrams.all([meant, asks, diagrams.not(satisfied)]))
            }
            if difference == Diagrams.never { continue }
            var (before, after) = (
                try demands(scene, 0, decisions[0], difference, whole: true) ?? "", try demands(scene, 1, decisions[1], difference, whole: true) ?? ""
            )
            if before == after { (before, after) = (before, after + ", of whom others are meant") }
            try note(kind, scene, difference, isOnly: isOnly, before: before, after: after)
        }
    }

    /// Whether an identity that only one of the policies has, as it is there, may be made by a token that makes another one too, or may: such
    /// a token makes nobody there, and may make somebody in the other policy.
    private func losesIdentities(_ part: Int) throws(Undecided) -> Bool {
        if let known = lostIdentities[part] { return known }
        let (policy, other) = (policies[part], policies[1 - part])
        guard let resource = policy.resources.first else { return false }
        var loses = false
        for (index, identity) in policy.identities.enumerated() where !loses {
            if let same = other.identity(identity.name), other.identities[same].condition == identity.condition,
                other.issuers[other.identities[same].issuer].name == policy.issuers[identity.issuer].name
            {
                continue
            }
            let key = SceneKey(
                identity: identity.name, resource: resource.name, verb: .transact, object: SceneObject(objectClass: .any, schema: "", name: ""))
            let scene = try Scene(key, [ScenePart(policy, key, rules: [])], from: date, isUnderstood: true, budget)
            let own = try scene.diagrams.not(scene.truth(identity.condition, 0).no)
            for (number, second) in policy.identities.enumerated() where number != index && second.issuer == identity.issuer {
                let both = try scene.diagrams.and(own, scene.diagrams.not(scene.truth(second.condition, 0).no))
                if both != Diagrams.never { loses = true }
            }
        }
        lostIdentities[part] = loses
        return loses
    }
}
