// What the gateway itself has a pooled connection do between two borrowers, as a machine: queries out, answers in.

import NIOCore

/// Some simple queries, sent at once. Each must succeed, and leave the connection outside a transaction.
struct PostgresErrand {
    enum Step: Equatable {
        case wait
        case done
        case failed(String)
    }

    /// Answers that are still owed.
    private var owed: Int
    /// What to send.
    let request: ByteBuffer

    init(_ queries: [String]) {
        owed = queries.count
        var out = ByteBuffer()
        for query in queries { PostgresCodec.query(query, to: &out) }
        request = out
    }

    /// Reads every whole message of `input`. Settings that the backend tells are put into `greeting`.
    mutating func receive(_ input: inout ByteBuffer, _ greeting: inout PostgresBackendGreeting) -> Step {
        while owed > 0 {
            switch PostgresIdleMessage.take(&input) {
            case .none: return .wait
            case .unreadable: return .failed("a message that cannot be read")
            case .message(let type, let body):
                switch type {
                case .parameterStatus: if let setting = PostgresStartup.Setting(status: body) { greeting.note(setting.name, setting.value) }
                case .errorResponse: return .failed(Self.words(body))
                case .readyForQuery:
                    guard body == [PostgresTransactionState.idle.rawValue] else { return .failed("a transaction that is not over") }
                    owed -= 1
                case .commandComplete, .dataRow, .rowDescription, .emptyQueryResponse, .noticeResponse, .notificationResponse: break
                case .authentication, .backendKeyData, .bindComplete, .closeComplete, .copyBothResponse, .copyData, .copyDone,
                    .copyInResponse, .copyOutResponse, .functionCallResponse, .negotiateProtocolVersion, .noData,
                    .parameterDescription, .parseComplete, .portalSuspended:
                    return .failed("an answer that is not owed")
                }
            }
        }
        return input.readableBytes == 0 ? .done : .failed("bytes behind the last answer")
    }

    private static func words(_ body: [UInt8]) -> String {
        let fields = body.withUnsafeBytes { PostgresErrorFields(payload: $0) }
        return "\(fields?.text(PostgresErrorFields.Code.sqlstate) ?? "?") \(fields?.text(PostgresErrorFields.Code.message) ?? "?")"
    }
}

/// One whole message of a backend that nobody's session is on: short, and so held whole.
enum PostgresIdleMessage {
    case none
    case message(PostgresBackend, [UInt8])
    case unreadable

    static func take(_ input: inout ByteBuffer) -> PostgresIdleMessage {
        let frame = input.withUnsafeReadableBytes { PostgresCodec.frame($0, at: 0) }
        guard case .header(let byte, let total) = frame else { return frame == .invalid ? .unreadable : .none }
        guard let type = PostgresBackend(rawValue: byte), total <= PostgresLimits.longControlMessage else { return .unreadable }
        guard input.readableBytes >= total, var message = input.readSlice(length: total) else { return .none }
        message.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
        return .message(type, message.readBytes(length: message.readableBytes) ?? [])
    }
}

extension PostgresBackendGreeting {
    /// The value of a setting, as the backend told it last.
    func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    mutating func note(_ name: String, _ value: String) {
        if let index = parameters.firstIndex(where: { $0.name == name }) {
            parameters[index].value = value
        } else if parameters.count < PostgresLimits.startupParameters {
            parameters.append(.init(name: name, value: value))
        }
    }

}

extension PostgresStartup.Setting {
    /// The body of a ParameterStatus.
    init?(status body: [UInt8]) {
        let setting = body.withUnsafeBytes { bytes -> PostgresStartup.Setting? in
            var reader = PostgresReader(bytes)
            guard let name = reader.string(), let value = reader.string() else { return nil }
            return PostgresStartup.Setting(name: name, value: value)
        }
        guard let setting else { return nil }
        self = setting
    }
}
