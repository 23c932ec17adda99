internal import History
internal import UsageModel

/// Decides what to ask for next. Pure: everything it knows is in its value.
///
/// The rules, in their order:
/// 1. The live tail goes first, the application's before its indices', the longest due first.
/// 2. Backfill keeps a share all the same: after ``liveShare`` other requests in a
///    row, one is backfill's.
/// 3. Backfill goes newest first; scopes take turns, so that none starves.
/// 4. A track that failed is left alone until its backoff ends; the others go on.
/// 5. A request that fails again and again while others succeed is asked for in parts (``AnswerSearch``).
/// 6. What is set aside, or older than the vendor serves, is not missing; it is asked for once a day.
struct Planner {
    /// Requests in a row that may go before backfill.
    static let liveShare = 3
    /// Days without which the running month cannot be told.
    private static let openingDays: Int64 = 31

    var settings: CollectionSettings
    private(set) var tracks: [Track] = []
    private var positions: [Scope: [Granularity: Int]] = [:]
    var offers: [EndpointLevel: StatisticsOffer] {
        didSet {
            for level in EndpointLevel.allCases where offers[level]?.names != oldValue[level]?.names {
                for position in tracks.indices where EndpointLevel(tracks[position].scope) == level {
                    deriveCoverage(position)
                }
            }
        }
    }
    /// How far back the vendor serves.
    var reaches = VendorReaches()
    private var liveStreak = 0
    /// The scope that backfill served last.
    private var turn: Scope?
    /// The scope that backfill serves next, because it searches for how far back the vendor serves.
    private var searching: Scope?

    init(settings: CollectionSettings, offers: [EndpointLevel: StatisticsOffer]) {
        self.settings = settings
        self.offers = offers
    }

    /// Replaces the tracks: the application's first, then its indices'.
    mutating func setTracks(_ tracks: [Track]) {
        self.tracks = tracks
        positions = [:]
        for (position, track) in tracks.enumerated() {
            positions[track.scope, default: [:]][track.granularity] = position
            deriveCoverage(position)
        }
    }

    private mutating func deriveCoverage(_ position: Int) {
        let names = offer(tracks[position].scope).names
        tracks[position].derive(served: names)
    }

    func track(_ scope: Scope, _ granularity: Granularity) -> Track? {
        positions[scope]?[granularity].map { tracks[$0] }
    }

    /// Changes a track.
    /// - Returns: what `change` returns; nil for what is not collected.
    @discardableResult
    mutating func update<T>(_ scope: Scope, _ granularity: Granularity, _ change: (inout Track) -> T) -> T? {
        guard let position = positions[scope]?[granularity] else { return nil }
        let (answered, setAside) = (tracks[position].answered, tracks[position].setAside)
        let result = change(&tracks[position])
        if tracks[position].answered != answered || tracks[position].setAside != setAside { deriveCoverage(position) }
        return result
    }

    /// The range that should be fetched and settled at `now`, as far as the vendor serves it.
    func desired(_ track: Track, now: UnixTime) -> TimeRange {
        let desired = settings.desired(track.granularity, now: now)
        let key = ReachKey(EndpointLevel(track.scope), track.granularity)
        guard let horizon = reaches.horizon(key) else { return desired }
        return TimeRange(max(desired.start, track.granularity.ceiling(now - horizon.age)), desired.end)
    }

    /// Goes on with `scope`, which searches for how far back the vendor serves.
    mutating func continueSearch(_ scope: Scope) { searching = scope }

    /// Whether the application itself will soon be asked for something as old as `start`: its answer tells more than an
    /// index's.
    func waitsForApplication(_ scope: Scope, _ granularity: Granularity, start: UnixTime, now: UnixTime) -> Bool {
        guard scope.isIndex, let track = track(Scope(application: scope.application), granularity), track.failures < 3
        else { return false }
        return (backlog(of: track, now: now).ranges.last?.end ?? .min) > start
    }

    func offer(_ scope: Scope) -> StatisticsOffer {
        let level = EndpointLevel(scope)
        return offers[level] ?? StatisticsOffer(level: level, refused: [:])
    }

    /// The statistics of a track's live tail: everything, or names without those whose answers fail.
    func tailOffer(_ track: Track) -> (servesWildcard: Bool, names: [StatisticName]) {
        let offer = offer(track.scope)
        let open = track.openSince
        guard !open.isEmpty else { return (offer.servesWildcard, offer.names) }
        return (false, offer.names.filter { open[$0] == nil })
    }

    /// The same, with `*` for everything.
    func tailNames(_ track: Track) -> [StatisticName] {
        let tail = tailOffer(track)
        return tail.servesWildcard ? [.everything] : tail.names
    }

    /// The statistics of an endpoint whose data make answers fail, as far as known.
    func culprits(_ level: EndpointLevel) -> Set<StatisticName> {
        Set(
            tracks.lazy.filter { EndpointLevel($0.scope) == level }.flatMap(\.setAside).filter(\.breaksAnswers)
                .map(\.statistic))
    }

    /// The next request, or nil when nothing is to be done at `now`.
    mutating func next(now: UnixTime) -> PlannedRequest? {
        let urgent =
            liveRequest(now: now) ?? isolationRequest(now: now) ?? probeRequest(now: now) ?? retryRequest(now: now)
            ?? horizonRequest(now: now) ?? revisionRequest(now: now)
        if let urgent, liveStreak < Self.liveShare {
            liveStreak += 1
            return urgent
        }
        if let backfill = backfillRequest(now: now) {
            (liveStreak, turn, searching) = (0, backfill.scope, nil)
            return backfill
        }
        return urgent
    }

    /// When ``next(now:)`` may have something again.
    func wakeUp(now: UnixTime) -> Double {
        var wakeUp = Double(now) + 60
        for track in tracks {
            // What failed is tried again on time, whatever it was.
            if track.notBefore > Double(now) { wakeUp = min(wakeUp, track.notBefore) }
            for name in tailNames(track) {
                wakeUp = min(wakeUp, max(Double(max(track.tailDue(name, settings), now)), track.notBefore))
            }
        }
        return max(wakeUp, Double(now) + 0.05)
    }

    /// Whether the application's newest buckets, or its days of the last month, are still to be requested. People look at
    /// these first, so the list of indices and the Monitoring API, which share the quota, wait for them. After a failure
    /// nothing waits.
    func isOpening(now: UnixTime) -> Bool {
        let month = TimeRange(now - Self.openingDays * Granularity.daily.seconds, now)
        return tracks.prefix { !$0.scope.isIndex }.contains { track in
            guard track.failures == 0, track.notBefore <= Double(now), !track.searches.isRunning else { return false }
            return tailNames(track).contains { track.tailDue($0, settings) <= now }
                || track.granularity == .daily && backlog(of: track, now: now).ranges.contains { $0.overlaps(month) }
        }
    }

    // MARK: Live

    private func liveRequest(now: UnixTime) -> PlannedRequest? {
        var best: (due: UnixTime, track: Track, name: StatisticName)?
        for track in tracks where track.notBefore <= Double(now) && !track.searches.isRunning(.live) {
            for name in tailNames(track) {
                let due = track.tailDue(name, settings)
                if due <= now, due < best?.due ?? .max { best = (due, track, name) }
            }
            // The application's own tail goes before all indices'.
            if let best, !best.track.scope.isIndex, track.scope.isIndex { break }
        }
        guard let (_, track, name) = best else { return nil }
        let range = track.tailRange(name, settings, now: now)
        if name == .everything {
            return PlannedRequest(
                scope: track.scope, granularity: track.granularity, range: range, statistics: .all, purpose: .live)
        }
        let offer = offer(track.scope)
        let due = tailOffer(track).names.filter {
            track.tailDue($0, settings) <= now && track.tailRange($0, settings, now: now) == range
        }
        let batch = offer.batch(of: [name] + due.filter { $0 != name })
        return PlannedRequest(
            scope: track.scope, granularity: track.granularity, range: range, statistics: .names(batch),
            purpose: .live)
    }

    /// Asks for a part of a request that fails.
    private func isolationRequest(now: UnixTime) -> PlannedRequest? {
        tracks.lazy.filter { $0.notBefore <= Double(now) }.compactMap(\.searches.nextPiece).first
    }

    /// Asks for one statistic that was refused, on the newest bucket alone.
    private func probeRequest(now: UnixTime) -> PlannedRequest? {
        for level in EndpointLevel.allCases {
            guard let statistic = offers[level]?.probe(now: now),
                let track = tracks.first(where: {
                    EndpointLevel($0.scope) == level && $0.granularity == .hourly && $0.notBefore <= Double(now)
                })
            else { continue }
            return PlannedRequest(
                scope: track.scope, granularity: .hourly, range: settings.tail(.hourly, now: now),
                statistics: statistic == .everything ? .all : .names([statistic]), purpose: .probe)
        }
        return nil
    }

    /// Asks again for what was set aside a day ago.
    private func retryRequest(now: UnixTime) -> PlannedRequest? {
        for track in tracks where track.notBefore <= Double(now) {
            guard let due = track.setAside.first(where: { Self.isDue($0.triedAt, now: now) }) else { continue }
            // What is set aside of the same range is asked for at once.
            let names = track.setAside.filter {
                $0.range == due.range && $0.isOpen == due.isOpen && $0.statistic != .everything
            }.map(\.statistic)
            // The newest buckets tell whether the live tail can have it again.
            let range =
                due.isOpen
                ? settings.tail(track.granularity, now: now)
                : TimeRange(
                    due.range.start, min(due.range.end, due.range.start + PlannedRequest.longest(track.granularity)))
            return PlannedRequest(
                scope: track.scope, granularity: track.granularity, range: range,
                statistics: due.statistic == .everything
                    ? .all : .names(Array(names.prefix(StatisticsOffer.batchSize))), purpose: .retry)
        }
        return nil
    }

    /// Asks for something older than the vendor served a day ago, one bucket of it.
    private func horizonRequest(now: UnixTime) -> PlannedRequest? {
        for (key, horizon) in reaches.horizons where Self.isDue(horizon.triedAt, now: now) {
            let oldest = key.granularity.ceiling(now - horizon.age)
            // The next bucket but one: the age is known to a bucket.
            let start = oldest - 2 * key.granularity.seconds
            guard start >= settings.desired(key.granularity, now: now).start,
                let track = tracks.first(where: {
                    EndpointLevel($0.scope) == key.level && $0.granularity == key.granularity
                        && $0.notBefore <= Double(now)
                })
            else { continue }
            let offer = offer(track.scope)
            guard offer.servesWildcard || !offer.names.isEmpty else { continue }
            return PlannedRequest(
                scope: track.scope, granularity: key.granularity,
                range: TimeRange(start, start + key.granularity.seconds),
                statistics: offer.servesWildcard ? .all : .names(offer.batch(of: offer.names)), purpose: .horizon)
        }
        return nil
    }

    /// Whether what was last tried at `time` is tried again. A time that lies ahead of the clock is void.
    private static func isDue(_ time: UnixTime, now: UnixTime) -> Bool {
        time > now || now - time >= CollectionSettings.setAsideMemory
    }

    // MARK: Revision

    private func revisionRequest(now: UnixTime) -> PlannedRequest? {
        for track in tracks where track.notBefore <= Double(now) && !track.searches.isRunning(.revision) {
            let offer = offer(track.scope)
            guard let checked = track.revisionChecked, now - checked >= CollectionSettings.revisionInterval,
                offer.servesWildcard || !offer.names.isEmpty
            else { continue }
            let end = track.granularity.floor(now - settings.settleDelay)
            let range = TimeRange(end - CollectionSettings.revisedRange, end)
            return PlannedRequest(
                scope: track.scope, granularity: track.granularity, range: range,
                statistics: track.revisionBatches.first ?? revisionBatches(track)[0], purpose: .revision)
        }
        return nil
    }

    /// The requests that one revision check takes.
    private func revisionBatches(_ track: Track) -> [StatisticSelection] {
        let offer = tailOffer(track)
        let names = offer.names
        guard !offer.servesWildcard, !names.isEmpty else { return [.all] }
        return stride(from: 0, to: names.count, by: StatisticsOffer.batchSize).map {
            .names(Array(names[$0..<min($0 + StatisticsOffer.batchSize, names.count)]))
        }
    }

    /// Takes an answered batch off the running revision check; whether it was the last.
    mutating func finishRevisionBatch(_ request: PlannedRequest) -> Bool {
        guard let all = track(request.scope, request.granularity).map(revisionBatches) else { return true }
        return update(request.scope, request.granularity) { track in
            if track.revisionBatches.isEmpty { track.revisionBatches = all }
            track.revisionBatches.removeAll { $0 == request.statistics }
            return track.revisionBatches.isEmpty
        } ?? true
    }

    // MARK: Backfill

    private mutating func backfillRequest(now: UnixTime) -> PlannedRequest? {
        if let request = nextTurn(now: now) { return request }
        // Nobody asks for what is older than a search that nobody goes on with.
        return abandonSearches(now: now) ? nextTurn(now: now) : nil
    }

    /// Ends the searches for how far back the vendor serves that no scope can go on with: the one that began them is
    /// gone, or has what it wanted.
    /// - Returns: whether there were any.
    private mutating func abandonSearches(now: UnixTime) -> Bool {
        var hasAbandoned = false
        for (key, open) in reaches.openRanges {
            let goesOn = tracks.contains { track in
                EndpointLevel(track.scope) == key.level && track.granularity == key.granularity && track.failures < 3
                    && backlog(of: track, now: now).ranges.contains { $0.overlaps(open) }
            }
            if !goesOn {
                reaches.update(key) { $0.abandon() }
                hasAbandoned = true
            }
        }
        return hasAbandoned
    }

    /// The next scope's window.
    private func nextTurn(now: UnixTime) -> PlannedRequest? {
        var scopes: [Scope] = []
        for track in tracks where scopes.last != track.scope { scopes.append(track.scope) }
        guard !scopes.isEmpty else { return nil }
        if let searching, let request = backfillRequest(searching, now: now) { return request }
        let first = turn.flatMap { scopes.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
        for offset in scopes.indices {
            let scope = scopes[(first + offset) % scopes.count]
            if let request = backfillRequest(scope, now: now) { return request }
        }
        return nil
    }

    /// A scope's newest week, then its days, then older weeks.
    private func backfillRequest(_ scope: Scope, now: UnixTime) -> PlannedRequest? {
        let hourly = backfillRequest(scope, .hourly, now: now)
        // The first live tail brings the newest week: what is a few hours older than that does not go before the days.
        let newestWeek = settings.tail(.hourly, now: now).end - PlannedRequest.longest(.hourly)
        if let hourly, hourly.range.end > newestWeek { return hourly }
        return backfillRequest(scope, .daily, now: now) ?? hourly
    }

    private func backfillRequest(_ scope: Scope, _ granularity: Granularity, now: UnixTime) -> PlannedRequest? {
        guard let track = track(scope, granularity), track.notBefore <= Double(now),
            !track.searches.isRunning(.backfill),
            !backlog(of: track, now: now).isEmpty
        else { return nil }
        let offer = offer(scope)
        let names = offer.names
        // What each name misses most recently; most names miss the same. A name
        // without a tail yet is the live tail's to begin with.
        let open = track.openSince
        let lacking = names.map { name in
            let hasTail = open[name] != nil || track.lastTail(tailName(offer, open, name)) != nil
            return (name: name, missing: hasTail ? backlog(of: track, name, now: now).ranges.last : nil)
        }
        guard let end = lacking.compactMap(\.missing?.end).max(),
            let start = lacking.compactMap({ $0.missing }).filter({ $0.end == end }).map(\.start).max()
        else { return nil }
        guard
            let range = reaches.served(
                PlannedRequest.newestWindow(of: TimeRange(start, end), granularity), scope, granularity, now: now)
        else { return nil }
        let wanted = lacking.filter { $0.missing?.intersection(range) == range }.map(\.name)
        let statistics: StatisticSelection =
            offer.servesWildcard && wanted.count == names.count ? .all : .names(offer.batch(of: wanted))
        return PlannedRequest(
            scope: scope, granularity: granularity, range: range, statistics: statistics, purpose: .backfill)
    }
}
