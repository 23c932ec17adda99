internal import Capacity
internal import History
internal import Hummingbird
internal import Presentation
internal import UsageModel

/// `/indices/NAME`: one index by day and by month.
enum IndexPage {
    /// The statistics that are shown of an index, in this order.
    static let statistics: [StatisticName] = [
        "billed_search_requests", "records", "99p_processing_time", "avg_processing_time", "total_indexing_operations",
        "queries_above_last_ms_processing_time",
    ]
    /// Days of the charts.
    static let charted: Int64 = 90
    /// The age in days of the oldest month of the table.
    private static let stored: Int64 = 365

    private static let prefix = "\(PageName.indices.path)/"
    private static let parameters = [
        Endpoint.Parameter(name: "index", summary: "The index, percent-encoded as one segment.", place: .path),
        Endpoint.Parameter(
            name: "application", summary: "An application id; by default the first that has the index."),
    ]

    /// The page of an index, or the explorer where its name cannot be a segment of a path.
    static func link(_ index: IndexName, of application: ApplicationID) -> String {
        let isDots = [".", ".."].contains(index.text)
        let query = [(name: "application", value: application.text)] + (isDots ? [("index", index.text)] : [])
        let path = isDots ? PageName.explore.path : prefix + PercentEncoding.pathSegment(index.text)
        return "\(path)?\(PercentEncoding.query(query))"
    }

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .indices, path: prefix + "{index}", exporter, summary: "Index page: one index by day and month.",
            contents: "Charts of the last \(charted) days, and a table of months.", parameters: parameters,
            failures: [400: "A parameter is invalid; the page names it.", 404: "The application or index is unknown."]
        ) { request in
            var page = Page(name: .indices, content: .empty)
            do throws(any Error) {
                let content = try await content(request, exporter)
                page.subject = content.name
                page.heading = content.name
                page.content = PageTemplates.render(index: content, at: exporter.paths)
            } catch let problem as Problem {
                page.problem = problem
            }
            return page
        }
    }

    private static func content(_ request: Request, _ exporter: Exporter) async throws -> IndexContent {
        let given = try QueryParameters(
            request.uri.query, accepting: parameters.filter { $0.place == .query })
        let segment = request.uri.path.dropFirst(prefix.count)
        guard let text = PercentEncoding.validated(segment, plusIsSpace: false), let index = IndexName(text) else {
            throw Problem.parameter("index", "the name is not percent-encoded UTF-8", accepted: "percent-encoded UTF-8")
        }
        let known = try await exporter.history.applicationIDs()
        let names: [ApplicationID]? = try given.names("application")
        let asked = names?.first
        if let asked, !known.contains(asked) { throw CapacityRoute.unknown(asked, known) }
        var having: [ApplicationID] = []
        for application in known {
            if try await exporter.history.hasIndex(index, of: application) { having.append(application) }
        }
        guard let application = asked ?? having.first, having.contains(application) else {
            let place = asked.map { " of \($0)" } ?? ""
            throw Problem.unknown(
                "index", "there is no index \"\(index)\"\(place)",
                accepted: "a name that \(PageName.indices.path) lists")
        }
        let now = exporter.clock.now
        let end = Granularity.daily.floor(now)
        // Whole months: the first would lack days.
        let first = BillingPeriod().containing(end / Granularity.daily.seconds - stored).lowerBound
        let query = RangeQuery(
            statistics: statistics, applications: [application], indices: .names([index]), granularity: .daily,
            range: TimeRange(first * Granularity.daily.seconds, end))
        var searches = query
        searches.statistics = [IndexContent.searches]
        return IndexContent(
            index, of: application, query, try await RangeParameters.answer(query, exporter, now: now),
            fetched: try await exporter.history.fetchedRanges(of: searches, now: now), root: exporter.paths.linkPrefix)
    }
}
