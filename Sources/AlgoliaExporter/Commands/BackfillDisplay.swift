import Collector
import Logging
import Output
import Synchronization
import UsageModel

/// Shows how far `backfill` is: one bar on a terminal, below the log, and a line of the log every ten seconds elsewhere.
final class BackfillDisplay: Sendable {
    /// Seconds between two bars, for the eye, and between two lines.
    private static let pace = (bar: 0.1, line: 10.0)

    private struct State {
        var meter = BackfillMeter()
        var lastShown = -Double.infinity
        var hasEnded = false
    }

    private let clock: any WallClock
    private let logger: Logger
    private let started: Double
    private let columns: @Sendable () -> Int?
    private let show: @Sendable (String?) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - columns: the width of the terminal now; nil when there is none.
    ///   - show: puts a bar in the place of the one before; nil leaves the last one.
    init(
        clock: any WallClock, logger: Logger, columns: @escaping @Sendable () -> Int? = { Console.columns },
        show: @escaping @Sendable (String?) -> Void = { Console.progress($0) }
    ) {
        self.clock = clock
        self.logger = logger
        self.columns = columns
        self.show = show
        started = clock.monotonic
    }

    /// Notes the state of one application, after each of its requests.
    func update(_ status: ApplicationStatus) {
        let now = clock.monotonic
        state.withLock { state in
            state.meter.note(status, now: now)
            guard state.meter.isKnown, !state.hasEnded else { return }
            let columns = columns()
            guard now - state.lastShown >= (columns == nil ? Self.pace.line : Self.pace.bar) else { return }
            state.lastShown = now
            if let columns {
                show(Self.bar(state.meter, columns: columns, now: now))
            } else {
                logger.info("backfill \(state.meter.text(now: now))")
            }
        }
    }

    /// Shows the end of the work, complete or not.
    func finish() {
        let now = clock.monotonic
        state.withLock { state in
            guard end(&state, now: now) else { return }
            let time = DurationText.string(Int64(now - started))
            guard state.meter.left == 0 else { return }
            logger.info("backfill complete: \(CountText.grouped(state.meter.total)) requests in \(time)")
        }
    }

    /// Ends the bar, because a signal ends the process.
    /// - Returns: what is kept, and what comes next.
    func lastWords(_ signal: String) -> String? {
        let now = clock.monotonic
        return state.withLock { state in
            guard end(&state, now: now) else { return nil }
            let left = state.meter.left
            return "stopped by \(signal) at \(state.meter.percent)%; all fetched data is stored, backfill and serve "
                + "continue with the remaining \(CountText.grouped(left)) \(left == 1 ? "request" : "requests")"
        }
    }

    /// - Returns: whether anything had begun, and goes on no more.
    private func end(_ state: inout State, now: Double) -> Bool {
        guard state.meter.isKnown, !state.hasEnded else { return false }
        state.hasEnded = true
        if let columns = columns() {
            show(Self.bar(state.meter, columns: columns, now: now))
            show(nil)
        }
        return true
    }

    /// `████░░░░  45% · 1,234 of 2,700 requests · 58/min · about 25 min left`, shortened to fit a line of a terminal.
    static func bar(_ meter: BackfillMeter, columns: Int, now: Double) -> String {
        var parts = [
            "\(meter.percent)%",
            "\(CountText.grouped(meter.done)) of \(CountText.grouped(meter.total)) requests",
        ]
        if let pace = meter.pace(now: now) { parts.append("\(CountText.grouped(pace))/min") }
        if meter.left > 0 { parts.append("\(meter.timeLeft(now: now)) left") }
        // The last column stays free: some terminals wrap when it is written.
        let room = columns - 1
        // The pace is worth least, then the count.
        while parts.count > 1, parts.joined(separator: " · ").count + shortest + 2 > room {
            parts.remove(at: parts.count > 2 ? parts.count - 2 : 1)
        }
        let text = parts.joined(separator: " · ")
        let width = min(longest, room - text.count - 2)
        guard width >= shortest else { return String(text.prefix(max(room, 0))) }
        let filled = width * meter.percent / 100
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + "  " + text
    }

    /// Columns of the bar alone.
    private static let (shortest, longest) = (8, 40)
}
