// What a session's settings make of its text: the two parameters that change where a token ends.

/// How `client_encoding` lets the lexer read bytes.
public enum ClientEncoding: Sendable, Hashable {
    /// UTF8: invalid sequences are refused.
    case utf8
    /// A superset of ASCII in which every byte below 0x80 is that ASCII character (SQL_ASCII, LATIN1, WIN1252, EUC_JP, …).
    /// Identifiers with other bytes are not understood: what the server stores for them is not what was sent.
    case singleByte
    /// Bytes below 0x80 may be the second half of a character (SJIS, BIG5, GBK, UHC, GB18030, JOHAB), or a name nobody knows:
    /// a message with a byte from 0x80 up is not understood.
    case unsafe

    /// From the value of `client_encoding`; case, `-`, `_` and spaces do not matter, as in PostgreSQL.
    public init(name: some StringProtocol) {
        var plain = ""
        for byte in name.utf8 {
            switch byte {
            case 0x41...0x5A: plain.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            case 0x61...0x7A, 0x30...0x39: plain.unicodeScalars.append(Unicode.Scalar(byte))
            default: continue
            }
        }
        if plain == "utf8" || plain == "unicode" {
            self = .utf8
        } else if Self.supersetsOfASCII.contains(plain) {
            self = .singleByte
        } else {
            self = .unsafe
        }
    }

    /// PostgreSQL manual, 24.3.1, without those that are client-only because they are not supersets of ASCII.
    private static let supersetsOfASCII: Set<String> = [
        "sqlascii", "latin1", "latin2", "latin3", "latin4", "latin5", "latin6", "latin7", "latin8", "latin9", "latin10",
        "iso88591", "iso88592", "iso88593", "iso88594", "iso88595", "iso88596", "iso88597", "iso88598", "iso88599",
        "iso885910", "iso885913", "iso885914", "iso885915", "iso885916", "koi8", "koi8r", "koi8u", "win", "win866", "win874",
        "win1250", "win1251", "win1252", "win1253", "win1254", "win1255", "win1256", "win1257", "win1258", "alt", "abc",
        "tcvn", "tcvn5712", "vscii", "eucjp", "euckr", "euccn", "euctw", "eucjis2004",
    ]
}

/// The session's state that decides how a message is cut into tokens. One message is read whole under the state at its start.
public struct LexicalState: Sendable, Hashable {
    /// `standard_conforming_strings`: false makes `\` an escape in plain strings.
    public var standardConformingStrings: Bool
    public var encoding: ClientEncoding
    /// The server's encoding has one byte for a character: it folds letters beyond ASCII by its locale, which nobody here knows, so
    /// unquoted names with such letters are not understood.
    public var foldsBeyondASCII: Bool

    public init(standardConformingStrings: Bool = true, encoding: ClientEncoding = .utf8, foldsBeyondASCII: Bool = false) {
        self.standardConformingStrings = standardConformingStrings
        self.encoding = encoding
        self.foldsBeyondASCII = foldsBeyondASCII
    }

    /// From the value of `server_encoding`.
    public mutating func noteServerEncoding(_ name: some StringProtocol) {
        let name = name.lowercased()
        foldsBeyondASCII = name != "utf8" && !name.hasPrefix("euc_")
    }
}
