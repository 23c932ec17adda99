import Testing

@testable import LinearRegex

@Suite("What the regular expressions of one request may cost")
struct RegexBudgetTests {
    @Test("A pattern is compiled once, and a name decided once")
    func once() throws {
        let budget = RegexBudget(size: 20, steps: 1000)
        for _ in 0..<1000 {
            let pattern = try budget.pattern("ab+c")
            #expect(try budget.matches(pattern, "abbbbbbbbc") && !budget.matches(pattern, "ac"))
        }
        #expect(try !budget.matches(budget.pattern("caf."), "cafe\u{301}"))
    }

    @Test("All patterns together have a size, and all texts a time")
    func exhausted() throws {
        let budget = RegexBudget(size: 3000, steps: 100_000)
        var count = 0
        #expect(throws: LinearRegex.Failure.self) {
            for number in 0..<100 {
                _ = try budget.pattern("x{100}\(number)")
                count += 1
            }
        }
        #expect(count == 29)
        let short = RegexBudget(size: 3000, steps: 100_000)
        let wide = try short.pattern("(.?){500}!")
        #expect(throws: LinearRegex.Failure.self) { try short.matches(wide, String(repeating: "a", count: 1000)) }
    }

    @Test(
        "What takes long to compile is too large, however short its program is",
        arguments: [
            "(?i)" + (0..<2000).map { "[a-\\x{\(String(200 + $0, radix: 16))}]" }.joined(),
            (0..<1500).map { "(?i)[^\\x{\(String(200 + $0, radix: 16))}]" }.joined(),
            (0..<2500).map { "[\\x{\(String(0x300 + $0, radix: 16))}b]" }.joined(),
            String(repeating: "(?i)\\pL", count: 3000) + "x{9000}",
            String(repeating: "a", count: 20_001),
        ])
    func classes(pattern: String) {
        let failure = #expect(throws: LinearRegex.Failure.self) { try LinearRegex(pattern) }
        #expect(failure?.description.contains("too large") == true)
    }

    @Test("A class that recurs costs once")
    func recurring() throws {
        let names = "(?i)" + (0..<300).map { "index_\($0)_production" }.joined(separator: "|")
        #expect(try LinearRegex(names).matchesWhole("INDEX_77_Production"))
        #expect(try LinearRegex(String(repeating: #"[a-z]\d"#, count: 2000)).size < 5000)
    }
}
