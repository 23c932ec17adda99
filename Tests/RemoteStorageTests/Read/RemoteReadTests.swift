import History
import PrometheusModel
import Snappy
import SwiftProtobuf
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("Remote read")
struct RemoteReadTests {
    private typealias Sample = XORChunkDecoder.Sample

    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600
    private var end: UnixTime { start + 900 * 86_400 }

    private func history() throws -> History { try History(path: folder.file("history.db")) }

    private func store(
        _ history: History, _ statistic: StatisticName, key: ServerName = "", index: IndexName = "", api: API = .usage,
        by granularity: Granularity = .hourly, _ points: [Point]
    ) async throws {
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, key: key, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), api: api, granularity: granularity,
                range: TimeRange(points[0].time, points[points.count - 1].time + granularity.seconds),
                statistics: .all, fetchedAt: end, settleDelay: 7200))
    }

    private func points(by granularity: Granularity = .hourly, _ values: [Double]) -> [Point] {
        values.enumerated().map {
            Point(time: start + Int64($0) * granularity.seconds, value: PointValue($1))
        }
    }

    private func query(
        _ matchers: [LabelMatcher] = [], from start: Int64 = .min, to end: Int64 = .max
    ) -> Prometheus_Query {
        .with {
            $0.startTimestampMs = start
            $0.endTimestampMs = end
            $0.matchers = matchers.map { matcher in
                .with {
                    $0.type = [.equal: .eq, .notEqual: .neq, .matching: .re, .notMatching: .nre][matcher.kind] ?? .eq
                    $0.name = matcher.name
                    $0.value = matcher.value
                }
            }
        }
    }

    private func body(
        _ queries: [Prometheus_Query], _ types: [Prometheus_ReadRequest.ResponseType] = []
    ) throws -> [UInt8] {
        Snappy.compress(
            try Prometheus_ReadRequest.with {
                $0.queries = queries
                $0.acceptedResponseTypes = types
            }.serializedBytes())
    }

    private func bytes(_ answer: RemoteRead.Answer) async throws -> [UInt8] {
        switch answer {
        case .samples(let parts, _): return parts.flatMap { $0 }
        case .chunks(var stream):
            var bytes: [UInt8] = []
            while let part = try await stream.next() { bytes += part }
            return bytes
        }
    }

    /// Asks in both forms, which must say the same.
    private func ask(
        _ remoteRead: RemoteRead, _ queries: [Prometheus_Query], now: UnixTime? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ReadAnswer {
        let samples = try ReadAnswer(
            samples: try await bytes(remoteRead.answer(body(queries), now: now ?? end)))
        let chunks = try ReadAnswer(
            frames: try await bytes(remoteRead.answer(body(queries, [.streamedXorChunks]), now: now ?? end)),
            queries: queries.count)
        #expect(samples == chunks, sourceLocation: sourceLocation)
        return samples
    }

    @Test("Each complete bucket is a sample of the family of /metrics, in its unit, stamped at its end")
    func samples() async throws {
        let history = try history()
        try await store(history, "insights_operations", points([5, 6]))
        try await store(history, "insights_operations", by: .daily, points(by: .daily, [11]))
        try await store(history, "90p_processing_time", index: "shop/\"é\"", points([14]))
        try await store(history, "max_qps", key: "c4-fr-1", points([40.5]))
        try await store(history, "records", by: .daily, points(by: .daily, [1]))
        let answer = try await ask(RemoteRead(history), [query()])
        let milliseconds = start * 1000
        #expect(
            answer.queries == [
                [
                    .init(
                        labels: [
                            "__name__=algolia_index_usage_processing_time_p90_seconds", "application=APP",
                            "index=shop/\"é\"",
                        ], samples: [Sample(milliseconds + 3_600_000, 0.014)]),
                    .init(
                        labels: ["__name__=algolia_usage_insights_operations_daily", "application=APP"],
                        samples: [Sample(milliseconds + 86_400_000, 11)]),
                    .init(
                        labels: ["__name__=algolia_usage_insights_operations_hourly", "application=APP"],
                        samples: [Sample(milliseconds + 3_600_000, 5), Sample(milliseconds + 7_200_000, 6)]),
                    .init(
                        labels: ["__name__=algolia_usage_max_qps", "application=APP", "server=c4-fr-1"],
                        samples: [Sample(milliseconds + 3_600_000, 40.5)]),
                ]
            ])
    }

    @Test("A cluster's status is a series for each state")
    func states() async throws {
        let history = try history()
        try await store(
            history, "cluster_status", key: "c4-fr", api: .monitoring, by: .minutely,
            points(by: .minutely, [0, 3, 1]))
        let answer = try await ask(RemoteRead(history), [query([LabelMatcher(.equal, "cluster", "c4-fr")])])
        let series = try #require(answer.queries.first)
        #expect(
            series.map { $0.labels.last } == [
                "status=degraded_performance", "status=major_outage", "status=operational", "status=partial_outage",
            ])
        #expect(series.map { $0.samples.map(\.value) } == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 0]])
        #expect(series.allSatisfy { $0.samples.map(\.time) == [1, 2, 3].map { (start + $0 * 60) * 1000 } })
    }

    @Test("Both ends of the range belong to it, on the ends of buckets and to the millisecond")
    func boundaries() async throws {
        let history = try history()
        try await store(history, "records", points([1, 2, 3]))
        let remoteRead = RemoteRead(history)
        let first = (start + 3600) * 1000
        let hour: Int64 = 3_600_000
        for (from, to, expected) in [
            (first, first, [1.0]), (first - 1, first - 1, []), (first + 1, first + hour, [2]),
            (first + 1, first + hour - 1, []), (first, first + hour, [1, 2]), (first - 1, first + 2 * hour, [1, 2, 3]),
            (first + 2 * hour, .max, [3]), (first + 2 * hour + 1, .max, []), (.min, first, [1]), (.min, -1, []),
            (first + hour, first, []), (.max, .min, []),
        ] as [(Int64, Int64, [Double])] {
            let answer = try await ask(remoteRead, [query(from: from, to: to)])
            #expect(answer.queries[0].flatMap { $0.samples.map(\.value) } == expected, "\(from)…\(to)")
        }
    }

    @Test("A bucket is there from its end on")
    func complete() async throws {
        let history = try history()
        try await store(history, "records", points([1, 2]))
        let remoteRead = RemoteRead(history)
        for (now, count) in [(start + 3599, 0), (start + 3600, 1), (start + 7199, 1), (start + 7200, 2)] {
            let answer = try await ask(remoteRead, [query()], now: now)
            #expect(answer.queries[0].reduce(0) { $0 + $1.samples.count } == count)
        }
    }

    @Test("Long series with gaps and values of every kind, in several batches and frames, come whole")
    func long() async throws {
        let history = try history()
        // 19 years of hours with gaps: more than a batch, and more than a frame.
        var generator = SeededGenerator(7)
        let long = (0..<170_000).compactMap { hour -> Point? in
            guard hour % 1000 < 900, hour % 17 != 3 else { return nil }
            return Point(
                time: start - Int64(hour) * 3600, value: PointValue(Double.random(in: -1e9...1e9, using: &generator)))
        }.reversed()
        try await store(history, "records", Array(long))
        for index in 0..<3 {
            try await store(history, "records", index: "i\(index)", points((0..<300).map(Double.init)))
        }
        let remoteRead = RemoteRead(history)
        let answer = try await ask(remoteRead, [query(), query([LabelMatcher(.equal, "index", "i1")])])
        #expect(answer.queries.map(\.count) == [4, 1])
        #expect(answer.queries[0][3].samples == long.map { Sample(($0.time + 3600) * 1000, $0.value.double) })
        #expect(answer.queries[0][1].samples == answer.queries[1][0].samples)
        let frames = try ReadAnswer.frames(
            await bytes(remoteRead.answer(body([query()], [.streamedXorChunks]), now: end)))
        #expect(frames.allSatisfy { $0.size <= 1 << 20 })
        #expect(frames.count(where: { $0.size > 1_000_000 }) == 1, "a frame is filled before the next one begins")
        #expect(frames.allSatisfy { $0.message.chunkedSeries.map(\.labels.count) != [0] })
        #expect(frames.count == 5)
    }

    @Test("A frame ends before it gets too large, and each of a series' frames has its labels")
    func frames() throws {
        let series = try #require(
            MetricSeries.all(SeriesKey(application: "APP", statistic: "records"), .hourly).first)
        var writer = FrameWriter(messageLimit: 3000)
        let points = points((0..<5000).map { Double($0) / 7 })
        writer.begin(series)
        for start in stride(from: 0, to: 5000, by: 50) { writer.append(points[start..<start + 50], of: series) }
        writer.end()
        let bytes = writer.take()
        let frames = try ReadAnswer.frames(bytes)
        #expect(frames.count > 10 && frames.allSatisfy { $0.size <= 3000 })
        let answer = try ReadAnswer(frames: bytes, queries: 1)
        #expect(answer.queries[0].count == 1 && answer.queries[0][0].samples.count == 5000)
        writer.begin(series)
        writer.end()
        #expect(writer.take().isEmpty, "no samples, no frame")
    }

    @Test("A series that comes later is seen by the next request")
    func growing() async throws {
        let history = try history()
        let remoteRead = RemoteRead(history)
        #expect(try await ask(remoteRead, [query()]).queries == [[]])
        #expect(try await ask(remoteRead, []).queries == [])
        for index in ["a", "b"] as [IndexName] {
            try await store(history, "records", index: index, points([1]))
            #expect(try await ask(remoteRead, [query()]).queries[0].last?.labels.last == "index=\(index)")
        }
    }

    @Test("The first form that is known counts; none given is samples")
    func forms() async throws {
        let remoteRead = RemoteRead(try history())
        for (types, isStream) in [
            ([], false), ([.samples], false), ([.streamedXorChunks], true), ([.samples, .streamedXorChunks], false),
            ([.streamedXorChunks, .samples], true), ([.UNRECOGNIZED(7), .streamedXorChunks], true),
        ] as [([Prometheus_ReadRequest.ResponseType], Bool)] {
            switch try await remoteRead.answer(body([query()], types), now: end) {
            case .samples: #expect(!isStream)
            case .chunks: #expect(isStream)
            }
        }
    }

    @Test("A query's hints, and whatever else is unknown, are passed over")
    func hints() async throws {
        let history = try history()
        try await store(history, "records", points([1]))
        // A Query with its three known fields, and hints (field 4) of step 60 and function "rate".
        var known = try query([LabelMatcher(.equal, "__name__", "algolia_usage_records")]).serializedBytes() as [UInt8]
        known += [0x22, 8, 0x08, 60, 0x12, 4] + Array("rate".utf8)
        let request = [0x0A, UInt8(known.count)] + known + [0x7A, 1, 0]
        let remoteRead = RemoteRead(history)
        let answer = try ReadAnswer(
            samples: try await bytes(remoteRead.answer(Snappy.compress(request), now: end)))
        #expect(answer.queries.map(\.count) == [1])
    }

    @Test("Every limit is told, with what would fit")
    func limits() async throws {
        let history = try history()
        for index in 0..<5 {
            try await store(history, "records", index: "i\(index)", points((0..<20).map(Double.init)))
        }
        var limits = RemoteReadLimits()
        limits.samples = 99
        let short = RemoteRead(history, limits: limits)
        let long = try body([query()])
        let tooLong = await #expect(throws: RemoteReadRefusal.self) { try await short.answer(long, now: end) }
        #expect(tooLong?.detail.contains("99 samples") == true && tooLong?.accepted.contains("STREAMED") == true)

        limits.series = 4
        limits.queries = 2
        limits.bodyBytes = 200
        let remoteRead = RemoteRead(history, limits: limits)
        func refusal(_ body: [UInt8]) async -> RemoteReadRefusal? {
            await #expect(throws: RemoteReadRefusal.self) { try await remoteRead.answer(body, now: end) }
        }
        var refused = try await refusal(body([query()]))
        #expect(refused?.detail.contains("more than 4 series") == true && refused?.part == .matchers)
        refused = try await refusal(body([query()], [.streamedXorChunks]))
        #expect(refused?.detail.contains("more than 4 series") == true && refused?.part == .matchers)
        refused = try await refusal(body([query(), query(), query()]))
        #expect(refused?.detail.contains("3 queries, more than 2") == true && refused?.part == .queries)
        refused = try await refusal(body([query([LabelMatcher(.equal, String(repeating: "x", count: 300), "")])]))
        #expect(refused?.detail.contains("200 bytes") == true && refused?.part == .body, "decompressed")
        refused = await refusal([UInt8](repeating: 1, count: 201))
        #expect(refused?.detail.contains("200 bytes") == true && refused?.part == .body)

        let narrow = query([LabelMatcher(.notEqual, "index", "i0")])
        #expect(try await ask(remoteRead, [narrow]).queries[0].count == 4)
        #expect(
            try await ask(
                remoteRead,
                [query(to: (start + 19 * 3600) * 1000)].map { query in
                    var query = query
                    query.matchers = narrow.matchers
                    return query
                }
            ).queries[0].count == 4)
    }

    @Test("No more than so many have a permit at once, everybody gets one, and who gives up is passed over")
    func permits() async throws {
        let site = Site(AsyncSemaphore(2))
        var held = [try await site.semaphore.acquire(), try await site.semaphore.acquire()]
        let gaveUp = Task { try await site.work() }
        gaveUp.cancel()
        await #expect(throws: CancellationError.self) { try await gaveUp.value }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { try await site.work() } }
            #expect(await site.done == 0)
            held.removeAll()
            try await group.waitForAll()
        }
        #expect(await site.most == 2)
        #expect(await site.done == 50)
    }

    /// Where work is done in turns.
    private actor Site {
        let semaphore: AsyncSemaphore
        private var now = 0
        private(set) var most = 0
        private(set) var done = 0

        init(_ semaphore: AsyncSemaphore) { self.semaphore = semaphore }

        func work() async throws {
            let permit = try await semaphore.acquire()
            now += 1
            most = max(most, now)
            for _ in 0..<10 { await Task.yield() }
            now -= 1
            done += 1
            withExtendedLifetime(permit) {}
        }
    }
}
