import Testing
import UsageModel

@Suite("Which indices are collected")
struct IndexFilterTests {
    @Test(
        "Globs match whole names",
        arguments: [
            ("*", "anything", true), ("*", "", true), ("products", "products", true),
            ("products", "products_fr", false),
            ("tmp_*", "tmp_1", true), ("tmp_*", "my_tmp_1", false), ("*_fr", "products_fr", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false), ("p?", "p1", true), ("p?", "p", false), ("caf?", "café", true),
            ("what\\?", "what?", true),
            ("what\\?", "whats", false), ("a\\*", "a*", true), ("a\\*", "ab", false),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", false),
        ])
    func globs(pattern: IndexPattern, name: IndexName, matches: Bool) {
        #expect(IndexFilter(include: [pattern]).selects(name) == matches)
    }

    @Test("An exclude wins over an include")
    func exclude() {
        let filter = IndexFilter(include: ["*", "tmp_keep"], exclude: ["tmp_*"])
        #expect(filter.selects("products"))
        #expect(!filter.selects("tmp_keep"))
    }

    @Test("Plain names are known without a list of indices")
    func literals() {
        #expect(IndexFilter(include: ["a", "b*", "c\\?", "d"], exclude: ["d"]).literalNames == ["a", "c?"])
    }
}
