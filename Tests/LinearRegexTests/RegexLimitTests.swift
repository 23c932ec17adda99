import Testing

@testable import LinearRegex

@Suite("Regular expressions: limits, and many at once", .timeLimit(.minutes(30)))
struct RegexLimitTests {
    private func failure(_ pattern: String) -> String? {
        do throws(LinearRegex.Failure) {
            _ = try LinearRegex(pattern)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("Each limit is the last that is accepted")
    func borders() throws {
        #expect(failure("a{1000}") == nil)
        #expect(failure("a{1000,}") == nil)
        #expect(failure("a{0,1000}") == nil)
        #expect(failure("a{0,1001}") == #""{0,1001}" repeats more than 1000 times"#)
        #expect(failure("a{1001,}") == #""{1001,}" repeats more than 1000 times"#)
        // One instruction is for the end.
        #expect(failure("(?:a{999}){10}") == nil)
        #expect(failure("(?:a{999}){10}" + String(repeating: "b", count: 9)) == nil)
        #expect(failure("(?:a{999}){10}" + String(repeating: "b", count: 10))?.contains("too large") == true)
        #expect(failure(String(repeating: "x{0}", count: 5000)) == nil, "20,000 scalars that come to nothing")
        #expect(
            failure(String(repeating: "x{0}", count: 5000) + "a")
                == "it is too large: it has more than 20000 characters")
    }

    @Test("A group is closed before the next is counted: depth is not their number")
    func depth() throws {
        let many = String(repeating: "(a)", count: 1000)
        #expect(try LinearRegex(many).matchesWhole(String(repeating: "a", count: 1000)))
        let deep = String(repeating: "(?:", count: 200) + "a" + String(repeating: ")*", count: 200)
        #expect(try LinearRegex(deep).matchesWhole("aaa"))
    }

    @Test("The size of a pattern is what it takes, and grows with every part")
    func sizes() throws {
        let sizes = try ["", "a", "ab", "a|b", "(a|b)+", "[a-z]", "(?i)[a-z]", "a{10}", "a{100}"].map {
            try LinearRegex($0).size
        }
        #expect(sizes[0] == 1 && sizes[1] == 2 && sizes[2] == 3)
        #expect(sizes[3] == 5 && sizes[4] == 6)
        #expect(sizes[5] > 4 && sizes[6] >= sizes[5])
        #expect(sizes[7] == 11 && sizes[8] == 101)
    }

    @Test("A pattern of one text is compared and not run: it costs its length")
    func literal() throws {
        let regex = try LinearRegex(#"shop\.eu"#)
        var steps = 8
        #expect(regex.matchesWhole("shop.eu", steps: &steps) == true && steps == 0)
        steps = 7
        #expect(regex.matchesWhole("shop.eu", steps: &steps) == nil)
        steps = 8
        #expect(regex.matchesWhole(String(repeating: "shop.eu", count: 10_000), steps: &steps) == false)
    }

    @Test("A budget that is used up refuses what is new, and still knows what was decided")
    func usedUp() throws {
        let budget = RegexBudget(size: 30, steps: 40)
        let pattern = try budget.pattern("(a|b)*c")
        #expect(try budget.matches(pattern, "abc"))
        let error = #expect(throws: LinearRegex.Failure.self) {
            for number in 0..<100 { _ = try budget.matches(pattern, String(repeating: "a", count: number)) }
        }
        #expect(error?.description == "it and the others of this request take too long to match so many names")
        #expect(try budget.matches(pattern, "abc"))
        let large = #expect(throws: LinearRegex.Failure.self) { try budget.pattern("x{29}") }
        #expect(large?.description == "it and the others of this request are too large together")
        #expect(try budget.pattern("(a|b)*c").size == pattern.size)
        // A pattern that is none says so, and costs nothing.
        #expect(throws: LinearRegex.Failure.self) { try RegexBudget(size: 1).pattern("(") }
    }

    @Test("Patterns that only look the same are two, and names, too")
    func exact() throws {
        let budget = RegexBudget()
        let (composed, apart) = (try budget.pattern("caf\u{E9}.*"), try budget.pattern("cafe\u{301}.*"))
        for (pattern, text, expected) in [
            (composed, "caf\u{E9}", true), (composed, "cafe\u{301}", false), (apart, "caf\u{E9}", false),
            (apart, "cafe\u{301}", true),
        ] {
            #expect(try budget.matches(pattern, text) == expected)
        }
    }

    @Test("One budget used by many at once decides each name as one alone would")
    func concurrent() async throws {
        let budget = RegexBudget()
        let alone = try LinearRegex("(shop|cart)_[0-9]*[02468]")
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<20 {
                group.addTask {
                    (0..<200).allSatisfy { number in
                        let name = "\(number % 3 == 0 ? "cart" : "shop")_\(number + task)"
                        let decided = try? budget.matches(budget.pattern("(shop|cart)_[0-9]*[02468]"), name)
                        return decided == alone.matchesWhole(name)
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
