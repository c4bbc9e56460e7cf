// Runs a condition: a switch loop over verified instructions. No allocation, no reference counting, no check the verifier has made.

extension ConditionFrame {
    /// Whether the condition at `start` accepts. The verifier has shown that its code ends, jumps forward only, and reads what it wrote.
    mutating func accepts(_ start: UInt32) -> Bool {
        let code = self.code
        let registers = self.registers
        var pc = Int(start)
        while true {
            let instruction = code[pc]
            pc &+= 1
            let a = Int(instruction.a)
            let b = Int(instruction.b)
            let c = Int(instruction.c)
            let outcome: Ternary
            switch instruction.opcode {
            case .reject: return false
            case .accept: return true
            case .jump:
                pc &+= c
                continue
            case .loadFact:
                registers[a] = load(instruction.b)
                continue
            case .loadClaim:
                registers[a] = claims[c]
                continue
            case .loadHeader:
                registers[a] = header(symbols.bytes(instruction.c))
                continue
            case .loadInteger:
                registers[a] = .integer(integers[c])
                continue
            case .loadString:
                registers[a] = .string(symbols.bytes(instruction.c), symbol: instruction.c)
                continue
            case .inSet:
                registers[a] = .boolean(isMember(&registers[b], of: c))
                continue
            case .subsetOfSet:
                registers[a] = .boolean(isSubset(registers[b], of: c))
                continue
            case .subsetOfNumbers:
                registers[a] = .boolean(isSubset(registers[b], ofNumbers: c))
                continue
            case .matchPattern:
                registers[a] = .boolean(matches(registers[b], pattern: c))
                continue
            case .inWindow:
                registers[a] = .boolean(isInside(registers[b], window: c))
                continue
            case .inNetwork:
                registers[a] = .boolean(isInside(registers[b], network: c))
                continue
            case .testTrue: outcome = registers[a].kind == .boolean ? Ternary(registers[a].word != 0) : .unknown
            case .testKnown: outcome = Ternary(registers[a].isThere)
            case .testEqual: outcome = isEqual(&registers[a], &registers[b])
            case .testLess: outcome = compare(registers[a], registers[b]) { $0 < $1 }
            case .testLessOrEqual: outcome = compare(registers[a], registers[b]) { $0 <= $1 }
            case .testHas: outcome = has(registers[a], &registers[b])
            case .testStartsWith: outcome = startsWith(registers[a], registers[b])
            case .testEndsWith: outcome = endsWith(registers[a], registers[b])
            case .testContains: outcome = contains(registers[a], registers[b])
            }
            let flags = instruction.flags
            let holds = outcome == .unknown ? flags.contains(.ifUnknown) || assumesUnknown : (outcome == .yes) != flags.contains(.negate)
            if holds == flags.contains(.jumpIfTrue) { pc &+= c }
        }
    }
}
