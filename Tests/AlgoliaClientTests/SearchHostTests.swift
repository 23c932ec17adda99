import CoreMetrics
import NIOCore
import Synchronization
import TestSupport
import Testing
import Transport
import UsageModel

@testable import AlgoliaClient

/// Answers by host, in turn, the last again and again; a host without answers cannot be reached.
private final class HostTransport: HTTPTransport {
    enum Outcome {
        case status(Int, String = "")
        case failure(TransportError)
    }

    private let answers: [String: [Outcome]]
    private let state = Mutex<[(host: String, key: String)]>([])

    init(_ answers: [String: [Outcome]]) { self.answers = answers }

    /// The hosts that were asked, and the keys that they were shown.
    var asked: [(host: String, key: String)] { state.withLock { $0 } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let host = String(request.url.dropFirst("https://".count).prefix { $0 != "/" })
        let key = request.headers.first { $0.0 == "X-Algolia-API-Key" }?.1 ?? ""
        let number = state.withLock { state in
            state.append((host, key))
            return state.count { $0.host == host } - 1
        }
        guard let outcomes = answers[host], !outcomes.isEmpty else { throw .connection("connection refused") }
        switch outcomes[min(number, outcomes.count - 1)] {
        case .failure(let error): throw error
        case .status(let status, let body):
            return TransportAnswer(status: status, body: ByteBuffer(string: body))
        }
    }

    func client(endpoint: String? = nil) throws -> AlgoliaClient {
        var options = RequestOptions()
        if let endpoint { options.endpoints.search = endpoint }
        return AlgoliaClient(
            application: "APP", options: options, usageKey: nil,
            searchKey: Secret(try #require(SecretText(key: "search-secret"))), transport: self,
            quota: TokenBucket(requestsPerMinute: 60_000, clock: VirtualClock(0)), clock: VirtualClock(0),
            metrics: NOOPMetricsHandler.instance)
    }
}

@Suite("Hosts of the Search API")
struct SearchHostTests {
    private static let list = #"{"items":[{"name":"a"}],"nbPages":1}"#
    private let first = "APP-dsn.algolia.net"
    private func other(_ number: Int) -> String { "APP-\(number).algolianet.com" }

    // Fault (Algolia): One of the Search API's hosts is down
    // Done: hosts that refuse or fail
    // Seen: the next host is asked
    // Lost: nothing
    @Test(
        "A host that cannot be reached or fails is followed by the next one",
        arguments: [
            .failure(.timeout), .failure(.connection("refused")), .status(500, "x"), .status(503), .status(599),
        ] as [HostTransport.Outcome])
    fileprivate func fallback(_ outcome: HostTransport.Outcome) async throws {
        let transport = HostTransport([first: [outcome], other(1): [outcome], other(2): [.status(200, Self.list)]])
        #expect(try await transport.client().indexNames() == ["a"])
        #expect(transport.asked.map(\.host) == [first, other(1), other(2)])
        #expect(Set(transport.asked.map(\.key)) == ["search-secret"])
    }

    @Test(
        "Where the first host answers, no other is asked, whatever it says", arguments: [200, 302, 400, 403, 404, 429])
    func first(status: Int) async throws {
        let transport = HostTransport([first: [.status(status, status == 200 ? Self.list : "{}")]])
        let names = try? await transport.client().indexNames()
        #expect(names == (status == 200 ? ["a"] : nil))
        #expect(transport.asked.map(\.host) == [first])
    }

    @Test("An answer that is no list is no matter of the host")
    func broken() async throws {
        let transport = HostTransport([first: [.status(200, "<html>")]])
        await #expect(throws: AlgoliaError.self) { try await transport.client().indexNames() }
        #expect(transport.asked.count == 1)
    }

    @Test("When all fail, the error is the last one's, and each was asked once")
    func all() async throws {
        let transport = HostTransport([first: [.status(500, "x")], other(3): [.status(503, "the last")]])
        await #expect(throws: AlgoliaError.server(status: 503, message: "the last", retryAfter: nil)) {
            try await transport.client().indexNames()
        }
        #expect(transport.asked.map(\.host) == [first, other(1), other(2), other(3)])
    }

    @Test("Later pages are asked for where the first was found; the next list begins with the first host again")
    func pages() async throws {
        func page(_ name: String) -> HostTransport.Outcome {
            .status(200, "{\"items\":[{\"name\":\"\(name)\"}],\"nbPages\":2}")
        }
        let transport = HostTransport([first: [.status(503)], other(1): [page("a"), page("b")]])
        let client = try transport.client()
        #expect(try await client.indexNames() == ["a", "b"])
        #expect(transport.asked.map(\.host) == [first, other(1), other(1)])
        _ = try await client.indexNames()
        #expect(transport.asked.dropFirst(3).first?.host == first)
    }

    @Test(
        "An endpoint that is configured is the only one that sees the key",
        arguments: ["https://gateway.example", "https://{application}-1.algolianet.com"])
    func configured(endpoint: String) async throws {
        let transport = HostTransport([:])
        await #expect(throws: AlgoliaError.self) { try await transport.client(endpoint: endpoint).indexNames() }
        #expect(transport.asked.count == 1)
    }
}
