// ErrorResponse and NoticeResponse: their fields, read and written (PostgreSQL manual, section 55.8).

import NIOCore

/// The fields of an error or notice, in order. Values are bytes in the client's encoding.
struct PostgresErrorFields: Equatable {
    /// Field codes of section 55.8 that the gateway knows.
    enum Code {
        static let internalQuery = UInt8(ascii: "q")
        static let severity = UInt8(ascii: "S")
        static let severityInEnglish = UInt8(ascii: "V")
        static let sqlstate = UInt8(ascii: "C")
        static let message = UInt8(ascii: "M")
        static let detail = UInt8(ascii: "D")
        static let hint = UInt8(ascii: "H")
        static let position = UInt8(ascii: "P")
        static let whereField = UInt8(ascii: "W")
    }
    /// Fields in one message; more is not PostgreSQL's.
    static let limit = 64

    var fields: [(code: UInt8, value: [UInt8])] = []

    init() {}

    /// nil when the payload is not a list of fields closed by a NUL.
    init?(payload: UnsafeRawBufferPointer) {
        var reader = PostgresReader(payload)
        while true {
            guard let code = reader.byte() else { return nil }
            if code == 0 { break }
            guard let value = reader.text(), fields.count < Self.limit else { return nil }
            fields.append((code, Array(value)))
        }
        guard reader.isAtEnd else { return nil }
    }

    /// The first value of a field.
    subscript(code: UInt8) -> [UInt8]? { fields.first { $0.code == code }?.value }

    func text(_ code: UInt8) -> String? { self[code].map { String(decoding: $0, as: UTF8.self) } }

    /// Whether the session ends with this error: FATAL or PANIC, by the field that is never translated.
    var isFatal: Bool {
        guard let severity = self[Code.severityInEnglish] ?? self[Code.severity] else { return false }
        return severity.elementsEqual("FATAL".utf8) || severity.elementsEqual("PANIC".utf8)
    }

    mutating func set(_ code: UInt8, _ value: [UInt8]) {
        guard let index = fields.firstIndex(where: { $0.code == code }) else {
            fields.append((code, value))
            return
        }
        fields[index].value = value
    }

    mutating func remove(_ code: UInt8) { fields.removeAll { $0.code == code } }

    func write(_ type: PostgresBackend, to out: inout ByteBuffer) {
        PostgresCodec.message(type.rawValue, to: &out) {
            for (code, value) in fields {
                $0.writeInteger(code)
                // A NUL inside a value would end the field and begin another.
                $0.writeBytes(value.lazy.filter { $0 != 0 })
                $0.writeInteger(UInt8(0))
            }
            $0.writeInteger(UInt8(0))
        }
    }

    static func == (a: Self, b: Self) -> Bool {
        a.fields.elementsEqual(b.fields) { $0.code == $1.code && $0.value == $1.value }
    }
}
