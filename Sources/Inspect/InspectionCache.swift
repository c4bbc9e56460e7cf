// What repeated texts were found to do: kept whole, and given back only to the very same bytes under the same lexical state.

import Machine

/// Found inspections of one inspector, by text. A text is kept when it comes a second time, so that texts which never come
/// again cost a hash and nothing else. Bounded by `InspectLimits.cachedTexts`, `.cachedTextBytes` and `.cachedBytes`; it takes
/// memory as it fills, so that an idle session has little.
struct InspectionCache {
    private var places = PlaceTable(limit: InspectLimits.cachedTexts)
    private var ring = InspectionRing(limit: InspectLimits.cachedBytes)

    /// Gives the memory back; the cache must not be used after it.
    func free() {
        places.free()
        ring.free()
    }

    /// Of what is kept.
    var bytes: Int { ring.bytes }

    mutating func removeAll() {
        places.removeAll()
        ring.removeAll()
    }

    // MARK: Asking

    /// The hash of a message under a lexical state and what names mean, never 0; nil for one that is never kept.
    @inline(__always) func key(_ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int) -> UInt64? {
        guard message.count <= InspectLimits.cachedTextBytes, message.count > 0 else { return nil }
        let state = UInt64(InspectionRing.code(lexical)) ^ UInt64(truncatingIfNeeded: names) &* 0x9E37_79B9_7F4A_7C15
        return TextHash.of(message, seed: state) | 1
    }

    /// Fills an empty inspection with what this very text was found to do; false when it is not known.
    @inline(__always)
    mutating func find(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, into inspection: Inspection
    ) -> Bool {
        let set = places.set(of: key)
        for way in 0..<PlaceTable.ways where set[way].hash == key {
            guard set[way].start != PlaceTable.Entry.unkept,
                let block = ring.block(at: set[way].start, holding: message, lexical, names: names)
            else { return false }
            if way > 0 { places.advance(set, way) }
            InspectionRing.give(block, to: inspection)
            return true
        }
        return false
    }

    // MARK: Keeping

    /// Remembers a text: its hash the first time, what it does the second.
    mutating func note(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, _ inspection: Inspection
    ) {
        let set = places.set(of: key)
        for way in 0..<PlaceTable.ways where set[way].hash == key {
            guard let start = ring.keep(message, lexical, names: names, inspection) else { return }
            set[way].start = start
            return
        }
        places.add(PlaceTable.Entry(hash: key, start: PlaceTable.Entry.unkept), in: ring)
    }
}

/// The hash of whole texts. Texts made to collide only push each other out, so it need not be secret.
enum TextHash {
    /// Four lanes of eight bytes a step; the last bytes are read again rather than one by one.
    @inline(__always) static func of(_ text: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        let base = text.baseAddress.unsafelyUnwrapped
        let count = text.count
        var a = NameHash.seed ^ UInt64(truncatingIfNeeded: count)
        var b = seed
        var at = 0
        while at &+ 32 <= count {
            a = fold(load(base, at) ^ a, load(base, at &+ 8) ^ 0xA076_1D64_78BD_642F)
            b = fold(load(base, at &+ 16) ^ b, load(base, at &+ 24) ^ 0xE703_7ED1_A0B4_28DB)
            at &+= 32
        }
        if count >= 16 {
            if count &- at > 16 { a = fold(load(base, at) ^ a, load(base, at &+ 8) ^ 0x8EBC_6AF0_9C88_C6E3) }
            b = fold(load(base, count &- 16) ^ b, load(base, count &- 8) ^ 0x5899_65CC_7537_4CC3)
        } else {
            while at < count {
                a = fold(UInt64(base.load(fromByteOffset: at, as: UInt8.self)) ^ a, 0xA076_1D64_78BD_642F)
                at &+= 1
            }
        }
        return fold(a ^ 0x1D8E_4E27_C47D_124F, b ^ 0xEB44_ACCA_B455_D165)
    }

    @inline(__always) private static func load(_ base: UnsafeRawPointer, _ at: Int) -> UInt64 {
        base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    }

    @inline(__always) private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
