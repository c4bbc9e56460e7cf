// docs/bytecode.md, written from the opcode table, the fact catalogue and the section list, so that it cannot disagree with them.

public enum OpcodeTable {
    /// The whole page.
    public static var markdown: String {
        [intro, instructions, opcodes, flags, facts, sections].joined(separator: "\n") + "\n"
    }

    private static let intro = """
        # Bytecode

        This page is written from the tables in `Sources/Machine`; change them, not it, and run the tests with `UPDATE_GOLDEN=1`.

        A policy is compiled to a *program*: tables of issuers, identities, groups, resources and rules, and the code of their
        conditions. The verifier shows, before a program may run, that every index is in its table, that conditions jump forward
        only and end on every path, that a register is written before it is read and has the type that is read, and that the
        longest path of each condition costs at most \(ProgramLimits.conditionCost) units (about a nanosecond each). So every
        condition ends, and its cost is known when it is compiled.

        """

    private static let instructions = """
        ## Instructions

        Eight bytes: opcode, `a`, `b`, flags (one byte each), `c` (32 bits, little-endian). A condition has
        \(ProgramLimits.registers) registers, starts with none of them written, and ends with `accept` or `reject`. Fields that an
        opcode does not use are zero.

        A value is a boolean, an integer (also a time in seconds since 1970-01-01T00:00Z, a duration in seconds, a size in bytes),
        a string, a set of strings, a set of integers, an IP address, or *unknown*. Computations on unknown give unknown; tests on unknown give what
        their flag says, which is how the compiler makes an unknown fact never help the caller.

        """

    private static var opcodes: String {
        var text = "## Opcodes\n\n| number | mnemonic | a | b | c | cost | meaning |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        for opcode in Opcode.allCases {
            let row = opcode.row
            text += "| \(opcode.rawValue) | `\(row.mnemonic)` | \(name(row.a)) | \(name(row.b)) | \(name(row.c)) "
            text += "| \(row.cost) | \(row.about) |\n"
        }
        return text
    }

    private static func name(_ use: OperandUse) -> String {
        switch use {
        case .none: ""
        case .destination: "register written"
        case .source: "register read"
        case .fact: "fact"
        case .claim: "claim"
        case .integer: "integer"
        case .symbol: "symbol"
        case .set: "set"
        case .numbers: "set of integers"
        case .pattern: "pattern"
        case .window: "window"
        case .network: "network"
        case .offset: "instructions skipped"
        }
    }

    private static let flags = """
        ## Flags of tests

        | bit | name | meaning |
        | --- | --- | --- |
        | 1 | `ifUnknown` | what the test yields when an operand is unknown |
        | 2 | `jumpIfTrue` | skip when the outcome is true; without it, when it is false |
        | 4 | `negate` | invert a known outcome |

        """

    private static var facts: String {
        var text = "## Facts\n\n| number | fact | type | kinds | meaning |\n| --- | --- | --- | --- | --- |\n"
        for fact in Fact.allCases {
            let entry = fact.entry
            let kinds = entry.kinds.map { $0.map(\.name).joined(separator: ", ") } ?? "all"
            text += "| \(fact.rawValue) | `\(entry.name)` | \(entry.type.name) | \(kinds) | \(entry.about) |\n"
        }
        return text
    }

    private static var sections: String {
        var text = """
            ## The serialised program

            All numbers are little-endian. The frame is 8 bytes of magic (`PSTNPRG` and 0x1A), the format version (16 bits; this is
            version \(ProgramCodec.format)), the number of sections (16 bits) and the total length (32 bits). The section table
            follows: for each section its kind (16 bits), flags (16 bits; bit 0 is critical), offset and length (32 bits each).
            Sections ascend by kind and follow each other without gaps. An unknown section is skipped when it is not critical, and
            refused when it is. Behind the last section stands a checksum of all bytes before it (64 bits; not in version 1, which
            is still read): bytes that differ from it in a bit, or in any eight that lie together from a multiple of eight on, are
            refused, also where nothing is signed. The same program always gives the same bytes. A program is at most
            \(ProgramLimits.programBytes >> 20) MiB. Its signature is not part of it.

            | kind | section |
            | --- | --- |

            """
        for section in ProgramSection.allCases { text += "| \(section.rawValue) | \(section.name) |\n" }
        return String(text.dropLast())
    }
}
