// Decides messages for one session: accesses against the specialisation's clauses, without allocation once warm.

/// One for each session; not thread-safe. `decide` allocates nothing once it has seen messages as large as the present one
/// (a condition that matches a PCRE2 pattern makes PCRE2's memory at its first match).
public final class VirtualMachine {
    public let specialisation: Specialisation
    /// After `decide` answered `allowed` or `approval`: the masks that apply, one bit for each of `VerifiedProgram.maskRules`. Otherwise all zero.
    public let maskWords: ArenaBuffer<UInt64>
    /// After `decide`: `observe` rules that would have acted (a deny, approve or allow that covers an access, a mask that applies), each once.
    public let observedRules: ArenaBuffer<UInt32>

    /// After `decide` answered `approval`: approves that cover an access, each once. Otherwise empty.
    public let approvingRules: ArenaBuffer<UInt32>

    /// After `decide` answered `allowed` or `approval`: watches, observed or not, that may be about the answer, each once. Otherwise empty.
    public let watchingRules: ArenaBuffer<UInt32>

    /// After `decide` answered `allowed` or `approval`: allows whose limits hold, that is those that may cover an access, each once. Otherwise empty.
    public let limitingRules: ArenaBuffer<UInt32>

    /// After `decide`: whether what it answered hangs on nothing but the session, the accesses and what the inspector says of the statements,
    /// and no rule holds that has more to do. An inspection of the same origin would be answered so again.
    public var isSteady: Bool {
        frame.pointee.isSteady && observedRules.count == 0 && approvingRules.count == 0 && watchingRules.count == 0
            && limitingRules.count == 0
    }

    let frame: UnsafeMutablePointer<ConditionFrame>
    let plan: UnsafeMutablePointer<SpecialisationView>
    private let matcher: PatternMatcher
    private let values: SessionValues
    private let room: MachineRoom
    private var anyStrange = false

    /// - Parameters:
    ///   - session: its caller must be the one that the specialisation was made for.
    ///   - room: of machines that decide one after the other; what one has decided is read before the next decides.
    public init(_ specialisation: Specialisation, session: SessionFacts, room: MachineRoom = MachineRoom()) {
        self.specialisation = specialisation
        self.room = room
        (observedRules, approvingRules) = (room.observedRules, room.approvingRules)
        (watchingRules, limitingRules) = (room.watchingRules, room.limitingRules)
        let core = specialisation.core
        let program = core.program
        let issuer = Int(program.identities[specialisation.identity].issuer)
        values = SessionValues(
            session, issuer: issuer, resource: program.resources[specialisation.resource], of: program, core.tables)
        matcher = PatternMatcher(core.tables.patterns)
        frame = .allocate(capacity: 1)
        frame.initialize(
            to: ConditionFrame(
                core.tables, patterns: matcher, facts: values.facts.base, claims: values.claims.base, registers: room.registers,
                fingerprint: room.fingerprint, sessionStart: session.start.seconds))
        plan = .allocate(capacity: 1)
        plan.initialize(to: specialisation.view)
        maskWords = ArenaBuffer(capacity: specialisation.baseMasks.count)
        for _ in 0..<specialisation.baseMasks.count { maskWords.append(0) }
    }

    deinit {
        frame.deinitialize(count: 1)
        frame.deallocate()
        plan.deallocate()
    }

    /// The decision on a message. Cost: linear in its accesses and in the rules that can apply to them.
    public func decide(_ inspection: Inspection, _ request: RequestFacts) -> Verdict {
        begin(inspection, request)
        if observedRules.count > 0 { observedRules.removeAll() }
        forgetRules()
        let frame = self.frame
        let index = plan.pointee.index
        let clauses = plan.pointee.clauses
        let count = frame.pointee.accesses.count
        var deny = UInt32.max
        var denied = -1
        var approve = UInt32.max
        var asked = -1
        var uncovered = -1
        var first = UInt32.max
        for number in 0..<count {
            let current = frame.pointee.accesses[number]
            stand(at: number, current)
            let name = frame.pointee.bytes(current.name)
            let schema = frame.pointee.bytes(current.schema)
            let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
            let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
            var allow = UInt32.max
            var isGranted = false
            let before = (deny, approve)
            index.forEach(verb: current.verb, schema: schemaSymbol, name: nameSymbol) { start, count in
                var offset = start
                let end = start &+ count
                while offset < end {
                    let clause = clauses + Int(index.members[offset])
                    offset &+= 1
                    let rule = clause.pointee.rule
                    switch clause.pointee.role {
                    case .deny: if rule >= deny { continue }
                    // One allow that covers is enough; the first access also tells which is the lowest.
                    case .allow: if deny != .max || rule >= allow || (number > 0 && allow != .max) { continue }
                    case .approve: if deny != .max || Self.contains(approvingRules, rule) { continue }
                    case .grant: if deny != .max || isGranted { continue }
                    case .observedDeny, .observedAllow, .observedApprove: if Self.contains(observedRules, rule) { continue }
                    case .watch: if deny != .max || Self.contains(watchingRules, rule) { continue }
                    case .limit: if deny != .max || Self.contains(limitingRules, rule) { continue }
                    }
                    guard covers(clause, current, schema: schemaSymbol, name: nameSymbol) else { continue }
                    switch clause.pointee.role {
                    case .deny: deny = rule
                    case .allow: allow = rule
                    case .approve:
                        approvingRules.append(rule)
                        approve = min(approve, rule)
                    case .grant: isGranted = true
                    case .observedDeny, .observedAllow, .observedApprove: observedRules.append(rule)
                    case .watch: watchingRules.append(rule)
                    case .limit: limitingRules.append(rule)
                    }
                }
            }
            if deny != before.0 { denied = number }
            if approve != before.1 { asked = number }
            // What is only set going by another access is covered with that one; a deny or approve holds for it as for any.
            if allow == .max, !isGranted, uncovered < 0, current.through == 0 { uncovered = number }
            if number == 0 { first = allow }
        }
        let passes = deny == .max && uncovered < 0
        settleMasks(applying: passes)
        if !passes { forgetRules() }
        if deny != .max { return Verdict(outcome: .denied, rule: Int32(deny), access: Int32(denied)) }
        if uncovered >= 0 { return Verdict(outcome: .uncovered, access: Int32(uncovered)) }
        if approve != .max { return Verdict(outcome: .approval, rule: Int32(approve), access: Int32(asked)) }
        return Verdict(outcome: .allowed, rule: first == .max ? -1 : Int32(first))
    }

    /// What is known only of messages that may pass.
    @inline(__always)
    private func forgetRules() {
        if limitingRules.count > 0 { limitingRules.removeAll() }
        if approvingRules.count > 0 { approvingRules.removeAll() }
        if watchingRules.count > 0 { watchingRules.removeAll() }
    }

    /// Object, expiry, columns and condition.
    @inline(__always)
    func covers(_ clause: UnsafePointer<Clause>, _ current: Access, schema: UInt32, name: UInt32) -> Bool {
        guard frame.pointee.matches(clause, current, schema: schema, name: name, plan) else { return false }
        if clause.pointee.expires != .max {
            frame.pointee.isSteady = false
            if clause.pointee.hasExpired(at: frame.pointee.moment) { return false }
        }
        guard frame.pointee.columnsFit(clause, current, plan) else { return false }
        return clause.pointee.code == Clause.none || frame.pointee.accepts(clause.pointee.code)
    }

    static func contains(_ rules: ArenaBuffer<UInt32>, _ rule: UInt32) -> Bool {
        for index in 0..<rules.count where rules[index] == rule { return true }
        return false
    }

    /// Points the frame at a message.
    func begin(_ inspection: Inspection, _ request: RequestFacts) {
        let frame = self.frame
        frame.pointee.text = UnsafeRawBufferPointer(inspection.text.buffer)
        frame.pointee.accesses = inspection.accesses.buffer
        frame.pointee.columns = inspection.columns.buffer
        frame.pointee.names = inspection.names.buffer
        frame.pointee.statements = inspection.statements.buffer
        frame.pointee.message = request.message
        frame.pointee.firstSeen = request.firstSeen
        frame.pointee.headers = request.headers
        frame.pointee.inTransaction = request.inTransaction
        frame.pointee.moment = request.moment.seconds
        frame.pointee.result = request.result
        frame.pointee.isSteady = true
        frame.pointee.columnsOf = -1
        frame.pointee.tablesOf = -1
        frame.pointee.functionsOf = -1
        let count = frame.pointee.accesses.count
        if specialisation.usesColumns { frame.pointee.columnItems = room.columnItems.space(for: frame.pointee.columns.count) }
        if specialisation.usesTables { frame.pointee.tableItems = room.tableItems.space(for: count) }
        if specialisation.usesFunctions { frame.pointee.functionItems = room.functionItems.space(for: frame.pointee.names.count) }
        if specialisation.usesObjects { composeObjects() }
        anyStrange = false
        for index in 0..<count where frame.pointee.accesses[index].verb == .unknown { anyStrange = true }
        if anyStrange { markStrange() }
    }

    /// Moves to an access and its statement.
    @inline(__always)
    func stand(at number: Int, _ current: Access) {
        frame.pointee.access = number
        stand(inStatement: Int(current.statement))
    }

    @inline(__always)
    func stand(inStatement statement: Int) {
        frame.pointee.statement = statement
        frame.pointee.understood = !anyStrange || statement >= room.strange.count || room.strange[statement] == 0
    }

    private func markStrange() {
        let strange = room.strange
        strange.removeAll()
        for _ in 0..<frame.pointee.statements.count { strange.append(0) }
        for access in frame.pointee.accesses where access.verb == .unknown && Int(access.statement) < strange.count {
            strange.modify(Int(access.statement)) { $0 = 1 }
        }
    }

    /// `schema.name` of every access, each composed once.
    private func composeObjects() {
        let accesses = frame.pointee.accesses
        var bytes = 0
        for access in accesses { bytes += frame.pointee.bytes(access.schema).count + frame.pointee.bytes(access.name).count + 1 }
        let text = room.objectText.space(for: bytes)
        let items = room.objectItems.space(for: accesses.count)
        var offset = 0
        for index in 0..<accesses.count {
            let start = offset
            let schema = frame.pointee.bytes(accesses[index].schema)
            let name = frame.pointee.bytes(accesses[index].name)
            if let base = schema.baseAddress, schema.count > 0 {
                UnsafeMutableRawPointer(text + offset).copyMemory(from: base, byteCount: schema.count)
                text[offset + schema.count] = UInt8(ascii: ".")
                offset += schema.count + 1
            }
            if let base = name.baseAddress {
                UnsafeMutableRawPointer(text + offset).copyMemory(from: base, byteCount: name.count)
                offset += name.count
            }
            items[index] = TextItem(pointer: UnsafeRawPointer(text + start), count: offset - start, symbol: SymbolView.unasked)
        }
        frame.pointee.objects = items
    }

    /// Masks apply to a whole message: when for any of its statements their condition accepts.
    private func settleMasks(applying: Bool) {
        let base = specialisation.baseMasks
        for word in 0..<base.count { maskWords.modify(word) { $0 = applying ? base.base[word] : 0 } }
        guard applying, specialisation.masks.count > 0 else { return }
        for index in 0..<specialisation.masks.count {
            let mask = specialisation.masks.base[index]
            guard applies(mask) else { continue }
            if mask.observe {
                observedRules.append(mask.rule)
            } else {
                maskWords.modify(Int(mask.ordinal / 64)) { $0 |= 1 << UInt64(mask.ordinal % 64) }
            }
        }
    }

    private func applies(_ mask: MaskClause) -> Bool {
        frame.pointee.access = -1
        guard mask.targetCount > 0 else {
            if mask.code == Clause.none { return true }
            // A message without statements is held against none: every statement's fact is then unknown.
            for statement in 0..<max(frame.pointee.statements.count, 1) {
                stand(inStatement: statement)
                if frame.pointee.accepts(mask.code) { return true }
            }
            return false
        }
        for access in frame.pointee.accesses {
            stand(inStatement: Int(access.statement))
            // What was not understood may be any of what the mask is about.
            if access.verb == .unknown {
                if mask.code == Clause.none || frame.pointee.accepts(mask.code) { return true }
                continue
            }
            let name = frame.pointee.bytes(access.name)
            let schema = frame.pointee.bytes(access.schema)
            let nameSymbol = frame.pointee.symbols.find(name.baseAddress, name.count)
            let schemaSymbol = frame.pointee.symbols.find(schema.baseAddress, schema.count)
            for target in 0..<Int(mask.targetCount) {
                let clause = specialisation.maskTargets.base + Int(mask.firstTarget) + target
                guard frame.pointee.matches(clause, access, schema: schemaSymbol, name: nameSymbol, plan) else { continue }
                if mask.code == Clause.none || frame.pointee.accepts(mask.code) { return true }
            }
        }
        return false
    }
}

extension ArenaBuffer {
    /// Memory for `count` values, kept for the next call; what was there before is lost.
    func space(for count: Int) -> UnsafeMutablePointer<Element> {
        if capacity < count { grow(to: count) }
        return storage
    }
}
