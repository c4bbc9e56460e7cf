// Reads from an inspection what a statement may expose of masked columns.

import Decision
import Machine
import Mask

extension PostgresMasking {
    /// Functions of `pg_catalog` that an inspector reports as calls and that bring no table's data to light.
    private static let harmlessCalls: Set<String> = [
        "nextval", "currval", "setval", "lastval", "pg_sleep", "pg_backend_pid", "pg_cancel_backend",
        "pg_terminate_backend", "pg_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_unlock", "pg_advisory_unlock_all",
        "pg_try_advisory_lock", "pg_try_advisory_xact_lock", "pg_advisory_lock_shared", "pg_advisory_xact_lock_shared",
        "txid_current", "pg_current_xact_id", "random", "setseed", "gen_random_uuid", "pg_is_in_recovery",
    ]

    /// Whether a message touches relations, so that the catalogue must be known to tell what it exposes.
    static func readsRelations(_ found: Inspection) -> Bool {
        let verbs: VerbSet = [.select, .insert, .update, .delete, .truncate, .lock, .maintain]
        return found.accesses.buffer.contains { verbs.contains($0.verb) }
    }

    /// What the message considered last may expose: all its statements together.
    /// - Parameters:
    ///   - isChanging: the session is inside a transaction that changes relations, which the catalogue cannot show yet.
    ///   - made: what the session has made itself, where that is certain and the catalogue knows the rest.
    func exposure(of found: Inspection, isChanging: Bool = false, made: PostgresMadeTables? = nil) -> PostgresExposure {
        guard !plan.columns.isEmpty else { return PostgresExposure() }
        // What is the same but for its place in the text exposes the same.
        let isLasting = !isChanging && made?.isEmpty != false
        guard found.origin != 0, isLasting else { return readExposure(of: found, isChanging, made) }
        // Beside it what is exposed where it is not certain what the session has made.
        let place = (Int(truncatingIfNeeded: found.origin) & (Self.rememberedExposures - 1)) * 2 + (made == nil ? 1 : 0)
        if exposures.isEmpty { exposures = Array(repeating: (0, PostgresExposure()), count: Self.rememberedExposures * 2) }
        if exposures[place].origin != found.origin { exposures[place] = (found.origin, readExposure(of: found, false, made)) }
        return exposures[place].exposure
    }

    private func readExposure(of found: Inspection, _ isChanging: Bool, _ made: PostgresMadeTables?) -> PostgresExposure {
        var exposure = PostgresExposure()
        // What a policy's schema says is set going besides, this catalogue knows itself, and as it is now.
        for access in found.accesses.buffer where access.through == 0 {
            join(access, of: found, isChanging, made, to: &exposure)
        }
        if callsOverload(found) { exposure.joinEverything() }
        exposure.storesUnseen = storesUnseen(found)
        return exposure
    }

    /// Whether a statement keeps what code returns that is not seen: that may be a masked column, which nobody would know again there.
    private func storesUnseen(_ found: Inspection) -> Bool {
        found.accesses.buffer.contains { access in
            guard access.verb == .call, access.through == 0, !Self.isHarmless(access, in: found) else { return false }
            let inPlace = found.string(access.schema) == "pg_catalog" && Self.plainReaders.contains(found.string(access.name))
            return !inPlace && stores(access.statement, found)
        }
    }

    /// Functions of `pg_catalog` that read no table's data, whose results may be stored as well.
    private static let plainReaders: Set<String> = [
        "current_setting", "inet_client_addr", "inet_client_port", "inet_server_addr", "inet_server_port", "pg_get_serial_sequence",
        "pg_my_temp_schema", "to_regclass", "to_regtype", "txid_current_if_assigned", "pg_current_snapshot", "txid_current_snapshot",
    ]

    /// Whether a statement writes rows, or defines what later ones will write: the default of a column or of a domain. Views are followed
    /// by the catalogue, and an index shows nothing.
    private func stores(_ statement: UInt16, _ found: Inspection) -> Bool {
        var (defines, isOfAnother) = (false, false)
        for access in found.accesses.buffer where access.statement == statement && access.through == 0 {
            switch (access.verb, access.objectClass) {
            case (.insert, _), (.update, _), (.write, _), (.create, .table), (.create, .type): return true
            case (.create, _): isOfAnother = true
            case (.alter, _): defines = true
            default: break
            }
        }
        return defines && !isOfAnother
    }

    private static func isHarmless(_ access: Access, in found: Inspection) -> Bool {
        found.string(access.schema) == "pg_catalog" && harmlessCalls.contains(found.string(access.name))
    }

    /// A power of two.
    private static let rememberedExposures = 64

    private func join(
        _ access: Access, of found: Inspection, _ isChanging: Bool, _ made: PostgresMadeTables?, to exposure: inout PostgresExposure
    ) {
        switch access.verb {
        case .unknown: exposure.joinEverything()
        case .call:
            if !Self.isHarmless(access, in: found) { exposure.joinEverything() }
        case .select, .insert, .update, .delete, .truncate, .lock, .maintain:
            join(relation: access, of: found, isChanging, made, to: &exposure)
        case .create, .alter, .drop, .comment, .grant, .revoke, .set, .listen, .notify, .transact:
            break
        case .read, .write, .run:
            exposure.joinEverything()
        case .forward, .upload, .download, .get, .head, .post, .put, .patch, .options, .trace, .connect, .list, .watch, .exec,
            .attach, .logs, .portforward, .proxy:
            exposure.joinEverything()
        }
    }

    private func join(
        relation access: Access, of found: Inspection, _ isChanging: Bool, _ made: PostgresMadeTables?, to exposure: inout PostgresExposure
    ) {
        guard let relation = touched(schema: found.bytes(access.schema), name: found.bytes(access.name)) else {
            if let made, made.explains(access, found, catalogue) {
                guard PostgresMadeTables.isTemporary(found.bytes(access.schema)) else { return }
                for relation in touchedTemporaries(name: found.bytes(access.name)) {
                    join(relation, access, of: found, isChanging, to: &exposure)
                }
                return
            }
            // Not there, or not known: one of several schemas it might have been, or a table made or renamed a moment ago.
            let schema = found.string(access.schema)
            if plan.masksAny(schema: schema.isEmpty ? nil : schema, table: found.string(access.name)) || schema.isEmpty
                || catalogue == nil || !isSystem(schema)
            {
                join(unknown: access, of: found, to: &exposure)
            }
            return
        }
        join(relation, access, of: found, isChanging, to: &exposure)
    }

    private func join(
        _ relation: PostgresTouchedRelation, _ access: Access, of found: Inspection, _ isChanging: Bool, to exposure: inout PostgresExposure
    ) {
        if isChanging, relation.isView || !relation.masked.isEmpty || readsMaskedName(access, of: found) {
            // Its columns may have other names by now, and it may show the rows of others.
            join(unknown: access, of: found, to: &exposure)
        }
        if relation.isSideDoor { exposure.readsMasked = true }
        if relation.runsCode { exposure.joinEverything() }
        guard !relation.masked.isEmpty else { return }
        exposure.touchesMasked = true
        if namesRowFunction(access, of: found, relation) { exposure.joinEverything() }
        if access.usesEveryColumn {
            exposure.readsMasked = true
            if carriesAway(access.everyColumnUses, access, found) { exposure.storesMasked = true }
        }
        let first = Int(access.firstColumn)
        for index in first..<first + Int(access.columnCount) {
            let use = found.columns[index]
            guard use.uses != .write, relation.masked.contains(found.bytes(use.name)) else { continue }
            exposure.readsMasked = true
            if carriesAway(use.uses, access, found) { exposure.storesMasked = true }
        }
    }

    /// Nothing is known of the relation's columns: each may be masked.
    private func join(unknown access: Access, of found: Inspection, to exposure: inout PostgresExposure) {
        exposure.readsMasked = true
        exposure.touchesMasked = true
        if access.usesEveryColumn, carriesAway(access.everyColumnUses, access, found) { exposure.storesMasked = true }
        let first = Int(access.firstColumn)
        for index in first..<first + Int(access.columnCount) {
            let uses = found.columns[index].uses
            if uses != .write, carriesAway(uses, access, found) { exposure.storesMasked = true }
        }
    }

    /// Whether a column of this access has a name that is masked in some table: one that was attached may show its rows here.
    private func readsMaskedName(_ access: Access, of found: Inspection) -> Bool {
        if access.usesEveryColumn { return true }
        let first = Int(access.firstColumn)
        return (first..<first + Int(access.columnCount)).contains {
            plan.transform(schema: nil, table: nil, column: found.string(found.columns[$0].name)) != nil
        }
    }

    /// Whether a masked column so used would go where no mask applies: stored, or handed to what has effects.
    private func carriesAway(_ uses: ColumnUses, _ access: Access, _ found: Inspection) -> Bool {
        if uses.contains(.stored) { return true }
        return !uses.isDisjoint(with: [.computed, .filter]) && MaskGuard.hasEffects(access.statement, found)
    }

    /// A function of the system's name that somebody has overloaded may be theirs: the arguments' types decide, and are not known here.
    private func callsOverload(_ found: Inspection) -> Bool {
        for statement in found.statements.buffer where statement.functionCount > 0 {
            let first = Int(statement.firstFunction)
            for index in first..<first + Int(statement.functionCount)
            where catalogue?.mayHaveUserFunction(named: found.bytes(found.names[index])) ?? true {
                return true
            }
        }
        return false
    }

    /// `alias.f` calls a function of the whole row where the relation has no column `f`: one that somebody made is known to the
    /// catalogue only.
    private func namesRowFunction(_ access: Access, of found: Inspection, _ relation: PostgresTouchedRelation) -> Bool {
        guard catalogue?.hasUserFunctions ?? true else { return false }
        let first = Int(access.firstColumn)
        for index in first..<first + Int(access.columnCount) {
            let name = found.bytes(found.columns[index].name)
            if !relation.columns.contains(name), catalogue?.mayHaveUserFunction(named: name) ?? true { return true }
        }
        return false
    }

    private func isSystem(_ schema: String) -> Bool { schema == "pg_catalog" || schema == "information_schema" }
}
