// The writing end of a journal: appends entries to mapped memory, without a system call except when a segment is full.

import CLinux
import Foundation
import Synchronization

/// Where one event loop writes what its sessions do, before anything is forwarded.
///
/// Not `Sendable`: one thread writes. An entry is safe from the death of this process as soon as the call returns, since the pages
/// belong to the kernel; it is not flushed to the disk, so a power failure may lose the last moments.
public final class Journal {
    let channel: JournalChannel
    private let settings: RecorderSettings
    private let core: RecorderCore
    private var segment: JournalSegment
    private var offset = SegmentLayout.headerBytes
    private var written: UInt64 = 0
    private var knownPrograms: Set<UInt64> = []
    private var knownMasks: Set<UInt64> = []
    private var random = SystemRandomNumberGenerator()

    init(channel: JournalChannel, core: RecorderCore) throws(RecordingError) {
        self.channel = channel
        self.core = core
        settings = core.settings
        segment = try Self.makeSegment(0, of: channel, size: settings.segmentBytes)
        channel.append(segment)
    }

    /// The recording this journal is part of.
    var recordingDirectory: String { core.directory }

    deinit { channel.finished.store(true, ordering: .releasing) }

    /// Starts the recording of a session. Its program is written too when this journal has not seen it.
    /// - Throws: when the session cannot be recorded; it must then not go on.
    public func begin(_ session: SessionRecord) throws(RecordingError) -> SessionRecording {
        let id = SessionID(startedAt: session.startedAt, random: &random)
        try remember(session.program)
        try append(.session, session.encoded(id: id))
        return SessionRecording(id: id, journal: self, program: session.program)
    }

    /// Writes the program's names, once.
    func remember(_ program: RecordedProgram) throws(RecordingError) {
        if knownPrograms.contains(program.key) { return }
        if knownPrograms.count >= RecordingLimits.rememberedNames { knownPrograms.removeAll() }
        try append(.program, program.encoded())
        knownPrograms.insert(program.key)
    }

    @inline(__always)
    func knowsMasks(_ masks: UInt64, of program: RecordedProgram) -> Bool {
        masks == 0 || knownMasks.contains(masks ^ program.key)
    }

    /// Writes which mask rules a `DecisionRecord.masks` stands for, once.
    func remember(masks: UInt64, named names: [String], of program: RecordedProgram) throws(RecordingError) {
        if knownMasks.count >= RecordingLimits.rememberedNames { knownMasks.removeAll() }
        var writer = EntryWriter()
        writer.put(program.key)
        writer.put(masks)
        writer.put(names: names)
        try append(.maskSet, writer.bytes)
        knownMasks.insert(masks ^ program.key)
    }

    /// Keeps an error that no caller can be given, for the recorder's metrics.
    func note(_ error: RecordingError) { core.note(error) }

    func append(_ type: EntryType, _ payload: [UInt8]) throws(RecordingError) {
        let place = try reserve(payload.count)
        payload.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
        }
        publish(type, payload.count)
    }

    /// Room for a payload, to be filled and then published. Nothing is visible before.
    @inline(__always)
    func reserve(_ count: Int) throws(RecordingError) -> UnsafeMutableRawPointer {
        if core.isClosed { throw .closed }
        let needed = EntryLayout.aligned(EntryLayout.headerBytes &+ count)
        // The last header's worth of a segment is kept for the entry that says where it goes on.
        if offset &+ needed &+ EntryLayout.headerBytes > segment.size { try roll(for: count) }
        return segment.base + (offset &+ EntryLayout.headerBytes)
    }

    @inline(__always)
    func publish(_ type: EntryType, _ count: Int) {
        segment.publish(type, at: offset, payload: count)
        let length = EntryLayout.aligned(EntryLayout.headerBytes &+ count)
        offset &+= length
        written &+= UInt64(length)
        channel.written.store(written, ordering: .relaxed)
        // The next entry goes where no processor has looked for a while: its lines come while the loop does something else.
        var line = EntryLayout.headerBytes
        while line < Self.fetchedAhead {
            postern_prefetch_to_write(segment.base + (offset &+ line))
            line &+= 64
        }
    }

    /// What an ordinary message and its outcome take, in bytes.
    private static let fetchedAhead = 320

    @inline(never)
    private func roll(for count: Int) throws(RecordingError) {
        guard count <= RecordingLimits.entryBytes else {
            throw .entryTooLong(bytes: count, limit: RecordingLimits.entryBytes)
        }
        let waiting = written &- channel.ingested.load(ordering: .relaxed)
        guard waiting < settings.backlogBytes else { throw .backlog(bytes: waiting, limit: settings.backlogBytes) }
        let needed = SegmentLayout.headerBytes + EntryLayout.aligned(EntryLayout.headerBytes + count) + EntryLayout.headerBytes
        let next = try Self.makeSegment(segment.number + 1, of: channel, size: max(settings.segmentBytes, (needed + 4095) & ~4095))
        channel.append(next)
        segment.publish(.roll, at: offset, payload: 0)
        segment = next
        offset = SegmentLayout.headerBytes
    }

    private static func makeSegment(_ number: UInt64, of channel: JournalChannel, size: Int) throws(RecordingError) -> JournalSegment {
        let path = channel.directory + "/" + JournalFile.name(key: channel.key, number: number)
        if let spare = channel.takeSpare(of: size) {
            return try JournalSegment(reusing: spare, path: path, journal: channel.identifier, number: number)
        }
        return try JournalSegment(path: path, journal: channel.identifier, number: number, size: size)
    }
}
