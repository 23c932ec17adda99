internal import Gzip
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Compresses answers for clients that accept gzip, unless they are small or compressed already.
struct CompressionMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Bytes below which compression costs more than it saves.
    private static var threshold: Int { 1024 }
    /// Bytes above which it is compressed as it is sent, so that it is not in memory twice.
    private static var largest: Int { 262_144 }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        // Frames of remote read are compressed in themselves, and their readers want each at once.
        guard response.headers[.contentType] != RemoteReadRoute.chunks else { return response }
        // A response without a known length is long: it is streamed.
        let length = response.body.contentLength
        guard response.headers[.contentEncoding] == nil, length ?? .max >= Self.threshold else { return response }
        if response.headers[.vary] == nil { response.headers[.vary] = "Accept-Encoding" }
        guard AcceptEncoding.gzip(request) else { return response }
        if length ?? .max > Self.largest {
            let body = response.body
            response.body = ResponseBody { writer in try await body.write(GzipWriter(writer)) }
        } else {
            let collector = BodyCollector()
            try await response.body.write(collector)
            response.body = ResponseBody(byteBuffer: ByteBuffer(bytes: try Gzip.compress(collector.bytes, level: 4)))
        }
        response.headers[.contentEncoding] = "gzip"
        return response
    }
}

/// Compresses a body as it is written.
private final class GzipWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let stream: GzipStream

    init(_ writer: any ResponseBodyWriter) throws {
        self.writer = writer
        stream = try GzipStream(level: 4)
    }

    func write(_ buffer: ByteBuffer) async throws {
        try await send(try buffer.withUnsafeReadableBytes(stream.feed))
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await send(try stream.finish())
        try await writer.finish(trailingHeaders)
    }

    private func send(_ bytes: [UInt8]) async throws {
        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
    }
}

/// Takes a body that is in memory already.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += buffer.readableBytesView }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
