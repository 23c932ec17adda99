import Forecast
import Simulator
import Testing
import UsageModel

/// Forecasts of what is known, on the days of the demonstration: three years of its application and its largest
/// indices.
@Suite struct SimulatedSeriesTests {
    private static func windows() -> [YearWindow] {
        let configuration = SimulatorConfiguration.demo
        let application = configuration.applications[0]
        let truth = Truth(
            seed: configuration.seed, origin: configuration.origin, applications: configuration.applications)
        let range = TimeRange(configuration.origin - 3 * Int64(YearWindow.days) * 86_400, configuration.origin)
        let series: [(IndexName, [StatisticName])] = [
            ("", ["total_search_requests", "records", "99p_processing_time", "total_max_qps"]),
            (application.indices[0], ["total_search_requests", "data_size"]),
            (application.indices[1], ["batch_operations"]),
        ]
        return series.flatMap { index, statistics in
            statistics.flatMap { statistic in
                truth.series(
                    application: application.id, index: index, statistic: statistic, granularity: .daily, range: range
                ).flatMap { series in
                    let days = series.points.map { (Int($0.time / 86_400), $0.value.double) }
                    return YearWindow.windows("\(index) \(statistic)", Dictionary(days, uniquingKeysWith: { $1 }))
                }
            }
        }
    }

    @Test func `forecasts are better than repeating the last week, and know how good they are`() throws {
        let windows = Self.windows()
        #expect(windows.count == 21)
        let accuracy = try ForecastAccuracy(windows)
        print(accuracy)
        accuracy.expectAsPromised()
    }
}
