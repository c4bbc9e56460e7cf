// Two masks on one column: the stricter stands, and two that cannot be ordered are a mistake of the author's.

import Machine
import PolicyLang

extension TransformRecord {
    /// Whether one of the two lets nothing through that the other hides: `null` over `redact` over `zero` over `hash` over `tokenize`
    /// over what keeps a part of the value; of two of those, fewer characters at both ends, and a step that is the other's multiple.
    func isOrdered(with other: TransformRecord) -> Bool {
        guard keepsPart, other.keepsPart else { return true }
        if keepsCharacters, other.keepsCharacters {
            return first <= other.first && last <= other.last || first >= other.first && last >= other.last
        }
        if kind == .range, other.kind == .range { return step % other.step == 0 || other.step % step == 0 }
        return kind == other.kind
    }

    private var keepsCharacters: Bool { kind == .partial || kind == .last }

    /// Only such transforms can be of no order.
    var keepsPart: Bool {
        switch kind {
        case .partial, .last, .year, .domain, .range: true
        case .null, .redact, .hash, .zero, .tokenize: false
        }
    }
}

extension CompileRun {
    /// Compares every two masks that may fall on the same cell of the same caller.
    func checkMaskOrder() {
        let masks = rules.filter { $0.effect == .mask && !$0.observe }
        guard masks.count <= CompilerLimits.maskRules else {
            let place = masks[CompilerLimits.maskRules].declaration.name.span
            report(Wording.tooLarge(place, what: "mask rules", limit: CompilerLimits.maskRules))
            return
        }
        // By column, so that only masks of one column are compared.
        var columns: [String: [(rule: ResolvedRule, mask: ResolvedColumnMask)]] = [:]
        var detectors: [String: [(rule: ResolvedRule, mask: ResolvedValueMask)]] = [:]
        for rule in masks {
            for mask in rule.mask?.columns ?? [] where mask.transform.keepsPart {
                columns[mask.column, default: []].append((rule, mask))
            }
            for mask in rule.mask?.values ?? [] where mask.transform.keepsPart {
                detectors[mask.detector, default: []].append((rule, mask))
            }
        }
        for column in columns.keys.sorted() { checkColumns(columns[column] ?? []) }
        for detector in detectors.keys.sorted() { checkDetectors(detectors[detector] ?? []) }
    }

    private func checkColumns(_ masks: [(rule: ResolvedRule, mask: ResolvedColumnMask)]) {
        for (index, later) in masks.enumerated() {
            for earlier in masks[..<index] where !earlier.mask.transform.isOrdered(with: later.mask.transform) {
                let resources = shared(earlier.rule.on, later.rule.on)
                guard !resources.isEmpty, !earlier.rule.reach.isDisjoint(with: later.rule.reach),
                    overlap(earlier.mask.schema, later.mask.schema, on: resources),
                    overlap(earlier.mask.table, later.mask.table)
                else { continue }
                report(Wording.unorderableMasks(later.mask.span, what: "column `\(later.mask.column)`", first: earlier.mask.span))
                break
            }
        }
    }

    private func checkDetectors(_ masks: [(rule: ResolvedRule, mask: ResolvedValueMask)]) {
        for (index, later) in masks.enumerated() {
            for earlier in masks[..<index] where !earlier.mask.transform.isOrdered(with: later.mask.transform) {
                guard !shared(earlier.rule.on, later.rule.on).isEmpty, !earlier.rule.reach.isDisjoint(with: later.rule.reach)
                else { continue }
                report(
                    Wording.unorderableMasks(
                        later.mask.span, what: "values of `\(later.mask.detector)`", first: earlier.mask.span))
                break
            }
        }
    }
}
