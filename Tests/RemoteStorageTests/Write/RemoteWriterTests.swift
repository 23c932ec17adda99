import Exposition
import Foundation
import History
import Logging
import NIOSSL
import RemoteStorage
import ServiceLifecycle
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Remote write: the service", .timeLimit(.minutes(30)))
struct RemoteWriterTests {
    private func writer(
        _ world: RemoteWriteWorld, _ destinations: [RemoteWriteDestination]
    ) throws -> RemoteWriter {
        RemoteWriter(
            try RemoteWriter.prepare(destinations), history: world.history,
            repairedSince: { granularity, _ in granularity.floor(RemoteWriteWorld.start) }, clock: SystemClock(),
            metrics: world.registry, logger: world.log.logger, userAgent: "algolia-exporter/test")
    }

    private func running(_ writer: RemoteWriter) -> (ServiceGroup, Task<Void, any Error>) {
        let group = ServiceGroup(
            configuration: .init(services: [writer], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        return (group, Task { try await group.run() })
    }

    private func post(_ url: String, timeout: Double = 600) -> TransportRequest {
        TransportRequest(.post, url: url, headers: [], body: [0], timeout: timeout, maximumBody: 1 << 16)
    }

    @Test("Destinations come and go with a reload; one that stays is left alone", .timeLimit(.minutes(30)))
    func reload() async throws {
        let world = try RemoteWriteWorld()
        try await world.fill(days: 0..<2)
        let (second, third) = (TestReceiver(.version1), TestReceiver())
        let servers = [
            try await ReceiverServer(world.receiver), try await ReceiverServer(second), try await ReceiverServer(third),
        ]
        let destinations = zip(["mimir", "b", "c"], servers).map { $1.destination($0) }
        let writer = try writer(world, Array(destinations[..<2]))
        let (group, task) = running(writer)
        await world.receiver.requests(atLeast: 1)
        await second.requests(atLeast: 2)
        await writer.apply(try RemoteWriter.prepare([destinations[1], destinations[2]]))
        await third.requests(atLeast: 1)
        #expect(world.metric(RemoteWriteMetric.lag.name).keys.sorted() == ["remote=\"b\"", "remote=\"c\""])
        await group.triggerGracefulShutdown()
        try await task.value
        for server in servers { await server.stop() }
        let expected = Set(try await world.expected())
        for receiver in [world.receiver, second, third] {
            let isSame = Set(receiver.stored) == expected
            #expect(isSame)
        }
        #expect(world.receiver.requests.count == 1)
        #expect(second.requests.count == 2)
    }

    @Test("At the end, a request that hangs is given up after two seconds, and sent again", .timeLimit(.minutes(30)))
    func shutdown() async throws {
        let world = try RemoteWriteWorld { _, number in number == 0 ? .hang : nil }
        try await world.fill(days: 0..<2)
        let server = try await ReceiverServer(world.receiver)
        let destination = server.destination("mimir")
        let (group, task) = running(try writer(world, [destination]))
        await world.receiver.requests(atLeast: 1)
        let begun = ContinuousClock.now
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(ContinuousClock.now - begun >= .seconds(1.9))
        #expect(world.receiver.stored.isEmpty)
        let (next, again) = running(try writer(world, [destination]))
        await world.receiver.requests(atLeast: 2)
        await next.triggerGracefulShutdown()
        try await again.value
        await server.stop()
        try await world.expectEverything()
    }

    @Test("A receiver that nobody is at, and one that never answers, are counted", .timeLimit(.minutes(30)))
    func unreachable() async throws {
        let world = try RemoteWriteWorld { _, number in number == 0 ? .hang : nil }
        try await world.fill(days: 0..<1)
        let server = try await ReceiverServer(world.receiver)
        let transport = AsyncHTTPTransport(tls: nil)
        await #expect(throws: TransportError.timeout) { try await transport.send(post(server.url, timeout: 0.2)) }
        await server.stop()
        // Port 1 of loopback: nobody listens there. The server's own may be another test's by now.
        let nobody = post("http://127.0.0.1:1/")
        await #expect(throws: TransportError.connection("connection refused")) { try await transport.send(nobody) }
        transport.close()
    }

    // MARK: TLS

    @Test(
        "A certificate is verified by ca_file, or not at all when told so",
        .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"), .timeLimit(.minutes(30)))
    func certificates() async throws {
        let world = try RemoteWriteWorld()
        let (certificate, key) = try await Tool.selfSignedCertificate(world.folder)
        let server = try await ReceiverServer(
            world.receiver,
            tls: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))))
        var trusting = server.destination("trusting")
        trusting.tls.certificateAuthorityFile = certificate
        trusting.tls.certificateFile = certificate
        trusting.tls.keyFile = key
        #expect(await RemoteWriteCheck.check(trusting, userAgent: "test").works)
        var careless = server.destination("careless")
        #expect(await !RemoteWriteCheck.check(careless, userAgent: "test").works)
        let transport = AsyncHTTPTransport(tls: nil)
        await #expect(throws: TransportError.connection("TLS: certificate verify failed")) {
            try await transport.send(post(server.url))
        }
        transport.close()
        careless.tls.skipsVerification = true
        #expect(await RemoteWriteCheck.check(careless, userAgent: "test").works)
        await server.stop()
    }

    @Test(
        "A certificate that cannot be read is named before anything changes",
        .enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
    func brokenCertificate() async throws {
        let world = try RemoteWriteWorld()
        let (certificate, key) = try await Tool.selfSignedCertificate(world.folder)
        let (_, otherKey) = try await Tool.selfSignedCertificate(world.folder, name: "other")
        func error(_ change: (inout RemoteWriteTLS) -> Void) -> String {
            var destination = RemoteWriteDestination(name: "mimir", url: "https://localhost/")
            change(&destination.tls)
            do { _ = try RemoteWriter.prepare([destination]) } catch { return "\(error)" }
            return ""
        }
        #expect(error { $0.certificateAuthorityFile = certificate } == "")
        #expect(
            error { $0.certificateAuthorityFile = "/nowhere" }
                == "remote_write mimir: /nowhere: the file does not exist")
        #expect(
            error {
                $0.certificateFile = key; $0.keyFile = key
            }.contains("\(key): not a readable PEM certificate"))
        #expect(
            error {
                $0.certificateFile = certificate; $0.keyFile = certificate
            }.contains("not a readable PEM private key"))
        #expect(
            error {
                $0.certificateFile = certificate; $0.keyFile = otherKey
            }.contains("do not match"))
    }
}
