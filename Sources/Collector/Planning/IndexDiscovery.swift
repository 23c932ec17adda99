internal import AlgoliaClient
internal import Transport
internal import UsageModel

/// The list of an application's indices: what the vendor said last, and when to ask again.
struct IndexDiscovery {
    /// Whether there is a key that lists indices.
    private(set) var canList: Bool
    /// The indices that the vendor listed last.
    private(set) var listed: [IndexName] = []
    private var notBefore = 0.0
    private var failures = 0
    /// Whether the key is refused or missing.
    private(set) var isUnauthorized = false

    init(canList: Bool) { self.canList = canList }

    /// Whether to ask now: an interval after the last list, and soon after the hour turns at the latest, so that no hour
    /// is without the records of indices.
    func isDue(now: UnixTime, interval: Int64) -> Bool {
        canList && Double(now) >= notBefore && now >= due(interval: interval)
    }

    /// When the last list is too old.
    private func due(interval: Int64) -> UnixTime {
        guard let lastSuccess else { return .min }
        let hour = Granularity.hourly
        return min(lastSuccess + interval, hour.floor(lastSuccess) + hour.seconds + CollectionSettings.turnDelay)
    }

    /// When the list was last fetched; nil before that, and when it is to be fetched anew.
    private(set) var lastSuccess: UnixTime?
    /// The newest failure, for people; nil after a success.
    private(set) var lastError: (message: String, time: UnixTime)?

    private(set) var hasSucceeded = false

    /// Whether it has failed so often that another attempt will hardly help.
    var isStuck: Bool { failures >= 5 }

    /// Until when it waits after a failure; nil when it does not.
    var pausedUntil: Double? { canList && failures > 0 ? notBefore : nil }

    /// When to wake up for it at the latest. Never before it is due: a clock that was set back across the turn of an hour
    /// leaves a retry that comes too early.
    func wakeUp(interval: Int64) -> Double {
        canList && failures > 0 ? max(notBefore, Double(due(interval: interval))) : .infinity
    }

    /// Whether the list is known, or none can be had.
    var isSettled: Bool { !canList || hasSucceeded }

    /// Whether it was never answered since the start.
    var isAwaited: Bool { canList && !hasSucceeded }

    /// Whether the list is known and has `index`.
    func isListed(_ index: IndexName) -> Bool { hasSucceeded && listed.contains(index) }

    /// Whether the history's indices stand for a list that is not known yet.
    var needsStored: Bool { canList && listed.isEmpty }

    /// The indices to collect.
    /// - Parameter stored: the history's, where it ``needsStored``.
    func selected(_ filter: IndexFilter, stored: [IndexName]) -> [IndexName] {
        let known = needsStored ? stored : canList ? listed : []
        return Set(known.filter(filter.selects) + filter.literalNames).subtracting([""]).sorted()
    }

    /// Notes the vendor's list, before anything is concluded from it.
    mutating func noteListed(_ names: [IndexName]) { listed = names }

    /// Makes it due, because the key or what is selected has changed.
    mutating func reconfigure(canList: Bool) {
        self.canList = canList
        resume()
    }

    mutating func succeeded(now: UnixTime) {
        lastSuccess = now
        hasSucceeded = true
        failures = 0
        isUnauthorized = false
        lastError = nil
    }

    /// Makes it due.
    mutating func resume() {
        lastSuccess = nil
        notBefore = 0
        isUnauthorized = false
    }

    /// Moves what is kept in the time of day, because that was set.
    mutating func shift(by seconds: Double) {
        if notBefore > 0 { notBefore += seconds }
        lastSuccess = lastSuccess.map { $0 + UnixTime(seconds) }
        lastError?.time += UnixTime(seconds)
    }

    /// The delay until the next attempt, in seconds.
    mutating func failed(
        now: Double, _ error: AlgoliaError, using generator: inout any RandomNumberGenerator & Sendable
    ) -> Double {
        failures += 1
        lastError = (error.description, UnixTime(now))
        let kind = FailureKind(error)
        if kind == .unauthorized { isUnauthorized = true }
        var delay = kind.scheduledDelay(failures: failures, using: &generator)
        if isUnauthorized, kind != .unauthorized {
            delay = max(delay, FailureKind.unauthorized.scheduledDelay(failures: failures, using: &generator))
        }
        notBefore = (now + delay).rounded(.up)
        return delay
    }

    /// Why the vendor may know nothing of an index in its newest hours.
    func doubt(of index: IndexName) -> String {
        let name = ForeignText.shown(index.text, redacting: [])
        if !canList {
            return """
                index "\(name)" is not known to Algolia, or has no data in its newest hours (a search key \
                would tell which): check its name in the configuration
                """
        }
        guard hasSucceeded else {
            return """
                index "\(name)" is not known to Algolia, or has no data in its newest hours; the list of indices \
                could not be fetched yet
                """
        }
        return """
            index "\(name)" is not in Algolia's list of indices: check its name in the configuration and the \
            permissions of the search key
            """
    }
}
