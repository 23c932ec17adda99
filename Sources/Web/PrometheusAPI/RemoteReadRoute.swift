internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import RemoteStorage
internal import UsageModel

/// `POST /api/v1/read`: Prometheus' remote read.
enum RemoteReadRoute {
    static let path = "/api/v1/read"
    private static let samples = "application/x-protobuf"
    /// As the protocol has it, letter by letter.
    static let chunks = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"

    static func endpoint(_ exporter: Exporter) -> Endpoint {
        let remoteRead = RemoteRead(exporter.history) { exporter.options().labels }
        return Endpoint(
            method: .post, path: path,
            summary: "Prometheus remote read: the history with the metric names of /metrics.",
            body: .init(
                summary: "A prometheus.ReadRequest, compressed with snappy (block format).", type: samples,
                schema: ["type": "string", "format": "binary"]),
            contents: [
                .init(type: samples, summary: "SAMPLES: a prometheus.ReadResponse, compressed with snappy."),
                .init(type: chunks, summary: "STREAMED_XOR_CHUNKS: frames of prometheus.ChunkedReadResponse."),
            ],
            failures: [
                400: "The request is invalid, or it or its response exceeds a limit.",
                413: "The body is larger than 1 MiB, compressed or decompressed.",
                415: "The Content-Encoding of the body is not snappy.",
            ]
        ) { request, _ in
            do {
                let body = try await RequestBytes.read(request, limit: remoteRead.limits.bodyBytes, coding: "snappy")
                switch try await remoteRead.answer(body, now: exporter.clock.now) {
                case .samples(let parts, let permit): return response(parts, permit)
                case .chunks(let stream): return response(stream, exporter.logger)
                }
            } catch let refusal as RemoteReadRefusal {
                throw Problem(
                    status: refusal.isTooLarge ? .contentTooLarge : .badRequest, detail: refusal.detail,
                    parameter: refusal.part.rawValue, accepted: refusal.accepted)
            }
        }
    }

    private static func response(_ parts: [ArraySlice<UInt8>], _ permit: Permit) -> Response {
        let length = parts.reduce(0) { $0 + $1.count }
        return Response(
            status: .ok, headers: [.contentType: samples, .contentEncoding: "snappy"],
            body: ResponseBody(contentLength: length) { writer in
                for part in parts { try await writer.write(ByteBuffer(bytes: part)) }
                try await writer.finish(nil)
                withExtendedLifetime(permit) {}
            })
    }

    /// Reads on only when the client has taken what was read: the writer waits until it has.
    private static func response(_ stream: ChunkStream, _ logger: Logger) -> Response {
        Response(
            status: .ok, headers: [.contentType: chunks],
            body: ResponseBody { writer in
                var stream = stream
                while let frames = try await next(&stream, logger) { try await writer.write(ByteBuffer(bytes: frames)) }
                try await writer.finish(nil)
            })
    }

    private static func next(_ stream: inout ChunkStream, _ logger: Logger) async throws -> [UInt8]? {
        do {
            return try await stream.next()
        } catch {
            if !(error is CancellationError) { logger.error("remote read response aborted: \(error)") }
            throw error
        }
    }
}
