internal import Capacity
internal import Hummingbird
internal import Presentation
internal import UsageModel

/// `/indices`: every index of an application, to be searched and sorted.
enum IndicesPage {
    /// The orders of the table.
    enum Order: String, CaseIterable {
        case searches, growth, records, name
    }

    /// Indices on one page.
    static let pageSize = 100

    static let parameters = [
        Endpoint.Parameter(name: "application", summary: "An application id; the first application by default."),
        Endpoint.Parameter(name: "search", summary: "Text that the names contain, in any case."),
        Endpoint.Parameter(
            name: "sort",
            summary: "The order: largest first, or by name. searches by default; growth is that of this month.",
            schema: .options(Order.allCases.map(\.rawValue))),
        Endpoint.Parameter(
            name: "page", summary: "The page of \(pageSize) indices; 1 by default.", schema: .integer(minimum: 1)),
    ]

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Page.endpoint(
            .indices, exporter, summary: "Indices page: searches, growth and records of every index.",
            contents: "A table of the indices, \(pageSize) a page.", parameters: parameters,
            failures: [400: "A parameter is invalid; the page names it.", 404: "The application is unknown."]
        ) { request in
            let given = QueryParameters(unchecked: request.uri.query)
            let known = try await CollectorFacts.known(exporter)
            var page = Page(name: .indices, content: .empty)
            var result: IndicesResult?
            do throws(any Error) {
                let checked = try QueryParameters(request.uri.query, accepting: parameters)
                let (order, number) = (try order(checked), try number(checked))
                if let application = try chosen(checked, of: known) {
                    let report = try await exporter.capacity.report(application)
                    let found = IndicesResult(
                        report, given, order: order, page: number, root: exporter.paths.linkPrefix)
                    guard number <= found.pages else {
                        throw Problem.parameter(
                            "page", "there is no page \(number)",
                            accepted: found.pages == 1 ? "1" : "1 to \(found.pages)")
                    }
                    result = found
                    if known.count > 1 { page.subject = application.text }
                }
            } catch let problem as Problem {
                page.problem = problem
            }
            page.content = PageTemplates.render(
                .indices, IndicesContent(given, applications: known, result), at: exporter.paths)
            return page
        }
    }

    private static func order(_ given: QueryParameters) throws -> Order {
        try given.option("sort", of: Order.allCases, default: .searches)
    }

    private static func number(_ given: QueryParameters) throws -> Int {
        guard let text = given["page"] else { return 1 }
        guard let number = Int(text), (1...1_000_000).contains(number) else {
            throw Problem.parameter("page", "\"\(text)\" is not a page", accepted: "a whole number from 1")
        }
        return number
    }

    private static func chosen(_ given: QueryParameters, of known: [ApplicationID]) throws -> ApplicationID? {
        let asked: [ApplicationID]? = try given.names("application")
        guard let id = asked?.first else { return known.first }
        guard known.contains(id) else { throw CapacityRoute.unknown(id, known) }
        return id
    }
}

/// The form of the page, and its table.
struct IndicesContent: ViewModel {
    struct Option: ViewModel {
        var value: String
        var isSelected: Bool
    }

    var hasChoice: Bool
    var applications: [Option]
    var search: String
    var orders: [Option]
    var isEmpty: Bool
    var results: [IndicesResult]

    init(_ given: QueryParameters, applications known: [ApplicationID], _ result: IndicesResult?) {
        hasChoice = known.count > 1
        applications = known.map { Option(value: $0.text, isSelected: $0 == result?.application) }
        search = given["search"] ?? ""
        let order = given["sort"] ?? IndicesPage.Order.searches.rawValue
        orders = IndicesPage.Order.allCases.map { Option(value: $0.rawValue, isSelected: $0.rawValue == order) }
        isEmpty = known.isEmpty
        results = result.map { [$0] } ?? []
    }
}
