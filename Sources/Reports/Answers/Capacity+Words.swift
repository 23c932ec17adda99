public import Capacity
internal import Forecast
internal import Presentation
public import UsageModel

extension ContractLimit {
    /// The limit as the subject of a question, in the plural.
    public var subject: String {
        switch self {
        case .searchRequestsPerMonth, .searchRequestsPerYear: "billed search requests"
        case .records, .recordsPerYear: "billed records"
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
        case .searchRequestsPerYear: "Billed search requests per year"
        case .recordsPerYear: "Billed records per year"
        }
    }
}

extension ContractLimit {
    /// The limit's daily statistic as a heading: what is charged of records is not what a day has.
    var statisticTitle: String { statistic == Self.records.statistic ? "Records" : title }
}

extension TermReport {
    /// `the term to 31 Jan 2027`.
    var words: String { "the term to \(CalendarText.date(days.upperBound - 1))" }
}

extension ExcessCost {
    /// The cost with its interval, for a cell of a table: `1,230 USD (0 to 2,400 USD)`.
    var words: String {
        let lower = Figure.rounded(bounds.lower80)
        let upper = Figure.rounded(bounds.upper80)
        return money(mean) + (lower == upper ? "" : " (\(lower) to \(money(bounds.upper80)))")
    }

    /// A sentence.
    var sentence: String {
        if bounds.upper80 <= 0 { return "No excess cost is projected." }
        let interval = bounds.lower80 < bounds.upper80
        return "Cost of the projected excess: \(money(mean))"
            + (interval ? " (80% interval: \(Figure.rounded(bounds.lower80)) to \(money(bounds.upper80)))." : ".")
    }

    private func money(_ value: Double) -> String { Figure.rounded(value) + Figure.space + currency }
}

extension IndexReport {
    /// A sentence on ``unfetched`` indices, of which there are some.
    public var unfetchedWords: String {
        "\(Figure.exact(unfetched)) of \(Figure.count(usage.count, "index", "indices")) \(unfetched == 1 ? "was" : "were") "
            + "not fetched for all of the last \(Self.span) days: shares are upper bounds, and the order may change."
    }

    /// The share of one index for a cell of a table.
    public func share(of usage: IndexUsage) -> String {
        usage.share.map { (unfetched > 0 ? "≤ " : "") + Figure.percent($0) } ?? Figure.missing
    }

    /// A sentence or two on the searches that no index has.
    var attributionWords: String {
        guard let attribution else {
            return "Not enough data to tell how many of the application's searches are not attributed to an index."
        }
        guard attribution.unattributed > 0, let share = attribution.unattributedShare else {
            return "Every billed search of the application is attributed to an index."
        }
        return "Shares are of the searches that are attributed to an index. "
            + "\(attribution.isComplete ? "" : "At most ")\(Figure.compact(attribution.unattributed)) of the "
            + "application's \(Figure.compact(attribution.application)) (\(Figure.percent(share))) are not: those of "
            + "queries of several indices at once, and of indices that are not collected."
    }
}

extension Exhaustion {
    /// A phrase for a cell of a table.
    public var words: String {
        switch self {
        case .unlimited: "no limit"
        case .unknown, .unknownTerm: "not enough data"
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
