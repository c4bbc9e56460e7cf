// The text of the policies that ship, as in policies/std: written by the test that compares them, never by hand.

enum StandardPolicyTexts {
    static let all: [String: String] = [
        "std.pii": ##"""
            policy std.pii edition 1
            """##,
    ]
}
