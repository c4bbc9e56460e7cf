// Which PostgreSQL types a mask can write into.

/// The format of a cell on the wire. The raw value is PostgreSQL's format code.
public enum WireFormat: Int16, BitwiseCopyable, Sendable {
    case text = 0
    case binary = 1
}

/// A type as masks see it. A mask keeps the wire type: where it has no valid value to write, it writes NULL.
public enum MaskedType: UInt8, BitwiseCopyable, Sendable {
    /// Any text is a valid value, and both formats are the bytes of the text.
    case text
    /// `json` and `jsonb`: masked text must stay JSON. The binary `jsonb` begins with a version byte.
    case json, jsonb
    /// Numbers whose binary form is read as decimal digits before value masks look at it.
    case int8, float8, numeric
    /// Bytes, in hexadecimal or escapes as text.
    case bytea
    /// Everything else, arrays, extension types and unknown OIDs too: NULL under any mask.
    case other

    /// By `pg_type.oid` (`src/include/catalog/pg_type.dat`). `"char"` and `xml` are `other`: one byte, or well-formed. A type with an
    /// OID of its own whose base is known to be text (`citext`) may be given as `.text` by who read the catalogue.
    public init(oid: UInt32) {
        switch oid {
        case 25, 1043, 1042, 19, 705: self = .text  // text, varchar, bpchar, name, unknown
        case 114: self = .json
        case 3802: self = .jsonb
        case 20: self = .int8
        case 701: self = .float8
        case 1700: self = .numeric
        case 17: self = .bytea
        default: self = .other
        }
    }
}
