// Value masks over what a server says beside its rows: errors, notices, notifications, settings.

/// Whether a text was changed.
public enum ScrubOutcome: Equatable, Sendable {
    /// Forward it as it came; nothing was appended.
    case unchanged
    /// Forward what was appended to the output instead.
    case rewritten
}

/// Masks free text. A view on a session's `CellMasker`; not thread-safe.
public struct TextScrubber {
    private let masker: CellMasker

    /// What stands for a message whose wording may quote a masked value.
    public static let withheldMessage: StaticString = "the message is withheld: it may quote masked data"

    public init(_ masker: CellMasker) { self.masker = masker }

    /// Replaces every hit of the plan's value masks. A hit under `null`, a text over `MaskLimits.cellBytes` and a search that was not
    /// established make it `[redacted]` as a whole. `text` must not lie in `output`.
    public func scrub(_ text: UnsafeRawBufferPointer, into output: MaskOutput) -> ScrubOutcome {
        guard masker.plan.scansValues else { return .unchanged }
        let rule = CellRule(.pass, scansValues: true, type: .text, format: .text)
        switch masker.mask(text, rule, into: output) {
        case .unchanged: return .unchanged
        case .replaced: return .rewritten
        case .null:
            output.append(MaskTransform.redacted)
            return .rewritten
        }
    }

    /// SQLSTATE classes whose messages name objects, limits and states, but quote no stored values. Not among them: 22 (a cast quotes what
    /// it cannot read), 23 (a constraint quotes the row), P0, 00 and 01 (what RAISE sends), XX, 38, 39, HV.
    public static let quietClasses: [StaticString] = [
        "08", "0A", "25", "26", "28", "34", "3D", "3F", "40", "42", "53", "54", "55", "57", "58",
    ]

    /// Scrubs the body of an ErrorResponse or NoticeResponse (PostgreSQL manual, "Error and Notice Message Fields"): a run of a code
    /// byte and a text that ends in NUL, and a NUL at the end. Severity, code, and the server's source place stay as they are; every
    /// other text is scrubbed.
    ///
    /// With `droppingDetail`, for statements that read masked columns, the fields that quote data are left out (detail, hint, context,
    /// internal query), and the message itself is withheld unless its SQLSTATE class is one of `quietClasses`.
    public func scrub(
        fields body: UnsafeRawBufferPointer, droppingDetail: Bool, into output: MaskOutput
    ) throws(MaskError) -> ScrubOutcome {
        let before = output.count
        let quotes = try Self.mayQuoteValues(body)
        var offset = 0
        var isChanged = false
        while body[offset] != 0 {
            let code = body[offset]
            let end = try Self.textEnd(in: body, from: offset + 1)
            let text = UnsafeRawBufferPointer(rebasing: body[(offset + 1)..<end])
            let field = UnsafeRawBufferPointer(rebasing: body[offset...end])
            offset = end + 1
            switch code {
            case UInt8(ascii: "S"), UInt8(ascii: "V"), UInt8(ascii: "C"), UInt8(ascii: "F"), UInt8(ascii: "L"), UInt8(ascii: "R"),
                UInt8(ascii: "P"), UInt8(ascii: "p"):
                output.append(field)
                continue
            case UInt8(ascii: "D"), UInt8(ascii: "H"), UInt8(ascii: "W"), UInt8(ascii: "q"):
                if droppingDetail {
                    isChanged = true
                    continue
                }
            default: break
            }
            output.append(code)
            if droppingDetail, quotes, code == UInt8(ascii: "M") {
                output.append(Self.withheldMessage)
                isChanged = true
            } else if scrub(text, into: output) == .rewritten {
                isChanged = true
            } else {
                output.append(text)
            }
            output.append(0)
        }
        guard isChanged else {
            output.truncate(to: before)
            return .unchanged
        }
        output.append(0)
        return .rewritten
    }

    /// Checks the body's whole shape, and whether its class is one whose messages quote values.
    private static func mayQuoteValues(_ body: UnsafeRawBufferPointer) throws(MaskError) -> Bool {
        var offset = 0
        var mayQuote = true
        var namesObjects = false
        var hasPosition = false
        var hasInternal = false
        while offset < body.count, body[offset] != 0 {
            let end = try textEnd(in: body, from: offset + 1)
            if body[offset] == UInt8(ascii: "C"), end - offset - 1 == 5 {
                let isQuiet = quietClasses.contains { $0.utf8Start[0] == body[offset + 1] && $0.utf8Start[1] == body[offset + 2] }
                mayQuote = !isQuiet
                namesObjects = body[offset + 1] == UInt8(ascii: "4") && body[offset + 2] == UInt8(ascii: "2")
                    || body[offset + 1] == UInt8(ascii: "3") && (body[offset + 2] == UInt8(ascii: "D") || body[offset + 2] == UInt8(ascii: "F"))
            }
            switch body[offset] {
            case UInt8(ascii: "P"): hasPosition = true
            case UInt8(ascii: "p"), UInt8(ascii: "q"): hasInternal = true
            default: break
            }
            offset = end + 1
        }
        guard offset + 1 == body.count else { throw .malformedFields(offset: offset) }
        // A syntax error or an unknown name that points into the client's own text quotes that text. One that does not was raised while
        // the statement ran, by a function that reads its argument as a query or a name: it quotes a value.
        return mayQuote || namesObjects && (!hasPosition || hasInternal)
    }

    /// Where the text that begins at `start` ends: at its NUL.
    private static func textEnd(in body: UnsafeRawBufferPointer, from start: Int) throws(MaskError) -> Int {
        var end = start
        while end < body.count {
            if body[end] == 0 { return end }
            end += 1
        }
        throw .malformedFields(offset: start)
    }
}
