// What has a place in a file and can be moved along with it: an edit in front of a declaration changes only where it stands.

/// Something that was read once, and stands as many bytes further on as the text before it has grown since.
protocol Movable {
    mutating func move(by distance: Int)
}

extension Movable {
    func moved(by distance: Int) -> Self {
        var moved = self
        if distance != 0 { moved.move(by: distance) }
        return moved
    }
}

/// What has one place and no parts with places of their own.
protocol Spanned: Movable {
    var span: SourceSpan { get set }
}

extension Spanned {
    mutating func move(by distance: Int) { span.move(by: distance) }
}

extension SourceSpan: Movable {
    mutating func move(by distance: Int) {
        start += distance
        end += distance
    }
}

extension Array: Movable where Element: Movable {
    mutating func move(by distance: Int) {
        for index in indices { self[index].move(by: distance) }
    }
}

extension Optional: Movable where Wrapped: Movable {
    mutating func move(by distance: Int) { self?.move(by: distance) }
}

/// Parts that are kept as they were read, with the distance that they have moved since. Most are never looked at again: an editor's
/// keystroke moves thousands of rules, and copying one costs a score of allocations.
struct Placed<Part: Movable & Hashable & Sendable>: Hashable, Sendable {
    /// With the places that they had when they were read.
    private(set) var part: Part
    private(set) var distance = 0

    init(_ part: Part) { self.part = part }

    /// With their places of now. Cost is that of a copy, once they have moved.
    var value: Part { part.moved(by: distance) }

    mutating func move(by distance: Int) { self.distance += distance }

    static func == (left: Placed, right: Placed) -> Bool {
        left.distance == right.distance ? left.part == right.part : left.value == right.value
    }

    func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
