internal import AlgoliaClient
public import History
public import UsageModel

/// The requests that a start would make before it waits, counted by what plans them.
public struct BackfillEstimate: Sendable, Hashable {
    /// The list of indices, the newest data, and what is missing.
    public let requests: Int
    /// Whether only the newest data is to be requested: all older data that is wanted is stored, of every index.
    public let isComplete: Bool

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
        let start = planner.requestsOfStart(now: now)
        requests = start.newest + start.missing + (listed != nil ? 1 : 0)
        isComplete = start.missing == 0 && planner.tracks.allSatisfy { !$0.known.isEmpty }
    }
}
