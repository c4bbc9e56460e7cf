// A statement as the recording keeps it, for whoever shows one that is not recorded yet.

/// Texts without the passwords of roles.
public enum RecordedText {
    /// What the recording would have of a client's text.
    public static func shown(_ text: UnsafeRawBufferPointer) -> String {
        String(decoding: PasswordRedaction.mayBeNeeded(text) ? PasswordRedaction.redacted(text) : Array(text), as: UTF8.self)
    }
}
