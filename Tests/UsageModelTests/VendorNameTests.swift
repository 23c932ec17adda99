import Foundation
import Testing
import UsageModel

@Suite("Names are their bytes")
struct VendorNameTests {
    /// Texts that Swift's strings take for the same.
    private static let twins: [(IndexName, IndexName)] = [
        ("caf\u{E9}", "cafe\u{301}"),
        // Composed and decomposed Hangul.
        ("\u{D55C}", "\u{1112}\u{1161}\u{11AB}"),
        // The Ångström sign and the letter.
        ("\u{212B}", "\u{C5}"),
        // Of the same length.
        ("\u{F900}", "\u{8C48}"),
        ("\u{212A}", "K"),
    ]

    @Test("Names that look alike are two names", arguments: twins)
    func equality(first: IndexName, second: IndexName) {
        #expect(first.text == second.text, "Swift cannot tell them apart")
        #expect(first != second)
        #expect(Set([first, second, first]).count == 2)
        #expect(Dictionary([(first, 1), (second, 2)]) { $1 } == [first: 1, second: 2])
        #expect((first < second) != (second < first))
    }

    @Test("A name equals itself, however its text came about")
    func sameBytes() throws {
        let text = "index " + String(repeating: "é", count: 40)
        let name = try #require(IndexName(String(decoding: Array(text.utf8), as: UTF8.self)))
        let bridged = try #require(IndexName(NSString(string: text) as String))
        #expect(name == bridged)
        #expect(name.hashValue == bridged.hashValue)
        #expect(!(name < bridged) && !(bridged < name))
    }

    @Test("The order is that of the bytes, as in SQLite and Prometheus")
    func order() {
        let names: [IndexName] = [
            "Z", "a", "ab", "caf\u{E9}", "cafe\u{301}", "e\u{301}", "f", "\u{E9}", "", "\u{1F6D2}", "\u{FFFD}",
        ]
        #expect(names.sorted() == names.sorted { Array($0.text.utf8).lexicographicallyPrecedes(Array($1.text.utf8)) })
        #expect(names.sorted().first == "")
    }

    @Test("A name with NUL is none", arguments: ["\0", "a\0", "a\0b"])
    func nul(text: String) throws {
        #expect(IndexName(text) == nil)
        let json = try JSONEncoder().encode([text])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([IndexName].self, from: json) }
    }

    @Test("It codes as the string that it is", arguments: ["", "cafe\u{301}", "a\r\nb", "\u{1F6D2} \"x\""])
    func coding(text: String) throws {
        let name = try #require(IndexName(text))
        let json = try JSONEncoder().encode([name])
        #expect(json == (try JSONEncoder().encode([text])))
        #expect(try JSONDecoder().decode([IndexName].self, from: json) == [name])
    }

    @Test("Patterns look at scalars: what looks alike is not the same")
    func patterns() {
        #expect(IndexFilter(include: ["caf?"]).selects("caf\u{E9}"))
        #expect(!IndexFilter(include: ["caf?"]).selects("cafe\u{301}"))
        #expect(IndexFilter(include: ["caf??"]).selects("cafe\u{301}"))
        #expect(!IndexFilter(include: ["caf\u{E9}"]).selects("cafe\u{301}"))
        #expect(IndexFilter(include: ["cafe*"]).selects("cafe\u{301}"))
        // A line end is two scalars and one character.
        #expect(IndexFilter(include: ["a\r*"]).selects("a\r\nb"))
        let both = IndexFilter(include: ["caf\u{E9}", "cafe\u{301}"])
        #expect(Set(both.literalNames).count == 2)
        #expect(IndexFilter(include: ["caf\u{E9}"]) != IndexFilter(include: ["cafe\u{301}"]))
    }

    @Test("A suffix is one of bytes")
    func suffixes() {
        #expect(("latency_max" as StatisticName).hasSuffix("_max"))
        #expect(!("e\u{301}" as StatisticName).hasSuffix("\u{E9}"))
        #expect(!("x" as StatisticName).hasSuffix("_max"))
        #expect(("latency" as StatisticName) + "_max" == "latency_max")
    }
}
