import Forecast
import Foundation
import Testing

/// Daily counts of others (`scripts/forecast-data` says whose): views, rides, births, flights, vehicles, transactions.
private let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.build/forecast-data")

/// Forecasts of what is known, on series that nobody made for us.
@Suite struct RealSeriesTests {
    private static var isFetched: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "ready").path(percentEncoded: false))
    }

    private static func windows() throws -> [YearWindow] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "csv" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
        return try files.flatMap { file -> [YearWindow] in
            var days: [Int: Double] = [:]
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let cells = line.split(separator: ",")
                let date = try Date.ISO8601FormatStyle().year().month().day().parse(String(cells[0]))
                days[Int(date.timeIntervalSince1970 / 86_400)] = Double(cells[1])
            }
            return YearWindow.windows(file.deletingPathExtension().lastPathComponent, days)
        }
    }

    @Test(.enabled(if: isFetched, "`make test` fetches the series"))
    func `forecasts are better than repeating the last week, and know how good they are`() throws {
        let windows = try Self.windows()
        #expect(Set(windows.map(\.name)).count >= 10)
        #expect(windows.count >= 27)
        let accuracy = try ForecastAccuracy(windows)
        print(accuracy)
        accuracy.expectAsPromised()
    }
}
