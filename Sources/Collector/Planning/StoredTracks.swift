internal import History
internal import UsageModel

/// The tracks of an application as the history knows them.
struct StoredTracks {
    private let answered: [Scope: [Granularity: [StatisticName: TimeRangeSet]]]
    private let setAside: [TrackIdentity: [SetAside]]
    private let tails: [TrackIdentity: [Freshness]]
    private let revisionChecks: [Scope: [Granularity: UnixTime]]
    private let isBilling: Bool

    private struct TrackIdentity: Hashable {
        var scope: Scope
        var granularity: Granularity
    }

    /// Reads them. What was noted later than `now` is void: a clock was ahead.
    /// - Parameter isBilling: those of the billing metrics, and not of the other statistics.
    init(
        _ history: History, _ application: ApplicationID, now: UnixTime, billing isBilling: Bool = false
    ) async throws {
        self.isBilling = isBilling
        tails = Dictionary(
            grouping: try await history.freshness(billing: isBilling).filter {
                $0.scope.application == application && $0.isLive && $0.fetchedAt <= now
            },
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
        answered = try await history.answered(application: application, billing: isBilling)
        revisionChecks = try await history.revisionChecks(application: application, billing: isBilling)
            .mapValues { $0.filter { $0.value <= now } }
        setAside = Dictionary(
            grouping: try await history.setAside(application: application, billing: isBilling),
            by: { TrackIdentity(scope: $0.scope, granularity: $0.granularity) })
    }

    /// The track of a scope, which begins here.
    func track(_ scope: Scope, _ granularity: Granularity) -> Track {
        let identity = TrackIdentity(scope: scope, granularity: granularity)
        return Track(
            scope: scope, granularity: granularity, answered: answered[scope]?[granularity] ?? [:],
            setAside: setAside[identity] ?? [],
            tailFetched: Dictionary(
                (tails[identity] ?? []).map { ($0.statistic, $0.fetchedAt) }, uniquingKeysWith: max),
            revisionChecked: revisionChecks[scope]?[granularity], followsTurns: isBilling)
    }

    /// The ranges that need not be asked for in a scope that is not collected, by statistic or `*`.
    static func known(
        _ scope: Scope, _ granularity: Granularity, in history: History
    ) async throws -> [StatisticName: TimeRangeSet] {
        var foreign = Track(
            scope: scope, granularity: granularity,
            answered: try await history.answered(application: scope.application)[scope]?[granularity] ?? [:],
            tailFetched: [:])
        // What is set aside is not asked for by every reader again.
        foreign.setAside = try await history.setAside(application: scope.application).filter {
            $0.scope == scope && $0.granularity == granularity
        }
        foreign.derive(served: [])
        return foreign.known
    }
}
