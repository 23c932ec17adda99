import AlgoliaClient
import Collector
import CoreMetrics
import Foundation
import GRDB
import TestSupport
import Transport
import UsageModel

@testable import History

/// The process and its file: how they begin, end, and are replaced.
extension Life {
    private var logPath: String { path + "-wal" }

    /// Makes the folder of another file, which begins with this content.
    func open(_ database: [UInt8]? = nil, log: [UInt8]? = nil) throws {
        system?.remove()
        generation += 1
        let home = HistoryFile.resolved(folder.path) + "/\(generation)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        path = home + "/history.db"
        let system = FaultyFileSystem(folder: home)
        for (path, content) in [(path, database), (logPath, log)] {
            guard let content else { continue }
            try Data(content).write(to: URL(filePath: path))
            system.noteSynced(path, content)
        }
        self.system = system
        (isDiskTroubled, hasLostSync) = (false, false)
    }

    func start() async throws {
        do {
            if !isDiskTroubled { noteSynced() }
            let history = try History(path: path, collects: true, logger: logger)
            process = try LifeProcess(
                history, plan, vendor: vendor, receiver: receiver, clock: clock, settings: settings, logger: logger,
                seed: plan.seed &* 1000 &+ UInt64(vendor.requests))
        } catch let error as HistoryError {
            try expectTrouble(error, "start")
            // As a service manager does.
            restart = clock.monotonic + 60
        }
    }

    /// Whatever was written before a start has reached the disk by then.
    private func noteSynced() {
        for path in [path, logPath] {
            if let content = content(path) { system?.noteSynced(path, content) }
        }
        hasLostSync = false
    }

    private func content(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

    /// An error of the history is right only while the disk or a lock fails.
    func expectTrouble(_ error: any Error, _ what: String) throws {
        guard isStorageTroubled else { throw LifeError("\(what) failed: \(error)") }
        note("\(what) failed: \(error)")
    }

    /// Stops as told, and starts again after some minutes.
    func stop(_ minutes: Int) throws {
        guard dyingCall == nil else { return try die() }
        unlock()
        try? process?.history.close()
        process = nil
        restart = clock.monotonic + Double(minutes) * 60
    }

    // MARK: Death

    func kill(_ death: LifeFault.Death, _ minutes: Int) async throws {
        guard process != nil else { return }
        restart = clock.monotonic + Double(minutes) * 60
        switch death {
        case .writing(let call):
            guard !isStorageTroubled else { return try die() }
            // Nothing is written from that call on: as if the process had ended there.
            system?.fail(.failing, from: call)
            dyingCall = call
            dyingMinutes = minutes
        case .killed: try die()
        case .cut: try die(log: cutLog)
        case .powerLoss:
            guard !hasLostSync, let system, let database = system.synced[path] else { return try die() }
            let log = random(0...1) == 0 ? system.synced[logPath] : nil
            try die(database: database, log: log)
            try await forgetSeen()
        }
        if case .cut = death { try await forgetSeen() }
    }

    /// Ends the process once it has come to the write at which it dies.
    func dieWriting() async throws {
        guard let call = dyingCall, let system, process != nil else { return }
        guard system.calls >= call else { return }
        dyingCall = nil
        restart = clock.monotonic + Double(dyingMinutes) * 60
        try die()
    }

    /// Ends the process without anything being closed.
    /// - Parameters:
    ///   - database: what is left of the file; nil for all.
    ///   - log: what is left of the log; nil for all.
    private func die(database: [UInt8]? = nil, log: [UInt8]? = nil) throws {
        let database = database ?? content(path)
        let log = log ?? content(logPath)
        unlock()
        dyingCall = nil
        let history = process?.history
        process = nil
        system?.heal()
        // What is left goes to another folder, where the old process's end changes nothing.
        try open(database, log: log)
        try? history?.close()
    }

    /// The log without an end that was not synced.
    private var cutLog: [UInt8]? {
        guard !hasLostSync, let log = content(logPath),
            let synced = system?.synced[logPath], log.count >= synced.count, log.count > 32,
            // The same round of the log: SQLite writes it from the beginning again after a checkpoint.
            log.prefix(32) == synced.prefix(32)
        else { return nil }
        return Array(log.prefix(random(min(synced.count, log.count)...log.count)))
    }

    // MARK: Locks

    func lock(_ minutes: Int) {
        guard !isStorageTroubled, let history = process?.history else { return }
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        guard let queue = try? DatabaseQueue(path: path, configuration: configuration) else { return }
        try? queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        // A virtual clock does not wait for another process.
        history.stopWaiting()
        locker = queue
        after(minutes) { [self] in unlock() }
    }

    func unlock() {
        guard let locker else { return }
        try? locker.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try? locker.close()
        self.locker = nil
    }

    // MARK: Commands

    private func nextFile() -> Int {
        files += 1
        return files
    }

    /// Runs a command that may fail only while the storage is in trouble.
    private func attempt(_ what: String, _ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as HistoryError { try expectTrouble(error, what) }
    }

    func backUp() async throws {
        guard let history = process?.history else { return }
        let target = folder.file("backup-\(nextFile()).db")
        try await attempt("backup") {
            let backup = Backup(path: target, imports: imports, requests: receiver.requests)
            try await history.backUp(to: target)
            backups = backups.suffix(2) + [backup]
        }
    }

    func compact() async throws {
        guard let history = process?.history else { return }
        try await attempt("compact") { try await history.compact() }
    }

    func restore(merging: Bool) async throws {
        guard let backup = backups.first, !isStorageTroubled else { return }
        let old = path
        try stop(random(0...20))
        try open(content(backup.path))
        // An import may have brought a value that was newer and wrong, as from a time with a wrong clock. Where the
        // backup has the right one, nothing changes in it any more that would be sent.
        if imports > backup.imports { receiver.doubt(since: backup.requests) }
        if merging { try await merge(old) }
        try await forgetSeen()
    }

    /// Imports an older backup, or one that another exporter went on with.
    func merge(advanced: Bool) async throws {
        guard let backup = backups.first, !isStorageTroubled, clockError == 0 else { return }
        try stop(0)
        let source = folder.file("sister-\(nextFile()).db")
        try FileManager.default.copyItem(atPath: backup.path, toPath: source)
        if advanced { try await advance(source) }
        try await merge(source)
    }

    private func merge(_ path: String) async throws {
        let history = try History(path: self.path, collects: true, logger: logger)
        let source = try await ImportSource(path, into: history)
        let outcome = try await history.merge(source)
        source.close()
        try history.close()
        imports += 1
        note("imported: \(outcome.added) added, \(outcome.replaced) replaced, \(outcome.kept) kept")
    }

    /// Lets another exporter go on with a copy of the history for some requests.
    private func advance(_ path: String) async throws {
        let history = try History(path: path, collects: true)
        let clients = ClientPool(transport: vendor, clock: clock, metrics: NOOPMetricsHandler.instance)
        var options = RequestOptions()
        options.requestsPerMinute = 6000
        let sister = ApplicationCollector(
            settings: plan.settings,
            client: try clients.client(
                "APP", usageKey: .value("usage-key"), searchKey: .value("search-key"), options: options),
            history: history, clock: clock, metrics: NOOPMetricsHandler.instance, logger: logger,
            generator: SeededGenerator(plan.seed))
        for _ in 0..<random(1...40) { _ = await sister.step() }
        try history.close()
    }
}
