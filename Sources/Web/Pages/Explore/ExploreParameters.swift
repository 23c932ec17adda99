internal import UsageModel

/// The parameters of the explorer: those of a range, with defaults that suit a first look.
enum ExploreParameters {
    /// How much of the past is shown; `start` and `end` count before it.
    enum Preset: String, CaseIterable {
        case day = "24h"
        case week = "7d"
        case month = "30d"
        case quarter = "90d"
        case year = "1y"
        /// From the start of the billing period, or of each application's that begins first.
        case period
        case all

        /// Nil where it depends on contracts or on what is stored.
        var seconds: Int64? {
            switch self {
            case .day: 86_400
            case .week: 7 * 86_400
            case .month: 30 * 86_400
            case .quarter: 90 * 86_400
            // 52 weeks and a day: as far as Algolia lets anyone look back.
            case .year: 365 * 86_400
            case .period, .all: nil
            }
        }

        var name: String {
            switch self {
            case .day: "24 hours"
            case .week: "7 days"
            case .month: "30 days"
            case .quarter: "90 days"
            case .year: "1 year"
            case .period: "this billing period"
            case .all: "all"
            }
        }
    }

    /// An earlier range that is drawn beside the one that is asked for, with the same weekdays.
    enum Comparison: String, CaseIterable {
        case none, week, year

        /// How much earlier; nil for none.
        var seconds: Int64? {
            switch self {
            case .none: nil
            case .week: 7 * 86_400
            case .year: 52 * 7 * 86_400
            }
        }

        /// The range in words, such as `a week earlier`.
        var words: String { self == .none ? "nothing" : "a \(rawValue) earlier" }
    }

    enum Width: String, CaseIterable {
        case auto, minutely, hourly, daily

        /// Nil where the page chooses.
        var granularity: Granularity? { Granularity(rawValue: rawValue) }
    }

    static let defaultStatistic: StatisticName = "billed_search_requests"
    static let defaultPreset = Preset.week
    /// The most statistics of one page.
    static let mostStatistics = 8
    /// The default number of series for all indices.
    static let defaultTop = 8

    static let declared: [Endpoint.Parameter] = [
        .init(
            name: "statistic",
            summary:
                "One or more statistics, separated by commas or repeated, at most \(mostStatistics); each unit is a "
                + "chart. \(defaultStatistic) by default.", repeats: true),
        .init(name: "application", summary: "An application id; all applications by default."),
        .init(
            name: "index",
            summary: "An index name, or * for all indices; repeatable. Without it, the application as a whole.",
            repeats: true),
        .init(name: "key", summary: "A server, region or cluster; all by default."),
        .init(
            name: "range", summary: "The length of the range; start and end override it. 7d by default.",
            schema: .options(Preset.allCases.map(\.rawValue))),
        .init(name: "start", summary: "The start of the range: \(TimeParameter.accepted)."),
        RangeParameters.end,
        .init(
            name: "granularity", summary: "The stored granularity; chosen by range by default.",
            schema: .options(Width.allCases.map(\.rawValue))),
        .init(
            name: "step",
            summary:
                "The bucket width: \(CalendarStep.allCases.map(\.rawValue).joined(separator: ", ")), or such as 6h; the "
                + "narrowest that fits the chart by default."),
        RangeParameters.aggregate,
        .init(
            name: "compare", summary: "An earlier range of the same length to draw beside it: a week, or 52 weeks.",
            schema: .options(Comparison.allCases.map(\.rawValue))),
        .init(
            name: "top",
            summary: "Maximum number of series, largest sums first; \(defaultTop) for all indices by default.",
            schema: .integer(minimum: 1)),
    ]
}
