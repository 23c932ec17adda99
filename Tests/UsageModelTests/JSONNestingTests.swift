import Foundation
import Testing
import UsageModel

@Suite("Nesting of JSON documents")
struct JSONNestingTests {
    @Test(
        "Containers inside each other are counted",
        arguments: [
            (#"[[[]]]"#, 3, false), (#"[[[]]]"#, 2, true), (#"{"a":{"b":[]}}"#, 2, true), (#"[[],[],[]]"#, 2, false),
            (#""[[[[""#, 0, false), (#"["[[\"[[[", "\\", [1]]"#, 2, false), (#"["\\",[[1]]]"#, 2, true),
            ("[[[[", 3, true), ("]]][[", 2, false), ("]]][[[", 2, true), ("", 0, false), ("7", 0, false),
        ])
    func counted(document: String, limit: Int, exceeds: Bool) {
        #expect(JSONNesting.exceeds(limit, in: document.utf8) == exceeds)
    }

    @Test(
        "Brackets cannot hide behind the half characters of UTF-16 and UTF-32",
        arguments: [String.Encoding]([
            .utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian,
        ]))
    func otherEncodings(encoding: String.Encoding) throws {
        // The second byte of U+0122 is a quote.
        let document = "[\"\u{122}\"," + String(repeating: "[", count: 600)
        #expect(JSONNesting.exceeds(in: try #require(document.data(using: encoding))))
    }

    @Test("Half a megabyte of brackets is told at once, also after megabytes of text in a string")
    func deep() {
        #expect(JSONNesting.exceeds(in: String(repeating: "[", count: 500_000).utf8))
        let text = "{\"a\":\"" + String(repeating: "[", count: 1_000_000) + "\"}"
        #expect(!JSONNesting.exceeds(in: text.utf8))
        #expect(JSONNesting.exceeds(in: (text.dropLast() + ",\"b\":" + String(repeating: "{\"a\":", count: 64)).utf8))
    }
}
