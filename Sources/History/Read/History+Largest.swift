internal import GRDB
private import Synchronization
internal import UsageModel

extension History {
    /// The series with the largest sums of what `query` asks for, the largest first; one without points is left out.
    ///
    /// Two readers share the work, half of those that there are: the others are left to questions that are answered at
    /// once.
    func largest(
        _ count: Int, of series: [StoredSeries], _ query: RangeQuery, now: UnixTime
    ) async throws -> [StoredSeries] {
        let closed = query.granularity == .daily ? dailySums.reading(of: query.range, now: now) : nil
        let parts = Parts(of: series.count)
        async let second = sums(of: series, query, closed, parts)
        let found = try await (sums(of: series, query, closed, parts) + second).sorted { $0.position < $1.position }
        return Self.largest(found.map(\.sum), count).map { series[found[$0].position] }
    }

    /// Returns the sums that rank `series`, for the parts that this call takes. A series without points has no sum.
    /// - Parameter closed: the days of the query whose sums are remembered.
    private func sums(
        of series: [StoredSeries], _ query: RangeQuery, _ closed: DailySums.Reading?, _ parts: Parts
    ) async throws -> [(position: Int, sum: Double)] {
        var sums: [(position: Int, sum: Double)] = []
        while let part = parts.take() {
            let (found, new) = try await read { db in
                let reader = try PackedRowReader(db, query.granularity)
                var new: [Int64: Double?] = [:]
                let found = try part.compactMap { position -> (position: Int, sum: Double)? in
                    let one = series[position]
                    // Sums of sums need no buckets.
                    guard query.step == nil || query.aggregate(for: one.key.statistic) == .sum else {
                        let points = try Self.points(of: one.id, one.key.statistic, query, reader)
                        return points.isEmpty ? nil : (position, points.reduce(0) { $0 + $1.value.double })
                    }
                    guard let closed else {
                        return try reader.sum(series: one.id, range: query.range).map { (position, $0) }
                    }
                    let old = try closed.sums[one.id] ?? reader.sum(series: one.id, range: closed.range)
                    if closed.sums[one.id] == nil { new[one.id] = .some(old) }
                    let rest = try reader.sum(series: one.id, range: closed.rest)
                    return old == nil && rest == nil ? nil : (position, (old ?? 0) + (rest ?? 0))
                }
                return (found, new)
            }
            if let closed, !new.isEmpty { dailySums.remember(new, of: closed) }
            sums += found
        }
        return sums
    }

    /// Positions of the largest sums, the largest first; a sum that is not a number is the smallest.
    private static func largest(_ sums: [Double], _ count: Int) -> [Int] {
        let sums = sums.map { $0.isNaN ? -.infinity : $0 }
        return Array(sums.indices.sorted { (sums[$0], $1) > (sums[$1], $0) }.prefix(count))
    }
}

/// Hands out ranges of positions to tasks that share a list: a task that finishes its range takes the next one.
private final class Parts: Sendable {
    private static let length = 64

    private let count: Int
    private let next = Atomic(0)

    init(of count: Int) { self.count = count }

    func take() -> Range<Int>? {
        let start = next.wrappingAdd(Self.length, ordering: .relaxed).oldValue
        return start < count ? start..<min(start + Self.length, count) : nil
    }
}

/// The days of which a transaction has changed points.
enum ChangedDays: Hashable {
    case none
    case from(Int64)
    case all

    /// The days that `writer` has changed.
    init(_ writer: PackedRowWriter, _ granularity: Granularity) {
        self = granularity == .daily ? writer.oldestChangedRow.map { .from($0) } ?? .none : .none
    }
}

/// Sums of days that are over, by series, remembered as long as none of these days changes.
///
/// The largest of a thousand series over a year are found by adding up 366,000 rows, of which the vendor revises only
/// the newest: the others are read once.
final class DailySums: Sendable {
    /// The sums that are known of one range.
    struct Reading {
        fileprivate var entry: UInt64
        /// Whole days that are over.
        var range: TimeRange
        /// What is asked besides: the newest days.
        var rest: TimeRange
        /// By series; nil for one without points. A series that is absent is to be read.
        var sums: [Int64: Double?]
    }

    private struct Entry {
        var id: UInt64
        var begin: UnixTime
        var sums: [Int64: Double?] = [:]

        func isValid(_ now: UnixTime) -> Bool { (0..<DailySums.patience).contains(now - begin) }
    }

    private struct State {
        var entries: [TimeRange: Entry] = [:]
        var entryCount: UInt64 = 0

        mutating func entry(of range: TimeRange, now: UnixTime) -> Entry {
            if let known = entries[range], known.isValid(now) { return known }
            entries = entries.filter { $0.value.isValid(now) }
            if entries.count >= DailySums.longestList { entries.removeAll() }
            entryCount += 1
            let entry = Entry(id: entryCount, begin: now)
            entries[range] = entry
            return entry
        }
    }

    /// Ranges that are remembered: those of pages and dashboards, each with the range that it is compared with.
    private static let longestList = 8
    /// Series of all ranges together, some 40 bytes each.
    private static let mostSums = 32_768
    /// Seconds until all is read again, in case another program has changed the file.
    private static let patience: Int64 = 600
    /// Today and yesterday change with every poll.
    private static let openDays: Int64 = 2

    private let state = Mutex(State())

    /// Returns what is known of the days of `range`; nil where none of them is over.
    func reading(of range: TimeRange, now: UnixTime) -> Reading? {
        let day = Granularity.daily
        guard range.start < now else { return nil }
        let start = day.ceiling(max(range.start, 0))
        let end = min(day.floor(range.end), day.floor(now) - (Self.openDays - 1) * day.seconds)
        guard start < end else { return nil }
        let closed = TimeRange(start, end)
        return state.withLock { state in
            let entry = state.entry(of: closed, now: now)
            return Reading(entry: entry.id, range: closed, rest: TimeRange(end, range.end), sums: entry.sums)
        }
    }

    /// Remembers sums that were read after `reading`, unless one of its days has changed since.
    func remember(_ sums: [Int64: Double?], of reading: Reading) {
        state.withLock { state in
            guard var entry = state.entries[reading.range], entry.id == reading.entry else { return }
            entry.sums.merge(sums) { $1 }
            guard entry.sums.count <= Self.mostSums else { return }
            state.entries[reading.range] = entry
            let count = state.entries.values.reduce(0) { $0 + $1.sums.count }
            if count > Self.mostSums { state.entries = [reading.range: entry] }
        }
    }

    /// Forgets what a transaction has changed.
    func forget(_ days: ChangedDays) {
        state.withLock { state in
            switch days {
            case .none: break
            case .all: state.entries.removeAll()
            case .from(let day):
                let start = day * Granularity.daily.seconds
                state.entries = state.entries.filter { $0.key.end <= start }
            }
        }
    }
}
