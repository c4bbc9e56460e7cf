// A connected socket: bytes in, bytes out, back-pressure, and an end, with or without TLS.

import CLinux
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Who is told what happens to a connection. All calls come on its loop.
public protocol ConnectionOwner: AnyObject {
    /// `input` has more bytes.
    func connectionRead()
    /// What could be read now has been: whatever was made of it can be sent.
    func connectionReadCompleted()
    /// The peer takes bytes again after it did not.
    func connectionIsWritable()
    /// TLS is in place.
    func connectionEncrypted()
    /// The connection is over; nothing comes after this. `reason` is nil where the peer or we ended it in an orderly way.
    func connectionClosed(reason: TransportError?)
}

/// One end of a stream socket. Lives on its loop.
///
/// Reading goes into `input`, from whose front the owner takes what it has dealt with. Writing is put off until `flush`. Bytes that the
/// peer does not take now stay here, and `isWritable` says when they have become many: who writes on regardless is bounded by nothing.
public final class Connection: SocketSource {
    /// Unsent bytes at which `isWritable` becomes false, and at which it becomes true again.
    public static let highWater = 128 * 1024
    public static let lowWater = 32 * 1024
    /// Reads of one connection before others have their turn.
    private static let readsInTurn = 4
    /// How long the peer has to close after our end is said: a reset would take from it what it has not read yet.
    private static let farewell = TimeAmount.seconds(1)
    /// Half a message below this many bytes is copied out of the loop's buffer, so that the buffer stays shared.
    static let keptInPlace = 16 * 1024

    enum Security {
        case none
        case handshake(TLSSession)
        case established(TLSSession)
    }
    private enum FirstByte {
        case hidden
        /// In `input`, and still in the socket.
        case shown
        case taken
    }
    enum Life: Equatable {
        case open
        /// Everything is to be sent, then the end said, then the peer's end awaited.
        case finishing
        /// Our end is said; what comes is dropped.
        case lingering
        case closed
    }

    public let loop: SocketLoop
    /// The other end, where it has an address.
    public let peer: SocketAddress?
    /// What was read and not taken yet.
    public var input = ByteBuffer()
    public internal(set) var isWritable = true
    /// No single record of TLS holds more: some clients stall on records that leave bytes behind in OpenSSL's buffer.
    public var recordLimit = TLSSession.largestRecord
    private var owner: (any ConnectionOwner)?
    var life = Life.open
    private(set) var security = Security.none
    private var wantsReads = false
    private var firstByte: FirstByte
    private var isPutOff = false
    /// TLS holds bytes that the socket will not tell of again.
    private var hasHidden = false
    /// A read or a handshake of TLS waits until the socket can be written.
    private var readWantsWrite = false
    /// Bytes are unsent, and the kernel takes none now.
    var isBlocked = false
    /// TLS cannot write before it has read.
    var writeWantsRead = false
    var unsent: [ByteBuffer] = []
    /// All that is unsent, where that is one piece and nothing stands in its way: most of what is written.
    var only: ByteBuffer?
    /// Small pieces behind those, joined, written while the kernel takes none: each would else keep the whole buffer that it is cut from.
    var tail = ByteBuffer()
    /// Records of TLS that waited in the loop's batch, and that the kernel did not take.
    var sealed = ByteBuffer()
    /// A send failed for this reason; the end is told at the end of the batch.
    var lost: TransportError?
    var unsentBytes = 0
    /// Some of what was flushed waits in the loop's batch.
    var isInBatch = false
    private var patience: LoopTimer?

    /// Takes over a connected socket, on its loop. Nothing is read until `setReading`.
    /// - Parameter peeksFirst: the first byte is shown in `input` before it is taken, for a peer that may begin with TLS by itself. The
    ///   owner leaves it there; it comes again with the bytes behind it.
    public init(file: CInt, peer: SocketAddress?, on loop: SocketLoop, peeksFirst: Bool = false) throws(TransportError) {
        self.loop = loop
        self.peer = peer
        firstByte = peeksFirst ? .hidden : .taken
        super.init(file: file)
        unsent.reserveCapacity(4)
        do throws(TransportError) {
            try loop.watch(self, 0)
        } catch {
            Glibc.close(file)
            self.file = -1
            throw error
        }
    }

    /// The owner is kept for as long as the connection is open.
    public func begin(_ owner: any ConnectionOwner) { self.owner = owner }

    public var isOpen: Bool { life == .open }
    public var isEncrypted: Bool { if case .established = security { true } else { false } }
    /// A handshake of TLS is not over.
    public var isHandshaking: Bool { if case .handshake = security { true } else { false } }
    public var applicationProtocol: String? { if case .established(let tls) = security { tls.applicationProtocol } else { nil } }
    /// The name by which the client asked for this server; nil without TLS or where it gave none.
    public var serverName: String? { if case .established(let tls) = security { tls.serverName } else { nil } }
    /// For channel binding, see `TLSSession.serverEndPoint`.
    public var serverEndPoint: [UInt8]? { if case .established(let tls) = security { tls.serverEndPoint } else { nil } }

    // MARK: - Reading

    /// Whether the peer's bytes are read. Takes effect at the end of the batch.
    public func setReading(_ isOn: Bool) {
        guard wantsReads != isOn else { return }
        wantsReads = isOn
        putOff()
    }

    private var reads: Bool { life == .lingering || (life == .open && wantsReads) }

    /// What is read goes into the loop's shared buffer, which this connection has until it has dealt with it.
    private func borrowBuffer() {
        if input.readableBytes == 0, input.capacity < SocketLoop.readSize { swap(&input, &loop.scratch) }
        guard input.readerIndex > 0 else { return }
        if input.readableBytes == 0 { input.clear() } else { input.discardReadBytes() }
    }

    private func giveBufferBack() {
        guard input.capacity >= SocketLoop.readSize, input.readableBytes < Self.keptInPlace else { return }
        if input.readableBytes == 0, loop.scratch.capacity == 0, input.capacity <= 2 * SocketLoop.readSize {
            input.clear()
            return swap(&input, &loop.scratch)
        }
        var kept = ByteBuffer()
        if input.readableBytes > 0 { kept.writeImmutableBuffer(input) }
        // A buffer that grew for a long message is not kept.
        if loop.scratch.capacity == 0, input.capacity <= 2 * SocketLoop.readSize {
            input.clear()
            loop.scratch = input
        }
        input = kept
    }

    private func readAll() {
        borrowBuffer()
        var (turn, hasMore, isEnd) = (0, true, false)
        var reason: TransportError?
        while hasMore, reads, turn < Self.readsInTurn {
            turn += 1
            switch fill() {
            case .some(let isAll):
                hasMore = !isAll
                // So much takes long to deal with: what others sent does not wait for it.
                if hasMore { loop.sends.send() }
                if life == .lingering { input.clear() } else { owner?.connectionRead() }
            case .nothing: hasMore = false
            case .end(let why): (hasMore, isEnd, reason) = (false, true, why)
            }
        }
        // The socket tells of what is left by itself; what TLS holds it does not.
        if hasMore, isEncrypted { hasHidden = true }
        if life == .open { owner?.connectionReadCompleted() }
        guard life != .closed else { return }
        giveBufferBack()
        if isEnd { return over(reason) }
        if hasHidden { putOff() }
    }

    private enum Filled {
        /// Some bytes; `isAll` when no more are known to wait.
        case some(isAll: Bool)
        case nothing
        case end(TransportError?)
    }

    private func fill() -> Filled {
        switch security {
        case .none: fillPlain()
        case .handshake: .nothing
        case .established(let tls): fillEncrypted(tls)
        }
    }

    private func fillPlain() -> Filled {
        switch firstByte {
        case .hidden: return peek()
        case .shown:
            input.clear()
            firstByte = .taken
        case .taken: break
        }
        let room = Self.room(input)
        var count = 0
        input.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
            count = postern_receive(file, $0.baseAddress, $0.count)
            return max(count, 0)
        }
        return filled(count, isAll: count < room)
    }

    /// Shows the first byte without taking it: bytes that belong to a handshake of TLS must stay in the socket.
    private func peek() -> Filled {
        var count = 0
        input.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) {
            count = postern_peek(file, $0.baseAddress)
            return max(count, 0)
        }
        if count > 0 { firstByte = .shown }
        return filled(count, isAll: false)
    }

    private func filled(_ count: Int, isAll: Bool) -> Filled {
        if count > 0 { return .some(isAll: isAll) }
        if count == 0 { return .end(nil) }
        return errno == EAGAIN || errno == EINTR ? .nothing : .end(.system("the connection was lost", errno))
    }

    private func fillEncrypted(_ tls: TLSSession) -> Filled {
        hasHidden = false
        readWantsWrite = false
        var total = 0
        let room = Self.room(input)
        while total < room {
            var step = TLSSession.Step.wantsRead
            input.writeWithUnsafeMutableBytes(minimumWritableBytes: room - total) {
                step = tls.read(into: $0)
                if case .done(let count) = step { return count }
                return 0
            }
            switch step {
            case .done(let count):
                total += count
                if !tls.hasPending { return .some(isAll: true) }
            case .wantsRead: return total > 0 ? .some(isAll: true) : .nothing
            case .wantsWrite:
                readWantsWrite = true
                putOff()
                return total > 0 ? .some(isAll: true) : .nothing
            // What was read before the end is dealt with first: the next read says so again.
            case .ended: return total > 0 ? .some(isAll: false) : .end(nil)
            case .failed(let reason): return total > 0 ? .some(isAll: false) : .end(.tls(reason))
            }
        }
        return .some(isAll: false)
    }

    private static func room(_ input: ByteBuffer) -> Int {
        input.writableBytes >= SocketLoop.readSize / 2 ? input.writableBytes : SocketLoop.readSize
    }

    // MARK: - TLS

    /// Begins TLS. A server's side reads the peer's first bytes from the socket; `input` must be empty but for a byte that was peeked at.
    /// - Parameter name: a client's name for the server: a host name or an address.
    public func startTLS(_ context: TLSContext, name: String? = nil) throws(TransportError) {
        guard case .none = security else { throw .tls("TLS inside TLS") }
        input.clear()
        firstByte = .taken
        let isAddress = name.map { (try? SocketAddress(ipAddress: $0, port: 0)) != nil } ?? false
        flush()
        sendBatched()
        guard unsent.isEmpty else { throw .tls("the peer does not take the answer to its request for TLS") }
        security = .handshake(try TLSSession(context, of: self, peer: name, isAddress: isAddress))
        if context.isServer { putOff() } else { shakeHands() }
    }

    private func shakeHands() {
        guard case .handshake(let tls) = security else { return }
        readWantsWrite = false
        switch tls.handshake() {
        case .done:
            security = .established(tls)
            // The end of the handshake may have come with the first bytes under it.
            hasHidden = true
            owner?.connectionEncrypted()
            if life != .closed { owner?.connectionReadCompleted() }
        case .wantsRead: break
        case .wantsWrite: readWantsWrite = true
        case .ended: return over(.tls("the peer left during the handshake"))
        case .failed(let reason): return over(.tls("the handshake failed: \(reason)"))
        }
        putOff()
    }

    // MARK: - Ending

    /// Sends what was written, says the end, and closes when the peer has closed too or the time is over. The owner is told of nothing
    /// but the end any more.
    public func finish(within time: TimeAmount) {
        guard life == .open else { return }
        sendBatched()
        settleOnly()
        life = .finishing
        patience = loop.schedule(in: time) { [self] in over(nil) }
        if unsent.isEmpty { finishIfDue() } else { flush() }
    }

    func finishIfDue() {
        guard life == .finishing, !isHandshaking, sealed.readableBytes == 0 else { return }
        if case .established(let tls) = security, !tls.sayGoodbye() {
            isBlocked = true
            return putOff()
        }
        life = .lingering
        shutdown(file, CInt(SHUT_WR))
        patience?.cancel()
        patience = loop.schedule(in: Self.farewell) { [self] in over(nil) }
        putOff()
    }

    /// Whether the peer has said something, or has left, that was not read yet. Costs a system call.
    public var hasNews: Bool {
        guard life == .open, !hasHidden, input.readableBytes == 0 else { return true }
        var byte: UInt8 = 0
        return postern_peek(file, &byte) >= 0 || (errno != EAGAIN && errno != EINTR)
    }

    /// Closes now; what is unsent is lost.
    public func close() { over(nil) }

    private func over(_ reason: TransportError?) {
        guard life != .closed else { return }
        sendBatched()
        life = .closed
        patience?.cancel()
        patience = nil
        loop.unwatch(self)
        // The session's last use of the socket is before its number may belong to another.
        if case .established(let tls) = security, reason == nil { _ = tls.sayGoodbye() }
        security = .none
        Glibc.close(file)
        file = -1
        only = nil
        unsent.removeAll()
        tail = ByteBuffer()
        sealed = ByteBuffer()
        unsentBytes = 0
        let told = owner
        owner = nil
        told?.connectionClosed(reason: reason)
        input = ByteBuffer()
    }

    // MARK: - The loop

    func putOff() {
        guard !isPutOff, life != .closed else { return }
        isPutOff = true
        loop.putOff(self)
    }

    override func settle() {
        isPutOff = false
        guard life != .closed else { return }
        if let lost { return over(lost) }
        if hasHidden, reads, isEncrypted { readAll() }
        guard life != .closed, !isPutOff else { return }
        // Only what somebody serves is asked for: the kernel tells again and again.
        let readsNow = reads || isHandshaking
        var interest: UInt32 = 0
        if readsNow || writeWantsRead { interest |= POSTERN_READABLE }
        if (isBlocked && !writeWantsRead) || (readWantsWrite && readsNow) { interest |= POSTERN_WRITABLE }
        loop.change(self, interest)
    }

    override func ready(_ events: UInt32) {
        if isHandshaking {
            shakeHands()
            guard life != .closed, isEncrypted else { return }
        }
        if events & (writeWantsRead ? POSTERN_READABLE : POSTERN_WRITABLE) != 0 { writeReady() }
        guard life != .closed else { return }
        let isBroken = events & POSTERN_BROKEN != 0
        if reads, isBroken || readWantsWrite || events & POSTERN_READABLE != 0 {
            readAll()
        } else if isBroken {
            // Nothing is read, and nothing can be sent: the kernel would tell again and again.
            over(.system("the connection was lost", ECONNRESET))
        }
    }

    private func writeReady() {
        guard isBlocked else { return }
        isBlocked = false
        writeWantsRead = false
        let was = isWritable
        flush()
        putOff()
        if life == .open, isWritable, !was { owner?.connectionIsWritable() }
    }
}
