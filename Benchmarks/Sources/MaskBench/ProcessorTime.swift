// Processor time of this process: on a shared machine the wall clock measures the neighbours.
@preconcurrency import Glibc

enum ProcessorTime {
    /// Nanoseconds of processor time this process has used.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}
