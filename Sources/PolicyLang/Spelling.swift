// "Did you mean": the nearest known word by the number of slips of the finger.

/// Guesses what a misspelt word should have been.
public enum Spelling {
    /// The candidate with the fewest slips (a letter too many, too few, wrong, or swapped with its neighbour), when
    /// there are few enough of them for the word's length; of equals, the first. Names over 64 bytes get no guess.
    public static func nearest<Candidates: Sequence>(to word: String, among candidates: Candidates) -> String?
    where Candidates.Element == String {
        let letters = lowered(word)
        guard !letters.isEmpty, letters.count <= 64 else { return nil }
        let allowed =
            switch letters.count {
            case ...2: 0
            case 3...4: 1
            case 5...7: 2
            default: 3
            }
        var best: (slips: Int, word: String)?
        for candidate in candidates where candidate.utf8.count <= 64 {
            let other = lowered(candidate)
            guard abs(other.count - letters.count) <= allowed else { continue }
            let slips = distance(letters, other)
            // A guess that shares nothing with the word only distracts.
            guard slips <= allowed, slips < max(letters.count, other.count), slips < best?.slips ?? .max else { continue }
            best = (slips, candidate)
        }
        return best?.word
    }

    private static func lowered(_ word: String) -> [UInt8] {
        word.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    /// The optimal string alignment distance; three rows of the table are enough.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
