package import History
internal import LinearRegex
internal import PrometheusModel
internal import Snappy
private import Synchronization
package import UsageModel

/// Prometheus' remote read protocol over the history: the series of `/metrics`, each complete bucket a sample
/// stamped at the bucket's end.
package final class RemoteRead: Sendable {
    package enum Answer: Sendable {
        /// A compressed `ReadResponse`; its sender holds the permit until the client has received it.
        case samples([ArraySlice<UInt8>], permit: Permit)
        /// Frames, as they are read.
        case chunks(ChunkStream)
    }

    package let limits: RemoteReadLimits
    private let history: History
    private let series: MetricSeriesCache
    private let readers: AsyncSemaphore
    /// The places of whole answers: a client that does not take its own keeps others from theirs, but nobody from chunks.
    private let answers: AsyncSemaphore

    /// - Parameter labels: those that are added to each application's metrics, as they are now.
    package init(
        _ history: History, limits: RemoteReadLimits = RemoteReadLimits(),
        labels: @escaping @Sendable () -> ApplicationLabels = { ApplicationLabels() }
    ) {
        self.history = history
        self.limits = limits
        series = MetricSeriesCache(history, labels: labels)
        readers = AsyncSemaphore(limits.readers)
        answers = AsyncSemaphore(limits.answers)
    }

    /// Answers the body of a request.
    /// - Throws: ``RemoteReadRefusal``.
    package func answer(_ body: [UInt8], now: UnixTime) async throws -> Answer {
        let request = try await parse(body)
        let answer = request.form == .samples ? try await answers.acquire() : nil
        let permit = try await readers.acquire()
        defer { withExtendedLifetime(permit) {} }
        let selected = try await select(request.queries, now: now)
        guard let answer else { return .chunks(ChunkStream(selected, history: history, readers: readers)) }
        return .samples(try await samples(of: selected), permit: answer)
    }

    /// A body in its shortest form may have half a million matchers: few are in memory at a time.
    private func parse(_ body: [UInt8]) async throws -> RemoteReadRequest {
        let permit = try await readers.acquire()
        defer { withExtendedLifetime(permit) {} }
        return try RemoteReadRequest(body, limits: limits)
    }

    private func select(_ queries: [RemoteReadRequest.Query], now: UnixTime) async throws -> [SelectedSeries] {
        let all = try await series.current()
        let budget = RegexBudget()
        var selected: [SelectedSeries] = []
        var count = 0
        for query in queries {
            try Task.checkCancellation()
            let series = try SelectedSeries(query, of: all, now: now, budget)
            count += series.slices.count
            guard count <= limits.series else {
                throw RemoteReadRefusal(
                    .matchers, "the queries match more than \(limits.series) series",
                    accepted: "matchers of at most \(limits.series) series in all queries together")
            }
            selected.append(series)
        }
        return selected
    }

    /// A `ReadResponse`: a `QueryResult` for each query, field 1.
    private func samples(of queries: [SelectedSeries]) async throws -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var length = 0
        var samples = 0
        for series in queries {
            let result = try await result(of: series, samples: &samples)
            var head = ProtobufBytes()
            head.message(1, length: result.length)
            length += head.bytes.count + result.length
            parts.append(Snappy.part(head.bytes))
            parts += result.parts
        }
        return [Snappy.length(length)[...]] + parts
    }

    private func result(of series: SelectedSeries, samples: inout Int) async throws -> QueryResultBuilder {
        var builder = QueryResultBuilder(series)
        var batch = try await history.points(of: series.slices, from: .start)
        while true {
            samples += batch.points.count
            guard samples <= limits.samples else {
                throw RemoteReadRefusal(
                    .queries, "the answer would have more than \(limits.samples) samples",
                    accepted: "a shorter range, narrower matchers, or STREAMED_XOR_CHUNKS, which has no such limit")
            }
            guard let rest = batch.rest else {
                builder.append(batch)
                builder.finish()
                return builder
            }
            // The database reads on while this batch is compressed.
            async let next = history.points(of: series.slices, from: rest)
            builder.append(batch)
            batch = try await next
        }
    }
}

/// The limits of one request.
package struct RemoteReadLimits: Sendable {
    /// Bytes of a request's body, compressed and not.
    package var bodyBytes = 1 << 20
    package var queries = 16
    /// Matchers of one query; each is asked about every series.
    package var matchers = 100
    /// Samples of an answer in the form of samples, which is in memory before it is sent: some 12 bytes each.
    package var samples = 5_000_000
    /// Series of an answer, which are chosen before anything is read.
    package var series = 100_000
    /// Requests that are read at the same time. Others wait.
    package var readers = 4
    /// Answers in the form of samples that may be in memory, until their clients have taken them. Others wait.
    package var answers = 8

    package init() {}
}

/// Every series of a history, and as Prometheus sees it, made again only when there is a new one or the
/// labels change.
final class MetricSeriesCache: Sendable {
    private let history: History
    private let labels: @Sendable () -> ApplicationLabels
    private let cached = Mutex<(newest: Int64, labels: ApplicationLabels, series: Content)?>(nil)

    struct Content: Sendable {
        let stored: [StoredSeries]
        let set: MetricSeriesSet
    }

    init(_ history: History, labels: @escaping @Sendable () -> ApplicationLabels) {
        self.history = history
        self.labels = labels
    }

    func current() async throws -> Content {
        // Before the series themselves: one that comes in between is noticed by the next caller.
        let newest = try await history.newestSeries()
        let labels = labels()
        if let cached = cached.withLock({ $0 }), cached.newest == newest, cached.labels == labels {
            return cached.series
        }
        let stored = try await history.storedSeries()
        let series = Content(stored: stored, set: MetricSeriesSet(stored.map(\.key), labels: labels))
        cached.withLock { $0 = (newest, labels, series) }
        return series
    }
}
