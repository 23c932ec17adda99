import Foundation
import History
import PrometheusModel
import Snappy
import SwiftProtobuf
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("Remote read: many at once, and clients that go away", .timeLimit(.minutes(30)))
struct RemoteReadLoadTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600
    private var end: UnixTime { start + 900 * 86_400 }

    private func history() throws -> History { try History(path: folder.file("history.db")) }

    private func store(
        _ history: History, index: IndexName, hours: Range<Int64>, statistic: StatisticName = "records"
    ) async throws {
        let points = hours.map { Point(time: start + $0 * 3600, value: .integer($0)) }
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), granularity: .hourly,
                range: TimeRange(start + hours.lowerBound * 3600, start + hours.upperBound * 3600), statistics: .all,
                fetchedAt: end, settleDelay: 7200))
    }

    private func body(
        _ form: Prometheus_ReadRequest.ResponseType, queries: Int = 1, pattern: String? = nil
    ) throws -> [UInt8] {
        let query = Prometheus_Query.with {
            ($0.startTimestampMs, $0.endTimestampMs) = (.min, .max)
            if let pattern { $0.matchers = [.with { ($0.type, $0.name, $0.value) = (.re, "index", pattern) }] }
        }
        return Snappy.compress(
            try Prometheus_ReadRequest.with {
                $0.queries = Array(repeating: query, count: queries)
                $0.acceptedResponseTypes = [form]
            }.serializedBytes())
    }

    private func read(_ answer: RemoteRead.Answer, queries: Int = 1) async throws -> ReadAnswer {
        switch answer {
        case .samples(let parts, let permit):
            defer { withExtendedLifetime(permit) {} }
            return try ReadAnswer(samples: parts.flatMap { $0 })
        case .chunks(var stream):
            var bytes: [UInt8] = []
            while let part = try await stream.next() { bytes += part }
            return try ReadAnswer(frames: bytes, queries: queries)
        }
    }

    @Test("Readers beside a writer see each series without a hole, and never less than before")
    func besideWriter() async throws {
        let history = try history()
        try await store(history, index: "i0", hours: 0..<1)
        let remoteRead = RemoteRead(history)
        let answers = try await withThrowingTaskGroup(of: [ReadAnswer].self) { group in
            group.addTask {
                for hour in 1..<60 as Range<Int64> {
                    try await store(history, index: "i\(hour % 4)", hours: hour / 4..<hour / 4 + 1)
                }
                return []
            }
            for number in 0..<6 {
                group.addTask {
                    var answers: [ReadAnswer] = []
                    for _ in 0..<15 {
                        let form: Prometheus_ReadRequest.ResponseType = number % 2 == 0 ? .samples : .streamedXorChunks
                        answers.append(try await read(remoteRead.answer(body(form), now: end)))
                    }
                    return answers
                }
            }
            return try await group.reduce(into: [[ReadAnswer]]()) { $0.append($1) }
        }
        for reader in answers {
            var counts: [[String]: Int] = [:]
            for answer in reader {
                for series in answer.queries[0] {
                    let hours = series.samples.map { ($0.time / 1000 - start) / 3600 - 1 }
                    #expect(
                        hours == Array(0..<Int64(hours.count)) && series.samples.map(\.value) == hours.map(Double.init))
                    #expect(hours.count >= counts[series.labels] ?? 0)
                    counts[series.labels] = hours.count
                }
            }
        }
        let last = try await read(remoteRead.answer(body(.samples), now: end))
        #expect(last.queries[0].map(\.samples.count) == [15, 15, 15, 15])
    }

    @Test("Answers that their clients do not take hold back others of their form, but nobody from chunks")
    func answersHeld() async throws {
        let history = try history()
        try await store(history, index: "a", hours: 0..<10)
        var limits = RemoteReadLimits()
        (limits.answers, limits.readers) = (2, 1)
        let remoteRead = RemoteRead(history, limits: limits)
        var held = [
            try await remoteRead.answer(body(.samples), now: end),
            try await remoteRead.answer(body(.samples), now: end),
        ]
        let third = Task { try await read(remoteRead.answer(body(.samples), now: end)) }
        let chunks = try await read(remoteRead.answer(body(.streamedXorChunks), now: end))
        #expect(chunks.queries[0].map(\.samples.count) == [10])
        // One that gives up while waiting.
        let fourth = Task { try await remoteRead.answer(body(.samples), now: end) }
        fourth.cancel()
        await #expect(throws: CancellationError.self) { _ = try await fourth.value }
        held.removeAll()
        #expect(try await third.value == chunks)
        _ = try await remoteRead.answer(body(.samples), now: end)
    }

    @Test("A stream that is given up in the middle, and a request that is refused, leave their places to others")
    func abandoned() async throws {
        let history = try history()
        for index in 0..<20 { try await store(history, index: "i\(index)", hours: 0..<500) }
        var limits = RemoteReadLimits()
        (limits.answers, limits.readers, limits.samples) = (1, 1, 600)
        let remoteRead = RemoteRead(history, limits: limits)
        for _ in 0..<5 {
            guard case .chunks(var stream) = try await remoteRead.answer(body(.streamedXorChunks), now: end) else {
                Issue.record("another form")
                return
            }
            _ = try await stream.next()
            await #expect(throws: RemoteReadRefusal.self) { try await remoteRead.answer(body(.samples), now: end) }
            await #expect(throws: RemoteReadRefusal.self) { try await remoteRead.answer([1], now: end) }
        }
        let one = try await read(remoteRead.answer(body(.samples, pattern: "i7"), now: end))
        #expect(one.queries[0].map(\.samples.count) == [500])
    }

    @Test("All queries together have the limits of one request")
    func together() async throws {
        let history = try history()
        for index in ["a", "b", "c"] as [IndexName] { try await store(history, index: index, hours: 0..<10) }
        var limits = RemoteReadLimits()
        (limits.series, limits.samples) = (6, 60)
        let remoteRead = RemoteRead(history, limits: limits)
        for form in [Prometheus_ReadRequest.ResponseType.samples, .streamedXorChunks] {
            let two = try await read(remoteRead.answer(body(form, queries: 2), now: end), queries: 2)
            #expect(two.queries.map(\.count) == [3, 3])
            let error = await #expect(throws: RemoteReadRefusal.self) {
                try await remoteRead.answer(body(form, queries: 3), now: end)
            }
            #expect(error?.detail == "the queries match more than 6 series")
        }
        limits.samples = 59
        let error = await #expect(throws: RemoteReadRefusal.self) {
            try await RemoteRead(history, limits: limits).answer(body(.samples, queries: 2), now: end)
        }
        #expect(error?.detail == "the answer would have more than 59 samples")
        #expect(error?.part == .queries)
    }

    @Test("Regular expressions that take too long are refused in time, and others are answered meanwhile")
    func hostile() async throws {
        let history = try history()
        let long = String(repeating: "a", count: 2000)
        for number in 0..<40 { try await store(history, index: "\(long)\(number)", hours: 0..<1) }
        let remoteRead = RemoteRead(history)
        async let quick = read(remoteRead.answer(body(.samples, pattern: "a+7"), now: end))
        let error = await #expect(throws: RemoteReadRefusal.self) {
            try await remoteRead.answer(body(.samples, pattern: "(.?){900}(.?){900}(.?){900}!"), now: end)
        }
        #expect(error?.part == .matchers)
        #expect(error?.accepted == "fewer or simpler regular expressions")
        #expect(try await quick.queries[0].count == 1)
    }

    @Test("A history that is closed is an error, not an empty answer")
    func closed() async throws {
        let history = try history()
        try await store(history, index: "a", hours: 0..<10)
        let remoteRead = RemoteRead(history)
        guard case .chunks(var stream) = try await remoteRead.answer(body(.streamedXorChunks), now: end) else { return }
        try history.close()
        await #expect(throws: (any Error).self) { try await stream.next() }
        await #expect(throws: (any Error).self) { try await remoteRead.answer(body(.samples), now: end) }
    }
}
