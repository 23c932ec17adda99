import Collector
import Exposition
import History
import RemoteStorage
import Synchronization
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Remote write: the protocol", .timeLimit(.minutes(30)))
struct RemoteWriteProtocolTests {
    @Test(
        "Everything that an exporter has collected arrives over HTTP, in order and with its value",
        arguments: [TestReceiver.Kind.version1, .version2])
    func everything(_ kind: TestReceiver.Kind) async throws {
        var settings = CollectionSettings()
        settings.horizon = 3 * 86_400
        let collected = World(indices: ["products", "été"], settings: settings)
        let history = try collected.openHistory()
        try await collected.run(try collected.monitoring(history), until: collected.clock.now + 3600)
        let collector = try collected.collector(history)
        #expect(try await collected.settle(collector))
        let now = collected.clock.now

        let world = try RemoteWriteWorld(kind)
        let server = try await ReceiverServer(world.receiver)
        let transport = AsyncHTTPTransport(tls: nil)
        var destination = world.destination
        destination.url = server.url
        let horizon = RepairHorizon(hourly: settings.horizon)
        var sender = RemoteWriteSender(
            destination, history: history, repairedSince: horizon.start, transport: transport,
            userAgent: "algolia-exporter/test", clock: collected.clock, metrics: world.registry,
            logger: world.log.logger)
        while try await sender.step() {}
        transport.close()
        await server.stop()

        let unsettled = Granularity.hourly.floor(now - settings.settleDelay)
        let expected = try await world.expected(of: history).filter { sample in
            let name = sample.labels[0]
            let isDaily = name.hasSuffix("_daily")
            let isMinutely = name.contains("infrastructure") || name.contains("cluster")
            let end = isMinutely ? .max : isDaily ? Granularity.daily.floor(unsettled) : unsettled
            return sample.milliseconds / 1000 <= end
        }
        // Minutes end with the last poll, which is in the middle of what waits; the others are exact.
        func isCertain(_ sample: TestReceiver.Sample) -> Bool {
            !sample.labels[0].contains("infrastructure") && !sample.labels[0].contains("cluster")
        }
        let stored = world.receiver.stored
        #expect(stored.filter(isCertain).count > 10_000)
        let isSame = Set(stored.filter(isCertain)) == Set(expected.filter(isCertain))
        #expect(isSame)
        #expect(stored.filter(isCertain).count == expected.filter(isCertain).count)
        #expect(stored.count > stored.filter(isCertain).count + 500)
        let isKnown = Set(stored).isSubset(of: Set(expected))
        #expect(isKnown)
        world.expectOrder()
        try history.close()
    }

    @Test("The headers are those of the specification")
    func headers() async throws {
        for kind in [TestReceiver.Kind.version1, .version2] {
            var world = try RemoteWriteWorld(kind)
            world.destination.headers = ["X-Scope-OrgID": .value("algolia")]
            world.destination.credentials = .authorization(type: "Bearer", credentials: .value("t0ken"))
            try await world.fill(days: 0..<1)
            var sender = world.sender()
            try await world.drain(&sender)
            let last = try #require(world.receiver.requests.last)
            #expect(last.headers["content-encoding"] == "snappy")
            #expect(last.headers["user-agent"] == "algolia-exporter/test")
            #expect(last.headers["x-scope-orgid"] == "algolia")
            #expect(last.headers["authorization"] == "Bearer t0ken")
            switch kind {
            case .version2:
                #expect(last.headers["content-type"] == "application/x-protobuf;proto=io.prometheus.write.v2.Request")
                #expect(last.headers["x-prometheus-remote-write-version"] == "2.0.0")
                #expect(last.units["algolia_usage_avg_processing_time_seconds"] == "seconds")
                #expect(last.units["algolia_usage_records"] == "")
                #expect(
                    last.help["algolia_usage_records"]?.hasPrefix("Hour of Algolia's statistic records: ") == true)
            default:
                #expect(last.headers["content-type"] == "application/x-protobuf")
                #expect(last.headers["x-prometheus-remote-write-version"] == "0.1.0")
            }
            try await world.expectEverything()
        }
    }

    @Test("2.0 is tried first; a receiver that does not say that it has written samples gets the batch as 1.0")
    func negotiation() async throws {
        for (kind, messages) in [
            (TestReceiver.Kind.version2, [RemoteWriteMessage.version2]),
            (.version1, [.version2, .version1]), (.strictVersion1, [.version2, .version1]),
        ] {
            let world = try RemoteWriteWorld(kind)
            try await world.fill(days: 0..<60)
            var sender = world.sender()
            try await world.drain(&sender)
            try await world.expectEverything()
            let kinds = world.receiver.requests.map(\.message)
            #expect(kinds.prefix(messages.count) == messages[...])
            #expect(kinds.count >= 3 && Set(kinds.dropFirst(messages.count - 1)) == [messages[messages.count - 1]])
        }
    }

    @Test("A refusal of the first message of 2.0 without a word of samples means 1.0")
    func refusedFirst() async throws {
        let world = try RemoteWriteWorld(.version1) { request, _ in
            request.message == .version2 ? .status(400, body: "cannot decode") : nil
        }
        try await world.fill(days: 0..<2)
        var sender = world.sender()
        try await world.drain(&sender)
        try await world.expectEverything()
        #expect(world.dropped("400") == "0")
    }

    @Test("A message that is configured is the only one")
    func forced() async throws {
        var world = try RemoteWriteWorld(.version2)
        world.destination.message = .version1
        try await world.fill(days: 0..<2)
        var sender = world.sender()
        try await world.drain(&sender)
        #expect(Set(world.receiver.requests.map(\.message)) == [.version1])
        try await world.expectEverything()
    }

    @Test("Where 2.0 is configured, a receiver of 1.0 loses nothing: it is told, and waited for")
    func forcedInVain() async throws {
        let holder = try RemoteWriteWorld(.version2) { request, number in
            number < 5 ? .stored(204, headers: [:]) : nil
        }
        var world = holder
        world.destination.message = .version2
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        try await world.drain(&sender)
        #expect(world.receiver.requests.count == 6)
        #expect(world.log.lines.contains { $0.contains("supports only prometheus.WriteRequest") })
    }

    @Test("Fewer samples written than sent are counted, by a 2xx and by a refusal")
    func partial() async throws {
        let world = try RemoteWriteWorld(.version2) { request, number in
            let header = ["X-Prometheus-Remote-Write-Samples-Written": "\(request.samples.count - 3)"]
            let kept = Array(request.samples.dropLast(3))
            return number == 0 ? .partly(kept, 200, headers: header) : .partly(kept, 400, headers: header)
        }
        try await world.fill(days: 0..<1)
        var sender = world.sender()
        try await world.drain(&sender)
        #expect(world.dropped("partial") == "3")
        try await world.fill(days: 1..<2)
        try await world.drain(&sender)
        #expect(world.dropped("400") == "3")
        let expected = try await world.expected().count
        #expect(world.accepted == "\(expected - 6)")
        #expect(world.receiver.requests.count == 2)
    }

    @Test("Two unknown statistics never share a metric: the one that was stored first keeps it")
    func sharedName() async throws {
        let world = try RemoteWriteWorld()
        try await world.fill(days: 0..<1, statistics: ["new-thing"])
        try await world.fill(days: 0..<1, statistics: ["new.thing"]) { _ in -1 }
        var sender = world.sender()
        try await world.drain(&sender)
        #expect(world.receiver.stored.count == 24)
        #expect(!world.receiver.stored.contains { $0.value == -1 })
    }

    @Test("Labels of the configuration are sent, in their order, and a change with the next batch")
    func labels() async throws {
        for kind in [TestReceiver.Kind.version1, .version2] {
            let world = try RemoteWriteWorld(kind)
            try await world.fill(days: 0..<1, statistics: ["records"], index: "a")
            let labels = Labels(["APP": ["application_name": "Shop", "team": "x"]])
            var sender = world.sender(labels: { labels.current })
            try await world.drain(&sender)
            let first = Set(world.receiver.stored.map(\.labels))
            #expect(
                first == [
                    [
                        "__name__=algolia_index_usage_records", "application=APP", "application_name=Shop", "index=a",
                        "team=x",
                    ]
                ])
            labels.change(["APP": ["team": "y"]])
            try await world.fill(days: 1..<2, statistics: ["records"], index: "a")
            try await world.drain(&sender)
            let all = Set(world.receiver.stored.map(\.labels))
            #expect(
                all.subtracting(first) == [
                    ["__name__=algolia_index_usage_records", "application=APP", "index=a", "team=y"]
                ])
            world.expectOrder()
        }
    }

    /// Labels that change.
    private final class Labels: Sendable {
        private let labels: Mutex<ApplicationLabels>

        init(_ labels: [ApplicationID: [String: String]]) { self.labels = Mutex(ApplicationLabels(labels)) }

        var current: ApplicationLabels { labels.withLock { $0 } }
        func change(_ new: [ApplicationID: [String: String]]) { labels.withLock { $0 = ApplicationLabels(new) } }
    }
}
