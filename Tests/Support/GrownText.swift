// Text that would be too large to keep, written short.

/// Writes out `⟦129×n⟧` as 129 times `n`. In what is repeated `#` is the repetition's number, from nought, and `\n` a line break.
package enum GrownText {
    package static func of(_ short: String) -> String {
        var text = ""
        var rest = Substring(short)
        while let open = rest.firstIndex(of: "⟦"), let close = rest[open...].firstIndex(of: "⟧"),
            let times = rest[open..<close].firstIndex(of: "×"), let count = Int(rest[rest.index(after: open)..<times])
        {
            text += rest[..<open]
            let piece = rest[rest.index(after: times)..<close].split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
            let parts = piece.split(separator: "#", omittingEmptySubsequences: false)
            for number in 0..<count { text += parts.joined(separator: "\(number)") }
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }
}
