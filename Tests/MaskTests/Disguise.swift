// Ways of writing a value so that a pattern does not see it and a person does.
import Foundation
import TestSupport

enum Disguise: CaseIterable {
    case fullWidth, zeroWidth, softHyphen, percent, jsonEscape, entity, base64, hexadecimal, spelledOut, arabicDigits, spacedOut, reversed

    /// nil where the value cannot wear it.
    func wear(_ value: String, _ random: inout SeededGenerator) -> String? {
        let characters = Array(value)
        switch self {
        case .fullWidth:
            return String(String.UnicodeScalarView(value.unicodeScalars.map { (0x21...0x7e).contains($0.value) ? UnicodeScalar($0.value + 0xfee0) ?? $0 : $0 }))
        case .zeroWidth: return inserted("\u{200b}", characters, &random)
        case .softHyphen: return inserted("\u{ad}", characters, &random)
        case .percent: return value.contains("@") ? value.split(separator: "@").joined(separator: "%40") : nil
        case .jsonEscape: return value.contains("@") ? value.split(separator: "@").joined(separator: "\\u0040") : nil
        case .entity: return value.contains("@") ? value.split(separator: "@").joined(separator: "&#64;") : nil
        case .base64: return Data(value.utf8).base64EncodedString()
        case .hexadecimal: return value.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        case .spelledOut:
            return value.contains("@") ? value.split(separator: "@").joined(separator: " (at) ").split(separator: ".").joined(separator: " [dot] ") : nil
        case .arabicDigits:
            return String(String.UnicodeScalarView(value.unicodeScalars.map { (48...57).contains($0.value) ? UnicodeScalar($0.value + 0x630) ?? $0 : $0 }))
        case .spacedOut: return characters.map(String.init).joined(separator: " ")
        case .reversed: return String(characters.reversed())
        }
    }

    private func inserted(_ mark: String, _ characters: [Character], _ random: inout SeededGenerator) -> String {
        let place = 2 + random.below(max(characters.count - 4, 1))
        return String(characters[..<place]) + mark + String(characters[place...])
    }
}
