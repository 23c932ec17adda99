internal import AlgoliaClient
public import History
public import UsageModel

/// The requests that a backfill would take if it began now, counted by what plans them.
public struct BackfillEstimate: Sendable, Hashable {
    /// None when nothing is missing.
    public let requests: Int

    /// - Parameters:
    ///   - listed: the names of the application's indices; nil when they cannot be listed.
    ///   - servesWildcard: whether one request may ask for all statistics.
    ///   - history: what is stored already; nil before there is any.
    public init(
        of application: ApplicationID, settings: CollectionSettings, listed: [IndexName]?, servesWildcard: Bool,
        history: History?, now: UnixTime
    ) async throws {
        var discovery = IndexDiscovery(canList: listed != nil)
        discovery.noteListed(listed ?? [])
        let indices = discovery.selected(settings.indices, stored: [])
        let offers = EndpointLevel.allCases.map { level in
            (level, StatisticsOffer(level: level, refused: servesWildcard ? [:] : [.everything: now]))
        }
        var planner = Planner(settings: settings, offers: Dictionary(offers) { first, _ in first })
        let stored: StoredTracks?
        if let history {
            for horizon in try await history.vendorHorizons(application: application) {
                planner.reaches.setHorizon(horizon, for: ReachKey(horizon))
            }
            stored = try await StoredTracks(history, application, now: now)
        } else {
            stored = nil
        }
        let scopes = [Scope(application: application)] + indices.map { Scope(application: application, index: $0) }
        planner.setTracks(
            scopes.filter(settings.owns).flatMap { scope in
                [Granularity.hourly, .daily].map { granularity in
                    stored?.track(scope, granularity)
                        ?? Track(scope: scope, granularity: granularity, answered: [:], tailFetched: [:])
                }
            })
        let missing = planner.requestsLeft(now: now)
        // The list of indices is a request, too.
        requests = missing + (missing > 0 && listed != nil ? 1 : 0)
    }
}
