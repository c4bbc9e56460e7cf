// The promises that hold for any bytes, in one call, for fuzzers.

import Machine
import PolicyLang

/// Compiles, and says whether the compiler kept its promises.
public enum CompilerCheck {
    /// True when every span lies inside its file, there is a program exactly when there is no error, the verifier takes
    /// every program, and the bound of every rule's cost is the verifier's.
    public static func holds(for bytes: [UInt8]) -> Bool {
        let file = SourceFile(path: "input.postern", bytes: bytes)
        let result = PolicyCompiler.compile(
            files: [file], options: CompileOptions(revision: 1, date: Moment(seconds: 1_772_409_600)))
        for diagnostic in result.diagnostics {
            guard result.sources.indices.contains(diagnostic.span.file), diagnostic.span.start >= 0,
                diagnostic.span.end <= result.sources[diagnostic.span.file].bytes.count
            else { return false }
        }
        guard result.hasErrors == (result.program == nil) else { return false }
        guard let program = result.program else { return true }
        do throws(ProgramError) {
            let verified = try VerifiedProgram.load(try ProgramCodec.encode(program))
            return result.costs.indices.allSatisfy { verified.worstCaseCost($0) == Int(result.costs[$0].cost) }
        } catch {
            return false
        }
    }
}
