import AlgoliaClient
import History
import Synchronization
import TestSupport
import Testing
import UsageModel
import Web

@Suite("Read-through of the usage proxy")
struct UsageProxyReadThroughTests {
    /// What was asked of the vendor, and what came of it.
    private final class Vendor: Sendable {
        struct Request: Hashable, Sendable {
            var scope: Scope
            var granularity: Granularity
            var range: TimeRange
            var statistics: StatisticSelection
        }

        private let log = Mutex<[Request]>([])
        private let answer: @Sendable (Request) async throws(AlgoliaError) -> Void

        init(_ answer: @escaping @Sendable (Request) async throws(AlgoliaError) -> Void) { self.answer = answer }

        var requests: [Request] { log.withLock { $0 } }

        var readThrough: UsageGateway.ReadThrough {
            { scope, granularity, range, statistics async throws(AlgoliaError) in
                let request = Request(scope: scope, granularity: granularity, range: range, statistics: statistics)
                self.log.withLock { $0.append(request) }
                try await self.answer(request)
                return true
            }
        }
    }

    /// A vendor that reports one `records` an hour.
    private func vendor(for site: Site) -> Vendor {
        Vendor { request async throws(AlgoliaError) in
            let count = Int(request.range.seconds / 3600)
            do {
                try await site.store(
                    "records", index: request.scope.index, answering: request.range,
                    hours(from: request.range.start, Array(repeating: 1, count: count)))
            } catch {
                throw .connection("\(error)")
            }
        }
    }

    @Test("Fetches what is missing before it answers; X-Cache still tells what was covered before")
    func missing() async throws {
        let site = try Site()
        try await site.store(answering: TimeRange(midnight, midnight + 7200), hours([7, 7]))
        let vendor = vendor(for: site)
        try await withServer(site.proxy(readThrough: vendor.readThrough)) { web in
            func ask(_ path: String, _ start: Int64, _ end: Int64) async throws -> Answer {
                try await web.usage(path, from: midnight + start * 3600, to: midnight + end * 3600)
            }
            let covered = try await ask("records,max_qps", 0, 2)
            #expect(covered.cache == "HIT" && vendor.requests.isEmpty)

            let partial = try await ask("records", -1, 4)
            #expect(partial.cache == "PARTIAL" && partial.age == "0")
            #expect(try partial.usageSeries().first?.points.count == 5)
            let scope = Scope(application: "APP")
            #expect(
                vendor.requests == [
                    .init(
                        scope: scope, granularity: .hourly,
                        range: TimeRange(midnight - 3600, midnight + 4 * 3600), statistics: .names(["records"]))
                ])
            #expect(try await ask("records", -1, 4).cache == "HIT")
            #expect(vendor.requests.count == 1)

            let everything = try await ask("*,records", -48, -24)
            #expect(everything.cache == "MISS")
            #expect(try everything.usageSeries().first?.points.count == 24)
            #expect(vendor.requests.last?.statistics == .all)
            #expect(vendor.requests.last?.range == TimeRange(midnight - 48 * 3600, midnight - 24 * 3600))
        }
    }

    @Test("Asks for the missing statistics alone, never for those that the plan refuses nor for the newest hours")
    func frugal() async throws {
        let site = try Site()
        let range = TimeRange(midnight, midnight + 3600)
        try await site.store(
            [SeriesPoints(statistic: "records", points: hours([1]))], statistics: ["records"], answering: range)
        try await site.store(
            "data_size", answering: TimeRange(midnight - 7200, midnight - 3600), hours(from: midnight - 7200, [1]))
        try await site.history.refuse(
            ["file_size", "data_size"], application: "APP", level: .application, at: midnight)
        let vendor = Vendor { _ in }
        try await withServer(site.proxy(readThrough: vendor.readThrough)) { web in
            func ask(_ path: String, to end: UnixTime = midnight + 3600) async throws -> Answer {
                try await web.usage(path, from: midnight, to: end)
            }
            #expect(try await ask("data_size").status == 200)
            #expect(try await ask("file_size").status == 422)
            #expect(try await ask("nope").status == 422)
            #expect(vendor.requests.isEmpty)
            #expect(try await ask("records,max_qps,data_size").cache == "PARTIAL")
            #expect(vendor.requests.last?.statistics == .names(["max_qps"]))
            let newest = try await web.usage("max_qps", from: midnight + 8 * 3600, to: midnight + 86_400)
            #expect(newest.status == 200 && vendor.requests.count == 1)
            _ = try await ask("max_qps", to: midnight + 86_400)
            #expect(vendor.requests.last?.range == TimeRange(midnight, midnight + 8 * 3600))
        }
    }

    @Test("An index that was never seen is asked for; it is unknown only when Algolia says so")
    func index() async throws {
        let site = try Site()
        let good = vendor(for: site)
        let vendor = Vendor { request async throws(AlgoliaError) in
            if request.scope.index == "gone/\"" { throw .notFound(message: "Index gone/\" does not exist") }
            _ = try await good.readThrough(request.scope, request.granularity, request.range, request.statistics)
        }
        try await withServer(site.proxy(readThrough: vendor.readThrough)) { web in
            let new = try await web.usage("records/shop%2Feu", from: midnight, to: midnight + 3600)
            #expect(try new.usageSeries().map(\.points.count) == [1])
            #expect(new.cache == "MISS")
            #expect(vendor.requests.map(\.scope.index) == ["shop/eu"])
            let newest = try await web.usage("records/new", from: midnight + 9 * 3600, to: midnight + 86_400)
            #expect(newest.status == 200)
            #expect(vendor.requests.last?.range == TimeRange(midnight + 9 * 3600, midnight + 11 * 3600))
            let gone = try await web.usage("records/gone%2F%22", from: midnight, to: midnight + 3600)
            #expect(gone.status == 404 && gone.cache == nil)
            #expect(gone.text == #"{"status":404,"message":"Index gone/\" does not exist"}"#)
        }
    }

    @Test("What Algolia refuses is answered in its words, unless something is stored")
    func refused() async throws {
        let site = try Site()
        try await site.store(answering: TimeRange(midnight, midnight + 3600), hours([7]))
        let vendor = Vendor { _ async throws(AlgoliaError) in throw .refused(status: 422, message: "No such \"luck\"") }
        try await withServer(site.proxy(readThrough: vendor.readThrough)) { web in
            let nothing = try await web.usage("records", from: midnight - 3600, to: midnight)
            #expect(nothing.status == 422)
            #expect(nothing.text == #"{"status":422,"message":"No such \"luck\""}"#)
            let something = try await web.usage("records", from: midnight - 3600, to: midnight + 3600)
            #expect(something.status == 200 && something.cache == "PARTIAL")
            #expect(try something.usageSeries().map(\.points) == [hours([7])])
            #expect(vendor.requests.count == 2)
        }
    }

    @Test(
        "Any other failure answers what is there",
        arguments: [
            .timeout, .cancelled, .rateLimited(retryAfter: 60), .connection("refused"), .noKey("no key"),
            .unauthorized(status: 403, message: "no"), .server(status: 500, message: "oops", retryAfter: nil),
        ] as [AlgoliaError])
    func failure(error: AlgoliaError) async throws {
        let site = try Site()
        try await site.store(answering: TimeRange(midnight, midnight + 3600), hours([7]))
        let vendor = Vendor { _ async throws(AlgoliaError) in throw error }
        try await withServer(site.proxy(readThrough: vendor.readThrough)) { web in
            let something = try await web.usage("records", from: midnight - 3600, to: midnight + 3600)
            #expect(try something.usageSeries().map(\.points) == [hours([7])])
            #expect(something.cache == "PARTIAL")
            for path in ["records", "records/new"] {
                let nothing = try await web.usage(path, from: midnight - 3600, to: midnight)
                #expect(nothing.status == 200 && nothing.text == "{}" && nothing.cache == "MISS")
            }
        }
    }

    @Test("Without read-through nothing is asked, and an index that was never fetched does not exist")
    func off() async throws {
        let site = try Site()
        try await site.store(hours([7]))
        try await withServer(site.proxy()) { web in
            let answer = try await web.usage("records/new", from: midnight, to: midnight + 3600)
            #expect(answer.status == 404)
            #expect(answer.text == #"{"status":404,"message":"Index new does not exist"}"#)
        }
    }
}
