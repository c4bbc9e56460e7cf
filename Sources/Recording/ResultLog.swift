// Records what the backend sent back, where an operator asks for it: bulk bytes in append-only files, their places in the database.

import Foundation

/// How much of results is recorded. Off unless a `ResultLog` is made.
public struct ResultLogSettings: Sendable, Hashable {
    /// Bytes kept of one message's result; what comes after is not recorded, and the reader says so by the outcome's byte count.
    public var bytesPerMessage: UInt64
    /// Size at which a file is followed by the next, in bytes.
    public var fileBytes: UInt64
    /// Bytes gathered before they are written, and so the longest chunk.
    public var chunkBytes: Int

    public init(bytesPerMessage: UInt64 = 64 << 20, fileBytes: UInt64 = 256 << 20, chunkBytes: Int = 64 << 10) {
        self.bytesPerMessage = bytesPerMessage
        self.fileBytes = max(fileBytes, 1)
        self.chunkBytes = min(max(chunkBytes, 1), ResultFile.chunkLimit)
    }
}

/// The results of one event loop's sessions. Not `Sendable`, as the journal it belongs to.
///
/// Results of several messages may be appended in turn; each change of message writes what was gathered, so it is best to append
/// whole wire buffers. A chunk that was written survives the death of the process; what was only gathered does not.
public final class ResultLog {
    private let journal: Journal
    private let settings: ResultLogSettings
    private let directory: String
    private var descriptor: Int32 = -1
    private var file = ""
    private var fileNumber: UInt64 = 0
    private var fileOffset: UInt64 = 0
    private var gathered: [UInt8] = []
    private var current: Progress?

    private struct Progress {
        let session: SessionID
        let sequence: UInt64
        var part: UInt32 = 0
        var bytes: UInt64 = 0
    }
    /// Messages whose result was interrupted by another's; a session has one at most, and `finish` ends it.
    private var suspended: [SessionID: Progress] = [:]

    /// - Parameter journal: the journal of the loop whose sessions are recorded.
    public init(journal: Journal, settings: ResultLogSettings = ResultLogSettings()) throws(RecordingError) {
        self.journal = journal
        self.settings = settings
        directory = ResultFile.directory(journal.recordingDirectory)
        try SystemCall.makeDirectory(directory)
        gathered.reserveCapacity(settings.chunkBytes)
    }

    deinit {
        if descriptor >= 0 { Foundation.close(descriptor) }
    }

    /// Adds bytes to the result of a message that `session` has recorded.
    /// - Returns: false when the bytes were left out: the message has reached its limit, or too many results are unfinished.
    @discardableResult
    public func append(
        _ bytes: UnsafeRawBufferPointer, of session: SessionRecording, sequence: UInt64
    ) throws(RecordingError) -> Bool {
        guard try select(session.id, sequence), let progress = current,
            progress.bytes + UInt64(bytes.count) <= settings.bytesPerMessage
        else { return false }
        current?.bytes += UInt64(bytes.count)
        var rest = bytes[...]
        while !rest.isEmpty {
            let room = settings.chunkBytes - gathered.count
            let piece = rest.prefix(room)
            gathered.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece))
            rest = rest.dropFirst(piece.count)
            if gathered.count == settings.chunkBytes { try writeGathered() }
        }
        return true
    }

    /// The result of a message is complete: what was gathered of it is written.
    public func finish(_ session: SessionRecording, sequence: UInt64) throws(RecordingError) {
        if let progress = current, progress.session == session.id, progress.sequence == sequence { try writeGathered() }
        if current?.session == session.id { current = nil }
        suspended[session.id] = nil
    }

    private func select(_ session: SessionID, _ sequence: UInt64) throws(RecordingError) -> Bool {
        if let progress = current {
            if progress.session == session && progress.sequence == sequence { return true }
            try writeGathered()
            if let progress = current { suspended[progress.session] = progress }
            current = nil
        }
        if let progress = suspended.removeValue(forKey: session), progress.sequence == sequence {
            current = progress
        } else {
            guard suspended.count < RecordingLimits.unfinishedResults else { return false }
            current = Progress(session: session, sequence: sequence)
        }
        return true
    }

    private func writeGathered() throws(RecordingError) {
        guard let progress = current, !gathered.isEmpty else { return }
        defer { gathered.removeAll(keepingCapacity: true) }
        if descriptor < 0 || fileOffset >= settings.fileBytes { try openNextFile() }
        let header = ResultFile.header(progress.session, progress.sequence, progress.part, gathered)
        try ResultFile.append(header, then: gathered, to: descriptor, at: fileOffset, path: directory + "/" + file)
        let chunk = ResultChunk(
            session: progress.session, sequence: progress.sequence, part: progress.part, offset: fileOffset,
            length: UInt32(gathered.count), file: file)
        try journal.append(.resultChunk, chunk.encoded())
        fileOffset += UInt64(header.count + gathered.count)
        current?.part += 1
    }

    private func openNextFile() throws(RecordingError) {
        if descriptor >= 0 { Foundation.close(descriptor) }
        descriptor = -1
        let name = journal.channel.key + "." + String(fileNumber) + ResultFile.suffix
        descriptor = try SystemCall.openFile(directory + "/" + name, O_WRONLY | O_CREAT | O_EXCL)
        file = name
        fileNumber += 1
        fileOffset = 0
    }
}
