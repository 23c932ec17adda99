internal import AlgoliaClient
internal import History
internal import UsageModel

extension ApplicationCollector {
    /// Failures in a row after which a scope counts as stuck.
    private static let patience = 5
    /// Ranges that are named one by one.
    private static let shownRanges = 20

    /// Collects until nothing is missing any more, or until all that is missing keeps failing.
    /// - Parameter progress: called after each request.
    /// - Returns: the parts of the wanted history that are missing; empty when the history is complete.
    public func runUntilComplete(progress: @Sendable (ApplicationStatus) async -> Void) async -> [String] {
        while !Task.isCancelled {
            let step = await step()
            let status = status()
            await progress(status)
            if status.remaining.values.allSatisfy({ $0 == 0 }), isComplete {
                await noteComplete()
                return shortfall
            }
            guard case .idle(let wakeUp) = step else { continue }
            if health.isUnauthorized {
                return ["\(client.application): \(status.lastError ?? "the key was rejected")"]
            }
            let stuck = planner.tracks.filter { $0.failures >= Self.patience && !$0.isSearching }.map(
                \.scope.description)
            let incomplete = Set(planner.incompleteScopes(now: clock.now).map(\.description))
            if !stuck.isEmpty, incomplete.isSubset(of: stuck) {
                return Set(stuck).sorted().map { "\($0): \(status.lastError ?? "unknown error")" }
            }
            do { try await clock.sleep(until: wakeUp) } catch { break }
        }
        return ["\(client.application): cancelled"]
    }

    /// The parts of the wanted history that the vendor did not give, as lines for people.
    ///
    /// Days that are older than ``CollectionSettings/usualRetention`` are wanted only as far as the vendor keeps them.
    private var shortfall: [String] {
        let now = clock.now
        var lines: [String] = []
        for granularity in [Granularity.hourly, .daily] {
            guard let horizon = planner.reaches.horizon(ReachKey(.application, granularity)) else { continue }
            let wanted = granularity == .daily ? CollectionSettings.usualRetention : settings.horizon
            guard horizon.age < wanted - 2 * granularity.seconds else { continue }
            let start = RFC3339.string(granularity.ceiling(now - horizon.age))
            lines.append(
                "\(client.application): no \(granularity.rawValue) history before \(start): \(horizon.reason)")
        }
        let setAside = planner.tracks.flatMap(\.setAside)
        lines += setAside.prefix(Self.shownRanges).map {
            "\($0.scope): \($0.granularity.rawValue) \($0.statistic) of \($0.range) skipped: \($0.reason)"
        }
        if setAside.count > Self.shownRanges {
            lines.append("\(client.application): \(setAside.count - Self.shownRanges) more ranges skipped")
        }
        return lines
    }

    /// Whether indices are known and every live tail has been fetched once.
    private var isComplete: Bool {
        hasDiscovered && planner.incompleteScopes(now: clock.now).isEmpty
    }
}
