import Snappy
import SwiftProtobuf
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("Remote read: the request")
struct RemoteReadRequestTests {
    private func refusal(_ body: [UInt8], limits: RemoteReadLimits = .init()) -> RemoteReadRefusal? {
        do {
            _ = try RemoteReadRequest(body, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private func body(_ fill: (inout Prometheus_ReadRequest) -> Void) throws -> [UInt8] {
        Snappy.compress(try Prometheus_ReadRequest.with(fill).serializedBytes())
    }

    /// Written out by hand: one query of 1000 ms to 2000 ms for `a=~"b"`, answered in chunks.
    @Test("A request is read as the protocol has it")
    func bytes() throws {
        let matcher: [UInt8] = [0x08, 2, 0x12, 1, 0x61, 0x1A, 1, 0x62]
        let query: [UInt8] = [0x08, 0xE8, 0x07, 0x10, 0xD0, 0x0F, 0x1A, UInt8(matcher.count)] + matcher
        let message: [UInt8] = [0x0A, UInt8(query.count)] + query + [0x12, 1, 1]
        // A block of snappy: the length, then one literal.
        let block = [UInt8(message.count), UInt8(message.count - 1) << 2] + message
        let request = try RemoteReadRequest(block, limits: RemoteReadLimits())
        #expect(request.form == .chunks)
        #expect(request.queries.map(\.start) == [1000] && request.queries.map(\.end) == [2000])
        #expect(request.queries[0].matchers.map(\.description) == [#"a=~"b""#])
    }

    @Test("An empty message has no query and wants samples")
    func empty() throws {
        let request = try RemoteReadRequest(Snappy.compress([]), limits: RemoteReadLimits())
        #expect(request.queries.isEmpty && request.form == .samples)
    }

    @Test(
        "A body that is not compressed, or not a ReadRequest, says which",
        arguments: [
            ([], "cannot be decompressed"), ([0xFF], "cannot be decompressed"),
            ([10, 0x10, 1, 2], "cannot be decompressed"),
            (Array("{\"queries\":[]}".utf8), "cannot be decompressed"),
            // Gzip.
            ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "cannot be decompressed"),
            // A field that breaks off; field 0; a group that never ends.
            ([2, 4, 0x0A, 9], "is not the protobuf message"), ([2, 4, 0x00, 1], "is not the protobuf message"),
            ([1, 0, 0x0B], "is not the protobuf message"),
        ] as [([UInt8], String)])
    func garbage(body: [UInt8], words: String) {
        let refusal = refusal(body)
        #expect(refusal?.part == .body)
        #expect(refusal?.detail.contains(words) == true, "\(refusal?.detail ?? "accepted")")
        #expect(refusal?.accepted == "a prometheus.ReadRequest, compressed with snappy (block format)")
    }

    @Test("A block that claims to become gigabytes is refused by its first bytes")
    func bomb() {
        for length: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x81, 0x80, 0x40]] {
            let refusal = refusal(length + [0, 0x61])
            #expect(refusal?.part == .body)
            #expect(refusal?.detail == "the body has more than 1048576 bytes, compressed or decompressed")
        }
        // A megabyte of zeros in 50 kB: as many as may be.
        #expect(refusal(Snappy.compress([UInt8](repeating: 0, count: 1 << 20)))?.detail.contains("is not the") == true)
    }

    @Test("Each limit is the last that is accepted")
    func limits() throws {
        var limits = RemoteReadLimits()
        limits.queries = 3
        limits.matchers = 4
        func request(queries: Int, matchers: Int) throws -> RemoteReadRefusal? {
            let query = Prometheus_Query.with {
                $0.matchers = Array(repeating: .with { $0.name = "a" }, count: matchers)
            }
            return refusal(try body { $0.queries = Array(repeating: query, count: queries) }, limits: limits)
        }
        #expect(try request(queries: 3, matchers: 4) == nil)
        #expect(try request(queries: 4, matchers: 4)?.detail == "the request has 4 queries, more than 3")
        #expect(try request(queries: 4, matchers: 4)?.part == .queries)
        #expect(try request(queries: 1, matchers: 5)?.detail == "a query has 5 matchers, more than 4")
        #expect(try request(queries: 1, matchers: 5)?.part == .matchers)
        let whole = try body {
            $0.queries = [.with { $0.matchers = [.with { $0.name = String(repeating: "x", count: 500) }] }]
        }
        let plain = try Snappy.decompress(whole, limit: 1 << 20).count
        limits.bodyBytes = plain
        #expect(refusal(whole, limits: limits) == nil)
        limits.bodyBytes = plain - 1
        #expect(refusal(whole, limits: limits)?.part == .body)
    }

    @Test("A matcher of an unknown type and forms that nobody knows are named")
    func unknown() throws {
        let matcher = refusal(
            try body {
                $0.queries = [.with { $0.matchers = [.with { ($0.type, $0.name) = (.UNRECOGNIZED(4), "index") }] }]
            })
        #expect(matcher?.part == .matchers)
        #expect(matcher?.detail == "the matcher of \"index\" has the type 4, which is not known")
        #expect(matcher?.accepted == "EQ (0), NEQ (1), RE (2), NRE (3)")
        let form = refusal(try body { $0.acceptedResponseTypes = [.UNRECOGNIZED(7), .UNRECOGNIZED(-1)] })
        #expect(form?.part == .responseTypes)
        #expect(form?.detail == "no response type of the request is known: 7, -1")
    }

    @Test(
        "Bytes that are damaged anywhere are a request or a refusal, never a crash", arguments: 0..<20 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let message: [UInt8] = try Prometheus_ReadRequest.with {
            $0.queries = (0..<3).map { number in
                .with {
                    ($0.startTimestampMs, $0.endTimestampMs) = (Int64(number) * 1000, .max)
                    $0.matchers = [.with { ($0.type, $0.name, $0.value) = (.re, "index", "shop.*") }]
                }
            }
            $0.acceptedResponseTypes = [.streamedXorChunks]
        }.serializedBytes()
        var refused = 0
        for _ in 0..<300 {
            var plain = message
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                switch Int.random(in: 0..<3, using: &generator) {
                case 0:
                    plain[Int.random(in: 0..<plain.count, using: &generator)] = .random(in: 0...255, using: &generator)
                case 1: plain.removeLast(Int.random(in: 0..<plain.count, using: &generator))
                default:
                    plain.insert(
                        .random(in: 0...255, using: &generator), at: Int.random(in: 0...plain.count, using: &generator))
                }
                if plain.isEmpty { plain = [0] }
            }
            var block = Snappy.compress(plain)
            if Bool.random(using: &generator) {
                block[Int.random(in: 0..<block.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
            }
            if let refusal = refusal(block) {
                refused += 1
                #expect(refusal.detail.utf8.count < 1000, "seed \(seed)")
            }
        }
        #expect(refused > 50)
    }

    @Test(
        "A query asks for the buckets whose ends are in its range and in the past", arguments: 0..<20 as Range<UInt64>)
    func buckets(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let now: UnixTime = 1_784_073_600 + Int64.random(in: 0..<86_400, using: &generator)
        func time() -> Int64 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: .min
            case 1: .max
            case 2: Int64.random(in: -5000...5000, using: &generator)
            case 3: now * 1000 + Int64.random(in: -1001...1001, using: &generator)
            default:
                (now / 3600 * 3600 - 3600 * Int64.random(in: -3...3, using: &generator)) * 1000
                    + Int64.random(in: -1...1, using: &generator)
            }
        }
        for _ in 0..<200 {
            let query = RemoteReadRequest.Query(start: time(), end: time(), matchers: [])
            for granularity in Granularity.allCases {
                let range = query.buckets(granularity, now: now)
                let middles = [0, now, query.start / 1000, query.end / 1000].map {
                    granularity.floor(min(max($0, -9999), now))
                }
                for middle in middles {
                    for step in -3...3 as ClosedRange<Int64> {
                        let bucket = middle + step * granularity.seconds
                        let end = bucket + granularity.seconds
                        let isAsked = query.start <= end * 1000 && end * 1000 <= query.end && end <= now
                        #expect(
                            (range.start <= bucket && bucket < range.end) == isAsked,
                            "seed \(seed): \(query.start)…\(query.end), \(granularity) \(bucket) at \(now)")
                    }
                }
            }
        }
    }
}
