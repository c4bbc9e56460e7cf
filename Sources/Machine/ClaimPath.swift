// A claim as a policy writes it: what shows a claim to people shows what they can paste.

public enum ClaimPath {
    /// `claim.team`, or `claim["https://acme.example/team"]` where the name is no plain word.
    public static func text(_ name: String) -> String { isPlain(name) ? "claim." + name : "claim[" + quoted(name) + "]" }

    /// Whether a name can stand without quotes.
    public static func isPlain(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first), name.utf8.count <= 128 else { return false }
        return name.utf8.allSatisfy { byte in
            byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
    }

    /// A string as the language writes it.
    public static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch (scalar, scalar.properties.generalCategory) {
            case ("\"", _): quoted += "\\\""
            case ("\\", _): quoted += "\\\\"
            case (_, .control), (_, .format), (_, .lineSeparator), (_, .paragraphSeparator), (_, .unassigned), (_, .privateUse):
                quoted += "\\u{\(String(scalar.value, radix: 16))}"
            case _: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
