public import CoreMetrics
internal import Foundation
private import Synchronization
public import UsageModel

/// Writes lines to a descriptor from a separate thread, so that no caller waits for its reader.
///
/// Invariants: at most ``budget`` bytes wait. A line that finds no room, or that the descriptor does not take
/// (its reader is gone, the disk is full), is dropped and counted; how many is said as soon as it can be written.
public final class LogWriter: Sendable {
    /// The one of the process.
    public static let standardError = LogWriter(descriptor: STDERR_FILENO)

    /// Bytes of lines that may wait for a reader that does not read.
    public static let budget = 1 << 20

    private struct State {
        /// The text that is shown below all lines.
        var status: String?
        var lines: [String] = []
        /// Counts both the waiting lines and those being written.
        var bytes = 0
        /// Lines, not yet said.
        var dropped = 0
        /// Lines, not yet counted by ``counter``.
        var uncounted: Int64 = 0
        var counter: Counter?
        var isRunning = false
        var flushes: [DispatchSemaphore] = []
        var notice: @Sendable (Int) -> String = { "\($0) lines were dropped: nothing could be written here\n" }

        mutating func drop() {
            dropped += 1
            uncounted += 1
        }

        mutating func takeUncounted() -> Int64 {
            defer { uncounted = 0 }
            return uncounted
        }
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Makes the line that says how many others were dropped; with its line end.
    public func report(droppedBy notice: @escaping @Sendable (Int) -> String) { state.withLock { $0.notice = notice } }

    /// Counts dropped lines, those so far included, with `counter`.
    public func count(with counter: Counter) {
        state.withLock { $0.counter = counter }
        // Also makes a counter at 0 visible.
        counter.increment(by: state.withLock { $0.takeUncounted() })
    }

    /// Queues a text with its line end. Never waits.
    public func write(_ line: String) {
        queue { state in state.status.map { "\(Self.erasing)\(line)\($0)" } ?? line }
    }

    /// Shows `status` below all lines, in place of the one before; for a terminal. Nil ends it: the last one stays, as
    /// a line.
    /// - Parameter status: a text without a line end that fits the width.
    public func show(status: String?) {
        queue { state in
            defer { state.status = status }
            return status.map { Self.erasing + $0 } ?? (state.status == nil ? "" : "\n")
        }
    }

    /// To the start of the line, and clears it (ECMA-48: EL).
    private static let erasing = "\r\u{1B}[K"

    private func queue(_ text: (inout State) -> String) {
        state.withLock { state in
            let text = text(&state)
            let size = text.utf8.count
            guard size > 0 else { return }
            guard state.bytes + size <= Self.budget else { return state.drop() }
            state.lines.append(text)
            state.bytes += size
            guard !state.isRunning else { return }
            state.isRunning = true
            Thread.detachNewThread { [self] in run() }
        }
        work.signal()
        countDropped()
    }

    /// Waits until everything that is queued was written or dropped, but no longer than so many seconds.
    public func flush(within seconds: Double) {
        let done = DispatchSemaphore(value: 0)
        let isRunning = state.withLock { state in
            state.flushes.append(done)
            return state.isRunning
        }
        guard isRunning else { return }
        work.signal()
        _ = done.wait(timeout: .now() + seconds)
    }

    // MARK: The thread

    private func run() -> Never {
        var output = DescriptorOutput(descriptor)
        while true {
            work.wait()
            let (lines, flushes) = state.withLock { state in
                defer { (state.lines, state.flushes) = ([], []) }
                return (state.lines, state.flushes)
            }
            for line in lines {
                let isWritten = output.write(line)
                state.withLock { state in
                    state.bytes -= line.utf8.count
                    if !isWritten { state.drop() }
                }
            }
            let (dropped, notice) = state.withLock { ($0.dropped, $0.notice) }
            if dropped > 0, output.write(notice(dropped)) { state.withLock { $0.dropped -= dropped } }
            countDropped()
            for flush in flushes { flush.signal() }
        }
    }

    private func countDropped() {
        let (counter, count) = state.withLock { state in
            (state.counter, state.counter == nil ? 0 : state.takeUncounted())
        }
        if count > 0 { counter?.increment(by: count) }
    }
}

/// The metric about the log itself.
public enum LogMetric {
    public static let dropped = MetricDeclaration(
        "algolia_exporter_log_lines_dropped_total", .counter,
        help: "Log lines dropped because standard error was blocked.",
        meaning: "log lines dropped because standard error was blocked")

    /// All of them.
    public static let all = [dropped]
}
