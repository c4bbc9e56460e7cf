// What the connections of a loop send in one turn, handed to the kernel together.

import CLinux
import CUring
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small sends, put off to the end of the loop's turn. A send wakes its reader, which often takes the processor at once: one by one, each
/// costs a switch of threads. Together they are one system call (io_uring), and the readers run when it is over. Where the kernel has no
/// io_uring for us nothing is put off. Lives on its loop.
final class SendBatch {
    /// What is flushed at once and copied at most: copying more would cost more than it spares.
    static let largest = 8 * 1024
    private static let room = 64 * 1024
    /// The first one waits while others are judged, which takes some microseconds each.
    private static let capacity = 32

    /// nil where the kernel has none for us.
    private(set) var ring: UnsafeMutableRawPointer?
    private let requests = UnsafeMutablePointer<postern_send_request>.allocate(capacity: capacity)
    private let senders = UnsafeMutablePointer<Unmanaged<Connection>>.allocate(capacity: capacity)
    private let bytes = UnsafeMutableRawPointer.allocate(byteCount: room, alignment: 64)
    /// Batches that went to the kernel by one call.
    private(set) var together = 0
    private var count = 0
    private var used = 0

    deinit {
        requests.deallocate()
        senders.deallocate()
        bytes.deallocate()
    }

    /// Sends are put off from now on, where the kernel can take many at once. Called on the thread that sends.
    func begin() { ring = postern_ring_open(UInt32(Self.capacity)) }

    /// Called on the same thread when nothing is sent any more.
    func end() {
        if let ring { postern_ring_close(ring) }
        ring = nil
    }

    /// Has room for these many bytes of a connection, behind all that it sent before. False where the connection is to send by itself.
    func accepts(_ size: Int, from sender: Connection) -> Bool {
        guard ring != nil, size <= Self.largest else { return false }
        let isLast = count > 0 && senders[count - 1].toOpaque() == Unmanaged.passUnretained(sender).toOpaque()
        // Another place behind what may be taken in part would change the order.
        if used + size > Self.room || (!isLast && (sender.isInBatch || count == Self.capacity)) { send() }
        return !sender.isBlocked && sender.lost == nil
    }

    /// Takes a copy of bytes that were accepted.
    func add(_ piece: UnsafeRawBufferPointer, from sender: Connection) {
        guard let start = piece.baseAddress else { return }
        (bytes + used).copyMemory(from: start, byteCount: piece.count)
        if sender.isInBatch {
            requests[count - 1].count += UInt32(piece.count)
        } else {
            sender.isInBatch = true
            requests[count] = postern_send_request(
                bytes: bytes + used, count: UInt32(piece.count), socket: sender.file, result: CInt(POSTERN_SEND_UNTRIED))
            senders[count] = Unmanaged.passUnretained(sender)
            count += 1
        }
        used += piece.count
    }

    /// Sends what no ring has taken.
    private func sendSingly(_ all: Int) {
        for index in 0..<all where requests[index].result == POSTERN_SEND_UNTRIED {
            let request = requests[index]
            let sent = postern_send(request.socket, request.bytes, Int(request.count), 0)
            requests[index].result = sent < 0 ? -errno : CInt(sent)
        }
    }

    /// Sends all of it; each connection is told what came of its own.
    func send() {
        guard count > 0 else { return }
        let all = count
        (count, used) = (0, 0)
        if all > 1, let ring {
            together += 1
            let outcome = postern_ring_send(ring, requests, UInt32(all))
            // What the kernel did not take goes without a ring. The next batch has a new one, unless the kernel may still read these bytes:
            // without a ring none are put in their place.
            if outcome <= 0 { end() }
            if outcome == 0 { begin() }
        }
        sendSingly(all)
        for index in 0..<all {
            let request = requests[index]
            // A connection that ends has its bytes sent first, so all of them still live.
            senders[index]._withUnsafeGuaranteedRef {
                $0.batchSent(Int(request.result), of: UnsafeRawBufferPointer(start: request.bytes, count: Int(request.count)))
            }
        }
    }
}
