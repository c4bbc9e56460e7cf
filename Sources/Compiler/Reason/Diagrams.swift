// Reduced, ordered decision diagrams over variables of several values: what a policy decides, as a function of its facts.

/// Why an argument was given up. Nothing has been shown then, in either direction.
struct Undecided: Error {
    /// A clause: "more than 2000000 steps".
    var why: String
}

/// How much work an argument may be: nodes made and values tried.
final class ReasonBudget {
    let limit: Int
    private(set) var spent = 0
    /// What was worked out before, in other scenes of the same argument.
    var regions: [TextQuestions: [TextRegion]] = [:]
    var moments: [MomentQuestions: [Int64]] = [:]

    init(_ limit: Int) { self.limit = limit }

    func spend(_ steps: Int = 1) throws(Undecided) {
        spent += steps
        if spent > limit { throw Undecided(why: "it would take more than \(limit) steps") }
    }
}

/// The diagrams of one scene. A node asks for the value of one variable, later variables below it; equal nodes are one node, so two
/// functions are the same exactly when their numbers are.
final class Diagrams {
    typealias Node = Int32
    static let never: Node = 0
    static let always: Node = 1

    private struct Key: Hashable {
        var variable: Int32
        var children: [Node]
    }
    private struct Pair: Hashable {
        var left: Node
        var right: Node
    }

    private var nodes: [Key] = [Key(variable: .max, children: []), Key(variable: .max, children: [])]
    private var numbers: [Key: Node] = [:]
    private var conjunctions: [Pair: Node] = [:]
    private var negations: [Node: Node] = [:]
    private let budget: ReasonBudget

    init(_ budget: ReasonBudget) { self.budget = budget }

    /// - Parameter children: one for each value of the variable.
    func node(_ variable: Int, _ children: [Node]) throws(Undecided) -> Node {
        if let first = children.first, children.allSatisfy({ $0 == first }) { return first }
        let key = Key(variable: Int32(variable), children: children)
        if let known = numbers[key] { return known }
        try budget.spend(children.count)
        nodes.append(key)
        let number = Node(nodes.count - 1)
        numbers[key] = number
        return number
    }

    func not(_ node: Node) throws(Undecided) -> Node {
        if node <= 1 { return 1 - node }
        if let known = negations[node] { return known }
        let key = nodes[Int(node)]
        var children: [Node] = []
        for child in key.children { children.append(try not(child)) }
        let result = try self.node(Int(key.variable), children)
        negations[node] = result
        negations[result] = node
        return result
    }

    func and(_ left: Node, _ right: Node) throws(Undecided) -> Node {
        if left == 0 || right == 0 { return 0 }
        if left == 1 || left == right { return right }
        if right == 1 { return left }
        let pair = Pair(left: min(left, right), right: max(left, right))
        if let known = conjunctions[pair] { return known }
        try budget.spend()
        let (a, b) = (nodes[Int(pair.left)], nodes[Int(pair.right)])
        let top = min(a.variable, b.variable)
        let count = a.variable == top ? a.children.count : b.children.count
        var children: [Node] = []
        children.reserveCapacity(count)
        for index in 0..<count {
            children.append(
                try and(a.variable == top ? a.children[index] : pair.left, b.variable == top ? b.children[index] : pair.right))
        }
        let result = try node(Int(top), children)
        conjunctions[pair] = result
        return result
    }

    func or(_ left: Node, _ right: Node) throws(Undecided) -> Node {
        if left == 1 || right == 1 { return 1 }
        if left == 0 || left == right { return right }
        if right == 0 { return left }
        return try not(and(not(left), not(right)))
    }

    func all(_ parts: [Node]) throws(Undecided) -> Node {
        var result = Self.always
        for part in parts { result = try and(result, part) }
        return result
    }

    func any(_ parts: [Node]) throws(Undecided) -> Node {
        var result = Self.never
        for part in parts { result = try or(result, part) }
        return result
    }

    /// The function where a variable has one value.
    func restrict(_ node: Node, _ variable: Int, to value: Int) throws(Undecided) -> Node {
        let key = nodes[Int(node)]
        if Int(key.variable) > variable { return node }
        if Int(key.variable) == variable { return key.children[value] }
        try budget.spend()
        var children: [Node] = []
        for child in key.children { children.append(try restrict(child, variable, to: value)) }
        return try self.node(Int(key.variable), children)
    }

    /// Up to `limit` ways to make the function true: variable to value. What does not matter is left out. Values that come first in
    /// their variable's domain come first.
    func models(_ node: Node, limit: Int) -> [[Int: Int]] {
        var found: [[Int: Int]] = []
        var path: [Int: Int] = [:]
        func walk(_ node: Node) {
            if node == 0 || found.count >= limit { return }
            if node == 1 {
                found.append(path)
                return
            }
            let key = nodes[Int(node)]
            // Ways that differ only in the value of one variable are tried last: each value that leads elsewhere once, first.
            var seen: Set<Node> = []
            for (value, child) in key.children.enumerated() where seen.insert(child).inserted {
                path[Int(key.variable)] = value
                walk(child)
            }
            path[Int(key.variable)] = nil
        }
        walk(node)
        return found
    }

    /// Whether the function is true where the variables have these values; a variable that is not named has its first.
    func value(_ node: Node, _ values: (Int) -> Int) -> Bool {
        var current = node
        while current > 1 {
            let key = nodes[Int(current)]
            current = key.children[values(Int(key.variable))]
        }
        return current == 1
    }
}
