// What looking through cells costs: each pattern by itself, and the gate before them; twenty detectors and all.
import Foundation
import Mask
import Patterns

@main
struct MaskBench {
    static let twenty = [
        "pii.email", "pii.credit_card", "pii.iban", "pii.us_ssn", "pii.ipv4", "pii.ipv6", "pii.mac_address", "pii.date_of_birth",
        "pii.uk_nhs", "pii.uk_nino", "pii.bitcoin_address", "secrets.jwt", "secrets.aws_access_key", "secrets.gitlab_token",
        "secrets.npm_token", "secrets.slack_webhook", "secrets.sendgrid_key", "secrets.url_credentials", "secrets.dsn_password",
        "secrets.gcp_api_key",
    ]

    static func main() throws {
        let cells = BenchCells(count: 20_000)
        if CommandLine.arguments.dropFirst().first == "--cells" {
            // For peers: the same cells, one a line.
            for index in 0..<cells.count { print(String(decoding: cells.bytes[cells.cell(index)], as: UTF8.self)) }
            return
        }
        let everything = Detector.builtInNames
        print("\(cells.count) cells of \(BenchCells.width) bytes, one in twenty with a value; processor time of one thread")
        let reference = oneByOne(Self.twenty, cells)
        report("20 detectors, patterns one by one", reference, cells, reference)
        report("all detectors, patterns one by one", oneByOne(everything, cells), cells, reference)
        report("20 detectors, gate then patterns", try gated(Self.twenty, cells), cells, reference)
        report("all detectors, gate then patterns", try gated(everything, cells), cells, reference)
        let quiet = BenchCells(count: 20_000, findings: false)
        report("all detectors, no cell with a value", try gated(everything, quiet), quiet, reference)
    }

    private static func report(_ name: String, _ measured: (seconds: Double, hits: Int), _ cells: BenchCells, _ reference: (seconds: Double, hits: Int)) {
        let rate = Double(cells.bytes.count) / measured.seconds / 1e6
        let each = measured.seconds / Double(cells.count) * 1e9
        let ratio = reference.seconds / measured.seconds
        print(
            String(
                format: "%-38@ %7.1f MB/s %7.0f ns a cell %6.2f times, %d cells hit", name as NSString, rate, each, ratio, measured.hits))
    }

    /// The best of some rounds over all cells, after one that warms up.
    private static func best(_ round: () -> Int) -> (seconds: Double, hits: Int) {
        var hits = round()
        var seconds = Double.infinity
        for _ in 0..<7 {
            let start = ProcessorTime.now
            hits = round()
            seconds = min(seconds, (ProcessorTime.now - start) / 1e9)
        }
        return (seconds, hits)
    }

    private static func oneByOne(_ names: [String], _ cells: BenchCells) -> (seconds: Double, hits: Int) {
        let patterns = names.compactMap { Detector.named($0) }.flatMap(\.patterns)
        let matcher = Matcher()
        return cells.bytes.withUnsafeBytes { bytes in
            best {
                var hits = 0
                for index in 0..<cells.count {
                    let cell = UnsafeRawBufferPointer(rebasing: bytes[cells.cell(index)])
                    var isHit = false
                    for pattern in patterns where matcher.firstMatch(of: pattern, in: cell, from: 0) != .none { isHit = true }
                    hits += isHit ? 1 : 0
                }
                return hits
            }
        }
    }

    private static func gated(_ names: [String], _ cells: BenchCells) throws -> (seconds: Double, hits: Int) {
        let values = names.compactMap { Detector.named($0) }.map { ValueMask(detector: $0, transform: .redact) }
        let masker = CellMasker(plan: try MaskPlan(columns: [], values: values, hashKey: []))
        let rule = CellRule(.pass, scansValues: true, type: .text, format: .text)
        let output = MaskOutput(capacity: 4096)
        return cells.bytes.withUnsafeBytes { bytes in
            best {
                var hits = 0
                for index in 0..<cells.count {
                    output.removeAll()
                    if masker.mask(UnsafeRawBufferPointer(rebasing: bytes[cells.cell(index)]), rule, into: output) != .unchanged { hits += 1 }
                }
                return hits
            }
        }
    }
}
