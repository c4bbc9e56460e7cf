// Turns a typed condition into instructions: short circuits, jumps forward only, polarity settled.

import Machine

/// Emits one condition after another into one run of code.
struct ConditionEmitter {
    var code: [Instruction] = []
    var pools: ProgramPools

    /// Two operands and the outcome of a computation: every test loads what it needs, so no more are ever alive.
    private static let left: UInt8 = 0
    private static let right: UInt8 = 1
    private static let outcome: UInt8 = 2

    /// Jumps that still have to learn where their label is.
    private struct Label {
        var jumps: [Int] = []
    }

    init(pools: ProgramPools) { self.pools = pools }

    /// Emits a condition that accepts when it is true. An unknown comparison counts as `ifUnknown`, on either side of
    /// a `not`: by Kleene's tables that makes the whole accept exactly when it is definitely true (`false`), or when
    /// it is not definitely false (`true`).
    mutating func emit(_ condition: TypedCondition, ifUnknown: Bool) -> CodeRange {
        let start = code.count
        if case .constant(let value) = condition {
            code.append(Instruction(value ? .accept : .reject))
        } else {
            var rejected = Label()
            emit(condition, negated: false, ifUnknown: ifUnknown, jumpWhen: false, to: &rejected)
            code.append(Instruction(.accept))
            place(rejected)
            code.append(Instruction(.reject))
        }
        return CodeRange(start: UInt32(start), count: UInt32(code.count - start))
    }

    /// Jumps to the label when the condition's outcome is `jumpWhen`; else runs on behind it.
    private mutating func emit(
        _ condition: TypedCondition, negated: Bool, ifUnknown: Bool, jumpWhen: Bool, to label: inout Label
    ) {
        switch condition {
        case .constant(let value):
            if (value != negated) == jumpWhen {
                label.jumps.append(code.count)
                code.append(Instruction(.jump))
            }
        case .not(let inner):
            emit(inner, negated: !negated, ifUnknown: ifUnknown, jumpWhen: jumpWhen, to: &label)
        case .and(let parts):
            // De Morgan: under a `not`, all parts negated and joined by `or`.
            emit(parts, isAnd: !negated, negated: negated, ifUnknown: ifUnknown, jumpWhen: jumpWhen, to: &label)
        case .or(let parts):
            emit(parts, isAnd: negated, negated: negated, ifUnknown: ifUnknown, jumpWhen: jumpWhen, to: &label)
        case .test(let test):
            var flags: Instruction.Flags = []
            if ifUnknown { flags.insert(.ifUnknown) }
            if negated { flags.insert(.negate) }
            if jumpWhen { flags.insert(.jumpIfTrue) }
            emit(test, flags, to: &label)
        }
    }

    private mutating func emit(
        _ parts: [TypedCondition], isAnd: Bool, negated: Bool, ifUnknown: Bool, jumpWhen: Bool, to label: inout Label
    ) {
        // One false part decides an `and`, one true part an `or`.
        let deciding = !isAnd
        if deciding == jumpWhen {
            for part in parts { emit(part, negated: negated, ifUnknown: ifUnknown, jumpWhen: jumpWhen, to: &label) }
            return
        }
        var end = Label()
        for (index, part) in parts.enumerated() {
            if index < parts.count - 1 {
                emit(part, negated: negated, ifUnknown: ifUnknown, jumpWhen: deciding, to: &end)
            } else {
                emit(part, negated: negated, ifUnknown: ifUnknown, jumpWhen: jumpWhen, to: &label)
            }
        }
        place(end)
    }

    private mutating func place(_ label: Label) {
        for jump in label.jumps { code[jump].c = UInt32(code.count - jump - 1) }
    }

    // MARK: tests

    private mutating func emit(_ test: TypedTest, _ flags: Instruction.Flags, to label: inout Label) {
        let opcode: Opcode
        switch test {
        case .isTrue(let value):
            load(value, Self.left)
            opcode = .testTrue
        case .known(let value):
            load(value, Self.left)
            opcode = .testKnown
        case .equal(let a, let b): opcode = pair(a, b, .testEqual)
        case .less(let a, let b): opcode = pair(a, b, .testLess)
        case .atMost(let a, let b): opcode = pair(a, b, .testLessOrEqual)
        case .has(let a, let b): opcode = pair(a, b, .testHas)
        case .startsWith(let a, let b): opcode = pair(a, b, .testStartsWith)
        case .endsWith(let a, let b): opcode = pair(a, b, .testEndsWith)
        case .contains(let a, let b): opcode = pair(a, b, .testContains)
        case .inSet(let value, let members): opcode = computed(value, .inSet, pools.set(members))
        case .subsetOfSet(let value, let members): opcode = computed(value, .subsetOfSet, pools.set(members))
        case .subsetOfNumbers(let value, let members): opcode = computed(value, .subsetOfNumbers, pools.numberSet(members))
        case .matches(let value, let kind, let text): opcode = computed(value, .matchPattern, pools.pattern(kind, text))
        case .inWindow(let value, let window): opcode = computed(value, .inWindow, pools.window(window))
        case .inNetwork(let value, let network): opcode = computed(value, .inNetwork, pools.network(network))
        }
        let register = opcode == .testTrue && isComputed(test) ? Self.outcome : Self.left
        label.jumps.append(code.count)
        code.append(Instruction(opcode, a: register, b: opcode.row.b == .none ? 0 : Self.right, flags: flags))
    }

    private func isComputed(_ test: TypedTest) -> Bool {
        switch test {
        case .inSet, .subsetOfSet, .subsetOfNumbers, .matches, .inWindow, .inNetwork: true
        case .isTrue, .known, .equal, .less, .atMost, .has, .startsWith, .endsWith, .contains: false
        }
    }

    private mutating func pair(_ a: TypedValue, _ b: TypedValue, _ opcode: Opcode) -> Opcode {
        load(a, Self.left)
        load(b, Self.right)
        return opcode
    }

    private mutating func computed(_ value: TypedValue, _ opcode: Opcode, _ constant: UInt32) -> Opcode {
        load(value, Self.left)
        code.append(Instruction(opcode, a: Self.outcome, b: Self.left, c: constant))
        return .testTrue
    }

    private mutating func load(_ value: TypedValue, _ register: UInt8) {
        switch value {
        case .fact(let fact): code.append(Instruction(.loadFact, a: register, b: fact.rawValue))
        case .claim(let name): code.append(Instruction(.loadClaim, a: register, c: pools.claim(name)))
        case .header(let name): code.append(Instruction(.loadHeader, a: register, c: pools.symbol(name)))
        case .integer(let number): code.append(Instruction(.loadInteger, a: register, c: pools.integer(number)))
        case .string(let text): code.append(Instruction(.loadString, a: register, c: pools.symbol(text)))
        }
    }
}
