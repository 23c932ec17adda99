import Collector
import Foundation
import History
import TestSupport
import Testing
import UsageModel

@Suite("The watch over the database file")
struct HistoryWatchTests {
    private let folder = TemporaryFolder()
    private let log = CapturedLog()
    private let recorded = RecordedMetrics()
    private let clock = VirtualClock(World.start)

    private var path: String { folder.file("history.db") }

    private func watch(_ history: History) -> HistoryWatch {
        HistoryWatch(history: history, clock: clock, metrics: recorded, logger: log.logger)
    }

    /// The states that are shown as present.
    private var states: [String] {
        recorded.values.filter { $0.value == 1 }.keys.map { String($0.split(separator: " ")[1]) }
    }

    /// A history with something in it.
    private func filled() async throws -> History {
        let history = try History(path: path)
        try await history.storeHours(
            TimeRange(World.start - 7200 - World.start % 3600, World.start - World.start % 3600))
        return history
    }

    @Test("A good file is shown as good from the start, and every other state as absent")
    func good() async throws {
        let history = try await filled()
        let watch = watch(history)
        #expect(states == ["good"])
        #expect(Set(recorded.values.keys) == Set(HistoryProblem.names.map { "algolia_exporter_database_state \($0)" }))
        for _ in 0..<3 { #expect(watch.check(nil) == nil) }
        #expect(states == ["good"] && log.lines.isEmpty)
    }

    /// What may happen to a file.
    enum Accident: String, CaseIterable {
        case deleted, replaced, truncated
        case logDeleted = "log_deleted"
        case logOverwritten = "log_overwritten"

        func happen(to path: String) throws {
            let files = FileManager.default
            switch self {
            case .deleted: try files.removeItem(atPath: path)
            case .replaced:
                try files.moveItem(atPath: path, toPath: path + ".old")
                try files.copyItem(atPath: path + ".old", toPath: path)
            case .truncated: #expect(truncate(path, 100) == 0)
            case .logDeleted: try files.removeItem(atPath: path + "-wal")
            case .logOverwritten: #expect(truncate(path + "-wal", 100) == 0)
            }
        }
    }

    @Test(
        "What happens to the file is seen, said once with what to do, shown, and stops writing",
        arguments: Accident.allCases)
    func accident(_ accident: Accident) async throws {
        let history = try await filled()
        let watch = watch(history)
        try accident.happen(to: path)
        var known: HistoryProblem?
        for _ in 0..<5 { known = watch.check(known) }
        #expect(known?.name == accident.rawValue)
        #expect(states == [accident.rawValue])
        #expect(log.lines.count == 1, "\(log.lines)")
        #expect(log.lines.first?.hasPrefix("error ") == true)
        #expect(log.lines.first?.contains("writing has stopped; ") == true)
        #expect(log.lines.first?.contains(path) == true)
        await #expect(throws: HistoryError.self) { try await history.storeHours(TimeRange(0, 3600)) }
    }

    @Test("While it runs it looks every five seconds, and ends with its task")
    func runs() async throws {
        let history = try await filled()
        let running = Task { [watch = watch(history)] in try await watch.run() }
        while clock.seconds < Double(World.start) + 60 { await Task.yield() }
        #expect(log.lines.isEmpty)
        try Accident.deleted.happen(to: path)
        while log.lines.isEmpty { await Task.yield() }
        let seen = clock.seconds
        while clock.seconds < seen + 60 { await Task.yield() }
        running.cancel()
        try await running.value
        #expect(log.lines.count == 1)
        #expect((clock.seconds - Double(World.start)).truncatingRemainder(dividingBy: 5) == 0)
    }

    @Test("A problem that was known at the start is shown and not said again")
    func knownBefore() async throws {
        let history = try await filled()
        try Accident.deleted.happen(to: path)
        let problem = history.look()
        #expect(problem == .deleted)
        let watch = watch(history)
        #expect(states == ["deleted"])
        #expect(watch.check(problem) == .deleted && log.lines.isEmpty)
    }
}
