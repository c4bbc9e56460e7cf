// Refuses what the language knows and this compiler cannot honour yet: better said than silently ignored.

import Machine
import PolicyLang

extension CompileRun {
    func refuseWhatIsNotYet() {
        for (declaration, _) in names.rules {
            switch declaration.effect {
            case .approve, .watch:
                report(
                    Wording.notYet(
                        declaration.effectSpan, what: "`\(declaration.effect.rawValue)` rules",
                        help: "leave the rule out, or write a `deny`"))
                continue
            case .allow, .deny, .mask: break
            }
            for clause in declaration.clauses {
                switch clause {
                case .limit(_, let span): report(Wording.notYet(span, what: "`limit`", help: "leave the clause out"))
                case .notify(_, let span): report(Wording.notYet(span, what: "`notify`", help: "leave the clause out"))
                case .who, .on, .to, .condition, .because, .expires, .by, .quorum, .within, .valid, .column, .value, .guarded:
                    break
                }
            }
        }
        // The detectors that ship are known to the masker by name.
        for (declaration, policy) in names.detectors where !policies[policy].ships {
            report(Wording.notYet(declaration.name.span, what: "detectors of your own", help: "use those of `std.pii`"))
        }
        for (declaration, _) in names.proves {
            report(Wording.notYet(declaration.name.span, what: "proofs", help: "leave the declaration out"))
        }
    }
}
