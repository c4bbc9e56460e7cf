// Statements for each verb, as short as they can be: with and without what conditions usually ask for.

import Machine

enum SampleStatements {
    /// A name as SQL has it: quoted unless it is a plain word in small letters.
    static func identifier(_ name: String) -> String {
        let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || index > 0 && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        if isPlain, !name.isEmpty { return name }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// - Parameter columns: those that a rule names; else `id` stands for a column.
    static func of(_ verb: Verb, _ object: String, columns: [String]?) -> [String] {
        let named = columns.map { $0.filter { !$0.isEmpty }.map(identifier) } ?? []
        let column = named.first ?? "id"
        switch verb {
        case .select:
            let list = named.isEmpty ? "id" : named.prefix(3).joined(separator: ", ")
            return [
                "select \(list) from \(object) where id = 1", "select \(list) from \(object)", "select \(list) from \(object) limit 10",
                "select \(list) from \(object) where true", "select \(column) from \(object) where \(column) > 1",
                "select \(list), other_column from \(object) where id = 1", "select * from \(object) where id = 1",
                "select count(*) from \(object)",
            ] + named.map { "select \($0) from \(object) where \($0) = '1'" }
        case .insert:
            return ["insert into \(object) (\(column)) values (1)", "insert into \(object) (other_column) values (1)"]
        case .update:
            return [
                "update \(object) set \(column) = '1' where id = 1", "update \(object) set \(column) = '1'",
                "update \(object) set \(column) = '1' where id > 1", "update \(object) set other_column = '1' where id = 1",
            ] + named.dropFirst().map { "update \(object) set \($0) = '1' where id = 1" }
        case .delete: return ["delete from \(object) where id = 1", "delete from \(object)", "delete from \(object) where id > 1"]
        case .truncate: return ["truncate \(object)"]
        case .create: return ["create table \(object) (id int)", "create view \(object) as select 1", "create index on \(object) (id)"]
        case .alter: return ["alter table \(object) add column other_column int"]
        case .drop: return ["drop table \(object)", "drop view \(object)", "drop index \(object)"]
        case .comment: return ["comment on table \(object) is 'x'"]
        case .grant: return ["grant select on \(object) to public"]
        case .revoke: return ["revoke select on \(object) from public"]
        case .call: return ["select \(object)()"]
        case .lock: return ["lock table \(object)"]
        case .set: return ["set \(object) = '1'"]
        case .listen: return ["listen \(object)"]
        case .notify: return ["notify \(object)"]
        case .maintain: return ["vacuum \(object)", "analyze \(object)", "refresh materialized view \(object)"]
        case .read: return ["copy something from '/tmp/x'"]
        case .write: return ["copy something to '/tmp/x'"]
        case .run: return ["copy something to program 'cat'"]
        case .unknown: return ["do $$ begin execute x; end $$"]
        case .transact, .forward, .upload, .download, .get, .head, .post, .put, .patch, .options, .trace, .connect, .list, .watch, .exec,
            .attach, .logs, .portforward, .proxy:
            return []
        }
    }

    /// One value of each of several kinds: their published examples.
    static let values = [
        "DE89370400440532013000", "4111111111111111", "jane.doe@acme.example", "+49 30 901820", "192.0.2.7",
        "AKIAIOSFODNN7EXAMPL3",
    ]
}
