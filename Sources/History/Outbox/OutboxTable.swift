internal import UsageModel

/// The series of an ``Outbox``, compact: some thousand series have two entries each.
struct OutboxTable {
    /// One series in one granularity.
    struct Entry {
        /// The position of its series in ``OutboxTable/series``.
        let series: Int32
        /// The position of its scope in ``OutboxTable/scopes``.
        let scope: Int32
        /// The position of its statistic in ``OutboxStatistics``.
        let statistic: Int32
        let granularity: Granularity
        /// Samples that each point becomes.
        let weight: Int32
        /// Every bucket that starts before it was accepted.
        var sentUntil: UnixTime
        /// No point that is not in the current batch starts before it.
        var next: UnixTime
        var settlement = Settlement()

        var isPending: Bool { next < settlement.frontier }
    }

    /// A part of a series to look at.
    struct Slice {
        let entry: Int
        let series: Int64
        let granularity: Granularity
        let weight: Int
        /// At most until the end of a day.
        let range: TimeRange
        /// The settled ranges, when they are not all of ``range``.
        let settled: TimeRangeSet?
    }

    /// Ascending by id.
    private(set) var series: [StoredSeries] = []
    private(set) var scopes: [Scope] = []
    private var scopePositions: [Scope: Int32] = [:]
    /// By series, then granularity.
    var entries: [Entry] = []
    /// The entries of the oldest day that waits, and how many of them were dealt with.
    private var queue: [Int] = []
    private var dealtWith = 0

    /// Adds a series that is newer than the others.
    mutating func add(
        _ new: StoredSeries, statistic: Int32, weights: [Granularity: Int], sentUntil: (Granularity) -> UnixTime
    ) {
        let scope = Scope(application: new.key.application, index: new.key.index)
        let position = scopePositions[scope] ?? Int32(scopes.count)
        if position == scopes.count {
            scopes.append(scope)
            scopePositions[scope] = position
        }
        // Texts that many series share are kept once.
        var shared = new
        shared.key.application = scopes[Int(position)].application
        shared.key.index = scopes[Int(position)].index
        shared.key.statistic = StatisticCatalogue.statistic(named: new.key.statistic)?.name ?? new.key.statistic
        series.append(shared)
        for granularity in Granularity.allCases {
            guard let weight = weights[granularity], weight > 0 else { continue }
            let sent = sentUntil(granularity)
            entries.append(
                Entry(
                    series: Int32(series.count - 1), scope: position, statistic: statistic, granularity: granularity,
                    weight: Int32(weight), sentUntil: sent, next: sent))
        }
    }

    /// The next slices in the order in which they are to be sent: day by day, and by series within one.
    mutating func slices(atMost count: Int) -> [Slice] {
        if dealtWith == queue.count { fillQueue() }
        return queue[dealtWith..<min(dealtWith + count, queue.count)].map { position in
            let entry = entries[position]
            let end = Granularity.daily.floor(entry.next) + Granularity.daily.seconds
            let range = TimeRange(entry.next, min(end, entry.settlement.frontier))
            let settled = entry.settlement.settled
            return Slice(
                entry: position, series: series[Int(entry.series)].id, granularity: entry.granularity,
                weight: Int(entry.weight), range: range, settled: settled.contains(range) ? nil : settled)
        }
    }

    /// Notes that the first `count` slices were looked at.
    mutating func advance(_ count: Int) { dealtWith += count }

    /// Looks at everything anew that was not accepted.
    mutating func restart() {
        for position in entries.indices { entries[position].next = entries[position].sentUntil }
        queue.removeAll(keepingCapacity: true)
        dealtWith = 0
    }

    private mutating func fillQueue() {
        queue.removeAll(keepingCapacity: true)
        dealtWith = 0
        var oldest = Int64.max
        for (position, entry) in entries.enumerated() where entry.isPending {
            let day = Granularity.daily.floor(entry.next)
            if day < oldest {
                oldest = day
                queue.removeAll(keepingCapacity: true)
            }
            if day == oldest { queue.append(position) }
        }
    }

    /// The entry of a series; nil for one that is not sent.
    func entry(series id: Int64, _ granularity: Granularity) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if series[Int(entries[middle].series)].id < id { low = middle + 1 } else { high = middle }
        }
        while low < entries.count, series[Int(entries[low].series)].id == id {
            if entries[low].granularity == granularity { return low }
            low += 1
        }
        return nil
    }
}
