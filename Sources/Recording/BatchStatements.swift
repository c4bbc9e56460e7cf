// The SQL that a batch runs, prepared once per connection.

import GRDB

/// The statements of one ingest transaction. GRDB caches what is prepared, so making this is cheap.
struct BatchStatements {
    let insertBlock: RowStatement
    let lastBlock: RowStatement
    let insertLateOutcome: RowStatement
    let insertSeen: RowStatement
    let insertSession: RowStatement
    let findSession: RowStatement
    let countMessages: RowStatement
    let endSession: RowStatement
    let insertProgram: RowStatement
    let insertMaskSet: RowStatement
    let findText: RowStatement
    let insertText: RowStatement
    let insertChunk: RowStatement
    let insertEvent: RowStatement
    let setPosition: RowStatement

    init(_ db: Database) throws {
        insertBlock = try RowStatement(db, "INSERT INTO blocks (id, messages) VALUES (?1, ?2)")
        lastBlock = try RowStatement(db, "SELECT id FROM blocks WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1")
        insertLateOutcome = try RowStatement(
            db,
            """
            INSERT OR REPLACE INTO late_outcomes (id, duration, rows, bytes, completed, sqlstate) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        insertSeen = try RowStatement(
            db, "INSERT OR IGNORE INTO seen (identity, fingerprint) SELECT identity, ?2 FROM sessions WHERE number = ?1")
        insertSession = try RowStatement(
            db,
            """
            INSERT OR IGNORE INTO sessions
              (id, program, started_at, last_at, identity, groups, issuer, subject, token_id, claims, proof, resource, kind, source,
               database, backend_user)
            VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """)
        findSession = try RowStatement(db, "SELECT number FROM sessions WHERE id = ?1")
        countMessages = try RowStatement(
            db,
            """
            UPDATE sessions SET messages = messages + ?2, refused = refused + ?3, last_at = max(last_at, ?4), stopped = stopped + ?5
            WHERE number = ?1
            """)
        endSession = try RowStatement(
            db, "UPDATE sessions SET ended_at = ?2, end_reason = ?3, last_at = max(last_at, ?2) WHERE number = ?1")
        insertProgram = try RowStatement(
            db, "INSERT OR IGNORE INTO programs (key, name, revision, digest, rules, masks) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        insertMaskSet = try RowStatement(db, "INSERT OR IGNORE INTO mask_sets (program, masks, rules) VALUES (?1, ?2, ?3)")
        findText = try RowStatement(db, "SELECT number FROM texts WHERE hash = ?1 AND text = ?2")
        insertText = try RowStatement(db, "INSERT INTO texts (hash, text) VALUES (?1, ?2)")
        insertChunk = try RowStatement(
            db, "INSERT OR IGNORE INTO result_chunks (id, part, file, offset, length) VALUES (?1, ?2, ?3, ?4, ?5)")
        insertEvent = try RowStatement(
            db, "INSERT OR IGNORE INTO events (session, number, sequence, at, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        setPosition = try RowStatement(
            db, "INSERT OR REPLACE INTO positions (journal, segment, offset) VALUES (?1, ?2, ?3)")
    }
}
