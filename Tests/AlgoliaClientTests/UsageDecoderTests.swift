import AlgoliaClient
import Foundation
import Testing
import UsageModel

func answer(_ json: String) throws -> UsageAnswer {
    var json = json
    return try json.withUTF8 { try UsageDecoder.decode(UnsafeRawBufferPointer($0)) }
}

/// The series of an answer, all of which can be read.
func decode(_ json: String) throws -> [SeriesPoints] {
    let answer = try answer(json)
    #expect(answer.unreadable.isEmpty && answer.failure == nil, "\(json)")
    return answer.series
}

private func point(_ time: UnixTime, _ value: Int64) -> Point { Point(time: time, value: .integer(value)) }

@Suite("Decoding usage answers")
struct UsageDecoderTests {
    @Test("Scalars and maps become series, times become seconds")
    func example() throws {
        let series = try decode(
            #"""
            {"records":[{"t":1455451200000,"v":53863464},{"t":1455454800000,"v":53863465}],
             "max_qps":[{"t":1455451200000,"v":{"c4-fr-1":35,"c4-fr-2":40}},{"t":1455454800000,"v":{"c4-fr-2":41}}]}
            """#)
        #expect(
            series == [
                SeriesPoints(
                    statistic: "records", points: [point(1_455_451_200, 53_863_464), point(1_455_454_800, 53_863_465)]),
                SeriesPoints(statistic: "max_qps", key: "c4-fr-1", points: [point(1_455_451_200, 35)]),
                SeriesPoints(
                    statistic: "max_qps", key: "c4-fr-2", points: [point(1_455_451_200, 40), point(1_455_454_800, 41)]),
            ])
    }

    @Test("Names that contain NUL are left out and counted")
    func unnamed() throws {
        let answer = try answer(
            #"{"a\u0000b":[{"t":1,"v":1}],"max_qps":[{"t":1455451200000,"v":{"c\u0000":1,"d":2}}]}"#)
        #expect(answer.unnamed == 2)
        #expect(answer.series.map(\.key) == ["d"])
        #expect(answer.unreadable.isEmpty)
    }

    @Test(
        "Any order, white space and unknown attributes are tolerated",
        arguments: [
            #"{"records":[{"v":7,"t":1000}]}"#,
            " {\n\"records\"\t: [ {\r\n \"t\" : 1000 , \"v\" : 7 } ] } \n",
            #"{"took":3,"records":[{"t":1000,"quality":{"a":[1,2,{"b":null}]},"v":7,"x":"y"}],"warnings":["none"]}"#,
            #"{"records":[{"t":1000,"v":7.0}]}"#, #"{"records":[{"t":1000,"v":70e-1}]}"#,
            #"{"records":[{"t":1000.0,"v":0.7E1}]}"#, #"{"records":[{"t":1e3,"v":7}]}"#,
            #"{"\u0072ecords":[{"\u0074":1000,"v":7}]}"#, #"{"records":[{"t":1000,"v":3,"v":7}]}"#,
            #"{"records":[{"t":1,"v":1}],"records":[{"t":1000,"v":7}]}"#,
        ])
    func tolerated(json: String) throws {
        #expect(try decode(json) == [SeriesPoints(statistic: "records", points: [point(1, 7)])])
    }

    @Test(
        "Nothing reported is nothing stored",
        arguments: [
            "{}", "[]", " [ ] ", #"{"records":[]}"#, #"{"records":[{"t":1000,"v":null}]}"#,
            #"{"records":null,"file_size":[]}"#, #"{"max_qps":[{"t":1000,"v":{}}]}"#,
            #"{"max_qps":[{"t":1000,"v":{"a":null}}]}"#, #"{"records":[{}]}"#,
        ])
    func nothing(json: String) throws {
        #expect(try decode(json).isEmpty)
    }

    @Test(
        "Integral numbers are integers however they are spelled",
        arguments: [
            ("42", PointValue.integer(42)), ("42.0", .integer(42)), ("420e-1", .integer(42)), ("-0", .integer(0)),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .real(9.223372036854775808e18)), ("0.1", .real(0.1)), ("1.5e300", .real(1.5e300)),
            ("12345678901234567890123", .real(1.2345678901234568e22)),
        ])
    func numbers(text: String, value: PointValue) throws {
        #expect(try decode(#"{"a":[{"t":0,"v":\#(text)}]}"#).first?.points == [Point(time: 0, value: value)])
    }

    @Test("Keys come out as they are meant, escaped or not, and equal keys are one series")
    func keys() throws {
        let series = try decode(
            #"{"m":[{"t":0,"v":{"caf\u00e9":1,"\ud83d\uded2":2}},{"t":1000,"v":{"🛒":3,"café":4,"a\"\\\n":5}}]}"#)
        #expect(series.map(\.key) == ["café", "🛒", "a\"\\\n"])
        #expect(series[0].points == [point(0, 1), point(1, 4)])
        #expect(series[1].points == [point(0, 2), point(1, 3)])
    }

    @Test("A key that comes twice in one point counts once, as its last")
    func duplicateKeys() throws {
        #expect(
            try decode(#"{"m":[{"t":0,"v":{"a":1,"b":2,"a":3}}]}"#).map { $0.points.map(\.value) }
                == [[.integer(3)], [.integer(2)]])
    }

    @Test(
        "What is not such an answer is refused, with its reason",
        arguments: [
            ("", UsageDecodingError.Reason.truncated), ("{", .truncated),
            (#"{"records":[{"t":1000,"v":7}]"#, .truncated),
            (#"{"records":[{"t":1000,"v":7"#, .truncated), (#"{"records":[{"t":1000,"v":Na"#, .truncated),
            (#"{"rec"#, .truncated), ("nul", .truncated),
            ("<html>", .malformed), ("{}}", .malformed), ("{},", .malformed),
            (#"{"a" [ ]}"#, .malformed), ("{\"a\u{1}\":[]}", .malformed), (#"{"\x":[]}"#, .malformed),
            (#"{"\ud800":[]}"#, .malformed), (#"{a:[]}"#, .malformed), (#"{"took":+1,"records":[]}"#, .malformed),
            ("3", .notAnAnswer), (#""x""#, .notAnAnswer), ("[1]", .notAnAnswer), ("null", .notAnAnswer),
            (#"{"status":503,"message":"down"}"#, .notAnAnswer),
            (#"{"error":{"code":"x","message":"y"}}"#, .notAnAnswer),
            (#"{"data":{"records":[{"t":1000,"v":7}]}}"#, .notAnAnswer),
            (#"{"records":{"t":1000,"v":7}}"#, .notAnAnswer),
            (#"{"records":[1,2]}"#, .notAnAnswer), (#"{"records":7}"#, .notAnAnswer),
            (#"{"records":null}"#, .notAnAnswer),
            (#"{"items":[]}"#, .notAnAnswer), (#"{"errors":[{"message":"x"}]}"#, .notAnAnswer),
            (#"{"items":[{"name":"products"}],"nbPages":1}"#, .notAnAnswer), (#"{"message":null}"#, .notAnAnswer),
            (#"{"records":[{"t":"1","v":1}]}"#, .notAnAnswer),
        ])
    func refused(json: String, reason: UsageDecodingError.Reason) {
        let error = #expect(throws: UsageDecodingError.self) { try decode(json) }
        #expect(error?.reason == reason)
    }

    // Fault (Algolia): A value that is no number
    // Done: text, objects and huge numbers in place of values
    // Seen: the bucket is set aside and asked for again; the rest is stored
    // Lost: nothing
    @Test(
        "A value that is no number is set aside with its time, and everything around it is kept",
        arguments: [
            "NaN", "-Infinity", "Infinity", "\"12\"", "{\"a\":{}}", "[1]", "true", "1e999", "01", "1.", "-", "+1", ".5",
            "0x1F", "1_000", "undefined", "nulll", "", "{\"a\":NaN}", "{\"a\":\"x\"}",
        ])
    func poisoned(value: String) throws {
        let good = "{\"t\":1000,\"v\":1}"
        let poisoned = try answer(
            "{\"records\":[\(good),{\"t\":5000,\"v\":\(value)},{\"t\":9000,\"v\":3}],\"file_size\":[\(good)]}")
        #expect(
            poisoned.series == [
                SeriesPoints(statistic: "records", points: [point(1, 1), point(9, 3)]),
                SeriesPoints(statistic: "file_size", points: [point(1, 1)]),
            ])
        #expect(poisoned.unreadable.map(\.statistic) == ["records"])
        #expect(poisoned.unreadable.first?.times == [5])
        #expect(poisoned.unreadable.first?.isSomewhere == false)
    }

    @Test("One key's value that is no number leaves the other keys as they are")
    func poisonedKey() throws {
        let poisoned = try answer(#"{"max_qps":[{"t":1000,"v":{"a":1,"b":NaN,"c":3}},{"t":2000,"v":{"a":4,"b":5}}]}"#)
        #expect(
            poisoned.series == [
                SeriesPoints(statistic: "max_qps", key: "a", points: [point(1, 1), point(2, 4)]),
                SeriesPoints(statistic: "max_qps", key: "c", points: [point(1, 3)]),
                SeriesPoints(statistic: "max_qps", key: "b", points: [point(2, 5)]),
            ])
        #expect(poisoned.unreadable.first?.times == [1])
    }

    @Test(
        "What stands at no time that can be read may stand anywhere",
        arguments: [
            #"{"v":1}"#, #"{"t":"5000","v":1}"#, #"{"t":-1,"v":1}"#, #"{"t":1.5,"v":1}"#, #"{"t":1e30,"v":1}"#,
            #"{"t":null,"v":1}"#, #"{"t":NaN,"v":1}"#, #"{"x":1}"#, "7", "NaN",
        ])
    func poisonedTime(element: String) throws {
        let poisoned = try answer("{\"records\":[{\"t\":1000,\"v\":1},\(element)]}")
        #expect(poisoned.series == [SeriesPoints(statistic: "records", points: [point(1, 1)])])
        #expect(poisoned.unreadable.first?.isSomewhere == true)
    }

    @Test("A point without a value is unreadable, and so is a statistic that is no array beside one that is")
    func halfAnswers() throws {
        #expect(try answer(#"{"records":[{"t":1000}]}"#).unreadable.first?.times == [1])
        let half = try answer(#"{"records":{"t":1},"file_size":[{"t":1000,"v":1}]}"#)
        #expect(half.series.map(\.statistic) == ["file_size"])
        #expect(half.unreadable.map(\.statistic) == ["records"])
        #expect(half.unreadable.first?.isSomewhere == true)
    }

    @Test(
        "An error beside series says that they may not be all",
        arguments: [#""status":503"#, #""error":"down""#, #""error":{"code":"x"}"#, #""errors":[{"message":"x"}]"#])
    func partial(attribute: String) throws {
        let partial = try answer("{\(attribute),\"records\":[{\"t\":1000,\"v\":1}]}")
        #expect(partial.failure != nil)
        #expect(partial.series.count == 1)
        #expect(try answer(#"{"status":200,"error":null,"message":"hi","records":[]}"#).failure == nil)
    }

    // Fault (Algolia): Very many servers in one answer, in another order each time
    // Done: 20,000 and 60,000 keys
    // Seen: 20,000 are decoded in time; more than 50,000 are refused
    // Lost: nothing
    @Test("20,000 keys in another order at each point take no time worth mentioning; a million is refused")
    func manyKeys() throws {
        let keys = (0..<20_000).map { "\"k\($0)\":\($0)" }
        var generator = SystemRandomNumberGenerator()
        let points = (0..<4).map {
            "{\"t\":\($0 + 1)000,\"v\":{\(keys.shuffled(using: &generator).joined(separator: ","))}}"
        }
        let json = "{\"max_qps\":[\(points.joined(separator: ","))]}"
        let start = processorTime()
        #expect(try answer(json).series.count == 20_000)
        // It took 40 s when columns were looked for one by one.
        #expect(processorTime() - start < 20)
        let many = (0..<60_000).map { "\"k\($0)\":1" }.joined(separator: ",")
        let error = #expect(throws: UsageDecodingError.self) { try decode("{\"max_qps\":[{\"t\":0,\"v\":{\(many)}}]}") }
        #expect(error?.reason == .tooMany(limit: 50_000))
    }

    // Fault (Algolia): Bytes that are no UTF-8
    // Done: in names and texts of an answer
    // Seen: the answer is rejected
    // Lost: nothing
    @Test("Bytes that are no UTF-8 are refused")
    func invalidUTF8() {
        let bytes = Array(#"{"a"#.utf8) + [0xFF] + Array(#"":[]}"#.utf8)
        #expect(throws: UsageDecodingError.self) { try bytes.withUnsafeBytes { try UsageDecoder.decode($0) } }
    }

    @Test("Nesting without end is refused and does not overflow the stack")
    func depth() {
        #expect(throws: UsageDecodingError.self) {
            try decode(#"{"a":"# + String(repeating: "[", count: 100_000))
        }
    }
}

/// Seconds of processor time that this thread has used, whatever else the machine does.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
