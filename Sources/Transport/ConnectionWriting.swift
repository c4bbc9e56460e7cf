// What a connection sends: pieces are kept until they are flushed, and after that until the peer takes them.

import CLinux
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Connection {
    /// Takes bytes to be sent with the next `flush`, in order.
    public func write(_ bytes: ByteBuffer) {
        guard life == .open, lost == nil, bytes.readableBytes > 0 else { return }
        if only == nil, unsentBytes == 0, case .none = security {
            only = bytes
        } else if isBlocked, bytes.readableBytes < Self.keptInPlace {
            tail.writeImmutableBuffer(bytes)
        } else {
            settleOnly()
            settleTail()
            unsent.append(bytes)
        }
        unsentBytes += bytes.readableBytes
        if unsentBytes > Self.highWater { isWritable = false }
    }

    func settleOnly() {
        guard let piece = only else { return }
        only = nil
        unsent.append(piece)
    }

    private func settleTail() {
        guard tail.readableBytes > 0 else { return }
        unsent.append(tail)
        tail = ByteBuffer()
    }

    /// Sends what the peer takes now; the rest goes when it takes more.
    public func flush() {
        // Nothing goes behind bytes that are lost: the peer would read on in the middle of a message.
        guard lost == nil, !isBlocked, !joinBatch(), lost == nil, !isBlocked, !sendOnly(), sendSealed() else { return }
        settleTail()
        guard !unsent.isEmpty else { return finishIfDue() }
        switch security {
        case .none: flushPlain()
        case .handshake: return
        case .established(let tls): flushEncrypted(tls)
        }
        if unsentBytes <= Self.lowWater { isWritable = true }
        if unsent.isEmpty { finishIfDue() }
    }

    /// Leaves what is small to the end of the loop's turn. False where it is to be sent now.
    private func joinBatch() -> Bool {
        guard unsentBytes > 0, life == .open, case .none = security else { return false }
        guard loop.sends.accepts(unsentBytes, from: self) else {
            sendBatched()
            return false
        }
        if let piece = only {
            only = nil
            piece.withUnsafeReadableBytes { loop.sends.add($0, from: self) }
        } else {
            settleTail()
            for piece in unsent { piece.withUnsafeReadableBytes { loop.sends.add($0, from: self) } }
            unsent.removeAll(keepingCapacity: true)
        }
        unsentBytes = 0
        isWritable = true
        return true
    }

    /// What was left to the end of the turn is sent now: something is about to come behind it.
    func sendBatched() { if isInBatch { loop.sends.send() } }

    /// What the kernel took of the bytes that were left to the end of the turn; below zero is an error's number.
    func batchSent(_ result: Int, of bytes: UnsafeRawBufferPointer) {
        isInBatch = false
        if result == bytes.count { return }
        guard result >= 0 || result == -Int(EAGAIN) || result == -Int(EINTR) else { return lose(CInt(-result)) }
        let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(max(result, 0)))
        if isEncrypted {
            // These may be told of while a record behind them is being written, from `unsent`, which is left as it is.
            sealed = ByteBuffer(bytes: rest)
            isBlocked = true
            // They go first, and need nothing to be read for it.
            writeWantsRead = false
            return putOff()
        }
        settleOnly()
        unsent.insert(ByteBuffer(bytes: rest), at: 0)
        unsentBytes += rest.count
        if unsentBytes > Self.highWater { isWritable = false }
        block()
    }

    /// Takes bytes of TLS to be sent behind all others. How many; 0 where none are taken now, below zero where the connection is lost.
    func sendRecord(_ record: UnsafeRawBufferPointer) -> Int {
        if life == .open, isEncrypted, loop.sends.accepts(record.count, from: self) {
            loop.sends.add(record, from: self)
            return record.count
        }
        sendBatched()
        guard lost == nil else { return -1 }
        guard sealed.readableBytes == 0 else { return 0 }
        let count = send(record)
        if count < 0 { lose(errno) }
        return count
    }

    /// How many of some bytes the kernel takes now; 0 for none, below zero for an error, whose number is in `errno`.
    private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = postern_send(file, bytes.baseAddress, bytes.count, 0)
            if count < 0, errno == EINTR { continue }
            return count < 0 && errno == EAGAIN ? 0 : count
        }
    }

    /// Sends the records that are left of a batch. False where they are still left.
    private func sendSealed() -> Bool {
        while sealed.readableBytes > 0 {
            let count = sealed.withUnsafeReadableBytes { send($0) }
            if count < 0 {
                lose(errno)
                return false
            }
            if count == 0 {
                block()
                return false
            }
            sealed.moveReaderIndex(forwardBy: count)
        }
        sealed = ByteBuffer()
        return true
    }

    /// Sends the one piece there is. False where there is another way to go: what is left of it is in `unsent`.
    private func sendOnly() -> Bool {
        guard let piece = only else { return false }
        only = nil
        let count = piece.withUnsafeReadableBytes { postern_send(file, $0.baseAddress, $0.count, 0) }
        guard count == piece.readableBytes else {
            // Whatever is in the way is met again.
            unsent.append(piece)
            if count > 0 { drop(count) }
            return false
        }
        unsentBytes = 0
        isWritable = true
        finishIfDue()
        return true
    }

    private func flushPlain() {
        var sent = 0
        while sent < unsent.count {
            let size = unsent[sent].readableBytes
            let more: CInt = sent + 1 < unsent.count ? 1 : 0
            let count = unsent[sent].withUnsafeReadableBytes { postern_send(file, $0.baseAddress, $0.count, more) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 || errno == EAGAIN else { return lose(errno) }
            unsentBytes -= max(count, 0)
            guard count == size else {
                if count > 0 { unsent[sent].moveReaderIndex(forwardBy: count) }
                unsent.removeFirst(sent)
                return block()
            }
            sent += 1
        }
        unsent.removeAll(keepingCapacity: true)
    }

    /// Small pieces are joined into one record.
    private func flushEncrypted(_ tls: TLSSession) {
        while !unsent.isEmpty {
            var (joined, step) = (0, TLSSession.Step.wantsWrite)
            if unsent.count == 1 || unsent[0].readableBytes >= recordLimit {
                let piece = unsent[0]
                step = piece.withUnsafeReadableBytes { tls.write(UnsafeRawBufferPointer(rebasing: $0.prefix(recordLimit))) }
            } else {
                for piece in unsent where joined < recordLimit {
                    let count = min(piece.readableBytes, recordLimit - joined)
                    let place = UnsafeMutableRawBufferPointer(rebasing: loop.chunk[joined...])
                    piece.withUnsafeReadableBytes { place.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                    joined += count
                }
                step = tls.write(UnsafeRawBufferPointer(rebasing: loop.chunk[..<joined]))
            }
            guard lost == nil else { return }
            switch step {
            case .done(let count): drop(count)
            case .wantsWrite: return block()
            case .wantsRead:
                writeWantsRead = true
                return block()
            case .ended, .failed: return lose(EPIPE)
            }
        }
    }

    /// Forgets bytes that are sent.
    private func drop(_ count: Int) {
        unsentBytes -= count
        var (left, whole) = (count, 0)
        while whole < unsent.count, left >= unsent[whole].readableBytes {
            left -= unsent[whole].readableBytes
            whole += 1
        }
        if whole == unsent.count { return unsent.removeAll(keepingCapacity: true) }
        unsent.removeFirst(whole)
        unsent[0].moveReaderIndex(forwardBy: left)
    }

    private func block() {
        isBlocked = true
        for index in unsent.indices where unsent[index].readableBytes < Self.keptInPlace {
            var own = ByteBuffer()
            own.writeImmutableBuffer(unsent[index])
            unsent[index] = own
        }
        putOff()
    }

    /// A send failed. The end is told at the end of the batch: whoever writes is not called back from within.
    private func lose(_ error: CInt) {
        only = nil
        unsent.removeAll()
        tail = ByteBuffer()
        sealed = ByteBuffer()
        unsentBytes = 0
        lost = .system("the connection was lost", error)
        putOff()
    }
}
