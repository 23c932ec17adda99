internal import AlgoliaClient
internal import UsageModel

/// A question about clusters, of which the vendor may not know some: it then refuses the whole.
struct ClusterQuestion<Answer: Sendable>: Sendable {
    /// The result of the question.
    struct Outcome {
        /// The clusters that the answer is about.
        var known: [ServerName]
        /// The clusters that the vendor does not know, each with its refusal.
        var unknown: [(name: ServerName, error: AlgoliaError)] = []
        /// The answer about the known ones; when there are none, the refusal.
        var result: Result<Answer, any Error>
    }

    let ask: @Sendable ([ServerName]) async throws -> Answer

    /// Asks, and leaves out what is unknown until the rest is answered: the cluster that the refusal names, or else
    /// those that are refused when they are asked about alone.
    func answer(about names: [ServerName]) async -> Outcome {
        var outcome = Outcome(known: names, result: .failure(CancellationError()))
        while true {
            do {
                outcome.result = .success(try await ask(outcome.known))
                return outcome
            } catch {
                outcome.result = .failure(error)
                guard let refusal = error as? AlgoliaError, refusal.isUnknownCluster else { return outcome }
                let named = refusal.unknownClusters(among: outcome.known)
                let unknown: [ServerName]
                do {
                    unknown = named.isEmpty ? try await refusedAlone(outcome.known) : named
                } catch {
                    outcome.result = .failure(error)
                    return outcome
                }
                outcome.unknown += unknown.map { ($0, refusal) }
                outcome.known.removeAll(where: unknown.contains)
                // Refused together and not one by one: nothing can be left out.
                guard !unknown.isEmpty, !outcome.known.isEmpty else { return outcome }
            }
        }
    }

    private func refusedAlone(_ names: [ServerName]) async throws -> [ServerName] {
        guard names.count > 1 else { return names }
        var unknown: [ServerName] = []
        for name in names {
            do {
                _ = try await ask([name])
            } catch let error as AlgoliaError where error.isUnknownCluster {
                unknown.append(name)
            }
        }
        return unknown
    }
}
