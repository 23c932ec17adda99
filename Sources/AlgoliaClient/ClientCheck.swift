public import UsageModel

/// Whether the keys of an application work, by at most two usage and two monitoring requests, the list of indices and the
/// registry of Usage API v2, and whether Algolia knows its clusters.
public struct ClientCheck: Sendable {
    /// One result: the thing that was checked and the finding, for people.
    public struct Finding: Sendable, Hashable {
        /// The verdict on it; what is not configured is skipped.
        public enum Verdict: Sendable, Hashable {
            case works, skipped, fails
        }

        public var verdict: Verdict
        public var what: String
        public var text: String
        /// The names of the application's indices, where they were listed.
        public var indices: [IndexName]?
        /// The clusters of the application's servers, where the inventory was served.
        public var clusters: [ServerName]?
        /// Whether one request may ask for all statistics.
        public var servesWildcard = true
    }

    private let client: AlgoliaClient

    public init(_ client: AlgoliaClient) { self.client = client }

    /// Whether the Usage API serves the last two hours before `now`.
    public func usage(now: UnixTime) async -> Finding {
        func finding(_ verdict: Finding.Verdict, _ text: String) -> Finding {
            Finding(verdict: verdict, what: "\(client.application) usage API", text: text)
        }
        guard client.key(.usage) != nil else {
            return finding(.skipped, "no usage key; only records, sizes and build times of indices are collected")
        }
        switch await ask(.all, now) {
        case .success(let answer):
            let statistics = Set(answer.series.map(\.statistic)).count
            guard let failure = answer.failure else {
                return finding(.works, "the key works; \(statistics) statistics in the last hours")
            }
            return finding(.fails, "incomplete response: \(failure)")
        case .failure(let refusal):
            guard case .success = await ask(.names(["total_search_requests"]), now) else {
                return finding(.fails, "\(refusal)")
            }
            var finding = finding(
                .works, "the key works; the plan does not include the wildcard, requesting statistics by name")
            finding.servesWildcard = false
            return finding
        }
    }

    /// Whether the registry of Usage API v2 is served, which most plans do without: no answer of it is a failure.
    /// - Parameter isOn: whether its metrics are to be collected.
    public func usageV2(isOn: Bool) async -> Finding {
        func finding(_ verdict: Finding.Verdict, _ text: String) -> Finding {
            Finding(verdict: verdict, what: "\(client.application) usage API v2", text: text)
        }
        guard isOn else { return finding(.skipped, "usage_v2 is off; billing metrics are not collected") }
        do throws(AlgoliaError) {
            let count = try await client.billingMetrics().count
            return finding(.works, "served; \(count) billing \(count == 1 ? "metric" : "metrics")")
        } catch {
            guard error.refusesRegistry else {
                return finding(.skipped, "no usable response: \(error); serve retries, nothing else depends on it")
            }
            return finding(.skipped, "not served to this key (\(error.code)); billing metrics are not collected")
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
        func finding(_ verdict: Finding.Verdict, _ text: String) -> Finding {
            Finding(verdict: verdict, what: "\(client.application) search API", text: text)
        }
        guard client.canListIndices else {
            return finding(.skipped, "no search key; only indices named in the configuration are collected")
        }
        do throws(AlgoliaError) {
            let names = try await client.indexNames()
            var finding = finding(.works, "the key works; \(names.count) \(names.count == 1 ? "index" : "indices")")
            finding.indices = names
            return finding
        } catch {
            return finding(.fails, "\(error)")
        }
    }

    /// Whether the Monitoring API serves servers and their metrics.
    public func monitoring() async -> Finding {
        func finding(_ verdict: Finding.Verdict, _ text: String) -> Finding {
            Finding(verdict: verdict, what: "\(client.application) monitoring API", text: text)
        }
        guard client.key(.monitoring) != nil else {
            return finding(.skipped, "no monitoring key; servers are not collected")
        }
        do throws(AlgoliaError) {
            let servers = try await client.inventory()
            let metrics = Set(try await client.infrastructure(.hour).map(\.statistic))
            var finding = finding(.works, "the key works; \(servers.count) servers, \(metrics.count) metrics")
            finding.clusters = Set(servers.map(\.cluster)).subtracting([""]).sorted()
            return finding
        } catch {
            return finding(.fails, "\(error)")
        }
    }

    /// Whether Algolia tells the status of these clusters, without a key. Each that it does not know is another request.
    /// - Parameters:
    ///   - clusters: none is not asked for.
    ///   - areConfigured: whether the configuration names them, so that one that is unknown is a mistake there.
    public func status(of clusters: [ServerName], areConfigured: Bool) async -> Finding {
        func finding(_ verdict: Finding.Verdict, _ text: String) -> Finding {
            Finding(verdict: verdict, what: "\(client.application) cluster status", text: text)
        }
        guard client.canAskStatus else {
            return finding(
                .skipped, "endpoints.usage is set and endpoints.monitoring is not; not asking \(client.statusEndpoint)")
        }
        guard !clusters.isEmpty else {
            return finding(
                .skipped,
                areConfigured
                    ? "clusters is empty; not collected"
                    : "no cluster is known; clusters come from the inventory, from max_qps once it is stored, or from "
                        + "clusters in the configuration")
        }
        var known = clusters
        var unknown: [ServerName] = []
        while !known.isEmpty {
            do throws(AlgoliaError) {
                let status = try await client.clusterStatus(known)
                let states = known.compactMap { name in status[name].map { "\(name) \($0)" } }
                let others = unknown.isEmpty ? "" : "; unknown to Algolia: \(Self.list(unknown))"
                return finding(
                    unknown.isEmpty || !areConfigured ? .works : .fails, states.joined(separator: ", ") + others)
            } catch {
                let named = error.unknownClusters(among: known)
                guard !named.isEmpty else { return finding(.fails, "\(error)") }
                unknown += named
                known.removeAll(where: named.contains)
            }
        }
        return finding(.fails, "Algolia knows none of the clusters \(Self.list(unknown))")
    }

    private static func list(_ names: [ServerName]) -> String { names.map(\.text).joined(separator: ", ") }
}
