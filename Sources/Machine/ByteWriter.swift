// Writes fixed little-endian values: the mirror of ByteReader.

struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func u8(_ value: UInt8) { bytes.append(value) }
    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }
    mutating func count(_ value: Int) { integer(UInt32(truncatingIfNeeded: value)) }

    mutating func run(_ run: [UInt8]) {
        count(run.count)
        bytes.append(contentsOf: run)
    }

    mutating func string(_ text: String) {
        count(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func list<C: Collection>(_ list: C, _ element: (inout ByteWriter, C.Element) -> Void) {
        count(list.count)
        for item in list { element(&self, item) }
    }

    mutating func symbols(_ list: [UInt32]) { self.list(list) { $0.integer($1) } }

    mutating func optional<T>(_ value: T?, _ write: (inout ByteWriter, T) -> Void) {
        flag(value != nil)
        if let value { write(&self, value) }
    }

    mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }
}
