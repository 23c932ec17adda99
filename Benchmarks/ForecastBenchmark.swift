import Forecast
import Foundation

/// Forecasts of days that are known: on series that are not ours and on the simulator's, beside statsforecast.
enum ForecastBenchmark {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static func run(folder: String) throws {
        var kinds = [(kind: "simulated", windows: ForecastWindow.simulated())]
        if script("forecast-data", []) != nil {
            let data = root.appending(path: ".build/forecast-data").path(percentEncoded: false)
            kinds.insert(("real", try ForecastWindow.real(folder: data)), at: 0)
        } else {
            Table.row("forecasts of real windows", "not measured", "takes python3 and pip")
        }
        let path = "\(folder)/windows.csv"
        try csv(kinds).write(toFile: path, atomically: true, encoding: .utf8)
        let peers = script("statsforecast-peer", [path])
        for (kind, windows) in kinds {
            Table.row(
                "forecasts of \(windows.count) \(kind) windows", "MASE, worse, within 80/95, scores 80/95",
                "promised 0.90, 17 %, 75 to 88 and 92 to 98 %")
            row("ours", try Score(windows))
            guard let peers else {
                Table.row("  statsforecast", "not measured", "takes python3 and python3-venv")
                continue
            }
            for line in peers.split(separator: "\n").map({ $0.split(separator: ",") }) where line[0] == kind {
                guard let score = Score(line.dropFirst(2).compactMap { Double($0) }) else { continue }
                row(String(line[1]), score)
            }
        }
    }

    private static func row(_ method: String, _ score: Score) {
        let within = "\((score.coverage80 * 100).text(1))/\((score.coverage95 * 100).text(1))"
        let scores = "\(score.score80.text(2))/\(score.score95.text(2))"
        Table.row(
            "  \(method)", "\(score.ratio.text(3)), \((score.worse * 100).text(0)) %, \(within) %, \(scores)",
            "\(score.milliseconds.text(1)) ms a forecast")
    }

    /// As `scripts/statsforecast-peer` reads them.
    private static func csv(_ kinds: [(kind: String, windows: [ForecastWindow])]) -> String {
        var lines = ""
        for (kind, windows) in kinds {
            for (number, window) in windows.enumerated() {
                for value in window.values { lines += "\(kind),\(number),\(value.map { "\($0)" } ?? "")\n" }
            }
        }
        return lines
    }

    /// What a script of this repository prints; nil when it fails.
    private static func script(_ name: String, _ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = root.appending(path: "scripts/\(name)")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}

/// How good the forecasts of some windows are.
private struct Score {
    /// The geometric mean of errors in shares of repeating the last week.
    var ratio: Double
    /// The share of windows with more than 1.15 times that error.
    var worse: Double
    /// The shares of days within the intervals.
    var coverage80: Double
    var coverage95: Double
    /// Geometric means of the interval scores, in shares of the error of repeating the last week.
    var score80: Double
    var score95: Double
    var milliseconds: Double

    /// The figures of a line of `scripts/statsforecast-peer`.
    init?(_ figures: [Double]) {
        guard figures.count == 7 else { return nil }
        (ratio, worse, coverage80, coverage95) = (figures[0], figures[1], figures[2], figures[3])
        (score80, score95, milliseconds) = (figures[4], figures[5], figures[6])
    }

    /// Forecasts and judges.
    init(_ windows: [ForecastWindow]) throws {
        var ratios: [Double] = []
        var within80 = 0
        var within95 = 0
        var scores80: [Double] = []
        var scores95: [Double] = []
        var seconds = 0.0
        for window in windows {
            var points: [ForecastPoint] = []
            seconds += try median(runs: 1) {
                points = try Forecast(DailySeries(firstDay: 0, values: window.past), horizon: ForecastWindow.hidden)
                    .points
            }
            var error = 0.0
            var naive = 0.0
            var score80 = 0.0
            var score95 = 0.0
            for (day, (point, actual)) in zip(points, window.future).enumerated() {
                error += abs(point.mean - actual)
                naive += abs(window.naive(day) - actual)
                let bounds = point.bounds
                if (bounds.lower80...bounds.upper80).contains(actual) { within80 += 1 }
                if (bounds.lower95...bounds.upper95).contains(actual) { within95 += 1 }
                score80 += Self.score(bounds.lower80...bounds.upper80, actual, outside: 0.2)
                score95 += Self.score(bounds.lower95...bounds.upper95, actual, outside: 0.05)
            }
            ratios.append(error / naive)
            scores80.append(score80 / naive)
            scores95.append(score95 / naive)
        }
        let count = Double(windows.count)
        let days = count * Double(ForecastWindow.hidden)
        ratio = Self.geometricMean(ratios)
        score80 = Self.geometricMean(scores80)
        score95 = Self.geometricMean(scores95)
        worse = Double(ratios.count { $0 > 1.15 }) / count
        coverage80 = Double(within80) / days
        coverage95 = Double(within95) / days
        milliseconds = seconds * 1000 / count
    }

    /// The interval score: the width, and a fine for what lies outside of the share that the interval promises.
    private static func score(_ interval: ClosedRange<Double>, _ actual: Double, outside: Double) -> Double {
        let missed = max(interval.lowerBound - actual, 0) + max(actual - interval.upperBound, 0)
        return interval.upperBound - interval.lowerBound + 2 / outside * missed
    }

    private static func geometricMean(_ values: [Double]) -> Double {
        exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
    }
}
