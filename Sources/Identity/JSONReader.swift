// A strict reader of JSON (RFC 8259) that refuses what two readers could understand differently.

/// Why a text is not the JSON that we accept.
package enum JSONFault: Error, Sendable, Hashable {
    /// Not JSON, at this byte.
    case syntax(Int)
    /// Nested deeper than `IdentityLimits.jsonDepth`.
    case tooDeep
    /// An object names a member twice. Readers disagree on which one counts, so neither does.
    case duplicateMember
}

/// Reads one JSON value that spans all of the bytes. Foundation's reader takes the last of two members with one
/// name and accepts lone surrogates; a token must mean one thing only.
package struct JSONReader {
    private let bytes: [UInt8]
    private var place = 0

    /// The value that `bytes` are. The caller bounds their number; cost is linear in it.
    package static func read(_ bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.place != bytes.count { throw .syntax(reader.place) }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    /// Takes this byte if it is next.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        if next == UInt8(ascii: byte) {
            place += 1
            return true
        }
        return false
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws(JSONFault) {
        if !take(byte) { throw .syntax(place) }
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        if depth > IdentityLimits.jsonDepth { throw .tooDeep }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let end = place + word.utf8CodeUnitCount
        let same = word.withUTF8Buffer { end <= bytes.count && bytes[place..<end].elementsEqual($0) }
        if !same { throw .syntax(place) }
        place = end
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONObject {
        try expect("{")
        var object = JSONObject()
        var names: Set<String> = []
        skipSpace()
        if take("}") { return object }
        repeat {
            skipSpace()
            let name = try string()
            // Canonically equal names count as one: refusing more is the safe side.
            if !names.insert(name).inserted { throw .duplicateMember }
            skipSpace()
            try expect(":")
            object.members.append(.init(name: name, value: try value(depth: depth + 1)))
            skipSpace()
        } while take(",")
        try expect("}")
        return object
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        try expect("[")
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        try expect("]")
        return elements
    }

    private mutating func digits() throws(JSONFault) {
        let start = place
        while let byte = next, byte >= 0x30, byte <= 0x39 { place += 1 }
        if place == start { throw .syntax(place) }
    }

    private mutating func number() throws(JSONFault) -> String {
        let start = place
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private mutating func string() throws(JSONFault) -> String {
        try expect("\"")
        let start = place
        var unescaped: [UInt8]?
        while let byte = next {
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped ?? Array(bytes[start..<(place - 1)]), as: UTF8.self)
                else { throw .syntax(start) }
                return text
            case UInt8(ascii: "\\"):
                if unescaped == nil { unescaped = Array(bytes[start..<(place - 1)]) }
                unescaped?.append(contentsOf: try escape())
            case 0..<0x20: throw .syntax(place - 1)
            default: unescaped?.append(byte)
            }
        }
        throw .syntax(place)
    }

    /// What follows a backslash, as UTF-8.
    private mutating func escape() throws(JSONFault) -> [UInt8] {
        guard let byte = next else { throw .syntax(place) }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
        default: throw .syntax(place - 1)
        }
    }

    private mutating func scalar() throws(JSONFault) -> Unicode.Scalar {
        let start = place
        var code = try fourHexDigits()
        if (0xD800..<0xDC00).contains(code) {
            try expect("\\")
            try expect("u")
            let low = try fourHexDigits()
            if !(0xDC00..<0xE000).contains(low) { throw .syntax(start) }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .syntax(start) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONFault) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .syntax(place)
            }
            code = code << 4 | UInt32(digit)
            place += 1
        }
        return code
    }
}
