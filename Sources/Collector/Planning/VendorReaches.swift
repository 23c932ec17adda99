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

    // MARK: Searches

    /// Ends the search for the oldest range that is served, if nothing is left to look at.
    /// - Returns: how far back the vendor serves, if that was found.
    mutating func conclude(_ request: PlannedRequest, now: UnixTime) -> VendorHorizon? {
        let key = ReachKey(request)
        let reach = self[key]
        guard reach.isFound else { return nil }
        if reach.isAbsence {
            update(key) { $0.noteSearched(request.scope) }
            // Days have told that there is nothing older.
            guard !request.scope.isIndex, horizon(key) != nil else { return nil }
        } else if reach.isConfirmed(key.granularity) {
            update(key) { $0.finish() }
        } else {
            update(key) { $0.doubt() }
            return nil
        }
        return limit(key, age: self[key].age, reason: reach.reason, now: now)
    }

    /// The conclusions from a past window without data about older ones.
    struct Absence {
        /// Whether something older may have data, and is to be asked for.
        var goesOn = false
        /// How far back the vendor serves, as that shows.
        var horizons: [VendorHorizon] = []
    }

    /// The consequence of a window of the past that has no data. Where the whole past of the application has none, nothing
    /// older is asked for: not for its indices, and where days have none, not for hours.
    func absence(
        _ request: PlannedRequest, settings: CollectionSettings, sentAt: UnixTime, now: UnixTime
    ) -> Absence {
        let key = ReachKey(request)
        let reach = self[key]
        guard request.purpose == .backfill, !request.scope.isIndex, reach.searched.contains(request.scope) else {
            return Absence()
        }
        guard
            request.range.start <= settings.desired(request.granularity, now: sentAt).start
                + request.granularity.seconds
        else { return Absence(goesOn: true) }
        var absence = Absence(horizons: [limit(key, age: reach.age, reason: reach.reason, now: now)])
        let hourly = ReachKey(.application, .hourly)
        // The day in which the data begin may have hours.
        let age = reach.age + Granularity.daily.seconds
        if request.granularity == .daily, horizon(hourly) == nil, age < settings.horizon {
            absence.horizons.append(limit(hourly, age: age, reason: reach.reason, now: now))
        }
        return absence
    }

    private func limit(_ key: ReachKey, age: Int64, reason: String, now: UnixTime) -> VendorHorizon {
        VendorHorizon(level: key.level, granularity: key.granularity, age: age, reason: reason, triedAt: now)
    }
}
