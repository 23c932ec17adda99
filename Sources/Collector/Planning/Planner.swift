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

    var settings: CollectionSettings {
        didSet {
            guard settings != oldValue else { return }
            for position in tracks.indices { deriveDue(position) }
        }
    }
    /// The application's first. Loops that run for each request read single properties by position: with a thousand
    /// indices, copies of tracks were a tenth of the processor time of a fill.
    private(set) var tracks: [Track] = []
    /// The scopes of ``tracks``, in their order.
    private var scopes: [Scope] = []
    private var positions: [Scope: [Granularity: Int]] = [:]
    var offers: [EndpointLevel: StatisticsOffer] {
        didSet {
            for level in EndpointLevel.allCases {
                let (offer, old) = (offers[level], oldValue[level])
                guard offer?.names != old?.names || offer?.servesWildcard != old?.servesWildcard else { continue }
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
    /// The granularities of which the application's live tail has been answered since the start.
    private var opened: Set<Granularity> = []
    /// Whether the application's newest hours are requested though they are not due.
    private var asksApplication = false
    /// The scope that backfill serves next, because it searches for how far back the vendor serves.
    private var searching: Scope?

    init(settings: CollectionSettings, offers: [EndpointLevel: StatisticsOffer]) {
        self.settings = settings
        self.offers = offers
    }

    /// Replaces the tracks: the application's first, then its indices'.
    mutating func setTracks(_ tracks: [Track]) {
        self.tracks = tracks
        scopes = []
        positions = [:]
        for (position, track) in tracks.enumerated() {
            if scopes.last != track.scope { scopes.append(track.scope) }
            positions[track.scope, default: [:]][track.granularity] = position
            deriveCoverage(position)
        }
    }

    private mutating func deriveCoverage(_ position: Int) {
        let names = offer(tracks[position].scope).names
        tracks[position].derive(served: names)
        deriveDue(position)
    }

    private mutating func deriveDue(_ position: Int) {
        tracks[position].deriveDue(tails: tailNames(tracks[position]), settings)
    }

    /// Whether a track is not left alone after a failure.
    func isFree(_ position: Int, now: UnixTime) -> Bool { tracks[position].notBefore <= Double(now) }

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
        if tracks[position].answered != answered || tracks[position].setAside != setAside {
            deriveCoverage(position)
        } else {
            deriveDue(position)
        }
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
        for position in tracks.indices {
            let (due, notBefore) = (tracks[position].firstDue, tracks[position].notBefore)
            // What failed is tried again on time, whatever it was.
            if notBefore > Double(now) { wakeUp = min(wakeUp, notBefore) }
            wakeUp = min(wakeUp, max(Double(max(due, now)), notBefore))
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
            return track.firstDue <= now && !opened.contains(track.granularity)
                || track.granularity == .daily && backlog(of: track, now: now).ranges.contains { $0.overlaps(month) }
        }
    }

    /// Notes that a request was answered.
    mutating func noteAnswered(_ request: PlannedRequest) {
        if !request.scope.isIndex { asksApplication = false }
        if request.purpose == .live, !request.scope.isIndex { opened.insert(request.granularity) }
    }

    // MARK: Live

    /// Requests the application's newest hours next, whether they are due or not: their answer tells whether a key is
    /// refused, or its indices.
    mutating func askApplication() { asksApplication = true }

    /// Whether ``askApplication()`` leads to a request, sooner or later.
    var canAskApplication: Bool { applicationTail != nil }

    /// The position of the application's hours, if anything of them is served.
    private var applicationTail: Int? {
        tracks.firstIndex { !$0.scope.isIndex && $0.granularity == .hourly && $0.firstDue < .max }
    }

    private func liveRequest(now: UnixTime) -> PlannedRequest? {
        if asksApplication, let position = applicationTail, isFree(position, now: now),
            !tracks[position].searches.isRunning(.live)
        {
            return tailRequest(tracks[position], now: now)
        }
        var longest: Int?
        for position in tracks.indices {
            // The application's own tail goes before all indices'.
            if tracks[position].scope.isIndex, let longest, !tracks[longest].scope.isIndex { break }
            let due = tracks[position].firstDue
            guard due <= now, due < longest.map({ tracks[$0].firstDue }) ?? .max, isFree(position, now: now),
                !tracks[position].searches.isRunning(.live)
            else { continue }
            longest = position
        }
        return longest.flatMap { tailRequest(tracks[$0], now: now) }
    }

    /// The live tail of a track, of what is due first.
    private func tailRequest(_ track: Track, now: UnixTime) -> PlannedRequest? {
        guard let name = tailNames(track).first(where: { track.tailDue($0, settings) == track.firstDue }) else {
            return nil
        }
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
        tracks.indices.lazy.filter { !tracks[$0].searches.isEmpty && isFree($0, now: now) }
            .compactMap { tracks[$0].searches.nextPiece }.first
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
