public import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPCompression

/// The network, by AsyncHTTPClient.
public struct AsyncHTTPTransport: HTTPTransport {
    /// Seconds; nanoseconds of more than 292 years do not fit their type.
    private static let longestTimeout = 86_400.0

    /// Seconds that a cache may keep an answer: a year (RFC 9111, section 1.2.2, has no limit; caches have).
    private static let longestAge: Int64 = 31_536_000

    private let client: HTTPClient

    public init(_ client: HTTPClient) {
        self.client = client
    }

    /// The client's settings that this exporter needs: gzip is undone as it
    /// arrives (a bomb ends at the size limit), and redirects are not
    /// followed, because a key must not travel to another host.
    /// - Parameter maximumBody: bytes of an answer after decompression.
    public static func configuration(maximumBody: Int) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10)),
            decompression: .enabled(limit: .size(maximumBody)))
        configuration.httpVersion = .http1Only
        configuration.refuseImpossibleStatuses()
        // The collector tries again itself, and wants to know why it must: the library would try until the timeout,
        // and report that instead of the certificate that is not trusted.
        configuration.connectionPool.retryConnectionEstablishment = false
        // One application whose requests hang must not keep another from its connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        return configuration
    }

    /// When the answer was sent: a cache on the way leaves the `Date` of the answer that it keeps, and says how old
    /// that is (RFC 9111, section 5.1).
    private static func date(_ headers: HTTPHeaders) -> Int64? {
        guard let date = headers.first(name: "Date").flatMap(RetryAfter.httpDate) else { return nil }
        let age = headers.first(name: "Age").flatMap { Int64($0) } ?? 0
        return date + min(max(age, 0), longestAge)
    }

    public func get(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        let limit = request.maximumBody
        do {
            return try await withTimeout(seconds: request.timeout) { [outgoing] in
                let response = try await client.execute(
                    outgoing, timeout: .nanoseconds(Int64(min(request.timeout, Self.longestTimeout) * 1e9)))
                return TransportAnswer(
                    status: Int(response.status.code),
                    retryAfter: response.headers.first(name: "Retry-After"),
                    date: Self.date(response.headers),
                    body: try await response.body.collect(upTo: limit))
            }
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: limit)
        } catch {
            throw TransportError(error)
        }
    }
}

/// Runs `operation`, but not for longer than `seconds`: the library's own
/// deadline ends with the answer's head, and a body can hang too.
package func withTimeout<Result: Sendable>(
    seconds: Double, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            throw TransportError.timeout
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TransportError.timeout }
        return first
    }
}
