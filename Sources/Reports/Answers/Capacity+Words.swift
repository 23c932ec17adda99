public import Capacity
internal import Presentation
public import UsageModel

extension ContractLimit {
    /// The limit as the subject of a question, in the plural.
    public var subject: String {
        switch self {
        case .searchRequestsPerMonth: "billed search requests"
        case .records: "billed records"
        case .maxQPS: "queries per second"
        case .recommendRequestsPerMonth: "Recommend requests"
        }
    }

    /// The limit as a heading.
    public var title: String {
        switch self {
        case .searchRequestsPerMonth: "Billed search requests per month"
        case .records: "Billed records"
        case .maxQPS: "Queries per second"
        case .recommendRequestsPerMonth: "Recommend requests per month"
        }
    }
}

extension ContractLimit {
    /// The limit's daily statistic as a heading: what is charged of records is not what a day has.
    var statisticTitle: String { self == .records ? "Records" : title }
}

extension Exhaustion {
    /// A phrase for a cell of a table.
    public var words: String {
        switch self {
        case .unlimited: "no limit"
        case .unknown: "not enough data"
        case .reached(let day): "since \(Phrase.cell(day))"
        case .expected(let day, let earliest, let latest):
            "\(Phrase.cell(day)) (\(Phrase.cell(earliest)) to \(latest.map(Phrase.cell) ?? "beyond the forecast"))"
        case .notExpected(let within, let earliest):
            "not in the next \(Figure.count(within, "day"))"
                + (earliest.map { "; \(Phrase.cell($0)) at the earliest" } ?? "")
        }
    }
}

extension ServerTrend.Resource {
    /// The resource as a heading.
    public var title: String {
        switch self {
        case .cpu: "CPU usage"
        case .ram: "Memory usage"
        case .ssd: "Data on disk, as a share of memory"
        case .buildTime: "Index build time"
        }
    }
}

extension DegradedQueries.Cause {
    /// A phrase for parentheses.
    var words: String {
        switch self {
        case .ssd: "reads from disk, not enough memory"
        case .capacity: "all search threads busy, not enough CPU"
        }
    }

    /// A phrase for a cell of a table.
    var title: String {
        switch self {
        case .ssd: "reads from disk (not enough memory)"
        case .capacity: "search threads busy (not enough CPU)"
        }
    }
}
