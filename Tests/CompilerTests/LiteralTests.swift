// Windows, networks and zones: what is read, and what is refused.

import Foundation
import Machine
import Testing

@testable import Compiler

struct LiteralTests {
    @Test(arguments: [
        ("Mon-Fri 08:00-18:00 Europe/Berlin", 0b001_1111, 480, 1080),
        ("08:00-18:00 UTC", 0b111_1111, 480, 1080),
        ("sat,sun 00:00-24:00 UTC", 0b110_0000, 0, 1440),
        ("Sat-Mon 22:00-06:00 UTC", 0b110_0001, 1320, 360),
        ("Wed-Wed 23:59-00:00 +02:00", 0b000_0100, 1439, 0),
        ("Mon,Wed-Thu 12:00-12:00 UTC", 0b000_1101, 720, 720),
    ]) func windows(_ text: String, _ days: Int, _ start: Int, _ end: Int) throws {
        let window = try WeeklyWindow.parse(text).get()
        #expect(Int(window.days) == days && Int(window.start) == start && Int(window.end) == end)
    }

    @Test(arguments: [
        "", "UTC", "08:00-18:00", "Mon 08:00-18:00", "Mon 24:00-18:00 UTC", "Mon 08:00-24:01 UTC", "Mon 08:60-18:00 UTC",
        "Mon 8:00-18:00 UTC", "Mon 08:00 UTC", "Mon 08:00-18:00-19:00 UTC", "Mon- 08:00-18:00 UTC", "Mon,,Tue 08:00-18:00 UTC",
        "Monday 08:00-18:00 UTC", "Mon 08:00-18:00 UTC UTC",
    ]) func noWindows(_ text: String) {
        if case .success(let window) = WeeklyWindow.parse(text) {
            #expect(window.zone == "18:00", "\(text) is read as \(window)")
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", UInt64(0), UInt64(0xFFFF_0A00_0000), 104), ("192.0.2.7", 0, 0xFFFF_C000_0207, 128),
        ("0.0.0.0/0", 0, 0xFFFF_0000_0000, 96), ("::/0", 0, 0, 0), ("::1", 0, 1, 128),
        ("2001:db8::/32", 0x2001_0DB8_0000_0000, 0, 32), ("fe80::1:2/128", 0xFE80_0000_0000_0000, 0x1_0002, 128),
        ("1:2:3:4:5:6:7:8", 0x0001_0002_0003_0004, 0x0005_0006_0007_0008, 128),
    ]) func networks(_ text: String, _ high: UInt64, _ low: UInt64, _ prefix: Int) throws {
        let network = try #require(NetworkRecord(text: text))
        #expect(network == NetworkRecord(high: high, low: low, prefix: UInt8(prefix)))
    }

    @Test(arguments: [
        "", "10.0.0", "10.0.0.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "10.0.0.1/8",
        "+1.0.0.0",
        ":", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "12345::", "g::", "::-1", "::+1", "2001:db8::1/32", "::/129",
        "1:2:3:4:5:6:7::8", "10.0.0.0/8/8", "::1.2.3.4",
    ]) func noNetworks(_ text: String) { #expect(NetworkRecord(text: text) == nil) }

    @Test func zonesFollowTheZoneDatabase() throws {
        for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "UTC"] {
            let table = try #require(ZoneTable.record(of: name))
            let zone = try #require(TimeZone(identifier: name))
            // Every eleventh day and some seconds: no change of offset is missed for long.
            var moment = ZoneTable.validFrom
            while moment < ZoneTable.validUntil {
                let offset = table.transitions.last { $0.at <= moment }?.offset
                #expect(
                    offset == Int32(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment)))),
                    "\(name) \(moment)")
                moment += 11 * 86_400 + 12_345
            }
            #expect(table.transitions.first?.at == ZoneTable.validFrom)
        }
    }

    @Test func fixedOffsets() {
        #expect(ZoneTable.record(of: "+05:30")?.transitions.map(\.offset) == [19_800])
        #expect(ZoneTable.record(of: "-14:00")?.transitions.map(\.offset) == [-50_400])
        for name in [
            "+14:01", "+5:30", "05:30", "+05:60", "EST", "Europe/Berln", "GMT+2", "", "/", "../x", "Foo/Bar", "Etc/Unknown",
        ] { #expect(ZoneTable.record(of: name) == nil) }
    }
}
