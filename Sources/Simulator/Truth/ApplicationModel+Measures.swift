/// Levels, and what servers measure.
extension ApplicationModel {
    /// Milliseconds that an average search takes.
    var searchTime: Double { 4 + 5 * noise.unit(-1) }

    /// Records, or bytes. They move in steps, not from hour to hour.
    func level(_ level: Recipe.Level, _ hour: Hour, _ index: IndexModel?) -> Double {
        let records = (recordsAtOrigin * hour.size * (1 + 0.004 * steps.unit(hour.step))).rounded(.down)
        let data = (records * (1400 + 60 * steps.unit(hour.step / 21))).rounded(.down)
        let whole: Double =
            switch level {
            case .records: records
            case .dataSize: data
            // Metadata is compacted once a week.
            case .fileSize: (data * (2.1 + 0.5 * steps.unit(-hour.step / 21))).rounded(.down)
            }
        guard let index else { return whole }
        return (whole * index.share * (0.94 + 0.06 * index.noise.unit(hour.step / 3))).rounded(.down)
    }

    private var recordsAtOrigin: Double { 2_000_000 + 18_000_000 * noise.unit(-2) }

    /// A server's measure in an hour; NaN when the hour's map does not have it.
    func measure(_ measure: Recipe.ServerMeasure, _ server: Fleet.Server, _ hour: Hour) -> Double {
        guard fleet.isReported(server, hour.number) else { return .nan }
        let first = server.noise.unit(hour.number &* 7 &+ 1)
        let second = server.noise.unit(hour.number &* 7 &+ 2)
        // The busiest second has three to seven times the traffic of the average one.
        let peak = hour.observedPeak(hour.searches / 18_000 * server.weight * (3 + 4 * first))
        let limit = traffic.searchesPerHour * hour.provisioned / 18_000 * server.weight * 14
        let used = min(100, precision.round(peak / limit * 100))
        // Overloaded seconds begin some way below full use; quiet servers do not report them.
        let overload = used < 60 ? Double.nan : precision.round(max(0, (used - 90) * 0.6 * second))
        let reads = second < 0.985 ? 0 : precision.round(first * 5)
        switch measure {
        case .peakQueries: return peak.rounded(.down)
        case .peakCapacity: return used
        case .meanCapacity: return precision.round(used * (0.35 + 0.15 * second))
        case .degradedQueriesBySSD: return reads
        case .degradedSecondsBySSD: return precision.round(reads * 1.7)
        case .degradedQueriesByCapacity: return overload
        case .degradedSecondsByCapacity: return precision.round(overload * 1.4)
        }
    }
}

extension Recipe.Combination {
    /// The value for all servers together; NaN when none reports.
    func apply(_ values: [Double], _ precision: Precision) -> Double {
        let reported = values.filter { !$0.isNaN }
        guard let highest = reported.max() else { return .nan }
        let sum = reported.reduce(0, +)
        switch self {
        case .highest: return highest
        case .mean: return precision.round(sum / Double(reported.count))
        case .simultaneous: return max(highest, (sum * 0.85).rounded(.down))
        }
    }
}
