internal import History
internal import UsageModel

/// How far back the vendor serves each endpoint, and what follows for the ranges to ask for. Pure, as the planner is.
///
/// A limit of the application holds for its indices until they prove otherwise.
struct VendorReaches {
    /// Seconds from one scope's request of a window to the next one's: what was served then still is.
    private static let roundTime: Int64 = 600

    /// As far as known since the start.
    private var reaches: [ReachKey: VendorReach] = [:]
    /// Where less is served than is wanted; a copy of the history's.
    private(set) var horizons: [ReachKey: VendorHorizon] = [:]

    subscript(_ key: ReachKey) -> VendorReach {
        var reach = reaches[key] ?? VendorReach()
        // What holds for days holds for hours, most likely; ages of days are known to the day.
        let other: Granularity = key.granularity == .daily ? .hourly : .daily
        reach.hint = horizon(ReachKey(key.level, other)).map { ($0.age + 86_399) / 86_400 * 86_400 }
        return reach
    }

    mutating func update(_ key: ReachKey, _ change: (inout VendorReach) -> Void) {
        change(&reaches[key, default: VendorReach()])
    }

    /// The ranges in which searches are open.
    var openRanges: [(key: ReachKey, range: TimeRange)] {
        reaches.compactMap { key, reach in reach.openRange.map { (key, $0) } }
    }

    func horizon(_ key: ReachKey) -> VendorHorizon? {
        horizons[key] ?? horizons[ReachKey(.application, key.granularity)]
    }

    mutating func setHorizon(_ horizon: VendorHorizon?, for key: ReachKey) { horizons[key] = horizon }

    /// Whether a 404 for `range` says that there are no data, and not that it starts too long ago: something as old was
    /// served to the application or to another index, or it was searched for where the vendor's data begin, and the
    /// range does not lie across that.
    func provesAbsence(_ scope: Scope, _ granularity: Granularity, _ range: TimeRange, now: UnixTime) -> Bool {
        let own = self[ReachKey(EndpointLevel(scope), granularity)]
        let application = self[ReachKey(.application, granularity)]
        let served = max(own.served, application.served) + Self.roundTime
        if now - range.start <= served { return true }
        guard let begin = searchedBegin(scope, granularity, now: now) else { return false }
        return range.start >= begin || range.end <= begin
    }

    /// Where the vendor's data begin for a scope, if that was searched for because older data are absent.
    private func searchedBegin(_ scope: Scope, _ granularity: Granularity, now: UnixTime) -> UnixTime? {
        let application = self[ReachKey(.application, granularity)]
        if application.searched.contains(Scope(application: scope.application)) {
            return granularity.ceiling(now - application.age)
        }
        let own = self[ReachKey(EndpointLevel(scope), granularity)]
        return own.searched.contains(scope) ? granularity.ceiling(now - own.age) : nil
    }

    /// The part of a window that the vendor may serve in one piece; nil when it serves none of it.
    func served(_ window: TimeRange, _ scope: Scope, _ granularity: Granularity, now: UnixTime) -> TimeRange? {
        var window = window
        // Nothing is asked for across where the vendor's data begin: it would refuse all of it.
        if let begin = searchedBegin(scope, granularity, now: now), window.start < begin, begin < window.end {
            window.start = begin
        }
        return self[ReachKey(EndpointLevel(scope), granularity)].limit(window, granularity, now: now)
    }
}
