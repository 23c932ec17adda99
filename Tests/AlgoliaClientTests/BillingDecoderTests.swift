import Testing
import UsageModel

@testable import AlgoliaClient

@Suite("Answers of Usage API v2")
struct BillingDecoderTests {
    private static let hour: UnixTime = 1_784_110_800 / 3600 * 3600
    private static let request = BillingRequest(
        statistics: ["billing_x", "billing_y"], granularity: .hourly, range: TimeRange(hour, hour + 2 * 3600))

    private func registry(_ text: String) throws -> ReadableParts<[BillingMetric]> {
        try Array(text.utf8).withUnsafeBytes { bytes in try BillingDecoder.registry(bytes) }
    }

    private func points(_ text: String, _ request: BillingRequest = Self.request) throws -> UsageAnswer {
        try Array(text.utf8).withUnsafeBytes { bytes in try BillingDecoder.points(bytes, of: request, "APP") }
    }

    /// The reason why a text is no answer; nil for one that is.
    private func failure(_ text: String) -> UsageDecodingError.Reason? {
        do {
            _ = try points(text)
            return nil
        } catch {
            return (error as? UsageDecodingError)?.reason
        }
    }

    private func series(_ answer: UsageAnswer) -> [StatisticName: [UnixTime: PointValue]] {
        Dictionary(
            answer.series.map { one in
                (one.statistic, Dictionary(one.points.map { ($0.time, $0.value) }, uniquingKeysWith: { $1 }))
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test("The registry's metrics come with their words, each once, without those that cannot be asked for")
    func metrics() throws {
        let long = String(repeating: "n", count: BillingDecoder.longestName + 1)
        let read = try registry(
            """
            { "next": null, "metrics" : [
              {"description":"What X is","name":"x","label":"X","kind":"new"}, {"name":"y"},
              {"name":"x","label":"again"}, {"name":""}, {"name":"a,b"}, {"name":7}, {}, 5,
              {"name":"\(long)"}, {"name":"n\\u0000"}, {"name":"grüße €","label":null} ] }
            """)
        #expect(
            read.answer == [
                BillingMetric(name: "x", label: "X", description: "What X is"), BillingMetric(name: "y"),
                BillingMetric(name: "grüße €"),
            ])
        #expect(read.ignored == 7)
        #expect(try registry(#"{"metrics":[]}"#).answer.isEmpty)
    }

    @Test(
        "What is not a registry is no answer",
        arguments: [
            "{}", "[]", "null", #"{"metrics":null}"#, #"{"metrics":{}}"#, #"{"metric":[]}"#,
            #"{"metrics":[{"label":"X"}]}"#,
            #"{"metrics":[{"name":"x"}]"#, #"{"metrics":[{"name":"x"}]} x"#, "<html>", "",
            #"{"status":503,"message":"Service temporarily unavailable"}"#, #"{"error":"no","metrics":[]}"#,
        ])
    func notARegistry(text: String) {
        #expect(throws: UsageDecodingError.self) { try registry(text) }
    }

    @Test("A registry has as many metrics as can be collected")
    func bounds() throws {
        func text(_ count: Int) -> String {
            #"{"metrics":[\#((0..<count).map { #"{"name":"m\#($0)"}"# }.joined(separator: ","))]}"#
        }
        #expect(try registry(text(BillingDecoder.mostMetrics)).answer.count == BillingDecoder.mostMetrics)
        #expect(throws: UsageDecodingError(.tooMany(limit: 1000), at: text(1001).utf8.count - 2)) {
            try registry(text(BillingDecoder.mostMetrics + 1))
        }
        #expect(failure(#"{"metrics":[\#(String(repeating: "[", count: 200))"#) == .malformed, "nothing is that deep")
    }

    @Test("Hours come by time or date, in any order of attributes, and values before or after them")
    func hours() throws {
        let answer = try points(
            """
            {"metrics":[
              {"time":"2026-07-15T10:00:00Z","values":{"x":1,"y":-2,"z":3}},
              {"values":{"y":9223372036854775807,"x":null},"date":"2026-07-15T13:00:00.5+02:00","more":[1,{"a":[]}]}]}
            """)
        #expect(
            series(answer) == [
                "billing_x": [Self.hour: .integer(1)],
                "billing_y": [Self.hour: .integer(-2), Self.hour + 3600: .integer(.max)],
            ])
        #expect(answer.unreadable.isEmpty)
    }

    @Test("Days come by application, and those of another one say nothing about this")
    func days() throws {
        let request = BillingRequest(
            statistics: ["billing_x"], granularity: .daily, range: TimeRange(1_784_073_600, 1_784_073_600 + 86_400))
        let answer = try points(
            #"{"applications":{"OTHER":[{"date":"2026-07-15","values":{"x":5}}],"APP":[{"date":"2026-07-15","values":{"x":1}}]}}"#,
            request)
        #expect(series(answer) == ["billing_x": [1_784_073_600: .integer(1)]])
        let text = #"{"applications":{"APP":[{"time":"2026-07-15T00:00:00Z","values":{"x":1}}]}}"#
        #expect(series(try points(text, request)) == ["billing_x": [1_784_073_600: .integer(1)]])
        #expect(try points(#"{"applications":{}}"#, request).series.isEmpty)
        #expect(try points(#"{"applications":{"APP":[]}}"#, request).series.isEmpty)
        #expect(failure(#"{"applications":{"OTHER":[]}}"#) == .notAnAnswer)
    }

    @Test(
        "A value that is no 64-bit integer is named with its time and its text; the rest is kept",
        arguments: [
            "1.5", "1e-3", "9223372036854775808", "-9223372036854775809", "1e999", "NaN", "\"1\"", "true", "{\"a\":1}",
            "[1]",
        ])
    func unreadable(value: String) throws {
        let answer = try points(
            #"{"metrics":[{"time":"2026-07-15T10:00:00Z","values":{"x":\#(value),"y":2}}]}"#)
        #expect(series(answer) == ["billing_y": [Self.hour: .integer(2)]])
        #expect(
            answer.unreadable == [
                UnreadableStatistic(statistic: "billing_x", times: [Self.hour], isSomewhere: false, text: value)
            ])
    }

    @Test("42.0 and 420e-1 are integers")
    func spellings() throws {
        let answer = try points(#"{"metrics":[{"time":"2026-07-15T10:00:00Z","values":{"x":42.0,"y":420e-1}}]}"#)
        #expect(series(answer) == ["billing_x": [Self.hour: .integer(42)], "billing_y": [Self.hour: .integer(42)]])
    }

    @Test(
        "A row without a time, or without values, leaves every bucket without a point in doubt",
        arguments: [
            #"{"values":{"x":1}}"#, #"{"time":5,"values":{"x":1}}"#, #"{"time":"yesterday","values":{"x":1}}"#, "7",
        ])
    func unknownTimes(row: String) throws {
        let answer = try points(#"{"metrics":[\#(row)]}"#)
        #expect(answer.series.isEmpty)
        #expect(answer.unreadable.first { $0.statistic == "billing_x" }?.isSomewhere == true)
        let whole = try points(#"{"metrics":[{"time":"2026-07-15T10:00:00Z","values":7}]}"#)
        #expect(whole.unreadable.map(\.statistic) == ["billing_x", "billing_y"])
        #expect(whole.unreadable.allSatisfy { $0.times == [Self.hour] && $0.text == "7" })
    }

    @Test("Nothing of a document that is cut off anywhere is returned")
    func cut() throws {
        let text = #"{"metrics":[{"time":"2026-07-15T10:00:00Z","values":{"x":1,"y":2}}]}"#
        _ = try points(text)
        for length in 0..<text.utf8.count {
            #expect(failure(String(text.prefix(length))) != nil, "\(text.prefix(length))")
        }
    }

    @Test("A request names its metrics one by one and its last bucket, all percent-encoded")
    func target() {
        #expect(
            BillingRequest(
                statistics: ["billing_x", "billing_a&b=c é"], granularity: .hourly,
                range: TimeRange(Self.hour, Self.hour + 3600)
            ).target("APP")
                == "/2/metrics/hourly?application=APP&name=x&name=a%26b%3Dc%20%C3%A9"
                + "&startTime=2026-07-15T10:00:00Z&endTime=2026-07-15T10:00:00Z")
        #expect(
            BillingRequest(
                statistics: ["billing_x"], granularity: .daily,
                range: TimeRange(1_784_073_600 - 86_400, 1_784_073_600 + 86_400)
            ).target("A-1") == "/2/metrics/daily?application=A-1&name=x&startDate=2026-07-14&endDate=2026-07-15")
    }
}
