internal import AlgoliaClient
internal import Collector
internal import Exposition
internal import History
internal import Presentation
internal import RemoteStorage
internal import UsageModel

/// `/collector`: what is collected, what is missing, and what Algolia says to it.
enum CollectorPage {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .collector, exporter, summary: "Collector page: stored data, gaps and requests.",
            contents: "Coverage calendars, requests, errors and keys of every application."
        ) { _ in
            let facts = try await CollectorFacts(exporter)
            let ids = facts.applications()
            let applications = ids.enumerated().map {
                CollectorApplication($0.element, position: $0.offset + 1, isFolded: ids.count > 1, facts)
            }
            let content = Content(facts, applications, exporter)
            return Page(
                name: .collector, content: PageTemplates.render(.collector, content, at: exporter.paths))
        }
    }

    private struct Content: ViewModel {
        struct Requests: ViewModel {
            var api: String
            var code: String
            var count: String
        }

        struct Quota: ViewModel {
            var application: ApplicationID
            var sent: String
            var limit: String
            var percent: String

            init(_ status: ApplicationStatus) {
                let quota = status.quota
                application = status.application
                sent = Figure.exact(quota.sentInLastMinute)
                limit = Figure.exact(quota.requestsPerMinute)
                percent = String(quota.sentInLastMinute * 100 / quota.requestsPerMinute)
            }
        }

        struct Remote: ViewModel {
            var name: String
            var accepted: String
            var dropped: String
            var lag: String
        }

        var hasApplications: Bool
        /// Whether a table leads to the applications.
        var hasSeveral: Bool
        var applications: [CollectorApplication]
        var hasRequests: Bool
        var requests: [Requests]
        var rate: String
        var hasQuotas: Bool
        var quotas: [Quota]
        var hasRemotes: Bool
        var remotes: [Remote]
        var version: String
        var uptime: String
        var path: String
        var databaseSize: String
        var databaseProblem: Markup?
        var pointsStored: String

        init(_ facts: CollectorFacts, _ applications: [CollectorApplication], _ exporter: Exporter) {
            let registry = facts.registry
            self.applications = applications
            hasApplications = !applications.isEmpty
            hasSeveral = applications.count > 1
            let seconds = max(Double(facts.now) - exporter.process.started, 0)
            let counts = registry.samples(of: RequestMetrics.requests)
            requests = counts.map {
                Requests(
                    api: $0.labels["api"] ?? "", code: $0.labels["code"] ?? "", count: Figure.exact(Int($0.value)))
            }
            hasRequests = !requests.isEmpty
            rate = Figure.compact(counts.reduce(0) { $0 + $1.value } / max(seconds / 60, 1))
            quotas = facts.statuses.map(Quota.init)
            hasQuotas = !quotas.isEmpty
            remotes = registry.samples(of: RemoteWriteMetric.lag).compactMap { $0.labels["remote"] }.map { name in
                func total(_ metric: MetricDeclaration) -> Double {
                    registry.samples(of: metric).filter { $0.labels["remote"] == name }.reduce(0) { $0 + $1.value }
                }
                return Remote(
                    name: name, accepted: Figure.exact(Int(total(RemoteWriteMetric.samples))),
                    dropped: Figure.exact(Int(total(RemoteWriteMetric.dropped))),
                    lag: DurationText.string(Int64(total(RemoteWriteMetric.lag))))
            }
            hasRemotes = !remotes.isEmpty
            version = exporter.build.version
            uptime = DurationText.string(seconds < 60 ? Int64(seconds) : Int64(seconds) / 60 * 60)
            path = exporter.history.path
            databaseProblem = exporter.history.problem.map { "\($0.sentence(exporter.history.path))" }
            databaseSize = Figure.bytes(Double(exporter.history.size))
            pointsStored = Figure.exact(Int(registry.value(of: CollectorMetric.pointsStored) ?? 0))
        }
    }
}
