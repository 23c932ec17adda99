internal import AlgoliaClient
internal import UsageModel

extension ApplicationCollector {
    /// Failures in a row after which a scope counts as stuck.
    private static let patience = 5

    /// Collects until nothing is missing any more, or until all that is missing keeps failing.
    /// - Parameter progress: called after each request.
    /// - Returns: what keeps failing; empty when the history is complete.
    public func runUntilComplete(progress: @Sendable (ApplicationStatus) async -> Void) async -> [String] {
        while !Task.isCancelled {
            let step = await step()
            let status = status()
            await progress(status)
            if status.remaining.values.allSatisfy({ $0 == 0 }), isComplete {
                await noteComplete()
                return []
            }
            guard case .idle(let wakeUp) = step else { continue }
            if health.isUnauthorized {
                return ["\(client.application): \(status.lastError ?? "the key is refused")"]
            }
            let stuck = planner.tracks.filter { $0.failures >= Self.patience }.map(\.scope.description)
            let incomplete = Set(planner.incompleteScopes(now: clock.now).map(\.description))
            if !stuck.isEmpty, incomplete.isSubset(of: stuck) {
                return Set(stuck).sorted().map { "\($0): \(status.lastError ?? "unknown error")" }
            }
            do { try await clock.sleep(until: wakeUp) } catch { break }
        }
        return ["\(client.application): cancelled"]
    }

    /// Whether indices are known and every live tail has been fetched once.
    private var isComplete: Bool {
        hasDiscovered && planner.incompleteScopes(now: clock.now).isEmpty
    }
}
