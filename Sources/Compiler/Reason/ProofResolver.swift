// Resolves `prove`: each goal as the rule that would say the same, by the same steps as rules.

import Machine
import PolicyLang

extension CompileRun {
    func resolveProofs() {
        for (declaration, policy) in names.proves {
            var proof = ResolvedProof(
                name: programName(declaration.name.text, policy: policy), span: declaration.name.span, goals: [])
            for goal in declaration.goals {
                let rule = resolved(goal.rule, -1, policy)
                proof.goals.append(ResolvedProof.Goal(isNever: goal.isNever, rule: rule, program: nil))
            }
            proofs.append(proof)
        }
    }

    /// For each goal a program of its own, once there is no error.
    func emitProofs() {
        for proof in proofs.indices {
            for goal in proofs[proof].goals.indices {
                var emitter = ProgramEmitter(run: self)
                proofs[proof].goals[goal].program = emitter.emit(only: [proofs[proof].goals[goal].rule])
            }
        }
    }
}
