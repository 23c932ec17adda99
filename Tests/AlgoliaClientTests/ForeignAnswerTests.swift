import CoreMetrics
import NIOCore
import TestSupport
import Testing
import Transport
import UsageModel

@testable import AlgoliaClient

/// Answers whatever it is asked with one answer after another, the last again and again.
private struct ScriptedTransport: HTTPTransport {
    var answers: [(status: Int, body: String)]
    let asked = Counter()

    actor Counter {
        private(set) var urls: [String] = []
        func note(_ url: String) -> Int {
            urls.append(url)
            return urls.count - 1
        }
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let number = await asked.note(request.url)
        let answer = answers[min(number, answers.count - 1)]
        return TransportAnswer(status: answer.status, body: ByteBuffer(string: answer.body))
    }

    /// A client of it, with three keys.
    func client() throws -> AlgoliaClient {
        AlgoliaClient(
            application: "APP", usageKey: Secret(try #require(SecretText(key: "usage-secret"))),
            monitoringKey: Secret(try #require(SecretText(key: "monitoring-secret"))),
            searchKey: Secret(try #require(SecretText(key: "search-secret"))), transport: self,
            quota: TokenBucket(requestsPerMinute: 60_000, clock: VirtualClock(0)), clock: VirtualClock(0),
            metrics: NOOPMetricsHandler.instance)
    }
}

@Suite("What other programs say")
struct ForeignAnswerTests {
    private let request = UsageRequest(
        scope: Scope(application: "APP"), statistics: .all, granularity: .hourly, range: TimeRange(0, 7200))

    private func error(_ status: Int, _ body: String) async throws -> AlgoliaError? {
        let client = try ScriptedTransport(answers: [(status, body)]).client()
        return await #expect(throws: AlgoliaError.self) { try await client.usage(request) }
    }

    @Test(
        "Whatever form an error has, the text that is there is shown",
        arguments: [
            (#"{"status":500,"message":"out of order"}"#, "out of order"),
            (#"{"reason":"out of order"}"#, "out of order"),
            (#"{"error":"out of order"}"#, "out of order"),
            (#"{"error":{"code":"x","message":"out of order"}}"#, "out of order"),
            (#"{"errors":[{"detail":"out of order"}]}"#, "out of order"), ("out of  order\n", "out of order"),
            ("<!DOCTYPE html><html><HEAD><style>a{}</style><title>out of\norder</title>", "out of order"),
            ("<html><body><h1>out &amp; over</h1><p>x</p></body></html>", "out & over"), ("", ""), ("{}", "{}"),
            (#"{"status":500}"#, #"{"status":500}"#), (#"{"message":"out"#, #"{"message":"out"#),
        ])
    func forms(body: String, text: String) async throws {
        #expect(try await error(500, body) == .server(status: 500, message: text, retryAfter: nil))
    }

    // Fault (Algolia): Error texts that repeat the key, or have control characters
    // Done: answers that quote the key in several spellings
    // Seen: the text without the key, on one line, cut when long
    // Lost: nothing
    @Test(
        "No text shows a key, however it comes, or a character that a terminal obeys; long ones are cut",
        arguments: [401, 403, 404, 422, 500])
    func redacted(status: Int) async throws {
        for secret in ["usage-secret", "monitoring-secret", "search-secret"] {
            for body in [
                "{\"message\":\"key \(secret)\\u001b[31m red\"}", "\(secret)\u{1B}[31m", "<title>\(secret)</title>",
                "{\"error\":{\"message\":\"\(secret)\u{301} \u{202E}x\"}}",
                "\(String(repeating: "x", count: 195))\(secret)",
            ] {
                let text = "\(try #require(try await error(status, body)))"
                #expect(!text.contains("secret"), "\(text)")
                #expect(text.contains("reda"))
                #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
                #expect(text.count < 400)
            }
        }
        let poisoned = try await ScriptedTransport(
            answers: [(200, #"{"records":[{"t":0,"v":"usage-secret"}],"file_size":[]}"#)]
        ).client().usage(request)
        #expect(poisoned.unreadable.first?.text == "\"<redacted>\"")
    }

    // Fault (Algolia): JSON that is nested without end
    // Done: generated brackets, in every kind of answer
    // Seen: the answer is rejected; the process goes on
    // Lost: nothing
    @Test("Nesting without end is refused wherever it comes from, and ends nothing", arguments: [200, 403, 500])
    func nesting(status: Int) async throws {
        for body in [String(repeating: "[", count: 100_000), String(repeating: #"{"message":"#, count: 100_000)] {
            let transport = ScriptedTransport(answers: [(status, body)])
            let client = try transport.client()
            await #expect(throws: AlgoliaError.self) { try await client.usage(request) }
            await #expect(throws: AlgoliaError.self) { try await client.indexNames() }
            await #expect(throws: AlgoliaError.self) { try await client.inventory() }
        }
    }

    // Fault (Algolia): Status 200 with an error object or a page of HTML
    // Done: such bodies
    // Seen: the text of the answer as the error; nothing is answered by it
    // Lost: nothing
    @Test("An answer with 200 that is none says what it says instead")
    func noAnswer() async throws {
        for (body, words) in [
            (#"{"status":503,"message":"maintenance"}"#, "maintenance"),
            ("<html><title>Just a moment</title>", "Just a moment"),
            (#"{"data":{}}"#, #"{"data":{}}"#),
        ] {
            #expect("\(try #require(try await error(200, body)))".contains(words))
        }
    }

    // Fault (Algolia): A redirect to another host
    // Done: 301 to 308 with a location
    // Seen: an error; no request with the key goes there
    // Lost: nothing
    @Test("A redirect is an error, and is not followed")
    func redirect() async throws {
        guard case .server(302, let message, _)? = try await error(302, "") else {
            Issue.record("not refused")
            return
        }
        #expect(message.contains("redirect"))
    }

    // MARK: Lists of indices

    private func list(_ bodies: String...) async throws -> (list: IndexList, requests: Int) {
        let transport = ScriptedTransport(answers: bodies.map { (200, $0) })
        let list = try await transport.client().indexList()
        return (list, await transport.asked.urls.count)
    }

    @Test("What cannot be the name of an index is left out and counted")
    func unusableNames() async throws {
        let told = try await list(
            #"{"items":[{"name":"a"},{"name":""},{"name":"a\u0000b"},{"entries":1},7,{"name":null},{"name":"b"}],"nbPages":1}"#
        )
        #expect(told.list.names == ["a", "b"])
        #expect(told.list.unusable == 5)
    }

    // Fault (Algolia): An answer to another question
    // Done: points a week before the range that was asked for, or in seconds; a point just beside it
    // Seen: a failure that says so, and nothing is taken for absent; what is just beside is left out
    // Lost: nothing
    @Test(
        "Points that all lie elsewhere are an answer to another question; those just beside are left out",
        arguments: [
            (-7 * 86_400_000, true), (7 * 86_400_000, true), (-1_455_451_200_000 + 1_455_451_200, true),
            (-3_600_000, false), (7_200_000, false),
        ])
    func elsewhere(shift: Int, fails: Bool) async throws {
        let body = "{\"records\":[{\"t\":\(1_455_451_200_000 + shift),\"v\":1}]}"
        let answer = try await ScriptedTransport(answers: [(200, body)]).client().usage(
            UsageRequest(
                scope: Scope(application: "APP"), statistics: .all, granularity: .hourly,
                range: TimeRange(1_455_451_200, 1_455_458_400)))
        #expect(answer.series.isEmpty && answer.outside == 1)
        #expect(answer.failure == (fails ? "none of its 1 points is of the time that was asked for" : nil))
    }

    @Test("A window that ends where the one asked for begins is another one, though its last bucket is just beside it")
    func windowBefore() async throws {
        let start = 1_455_451_200
        let points = (1...48).map { "{\"t\":\(start - $0 * 3600)000,\"v\":1}" }.joined(separator: ",")
        let answer = try await ScriptedTransport(answers: [(200, "{\"records\":[\(points)]}")]).client().usage(
            UsageRequest(
                scope: Scope(application: "APP"), statistics: .all, granularity: .hourly,
                range: TimeRange(UnixTime(start), UnixTime(start) + 48 * 3600)))
        #expect(answer.series.isEmpty && answer.failure == "none of its 48 points is of the time that was asked for")
    }

    @Test("What is left out of an answer is counted by API")
    func ignored() async throws {
        let usage = ScriptedTransport(answers: [(200, #"{"a\u0000b":[],"records":[{"t":1455451200000,"v":1}]}"#)])
        let client = try usage.client()
        _ = try await client.usage(
            UsageRequest(
                scope: Scope(application: "APP"), statistics: .all, granularity: .hourly,
                range: TimeRange(1_455_451_200, 1_455_454_800)))
        #expect(client.ignoredParts(.usage) == 1)
        #expect(client.ignoredParts(.search) == 0)
        let search = try ScriptedTransport(answers: [(200, #"{"items":[{"name":"a"},{"name":""}]}"#)]).client()
        _ = try await search.indexList()
        #expect(search.ignoredParts(.search) == 1)
    }

    // Fault (Algolia): A list of indices that never ends
    // Done: pages that repeat
    // Seen: the list as far as it had something new
    // Lost: nothing
    @Test(
        "A list that has no end is left when a page brings nothing new",
        arguments: ["1e9", "1e300", "99999999999999999999"])
    func endless(pages: String) async throws {
        let page = "{\"items\":[{\"name\":\"a\"}],\"nbPages\":\(pages)}"
        #expect(try await list(page).requests == 2)
    }

    // Fault (Algolia): A list of indices that lacks a page
    // Done: an empty page before the last
    // Seen: the list failed, with the number of the page; it is asked for again
    // Lost: nothing: no index is taken for gone
    @Test("A page that is empty although more follow is no end of the list", arguments: [0, 1])
    func emptyPage(number: Int) async throws {
        let full = #"{"items":[{"name":"a"}],"nbPages":3}"#
        let pages = Array(repeating: full, count: number) + [#"{"items":[],"nbPages":3}"#, full]
        let transport = ScriptedTransport(answers: pages.map { (200, $0) })
        let error = await #expect(throws: AlgoliaError.self) { try await transport.client().indexList() }
        #expect(error?.description.contains("page \(number + 1) of 3 of the list of indices is empty") == true)
        #expect(await transport.asked.urls.count == number + 1)
    }

    // Fault (Algolia): A list of indices with new names on every page
    // Done: pages without end
    // Seen: the first thousand pages
    // Lost: nothing that a thousand pages hold
    @Test("A list whose every page is new ends after a thousand pages")
    func newPages() async throws {
        let transport = ScriptedTransport(
            answers: (0..<1100).map { (200, "{\"items\":[{\"name\":\"i\($0)\"}],\"nbPages\":1000000000}") })
        let list = try await transport.client().indexList()
        #expect(list.names.count == 1000)
        #expect(list.isCut)
    }

    @Test(
        "What is no list of indices is a failure",
        arguments: [
            #"{"message":"down"}"#, "{}", "[]", #"{"items":{}}"#, #"{"items":7}"#, #"{"items":[{"id":1}],"nbPages":1}"#,
            "<html>", "null", #"{"items":null}"#, #"{"items":null,"nbPages":0}"#,
            #"{"items":[{"name":"a"}],"nbPages":"2"}"#, #"{"items":[{"name":"a"}],"nbPages":null}"#,
        ])
    func noList(body: String) async throws {
        await #expect(throws: AlgoliaError.self) { try await list(body) }
    }
}
