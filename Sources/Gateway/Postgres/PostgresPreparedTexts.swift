// Texts that sessions have prepared, each under one name of the gateway's own.

/// A placeholder until texts are carried.
final class PostgresPreparedTexts {
    init() {}
}
