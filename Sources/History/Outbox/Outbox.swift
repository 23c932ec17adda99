internal import GRDB
public import UsageModel

/// The part of the history that one destination of remote write has not accepted yet.
///
/// Invariants, by series and granularity:
/// 1. Every bucket before the stored position was accepted as it is stored, or is noted as
///    late (``LateBuckets``), or holds a value that never settled.
/// 2. Buckets are handed out in time order, once they are settled (``Settlement``). A gap that
///    the collector will still fill holds back what follows it.
/// 3. What changes between handing out and confirming is noted as late by the transaction that
///    moves the position, whatever changed it.
///
/// Series advance together, day by day, so that a receiver sees time pass evenly. In memory is a
/// compact table and one batch, whatever the size of the history.
public actor Outbox {
    /// For each of some series, all of different statistics and in the order in which they were
    /// first stored: how many samples a point becomes. What is not named is not sent.
    public typealias SampleCounts = @Sendable (_ series: [StoredSeries]) -> [[Granularity: Int]]
    /// From where on what is missing will still be collected, at a time.
    public typealias RepairedSince = @Sendable (_ granularity: Granularity, _ now: UnixTime) -> UnixTime

    /// Seconds after which another look is taken although nothing has changed: old gaps end.
    private static let longestRest: Int64 = 300
    /// The most parts of a batch: those without points have no other limit.
    private static let mostParts = 20_000

    let history: History
    /// Its name in the history.
    public let destination: String
    let sampleCounts: SampleCounts
    let repairedSince: RepairedSince
    private let refreshInterval: Int64

    var table = OutboxTable()
    var statistics = OutboxStatistics()
    var isLoaded = false
    var hasLate = false
    /// When the vendor last answered, as of the last look; nil before it ever did.
    public internal(set) var newestFetch: UnixTime?
    private var generation: UInt64 = 0
    private var epoch: UInt64 = 0
    private var refreshedAt: UnixTime = .min
    private var current: OutgoingBatch?

    /// - Parameter refreshInterval: the least seconds between two looks at what is new.
    public init(
        _ history: History, destination: String, refreshInterval: Int64 = 2, sampleCounts: @escaping SampleCounts,
        repairedSince: @escaping RepairedSince
    ) {
        self.history = history
        self.destination = destination
        self.refreshInterval = refreshInterval
        self.sampleCounts = sampleCounts
        self.repairedSince = repairedSince
    }

    /// The next batch, or the last one again as long as it is not confirmed; nil when nothing waits.
    /// - Parameter limit: the most samples of a batch. A point that becomes more than that comes alone.
    public func next(limit: Int, now: UnixTime) async throws -> OutgoingBatch? {
        if let current { return current }
        try await refreshIfDue(now)
        if hasLate { current = try await lateBatch(limit) }
        if current == nil {
            do {
                current = try await newBatch(limit)
            } catch {
                // What was read for a batch that is none is to be read again.
                table.restart()
                throw error
            }
        }
        return current
    }

    /// Notes that the destination has accepted the current batch, or what of it it ever will.
    public func confirm() async throws {
        guard let batch = current else { return }
        let destination = destination
        let foundLate = try await history.write { db in
            let records = RemoteWriteTables(db, destination)
            return batch.isLate ? try records.confirmLate(batch) : try records.confirm(batch)
        }
        for part in batch.parts {
            guard let entry = part.entry, let range = part.range else { continue }
            table.entries[entry].sentUntil = range.end
        }
        // Whether other late buckets are left shows when the next ones are read.
        hasLate = hasLate || foundLate
        current = nil
    }

    private func refreshIfDue(_ now: UnixTime) async throws {
        if history.epoch != epoch {
            // Positions have moved back: everything is read anew.
            epoch = history.epoch
            (table, statistics, isLoaded, refreshedAt) = (OutboxTable(), OutboxStatistics(), false, .min)
        }
        let rest = refreshedAt == .min ? .max : now - refreshedAt
        let newest = history.generation
        guard newest != generation && rest >= refreshInterval || rest >= Self.longestRest || rest < 0 else { return }
        try await refresh(now)
        generation = newest
        refreshedAt = now
    }

    // MARK: New buckets

    private func newBatch(_ limit: Int) async throws -> OutgoingBatch? {
        var batch = OutgoingBatch(parts: [], isLate: false)
        var parts: [Int: Int] = [:]
        var samples = 0
        while samples < limit, batch.parts.count < Self.mostParts {
            let slices = table.slices(atMost: max(limit - samples, 64))
            guard !slices.isEmpty else { break }
            let room = limit - samples
            let isEmpty = samples == 0
            let contents = try await history.read { db in
                try OutboxReader(db).read(slices, room: room, takesOne: isEmpty)
            }
            guard !contents.isEmpty else { break }
            for (slice, read) in zip(slices, contents) {
                let entry = table.entries[slice.entry]
                table.entries[slice.entry].next = read.next ?? entry.settlement.frontier
                samples += read.points.count * slice.weight
                // A later first row is remembered only here, until a point is sent or there are none.
                guard read.next == nil || !read.points.isEmpty || !read.withheld.isEmpty else { continue }
                let range = TimeRange(entry.sentUntil, table.entries[slice.entry].next)
                if let position = parts[slice.entry] {
                    batch.parts[position].points += read.points
                    batch.parts[position].withheld += read.withheld
                    batch.parts[position].range = range
                } else {
                    parts[slice.entry] = batch.parts.count
                    batch.parts.append(
                        OutgoingBatch.Part(
                            series: table.series[Int(entry.series)], granularity: entry.granularity,
                            points: read.points, range: range, withheld: read.withheld, entry: slice.entry))
                }
            }
            let isCut = contents.last?.isCut == true
            table.advance(contents.count - (isCut ? 1 : 0))
            if isCut { break }
        }
        return batch.parts.isEmpty ? nil : batch
    }

    // MARK: Late buckets

    private func lateBatch(_ limit: Int) async throws -> OutgoingBatch? {
        let destination = destination
        let table = table
        let parts = try await history.read { db in
            try RemoteWriteTables(db, destination).late(limit: limit, table)
        }
        hasLate = !parts.isEmpty
        return parts.isEmpty ? nil : OutgoingBatch(parts: parts, isLate: true)
    }
}
