public import UsageModel

/// Whether the keys of an application work, by at most two usage and two monitoring requests and the list of indices.
public struct ClientCheck: Sendable {
    /// One result: the thing that was checked and the finding, for people.
    public struct Finding: Sendable, Hashable {
        public var isGood: Bool
        public var what: String
        public var text: String
    }

    private let client: AlgoliaClient

    public init(_ client: AlgoliaClient) { self.client = client }

    /// Whether the Usage API serves the last two hours before `now`.
    public func usage(now: UnixTime) async -> Finding {
        func finding(_ isGood: Bool, _ text: String) -> Finding {
            Finding(isGood: isGood, what: "\(client.application) usage API", text: text)
        }
        switch await ask(.all, now) {
        case .success(let answer):
            let statistics = Set(answer.series.map(\.statistic)).count
            guard let failure = answer.failure else {
                return finding(true, "the key works; \(statistics) statistics in the last hours")
            }
            return finding(false, "incomplete response: \(failure)")
        case .failure(let refusal):
            guard case .success = await ask(.names(["total_search_requests"]), now) else {
                return finding(false, "\(refusal)")
            }
            return finding(
                true, "the key works; the plan does not include the wildcard, requesting statistics by name")
        }
    }

    private func ask(
        _ statistics: StatisticSelection, _ now: UnixTime
    ) async -> Result<UsageAnswer, AlgoliaError> {
        let end = Granularity.hourly.floor(now)
        let request = UsageRequest(
            scope: Scope(application: client.application), statistics: statistics, granularity: .hourly,
            range: TimeRange(end - 7200, end))
        do throws(AlgoliaError) { return .success(try await client.usage(request)) } catch { return .failure(error) }
    }

    /// Whether the Search API lists the indices.
    public func indices() async -> Finding {
        func finding(_ isGood: Bool, _ text: String) -> Finding {
            Finding(isGood: isGood, what: "\(client.application) search API", text: text)
        }
        guard client.canListIndices else {
            return finding(true, "no search key; only indices named in the configuration are collected")
        }
        do throws(AlgoliaError) {
            return finding(true, "the key works; \(try await client.indexNames().count) indices")
        } catch {
            return finding(false, "\(error)")
        }
    }

    /// Whether the Monitoring API serves servers and their metrics.
    public func monitoring() async -> Finding {
        func finding(_ isGood: Bool, _ text: String) -> Finding {
            Finding(isGood: isGood, what: "\(client.application) monitoring API", text: text)
        }
        guard client.key(.monitoring) != nil else {
            return finding(true, "no monitoring key; servers and clusters are not collected")
        }
        do throws(AlgoliaError) {
            let servers = try await client.inventory()
            let metrics = Set(try await client.infrastructure(.hour).map(\.statistic))
            return finding(true, "the key works; \(servers.count) servers, \(metrics.count) metrics")
        } catch {
            return finding(false, "\(error)")
        }
    }
}
