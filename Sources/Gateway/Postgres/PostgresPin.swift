// Why a session in transaction pooling keeps its connection: what its statement leaves on it that cannot be carried to another.

import Decision
import Machine

/// Told in the log. What is not known to leave nothing binds.
enum PostgresPin: String {
    case setting = "a setting that is not put right for each borrower"
    case function = "a function of which it is not known what it leaves behind"
    case sequence = "the last value of a sequence"
    case listens = "LISTEN"
    case temporary = "a temporary object"
    case cursor = "a cursor that may be held"
    case prepared = "SQL's own PREPARE or EXECUTE"
    case library = "LOAD"
    case unread = "a statement that is not understood"
    case long = "a prepared statement that is too long to be carried"

    /// What a message leaves behind that binds; nil for nothing.
    /// - Parameter text: what the statements are ranges of; nil where it is not at hand.
    static func reason(_ found: Inspection, text: UnsafeRawBufferPointer?) -> PostgresPin? {
        if found.statements.count == 0, found.accesses.count > 0 { return .unread }
        for index in 0..<found.statements.count {
            if let reason = reason(found.statements[index], of: found, text: text) { return reason }
        }
        return nil
    }

    private static func reason(_ statement: Statement, of found: Inspection, text: UnsafeRawBufferPointer?) -> PostgresPin? {
        let written = text.flatMap { range(statement.text, of: $0) }
        switch statement.nameEffect {
        case .prepare, .execute: return .prepared
        // HOLD is a word that nothing else can spell; it may also be part of something else.
        case .declareCursor: if written.map({ contains($0, "hold") }) ?? true { return .cursor }
        case .none, .deallocate, .fetch, .closeCursor, .discard: break
        }
        let kind = found.bytes(statement.kind)
        if equals(kind, "load") { return .library }
        // These only take back.
        if equals(kind, "reset") || equals(kind, "discard") || equals(kind, "unlisten") { return nil }
        let isLocal = equals(kind, "set") && (written.map(setsLocally) ?? false)
        let first = Int(statement.firstAccess)
        for index in first..<first + Int(statement.accessCount) {
            if let reason = reason(found.accesses[index], of: found, isLocal: isLocal) { return reason }
        }
        return nil
    }

    private static func reason(_ access: Access, of found: Inspection, isLocal: Bool) -> PostgresPin? {
        switch access.verb {
        case .select, .insert, .update, .delete, .truncate, .alter, .drop, .comment, .grant, .revoke, .lock, .notify, .maintain, .read,
            .write, .transact:
            return nil
        case .create: return found.bytes(access.schema).starts(with: "pg_temp".utf8) ? .temporary : nil
        case .set: return isLocal || PostgresTracked.contains(found.string(access.name)) ? nil : .setting
        case .listen: return .listens
        case .call:
            guard equals(found.bytes(access.schema), "pg_catalog") else { return .function }
            let name = found.string(access.name)
            if sequenceReaders.contains(name) { return .sequence }
            return PostgresStatelessFunctions.contains(name) ? nil : .function
        case .unknown, .run, .forward, .upload, .download, .get, .head, .post, .put, .patch, .options, .trace, .connect, .list, .watch,
            .exec, .attach, .logs, .portforward, .proxy:
            return .unread
        }
    }

    /// What they tell is of the connection, not of the database.
    private static let sequenceReaders: Set<String> = ["currval", "lastval"]

    // MARK: - Text

    private static func range(_ ref: TextRef, of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard Int(ref.offset) + Int(ref.count) <= text.count else { return nil }
        return UnsafeRawBufferPointer(rebasing: text[Int(ref.offset)..<Int(ref.offset) + Int(ref.count)])
    }

    /// `SET LOCAL`, with nothing but space between. A comment there makes it one that binds, which is the stricter answer.
    private static func setsLocally(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count > 10, folds(text, at: 0, to: "set"), isSpace(text[3]) else { return false }
        var at = 3
        while at < text.count, isSpace(text[at]) { at += 1 }
        guard folds(text, at: at, to: "local"), at + 5 < text.count else { return false }
        // `SET local = …` would name a parameter.
        at += 5
        guard isSpace(text[at]) else { return false }
        while at < text.count, isSpace(text[at]) { at += 1 }
        return at < text.count && text[at] != UInt8(ascii: "=") && !folds(text, at: at, to: "to ") && text[at] != UInt8(ascii: ".")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func folds(_ text: UnsafeRawBufferPointer, at position: Int, to word: StaticString) -> Bool {
        guard position + word.utf8CodeUnitCount <= text.count else { return false }
        for index in 0..<word.utf8CodeUnitCount {
            let byte = text[position + index]
            let folded = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if folded != word.utf8Start[index] { return false }
        }
        return true
    }

    private static func contains(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        text.indices.contains { folds(text, at: $0, to: word) }
    }

    private static func equals(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && folds(bytes, at: 0, to: word)
    }
}

/// Functions of `pg_catalog` that are calls to a policy and leave nothing on their connection that outlives the transaction.
enum PostgresStatelessFunctions {
    static func contains(_ name: String) -> Bool {
        if names.contains(name) { return true }
        return prefixes.contains { name.hasPrefix($0) } || suffixes.contains { name.hasSuffix($0) }
    }

    private static let prefixes = [
        "has_", "inet_", "lo_", "pg_advisory_unlock", "pg_advisory_xact_lock", "pg_control_", "pg_current_", "pg_get_", "pg_last_",
        "pg_partition_", "pg_relation_", "pg_sleep", "pg_stat_get_", "pg_try_advisory_xact_lock", "pg_walfile_", "pg_xact_", "reg",
        "to_reg", "txid_",
    ]
    private static let suffixes = ["_description", "_is_visible", "_size"]
    private static let names: Set<String> = [
        "current_query", "current_setting", "format_type", "getdatabaseencoding", "getpgusername", "loread", "lowrite", "mxid_age",
        "nextval", "pg_available_extension_versions", "pg_available_extensions", "pg_blocking_pids", "pg_cancel_backend",
        "pg_char_to_encoding", "pg_column_is_updatable", "pg_conf_load_time", "pg_cursor", "pg_describe_object", "pg_encoding_to_char",
        "pg_export_snapshot", "pg_has_role", "pg_identify_object", "pg_identify_object_as_address", "pg_is_in_recovery",
        "pg_listening_channels", "pg_lock_status", "pg_my_temp_schema", "pg_notify", "pg_options_to_table", "pg_postmaster_start_time",
        "pg_prepared_statement", "pg_prepared_xact", "pg_sequence_last_value", "pg_sequence_parameters", "pg_show_all_settings",
        "pg_tablespace_location", "pg_terminate_backend", "pg_timezone_abbrevs", "pg_timezone_names", "row_security_active", "setval",
    ]
}
