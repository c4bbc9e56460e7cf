// The words that name a class of object: TABLE, MATERIALIZED VIEW, TEXT SEARCH PARSER, …

import Machine

extension SQLReader {
    /// The class of object whose words stand here, which are passed.
    func objectClassWords() throws(Misread) -> ObjectClass {
        let word = keyword
        if let plain = Self.plainClass(word) {
            advance()
            return plain
        }
        advance()
        switch word {
        case .materialized:
            try expect(.view)
            return .view
        case .foreign:
            if accept(.table) { return .table }
            try expect(.data)
            try expect(.wrapper)
            return .any
        case .user: return accept(.mapping) ? .any : .role
        case .event:
            try expect(.trigger)
            return .trigger
        case .access:
            try expect(.method)
            return .any
        case .text:
            try expect(.search)
            guard accept(.configuration) || accept(.dictionary) || accept(.parser) || accept(.template) else { throw .syntax }
            return .any
        case .large:
            try expect(.object)
            return .any
        case .trusted:
            _ = accept(.procedural)
            try expect(.language)
            return .any
        case .procedural:
            try expect(.language)
            return .any
        case .operator:
            if !accept(.class) { _ = accept(.family) }
            return .function
        default: throw .syntax
        }
    }

    /// The class that one word names.
    private static func plainClass(_ word: Keyword) -> ObjectClass? {
        switch word {
        case .table: .table
        case .view: .view
        case .index: .index
        case .sequence: .sequence
        case .schema: .schema
        case .function, .procedure, .routine, .aggregate: .function
        case .trigger: .trigger
        case .type, .domain: .type
        case .role, .group: .role
        case .database: .database
        case .extension: .extension
        case .language, .collation, .conversion, .publication, .subscription, .server, .statistics, .tablespace, .policy,
            .rule, .cast, .transform, .constraint, .column, .default:
            .any
        default: nil
        }
    }
}
