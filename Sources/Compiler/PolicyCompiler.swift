// The way from policy files to a program, step by step.

import Machine
import PolicyLang

/// Compiles policy files.
public enum PolicyCompiler {
    /// Compiles `files`.
    ///
    /// Files that declare the same policy name are one policy and share their names; `use` holds for its file only.
    /// `root` is the dotted name of the policy to compile; when it is nil, the root is the one given policy that no
    /// other given policy uses. Rules of every policy that the root uses, however indirectly, are part of the program.
    /// The names under `std` ship with Postern and need not be given.
    ///
    /// The result is the same, byte for byte, for the same files in whatever order they are given.
    public static func compile(files: [SourceFile], root: String? = nil, options: CompileOptions) -> Compilation {
        let run = CompileRun(files: files, options: options)
        resolve(run, root: root)
        run.lint()
        return run.finish()
    }

    /// Everything but the warnings and the program.
    static func resolve(_ run: CompileRun, root: String?) {
        run.arrangePolicies(root: root)
        run.declareNames()
        run.resolvePeople()
        run.resolveResources()
        run.checkNamedConditions()
        run.resolveDetectors()
        run.resolveRules()
        run.checkMaskOrder()
        run.resolveTests()
        run.resolveProofs()
        run.checkIssuers()
    }
}
