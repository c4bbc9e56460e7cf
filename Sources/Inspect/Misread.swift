// Why a statement is not understood: a closed list of short reasons that become the name of its `unknown` access.

/// A reason to call a statement `unknown`.
enum Misread: UInt8, Error {
    case syntax, encoding, lexical, messageTooLong, tooManyTokens, tooManyStatements, tooDeep, tooManyNames, tooManyAccesses
    case anonymousBlock, dynamicText, atomicBody, searchPath, unsupported, copyOption, setting, manyTables

    /// The statement's grammar was read to its end, only what it will do is not known: its kind stays.
    var keepsKind: Bool {
        switch self {
        case .anonymousBlock, .dynamicText, .setting, .manyTables, .searchPath: true
        case .syntax, .encoding, .lexical, .messageTooLong, .tooManyTokens, .tooManyStatements, .tooDeep, .tooManyNames,
            .tooManyAccesses, .atomicBody, .unsupported, .copyOption:
            false
        }
    }

    /// A bound was met, not the text's meaning.
    var isLimit: Bool {
        switch self {
        case .messageTooLong, .tooManyTokens, .tooManyStatements, .tooDeep, .tooManyNames, .tooManyAccesses: true
        case .syntax, .encoding, .lexical, .anonymousBlock, .dynamicText, .atomicBody, .searchPath, .unsupported, .copyOption, .setting,
            .manyTables:
            false
        }
    }

    var reason: StaticString {
        switch self {
        case .syntax: "not understood"
        case .encoding: "encoding"
        case .lexical: "not a token"
        case .messageTooLong: "message too long"
        case .tooManyTokens: "too many tokens"
        case .tooManyStatements: "too many statements"
        case .tooDeep: "nested too deep"
        case .tooManyNames: "too many names"
        case .tooManyAccesses: "too many accesses"
        case .anonymousBlock: "anonymous code block"
        case .dynamicText: "text not constant"
        case .atomicBody: "atomic body"
        case .searchPath: "search path not known"
        case .unsupported: "statement not supported"
        case .copyOption: "copy option"
        case .setting: "setting not constant"
        case .manyTables: "every table of a tablespace"
        }
    }
}
