internal import Capacity
internal import Exposition
internal import Forecast
internal import UsageModel

/// Capacity as metric families, for alerts: only limits of a contract, and only what is known of them.
enum CapacityFamilies {
    private static let families: [(metric: MetricDeclaration, value: @Sendable (LimitReport) -> Double?)] = [
        (
            MetricDeclaration(
                "algolia_capacity_utilization_ratio", .gauge, labels: ["application", "limit"],
                help:
                    """
                    Used share of a contract limit in this billing period, or of an annual commitment in this term: \
                    search requests up to the newest complete day, records as billed, peak queries per second.
                    """,
                meaning:
                    """
                    used share of the limit in this billing period: billed search requests up to the newest whole \
                    day, records of the fourth-highest day (the lowest while there are fewer than four), peak queries \
                    per second. Of an annual commitment (`…_per_year`): in this term, records added up over its billing \
                    periods
                    """),
            { $0.utilization }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_coverage_ratio", .gauge, labels: ["application", "limit"],
                help:
                    """
                    Share of the days of this billing period or term so far that have data; below 1 the utilization is \
                    a lower bound.
                    """,
                meaning:
                    """
                    share of the days of this billing period or term so far that have data; below 1 the utilization is \
                    a lower bound
                    """),
            { $0.used == nil ? nil : $0.usedCoverage }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_projected_ratio", .gauge, labels: ["application", "limit"],
                help: "Projected used share of a contract limit at the end of this billing period or term.",
                meaning: "projected used share at the end of this billing period or term"),
            { $0.projectedUtilization }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_exceedance_ratio", .gauge, labels: ["application", "limit"],
                help: "Probability that a limit is exceeded by the end of this billing period or term, from 0 to 1.",
                meaning: "probability of exceeding the limit by then, 0 to 1"),
            { $0.projection?.exceedance }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_exhaustion_timestamp_seconds", .gauge, labels: ["application", "limit"],
                help:
                    """
                    Unix time of the day on which a limit was or will be reached; absent when that is not projected \
                    within a year.
                    """,
                meaning:
                    """
                    the day on which the limit was or will be reached, at 00:00 UTC; absent when that is not \
                    projected within a year
                    """),
            { $0.exhaustion.day.map { Double($0 * Granularity.daily.seconds) } }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_pace_ratio", .gauge, labels: ["application", "limit"],
                help:
                    "Mean use so far in the term of an annual commitment, relative to that which uses it up on the last day.",
                meaning:
                    """
                    of an annual commitment: mean use so far in its term, relative to that which uses it up on the last \
                    day; above 1 it will not last at this pace
                    """),
            { $0.term?.pace }
        ),
        (
            MetricDeclaration(
                "algolia_capacity_months_over_twelfth", .gauge, labels: ["application", "limit"],
                help: "Billing periods of the term so far that took more than a twelfth of an annual commitment.",
                meaning:
                    "of an annual commitment: billing periods of its term so far that took more than a twelfth of it"
            ),
            {
                // Without a month that is known there are not zero.
                $0.term.flatMap { term in
                    term.months.contains { $0.value != nil } ? Double(term.monthsOver.count) : nil
                }
            }
        ),
        (
            cost(
                "", help: "Cost of the projected excess over a limit, in the currency of the label.",
                meaning:
                    """
                    cost of what is projected beyond the limit at the end of this billing period or term, 0 when it stays \
                    within it; needs [prices](configuration.md#applications)
                    """),
            { $0.excessCost?.mean }
        ),
        (
            cost(
                "_lower80", help: "Lower end of the 80% interval of the cost of the projected excess over a limit.",
                meaning: "the lower end of its 80% interval"),
            { $0.excessCost?.bounds.lower80 }
        ),
        (
            cost(
                "_upper80", help: "Upper end of the 80% interval of the cost of the projected excess over a limit.",
                meaning: "the upper end of its 80% interval"),
            { $0.excessCost?.bounds.upper80 }
        ),
    ]

    /// The declarations of all of them.
    static let all = families.map(\.metric)

    private static func cost(_ suffix: String, help: String, meaning: String) -> MetricDeclaration {
        MetricDeclaration(
            "algolia_capacity_excess_cost\(suffix)", .gauge, labels: ["application", "limit", "currency"], help: help,
            meaning: meaning)
    }

    static func write(_ reports: [CapacityReport], to writer: inout ExpositionWriter) {
        for family in families {
            let samples = reports.flatMap { report in
                report.limits.compactMap { limit in
                    limit.agreed == nil ? nil : family.value(limit).map { (report.application, limit, $0) }
                }
            }
            guard !samples.isEmpty else { continue }
            writer.family(family.metric)
            for (application, limit, value) in samples {
                let name = limit.limit.rawValue
                let labels: ExpositionWriter.Labels =
                    if family.metric.labels.contains("currency") {
                        .init(family.metric, application.text, name, limit.price?.currency ?? "")
                    } else {
                        .init(family.metric, application.text, name)
                    }
                writer.sample(labels, PointValue(value))
            }
        }
    }
}

extension Exhaustion {
    /// The day on which the limit is or was reached, if one is known.
    fileprivate var day: Int64? {
        switch self {
        case .reached(let day), .expected(let day, _, _): day
        case .unlimited, .unknown, .unknownTerm, .notExpected: nil
        }
    }
}
