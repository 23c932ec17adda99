public import AsyncHTTPClient
internal import Logging
internal import NIOCore
internal import NIOHTTP1
public import NIOSSL

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The network, by AsyncHTTPClient: each request through the proxy that is set for its host.
public struct AsyncHTTPTransport: HTTPTransport {
    /// Seconds; nanoseconds of more than 292 years do not fit their type.
    private static let longestTimeout = 86_400.0

    /// Seconds that a cache may keep an answer: a year (RFC 9111, section 1.2.2, has no limit; caches have).
    private static let longestAge: Int64 = 31_536_000

    private let direct: HTTPClient
    /// A client for each proxy, since the library's configuration has one.
    private let proxied: [ProxyServer: HTTPClient]
    /// The same for proxies that are reached over TLS.
    private let relays: [ProxyServer: TLSProxyRelay]
    private let tls: TLSConfiguration
    private let proxies: ProxyRules
    private let authorities: CertificateAuthorities?
    private let ownsClients: Bool

    /// Sends over the connections of `client`, which others may share, through no proxy. ``close()`` leaves them open.
    public init(_ client: HTTPClient) {
        direct = client
        proxied = [:]
        relays = [:]
        tls = .makeClientConfiguration()
        proxies = ProxyRules()
        authorities = nil
        ownsClients = false
    }

    /// Sends over its own connections until ``close()``.
    /// - Parameters:
    ///   - configuration: of every connection, apart from its proxy.
    ///   - authorities: trusted instead of those of `configuration`; nil for the latter.
    public init(
        _ configuration: HTTPClient.Configuration, proxies: ProxyRules = ProxyRules(),
        authorities: CertificateAuthorities? = nil
    ) {
        @Sendable func client(_ proxy: ProxyServer?) -> HTTPClient {
            var configuration = configuration
            configuration.proxy = proxy.map { HTTPClient.Configuration.Proxy($0) }
            return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        }
        direct = client(nil)
        let all = Set([proxies.http, proxies.https].compactMap(\.self))
        proxied = Dictionary(uniqueKeysWithValues: all.filter { $0.kind != .https }.map { ($0, client($0)) })
        relays = Dictionary(
            uniqueKeysWithValues: all.filter { $0.kind == .https }.map { proxy in
                let relay = TLSProxyRelay(to: proxy, patience: configuration.timeout.connect ?? .seconds(10)) { port in
                    client(ProxyServer(host: "127.0.0.1", port: port, credentials: proxy.credentials))
                }
                return (proxy, relay)
            })
        tls = configuration.tlsConfiguration ?? .makeClientConfiguration()
        self.proxies = proxies
        self.authorities = authorities
        ownsClients = true
    }

    /// The same with the defaults for everything but TLS.
    /// - Parameter tls: nil for the defaults.
    public init(tls: TLSConfiguration?, proxies: ProxyRules = ProxyRules()) {
        self.init(.singleAttempt(tls: tls), proxies: proxies)
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if request.method == .post {
            outgoing.method = .POST
            outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        }
        let trusted = authorities?.current()
        outgoing.tlsConfiguration = trusted
        let proxy = proxies.proxy(for: request.url)
        let relay = proxy.flatMap { relays[$0] }
        do {
            let client = try await relay?.client(trusted ?? tls) ?? proxy.flatMap { proxied[$0] } ?? direct
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
            if !Task.isCancelled, let proxy, let reason = relay?.takeFailure() {
                throw .connection("cannot connect to proxy \(proxy): \(reason)")
            }
            throw TransportError(error, through: proxy)
        }
    }

    /// Closes its own connections, whenever they are ready for it: one that is being made to a host that does
    /// not answer takes its time, which nobody should have to wait for.
    public func close() {
        Task { await closed() }
    }

    /// The same, and waits for their end.
    public func closed() async {
        guard ownsClients else { return }
        for client in [direct] + proxied.values { try? await client.shutdown() }
        for relay in relays.values { await relay.close() }
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

extension HTTPClient.Configuration.Proxy {
    fileprivate init(_ proxy: ProxyServer) {
        switch proxy.kind {
        case .http, .https:
            self = .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.credentials.map { .basic(credentials: Data($0.secret.utf8).base64EncodedString()) }
            )
        case .socks5: self = .socksServer(host: proxy.host, port: proxy.port)
        }
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
