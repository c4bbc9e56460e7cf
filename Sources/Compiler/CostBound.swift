// The worst case of each rule: forward jumps only, so the longest path is found in one pass from the end.

import Machine

extension RuleCost {
    /// The costs of a program's rules, in their order.
    static func costs(of program: Program) -> [RuleCost] {
        program.rules.map { rule in
            let name = program.symbols[Int(rule.name)]
            guard let range = rule.condition else { return RuleCost(rule: name, instructions: 0, cost: 0) }
            return RuleCost(rule: name, instructions: Int(range.count), cost: longestPath(range, program.code))
        }
    }

    static func longestPath(_ range: CodeRange, _ code: [Instruction]) -> UInt64 {
        let start = Int(range.start)
        let count = Int(range.count)
        // After the last instruction nothing is left to pay.
        var costs = [UInt64](repeating: 0, count: count + 1)
        for index in stride(from: count - 1, through: 0, by: -1) {
            let instruction = code[start + index]
            guard let opcode = Opcode(rawValue: instruction.opcode) else { continue }
            let jumped = costs[min(index + 1 + Int(instruction.c), count)]
            let rest: UInt64
            switch opcode {
            case .accept, .reject: rest = 0
            case .jump: rest = jumped
            default: rest = opcode.isTest ? max(costs[index + 1], jumped) : costs[index + 1]
            }
            costs[index] = UInt64(opcode.row.cost) + rest
        }
        return costs[0]
    }
}
