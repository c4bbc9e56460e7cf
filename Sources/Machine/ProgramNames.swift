// The words for a program's parts: names instead of numbers, for the disassembler.

struct ProgramNames {
    let program: Program
    /// Of each source: where its lines after the first begin.
    private let lineStarts: [[Int]]

    init(program: Program) {
        self.program = program
        lineStarts = program.sources.map { source in
            source.bytes.indices.filter { source.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        }
    }

    func symbol(_ symbol: Symbol) -> String { Int(symbol) < program.symbols.count ? program.symbols[Int(symbol)] : "?" }

    func list(_ symbols: [Symbol]) -> String { symbols.map(symbol).joined(separator: ", ") }

    /// In double quotes, on one line, with control characters escaped.
    func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            case _: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// `; path:line`
    func place(_ place: SourcePlace) -> String {
        let starts = lineStarts[Int(place.file)]
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= Int(place.start) { low = middle + 1 } else { high = middle }
        }
        return "; \(program.sources[Int(place.file)].path):\(low + 1)"
    }

    func who(_ who: WhoRecord) -> String {
        func names(_ identities: [UInt32], _ groups: [UInt32]) -> String {
            (identities.map { symbol(program.identities[Int($0)].name) }
                + groups.map { "group " + symbol(program.groups[Int($0)].name) }).joined(separator: ", ")
        }
        let included = who.everyone ? "any" : names(who.identities, who.groups)
        let excepted = names(who.exceptIdentities, who.exceptGroups)
        return (included.isEmpty ? "nobody" : included) + (excepted.isEmpty ? "" : " except " + excepted)
    }

    func verbs(_ verbs: VerbSet) -> String {
        verbs == .all ? "any" : Verb.allCases.filter { verbs.contains($0) }.map(\.name).joined(separator: ", ")
    }

    func object(_ object: ObjectPattern) -> String {
        let columns = object.columns.map { "(" + list($0) + ")" } ?? ""
        return "\(object.objectClass.name) \(schema(object.schema))\(name(object.name))\(columns)"
    }

    func column(_ column: MaskRecord.Column) -> String {
        schema(column.schema) + name(column.table) + "." + symbol(column.column)
    }

    private func schema(_ schema: SchemaPattern) -> String {
        switch schema {
        case .any: "any."
        case .exactly(let symbol): self.symbol(symbol) + "."
        case .searchPath: ""
        }
    }

    private func name(_ name: NamePattern) -> String {
        switch name {
        case .any: "any"
        case .exactly(let symbol): self.symbol(symbol)
        case .pattern(let index): pattern(index)
        }
    }

    private func pattern(_ index: UInt32) -> String {
        let pattern = program.patterns[Int(index)]
        return "\(pattern.kind) \(quoted(symbol(pattern.text)))"
    }

    func transform(_ transform: TransformRecord) -> String {
        switch transform.kind {
        case .null, .redact, .hash, .zero, .tokenize, .year, .domain: "\(transform.kind)"
        case .range: "range(\(transform.step))"
        case .partial: "partial(first: \(transform.first), last: \(transform.last))"
        case .last: "last(\(transform.last))"
        }
    }

    /// An operand as people read it; nil where there is none.
    func operand(_ use: OperandUse, _ value: UInt32, at pc: Int) -> String? {
        switch use {
        case .none: nil
        case .destination, .source: "r\(value)"
        case .fact: UInt8(exactly: value).flatMap { Fact(rawValue: $0)?.entry.name }
        case .claim: ClaimPath.text(symbol(program.claims[Int(value)].name))
        case .integer: "\(program.integers[Int(value)])"
        case .symbol: quoted(symbol(value))
        case .set: "{" + program.sets[Int(value)].map { quoted(symbol($0)) }.joined(separator: ", ") + "}"
        case .numbers: "{" + program.numberSets[Int(value)].map(String.init).joined(separator: ", ") + "}"
        case .pattern: pattern(value)
        case .window: window(program.windows[Int(value)])
        case .network: network(program.networks[Int(value)])
        case .offset: "\(pc + 1 + Int(value))"
        }
    }

    private func window(_ window: WindowRecord) -> String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let days = names.indices.filter { window.days & (1 << UInt8($0)) != 0 }.map { names[$0] }.joined(separator: ",")
        return "\"\(days) \(clock(window.startMinute))-\(clock(window.endMinute)) \(symbol(program.zones[Int(window.zone)].name))\""
    }

    private func clock(_ minute: UInt16) -> String {
        func two(_ number: UInt16) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(minute / 60) + ":" + two(minute % 60)
    }

    /// IPv4 as dotted, IPv6 as eight groups.
    private func network(_ network: NetworkRecord) -> String {
        if network.high == 0, network.low >> 32 == 0xFFFF, network.prefix >= 96 {
            let parts = (0..<4).map { String(network.low >> UInt64(24 - $0 * 8) & 255) }
            return parts.joined(separator: ".") + "/\(network.prefix - 96)"
        }
        let groups = [network.high, network.low].flatMap { half in
            (0..<4).map { String(half >> UInt64(48 - $0 * 16) & 0xFFFF, radix: 16) }
        }
        return groups.joined(separator: ":") + "/\(network.prefix)"
    }
}
