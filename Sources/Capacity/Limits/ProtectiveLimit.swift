internal import Forecast
internal import UsageModel

/// Indexing operations of the running billing period beside the limit by which Algolia protects its clusters.
///
/// No contract names the limit: it follows from what is used, 10,000 operations a month for every 1,000 billed search
/// requests and every 1,000 billed records. Operations are what writes: each record of a batch, a `deleteBy`, a rule, a
/// synonym, a change of a key or of settings, a move, copy, clear or delete.
public struct ProtectiveLimit: Sendable, Hashable {
    /// The operations for one search request or one record.
    static let operations = 10.0
    static let statistic: StatisticName = "total_write_operations"

    /// The billing period of the newest day.
    public var month: Range<Int64>
    /// The operations so far.
    public var used: Double
    /// The share of the period's days so far with a number of operations. Below 1, ``used`` is a lower bound.
    public var usedCoverage: Double
    /// The operations that the search requests and records so far allow; nil when either is not known.
    public var allowed: Double?
    /// The operations of the whole period, with the probability that they exceed ``projectedAllowed``; nil without a
    /// forecast.
    public var projection: Projection?
    /// The operations that the projected search requests and records of the whole period allow.
    public var projectedAllowed: Double?

    /// ``used`` as a share of ``allowed``.
    public var utilization: Double? { Self.share(used, of: allowed) }
    /// The projection's mean as a share of ``projectedAllowed``.
    public var projectedUtilization: Double? { Self.share(projection?.mean, of: projectedAllowed) }

    private static func share(_ value: Double?, of whole: Double?) -> Double? {
        guard let value, let whole, whole > 0 else { return nil }
        return value / whole
    }
}

extension ProtectiveLimit {
    /// Nil when no day of the running billing period has a number of operations.
    /// - Parameter limits: those of search requests and of records are used.
    init?(_ input: CapacityInput, _ limits: [LimitReport]) {
        let billing = BillingPeriod(startDay: input.contract.periodStartDay)
        month = billing.containing(max(input.days.upperBound - 1, 0))
        let past = month.lowerBound..<max(input.days.upperBound, month.lowerBound)
        guard let days = input.days(Self.statistic), !days.values(in: past).isEmpty else { return nil }
        let reported = days.values(in: past).map(\.value)
        used = reported.reduce(0, +)
        usedCoverage = Double(reported.count) / Double(past.count)
        let requests = limits.first { $0.limit == .searchRequestsPerMonth }
        let records = limits.first { $0.limit == .records }
        func allowed(_ value: (LimitReport) -> Double?) -> Double? {
            guard let requests = requests.flatMap(value), let records = records.flatMap(value) else { return nil }
            return Self.operations * (requests + records)
        }
        self.allowed = allowed(\.used)
        projectedAllowed = allowed { $0.projection?.mean }
        let forecaster = try? Forecaster(days.extended(to: input.days.upperBound))
        projection = forecaster.flatMap { forecaster in
            LimitPath(.sum, forecaster, days, LimitSpans(billing: billing, term: nil), month)?
                .projection(agreed: projectedAllowed)
        }
    }
}
