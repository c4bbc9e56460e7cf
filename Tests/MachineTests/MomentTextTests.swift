// Times as tokens write them.
import Foundation
import Testing

@testable import Machine

@Suite struct MomentTextTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-03-02T03:00:30Z", 1_772_420_430), ("2026-03-02t04:00:30z", 1_772_424_030),
        ("2026-03-02T04:00:30+01:00", 1_772_420_430), ("2026-03-01T22:30:30-04:30", 1_772_420_430),
        ("2026-03-02T03:00:30.999999999Z", 1_772_420_430), ("2024-02-29T23:59:59Z", 1_709_251_199),
        ("1969-12-31T23:59:59Z", -1), ("1969-12-31T23:59:59.5Z", -1), ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("2026-03-02T03:00:30-00:00", 1_772_420_430),
    ] as [(String, Int64)]) func isRead(_ text: String, _ seconds: Int64) {
        #expect(Moment(rfc3339: text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2026-03-02", "2026-03-02T03:00Z", "2026-03-02 03:00:30Z", "2026-03-02T03:00:30", "2026-03-02T03:00:30.Z",
        "2026-03-02T03:00:60Z", "2026-03-02T24:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-03-00T00:00:00Z", "0000-01-01T00:00:00Z", "2026-03-02T03:00:30+24:00", "2026-03-02T03:00:30+01:60",
        "2026-03-02T03:00:30+0100", "2026-03-02T03:00:30Z ", " 2026-03-02T03:00:30Z", "+2026-03-02T03:00:30Z", "2026-3-2T03:00:30Z",
        "２０２６-03-02T03:00:30Z", "1772420430", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01", "2026-03-02T03:00:30.5.5Z",
    ]) func isNoTime(_ text: String) {
        #expect(Moment(rfc3339: text) == nil)
    }

    /// Written as Foundation writes it, and read back.
    @Test func writesWhatItReads() {
        var seconds: Int64 = -62_135_596_800
        while seconds <= 253_402_300_799 {
            let moment = Moment(seconds: seconds)
            #expect(Moment(rfc3339: moment.rfc3339) == moment)
            // Foundation's calendar is Julian before 1582.
            if seconds > -12_000_000_000 { #expect(moment.rfc3339 == Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()) }
            seconds += 97 * 86_400 + 61
        }
        #expect(Moment(seconds: .max).rfc3339 == String(Int64.max))
    }
}
