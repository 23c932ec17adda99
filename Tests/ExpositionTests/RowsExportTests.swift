import Foundation
import History
import Exposition
import TestSupport
import Testing
import UsageModel

@Suite("The history as rows")
struct RowsExportTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600

    private func store(
        _ history: History, _ statistic: StatisticName, key: ServerName = "", index: IndexName = "",
        application: ApplicationID = "APP", by granularity: Granularity = .hourly, _ values: [PointValue]
    ) async throws {
        let width = granularity.seconds
        let points = values.enumerated().map { Point(time: start + Int64($0) * width, value: $1) }
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, key: key, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: application, index: index), granularity: granularity,
                range: TimeRange(start, start + Int64(values.count) * width), statistics: .all,
                fetchedAt: start + 900 * 86_400, settleDelay: 7200))
    }

    private func export(
        _ history: History, _ format: RowsExport.Format, _ granularity: Granularity = .hourly,
        choice: SeriesChoice = SeriesChoice(), range: TimeRange? = nil
    ) async throws -> String {
        var bytes: [UInt8] = []
        try await RowsExport(
            choice.selected(from: history.storedSeries()), granularity: granularity,
            range: range ?? TimeRange(0, start + 900 * 86_400), format: format
        ).write(from: history) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("CSV has a header and Algolia's own values at the start of each bucket; names come back as they are")
    func csv() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", [.integer(5), .real(0.25)])
        try await store(history, "max_qps", key: "c4-fr-1", index: "a,\"b\"\nc", [.integer(40)])
        #expect(
            try await export(history, .csv).split(separator: "\n", omittingEmptySubsequences: false).sorted()
                == """
                time,application,index,key,statistic,value
                2026-07-15T00:00:00Z,APP,,,records,5
                2026-07-15T01:00:00Z,APP,,,records,0.25
                2026-07-15T00:00:00Z,APP,"a,""b""
                c",c4-fr-1,max_qps,40

                """.split(separator: "\n", omittingEmptySubsequences: false).sorted())
        #expect(try await export(history, .csv).hasPrefix("time,application,index,key,statistic,value\n"))
    }

    @Test("JSON Lines are an object for each point, null where there is no index or key")
    func jsonLines() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", index: "shop \"eu\"\\é\u{1}", [.integer(5)])
        try await store(history, "max_qps", key: "c4-fr-1", [.real(1.5)])
        let lines = try await export(history, .jsonLines).split(separator: "\n")
        #expect(lines.count == 2)
        let objects = try lines.map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let records = try #require(objects.first { $0["statistic"] as? String == "records" })
        #expect(records["index"] as? String == "shop \"eu\"\\é\u{1}")
        #expect(records["key"] is NSNull)
        #expect(records["time"] as? String == "2026-07-15T00:00:00Z")
        #expect(records["value"] as? Int == 5)
        let peak = try #require(objects.first { $0["statistic"] as? String == "max_qps" })
        #expect(peak["index"] is NSNull)
        #expect(peak["key"] as? String == "c4-fr-1")
        #expect(peak["value"] as? Double == 1.5)
    }

    @Test("One export is of one width of buckets, and of the asked range alone")
    func range() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", [1, 2, 3, 4].map { .integer($0) })
        try await store(history, "records", by: .daily, [.integer(10)])
        #expect(
            try await export(history, .csv, .daily)
                == "time,application,index,key,statistic,value\n2026-07-15T00:00:00Z,APP,,,records,10\n")
        let hours = try await export(history, .csv, range: TimeRange(start + 3600, start + 3 * 3600))
        #expect(hours.split(separator: "\n").dropFirst().map { $0.split(separator: ",").last } == ["2", "3"])
        #expect(try await export(history, .jsonLines, range: TimeRange(0, start)) == "")
    }

    @Test("A long series is complete over all of its pages, each point once and in its order")
    func pages() async throws {
        let history = try History(path: folder.file("history.db"))
        let count: Int64 = 24 * 400
        try await store(history, "records", (0..<count).map { .integer($0) })
        let values = try await export(history, .csv).split(separator: "\n").dropFirst()
            .compactMap { $0.split(separator: ",").last.flatMap { Int64($0) } }
        #expect(values == Array(0..<count))
    }

    @Test("What cannot be written ends the export")
    func failure() async throws {
        struct Full: Error {}
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", [.integer(1)])
        let export = try await RowsExport(
            history.storedSeries(), granularity: .hourly, range: TimeRange(0, start + 86_400), format: .csv)
        await #expect(throws: Full.self) { try await export.write(from: history) { _ in throw Full() } }
    }

    // MARK: Which series

    private func chosen(_ choice: SeriesChoice) async throws -> [String] {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", [.integer(1)])
        try await store(history, "max_qps", [.integer(1)])
        try await store(history, "records", index: "products", [.integer(1)])
        try await store(history, "records", application: "OTHER", [.integer(1)])
        return try await choice.selected(from: history.storedSeries())
            .map { "\($0.key.application)/\($0.key.index)/\($0.key.statistic)" }.sorted()
    }

    @Test(
        "Names of one kind are alternatives; kinds narrow each other down; none is all",
        arguments: [
            (SeriesChoice(), ["APP//max_qps", "APP//records", "APP/products/records", "OTHER//records"]),
            (SeriesChoice(statistics: ["max_qps"]), ["APP//max_qps"]),
            (
                SeriesChoice(statistics: ["records", "max_qps"], applications: ["APP"]),
                ["APP//max_qps", "APP//records", "APP/products/records"]
            ),
            (SeriesChoice(applications: ["OTHER"]), ["OTHER//records"]),
            (SeriesChoice(indices: ["products"]), ["APP/products/records"]),
            (SeriesChoice(indices: ["*"]), ["APP/products/records"]),
            (SeriesChoice(applications: ["OTHER"], indices: ["*"]), []),
            (SeriesChoice(statistics: []), []),
        ])
    func choices(choice: SeriesChoice, series: [String]) async throws {
        #expect(try await chosen(choice) == series)
    }

    @Test(
        "A name that nothing stored has is an error that says which",
        arguments: [
            (SeriesChoice(statistics: ["records", "recordz"]), "statistic", "recordz"),
            (SeriesChoice(applications: ["app"]), "application", "app"),
            (SeriesChoice(indices: ["*", "product"]), "index", "product"),
        ])
    func unknown(choice: SeriesChoice, kind: String, name: String) async throws {
        let error = await #expect(throws: SeriesChoice.UnknownName.self) { try await chosen(choice) }
        #expect(error?.kind.rawValue == kind)
        #expect(error?.name == name)
    }
}
