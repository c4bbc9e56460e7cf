// An inspection for people: one line for each access, one for the facts of each statement.

import Machine

/// Renders inspections, for `postern inspect` and for tests. Not for hot paths.
public enum InspectionText {
    /// One access: `select public.customers(id output, email filter)`, `call pg_catalog.pg_read_file`,
    /// `create index public.i`, `run "gzip > /x"`, `unknown "not understood"`.
    public static func access(_ access: Access, of inspection: Inspection) -> String {
        var text = access.verb.name
        switch access.objectClass {
        case .table: text += " " + qualified(access, of: inspection)
        case .any, .view, .index, .sequence, .schema, .type, .role, .database, .extension, .trigger:
            if access.verb == .unknown {
                text += " " + quoted(inspection.string(access.name))
            } else {
                text += " " + access.objectClass.name + " " + qualified(access, of: inspection)
            }
        case .function:
            text += (access.verb == .call ? " " : " function ") + qualified(access, of: inspection)
        case .parameter: text += " " + name(inspection.string(access.name))
        case .file, .program, .channel: text += " " + quoted(inspection.string(access.name))
        }
        return text + columns(access, of: inspection)
    }

    /// An access by number, with what sets it going: `select public.t(id output) through public.v`.
    public static func whole(_ index: Int, of inspection: Inspection) -> String {
        access(inspection.accesses[index], of: inspection) + opener(ofAccess: index, of: inspection)
    }

    private static func opener(ofAccess index: Int, of inspection: Inspection) -> String {
        openerName(ofAccess: index, of: inspection).map { " through " + $0 } ?? ""
    }

    /// `public.v` for an access that a view of this name sets going; nil for one that the statement says itself.
    public static func openerName(ofAccess index: Int, of inspection: Inspection) -> String? {
        let access = inspection.accesses[index]
        if access.through == 0 { return nil }
        if access.through == Access.throughStatement { return "an operator or type" }
        return qualified(inspection.accesses[index - Int(access.through)], of: inspection)
    }

    /// The accesses of one statement, in order.
    public static func accesses(ofStatement index: Int, of inspection: Inspection) -> [String] {
        let statement = inspection.statements[index]
        let first = Int(statement.firstAccess)
        return (first..<first + Int(statement.accessCount)).map { whole($0, of: inspection) }
    }

    /// The facts of one statement that are not their defaults: `kind select, where keyed, limit 10, …`.
    public static func facts(ofStatement index: Int, of inspection: Inspection) -> String {
        let statement = inspection.statements[index]
        var facts = ["kind " + inspection.string(statement.kind)]
        if let shape = statement.whereShape { facts.append("where " + shape.name) } else { facts.append("where unknown") }
        switch statement.hasLimit {
        case .no: break
        case .yes: facts.append("limit " + (statement.limit.map(String.init) ?? "some"))
        case .unknown: facts.append("limit unknown")
        }
        if statement.returnsRows { facts.append("rows") }
        if statement.hasUnknownColumns { facts.append("unknown columns") }
        if statement.analyzes { facts.append("analyzes") }
        if statement.nameEffect != .none {
            facts.append("\(statement.nameEffect) " + quoted(inspection.string(statement.effectName)))
        }
        if statement.mayChangeLexicalState { facts.append("lexical") }
        if statement.functionCount > 0 {
            let first = Int(statement.firstFunction)
            let names = (first..<first + Int(statement.functionCount)).map { inspection.string(inspection.names[$0]) }
            facts.append("functions " + names.joined(separator: " "))
        }
        facts += copyFacts(statement, of: inspection)
        return facts.joined(separator: ", ")
    }

    /// Sixteen hexadecimal digits, or `none` where the statement was not understood.
    public static func fingerprint(ofStatement index: Int, of inspection: Inspection) -> String {
        guard let value = inspection.statements[index].fingerprint else { return "none" }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func copyFacts(_ statement: Statement, of inspection: Inspection) -> [String] {
        guard statement.copy != .none else { return [] }
        var facts = ["copy \(statement.copy) \(statement.copyFormat)"]
        if statement.copyQuery.count > 0 { facts.append("query \(statement.copyQuery.offset)+\(statement.copyQuery.count)") }
        if statement.copyColumnCount > 0 {
            let first = Int(statement.firstCopyColumn)
            let names = (first..<first + Int(statement.copyColumnCount)).map { inspection.string(inspection.names[$0]) }
            facts.append("columns " + names.joined(separator: " "))
        }
        for (label, byte) in [
            ("delimiter", statement.copyDelimiter), ("quote", statement.copyQuote), ("escape", statement.copyEscape),
        ] where byte != 0 { facts.append(label + " " + quoted(String(UnicodeScalar(byte)))) }
        if statement.copyHeader { facts.append("header") }
        if statement.copyHasNull { facts.append("null " + quoted(inspection.string(statement.copyNull))) }
        return facts
    }

    private static func qualified(_ access: Access, of inspection: Inspection) -> String {
        let last = name(inspection.string(access.name))
        return access.schema.isEmpty ? last : name(inspection.string(access.schema)) + "." + last
    }

    private static func columns(_ access: Access, of inspection: Inspection) -> String {
        guard access.everyColumn || access.columnCount > 0 else { return "" }
        var parts: [String] = []
        if access.everyColumn { parts.append("*" + uses(access.everyColumnUses)) }
        for index in Int(access.firstColumn)..<Int(access.firstColumn) + Int(access.columnCount) {
            let column = inspection.columns[index]
            parts.append(name(inspection.string(column.name)) + uses(column.uses))
        }
        return "(" + parts.joined(separator: ", ") + ")"
    }

    private static func uses(_ uses: ColumnUses) -> String {
        let words: [(ColumnUses, String)] = [
            (.output, "output"), (.computed, "computed"), (.filter, "filter"), (.write, "write"), (.stored, "stored"),
        ]
        return words.filter { uses.contains($0.0) }.map { " " + $0.1 }.joined()
    }

    /// A name as it needs no quotes, else quoted.
    private static func name(_ name: String) -> String {
        let plain =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                byte == 0x5F || byte == 0x2E || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
            }
        return plain ? name : quoted(name)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
