// JSON as values, with names compared byte for byte, and its text form.

import Machine

/// A JSON value. Numbers keep their text, so that no precision is lost before somebody asks for a type.
package enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    var object: JSONObject? { if case .object(let object) = self { object } else { nil } }

    /// The value of a number written as an integer that fits; `1.0` and `1e3` are not.
    var integer: Int64? { if case .number(let digits) = self { Int64(digits) } else { nil } }

    /// An array in which every element is an integer.
    var integers: [Int64]? {
        guard let elements else { return nil }
        let integers = elements.compactMap(\.integer)
        return integers.count == elements.count ? integers : nil
    }

    /// A time: a number of seconds since 1970, which may have a fraction, or a string of RFC 3339. The whole second that it lies in.
    var seconds: Int64? {
        switch self {
        case .number(let digits):
            if let whole = Int64(digits) { return Moment.writable.contains(whole) ? whole : nil }
            guard let number = Double(digits), Double(Moment.writable.lowerBound)...Double(Moment.writable.upperBound) ~= number else { return nil }
            return Int64(number.rounded(.down))
        case .string(let text): return Moment(rfc3339: text)?.seconds
        case .null, .boolean, .array, .object: return nil
        }
    }

    /// An array in which every element is a string.
    var strings: [String]? {
        guard let elements else { return nil }
        let strings = elements.compactMap(\.text)
        return strings.count == elements.count ? strings : nil
    }
}

/// A JSON object. Members keep their order; names are unique.
package struct JSONObject: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSONValue
        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }
    package var members: [Member]

    package init(members: [Member] = []) { self.members = members }

    /// The member with exactly these bytes as its name; a member that is `null` counts as absent.
    package subscript(name: String) -> JSONValue? {
        for member in members where member.name.sameBytes(as: name) {
            return member.value == .null ? nil : member.value
        }
        return nil
    }

    /// Whether a member of this name is written, `null` or not.
    func has(_ name: String) -> Bool { members.contains { $0.name.sameBytes(as: name) } }
}

extension JSONValue {
    /// The shortest JSON text of this value, members in their order.
    package var encoded: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .number(let digits): digits
        case .string(let text): Self.quoted(text)
        case .array(let elements): "[" + elements.map(\.encoded).joined(separator: ",") + "]"
        case .object(let object):
            "{" + object.members.map { Self.quoted($0.name) + ":" + $0.value.encoded }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
