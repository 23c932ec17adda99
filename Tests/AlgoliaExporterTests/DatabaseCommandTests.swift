import Foundation
import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("db verify, repair, backup and import")
struct DatabaseCommandTests {
    private static let day: Int64 = 86_400
    private let folder = TemporaryFolder()

    /// A history of hours in `range`, as a file of the folder.
    private func history(_ name: String, _ range: TimeRange) async throws -> History {
        let history = try History(path: folder.file(name))
        try await history.storeHours(range)
        return history
    }

    private var today: UnixTime { Granularity.daily.floor(SystemClock().now) }

    @Test("verify prints a line for each finding, and ends with 1 and their number")
    func verify() async throws {
        try await history("history.db", TimeRange(today + 10 * Self.day, today + 12 * Self.day)).close()
        let status = try await Program.run(
            script: #"cd "$1"; exec "$0" db verify --storage.path history.db > found 2> error"#, in: folder)
        #expect(status == 1)
        let lines = folder.text("found").split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains("table ") && $0.contains("; ") })
        #expect(lines.contains { $0.contains("which is in the future") })
        #expect(folder.text("error").contains("history.db is damaged: \(CountText.grouped(lines.count)) finding"))
    }

    @Test("backup says that its copy is verified, and writes no bar off a terminal")
    func backup() async throws {
        try await history("history.db", TimeRange(today - 20 * Self.day, today - Self.day)).close()
        let status = try await Program.run(
            script: """
                cd "$1"; "$0" db backup copy.db --storage.path history.db > out 2> log && exec "$0" db verify --storage.path copy.db
                """, in: folder)
        #expect(status == 0)
        #expect(folder.text("out").contains("history.db backed up to copy.db, verified"))
        #expect(!folder.text("log").contains("█"))
    }

    @Test(
        "An empty file is no database to compact, to import into or to cut",
        arguments: ["compact", "import theirs.db", "retain"])
    func empty(command: String) async throws {
        try await history("theirs.db", TimeRange(today - 5 * Self.day, today - Self.day)).close()
        let status = try await Program.run(
            script: #"cd "$1"; : > empty.db; exec "$0" db \#(command) --storage.path empty.db 2> error"#, in: folder)
        #expect(status == 1 && folder.text("error").contains("no exporter has initialized it"))
        #expect(folder.text("empty.db").isEmpty)
    }

    @Test("import adds what is missing, says what differs, refuses while an exporter runs, and can be repeated")
    func imported() async throws {
        let ours = try await history("ours.db", TimeRange(today - 20 * Self.day, today - 10 * Self.day))
        try ours.close()
        try await history("theirs.db", TimeRange(today - 15 * Self.day, today - 5 * Self.day)).close()
        let script = #"cd "$1"; exec "$0" db import theirs.db --storage.path ours.db > out 2> error"#
        do {
            let running = try History(path: folder.file("ours.db"), collects: true)
            #expect(try await Program.run(script: script, in: folder) == 1)
            #expect(folder.text("error").contains("is in use by another exporter"))
            try running.close()
        }
        #expect(try await Program.run(script: script, in: folder) == 0)
        #expect(folder.text("out").contains("theirs.db imported into ours.db: "))
        #expect(folder.text("out").contains(/[0-9,]+ points added/))
        let merged = try History(path: folder.file("ours.db"), readOnly: true)
        let hours = try await merged.info().points[.hourly] ?? 0
        #expect(hours == 15 * 24)
        #expect(try await Program.run(script: script, in: folder) == 0)
        #expect(folder.text("out").contains("imported into ours.db: 0 points added"))
    }

    @Test(
        "repair keeps what can be read, says what is lost, takes it from a backup, and refuses while an exporter runs")
    func repair() async throws {
        // So many rows that their table has several pages.
        let whole = try await history("history.db", TimeRange(today - 500 * Self.day, today - Self.day))
        try whole.close()
        let path = folder.file("history.db")
        let intact = try Data(contentsOf: URL(filePath: path))
        try intact.write(to: URL(filePath: folder.file("backup.db")))
        let script = #"cd "$1"; exec "$0" db repair --storage.path history.db $ARGUMENTS > out 2> error"#
        #expect(try await Program.run(script: script, in: folder) == 0)
        #expect(folder.text("out") == "history.db is intact; nothing to repair\n")

        // Every page of points but the root.
        var damaged = intact
        let size = 4096
        let pages = try await Self.pages(path)
        #expect(pages.count > 2)
        for page in pages.dropFirst() {
            damaged.replaceSubrange((page - 1) * size..<page * size, with: Data(count: size))
        }
        try damaged.write(to: URL(filePath: path))
        do {
            let running = try History(path: path, collects: true)
            #expect(try await Program.run(script: script, in: folder) == 1)
            #expect(folder.text("error").contains("is in use by another exporter"))
            try running.close()
        }
        try damaged.write(to: URL(filePath: path))
        #expect(chmod(path, 0o640) == 0)
        #expect(try await Program.run(script: script, in: folder) == 0)
        let lines = folder.text("out")
        #expect(lines.contains("history.db repaired; the damaged file is now "))
        #expect(
            lines.contains(/lost: application APP, hourly, [^,]+, [0-9]+ days from .*: fetched again by the next start/)
        )
        #expect(lines.contains(/lost: .*: not available from Algolia any more/))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
        #expect(try await Program.run(script: "cd $1; $0 db verify --storage.path history.db > out", in: folder) == 0)

        try damaged.write(to: URL(filePath: path))
        let restored = "ARGUMENTS='--from backup.db'; " + script
        #expect(try await Program.run(script: restored, in: folder) == 0)
        #expect(folder.text("out").contains(/from backup.db: [0-9,]+ points added/))
        #expect(folder.text("out").contains("lost: no points"))
        let repaired = try History(path: path, readOnly: true)
        #expect(try await repaired.info().points[.hourly] == 499 * 24)
    }

    /// The pages of hourly points, the root first.
    private static func pages(_ path: String) async throws -> [Int] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try await queue.read { db in
            try Int.fetchAll(db, sql: "SELECT pageno FROM dbstat WHERE name = 'hourly' ORDER BY path")
        }
    }
}
