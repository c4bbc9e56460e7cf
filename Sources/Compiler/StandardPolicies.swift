// The policies that ship with Postern, by name.

/// Policies under `std`: `use std.pii` finds them without a file being given.
public enum StandardPolicies {
    /// Their dotted names, sorted.
    public static let names = StandardPolicyTexts.all.keys.sorted()

    /// The text of one; nil when there is none of that name.
    public static func text(of name: String) -> String? { StandardPolicyTexts.all[name] }

    /// The path that diagnostics and programs show: `std/pii.postern`.
    public static func path(of name: String) -> String {
        name.split(separator: ".").joined(separator: "/") + ".postern"
    }

    /// Whether a policy's name is kept for those that ship: `std` and all under it.
    static func isReserved(_ name: String) -> Bool { name == "std" || name.hasPrefix("std.") }
}
