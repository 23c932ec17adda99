import Forecast
import Foundation
import Testing

/// A year of one series; the last 28 days are hidden from the forecast.
struct YearWindow {
    var name: String
    /// Nil where nothing was reported.
    var values: [Double?]

    static let days = 365
    static let hidden = 28

    var past: DailySeries { DailySeries(firstDay: 0, values: Array(values.dropLast(Self.hidden))) }
    var future: [Double] { values.suffix(Self.hidden).compactMap(\.self) }

    /// Years that follow each other, the newest ends where the series ends: those with every hidden day, and
    /// nearly every other.
    /// - Parameter series: by days since 1970.
    static func windows(_ name: String, _ series: [Int: Double]) -> [YearWindow] {
        guard let first = series.keys.min(), let last = series.keys.max() else { return [] }
        return stride(from: last, through: first + days - 1, by: -days).map { end in
            YearWindow(name: name, values: (end - days + 1...end).map { series[$0] })
        }.filter { window in window.future.count == hidden && window.values.count { $0 == nil } < 30 }
    }
}

/// How good the forecasts of some windows are.
struct ForecastAccuracy: CustomStringConvertible {
    var windows: Int
    /// The geometric mean of errors in shares of repeating the last week.
    var ratio: Double
    /// The share of windows with more than 1.15 times that error.
    var worse: Double
    /// The shares of days within the intervals.
    var coverage80: Double
    var coverage95: Double

    init(_ windows: [YearWindow]) throws {
        var ratios: [Double] = []
        var within80 = 0
        var within95 = 0
        for window in windows {
            let past = window.past
            var error = 0.0
            var naive = 0.0
            let points = try Forecast(past, horizon: YearWindow.hidden).points
            for (day, (point, actual)) in zip(points, window.future).enumerated() {
                let sameWeekday = stride(from: past.values.count - 7 + day % 7, through: 0, by: -7)
                let repeated = try #require(sameWeekday.lazy.compactMap { past.values[$0] }.first)
                error += abs(point.mean - actual)
                naive += abs(repeated - actual)
                if (point.bounds.lower80...point.bounds.upper80).contains(actual) { within80 += 1 }
                if (point.bounds.lower95...point.bounds.upper95).contains(actual) { within95 += 1 }
            }
            ratios.append(error / naive)
        }
        let count = Double(windows.count)
        let days = count * Double(YearWindow.hidden)
        self.windows = windows.count
        ratio = exp(ratios.reduce(0) { $0 + log($1) } / count)
        worse = Double(ratios.count { $0 > 1.15 }) / count
        coverage80 = Double(within80) / days
        coverage95 = Double(within95) / days
    }

    var description: String {
        "\(windows) windows: MASE \(ratio), worse \(worse), coverage \(coverage80) \(coverage95)"
    }

    /// What `docs/forecasting.md` promises.
    func expectAsPromised(sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(ratio <= 0.90, sourceLocation: sourceLocation)
        #expect(worse <= 1.0 / 6, sourceLocation: sourceLocation)
        #expect((0.75...0.88).contains(coverage80), sourceLocation: sourceLocation)
        #expect((0.92...0.98).contains(coverage95), sourceLocation: sourceLocation)
    }
}
