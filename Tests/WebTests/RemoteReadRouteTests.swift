import RemoteStorage
import Snappy
import SwiftProtobuf
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("POST /api/v1/read")
struct RemoteReadRouteTests {
    private static let chunks = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse"

    private func body(
        _ types: [Prometheus_ReadRequest.ResponseType] = [], queries: Int = 1,
        matching matchers: [(Prometheus_LabelMatcher.TypeEnum, String, String)] = []
    ) throws -> [UInt8] {
        let query = Prometheus_Query.with {
            $0.startTimestampMs = .min
            $0.endTimestampMs = .max
            $0.matchers = matchers.map { type, name, value in
                .with {
                    $0.type = type
                    $0.name = name
                    $0.value = value
                }
            }
        }
        return Snappy.compress(
            try Prometheus_ReadRequest.with {
                $0.queries = Array(repeating: query, count: queries)
                $0.acceptedResponseTypes = types
            }.serializedBytes())
    }

    /// Values of the first query, whatever the series.
    private func values(samples answer: Answer) throws -> [Double] {
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.contentType == "application/x-protobuf")
        #expect(answer.header["Content-Encoding"] == ["snappy"])
        #expect(answer.header["Content-Length"] == ["\(answer.body.count)"])
        let plain = try Snappy.decompress(answer.body, limit: 1 << 30)
        return try Prometheus_ReadResponse(serializedBytes: plain).results.flatMap { result in
            result.timeseries.flatMap { $0.samples.map(\.value) }
        }
    }

    /// A snappy block of these bytes, written by hand as one literal.
    private func literal(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count), UInt8(bytes.count - 1) << 2] + bytes }

    @Test("Samples: one compressed message whose length is known")
    func samples() async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3]))
        try await withServer(site.exporter) { web in
            // As Prometheus sends it, and with nothing but a body.
            for headers in [
                [
                    "Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", "Accept-Encoding": "snappy",
                    "X-Prometheus-Remote-Read-Version": "0.1.0",
                ], ["Accept-Encoding": "gzip"], [:],
            ] {
                let answer = try await web.read(body(), headers: headers)
                #expect(try values(samples: answer) == [1, 2, 3])
            }
        }
    }

    @Test("Chunks: frames without an encoding, sent as they are read")
    func chunks() async throws {
        let site = try Site()
        try await site.store(hours([1, 2, 3]))
        try await withServer(site.exporter) { web in
            for headers in [["Accept-Encoding": "snappy"], ["Accept-Encoding": "gzip"], [:]] {
                let answer = try await web.read(body([.streamedXorChunks, .samples]), headers: headers)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.contentType == Self.chunks)
                #expect(answer.header["Content-Encoding"].isEmpty)
                #expect(answer.header["Transfer-Encoding"] == ["chunked"])
                let length = Int(answer.body[0] & 0x7F) | (answer.body[0] < 0x80 ? 0 : Int(answer.body[1]) << 7)
                let message = Array(answer.body.suffix(length))
                #expect(answer.body.count == length + 4 + (length < 0x80 ? 1 : 2))
                let frame = try Prometheus_ChunkedReadResponse(serializedBytes: message)
                #expect(frame.chunkedSeries.map(\.chunks.count) == [1])
                #expect(frame.chunkedSeries.first?.chunks.first.map { Array($0.data.prefix(2)) } == [0, 3])
            }
        }
    }

    @Test("An empty history, or nothing that matches, is an empty answer for each query")
    func empty() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            let answer = try await web.read(body(queries: 3))
            #expect(answer.status == 200)
            let response = try Prometheus_ReadResponse(serializedBytes: Snappy.decompress(answer.body, limit: 1000))
            #expect(response.results.count == 3 && response.results.allSatisfy(\.timeseries.isEmpty))
            let stream = try await web.read(body([.streamedXorChunks]))
            #expect(stream.status == 200 && stream.body.isEmpty && stream.contentType == Self.chunks)
        }
    }

    @Test("What cannot be read is a problem that names what is wrong")
    func wrong() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try await withServer(site.exporter) { web in
            let request = try body()
            let bomb = Snappy.compress([UInt8](repeating: 0, count: 4 << 20))
            let cases: [(body: [UInt8], parameter: String, detail: String)] = [
                ([], "body", "not compressed with snappy"),
                (Array("not snappy".utf8), "body", "not compressed with snappy"),
                (Array(request.dropLast(3)), "body", "not compressed with snappy"),
                (literal(Array("<html>".utf8)), "body", "prometheus.ReadRequest"),
                (literal([0x0A, 200, 1]), "body", "prometheus.ReadRequest"),
                (bomb, "body", "1048576 bytes"),
                (try body(queries: 17), "queries", "17 queries, more than 16"),
                (try body([.UNRECOGNIZED(7), .UNRECOGNIZED(9)]), "accepted_response_types", "7, 9"),
                (try body(matching: [(.UNRECOGNIZED(4), "index", "x")]), "matchers", "\"index\" has the type 4"),
                (try body(matching: [(.re, "index", "(shop")]), "matchers", "index=~\"(shop\""),
                (try body(matching: [(.nre, "__name__", "[")]), "matchers", "__name__!~\"[\""),
            ]
            for (body, parameter, detail) in cases {
                let answer = try await web.read(body)
                try answer.expectProblem(body == bomb ? 413 : 400, parameter: parameter)
                let told = try JSON.parse(answer.body)["detail"]?.string ?? ""
                #expect(told.contains(detail), "\(told)")
                #expect(!answer.text.contains("\n"), "Prometheus shows the first line")
            }
            try await web.read([UInt8](repeating: 0, count: 1 << 20 + 1)).expectProblem(413, parameter: "body")
            try await web.read(request, headers: ["Content-Encoding": "gzip"])
                .expectProblem(415, parameter: "Content-Encoding")
            // The server is as it was.
            #expect(try values(samples: try await web.read(request)) == [1])
            try await web.get("/api/v1/read").expectProblem(405)
            try await web.read(request, path: "/api/v1/read?start=1").expectProblem(400, parameter: "start")
        }
    }

    @Test("A password that is asked for elsewhere is asked for here")
    func password() async throws {
        let site = try Site()
        let users = ["ops": "$2y$10$abcdefghijklmnopqrstuuYuzbb/XBPxEGe7x3DpBDUz8mlLpKg6O"]
        try await withServer(site.exporter, security: WebSecurity(users: users)) { web in
            try await web.read(body()).expectProblem(401)
        }
    }

    @Test("Many clients at once get the same answer, more than may be read at the same time")
    func concurrent() async throws {
        let site = try Site()
        let points = hours(from: midnight - 400 * 86_400, (0..<9000).map(Int64.init))
        for index in 0..<20 { try await site.store(index: "i\(index)", points) }
        try await withServer(site.exporter) { web in
            let samples = try await web.read(body()).body
            let chunks = try await web.read(body([.streamedXorChunks])).body
            #expect(samples.count > 100_000 && chunks.count > 100_000)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for client in 0..<30 {
                    group.addTask {
                        client % 2 == 0
                            ? try await web.read(body()).body == samples
                            : try await web.read(body([.streamedXorChunks])).body == chunks
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test(
        "Clients that go away in the middle leave their turns to others",
        .enabled(if: Tool.isInstalled("curl"), "curl is not installed"))
    func goneClients() async throws {
        let site = try Site()
        let points = hours(from: midnight - 400 * 86_400, (0..<9000).map(Int64.init))
        for index in 0..<100 { try await site.store(index: "i\(index)", points) }
        try await withServer(site.exporter) { web in
            for types in [[], [.streamedXorChunks]] as [[Prometheus_ReadRequest.ResponseType]] {
                let request = try body(types)
                for _ in 0..<6 {
                    // Closes the connection once the limit is passed.
                    _ = try await Tool.run(
                        "curl",
                        [
                            "-s", "--max-filesize", "100000", "-o", "/dev/null", "--data-binary", "@-",
                            web.url("/api/v1/read"),
                        ], input: request)
                }
                #expect(try await web.read(request).status == 200)
            }
        }
    }
}

extension WebClient {
    /// Posts a body to remote read.
    func read(
        _ body: [UInt8], headers: [String: String] = [:], path: String = "/api/v1/read"
    ) async throws -> Answer {
        try await send("POST", path, headers: headers, body: body)
    }
}
