// Strings as a policy file writes them, for whatever writes policies: suggested tests, witnesses, imports.

extension StringLiteral {
    /// A text in quotes, on one line, whatever it holds: reading it gives the text again, but for U+0000, which no policy can hold.
    /// - Parameter isASCII: whether everything else is written as an escape, for text that others have chosen.
    public static func written(_ text: String, isASCII: Bool = false) -> String {
        var written = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": written += "\\" + String(scalar)
            case "\n": written += "\\n"
            case "\r": written += "\\r"
            case "\t": written += "\\t"
            default:
                let category = scalar.properties.generalCategory
                if category == .control || category == .format || isASCII && !scalar.isASCII {
                    written += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    written.unicodeScalars.append(scalar)
                }
            }
        }
        return written + "\""
    }
}
