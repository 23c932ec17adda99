import CoreMetrics
import Exposition
import History
import Logging
import PrometheusModel
import RemoteStorage
import TestSupport
import Testing
import Transport
import UsageModel

/// A history, a receiver, a clock, and what the one should have of the other.
struct RemoteWriteWorld {
    /// 2026-07-15T00:00:00Z: the history begins here.
    static let start: UnixTime = 1_784_073_600

    let folder = TemporaryFolder()
    let history: History
    let receiver: TestReceiver
    let clock = VirtualClock(start + 120 * 86_400)
    let registry = MetricsRegistry()
    let log = CapturedLog()
    var destination = RemoteWriteDestination(name: "mimir", url: "http://localhost/api/v1/write")

    init(_ kind: TestReceiver.Kind = .version2, script: TestReceiver.Script? = nil) throws {
        history = try History(path: folder.file("history.db"))
        receiver = TestReceiver(kind, script: script)
    }

    /// Stores days of hours of some statistics, one of them in percent and one by server.
    func fill(
        days: Range<Int64>, statistics: [StatisticName] = ["records", "avg_processing_time", "total_search_requests"],
        index: IndexName = "", value: (UnixTime) -> Int64 = { $0 / 3600 % 1000 }
    ) async throws {
        let range = TimeRange(Self.start + days.lowerBound * 86_400, Self.start + days.upperBound * 86_400)
        let points = stride(from: range.start, to: range.end, by: 3600).map {
            Point(time: $0, value: .integer(value($0)))
        }
        _ = try await history.store(
            statistics.map { SeriesPoints(statistic: $0, points: points) },
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), granularity: .hourly, range: range, statistics: .all,
                fetchedAt: clock.now, settleDelay: 7200))
    }

    func sender(
        _ transport: (any HTTPTransport)? = nil, seed: UInt64 = 1,
        labels: @escaping @Sendable () -> ApplicationLabels = { ApplicationLabels() }
    ) -> RemoteWriteSender {
        RemoteWriteSender(
            destination, history: history, repairedSince: { granularity, _ in granularity.floor(Self.start) },
            transport: transport ?? DirectTransport(receiver: receiver), userAgent: "algolia-exporter/test",
            clock: clock, metrics: registry, logger: log.logger, labels: labels, generator: SeededGenerator(seed))
    }

    /// Sends everything that waits.
    func drain(_ sender: inout RemoteWriteSender) async throws {
        clock.advance(by: 5)
        while try await sender.step() {}
    }

    /// Every point that is stored before `end`, as a receiver should have it.
    func expected(before end: UnixTime = .max, of history: History? = nil) async throws -> [TestReceiver.Sample] {
        let history = history ?? self.history
        var samples: [TestReceiver.Sample] = []
        for stored in try await history.storedSeries() {
            for granularity in Granularity.allCases {
                let all = MetricSeries.all(stored.key, granularity)
                guard !all.isEmpty else { continue }
                var rest: TimeRange? = TimeRange(0, end)
                while let range = rest {
                    let page = try await history.page(of: [stored], granularity, range: range)
                    rest = page.rest
                    for series in all {
                        samples += page.points[0].map { point in
                            TestReceiver.Sample(
                                labels: series.labels.map { "\($0.name)=\($0.value)" },
                                milliseconds: series.time(point) * 1000, value: series.value(point).double)
                        }
                    }
                }
            }
        }
        return samples
    }

    /// Whether the receiver got everything that it should have, each series in the order of time.
    func expectEverything(
        before end: UnixTime = .max, of history: History? = nil, location: SourceLocation = #_sourceLocation
    ) async throws {
        let stored = receiver.stored
        let expected = try await expected(before: end, of: history)
        #expect(!expected.isEmpty, sourceLocation: location)
        #expect(stored.count == expected.count, sourceLocation: location)
        // Not the sets themselves: a failure would print them.
        let isSame = Set(stored) == Set(expected)
        #expect(isSame, sourceLocation: location)
        expectOrder(location: location)
    }

    func expectOrder(location: SourceLocation = #_sourceLocation) {
        var newest: [[String]: Int64] = [:]
        var isOrdered = true
        for sample in receiver.stored {
            if sample.milliseconds <= newest[sample.labels] ?? .min { isOrdered = false }
            newest[sample.labels] = sample.milliseconds
            if sample.labels != sample.labels.sorted() { isOrdered = false }
        }
        #expect(isOrdered, sourceLocation: location)
    }

    /// The samples of one metric on `/metrics`, by the text between braces.
    func metric(_ name: String) -> [String: String] {
        var writer = ExpositionWriter(.text)
        registry.write(to: &writer)
        var values: [String: String] = [:]
        for line in String(decoding: writer.bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix(name + "{") {
            let parts = line.dropFirst(name.count + 1).split(separator: "} ")
            values[String(parts[0])] = String(parts[1])
        }
        return values
    }

    var accepted: String? { metric(RemoteWriteMetric.samples.name)["remote=\"mimir\""] }
    func dropped(_ reason: String) -> String? {
        metric(RemoteWriteMetric.dropped.name)["remote=\"mimir\",reason=\"\(reason)\""]
    }
    func requests(_ code: String) -> String? {
        metric(RemoteWriteMetric.requests.name)["remote=\"mimir\",code=\"\(code)\""]
    }
}
