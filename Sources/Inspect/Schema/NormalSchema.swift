// The form in which a pulled schema is kept: its statements in their order, and nothing that changes from dump to dump.

/// Schema text as `postern schema pull` writes it.
public enum NormalSchema {
    /// What stands above the statements.
    public static let header =
        "-- The schema of a database, written by `postern schema pull`. Pull it again when the database has changed.\n"

    /// Statements without what says nothing of the schema: comments between them, versions, commands of psql, settings of
    /// the session that restores a dump, rows. The same for texts that differ only in these. Time is linear.
    public static func text(of bytes: [UInt8]) -> String {
        var result = header
        for statement in statements(of: bytes) {
            // One that is not finished at the end of the file keeps what it has.
            result += "\n" + statement + (statement.hasSuffix(";") ? "\n" : ";\n")
        }
        return result
    }

    /// Each statement's own text, without its semicolon.
    static func statements(of bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBytes { text in
            var splitter = SchemaSplitter(text)
            var statements: [String] = []
            while let statement = splitter.next() {
                var range = statement.bytes
                while let last = range.last, ByteClass.isSpace(text[last]) { range = range.dropLast() }
                let words = String(decoding: UnsafeRawBufferPointer(rebasing: text[range]), as: UTF8.self)
                if !isSetting(words), !statement.holdsRows { statements.append(words) }
            }
            return statements
        }
    }

    /// `SET …`, but not of the path that names are looked up in.
    private static func isSetting(_ statement: String) -> Bool {
        let start = statement.prefix(32).lowercased()
        return start.hasPrefix("set ") && !start.hasPrefix("set search_path")
    }
}
