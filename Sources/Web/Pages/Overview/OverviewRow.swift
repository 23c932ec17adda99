internal import Capacity
internal import Collector
internal import Presentation
internal import UsageModel

/// One of several applications, in a table.
struct OverviewRow: ViewModel {
    var id: ApplicationID
    /// Where the application is shown: on the same page, or on the page with it.
    var link: Markup
    var stateName: String
    /// Empty without a contract.
    var verdicts: [OverviewVerdict]
    var hasContract: Bool

    /// - Parameters:
    ///   - position: the place among the applications, from 1.
    ///   - isBelow: whether the application is shown below the table.
    ///   - root: the prefix of links.
    init(_ report: CapacityReport, position: Int, _ facts: CollectorFacts, isBelow: Bool, root: String) {
        id = report.application
        link =
            isBelow
            ? "#\(OverviewApplication.anchor(position))"
            : "\(root)/?\(PercentEncoding.query([("application", report.application.text)]))"
        stateName = CollectorFacts.name(facts.statuses.first { $0.application == report.application }?.state)
        let agreed = OverviewLimits.worstFirst(report)
        verdicts = OverviewVerdict(agreed, report.inventory).map { [$0] } ?? []
        hasContract = !agreed.isEmpty
    }
}

/// The limits of a contract by how far they are used.
enum OverviewLimits {
    /// The limits that were agreed, the worst first.
    static func worstFirst(_ report: CapacityReport) -> [LimitReport] {
        report.limits.filter { $0.agreed != nil }.sorted { strain($0) > strain($1) }
    }

    /// Whether an application is closer to a limit than another, or further above it.
    static func isWorse(_ report: CapacityReport, than other: CapacityReport) -> Bool {
        func highest(_ report: CapacityReport) -> Double { worstFirst(report).first.map(strain) ?? -1 }
        return highest(report) > highest(other)
    }

    /// The larger share of a limit that is used or projected.
    private static func strain(_ limit: LimitReport) -> Double {
        max(limit.utilization ?? 0, limit.projectedUtilization ?? 0)
    }
}
