// Finds the hits of all value masks in a text, in order, and rewrites them.
import Patterns

/// What value masks make of a text.
enum ScanResult {
    /// No hit.
    case clean
    /// Hits were rewritten; the new text is appended to the output.
    case rewritten
    /// The value must become NULL: a hit under `null`, a hit that cannot be rewritten here, or a search that was not established.
    case withheld
}

/// The value masks of a plan over one text at a time. Reused; not thread-safe.
final class ValueScanner {
    /// How rewriting may change a text.
    enum Form {
        case plain
        /// JSON without escapes: only what stands within a string is rewritten.
        case json
    }

    private struct Hit {
        var start = Int.max
        var end = Int.max
    }

    private let values: [ValueMask]
    private let matcher: Matcher
    /// The next hit of each value mask.
    private let next: UnsafeMutableBufferPointer<Hit>
    let shortestHit: Int

    init(plan: MaskPlan, matcher: Matcher) {
        values = plan.values
        self.matcher = matcher
        next = .allocate(capacity: values.count)
        next.initialize(repeating: Hit())
        shortestHit = values.map(\.detector.shortestHit).min() ?? .max
    }

    deinit { next.deallocate() }

    /// Whether any detector hits, or could not say.
    func mayHit(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= shortestHit else { return false }
        for value in values {
            if value.detector.firstHit(in: text, from: 0, matcher: matcher) != .none { return true }
        }
        return false
    }

    /// Rewrites every hit. Hits that overlap are one hit under the stricter transform. On `withheld` and `clean` nothing is appended.
    func rewrite(
        _ text: UnsafeRawBufferPointer, form: Form, writer: TransformWriter, into output: MaskOutput
    ) -> ScanResult {
        guard text.count >= shortestHit else { return .clean }
        var found = false
        for index in values.indices {
            guard advance(index, text, from: 0) else { return .withheld }
            found = found || next[index].start != .max
        }
        guard found else { return .clean }
        let before = output.count
        var written = 0
        var quotes = 0
        while true {
            guard let (hit, transform) = takeHit(text) else {
                output.truncate(to: before)
                return .withheld
            }
            guard hit.start != .max else { break }
            let between = UnsafeRawBufferPointer(rebasing: text[written..<hit.start])
            let value = UnsafeRawBufferPointer(rebasing: text[hit.start..<hit.end])
            if form == .json { quotes += Self.quoteCount(between) }
            output.append(between)
            let inString = form == .plain || (quotes & 1 == 1 && Self.quoteCount(value) == 0)
            guard inString, writer.write(transform, of: value, into: output) else {
                output.truncate(to: before)
                return .withheld
            }
            written = hit.end
        }
        output.append(UnsafeRawBufferPointer(rebasing: text[written...]))
        return .rewritten
    }

    /// The earliest hit, joined with those that overlap it; its start is `.max` when there is none. nil when not established.
    private func takeHit(_ text: UnsafeRawBufferPointer) -> (Hit, MaskTransform)? {
        var hit = Hit()
        var transform = MaskTransform.redact
        for index in values.indices where next[index].start < hit.start {
            hit = next[index]
            transform = values[index].transform
        }
        guard hit.start != .max else { return (hit, transform) }
        var grew = true
        while grew {
            grew = false
            for index in values.indices where next[index].start < hit.end {
                hit.end = max(hit.end, next[index].end)
                transform = MaskTransform.joined(transform, values[index].transform)
                guard advance(index, text, from: next[index].end) else { return nil }
                grew = true
            }
        }
        return (hit, transform)
    }

    /// Moves a value mask to its next hit. False when that was not established.
    private func advance(_ index: Int, _ text: UnsafeRawBufferPointer, from start: Int) -> Bool {
        switch values[index].detector.firstHit(in: text, from: start, matcher: matcher) {
        case .none: next[index] = Hit()
        case .found(let range): next[index] = Hit(start: range.lowerBound, end: range.upperBound)
        case .exceeded: return false
        }
        return true
    }

    private static func quoteCount(_ text: UnsafeRawBufferPointer) -> Int {
        var count = 0
        for byte in text where byte == UInt8(ascii: "\"") { count += 1 }
        return count
    }
}
