public import Capacity
public import Foundation
internal import History
public import UsageModel

/// The capacity report of each application, computed on request and kept while it is current.
///
/// A report rests on whole days, so it changes once a day, with a revision, and while a backfill runs. After a
/// change of the history a report may be as old as ``Made/patience``; with another first or newest day, contract or list
/// of events never.
public actor CapacityCache {
    /// The configuration that reports are made with.
    public struct Planning: Sendable {
        /// By application.
        public let contracts: @Sendable () -> [ApplicationID: Contract]
        public let timeZone: @Sendable () -> TimeZone
        public let events: @Sendable () -> EventCalendar

        public init(
            contracts: @escaping @Sendable () -> [ApplicationID: Contract] = { [:] },
            timeZone: @escaping @Sendable () -> TimeZone = { .gmt },
            events: @escaping @Sendable () -> EventCalendar = { EventCalendar() }
        ) {
            self.contracts = contracts
            self.timeZone = timeZone
            self.events = events
        }
    }

    private struct Conditions: Equatable {
        var contract: Contract
        var timeZone: TimeZone
        var events: EventCalendar
        var firstDay: Int64?
        var newestDayEnd: Int64?
    }

    private struct Made {
        var conditions: Conditions
        var generation: UInt64
        var time: Double
        /// Seconds that it took.
        var duration: Double
        var report: CapacityReport

        /// Seconds that it is kept although the history has changed: so long that pages that are asked for without a
        /// pause take a twentieth of a processor, and a minute at most. Before all indices were fetched, every answer
        /// changes it much: a fifth of a processor.
        var patience: Double { min(max((report.indices.unfetched > 0 ? 5 : 20) * duration, 1), 60) }
    }

    private let history: History
    let planning: Planning
    private let clock: any WallClock
    private var made: [ApplicationID: Made] = [:]
    private var making: [ApplicationID: (conditions: Conditions, task: Task<Made, any Error>)] = [:]

    init(_ history: History, _ planning: Planning, clock: any WallClock) {
        self.history = history
        self.planning = planning
        self.clock = clock
    }

    /// The reports of every application that is stored or has a contract, by id.
    public func reports() async throws -> [CapacityReport] {
        var reports: [CapacityReport] = []
        for application in try await applications() { reports.append(try await report(application)) }
        return reports
    }

    /// Every application that is stored or has a contract, ascending.
    public func applications() async throws -> [ApplicationID] {
        Set(try await history.applicationIDs()).union(planning.contracts().keys).sorted()
    }

    /// The contracts that are configured now.
    nonisolated var contracts: [ApplicationID: Contract] { planning.contracts() }

    /// The report of one application; one of which nothing is stored has an empty report.
    public func report(_ application: ApplicationID) async throws -> CapacityReport {
        let timeZone = planning.timeZone()
        let events = planning.events()
        let reader = CapacityReader(history, timeZone: timeZone, events: events)
        let conditions = Conditions(
            contract: planning.contracts()[application] ?? Contract(), timeZone: timeZone,
            events: events, firstDay: try await reader.firstDay(application),
            newestDayEnd: try await reader.newestDayEnd(application))
        if let known = made[application], known.conditions == conditions,
            known.generation == history.generation || clock.monotonic - known.time < known.patience
        {
            return known.report
        }
        // Further requests meanwhile wait for the same result.
        if let running = making[application], running.conditions == conditions {
            return try await running.task.sharedValue.report
        }
        let (history, clock) = (history, clock)
        let task = Task(executorPreference: QueryExecutor.shared) {
            let (generation, time) = (history.generation, clock.monotonic)
            let report = try await reader.report(application, contract: conditions.contract)
            return Made(
                conditions: conditions, generation: generation, time: time, duration: clock.monotonic - time,
                report: report)
        }
        making[application] = (conditions, task)
        defer { if making[application]?.task == task { making[application] = nil } }
        let new = try await task.sharedValue
        made[application] = new
        return new.report
    }

    /// The reports that there are, by application, without making any: what a scrape has time for. Those made
    /// with another contract, zone or events than now are not among them, nor those of which the newest day ended
    /// longer than `staleness` seconds ago.
    func ready(staleness: Int64) -> [CapacityReport] {
        let contracts = planning.contracts()
        let timeZone = planning.timeZone()
        let events = planning.events()
        return made.sorted { $0.key < $1.key }.compactMap { application, made in
            guard made.conditions.contract == contracts[application] ?? Contract(),
                made.conditions.timeZone == timeZone, made.conditions.events == events,
                clock.now - made.report.days.upperBound * Granularity.daily.seconds <= staleness
            else { return nil }
            return made.report
        }
    }
}

extension Task where Failure == any Error {
    /// The value for one of several who wait for the same work.
    ///
    /// A task that is cancelled stops waiting at once, and the work goes on for the others: neither a long computation
    /// nor a
    /// stuck query keeps a request or the whole process from ending.
    /// - Throws: `CancellationError`, or what the work threw.
    var sharedValue: Success {
        get async throws {
            let (end, ending) = AsyncStream.makeStream(of: Never.self)
            let watch = Task<Void, Never> {
                _ = await result
                ending.finish()
            }
            // Ends with the work, or when this task is cancelled.
            for await _ in end {}
            _ = watch
            try Task<Never, Never>.checkCancellation()
            return try await value
        }
    }
}
