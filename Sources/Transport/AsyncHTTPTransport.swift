public import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
public import NIOSSL

/// The network, by AsyncHTTPClient.
public struct AsyncHTTPTransport: HTTPTransport {
    /// Seconds; nanoseconds of more than 292 years do not fit their type.
    private static let longestTimeout = 86_400.0

    /// Seconds that a cache may keep an answer: a year (RFC 9111, section 1.2.2, has no limit; caches have).
    private static let longestAge: Int64 = 31_536_000

    private let client: HTTPClient
    private let ownsClient: Bool

    /// Sends over the connections of `client`, which others may share. ``close()`` leaves them open.
    public init(_ client: HTTPClient) {
        self.client = client
        ownsClient = false
    }

    /// Sends over its own connections until ``close()``.
    /// - Parameter tls: nil for the defaults.
    public init(tls: TLSConfiguration?) {
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .singleAttempt(tls: tls))
        ownsClient = true
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if request.method == .post {
            outgoing.method = .POST
            outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        }
        do {
            return try await withTimeout(seconds: request.timeout) { [outgoing] in
                let response = try await client.execute(
                    outgoing, timeout: .nanoseconds(Int64(min(request.timeout, Self.longestTimeout) * 1e9)))
                return TransportAnswer(
                    status: Int(response.status.code),
                    retryAfter: response.headers.first(name: "Retry-After"),
                    date: Self.date(response.headers),
                    headers: response.headers,
                    body: try await Self.body(response, of: request))
            }
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limit: request.maximumBody)
        } catch {
            throw TransportError(error)
        }
    }

    /// Closes its own connections, whenever they are ready for it: one that is being made to a host that does
    /// not answer takes its time, which nobody should have to wait for.
    public func close() {
        guard ownsClient else { return }
        Task { [client] in try? await client.shutdown() }
    }

    private static func body(_ response: HTTPClientResponse, of request: TransportRequest) async throws -> ByteBuffer {
        guard !request.needsBody else { return try await response.body.collect(upTo: request.maximumBody) }
        let body = (try? await response.body.collect(upTo: request.maximumBody)) ?? ByteBuffer()
        try Task.checkCancellation()
        return body
    }

    /// When the answer was sent: a cache on the way leaves the `Date` of the answer that it keeps, and says how old
    /// that is (RFC 9111, section 5.1).
    private static func date(_ headers: HTTPHeaders) -> Int64? {
        guard let date = headers.first(name: "Date").flatMap(HTTPDate.time) else { return nil }
        let age = headers.first(name: "Age").flatMap { Int64($0) } ?? 0
        return date + min(max(age, 0), longestAge)
    }
}

extension HTTPClient.Configuration {
    /// One attempt at one host, over HTTP/1.1.
    /// - Parameter tls: nil for the defaults.
    public static func singleAttempt(tls: TLSConfiguration? = nil) -> HTTPClient.Configuration {
        // Redirects are not followed: a secret must not travel to another host.
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.httpVersion = .http1Only
        configuration.refuseImpossibleStatuses()
        // Callers retry, and log why they must: the library would try until the timeout, and report that instead of
        // the certificate that is not trusted.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}

/// Runs `operation`, but not for longer than `seconds`: the library's own
/// deadline ends with the answer's head, and a body can hang too.
private func withTimeout<Result: Sendable>(
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
