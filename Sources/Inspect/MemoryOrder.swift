// Which of an inspector's memories is asked first: that of whole texts, or that of shapes.

/// Texts that come again are found fastest as they are; where nearly every text has other constants, looking for it is for nothing, and
/// what is noted for it drives useful things out of the processor's caches. So it is told from what was found before. It changes how fast
/// an answer is, never which.
struct MemoryOrder {
    /// Grows with texts that were found, falls with those that only their shape answered: in favour of texts while it is not 0.
    private var favour = most
    private var turn: UInt8 = 0
    private static let most = 32

    /// Now and then texts are tried although they were of no use.
    @inline(__always) mutating func isTextFirst() -> Bool {
        turn &+= 1
        return favour > 0 || turn & 15 == 0
    }

    /// A text was found before its shape was looked for. It saves about twice what a search for nothing costs.
    @inline(__always) mutating func noteTextFound() { favour = min(favour &+ 2, Self.most) }

    /// A text was not found, and its shape was.
    @inline(__always) mutating func noteShapeFound() { if favour > 0 { favour &-= 1 } }
}
