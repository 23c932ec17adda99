internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore

/// A body that is made while it is sent.
package protocol BodyParts: Sendable {
    /// The next bytes, perhaps none; nil after the last.
    mutating func next() async throws -> [UInt8]?
}

enum BodyPart {
    /// Bytes from which on a part is sent.
    static let size = 32_768
}

extension Response {
    /// An answer that is made as fast as the client takes it, so that it never is in memory as a whole.
    ///
    /// One that fits two parts is sent with its length. What goes wrong before that is an error that the client is
    /// told; afterwards it can only cut the connection, and the log has the reason.
    static func parts(
        _ body: some BodyParts, type: String, headers: HTTPFields = [:], _ logger: Logger
    ) async throws -> Response {
        var body = body
        var first: [UInt8] = []
        while let part = try await body.next() {
            first += part
            if first.count >= 2 * BodyPart.size { return stream(first, body, type, headers, logger) }
        }
        var response = Response.bytes(first, type: type)
        response.headers.append(contentsOf: headers)
        return response
    }

    private static func stream(
        _ first: [UInt8], _ body: some BodyParts, _ type: String, _ headers: HTTPFields, _ logger: Logger
    ) -> Response {
        var all: HTTPFields = [.contentType: type]
        all.append(contentsOf: headers)
        return Response(
            status: .ok, headers: all,
            body: ResponseBody { writer in
                var body = body
                do {
                    // Reads on only when the client has taken what was read: the writer waits until it has.
                    try await writer.write(ByteBuffer(bytes: first))
                    while let part = try await body.next() {
                        if !part.isEmpty { try await writer.write(ByteBuffer(bytes: part)) }
                    }
                } catch {
                    log(error, logger)
                    throw error
                }
                try await writer.finish(nil)
            })
    }

    /// A client that goes away is no error of this server.
    private static func log(_ error: any Error, _ logger: Logger) {
        if error is CancellationError || error is ChannelError || error is IOError { return }
        logger.error("response aborted: \(error)")
    }
}
