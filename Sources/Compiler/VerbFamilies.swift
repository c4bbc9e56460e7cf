// What a verb's object is: the same word after another verb is a table, a function or a path.

import Machine

/// Kinds of resources whose objects are read alike.
enum ResourceFamily: Hashable {
    case sql, ssh, kubernetes, http

    init(_ kind: Machine.ResourceKind) {
        switch kind {
        case .postgres, .mysql: self = .sql
        case .ssh: self = .ssh
        case .kubernetes: self = .kubernetes
        case .http: self = .http
        }
    }

    var word: String {
        switch self {
        case .sql: "a database"
        case .ssh: "an ssh host"
        case .kubernetes: "a cluster"
        case .http: "an http service"
        }
    }
}

/// How the objects after a verb are read.
enum ObjectReading: Hashable, CaseIterable {
    /// Tables and views, with columns.
    case columns
    /// Tables and views as a whole.
    case relation
    /// Anything that has a definition; a class word may stand before it.
    case definition
    case function
    case parameter
    case channel
    /// A path on the server, or a program that the server runs.
    case file
    case program
    /// A command line on a host, word by word.
    case command
    /// A path of a host, a URL path, a Kubernetes object: a glob.
    case glob
    /// No object can be written.
    case none

    init(of verb: Verb, in family: ResourceFamily) {
        switch family {
        case .sql: self = Self.sql(verb)
        case .ssh:
            switch verb {
            case .run: self = .command
            case .unknown: self = .none
            default: self = .glob
            }
        case .kubernetes: self = verb == .unknown ? .none : verb == .run ? .command : .glob
        case .http: self = verb == .unknown ? .none : .glob
        }
    }

    private static func sql(_ verb: Verb) -> ObjectReading {
        switch verb {
        case .select, .insert, .update: .columns
        case .delete, .truncate, .lock, .maintain: .relation
        case .create, .alter, .drop, .comment, .grant, .revoke: .definition
        case .call: .function
        case .set: .parameter
        case .listen, .notify: .channel
        case .read, .write: .file
        case .run: .program
        case .transact, .unknown, .forward, .upload, .download, .get, .head, .post, .put, .patch, .options, .trace,
            .connect, .list, .watch, .exec, .attach, .logs, .portforward, .proxy:
            .none
        }
    }
}

extension ObjectClass {
    /// Whether objects of the class live in a schema.
    var hasSchema: Bool {
        switch self {
        case .any, .table, .view, .index, .sequence, .function, .trigger, .type: true
        case .schema, .role, .database, .extension, .parameter, .file, .program, .channel: false
        }
    }
}
