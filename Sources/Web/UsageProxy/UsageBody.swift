internal import History
internal import NIOCore
internal import UsageModel

/// The body of a usage answer, a few pages of the history at a time: however long the range and
/// however many the clients, each needs memory for one part only.
struct UsageBody: Sendable {
    /// Bytes from which on a part is sent.
    private static let partSize = 32_768

    private let history: History
    private let granularity: Granularity
    private let range: TimeRange
    private let statistics: [[StoredSeries]]

    /// The statistic being written, and what is left of it; nil before its first page.
    private var position = 0
    private var rest: TimeRange?
    /// Whether the statistic being written has begun: one without points is left out.
    private var isOpen = false
    private var hasBegun = false
    private var hasEnded = false
    /// Whether no statistic had a point yet.
    private(set) var isEmpty = true

    init(_ history: History, _ granularity: Granularity, _ range: TimeRange, _ statistics: [[StoredSeries]]) {
        self.history = history
        self.granularity = granularity
        self.range = range
        self.statistics = statistics
    }

    /// The next part; nil after the last.
    mutating func next() async throws -> ByteBuffer? {
        guard !hasEnded else { return nil }
        var json = JSONBytes(capacity: 2 * Self.partSize)
        if !hasBegun { json.raw("{") }
        hasBegun = true
        while json.bytes.count < Self.partSize, position < statistics.count {
            try await writePage(to: &json)
        }
        if position == statistics.count {
            json.raw("}")
            hasEnded = true
        }
        return ByteBuffer(bytes: json.bytes)
    }

    private mutating func writePage(to json: inout JSONBytes) async throws {
        let statistic = statistics[position]
        let page = try await history.page(of: statistic, granularity, range: rest ?? range)
        if page.points.contains(where: { !$0.isEmpty }) {
            if isOpen || !isEmpty { json.raw(",") }
            if !isOpen {
                json.string(statistic[0].key.statistic)
                json.raw(":[")
            }
            isOpen = true
            isEmpty = false
            if statistic.map(\.key.key) == [""], let points = page.points.first {
                json.usageNumbers(points)
            } else {
                json.usageMaps(page.points, keys: statistic.map(\.key.key))
            }
        }
        rest = page.rest
        guard rest == nil else { return }
        if isOpen { json.raw("]") }
        isOpen = false
        position += 1
    }
}
