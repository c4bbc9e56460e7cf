// Finds every hit of a plan's detectors in one text: the gate first, then PCRE2 for the few that could match, then checks and context.
import MaskGate
import Patterns

/// A hit, in bytes of the text.
struct Finding: BitwiseCopyable {
    var start: Int
    var end: Int
    /// A position in `DetectorCatalogue.all`, or `DetectorSet.capacity` and the index of a detector of one's own.
    var detector: Int
}

/// The detectors of a plan over one text at a time. Reused: once warm a text without a hit allocates nothing. Not thread-safe.
final class FindingCollector {
    /// A longer text is looked through in windows of so many bytes, each of which repeats the end of the one before.
    static let window = 64 * 1024
    static let overlap = 8 * 1024

    private let builtIns: [BuiltInDetector]
    private let enabled: DetectorSet
    private let own: [Detector.Own]
    private let matcher: Matcher
    private let gate: DetectorGate?
    private let normaliser = TextNormaliser()
    private let shortest: Int
    private let compactNeedWord = DetectorCatalogue.compactNeedWord
    private let alwaysNeedWord = DetectorCatalogue.formattedNeedWord.intersection(DetectorCatalogue.compactNeedWord)
    private var storage: UnsafeMutableBufferPointer<Finding>
    private(set) var count = 0
    /// Searches that were not established, since the beginning.
    private(set) var failures = 0

    /// Without the gate every detector is asked, which finds the same and takes longer.
    init(enabled: DetectorSet, own: [Detector.Own], matcher: Matcher, usesGate: Bool = true) {
        builtIns = DetectorCatalogue.all ?? []
        self.enabled = enabled
        self.own = own
        self.matcher = matcher
        gate = usesGate ? DetectorGate.shared : nil
        shortest = own.isEmpty ? DetectorCatalogue.shortest : 1
        storage = .allocate(capacity: 16)
    }

    deinit { storage.deallocate() }

    var findings: UnsafeMutableBufferPointer<Finding> { UnsafeMutableBufferPointer(rebasing: storage[..<count]) }

    /// Finds all hits, in order of their places; hits of several detectors may overlap. False when that was not established.
    func collect(_ text: UnsafeRawBufferPointer, _ context: ColumnContext, numbersOnly: Bool = false) -> Bool {
        let isEstablished = searchAll(text, context, numbersOnly: numbersOnly)
        if !isEstablished { failures += 1 }
        return isEstablished
    }

    private func searchAll(_ text: UnsafeRawBufferPointer, _ context: ColumnContext, numbersOnly: Bool) -> Bool {
        count = 0
        guard text.count >= shortest else { return true }
        let wanted = numbersOnly ? enabled.intersection(DetectorCatalogue.numbers) : enabled
        // How long a match of one's own pattern may be is not known, so that it is not cut by windows: its pattern has been tried.
        guard searchOwn(text, context) else { return false }
        var start = 0
        while true {
            let end = min(start + Self.window, text.count)
            let window = UnsafeRawBufferPointer(rebasing: text[start..<end])
            let first = count
            guard search(window, wanted, context, isPlain: !numbersOnly) else { return false }
            for index in first..<count {
                // What ends with the window may go on behind it.
                guard storage[index].end < window.count || end == text.count else { return false }
                storage[index].start += start
                storage[index].end += start
            }
            guard end < text.count else { break }
            start = end - Self.overlap
        }
        if count > 1 { order() }
        return true
    }

    /// One window, as it is and as it may be meant.
    private func search(_ text: UnsafeRawBufferPointer, _ wanted: DetectorSet, _ context: ColumnContext, isPlain: Bool) -> Bool {
        guard let flags = find(text, wanted, context) else { return false }
        func findAll() -> Bool { find(normaliser.text, wanted, context) != nil && searchOwn(normaliser.text, context) }
        guard isPlain, flags & TextNormaliser.flags != 0 else { return true }
        if flags & TextNormaliser.characterFlags != 0, normaliser.normalise(text) {
            let first = count
            guard findAll() else { return false }
            for index in first..<count {
                storage[index].start = normaliser.offset(storage[index].start)
                storage[index].end = normaliser.offset(storage[index].end)
            }
        }
        guard flags & TextNormaliser.encodingFlags != 0 else { return true }
        var start = 0
        while let token = normaliser.decodeNext(text, from: start) {
            let first = count
            guard findAll() else { return false }
            for index in first..<count {
                storage[index].start = token.lowerBound
                storage[index].end = token.upperBound
            }
            start = token.upperBound
        }
        return true
    }

    /// The hits in a text as it stands. The gate's flags; nil when not established.
    private func find(_ text: UnsafeRawBufferPointer, _ wanted: DetectorSet, _ context: ColumnContext) -> UInt32? {
        var candidates = wanted
        var flags = UInt32.max
        if let gate {
            var result = maskgate_result()
            gate.scan(text, into: &result)
            let raised = DetectorSet(result.raises).union(context.raised)
            let runs = DetectorSet(result.runs).subtracting(compactNeedWord.subtracting(raised))
            let others = DetectorSet(result.others).subtracting(alwaysNeedWord.subtracting(raised))
            candidates = runs.union(others).intersection(wanted)
            flags = result.flags
        }
        while let position = candidates.popFirst() {
            guard find(position, in: text, context) else { return nil }
        }
        return flags
    }

    private func find(_ position: Int, in text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        let detector = builtIns[position]
        var from = 0
        while text.count - from >= detector.specification.shortest {
            switch matcher.firstMatch(of: detector.pattern, in: text, from: from) {
            case .none: return true
            case .exceeded: return false
            case .found(let range):
                let candidate = Candidate(text: text, range: range)
                if let hit = detector.specification.check(candidate), !hit.isEmpty, stands(hit, detector.specification, position, text, context) {
                    append(Finding(start: hit.lowerBound, end: hit.upperBound, detector: position))
                    from = hit.upperBound
                } else if let hit = detector.specification.nearly(candidate), isNamed(position, near: hit, text, context) {
                    append(Finding(start: hit.lowerBound, end: hit.upperBound, detector: position))
                    from = hit.upperBound
                } else {
                    from = range.lowerBound + 1
                    if detector.specification.isText { while from < text.count, text[from] & 0xc0 == 0x80 { from += 1 } }
                }
            }
        }
        return true
    }

    /// Whether the column or a word beside it says that a candidate is this.
    private func isNamed(_ position: Int, near hit: Range<Int>, _ text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        context.raised.contains(position) || ContextWords.isNamed(by: builtIns[position].words, near: hit, in: text)
    }

    /// Whether what stands around a checked candidate makes it a hit.
    private func stands(
        _ hit: Range<Int>, _ specification: DetectorSpecification, _ position: Int, _ text: UnsafeRawBufferPointer, _ context: ColumnContext
    ) -> Bool {
        if specification.isSecret, Placeholders.contains(UnsafeRawBufferPointer(rebasing: text[hit])) { return false }
        let isCompact = text[hit].allSatisfy { ASCII.isAlphanumeric($0) }
        let need = isCompact ? specification.compact : specification.formatted
        if case .nothing = need { return true }
        if isNamed(position, near: hit, text, context) { return true }
        switch need {
        case .nothing: return true
        case .word: return false
        case .notElsewhere: return !context.isElsewhere && !ContextWords.isElsewhere(before: hit, in: text)
        }
    }

    /// The hits of detectors of one's own: what they need is not known to the gate, so that each is always asked.
    private func searchOwn(_ text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        for index in own.indices {
            guard findOwn(index, in: text, context) else { return false }
        }
        return true
    }

    private func findOwn(_ index: Int, in text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        var from = 0
        while from <= text.count {
            switch matcher.firstParts(of: own[index].pattern, in: text, from: from, groups: own[index].groups) {
            case .none: return true
            case .exceeded: return false
            case .found(let whole, let mask, let check):
                // A part that is empty names nothing, and then it is the whole.
                let hit = mask.flatMap { $0.isEmpty ? nil : $0 } ?? whole
                let checked = UnsafeRawBufferPointer(rebasing: text[check ?? hit])
                if !whole.isEmpty, own[index].checksum.accepts(checked), stands(whole, own: index, text, context) {
                    append(Finding(start: hit.lowerBound, end: hit.upperBound, detector: DetectorSet.capacity + index))
                    from = whole.upperBound
                } else {
                    from = whole.lowerBound + 1
                    while from < text.count, text[from] & 0xc0 == 0x80 { from += 1 }
                }
            }
        }
        return true
    }

    /// Whether there is a word of context, where one is asked for.
    private func stands(_ match: Range<Int>, own index: Int, _ text: UnsafeRawBufferPointer, _ context: ColumnContext) -> Bool {
        let words = own[index].words
        return words.isEmpty || context.raises(own: index) || ContextWords.isNamed(by: words, near: match, in: text)
    }

    private func append(_ finding: Finding) {
        if count == storage.count {
            let larger = UnsafeMutableBufferPointer<Finding>.allocate(capacity: count * 2)
            for index in 0..<count { larger.initializeElement(at: index, to: storage[index]) }
            storage.deallocate()
            storage = larger
        }
        storage.initializeElement(at: count, to: finding)
        count += 1
    }

    /// By place, then by detector; a hit that was found twice stays once.
    private func order() {
        func comes(_ left: Finding, before right: Finding) -> Bool {
            (left.start, left.end, left.detector) < (right.start, right.end, right.detector)
        }
        if count <= 32 {
            for index in 1..<count {
                let moved = storage[index]
                var place = index
                while place > 0, comes(moved, before: storage[place - 1]) {
                    storage[place] = storage[place - 1]
                    place -= 1
                }
                storage[place] = moved
            }
        } else {
            var all = findings
            all.sort { comes($0, before: $1) }
        }
        var kept = 1
        for index in 1..<count where comes(storage[kept - 1], before: storage[index]) {
            storage[kept] = storage[index]
            kept += 1
        }
        count = kept
    }
}
