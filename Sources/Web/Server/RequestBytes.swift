internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads bodies: one set of limits and errors for every request that has one.
enum RequestBytes {
    /// The body of `request`, of which no more is kept than is allowed.
    /// - Parameters:
    ///   - limit: the most bytes.
    ///   - coding: the `Content-Encoding` that the protocol has, if any.
    /// - Throws: ``Problem``: 413 for one that is larger, 415 for another encoding, 400 for one that ends in the middle
    ///   or whose chunks cannot be read. A client's fault is never an error of the history.
    static func read(_ request: Request, limit: Int, coding: String? = nil) async throws -> [UInt8] {
        let sent = request.headers[.contentEncoding]?.lowercased()
        guard sent == nil || sent == "identity" || sent == coding else {
            throw Problem(
                status: .unsupportedMediaType, detail: "the body has a Content-Encoding that is not supported",
                parameter: "Content-Encoding", accepted: coding ?? "none")
        }
        guard request.headers[.contentLength].flatMap({ Int($0) }) ?? 0 <= limit else { throw tooLarge(limit) }
        var bytes: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard buffer.readableBytes <= limit - bytes.count else { throw tooLarge(limit) }
                bytes += buffer.readableBytesView
            }
        } catch let error as Problem {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw Problem(
                status: .badRequest, detail: "the body cannot be read: its chunks are malformed, or it ends too early",
                parameter: "body", accepted: "a whole body as RFC 9112 frames it", headers: [.connection: "close"])
        }
        return bytes
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            status: .contentTooLarge, detail: "the body has more than \(limit) bytes", parameter: "body",
            accepted: "at most \(limit) bytes")
    }
}
