import Collector
import Logging
import Output
import Synchronization
import UsageModel

/// Shows how far `backfill` is: one bar on a terminal, below the log, and a line of the log every ten seconds elsewhere.
final class BackfillDisplay: Sendable {
    private let clock: any WallClock
    private let logger: Logger
    private let started: Double
    private let display: ProgressDisplay
    private let meter = Mutex(BackfillMeter())

    /// - Parameters:
    ///   - columns: the width of the terminal now; nil when there is none.
    ///   - show: puts a bar in the place of the one before; nil leaves the last one.
    init(
        clock: any WallClock, logger: Logger, columns: @escaping @Sendable () -> Int? = { Console.columns },
        show: @escaping @Sendable (String?) -> Void = { Console.progress($0) }
    ) {
        self.clock = clock
        self.logger = logger
        display = ProgressDisplay(clock: clock, columns: columns, show: show)
        started = clock.monotonic
    }

    /// Notes the state of one application, after each of its requests.
    func update(_ status: ApplicationStatus) {
        let now = clock.monotonic
        meter.withLock { meter in
            meter.note(status, now: now)
            guard meter.isKnown else { return }
            display.update(percent: meter.percent, parts: Self.parts(meter, now: now)) {
                logger.info("backfill \(meter.text(now: now))")
            }
        }
    }

    /// Shows the end of the work, complete or not.
    func finish() {
        let now = clock.monotonic
        guard let meter = end(now: now), meter.left == 0 else { return }
        let time = DurationText.string(Int64(now - started))
        logger.info("backfill complete: \(CountText.grouped(meter.total)) requests in \(time)")
    }

    /// Ends the bar, because a signal ends the process.
    /// - Returns: what is kept, and what comes next.
    func lastWords(_ signal: String) -> String? {
        guard let meter = end(now: clock.monotonic) else { return nil }
        let left = meter.left
        return "stopped by \(signal) at \(meter.percent)%; all fetched data is stored, backfill and serve "
            + "continue with the remaining \(CountText.grouped(left)) \(left == 1 ? "request" : "requests")"
    }

    /// - Returns: nil when nothing had begun, or goes on no more.
    private func end(now: Double) -> BackfillMeter? {
        meter.withLock { meter in
            guard meter.isKnown, display.end(percent: meter.percent, parts: Self.parts(meter, now: now)) else {
                return nil
            }
            return meter
        }
    }

    /// The pace is worth least, then the count.
    static func parts(_ meter: BackfillMeter, now: Double) -> [String] {
        var parts = ["\(CountText.grouped(meter.done)) of \(CountText.grouped(meter.total)) requests"]
        if let pace = meter.pace(now: now) { parts.append("\(CountText.grouped(pace))/min") }
        if meter.left > 0 { parts.append("\(meter.timeLeft(now: now)) left") }
        return parts
    }
}
