// Where the lines of a source text begin, so that a place in it is found without reading the text again.

struct SourceLines: Sendable {
    /// Offsets of the lines' first bytes, in ascending order; the first is 0. Four bytes a line.
    private let starts: [UInt32]

    /// Cost is linear in the bytes, of which a source has fewer than 2^32.
    init(_ bytes: [UInt8]) {
        var starts: [UInt32] = [0]
        bytes.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { starts.append(UInt32(index + 1)) }
        }
        self.starts = starts
    }

    /// The line of an offset, from 1, and where it begins. Cost is logarithmic in the lines.
    func line(of offset: Int) -> (line: Int, start: Int) {
        var low = 0
        var high = starts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle - 1 }
        }
        return (low + 1, Int(starts[low]))
    }
}
