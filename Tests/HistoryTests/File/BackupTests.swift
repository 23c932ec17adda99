import Foundation
import GRDB
@testable import History
import Synchronization
import TestSupport
import Testing
import UsageModel

@Suite("Backups, sizes and facts of the file")
struct BackupTests {
    private let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        _ = try await fixture.history.store(
            [
                fixture.points([(0, .integer(1)), (30, .real(0.5))]),
                fixture.points("max_qps", key: "c1", [(3, .integer(2))]),
            ],
            answering: fixture.window(midnight, midnight + 7 * 86_400))
        _ = try await fixture.history.store(
            [fixture.points([(0, .integer(1))])],
            answering: fixture.window(midnight, midnight + 86_400, granularity: .daily))
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("The size is that of the file and its log, also through a link")
    func size() throws {
        let path = fixture.history.path
        let sizes = try ["", "-wal"].map { suffix in
            try #require(try FileManager.default.attributesOfItem(atPath: path + suffix)[.size] as? NSNumber).int64Value
        }
        #expect(sizes[1] > 0)
        #expect(fixture.history.size == sizes[0] + sizes[1])
        let link = fixture.folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(try History(path: link, readOnly: true).size == fixture.history.size)
    }

    @Test("The facts count every point of each granularity, every series, and name all migrations")
    func info() async throws {
        let info = try await fixture.history.info()
        #expect(info.points == [.minutely: 0, .hourly: 3, .daily: 1])
        #expect(info.series == 2)
        #expect(info.path == fixture.history.path)
        #expect(info.bytes == fixture.history.size)
        #expect(info.coverage.count == 2)
        #expect(info.migrations == info.migrations.sorted() && !info.migrations.isEmpty)
        #expect(info.sqliteVersion.hasPrefix("3."))
    }

    @Test("A backup that fails leaves no file, so that the next one has its place")
    func failing() async throws {
        let path = fixture.folder.file("backup.db")
        fixture.history.noteDamage(DamagedRow("a row"))
        await #expect(throws: HistoryError.self) { try await fixture.history.backUp(to: path) }
        #expect(!exists(path))
    }

    @Test("Neither a file nor a link, not even one to nothing, is written to")
    func occupied() async throws {
        let (file, link) = (fixture.folder.file("file"), fixture.folder.file("link"))
        try Data("mine".utf8).write(to: URL(filePath: file))
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: fixture.folder.file("nowhere"))
        for path in [file, link, fixture.history.path] {
            await #expect(throws: HistoryError.cannotCreate(path: path, reason: "the file already exists")) {
                try await fixture.history.backUp(to: path)
            }
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
        #expect(!exists(fixture.folder.file("nowhere")))
        #expect(try await fixture.history.verify().isEmpty)
    }

    @Test("Of many to one place, one succeeds, and it is whole")
    func together() async throws {
        let path = fixture.folder.file("backup.db")
        let successes = await withTaskGroup(of: Bool.self) { [history = fixture.history] group in
            for _ in 0..<8 {
                group.addTask {
                    do { try await history.backUp(to: path) } catch { return false }; return true
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(successes == 1)
        let copy = try History(path: path, readOnly: true)
        #expect(try await copy.info().points == fixture.history.info().points)
        #expect(!exists(path + "-wal"))
    }

    @Test("A name is a name: a relative one that looks like a URI, and one with quotes")
    func names() async throws {
        let relative = "file:\(UUID().uuidString).db"
        let paths = [relative, fixture.folder.file("it's \"here\" 50%41 #?.db")]
        defer {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: relative + suffix) }
        }
        for path in paths {
            try await fixture.history.backUp(to: path)
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
            #expect((size?.intValue ?? 0) > 0, "\(path)")
            #expect(try History(path: path, readOnly: true).problem == nil)
        }
    }

    @Test("While others read and write, a backup is one instant: points with their coverage")
    func instant() async throws {
        let fixture = fixture
        async let writing: Void = {
            for day in 10..<40 as Range<Int64> {
                let start = midnight + day * 86_400
                _ = try await fixture.history.store(
                    [SeriesPoints(statistic: "records", points: [Point(time: start, value: .integer(day))])],
                    answering: fixture.window(start, start + 86_400, fetchedAt: start + 30 * 86_400))
            }
        }()
        for number in 0..<5 {
            let path = fixture.folder.file("\(number).db")
            try await fixture.history.backUp(to: path)
            let copy = try History(path: path, readOnly: true)
            let range = TimeRange(midnight + 10 * 86_400, midnight + 40 * 86_400)
            let points = try await copy.range(RangeQuery(statistics: ["records"], range: range), now: range.end)
            let covered =
                try await copy.coverage().first { $0.granularity == .hourly }?.ranges
                .intersection(TimeRangeSet(range)).seconds ?? 0
            #expect(Int64(points.series.flatMap(\.points).count) == covered / 86_400)
            #expect(try await copy.verify().isEmpty)
        }
        try await writing
    }

    @Test("A backup says how far it is, and that it reads its copy again")
    func progress() async throws {
        let steps = Mutex<[BackupProgress]>([])
        try await fixture.history.backUp(to: fixture.folder.file("backup.db")) { step in
            steps.withLock { $0.append(step) }
        }
        let seen = steps.withLock { $0 }
        #expect(seen.last == .verifying)
        guard case .copying(let done, let total)? = seen.dropLast().last else {
            Issue.record("\(seen)")
            return
        }
        #expect(done == total && total > 0)
    }

    // Fault (Storage): A backup of a damaged database
    // Done: `db backup` of one with a damaged row
    // Seen: `no backup was kept`, with table and row
    // Lost: nothing; earlier backups stay
    @Test("A damaged history makes no backup, and the reason names the row")
    func damaged() async throws {
        try await fixture.history.inWriter("UPDATE hourly SET h00 = 'x'")
        let path = fixture.folder.file("backup.db")
        let error = await #expect(throws: HistoryError.self) { try await fixture.history.backUp(to: path) }
        guard case .copyDamaged(_, fixture.history.path, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("table hourly") && reason.contains("column \"h00\""))
        #expect(!exists(path))
        #expect(fixture.history.problem == nil, "reading on is possible")
    }

    // Fault (Storage): A backup during a heavy backfill
    // Done: answers are stored without a pause
    // Seen: the copy verifies and is the file at one instant
    // Lost: nothing
    @Test(
        "While answers come in without a pause, a backup has each answer as a whole or not at all, and the rest of the file"
    )
    func heavy() async throws {
        let fixture = fixture
        let isOver = Atomic(false)
        async let writing: Void = {
            for day in 10..<120 as Range<Int64> {
                let start = midnight + day * 86_400
                let series = (0..<40).map { number in
                    SeriesPoints(
                        statistic: StatisticName("heavy_\(number)"),
                        points: (0..<24).map { Point(time: start + $0 * 3600, value: .integer(day)) })
                }
                _ = try await fixture.history.store(
                    series, answering: fixture.window(start, start + 86_400, fetchedAt: start + 30 * 86_400))
            }
            isOver.store(true, ordering: .releasing)
        }()
        var number = 0
        repeat {
            number += 1
            let path = fixture.folder.file("heavy-\(number).db")
            try await fixture.history.backUp(to: path)
            let copy = try History(path: path, readOnly: true)
            let counts = try copy.rows(
                "SELECT count(*) FROM hourly_points WHERE statistic LIKE 'heavy%' GROUP BY unix_time / 86400")
            #expect(counts.allSatisfy { $0[0] == 40 * 24 }, "an answer is whole")
            let answered = try #require(
                try copy.rows(
                    "SELECT sum(\"end\" - start) FROM answered WHERE granularity = 'hourly' AND start >= \(midnight + 10 * 86_400)"
                ).first)
            #expect((answered[0] as Int64? ?? 0) == Int64(counts.count) * 86_400)
            #expect(try await copy.verify().isEmpty)
        } while !isOver.load(ordering: .acquiring)
        try await writing
        // Nothing is written now: the copy equals the source.
        let path = fixture.folder.file("last.db")
        try await fixture.history.backUp(to: path)
        let copy = try History(path: path, readOnly: true)
        for table in ["hourly", "daily", "series", "answered", "coverage", "freshness", "counter", "application"] {
            let sql = "SELECT * FROM \(table)"
            #expect(try copy.texts(sql) == fixture.history.texts(sql))
        }
    }
}
