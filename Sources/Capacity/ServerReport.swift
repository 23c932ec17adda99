public import Forecast
public import UsageModel

/// The resources of one server and their trends. Servers that are gone are here, too.
public struct ServerReport: Sendable {
    public var server: ServerName
    /// A trend for each resource that was reported, in the order of ``ServerTrend/Resource``.
    public var trends: [ServerTrend]
}

/// One resource of a server.
public struct ServerTrend: Sendable {
    public enum Resource: String, Sendable, Hashable, CaseIterable {
        /// The busy share of the processors, in percent: 100 less what the vendor reports as `cpu_usage`.
        case cpu
        /// Memory for searching and indexing together, in megabytes of 10⁶ bytes; of a server that reports only one
        /// of them, that. Days with one of two are left out.
        case ram
        /// Data on disk in percent of the memory (`ssd_usage`): from 100 on it does not fit.
        case ssd
        /// Mean time to build an index, in seconds.
        case buildTime = "build_time"
    }

    public var resource: Resource
    public var days: DailySeries
    /// The mean of those of the report's last seven days that were reported; nil when none was, as of a server that
    /// is gone: what it used then says nothing about now.
    public var recent: Double?
    public var highest: DayValue
    /// Change in 30 days along a robust line (Theil–Sen) through the report's last 90 days; nil
    /// with fewer than 28 of them, or without ``recent``.
    public var changePer30Days: Double?
}

extension ServerReport {
    /// Every server of which the Monitoring API reported anything, in the order of names.
    static func all(_ input: CapacityInput) -> [ServerReport] {
        let statistics = ServerTrend.Resource.allCases.flatMap(\.statistics)
        let servers = Set(statistics.flatMap { input.byKey($0).map(\.key) })
        return servers.sorted().compactMap { server in
            let trends = ServerTrend.Resource.allCases.compactMap { ServerTrend($0, of: server, input) }
            return trends.isEmpty ? nil : ServerReport(server: server, trends: trends)
        }
    }
}

extension ServerTrend.Resource {
    /// The unit of its values.
    public var unit: StatisticUnit {
        switch self {
        case .cpu, .ssd: .percent
        case .ram: .megabytes
        case .buildTime: .seconds
        }
    }

    /// The statistics that it is computed from.
    public var statistics: [StatisticName] {
        switch self {
        case .cpu: [StatisticCatalogue.idleness]
        case .ram: ["ram_search_usage", "ram_indexing_usage"]
        case .ssd: ["ssd_usage"]
        case .buildTime: ["avg_build_time"]
        }
    }

    /// The resource on a day, from the values of its statistics.
    fileprivate func value(_ values: [Double]) -> Double {
        let sum = values.reduce(0, +)
        return self == .cpu ? 100 - sum : sum
    }
}

extension ServerTrend {
    /// The number of newest days of which ``recent`` is the mean.
    private static let recentDays = 7

    /// Nil when nothing was reported.
    fileprivate init?(_ resource: Resource, of server: ServerName, _ input: CapacityInput) {
        let parts = resource.statistics.compactMap { input.days($0, key: server)?.values(in: input.days) }
        let known = Self.together(parts).map { DayValue(day: $0.day, value: resource.value($0.values)) }
        guard let first = known.first, let last = known.last, let highest = known.highest else { return nil }
        var values = [Double?](repeating: nil, count: Int(last.day - first.day) + 1)
        for day in known { values[Int(day.day - first.day)] = day.value }
        let days = DailySeries(firstDay: first.day, values: values)
        let recent = days.values(in: input.newest(Self.recentDays)).map(\.value)

        self.resource = resource
        self.days = days
        self.recent = recent.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count)
        self.highest = highest
        changePer30Days = recent.isEmpty ? nil : RobustTrend.changePer30Days(days, before: input.days.upperBound)
    }

    /// The days that are in every one of `parts` that has any.
    private static func together(_ parts: [[DayValue]]) -> [(day: Int64, values: [Double])] {
        let parts = parts.filter { !$0.isEmpty }
        guard let first = parts.first else { return [] }
        let others = parts.dropFirst().map { part in
            Dictionary(part.map { ($0.day, $0.value) }) { _, last in last }
        }
        return first.compactMap { day in
            let values = others.compactMap { $0[day.day] }
            return values.count == others.count ? (day.day, [day.value] + values) : nil
        }
    }
}
