internal import NIOCore

/// How fast a client reads what is sent to it.
struct ReadingPace {
    /// Since when the client has not read all that was sent to it, and how much it had read then.
    private var start: (time: NIODeadline, bytes: Int)?

    /// Whether the client has read too little within the last window. Called again and again.
    /// - Parameters:
    ///   - bytes: what it has read since the beginning; only differences count.
    ///   - isWaiting: whether there is more for it to read.
    mutating func isTooSlow(
        read bytes: Int, isWaiting: Bool, now: NIODeadline, _ limits: ConnectionLimits
    ) -> Bool {
        guard isWaiting else {
            start = nil
            return false
        }
        guard let start, now - start.time >= .seconds(limits.window) else {
            self.start = start ?? (now, bytes)
            return false
        }
        self.start = (now, bytes)
        return bytes - start.bytes < limits.bytesPerWindow
    }
}
