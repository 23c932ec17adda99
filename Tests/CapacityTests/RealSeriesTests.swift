import Capacity
import Foundation
import Testing

/// Daily counts of others (`scripts/forecast-data` says whose): views, rides, births, flights, vehicles, transactions.
private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.build/forecast-data")

/// Forecasts of what is known, on series that nobody made for us.
@Suite struct RealSeriesTests {
    /// A year of one series; the last 28 days are hidden from the forecast.
    private struct Window {
        var name: String
        var values: [Double?]

        static let hidden = 28

        var past: DailySeries { DailySeries(firstDay: 0, values: Array(values.dropLast(Self.hidden))) }
        var future: [Double] { values.suffix(Self.hidden).compactMap(\.self) }
    }

    private static var isFetched: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "ready").path())
    }

    private static func windows() throws -> [Window] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "csv" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.flatMap { file -> [Window] in
            var days: [Int: Double] = [:]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let cells = line.split(separator: ",")
                let date = try Date.ISO8601FormatStyle().year().month().day().parse(String(cells[0]))
                days[Int(date.timeIntervalSince1970 / 86_400)] = Double(cells[1])
            }
            guard let first = days.keys.min(), let last = days.keys.max() else { return [] }
            return stride(from: last, through: first + 364, by: -365).map { end in
                Window(
                    name: file.deletingPathExtension().lastPathComponent,
                    values: (end - 364...end).map { days[$0] })
            }.filter { window in
                window.future.count == Window.hidden && window.values.count { $0 == nil } < 30
            }
        }
    }

    @Test(.enabled(if: isFetched, "`make test` fetches the series"))
    func `forecasts are better than repeating the last week, and know how good they are`() throws {
        let windows = try Self.windows()
        #expect(Set(windows.map(\.name)).count >= 10)
        #expect(windows.count >= 27)
        var ratios: [Double] = []
        var within80 = 0
        var within95 = 0
        for window in windows {
            let forecast = try Forecast(window.past, horizon: Window.hidden)
            let week = window.past.values.suffix(7).map { $0 ?? 0 }
            var error = 0.0
            var naive = 0.0
            for (day, (point, actual)) in zip(forecast.points, window.future).enumerated() {
                error += abs(point.mean - actual)
                naive += abs(week[day % 7] - actual)
                if (point.bounds.lower80...point.bounds.upper80).contains(actual) { within80 += 1 }
                if (point.bounds.lower95...point.bounds.upper95).contains(actual) { within95 += 1 }
            }
            ratios.append(error / naive)
        }
        let days = Double(windows.count * Window.hidden)
        let mean = exp(ratios.map { log($0) }.reduce(0, +) / Double(ratios.count))
        let worse = Double(ratios.count { $0 > 1.15 }) / Double(ratios.count)
        let coverage80 = Double(within80) / days
        let coverage95 = Double(within95) / days
        print("\(windows.count) windows: MASE \(mean), worse \(worse), coverage \(coverage80) \(coverage95)")
        #expect(mean <= 0.90)
        #expect(worse <= 1.0 / 6)
        #expect((0.75...0.88).contains(coverage80))
        #expect((0.92...0.98).contains(coverage95))
    }
}
