// libFuzzer's way into the decoders of Mask, Patterns and Sealing: the first byte chooses one, the rest is its input.
import Mask
import Patterns
import Sealing

private final class FuzzTarget {
    static nonisolated(unsafe) let shared = FuzzTarget()

    let masker: CellMasker
    let output = MaskOutput()
    let rules: [CellRule]
    let binaryRules: [CellRule]
    let engine: MaskEngine?
    let ungated: MaskEngine?
    let normaliser = TextNormaliser()

    init() {
        let values = Detector.builtInNames.compactMap { Detector.named($0) }.map {
            ValueMask(detector: $0, transform: .partial(first: 2, last: 0))
        }
        let plan = try? MaskPlan(columns: [], values: values, hashKey: [UInt8](repeating: 7, count: 32))
        masker = CellMasker(plan: plan ?? .none)
        let treatments: [(ColumnTreatment, Bool)] = [(.transform(.last(2)), true), (.pass, false), (.pass, true)]
        rules = treatments.map { CellRule($0.0, scansValues: $0.1, type: .text, format: .text) }
        binaryRules = treatments.map { CellRule($0.0, scansValues: $0.1, type: .jsonb, format: .binary) }
        engine = try? MaskEngine(values)
        ungated = try? MaskEngine(values, usesGate: false)
    }

    func run(_ choice: UInt8, _ input: UnsafeRawBufferPointer) {
        output.removeAll()
        switch choice % 11 {
        case 0: _ = try? DataRowMasker(masker).mask(input, rules: rules, into: output)
        case 1: copy(try? CopyLayout.text(), rules, input)
        case 2: copy(try? CopyLayout.csv(hasHeader: true), rules, input)
        case 3: copy(.binary, binaryRules, input)
        case 4: _ = try? TextScrubber(masker).scrub(fields: input, droppingDetail: input.count & 1 == 0, into: output)
        case 5:
            let types: [MaskedType] = [.text, .json, .jsonb, .int8, .float8, .numeric, .bytea, .structured, .uuid, .other]
            for type in types {
                for format in [WireFormat.text, .binary] {
                    _ = masker.mask(input, CellRule(.pass, scansValues: true, type: type, format: format), into: output)
                }
            }
        case 6:
            guard let pattern = try? CompiledPattern(bytes: Array(input.prefix(200))) else { return }
            _ = Matcher().firstMatch(of: pattern, in: input, from: 0)
        case 7: decode(input)
        case 8: normalise(input)
        case 9:
            for column in [nil, "ssn", "order_id"] {
                let gated = engine?.examine(input, column: column)
                precondition(gated == ungated?.examine(input, column: column), "the gate kept something back")
            }
        default:
            _ = try? SealedBundle.open(Array(input), trusting: [])
            _ = try? SealedBundle.openUnsigned(Array(input))
            _ = try? GlobPattern(bytes: Array(input.prefix(200)), separator: 0x2f).matches(input)
        }
    }

    /// The decoders behind detectors, and the masks that read numbers, dates and UUIDs.
    private func decode(_ input: UnsafeRawBufferPointer) {
        _ = Base58.isAddress(input)
        _ = Bech32.isValid(input)
        _ = EthereumAddress.isValid(input)
        _ = Base62.isChecked(input)
        _ = JOSEHeader.isHeader(of: input)
        for type in [MaskedType.text, .int2, .int4, .int8, .float8, .numeric, .date, .timestamp, .timestamptz, .uuid, .boolean] {
            for transform in [MaskTransform.zero, .year, .domain, .tokenize, .range(step: 10)] {
                for format in [WireFormat.text, .binary] {
                    _ = masker.mask(input, CellRule(.transform(transform), scansValues: false, type: type, format: format), into: output)
                }
            }
        }
    }

    /// Places of what is made must lie in order within what it was made of.
    private func normalise(_ input: UnsafeRawBufferPointer) {
        if normaliser.normalise(input) {
            var last = 0
            for place in 0...normaliser.text.count {
                let offset = normaliser.offset(place)
                precondition(offset >= last && offset <= input.count, "a place that goes back")
                last = offset
            }
        }
        var start = 0
        while let token = normaliser.decodeNext(input, from: start) {
            precondition(token.lowerBound >= start && token.upperBound <= input.count && !token.isEmpty, "a token out of place")
            start = token.upperBound
        }
    }

    /// The same stream whole and in two pieces must give the same bytes.
    private func copy(_ layout: CopyLayout?, _ rules: [CellRule], _ input: UnsafeRawBufferPointer) {
        guard let layout, let whole = try? CopyMasker(masker, layout: layout, rules: rules),
            let pieces = try? CopyMasker(masker, layout: layout, rules: rules)
        else { return }
        guard (try? whole.mask(input, into: output)) != nil else { return }
        let expected = Array(output.bytes)
        output.removeAll()
        let middle = input.count / 2
        try? pieces.mask(UnsafeRawBufferPointer(rebasing: input[..<middle]), into: output)
        try? pieces.mask(UnsafeRawBufferPointer(rebasing: input[middle...]), into: output)
        precondition(expected.elementsEqual(output.bytes), "pieces differ from the whole")
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    FuzzTarget.shared.run(data[0], UnsafeRawBufferPointer(start: data + 1, count: size - 1))
    return 0
}
