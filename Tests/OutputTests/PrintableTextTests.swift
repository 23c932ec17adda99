import Testing

@testable import Output

@Suite("Text for a terminal")
struct PrintableTextTests {
    @Test(
        "What a terminal or a reader obeys is written as its code",
        arguments: [
            ("\u{1B}[31mred", "\\u{1B}[31mred"), ("a\rb", "a\\rb"), ("a\u{202E}b", "a\\u{202E}b"),
            ("a\u{2028}b", "a\\u{2028}b"), ("\u{9B}2J", "\\u{009B}2J"), ("\u{7F}", "\\u{7F}"), ("a\tb", "a\\tb"),
            ("\u{FEFF}a", "\\u{FEFF}a"), ("a\u{0}b", "a\\0b"),
        ])
    func escaped(text: String, shown: String) {
        #expect(text.printable() == shown)
    }

    @Test(
        "What people write in any language stays as it is",
        arguments: ["café", "e\u{301}", "商品", "🛒 cart", "a\\b \"c\""])
    func kept(text: String) {
        #expect(text.printable() == text)
    }

    @Test("Line ends stay only where a text may have several lines")
    func lines() {
        #expect("a\nb".printable() == "a\\nb")
        #expect("a\nb".printable(keepsLines: true) == "a\nb")
        #expect("a\r\nb".printable(keepsLines: true) == "a\\r\nb")
    }
}
