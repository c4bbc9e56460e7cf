// `postern mask`: what value masks find in a text, and what they leave of it.

import ArgumentParser
import Foundation
import Mask

struct MaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mask", abstract: "Show what value masks find in a cell, and what is left of it.",
        discussion: """
              postern mask 'write to jane@acme.io'
              postern mask --column ssn 360197509
              postern mask --batch < cells.jsonl
              postern mask --policy policies --detectors employee_id 'badge E-100472'

            With --batch each line of standard input is {"id": …, "text": …, "column": …, "type": …}, of which column and type may be \
            left out; column may be `table.column`, type is PostgreSQL's name of it. Each answer is one line, \
            {"id": …, "findings": [{"detector": …, "start": …, "end": …}], "masked": …}: places are bytes of the text, and a masked \
            text of null is one that is withheld as a whole. A line that is no such question is answered with "error", and the exit \
            status is then 1.
            """)

    @Argument(help: "The cell's text. Default: standard input.")
    var text: String?
    @Option(name: .long, help: "Detectors and groups of them, separated by commas. Default: all that ship, and those of the policy.")
    var detectors: String?
    @Option(
        name: .long, help: "A policy file, a directory of them or a bundle whose own detectors are used too; may be given several times.",
        completion: .file())
    var policy: [String] = []
    @Option(name: .long, help: "The column that the text stands in, if known: `ssn`, `customers.phone`.")
    var column: String?
    @Option(name: .long, help: "The column's type in PostgreSQL.")
    var type = "text"
    @Flag(name: .long, help: "Read JSON lines from standard input, write one JSON line for each.")
    var batch = false

    func validate() throws {
        if batch, text != nil || column != nil { throw ValidationError("--batch reads texts and columns from standard input") }
    }

    func run() throws {
        var wrong = 0
        try Output.run {
            let own = policy.isEmpty ? [] : Detector.own(of: try BundleReader.program(policy, root: nil).program)
            let names = detectors.map { $0.split(separator: ",").map(String.init) } ?? Detector.groupNames + own.map(\.name)
            let mask = try MaskBatch(detectors: names, own: own)
            if batch {
                wrong = try mask.run()
            } else {
                let text = text ?? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
                Output.print(mask.answer(MaskQuestion(id: .none, text: text, column: column, type: type)))
            }
        }
        if wrong > 0 { throw ExitStatus.found }
    }
}
