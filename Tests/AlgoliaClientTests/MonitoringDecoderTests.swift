import Testing
import UsageModel

@testable import AlgoliaClient

private func decode<Answer>(
    _ json: String, _ decoder: (UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<Answer>
) throws -> Answer {
    try parts(json, decoder).answer
}

private func parts<Answer>(
    _ json: String, _ decoder: (UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<Answer>
) throws -> ReadableParts<Answer> {
    var json = json
    return try json.withUTF8 { try decoder(UnsafeRawBufferPointer($0)) }
}

@Suite("Answers of the Monitoring API")
struct MonitoringDecoderTests {
    @Test("Times are in seconds or milliseconds, nulls are not reported, unknown metrics are kept")
    func metrics() throws {
        let series = try decode(
            """
            {"took":3,"metrics":{"cpu_usage":{"c3-use-1":[{"t":1455101280,"v":42},{"v":43.5,"t":1455101340000,"x":[]}],
             "c3-use-2":[{"t":1455101280,"v":null}],"c3-use-3":null},"future":{"c3-use-1":[{"t":1455101280,"v":1}]},
             "odd":7}}
            """, MonitoringDecoder.metrics)
        #expect(
            series == [
                SeriesPoints(
                    statistic: "cpu_usage", key: "c3-use-1",
                    points: [
                        Point(time: 1_455_101_280, value: .integer(42)), Point(time: 1_455_101_340, value: .real(43.5)),
                    ]),
                SeriesPoints(
                    statistic: "future", key: "c3-use-1", points: [Point(time: 1_455_101_280, value: .integer(1))]),
            ])
    }

    @Test("What comes twice counts as its last occurrence")
    func twice() throws {
        let series = try decode(
            """
            {"metrics":{"a":{"s":[{"t":60,"v":1}],"s":[{"t":60,"v":2}]},"b":{"s":[{"t":60,"v":3}]},
             "b":{"s":[{"t":60,"v":4}]}}}
            """, MonitoringDecoder.metrics)
        #expect(series.map { $0.points.map(\.value) } == [[.integer(2)], [.integer(4)]])
    }

    @Test(
        "Nothing is an empty answer, however it is spelled",
        arguments: ["{}", "[]", #"{"metrics":{}}"#, #"{"metrics":[]}"#, #"{"metrics":{"a":[]}}"#, #"{"metrics":null}"#])
    func empty(json: String) throws {
        #expect(try decode(json, MonitoringDecoder.metrics).isEmpty)
        #expect(try decode(json.replacing("metrics", with: "status"), MonitoringDecoder.status).isEmpty)
        #expect(try decode(json.replacing("metrics", with: "incidents"), MonitoringDecoder.incidents).isEmpty)
    }

    @Test("An empty inventory and no reachability are empty")
    func emptyLists() throws {
        for json in ["{}", #"{"inventory":[]}"#] {
            #expect(try decode(json, MonitoringDecoder.inventory).isEmpty)
        }
        for json in ["{}", "[]"] {
            #expect(try decode(json, MonitoringDecoder.reachability).isEmpty)
        }
        #expect(try decode(#"{"c1":[]}"#, MonitoringDecoder.reachability) == ["c1": [:]])
    }

    @Test("A server is known by its name alone")
    func inventory() throws {
        let servers = try decode(
            #"{"inventory":[{"name":"a"},{"name":"b","region":"eu","is_replica":true,"status":null,"zone":{}}]}"#,
            MonitoringDecoder.inventory)
        #expect(
            servers == [InventoryServer(name: "a"), InventoryServer(name: "b", region: "eu", isReplica: true)])
    }

    @Test(
        "What makes no sense is not an answer",
        arguments: [
            "null", "7", #""metrics""#, "[1]", #"{"status":200}"#, #"{"metrics":7}"#, #"{"metrics":[1]}"#,
        ])
    func notAnAnswer(json: String) {
        let error = #expect(throws: UsageDecodingError.self) { try decode(json, MonitoringDecoder.metrics) }
        #expect(error?.reason == .notAnAnswer)
    }

    @Test("A part that makes no sense is left out, and the rest is kept")
    func incomplete() throws {
        let servers = try decode(#"{"inventory":[{"region":"eu"},7,{"name":"a"}]}"#, MonitoringDecoder.inventory)
        #expect(servers.map(\.name) == ["a"])
        let incidents = try decode(
            #"{"incidents":{"c1":[{"v":{"title":"x"}},{"t":NaN},{"t":60,"v":{"title":"y"}}],"c2":"no"}}"#
                .replacing("NaN", with: "null"), MonitoringDecoder.incidents)
        #expect(incidents.map(\.title) == ["y"])
        let series = try decode(
            #"{"metrics":{"a":{"s":[{"v":1},{"t":60,"v":NaN},{"t":120,"v":2}],"r":"no"},"b":7}}"#,
            MonitoringDecoder.metrics)
        #expect(series.map { $0.points.map(\.value) } == [[.integer(2)]])
        #expect(
            try decode(#"{"status":{"c1":7,"c2":"operational"}}"#, MonitoringDecoder.status) == ["c2": "operational"])
    }

    @Test("Parts that are left out are counted")
    func ignored() throws {
        let nul = #"a\u0000b"#
        #expect(
            try parts(
                #"{"metrics":{"NUL":{"s":[{"t":60,"v":1}]},"a":{"NUL":[],"s":[{"v":1},{"t":60,"v":NaN},{"t":120,"v":2}]}}}"#
                    .replacing("NUL", with: nul), MonitoringDecoder.metrics
            ).ignored == 4)
        #expect(
            try parts(
                #"{"inventory":[{"name":"NUL"},7,{"name":"a"}]}"#.replacing("NUL", with: nul),
                MonitoringDecoder.inventory
            )
            .ignored == 2)
        #expect(
            try parts(
                #"{"status":{"NUL":"operational","c1":7,"c2":"operational","c3":null}}"#.replacing("NUL", with: nul),
                MonitoringDecoder.status
            ).ignored == 2)
        #expect(
            try parts(
                #"{"incidents":{"NUL":[],"c1":[{"t":60},{"v":{}}]}}"#.replacing("NUL", with: nul),
                MonitoringDecoder.incidents
            ).ignored == 2)
        let reachability = try parts(
            #"{"NUL":{"p":true},"c1":{"p":true,"q":1,"NUL":true},"c2":[7]}"#.replacing("NUL", with: nul),
            MonitoringDecoder.reachability)
        #expect(reachability.ignored == 4)
        #expect(reachability.answer == ["c1": ["p": true]])
        #expect(try parts(#"{"status":{"c1":"operational"}}"#, MonitoringDecoder.status).ignored == 0)
    }

    @Test("Clusters and probes whose names differ in Unicode form only are two")
    func twins() throws {
        let answer = try decode(
            "{\"caf\u{e9}\":{\"p\u{e9}\":true,\"pe\u{301}\":false},\"cafe\u{301}\":{\"p\":false}}",
            MonitoringDecoder.reachability)
        #expect(answer.count == 2)
        #expect(answer["caf\u{e9}"] == ["p\u{e9}": true, "pe\u{301}": false])
        #expect(answer["cafe\u{301}"] == ["p": false])
    }

    @Test("An answer of which no part makes sense is none")
    func nonsense() {
        for json in [
            #"{"metrics":{"error":"down"}}"#, #"{"metrics":{"a":{"s":"x"}}}"#, #"{"metrics":{"a":{"s":[1,2]}}}"#,
            #"{"metrics":{"a":{"s":[{"v":1}]}}}"#,
        ] {
            #expect(throws: UsageDecodingError.self, "\(json)") { try decode(json, MonitoringDecoder.metrics) }
        }
        for json in [#"{"inventory":[{"region":"eu"}]}"#, #"{"inventory":[7]}"#, #"{"inventory":{"name":"a"}}"#] {
            #expect(throws: UsageDecodingError.self, "\(json)") { try decode(json, MonitoringDecoder.inventory) }
        }
        for json in [#"{"status":503,"message":"down"}"#, #"{"status":{"c1":7}}"#] {
            #expect(throws: UsageDecodingError.self, "\(json)") { try decode(json, MonitoringDecoder.status) }
        }
        for json in [#"{"incidents":{"c1":"down"}}"#, #"{"incidents":{"c1":[{"v":{}}]}}"#] {
            #expect(throws: UsageDecodingError.self, "\(json)") { try decode(json, MonitoringDecoder.incidents) }
        }
        for json in [
            #"{"status":503,"message":"down"}"#, #"{"error":{"code":"x","message":"y"}}"#, #"{"took":1}"#,
            #"{"c1":"up"}"#,
        ] {
            #expect(throws: UsageDecodingError.self, "\(json)") { try decode(json, MonitoringDecoder.reachability) }
        }
    }

    // Fault (Algolia): Monitoring answers that are cut off anywhere
    // Done: cut at every byte
    // Seen: none is taken for a whole one
    // Lost: nothing
    @Test("No cut answer is taken for a whole one")
    func cut() throws {
        let json = #"{"metrics":{"cpu_usage":{"c3-use-1":[{"t":1455101280,"v":42}]}}}"#
        for length in 0..<json.count {
            let error = #expect(throws: UsageDecodingError.self) {
                try decode(String(json.prefix(length)), MonitoringDecoder.metrics)
            }
            #expect(error?.reason == .truncated)
        }
    }
}
