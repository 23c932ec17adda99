import Foundation
import History
import TestSupport
import Testing
import UsageModel

@Suite("db retain")
struct RetainTests {
    private static let day: Int64 = 86_400

    @Test("It says what it would delete, deletes that at once, and then has nothing to do")
    func retain() async throws {
        let folder = TemporaryFolder()
        let end = Granularity.daily.floor(SystemClock().now - Self.day)
        let range = TimeRange(end - 40 * Self.day, end)
        let history = try History(path: folder.file("history.db"))
        try await history.storeHours(range)
        try history.close()
        let configuration = """
            applications: [{id: APP, usage_api_key: key}]
            backfill: { horizon: 5d }
            storage: { path: "\(folder.file("history.db"))", retention: { hourly: 10d } }
            """
        try configuration.write(toFile: folder.file("exporter.yml"), atomically: true, encoding: .utf8)
        let status = try await Program.run(
            script: """
                cd "$1"
                "$0" db retain --dry-run --config.file exporter.yml > dry && "$0" db info --storage.path history.db > kept \
                    && "$0" db retain --config.file exporter.yml > first 2> log && "$0" db info --storage.path history.db > rest \
                    && "$0" db retain --config.file exporter.yml > second && "$0" db verify --storage.path history.db
                """, in: folder)
        #expect(status == 0)
        let from = RFC3339.string(range.start)
        #expect(folder.text("dry").contains("hourly: would delete \(from) to "))
        #expect(folder.text("kept").contains(/hourly +960 points/))
        #expect(folder.text("first").contains("hourly: deleting \(from) to "))
        // Whole days are deleted.
        let rest = try #require(folder.text("rest").firstMatch(of: /hourly +([0-9]+) points/))
        #expect((240...264).contains(Int(rest.1) ?? 0), "\(folder.text("rest"))")
        #expect(folder.text("second").contains("hourly: nothing is older than 10d"))
        for output in ["dry", "first", "second"] {
            #expect(folder.text(output).contains("minutely: nothing is older than 30d"), "\(folder.text(output))")
            #expect(!folder.text(output).contains("daily"))
        }
    }
}
