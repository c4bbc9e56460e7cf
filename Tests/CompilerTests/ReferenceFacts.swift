// Facts and conditions of the reference evaluator: three truth values, tried one by one.

import Foundation
import Machine
import PolicyLang

/// What can be asked at one place of one request.
struct ReferenceFacts {
    enum Value: Equatable {
        case boolean(Bool)
        /// Also times, durations and sizes.
        case number(Int64)
        case text(String)
        case texts([String])
        case numbers([Int64])
        case address(String)
    }

    let tree: SyntaxTree
    let request: ReferenceRequest
    let identity: String
    let groups: Set<String>
    let possibleGroups: Set<String>
    var statement = -1
    var access: ReferenceAccess?

    /// All clauses; `unless c` is `when not c`. Nil is unknown.
    func joined(_ clauses: [ConditionClause]) -> Bool? {
        and(
            clauses.map { clause in
                let value = value(of: clause.condition)
                return clause.isNegated ? value.map { !$0 } : value
            })
    }

    // MARK: Kleene

    private func and(_ values: [Bool?]) -> Bool? {
        if values.contains(false) { return false }
        return values.contains(nil) ? nil : true
    }

    private func or(_ values: [Bool?]) -> Bool? {
        if values.contains(true) { return true }
        return values.contains(nil) ? nil : false
    }

    func value(of condition: Condition) -> Bool? {
        switch condition {
        case .or(let parts, _): return or(parts.map { value(of: $0) })
        case .and(let parts, _): return and(parts.map { value(of: $0) })
        case .not(let inner, _): return value(of: inner).map { !$0 }
        case .has(let path, _):
            // A header that is there twice is there, whatever it may be.
            if path.text == "http.header", let key = path.key { return !headers(key.value).isEmpty }
            return fact(path) != nil
        case .comparison(let it): return compare(it)
        case .operand(.boolean(let it)): return it.value
        case .operand(.path(let path)):
            if let named = named(path) { return value(of: named) }
            guard case .boolean(let value)? = fact(path) else { return nil }
            return value
        case .operand: return nil
        }
    }

    private func named(_ path: FactPath) -> Condition? {
        for case .let(let it) in tree.declarations where path.segments.count == 1 && it.name.text == path.text {
            return it.condition
        }
        return nil
    }

    // MARK: comparisons

    private func compare(_ it: Comparison) -> Bool? {
        switch it.relation {
        case .equal: return equal(it.left, it.right)
        case .notEqual: return equal(it.left, it.right).map { !$0 }
        case .less: return ordered(it.left, it.right) { $0 < $1 }
        case .lessOrEqual: return ordered(it.left, it.right) { $0 <= $1 }
        case .greater: return ordered(it.left, it.right) { $0 > $1 }
        case .greaterOrEqual: return ordered(it.left, it.right) { $0 >= $1 }
        case .in: return isIn(it.left, it.right)
        case .contains:
            if case .texts(let set)? = scalar(it.left, beside: it.right) { return text(it.right).flatMap { isMember($0, of: set, it.left) } }
            if case .numbers(let set)? = scalar(it.left, beside: it.right) { return number(it.right).map { set.contains($0) } }
            if isSetFact(it.left) { return nil }
            return texts(it) { $1.isEmpty || $0.contains($1) }
        case .startsWith: return texts(it) { $0.hasPrefix($1) }
        case .endsWith: return texts(it) { $0.hasSuffix($1) }
        case .like: return texts(it) { Glob.matches($1, $0, separator: nil) }
        case .matches: return texts(it) { $0.range(of: $1, options: .regularExpression) != nil }
        }
    }

    /// Of groups it may be open.
    private func isMember(_ text: String, of set: [String], _ operand: Operand) -> Bool? {
        if set.contains(text) { return true }
        guard case .path(let path) = operand, path.text == "identity.groups" else { return false }
        return possibleGroups.contains(text) ? nil : false
    }

    private func isSetFact(_ operand: Operand) -> Bool {
        guard case .path(let path) = operand else { return false }
        return ["claim.groups", "claim.levels", "identity.groups", "resource.tags", "access.columns", "statement.tables", "statement.functions"]
            .contains(path.text)
    }

    private func equal(_ left: Operand, _ right: Operand) -> Bool? {
        guard let a = scalar(left, beside: right), let b = scalar(right, beside: left) else { return nil }
        if case .address(let address) = a, case .text(let network) = b { return isInside(address, network) }
        return a == b
    }

    private func ordered(_ left: Operand, _ right: Operand, _ order: (Int64, Int64) -> Bool) -> Bool? {
        guard case .number(let a)? = scalar(left, beside: right), case .number(let b)? = scalar(right, beside: left) else {
            return nil
        }
        return order(a, b)
    }

    private func texts(_ it: Comparison, _ holds: (String, String) -> Bool) -> Bool? {
        guard let a = text(it.left), let b = text(it.right) else { return nil }
        return holds(a, b)
    }

    private func text(_ operand: Operand) -> String? {
        if case .text(let text)? = scalar(operand, beside: operand) { return text }
        return nil
    }

    private func number(_ operand: Operand) -> Int64? {
        if case .number(let number)? = scalar(operand, beside: operand) { return number }
        return nil
    }

    private func isIn(_ left: Operand, _ right: Operand) -> Bool? {
        if isSetFact(right) {
            guard case .path(let path) = right else { return nil }
            if case .numbers(let set)? = fact(path) { return number(left).map { set.contains($0) } }
            guard case .texts(let set)? = fact(path), let member = text(left) else { return nil }
            return isMember(member, of: set, right)
        }
        let elements: [Operand]
        switch right {
        case .set(let literal): elements = Self.flattened(literal, tree)
        case .path(let path): elements = Self.elements(ofSet: path.text, tree) ?? []
        default: elements = [right]
        }
        guard case .path(let path) = left, let value = fact(path) else { return nil }
        switch value {
        case .numbers(let numbers):
            return numbers.allSatisfy { number in elements.contains { scalar($0, beside: left) == .number(number) } }
        case .texts(let texts):
            func isInside(_ text: String) -> Bool { elements.contains { literalText($0) == text } }
            guard texts.allSatisfy(isInside) else { return false }
            return path.text != "identity.groups" || possibleGroups.allSatisfy(isInside) ? true : nil
        case .text(let text): return elements.contains { literalText($0) == text }
        case .address(let address): return or(elements.map { isInside(address, literalText($0) ?? "") })
        case .number(let number):
            if path.text == "request.time" || path.text == "claim.until" { return or(elements.map { isInside(number, window: literalText($0) ?? "") }) }
            return elements.contains { scalar($0, beside: left) == .number(number) }
        case .boolean: return nil
        }
    }

    private func literalText(_ operand: Operand) -> String? {
        switch operand {
        case .string(let it): it.value
        case .path(let path): path.text
        default: nil
        }
    }

    /// An operand's value; a bare word means what the other side makes of it.
    private func scalar(_ operand: Operand, beside other: Operand) -> Value? {
        switch operand {
        case .string(let it): return .text(it.value)
        case .integer(let it): return .number(it.value)
        case .duration(let it): return .number(it.seconds)
        case .size(let it): return .number(it.bytes)
        case .moment(let it): return .number(it.epochSeconds)
        case .boolean(let it): return .boolean(it.value)
        case .set: return nil
        case .path(let path):
            if Fact(name: path.text) != nil || path.claim != nil { return fact(path) }
            if case .path(let asked) = other, asked.text == "identity.proof" {
                return Proof.allCases.firstIndex { $0.name == path.text }.map { .number(Int64($0)) }
            }
            return .text(path.text)
        }
    }

    // MARK: sets

    static func elements(ofSet name: String, _ tree: SyntaxTree) -> [Operand]? {
        for case .set(let it) in tree.declarations where it.name.text == name { return flattened(it.value, tree) }
        return nil
    }

    private static func flattened(_ literal: SetLiteral, _ tree: SyntaxTree) -> [Operand] {
        literal.elements.flatMap { element -> [Operand] in
            if case .path(let path) = element, path.segments.count == 1, let inner = elements(ofSet: path.text, tree) {
                return inner
            }
            return [element]
        }
    }

    // MARK: facts

    private func fact(_ path: FactPath) -> Value? {
        if let claim = path.claim { return self.claim(claim.text) }
        if path.text == "http.header", let key = path.key { return header(key.value) }
        switch path.text {
        case "identity.name": return .text(identity)
        case "identity.issuer": return .text(request.issuer)
        case "identity.groups": return .texts(groups.sorted())
        case "identity.proof": return Proof.allCases.firstIndex(of: request.proof).map { .number(Int64($0)) }
        case "resource.name": return .text(request.resource)
        case "resource.kind": return .text(request.resource == "web" ? "http" : "postgres")
        case "resource.tags":
            for case .resource(let it) in tree.declarations where it.name.text == request.resource {
                return .texts(it.tags.map(\.text))
            }
            return nil
        case "request.time": return .number(request.moment)
        case "request.source": return request.source.map { .address($0) }
        case "result.rows": return request.rows.map { .number($0) }
        case "session.reason": return request.reason.map { .text($0) }
        case "session.age": return request.moment < request.sessionStart ? nil : .number(request.moment - request.sessionStart)
        default: return path.text.hasPrefix("access.") ? accessFact(path.text) : statementFact(path.text)
        }
    }

    private func claim(_ name: String) -> Value? {
        switch request.claims[name] {
        case .string(let text): .text(text)
        case .integer(let number), .time(let number): .number(number)
        case .integers(let numbers): .numbers(numbers)
        case .boolean(let value): .boolean(value)
        case .strings(let texts): .texts(texts)
        case nil: nil
        }
    }

    private func headers(_ name: String) -> [String] {
        request.headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    private func header(_ name: String) -> Value? {
        let values = headers(name)
        return values.count == 1 ? .text(values[0]) : nil
    }

    private func accessFact(_ name: String) -> Value? {
        guard let access else { return nil }
        switch name {
        case "access.verb": return .text(access.verb.name)
        case "access.object": return .text(access.schema.isEmpty ? access.name : "\(access.schema).\(access.name)")
        case "access.schema": return .text(access.schema)
        case "access.table": return .text(access.name)
        case "access.columns": return access.columns.map { .texts($0) }
        default: return nil
        }
    }

    private func statementFact(_ name: String) -> Value? {
        if name == "statement.count" { return .number(Int64(request.statements.count)) }
        if name == "statement.in_transaction" { return request.inTransaction.map { .boolean($0) } }
        guard request.statements.indices.contains(statement) else { return nil }
        let asked = request.statements[statement]
        if name == "statement.text" { return .text(String(decoding: Array(request.text.utf8)[asked.text], as: UTF8.self)) }
        // What was not understood says nothing about itself.
        if request.accesses.contains(where: { $0.statement == statement && $0.verb == .unknown }) { return nil }
        switch name {
        case "statement.kind": return asked.kind.map { .text($0) }
        case "statement.where": return asked.whereShape.map { .text($0.name) }
        case "statement.has_where": return asked.whereShape.map { .boolean($0 == .range || $0 == .keyed) }
        case "statement.has_limit": return asked.hasLimit.map { .boolean($0) }
        case "statement.limit": return asked.limit.map { .number($0) }
        case "statement.functions": return .texts(asked.functions)
        case "statement.fingerprint":
            return asked.fingerprint.map { value in
                let digits = String(value, radix: 16)
                return .text(String(repeating: "0", count: 16 - digits.count) + digits)
            }
        case "statement.first_seen": return asked.firstSeen.map { .boolean($0) }
        case "statement.tables":
            return .texts(
                request.accesses.filter { $0.statement == statement && ($0.objectClass == .table || $0.objectClass == .view) }
                    .map { $0.schema.isEmpty ? $0.name : "\($0.schema).\($0.name)" })
        default: return nil
        }
    }

    // MARK: time and place

    /// `Mon-Fri 08:00-18:00 Zone`, by Foundation's calendar.
    private func isInside(_ moment: Int64, window: String) -> Bool? {
        // The program carries its zones from 2020 to 2050.
        guard moment >= 1_577_836_800, moment < 2_524_608_000 else { return nil }
        let parts = window.split(separator: " ").map(String.init)
        guard parts.count == 3, let zone = TimeZone(identifier: parts[2]) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let now = calendar.dateComponents([.weekday, .hour, .minute], from: Date(timeIntervalSince1970: TimeInterval(moment)))
        guard let weekday = now.weekday, let hour = now.hour, let minute = now.minute else { return nil }
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let days = parts[0].split(separator: "-").compactMap { names.firstIndex(of: String($0)) }
        func isDay(_ day: Int) -> Bool {
            let wanted = (days[0]...(days[1] < days[0] ? days[1] + 7 : days[1])).map { $0 % 7 }
            return wanted.contains((day + 7) % 7)
        }
        let hours = parts[1].split(separator: "-").map { $0.split(separator: ":").compactMap { Int($0) } }
        let start = hours[0][0] * 60 + hours[0][1]
        let end = hours[1][0] * 60 + hours[1][1]
        let time = hour * 60 + minute
        let today = weekday - 1
        if start < end { return isDay(today) && time >= start && time < end }
        return isDay(today) && time >= start || isDay(today - 1) && time < end
    }

    /// Dotted IPv4, bit by bit.
    private func isInside(_ address: String, _ network: String) -> Bool? {
        func bits(_ text: Substring) -> String {
            text.split(separator: ".").map { part in
                let bits = String(UInt8(part) ?? 0, radix: 2)
                return String(repeating: "0", count: 8 - bits.count) + bits
            }.joined()
        }
        let parts = network.split(separator: "/")
        let prefix = parts.count == 2 ? Int(parts[1]) ?? 32 : 32
        return bits(Substring(address)).hasPrefix(bits(parts[0]).prefix(prefix))
    }
}
