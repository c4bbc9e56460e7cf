// Fuzzes the program codec, the verifier and what runs on a program that passes. Seeds: Tests/MachineTests/Cases/program.bin.
import Machine

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    // Nothing but a checksum would ever be found wrong.
    let bytes = ProgramCodec.withChecksum([UInt8](UnsafeBufferPointer(start: data, count: size)))
    guard let program = try? ProgramCodec.decode(bytes) else { return 0 }
    // What can be decoded can be encoded, and comes back.
    if let again = try? ProgramCodec.encode(program) { precondition((try? ProgramCodec.decode(again)) == program) }
    guard let verified = try? VerifiedProgram.load(bytes) else { return 0 }
    _ = Disassembler.text(of: verified)
    for rule in program.rules.indices { _ = verified.place(of: rule) }
    let claims = VerifiedClaims(
        issuer: "cluster", subject: "job",
        values: ["sub": .string("job"), "team": .string("ops"), "groups": .strings(["a", "b"]), "level": .integer(3)],
        proof: .bearer)
    guard case .caller(let caller) = verified.identify(claims) else { return 0 }
    let inspection = message()
    for resource in program.resources {
        guard let specialisation = verified.specialise(for: caller, resource: verified.text(resource.name)) else { continue }
        let machine = VirtualMachine(
            specialisation, session: SessionFacts(caller: caller, source: NetworkAddress(ipv4: 1), start: Moment(seconds: 0)))
        _ = machine.decide(inspection, RequestFacts(moment: Moment(seconds: 1_000_000)))
        _ = machine.explain(inspection, RequestFacts(moment: Moment(seconds: .max)))
    }
    return 0
}

/// One statement with an access of every class.
private func message() -> Inspection {
    let inspection = Inspection()
    var statement = Statement()
    statement.whereShape = .keyed
    statement.fingerprint = 7
    inspection.append(statement)
    for objectClass in ObjectClass.allCases {
        inspection.append(
            Access(
                verb: .select, objectClass: objectClass, statement: 0, schema: inspection.intern("public"),
                name: inspection.intern("orders")))
        inspection.appendColumn(ColumnUse(name: inspection.intern("id"), uses: .output))
    }
    return inspection
}
