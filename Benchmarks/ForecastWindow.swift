import Foundation
import Simulator
import UsageModel

/// A year of days of one series; the last 28 are hidden from the forecast.
struct ForecastWindow {
    var name: String
    /// Nil where nothing was reported.
    var values: [Double?]

    static let days = 365
    static let hidden = 28

    var past: [Double?] { Array(values.dropLast(Self.hidden)) }
    /// 28 values: see ``isUsable``.
    var future: [Double] { values.suffix(Self.hidden).compactMap(\.self) }

    /// What repeating the last week says about a hidden day; a day that was not reported is that of the week before.
    func naive(_ day: Int) -> Double {
        stride(from: past.count - 7 + day % 7, through: 0, by: -7).lazy.compactMap { past[$0] }.first ?? 0
    }

    /// Every hidden day is known, and nearly every other.
    private var isUsable: Bool { future.count == Self.hidden && values.count { $0 == nil } < 30 }

    /// Years that follow each other, the newest ends where the series ends. Days are since 1970.
    private static func windows(_ name: String, _ series: [Int: Double]) -> [ForecastWindow] {
        guard let first = series.keys.min(), let last = series.keys.max() else { return [] }
        return stride(from: last, through: first + days - 1, by: -days).map { end in
            ForecastWindow(name: name, values: (end - days + 1...end).map { series[$0] })
        }.filter(\.isUsable)
    }

    /// Those of the series that `scripts/forecast-data` has fetched.
    static func real(folder: String) throws -> [ForecastWindow] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") }.sorted()
            .flatMap { file in
                var series: [Int: Double] = [:]
                for line in try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n") {
                    let cells = line.split(separator: ",")
                    let date = try Date.ISO8601FormatStyle().year().month().day().parse(String(cells[0]))
                    series[Int(date.timeIntervalSince1970 / 86_400)] = Double(cells[1])
                }
                return windows(String(file.dropLast(4)), series)
            }
    }

    /// Those of the three years that the demonstration begins with: of the application, and of the indices that
    /// are older.
    static func simulated() -> [ForecastWindow] {
        let configuration = SimulatorConfiguration.demo
        let application = configuration.applications[0]
        let truth = Truth(
            seed: configuration.seed, origin: configuration.origin, applications: configuration.applications)
        let range = TimeRange(configuration.origin - 3 * Int64(days) * 86_400, configuration.origin)
        func windows(_ index: IndexName, _ statistics: [StatisticName]) -> [ForecastWindow] {
            statistics.flatMap { statistic in
                truth.series(
                    application: application.id, index: index, statistic: statistic, granularity: .daily, range: range
                ).flatMap { series in
                    let days = series.points.map { (Int($0.time / 86_400), $0.value.double) }
                    return Self.windows(
                        "\(index) \(statistic) \(series.key)", Dictionary(days, uniquingKeysWith: { $1 }))
                }
            }
        }
        let ofApplication = windows(
            "",
            [
                "total_search_requests", "querysuggestions_total_search_requests", "total_write_operations",
                "total_recommend_requests", "insights_operations", "records", "data_size", "file_size",
                "avg_processing_time", "99p_processing_time", "total_max_qps", "total_used_search_capacity",
                "region_max_qps",
            ])
        let ofIndices = application.indices.prefix(3).flatMap {
            windows($0, ["total_search_requests", "batch_operations", "records", "data_size"])
        }
        return ofApplication + ofIndices
    }
}
