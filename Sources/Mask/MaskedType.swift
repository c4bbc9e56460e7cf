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
    /// `xml`, arrays of texts and `hstore`: as text, values stand in them as they are; in binary, each is preceded by its length.
    case structured
    /// What holds no value that a detector knows, and what a typed mask can write.
    case boolean, int2, int4, date, timestamp, timestamptz, uuid
    /// What holds no value that a detector knows either: times, intervals, `float4`. NULL under a column mask.
    case plain
    /// Everything else, extension types and unknown OIDs too: NULL under any mask.
    case other

    /// By `pg_type.oid` (`src/include/catalog/pg_type.dat`). `"char"` is `other`. A type with an OID of its own whose base is known to be
    /// text (`citext`) may be given as `.text` by who read the catalogue.
    public init(oid: UInt32) {
        switch oid {
        case 25, 1043, 1042, 19, 705: self = .text  // text, varchar, bpchar, name, unknown
        case 114: self = .json
        case 3802: self = .jsonb
        case 20: self = .int8
        case 701: self = .float8
        case 1700: self = .numeric
        case 17: self = .bytea
        case 142, 143, 1009, 1015, 1014, 1003: self = .structured  // xml, and arrays of xml and of the kinds of text
        case 16: self = .boolean
        case 21: self = .int2
        case 23: self = .int4
        case 1082: self = .date
        case 1114: self = .timestamp
        case 1184: self = .timestamptz
        case 2950: self = .uuid
        case 26, 700, 1083, 1186, 1266: self = .plain
        default: self = .other
        }
    }

    /// By the name that a person writes: `text`, `varchar(20)`, `bigint`, `text[]`. A name that is not known is `text`: looked through.
    public init(name: String) {
        let base = name.lowercased().prefix { $0 != "(" }.split(separator: " ").joined(separator: " ")
        switch base {
        case "json": self = .json
        case "jsonb": self = .jsonb
        case "int8", "bigint", "bigserial": self = .int8
        case "float8", "double precision": self = .float8
        case "numeric", "decimal": self = .numeric
        case "bytea": self = .bytea
        case "xml", "hstore": self = .structured
        case "bool", "boolean": self = .boolean
        case "int2", "smallint", "smallserial": self = .int2
        case "int4", "int", "integer", "serial": self = .int4
        case "date": self = .date
        case "timestamp", "timestamp without time zone": self = .timestamp
        case "timestamptz", "timestamp with time zone": self = .timestamptz
        case "uuid": self = .uuid
        case "oid", "real", "float4", "time", "timetz", "interval": self = .plain
        default: self = base.hasSuffix("]") ? .structured : .text
        }
    }

    /// Whether value masks look into it at all.
    public var isSearched: Bool {
        switch self {
        case .text, .json, .jsonb, .int8, .float8, .numeric, .bytea, .structured, .other: true
        case .boolean, .int2, .int4, .date, .timestamp, .timestamptz, .uuid, .plain: false
        }
    }
}
