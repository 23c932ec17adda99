import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing
import Transport

/// A server that answers every connection with the same bytes, right or wrong.
final class RawServer: Sendable {
    let port: Int
    private let channel: any Channel

    init(_ answer: String, certificate: (certificate: String, key: String)? = nil) async throws {
        let tls = try certificate.map { files in
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                    privateKey: .privateKey(NIOSSLPrivateKey(file: files.key, format: .pem))))
        }
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }
}

@Suite("Servers that do not keep to HTTP")
struct RawServerTests {
    private func get(_ url: String, timeout: Double = 600) async throws -> Result<TransportAnswer, TransportError> {
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .singleAttempt())
        let transport = AsyncHTTPTransport(http)
        let result: Result<TransportAnswer, TransportError>
        do throws(TransportError) {
            result = .success(
                try await transport.send(TransportRequest(url: url, headers: [], timeout: timeout, maximumBody: 1000)))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return result
    }

    @Test("A status below 100 fails the request, and nothing else", arguments: ["000", "001", "042", "099"])
    func impossible(status: String) async throws {
        let server = try await RawServer("HTTP/1.1 \(status) Odd\r\nContent-Length: 2\r\n\r\n{}")
        let result = try await get("http://127.0.0.1:\(server.port)/")
        try await server.stop()
        guard case .failure(.connection(let reason)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason == "the answer has the impossible status \(Int(status) ?? -1)")
    }

    @Test("Interim answers before the real one are passed over")
    func interim() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        let server = try await RawServer(interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        let result = try await get("http://127.0.0.1:\(server.port)/")
        try await server.stop()
        #expect(try result.get().status == 200)
    }

    @Test(
        "What a cache has kept is as old as it says",
        arguments: [("", 0), ("Age: 240\r\n", 240), ("Age: -5\r\n", 0), ("Age: x\r\n", 0)])
    func age(header: String, seconds: Int64) async throws {
        let server = try await RawServer(
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\(header)Content-Length: 2\r\n\r\n{}")
        let result = try await get("http://127.0.0.1:\(server.port)/")
        try await server.stop()
        #expect(try result.get().date == 784_111_777 + seconds)
    }

    @Test("A certificate that nobody vouches for is told as such, at once")
    func selfSigned() async throws {
        let folder = TemporaryFolder()
        let server = try await RawServer("", certificate: Tool.selfSignedCertificate(folder))
        let result = try await get("https://localhost:\(server.port)/")
        try await server.stop()
        guard case .failure(let error) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error == .connection("TLS: certificate verify failed"))
    }
}
