import Testing
@testable import Machine
@Test func smoke() { #expect(ProgramSection.allCases.count == 16) }
