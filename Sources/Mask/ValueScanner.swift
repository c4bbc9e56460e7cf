// Rewrites the hits of all value masks in a text, in order.
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
        /// Text with an outer form of quotes, braces or tags, none of which may stand in a hit.
        case structured
    }

    let collector: FindingCollector
    /// By `Finding.detector`.
    private let transforms: [MaskTransform]

    init(plan: MaskPlan, matcher: Matcher, usesGate: Bool = true) {
        var enabled = DetectorSet.empty
        var transforms = [MaskTransform?](repeating: nil, count: DetectorSet.capacity + plan.own.count)
        for value in plan.values {
            enabled = enabled.union(value.detector.builtIn)
            var positions = value.detector.builtIn
            func join(_ position: Int) {
                transforms[position] = transforms[position].map { MaskTransform.joined($0, value.transform) } ?? value.transform
            }
            while let position = positions.popFirst() { join(position) }
            if let index = plan.own.firstIndex(where: { $0 === value.detector }) { join(DetectorSet.capacity + index) }
        }
        self.transforms = transforms.map { $0 ?? .redact }
        collector = FindingCollector(enabled: enabled, own: plan.own.compactMap(\.own), matcher: matcher, usesGate: usesGate)
    }

    /// Whether any detector hits, or could not say.
    func mayHit(_ text: UnsafeRawBufferPointer, _ context: ColumnContext = .none, numbersOnly: Bool = false) -> Bool {
        !collector.collect(text, context, numbersOnly: numbersOnly) || collector.count > 0
    }

    /// Rewrites every hit. Hits that overlap are one hit under the stricter transform. On `withheld` and `clean` nothing is appended.
    func rewrite(
        _ text: UnsafeRawBufferPointer, form: Form, context: ColumnContext = .none, writer: TransformWriter, into output: MaskOutput
    ) -> ScanResult {
        guard collector.collect(text, context) else { return .withheld }
        guard collector.count > 0 else { return .clean }
        let findings = collector.findings
        let before = output.count
        var written = 0
        var quotes = 0
        var index = 0
        while index < findings.count {
            let start = findings[index].start
            var end = findings[index].end
            var transform = transforms[findings[index].detector]
            index += 1
            while index < findings.count, findings[index].start < end {
                end = max(end, findings[index].end)
                transform = MaskTransform.joined(transform, transforms[findings[index].detector])
                index += 1
            }
            let between = UnsafeRawBufferPointer(rebasing: text[written..<start])
            let value = UnsafeRawBufferPointer(rebasing: text[start..<end])
            if form == .json { quotes += Self.quoteCount(between) }
            output.append(between)
            guard Self.mayRewrite(value, after: between, form, transform, quotes: quotes), writer.write(transform, of: value, into: output)
            else {
                output.truncate(to: before)
                return .withheld
            }
            written = end
        }
        output.append(UnsafeRawBufferPointer(rebasing: text[written...]))
        return .rewritten
    }

    private static func mayRewrite(
        _ value: UnsafeRawBufferPointer, after between: UnsafeRawBufferPointer, _ form: Form, _ transform: MaskTransform, quotes: Int
    ) -> Bool {
        switch form {
        case .plain: return true
        case .json:
            guard quotes & 1 == 1, quoteCount(value) == 0, between.last != UInt8(ascii: "\\"), value.last != UInt8(ascii: "\\")
            else { return false }
            // What `partial` keeps could be half of an escape.
            if case .partial = transform { return !value.contains(UInt8(ascii: "\\")) }
            return true
        case .structured: return !value.contains { "\"'\\{}<>&,()=".utf8.contains($0) }
        }
    }

    /// Quotes that begin or end a string: those behind no backslash.
    private static func quoteCount(_ text: UnsafeRawBufferPointer) -> Int {
        var count = 0
        var isEscaped = false
        for byte in text {
            if isEscaped { isEscaped = false } else if byte == UInt8(ascii: "\\") { isEscaped = true } else if byte == UInt8(ascii: "\"") {
                count += 1
            }
        }
        return count
    }
}
