import Output
import Synchronization
import UsageModel

/// Shows how far a long command is: one bar on a terminal, below the log, and a line every ten seconds elsewhere.
final class ProgressDisplay: Sendable {
    /// Seconds between two bars, for the eye, and between two lines.
    private static let pace = (bar: 0.1, line: 10.0)

    private struct State {
        var lastShown = -Double.infinity
        var hasEnded = false
    }

    private let clock: any WallClock
    private let columns: @Sendable () -> Int?
    private let show: @Sendable (String?) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - columns: the width of the terminal now; nil when there is none.
    ///   - show: puts a bar in the place of the one before; nil leaves the last one.
    init(
        clock: any WallClock, columns: @escaping @Sendable () -> Int? = { Console.columns },
        show: @escaping @Sendable (String?) -> Void = { Console.progress($0) }
    ) {
        self.clock = clock
        self.columns = columns
        self.show = show
    }

    /// Shows the state of the work when it is time to.
    /// - Parameters:
    ///   - parts: what a bar says behind its percentage; the last but one is worth least.
    ///   - line: writes a line elsewhere.
    func update(percent: Int, parts: [String], line: () -> Void) {
        let now = clock.monotonic
        state.withLock { state in
            guard !state.hasEnded else { return }
            let columns = columns()
            guard now - state.lastShown >= (columns == nil ? Self.pace.line : Self.pace.bar) else { return }
            state.lastShown = now
            if let columns { show(Self.bar(percent: percent, parts: parts, columns: columns)) } else { line() }
        }
    }

    /// Shows the last bar, which stays.
    /// - Returns: whether it had not ended yet.
    func end(percent: Int, parts: [String]) -> Bool {
        state.withLock { state in
            guard !state.hasEnded else { return false }
            state.hasEnded = true
            if let columns = columns() {
                show(Self.bar(percent: percent, parts: parts, columns: columns))
                show(nil)
            }
            return true
        }
    }

    /// `████░░░░  45% · 1,234 of 2,700 requests · 58/min · about 25 min left`, shortened to fit a line of a terminal.
    static func bar(percent: Int, parts: [String], columns: Int) -> String {
        var parts = ["\(percent)%"] + parts
        // The last column stays free: some terminals wrap when it is written.
        let room = columns - 1
        while parts.count > 1, parts.joined(separator: " · ").count + shortest + 2 > room {
            parts.remove(at: parts.count > 2 ? parts.count - 2 : 1)
        }
        let text = parts.joined(separator: " · ")
        let width = min(longest, room - text.count - 2)
        guard width >= shortest else { return String(text.prefix(max(room, 0))) }
        let filled = width * percent / 100
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled) + "  " + text
    }

    /// Columns of the bar alone.
    private static let (shortest, longest) = (8, 40)
}
