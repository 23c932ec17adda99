import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport
import Testing

/// Makes certificates as an operator would.
struct CertificateAuthority: Sendable {
    struct Pair: Sendable {
        var certificate: String
        var key: String
    }

    let folder: TemporaryFolder
    let pair: Pair
    private let name: String

    /// - Parameter name: of its files.
    init(_ folder: TemporaryFolder, name: String = "ca") async throws {
        self.folder = folder
        self.name = name
        pair = Pair(certificate: folder.file("\(name).pem"), key: folder.file("\(name).key"))
        try await Self.request(pair, ["-subj", "/CN=\(name)", "-addext", "keyUsage=critical,keyCertSign"])
    }

    /// A certificate with these subject alternative names, such as `DNS:localhost,IP:127.0.0.1`.
    func issue(_ file: String, names: String = "DNS:localhost") async throws -> Pair {
        let issued = Pair(certificate: folder.file("\(file).pem"), key: folder.file("\(file).key"))
        try await Self.request(
            issued,
            [
                "-subj", "/CN=\(file)", "-CA", pair.certificate, "-CAkey", pair.key, "-addext",
                "basicConstraints=critical,CA:FALSE",
            ] + (names.isEmpty ? [] : ["-addext", "subjectAltName=\(names)"]))
        return issued
    }

    private static func request(_ pair: Pair, _ arguments: [String]) async throws {
        let outcome = try await Tool.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-keyout",
                pair.key, "-out", pair.certificate,
            ] + arguments)
        try #require(outcome.status == 0, "\(outcome.output)")
    }
}

/// One HTTPS connection that knows the certificate it was served.
final class TLSConnection: Sendable {
    struct Closed: Error {
        var received: String
    }

    private let channel: any Channel
    private let pieces: AsyncThrowingStream<String, any Error>
    /// The server's certificate.
    let certificate: NIOSSLCertificate

    /// - Parameters:
    ///   - pair: the client's own certificate.
    ///   - configure: changes what else the client offers.
    /// - Throws: why the handshake failed, unless the server says so only after it.
    init(
        port: Int, presenting pair: CertificateAuthority.Pair? = nil,
        _ configure: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let pair {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(pair.certificate).map {
                .certificate($0)
            }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: pair.key, format: .pem))
        }
        configure(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        let (pieces, piece) = AsyncThrowingStream.makeStream(of: String.self)
        let (served, certificate) = AsyncThrowingStream.makeStream(of: NIOSSLCertificate.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(3600))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let client = try NIOSSLClientHandler(context: context, serverHostname: "localhost") {
                        chain, decision in
                        certificate.yield(chain[0])
                        decision.succeed(.certificateVerified)
                    }
                    try channel.pipeline.syncOperations.addHandlers([client, Inbox(piece, certificate)])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.pieces = pieces
        var iterator = served.makeAsyncIterator()
        guard let first = try await iterator.next() else { throw Closed(received: "") }
        self.certificate = first
    }

    deinit { channel.close(promise: nil) }

    /// The head of the answer to `HEAD path`.
    func head(_ path: String) async throws -> String {
        try await channel.writeAndFlush(ByteBuffer(string: "HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        var received = ""
        for try await piece in pieces {
            received += piece
            if received.contains("\r\n\r\n") { return received }
        }
        throw Closed(received: received)
    }

    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let pieces: AsyncThrowingStream<String, any Error>.Continuation
        private let certificate: AsyncThrowingStream<NIOSSLCertificate, any Error>.Continuation

        init(
            _ pieces: AsyncThrowingStream<String, any Error>.Continuation,
            _ certificate: AsyncThrowingStream<NIOSSLCertificate, any Error>.Continuation
        ) {
            self.pieces = pieces
            self.certificate = certificate
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            pieces.yield(String(buffer: unwrapInboundIn(data)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            certificate.finish(throwing: error)
            pieces.finish(throwing: error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            certificate.finish()
            pieces.finish()
        }
    }
}
