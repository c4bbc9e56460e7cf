// Moments for times that are compared with each other: however a few times can follow each other in windows and out of them, some of
// these do as well.

import Machine

extension Moments {
    /// A stretch of time in which every question has one answer.
    private struct Piece {
        var start: Int64
        var length: Int64
        var answers: [Ternary]
        /// Constants, and bounds of requests, at or before it.
        var passed: Int
    }

    /// As many moments as there are times that are compared (`copies`), wherever the time's answers are new after such moments.
    ///
    /// Time is a row of pieces, each with its answers. Times that follow each other choose pieces from left to right, and several in one
    /// piece need as many seconds in it. Of every such choice there is one that takes each piece as early as it can; the pieces that these
    /// take are all that can be reached in so many steps, each to the next piece of some kind. So two times need only the first piece of
    /// each kind, and the next of each kind behind every one of those.
    static func orders(of questions: MomentQuestions, from first: Int64, _ budget: ReasonBudget) throws(Undecided) -> [Int64] {
        if let known = budget.moments[questions] { return known }
        let pieces = try pieces(of: questions, from: first, budget)
        let copies = Int64(questions.copies)
        var numbers: [[Int64]: Int] = [:]
        let kinds = pieces.map { piece -> Int in
            let kind = [Int64(piece.passed), min(piece.length, copies)] + piece.answers.map { $0 == .yes ? 1 : $0 == .no ? 0 : 2 }
            let number = numbers[kind] ?? numbers.count
            numbers[kind] = number
            return number
        }
        // By piece: how many times may still be to come when it is reached first.
        var chosen: [Int: Int64] = [:]
        var last: Set<Int> = [-1]
        for step in 0..<copies {
            var next: Set<Int> = []
            for place in last {
                try budget.spend(pieces.count / 64 + 1)
                var seen = Array(repeating: false, count: numbers.count)
                for index in (place + 1)..<max(place + 1, pieces.count) where !seen[kinds[index]] {
                    seen[kinds[index]] = true
                    next.insert(index)
                }
            }
            last = next.filter { chosen[$0] == nil }
            for index in last { chosen[index] = copies - step }
        }
        let moments = chosen.sorted { $0.key < $1.key }.flatMap { index, count in
            (0..<min(count, pieces[index].length)).map { pieces[index].start + $0 }
        }
        let result = moments.filter { $0 >= first } + moments.filter { $0 < first }
        budget.moments[questions] = result
        return result
    }

    /// The pieces of all time. Where the zones keep their offsets every week is like the one before it, so the first few and the last
    /// are enough: a step goes a week far at most, or to a piece that the end cuts short.
    private static func pieces(
        of questions: MomentQuestions, from first: Int64, _ budget: ReasonBudget
    ) throws(Undecided) -> [Piece] {
        let requests = requests(from: first)
        let zones = Set(questions.windows.map(\.zone))
        let windows = Array(questions.windows)
        var marks: Set<Int64> = [requests.lowerBound, requests.upperBound]
        for constant in questions.constants { marks.formUnion([constant, constant &+ 1]) }
        var borders = marks
        if !zones.isEmpty { borders.formUnion([ZoneTable.validFrom, ZoneTable.validUntil]) }
        for zone in zones { borders.formUnion(ZoneOffsets.shared.transitions(of: zone).map(\.at)) }
        let room = Int64(questions.copies) + 1
        let (lowest, highest) = (borders.min() ?? first, borders.max() ?? first)
        let starts = ([lowest &- room] + borders + [highest &+ room]).sorted()
        let sortedMarks = marks.sorted()
        var pieces: [Piece] = []
        for (start, end) in zip(starts, starts.dropFirst()) where start < end {
            let far = start + week * room
            let parts = windows.isEmpty || end - start <= week * (room + 1) ? [start..<end] : [start..<far, (end - week)..<end]
            for part in parts {
                var cuts: Set<Int64> = [part.lowerBound, part.upperBound]
                for window in windows { cuts.formUnion(Self.changes(of: window, in: part, start)) }
                let sorted = cuts.sorted()
                try budget.spend(sorted.count * (windows.count + 1) / 8 + 1)
                for (cut, next) in zip(sorted, sorted.dropFirst()) {
                    let passed = sortedMarks.firstIndex { $0 > cut } ?? sortedMarks.count
                    pieces.append(Piece(start: cut, length: next - cut, answers: windows.map { $0.contains(cut) }, passed: passed))
                }
            }
        }
        return pieces
    }

    /// When a window may begin or end within a part of a stretch that begins at `start` and keeps the zone's offset.
    private static func changes(of window: WeeklyWindow, in part: Range<Int64>, _ start: Int64) -> [Int64] {
        let offset = ZoneOffsets.shared.offset(of: window.zone, at: start) ?? 0
        var midnight = Int64((Double(part.lowerBound + offset) / 86_400).rounded(.down)) * 86_400 - offset
        var changes: [Int64] = []
        while midnight < part.upperBound {
            for minute in [window.start, window.end] {
                let moment = midnight + Int64(minute) * 60
                if part.contains(moment) { changes.append(moment) }
            }
            midnight += 86_400
        }
        return changes
    }
}
