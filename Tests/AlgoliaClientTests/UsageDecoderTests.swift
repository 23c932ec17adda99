import AlgoliaClient
import Testing
import UsageModel

func decode(_ json: String) throws -> [SeriesPoints] {
    var json = json
    return try json.withUTF8 { try UsageDecoder.decode(UnsafeRawBufferPointer($0)) }
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
            #"{"max_qps":[{"t":1000,"v":{}}]}"#, #"{"max_qps":[{"t":1000,"v":{"a":null}}]}"#, #"{"records":[{}]}"#,
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
                == [[.integer(2)], [.integer(3)]].reversed())
    }

    @Test(
        "What is not such an answer is refused, with its reason",
        arguments: [
            ("", UsageDecodingError.Reason.truncated), ("{", .truncated),
            (#"{"records":[{"t":1000,"v":7}]"#, .truncated),
            (#"{"records":[{"t":1000,"v":7"#, .truncated), (#"{"rec"#, .truncated), ("nul", .truncated),
            ("<html>", .malformed), ("{}}", .malformed), ("{},", .malformed), (#"{"a":[1,]}"#, .malformed),
            (#"{"a" [ ]}"#, .malformed), (#"{"a":[{"t":01,"v":1}]}"#, .malformed),
            (#"{"a":[{"t":1,"v":1.}]}"#, .malformed),
            (#"{"a":[{"t":1,"v":-}]}"#, .malformed), (#"{"a":[{"t":1,"v":+1}]}"#, .malformed),
            (#"{"a":[{"t":1,"v":1e}]}"#, .malformed), ("{\"a\u{1}\":[]}", .malformed), (#"{"\x":[]}"#, .malformed),
            (#"{"\ud800":[]}"#, .malformed), (#"{a:[]}"#, .malformed), ("3", .notAnAnswer), (#""x""#, .notAnAnswer),
            ("[1]", .notAnAnswer), ("null", .notAnAnswer), (#"{"a":[{"t":1,"v":1e999}]}"#, .numberRange),
            (#"{"a":[{"v":1}]}"#, .time), (#"{"a":[{"t":"1","v":1}]}"#, .time), (#"{"a":[{"t":-1,"v":1}]}"#, .time),
            (#"{"a":[{"t":1.5,"v":1}]}"#, .time), (#"{"a":[{"t":1e30,"v":1}]}"#, .time),
            (#"{"a":[{"t":null,"v":1}]}"#, .time),
            (#"{"a":[{"t":1}]}"#, .value), (#"{"a":[{"t":1,"v":"1"}]}"#, .value),
            (#"{"a":[{"t":1,"v":true}]}"#, .value),
            (#"{"a":[{"t":1,"v":[1]}]}"#, .value), (#"{"a":[{"t":1,"v":{"k":"x"}}]}"#, .value),
            (#"{"a":[{"t":1,"v":{"k":{}}}]}"#, .value),
        ])
    func refused(json: String, reason: UsageDecodingError.Reason) {
        let error = #expect(throws: UsageDecodingError.self) { try decode(json) }
        #expect(error?.reason == reason)
    }

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
