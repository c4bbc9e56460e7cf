// The database: its tables, what each column means, and the steps from every older version to this one.

import GRDB

/// Version and migrations of the recording's database. A step once released is never edited; a new one is added.
enum Schema {
    /// Kept in SQLite's `user_version`.
    static let version = 5
    static let fileName = "recording.sqlite"

    static func migrate(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw RecordingError.newerSchema(found: found, known: version) }
        if found < 1 { try db.execute(sql: first) }
        if found < 3 {
            try db.execute(sql: third)
            // Rows of an older recording stay where they are and are read from there.
            if try Int.fetchOne(db, sql: "SELECT 1 FROM statements LIMIT 1") == nil { try db.execute(sql: "DROP TABLE statements") }
        }
        if found < 4 { try db.execute(sql: fourth) }
        if found < 5 { try db.execute(sql: fifth) }
        if found < version { try db.execute(sql: "PRAGMA user_version = \(version)") }
    }

    // Messages that were let through and that the gateway stopped nevertheless. What an older gateway stopped was not told apart from
    // what the backend itself failed.
    private static let fifth = "ALTER TABLE sessions ADD COLUMN stopped INTEGER NOT NULL DEFAULT 0;"

    // `body` is JSON, whose shape `kind` tells. Numbered within a session, so that what is taken in twice is there once.
    private static let fourth = """
        CREATE TABLE IF NOT EXISTS events (
          session  INTEGER NOT NULL REFERENCES sessions (number),
          number   INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          at       INTEGER NOT NULL,
          kind     TEXT NOT NULL,
          body     TEXT NOT NULL,
          PRIMARY KEY (session, number)
        ) WITHOUT ROWID;
        """

    // A message's id is its session's number in the upper and its own number in the lower 32 bits: reading a session in order is one
    // range of the table, and no second index has to be kept for every message.
    private static let first = """
        CREATE TABLE programs (
          number   INTEGER PRIMARY KEY,
          key      INTEGER NOT NULL UNIQUE,
          name     TEXT NOT NULL,
          revision INTEGER NOT NULL,
          digest   BLOB NOT NULL,
          rules    TEXT NOT NULL,
          masks    TEXT NOT NULL
        );
        CREATE TABLE sessions (
          number       INTEGER PRIMARY KEY,
          id           TEXT NOT NULL UNIQUE,
          program      INTEGER REFERENCES programs (number),
          started_at   INTEGER NOT NULL,
          last_at      INTEGER NOT NULL,
          ended_at     INTEGER,
          end_reason   TEXT,
          identity     TEXT NOT NULL,
          groups       TEXT NOT NULL,
          issuer       TEXT NOT NULL,
          subject      TEXT NOT NULL,
          token_id     TEXT NOT NULL,
          claims       TEXT NOT NULL,
          proof        TEXT NOT NULL,
          resource     TEXT NOT NULL,
          kind         TEXT NOT NULL,
          source       TEXT NOT NULL,
          database     TEXT NOT NULL,
          backend_user TEXT NOT NULL,
          messages     INTEGER NOT NULL DEFAULT 0,
          refused      INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX sessions_started ON sessions (started_at);
        CREATE INDEX sessions_identity ON sessions (identity, started_at);
        CREATE INDEX sessions_open ON sessions (number) WHERE ended_at IS NULL;
        CREATE TABLE texts (
          number INTEGER PRIMARY KEY,
          hash   INTEGER NOT NULL,
          text   TEXT NOT NULL
        );
        CREATE INDEX texts_hash ON texts (hash);
        CREATE TABLE mask_sets (
          program INTEGER NOT NULL,
          masks   INTEGER NOT NULL,
          rules   TEXT NOT NULL,
          PRIMARY KEY (program, masks)
        ) WITHOUT ROWID;
        CREATE TABLE statements (
          id             INTEGER PRIMARY KEY,
          at             INTEGER NOT NULL,
          kind           INTEGER NOT NULL,
          text           TEXT,
          shared_text    INTEGER REFERENCES texts (number),
          name           TEXT,
          portal         TEXT,
          parameters     BLOB,
          effect         INTEGER NOT NULL,
          rule           TEXT,
          program        INTEGER REFERENCES programs (number),
          masks          INTEGER,
          fingerprint    INTEGER,
          lexical        INTEGER,
          in_transaction INTEGER NOT NULL,
          duration       INTEGER,
          rows           INTEGER,
          bytes          INTEGER,
          completed      INTEGER,
          sqlstate       TEXT
        );
        CREATE TABLE result_chunks (
          id        INTEGER NOT NULL,
          part      INTEGER NOT NULL,
          file      TEXT NOT NULL,
          offset    INTEGER NOT NULL,
          length    INTEGER NOT NULL,
          PRIMARY KEY (id, part)
        ) WITHOUT ROWID;
        CREATE TABLE positions (
          journal TEXT PRIMARY KEY,
          segment INTEGER NOT NULL,
          offset  INTEGER NOT NULL
        ) WITHOUT ROWID;
        """

    // Since version 3 messages are in blocks (BlockLayout): a row for each message cost more than all else that is done with it. A
    // block's id is its session's number in the upper and its own in the lower 32 bits. What came after its message's block had been
    // written is in `late_outcomes`, under the session's number and the message's. `seen` is what `statement.first_seen` has to know.
    private static let third = """
        CREATE TABLE blocks (
          id       INTEGER PRIMARY KEY,
          messages BLOB NOT NULL
        );
        CREATE TABLE late_outcomes (
          id        INTEGER PRIMARY KEY,
          duration  INTEGER NOT NULL,
          rows      INTEGER NOT NULL,
          bytes     INTEGER NOT NULL,
          completed INTEGER NOT NULL,
          sqlstate  TEXT
        );
        CREATE TABLE seen (
          identity    TEXT NOT NULL,
          fingerprint INTEGER NOT NULL,
          PRIMARY KEY (identity, fingerprint)
        ) WITHOUT ROWID;
        INSERT INTO seen
          SELECT DISTINCT s.identity, m.fingerprint FROM statements m JOIN sessions s ON s.number = m.id >> 32
          WHERE m.effect = 1 AND m.fingerprint IS NOT NULL;
        """
}
