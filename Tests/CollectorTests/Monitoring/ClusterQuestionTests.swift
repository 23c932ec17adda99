import AlgoliaClient
import Synchronization
import Testing
import UsageModel

@testable import Collector

@Suite("A question about clusters, some of which the vendor does not know")
struct ClusterQuestionTests {
    /// The clusters of each request.
    private final class Requests: Sendable {
        private let state = Mutex<[[ServerName]]>([])

        var all: [[ServerName]] { state.withLock { $0 } }

        func note(_ names: [ServerName]) { state.withLock { $0.append(names) } }
    }

    private let requests = Requests()

    /// A vendor that knows all clusters but these, and refuses as `error` says; it answers how many it was asked about.
    private func question(
        unknown: Set<ServerName>, _ error: @escaping @Sendable (ServerName) -> AlgoliaError
    ) -> ClusterQuestion<Int> {
        ClusterQuestion { [requests] names in
            requests.note(names)
            if let first = names.first(where: unknown.contains) { throw error(first) }
            return names.count
        }
    }

    private static func named(_ name: ServerName) -> AlgoliaError {
        .notFound(message: "Unknown cluster \"\(name)\"")
    }

    private static func unnamed(_: ServerName) -> AlgoliaError { .refused(status: 400, message: "Unknown servers") }

    @Test("One that a refusal names is left out, and the others are asked about again")
    func namedOnes() async throws {
        let outcome = await question(unknown: ["b", "d"], Self.named).answer(about: ["a", "b", "c", "d"])
        #expect(try outcome.result.get() == 2)
        #expect(outcome.known == ["a", "c"] && outcome.unknown.map(\.name) == ["b", "d"])
        #expect(requests.all == [["a", "b", "c", "d"], ["a", "c", "d"], ["a", "c"]])
    }

    @Test("Where the refusal names none, each is asked about alone")
    func unnamedOnes() async throws {
        let outcome = await question(unknown: ["b"], Self.unnamed).answer(about: ["a", "b", "c"])
        #expect(try outcome.result.get() == 2)
        #expect(outcome.known == ["a", "c"] && outcome.unknown.map(\.name) == ["b"])
        #expect(requests.all == [["a", "b", "c"], ["a"], ["b"], ["c"], ["a", "c"]])
    }

    @Test("When none is known, the refusal is the answer", arguments: [true, false])
    func none(isNamed: Bool) async throws {
        let error = isNamed ? Self.named : Self.unnamed
        let outcome = await question(unknown: ["a", "b"], error).answer(about: ["a", "b"])
        #expect(throws: AlgoliaError.self) { try outcome.result.get() }
        #expect(outcome.known.isEmpty && outcome.unknown.map(\.name) == ["a", "b"])
        let single = await question(unknown: ["a"], error).answer(about: ["a"])
        #expect(single.unknown.map(\.name) == ["a"])
    }

    @Test("Any other failure is the answer, and leaves nothing out")
    func failing() async throws {
        let outcome = await question(unknown: ["a"]) { _ in .notFound(message: "Path not found") }
            .answer(about: ["a", "b"])
        #expect(outcome.unknown.isEmpty && outcome.known == ["a", "b"] && requests.all.count == 1)
        // Refused together, and not one by one.
        let odd = ClusterQuestion<Int> { names in
            if names.count > 1 { throw Self.unnamed("a") }
            return 1
        }
        let refused = await odd.answer(about: ["a", "b"])
        #expect(refused.unknown.isEmpty)
        #expect(throws: Self.unnamed("a")) { try refused.result.get() }
        // The quota is over in the middle of it.
        let cut = ClusterQuestion<Int> { names in
            if names.count > 1 { throw Self.unnamed("a") }
            throw AlgoliaError.rateLimited(retryAfter: 5)
        }
        let limited = await cut.answer(about: ["a", "b"])
        #expect(throws: AlgoliaError.rateLimited(retryAfter: 5)) { try limited.result.get() }
    }
}
