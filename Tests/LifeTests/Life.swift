import Foundation
import GRDB
import Logging
import Simulator
import TestSupport
import UsageModel

@testable import History

/// A life of three days: an exporter, a vendor and a receiver on one virtual clock, and a fault every few minutes.
///
/// Everything follows from the seed. What is found wrong is thrown as a ``LifeError``.
final class Life {
    /// A copy of the history, and what had happened by then.
    struct Backup {
        let path: String
        let imports: Int
        /// What the receiver had stored.
        let requests: Int
    }

    let plan: LifePlan
    let clock: VirtualClock
    let vendor: LifeVendor
    let receiver = LifeReceiver()
    let folder = TemporaryFolder()
    let log = CapturedLog()
    var generator: SeededGenerator
    /// What has happened, a line each.
    private(set) var journal: [String] = []

    var settings: CollectionSettings
    /// Nil while it does not run.
    var process: LifeProcess?
    /// Processes and restores so far.
    var generation = 0
    var path = ""
    var system: FaultyFileSystem?
    /// When the process starts again.
    var restart = 0.0
    var backups: [Backup] = []
    /// Histories that were imported so far.
    var imports = 0
    /// Copies of histories so far.
    var files = 0
    /// The call at which the process is to die; nil when it is not.
    var dyingCall: Int?
    var dyingMinutes = 0
    /// A connection that holds the database's lock.
    var locker: DatabaseQueue?
    /// What comes to its end later.
    private var ends: [(time: Double, end: () async throws -> Void)] = []
    /// Whether the disk or a lock may fail whatever is done now.
    var isStorageTroubled: Bool { isDiskTroubled || locker != nil || dyingCall != nil }
    var isDiskTroubled = false
    /// Whether a sync may have been lost since the last start.
    var hasLostSync = false
    /// Seconds that the time of day is set ahead.
    var clockError = 0.0
    /// When the time of day was set right.
    var clockRightSince = 0.0
    /// The totals that were seen, by series: none may become less.
    var seen: [SeriesKey: PointValue] = [:]

    init(seed: UInt64) {
        plan = LifePlan(seed: seed)
        clock = VirtualClock(LifePlan.start)
        vendor = LifeVendor(plan, clock: clock)
        settings = plan.settings
        generator = SeededGenerator(seed)
    }

    var logger: Logger {
        var logger = log.logger
        logger.logLevel = .notice
        return logger
    }

    func note(_ line: String) {
        let minutes = (Int64(clock.monotonic) - LifePlan.start) / 60
        journal.append("+\(minutes / 60)h\(String(format: "%02d", minutes % 60)) \(line)")
    }

    func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    // MARK: The course of it

    /// Lives, with faults, then without any until everything has had time to be made good.
    func run() async throws {
        try open()
        if plan.startsAtEpoch { set(clock: -Double(LifePlan.start) + 100, minutes: 3) }
        try await start()
        var nextFault = clock.monotonic + 3600
        var nextLook = clock.monotonic + 900
        let end = Double(LifePlan.start + LifePlan.duration)
        while clock.monotonic < end {
            try await goOn(until: min(nextFault, nextLook, end))
            if clock.monotonic >= nextLook {
                try await look()
                nextLook = clock.monotonic + 900
            }
            if clock.monotonic >= nextFault {
                try await strike(.draw(plan.indices, using: &generator))
                nextFault = clock.monotonic + Double(random(100...500))
            }
        }
        try await recover()
        note("recovered")
        while clock.monotonic < end + Double(LifePlan.catchUp) {
            try await goOn(until: nextLook)
            try await look()
            nextLook = clock.monotonic + 3600
        }
    }

    /// Lets the parts of the process, and what comes to an end, take their turns.
    private func goOn(until time: Double) async throws {
        while clock.monotonic < time {
            let ending = ends.map(\.time).min() ?? .infinity
            let due = process?.nextDue ?? restart
            let next = min(due, ending, vendor.nextEnd, time)
            clock.advance(by: max(next - clock.monotonic, 0))
            vendor.end(before: clock.monotonic)
            if ending <= clock.monotonic {
                let over = ends.filter { $0.time <= clock.monotonic }
                ends.removeAll { $0.time <= clock.monotonic }
                for one in over { try await one.end() }
            } else if due <= clock.monotonic {
                if process == nil { try await start() } else { try await step() }
            }
        }
    }

    private func step() async throws {
        try await process?.step()
        try await dieWriting()
    }

    /// Does something in so many minutes.
    func after(_ minutes: Int, _ end: @escaping () async throws -> Void) {
        ends.append((clock.monotonic + Double(minutes) * 60, end))
    }

    /// Ends every fault.
    private func recover() async throws {
        let over = ends
        ends = []
        for one in over { try await one.end() }
        vendor.end(before: .infinity)
        receiver.heal()
        heal()
        unlock()
        settings = plan.settings
        settings.interval = 7200
        settings.indexInterval = 14_400
        restart = 0
        if process == nil { try await start() } else { try await process?.reload(settings) }
    }

    // MARK: Faults

    private func strike(_ fault: LifeFault) async throws {
        note("\(fault)")
        switch fault {
        case .vendor(let trouble, let minutes):
            vendor.begin(trouble, until: clock.monotonic + Double(minutes) * 60)
        case .disk(let kind, let call, let minutes):
            guard !isStorageTroubled else { return }
            hasLostSync = hasLostSync || kind == .lostSync
            isDiskTroubled = true
            system?.fail(kind, from: call)
            after(minutes) { [self] in heal() }
        case .locked(let minutes): lock(minutes)
        case .restart(let minutes): try stop(minutes)
        case .kill(let death, let minutes): try await kill(death, minutes)
        case .backup: try await backUp()
        case .restore(let merging): try await restore(merging: merging)
        case .compact: try await compact()
        case .verify: try await verify()
        case .merge(let advanced): try await merge(advanced: advanced)
        case .clock(let seconds, let minutes):
            guard clockError == 0 else { return }
            set(clock: Double(seconds), minutes: minutes)
        case .suspended(let minutes): clock.advance(by: Double(minutes) * 60)
        case .epoch(let minutes):
            guard clockError == 0, plan.sendsDate else { return }
            try stop(0)
            set(clock: -clock.monotonic + 1000, minutes: minutes)
        case .filter(let minutes):
            settings.indices.exclude = ["🛒*"]
            try await process?.reload(settings)
            after(minutes) { [self] in
                settings.indices.exclude = []
                try await process?.reload(settings)
            }
        case .interval(let interval):
            settings.interval = interval
            try await process?.reload(settings)
        case .receiver(let trouble, let requests): receiver.begin(trouble, requests: requests)
        }
    }

    private func set(clock seconds: Double, minutes: Int) {
        clock.set(forward: seconds)
        clockError = seconds
        process?.rouse()
        after(minutes) { [self] in
            clock.set(forward: -clockError)
            clockError = 0
            clockRightSince = clock.monotonic
            process?.rouse()
        }
    }

    func heal() {
        system?.heal()
        isDiskTroubled = false
    }
}
