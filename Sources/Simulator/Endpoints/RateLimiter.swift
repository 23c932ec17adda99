internal import UsageModel

/// A sliding window over the last minute, for each application. A refused
/// request does not count.
struct RateLimiter: Sendable {
    /// Requests in any window.
    let limit: Int
    /// Seconds of the window.
    static let window = 60.0

    /// Times of the accepted requests within the window, ascending.
    private var accepted: [ApplicationID: [Double]] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// Nil when the request is accepted, otherwise the whole seconds after
    /// which one will be.
    mutating func admit(_ application: ApplicationID, at time: Double) -> Int? {
        var times = accepted[application, default: []]
        times.removeAll { $0 <= time - Self.window }
        defer { accepted[application] = times }
        guard times.count < limit else {
            let oldest = times.first ?? time
            return max(1, Int((oldest + Self.window - time).rounded(.up)))
        }
        times.append(time)
        return nil
    }
}
