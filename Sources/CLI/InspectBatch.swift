// `postern inspect --batch`: JSON lines in, one JSON line each out.

import Foundation
import Inspect
import Machine

/// What a line asks: `{"id": …, "text": "…"}`.
struct BatchQuestion: BatchLine {
    /// Given back as it came: a string or an integer.
    enum Identifier: Decodable {
        case text(String), number(Int64), none

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int64.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }
    var id: Identifier
    var text: String
}

/// Answers questions of one kind. What an answer holds is told by the command's help.
protocol BatchAnswerer {
    mutating func answer(_ text: UnsafeRawBufferPointer, into line: inout LineJSON)
}

struct InspectBatch<Answerer: BatchAnswerer> {
    var answerer: Answerer

    init(_ answerer: Answerer) { self.answerer = answerer }

    /// Answers every line of standard input, in order.
    /// - Returns: the number of lines that were no questions; each was answered with an `error`.
    mutating func run() throws -> Int {
        try BatchLines.run(expected: "{\"id\": string or integer, \"text\": string}") { (question: BatchQuestion, line) in
            var question = question
            question.text.withUTF8 { answerer.answer(UnsafeRawBufferPointer($0), into: &line) }
        }
    }
}

/// SQL: each text is one message of a session of its own.
struct SQLBatchAnswerer: BatchAnswerer {
    private let inspector: SQLInspector
    private let found = Inspection()

    init(_ inspector: SQLInspector) { self.inspector = inspector }

    mutating func answer(_ text: UnsafeRawBufferPointer, into line: inout LineJSON) {
        inspector.inspect(text, lexical: LexicalState(), into: found)
        line.key("refused")
        line.boolean(found.statements.buffer.contains { found.bytes($0.kind).elementsEqual("unknown".utf8) })
        line.key("statements")
        line.array { line in
            for statement in found.statements.buffer { self.statement(statement, text, &line) }
        }
    }

    private func statement(_ statement: Statement, _ text: UnsafeRawBufferPointer, _ line: inout LineJSON) {
        let accesses = Int(statement.firstAccess)..<Int(statement.firstAccess + statement.accessCount)
        let isOpaque = accesses.contains { found.accesses[$0].verb == .unknown }
        line.object { line in
            line.key("kind")
            line.string(found.bytes(statement.kind))
            line.key("unknown")
            line.array { facts(notKnownOf: statement, isOpaque, &$0) }
            line.key("accesses")
            line.array { for index in accesses { access(index, text, &$0) } }
            line.key("reads")
            line.array { objects(accesses, [.select, .lock], of: .table, &$0) }
            line.key("writes")
            line.array { objects(accesses, [.insert, .update, .delete, .truncate], of: .table, &$0) }
            line.key("functions")
            line.array { line in
                let first = Int(statement.firstFunction)
                for index in first..<first + Int(statement.functionCount) { line.string(found.bytes(found.names[index])) }
            }
            line.key("where")
            if let shape = statement.whereShape { line.string(shape.name) } else { line.null() }
            line.key("limit")
            switch statement.hasLimit {
            case .no: line.boolean(false)
            case .yes: if let rows = statement.limit { line.integer(rows) } else { line.boolean(true) }
            case .unknown: line.null()
            }
            line.key("star")
            line.boolean(statement.hasStar || accesses.contains { found.accesses[$0].everyColumn && found.accesses[$0].verb == .select })
            line.key("sets")
            line.array { line in
                objects(accesses, [.set], of: .parameter, &line)
                if statement.setsTransaction { line.string("transaction") }
            }
            line.key("opaque")
            line.boolean(isOpaque)
            line.key("analyzes")
            line.boolean(statement.analyzes)
            line.key("fingerprint")
            if let fingerprint = statement.fingerprint { line.string(String(fingerprint, radix: 16)) } else { line.null() }
        }
    }

    private func facts(notKnownOf statement: Statement, _ isOpaque: Bool, _ line: inout LineJSON) {
        if found.bytes(statement.kind).elementsEqual("unknown".utf8) { line.string("statement.kind") }
        if isOpaque {
            line.string("statement.tables")
            line.string("statement.functions")
        }
        if statement.whereShape == nil { line.string("statement.where") }
        if statement.hasLimit == .unknown { line.string("statement.limit") }
        if statement.fingerprint == nil { line.string("statement.fingerprint") }
        if statement.hasUnknownColumns { line.string("access.columns") }
    }

    private func objects(_ accesses: Range<Int>, _ verbs: VerbSet, of objectClass: ObjectClass, _ line: inout LineJSON) {
        for index in accesses where verbs.contains(found.accesses[index].verb) && found.accesses[index].objectClass == objectClass {
            let access = found.accesses[index]
            let isFirst = !(accesses.lowerBound..<index).contains {
                let other = found.accesses[$0]
                return verbs.contains(other.verb) && found.bytes(other.name).elementsEqual(found.bytes(access.name))
                    && found.bytes(other.schema).elementsEqual(found.bytes(access.schema))
            }
            if isFirst { line.string(object(access)) }
        }
    }

    private func access(_ index: Int, _ text: UnsafeRawBufferPointer, _ line: inout LineJSON) {
        let access = found.accesses[index]
        line.object { line in
            line.key("verb")
            line.string(access.verb.name)
            line.key("class")
            line.string(access.objectClass.name)
            line.key("object")
            line.string(object(access))
            line.key("written")
            let start = min(Int(access.source.offset), text.count)
            let end = min(start + Int(access.source.count), text.count)
            if end > start { line.string(UnsafeRawBufferPointer(rebasing: text[start..<end])) } else { line.null() }
            line.key("columns")
            line.array { line in
                if access.everyColumn { line.string("*") }
                let first = Int(access.firstColumn)
                for index in first..<first + Int(access.columnCount) { line.string(found.bytes(found.columns[index].name)) }
            }
            guard let opener = InspectionText.openerName(ofAccess: index, of: found) else { return }
            line.key("through")
            line.string(opener)
        }
    }

    private func object(_ access: Access) -> String {
        let name = found.string(access.name)
        return access.schema.isEmpty ? name : found.string(access.schema) + "." + name
    }
}
