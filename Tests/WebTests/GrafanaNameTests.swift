import LinearRegex
import Testing
import UsageModel

@testable import Web

@Suite("/grafana: names as Grafana sends them")
struct GrafanaNameTests {
    /// The indices of APP that `index`, a JSON value, selects.
    private func indices(_ web: WebClient, _ index: String) async throws -> [String] {
        // The second target is there so that the answer has several indices, and legends name them.
        let targets = #"""
            {"refId":"A","target":"records","payload":{"application":"APP","index":\#(index)}},
            {"refId":"B","target":"records","payload":{"application":"APP","index":"*"}}
            """#
        return try await web.query(targets).filter { $0.refId == "A" && !$0.points.isEmpty }.map {
            String($0.name.dropFirst("records / ".count))
        }
    }

    @Test(
        "A name that exists is that name, whatever it would mean as a pattern",
        arguments: [
            (#""a.b|c(d)""#, [awkward]), (#""prod_*""#, ["prod_*"]), (#"["prod_*","a.b|c(d)"]"#, [awkward, "prod_*"]),
            (#""(products|prod_*)""#, ["prod_*", "products"]),
        ])
    func literal(index: String, expected: [String]) async throws {
        try await check(index, expected)
    }

    @Test(
        "A variable's values arrive as an alternation with metacharacters escaped",
        arguments: [
            (#""a\\.b\\|c\\(d\\)""#, [awkward]), (#""prod_\\*""#, ["prod_*"]),
            (#""(a\\.b\\|c\\(d\\)|prod_\\*)""#, [awkward, "prod_*"]),
            (#""(products|prod_\\*|nope)""#, ["prod_*", "products"]), (#""(products)""#, ["products"]),
            (#""a\\.b""#, []), (#"["(products|prod_\\*)","prod_eu"]"#, ["prod_*", "prod_eu", "products"]),
            (#""(\\(application\\)|products)""#, ["(application)", "products"]),
        ])
    func interpolated(index: String, expected: [String]) async throws {
        try await check(index, expected)
    }

    @Test(
        "Anything else is a regular expression of the whole name",
        arguments: [
            (#""prod_.*""#, ["prod_*", "prod_eu"]), (#""prod""#, []), (#""rod.cts""#, []), (#""a.b""#, ["axb"]),
            (#""prod_..|products""#, ["prod_eu", "products"]), (#""^(axb|prod_eu)$""#, ["axb", "prod_eu"]),
            (#""(?i)PRODUCTS|AXB""#, ["axb", "products"]), (#""(products|prod_[a-z]+)""#, ["prod_eu", "products"]),
            (#""(a|p)(x|r).*""#, ["axb", "prod_*", "prod_eu", "products"]),
            (#""\\w+""#, ["axb", "prod_eu", "products"]),
            (#""products|""#, ["(application)", "products"]),
        ])
    func pattern(index: String, expected: [String]) async throws {
        try await check(index, expected)
    }

    @Test(
        "Every index is every one but the application itself, which has a name of its own",
        arguments: [#""*""#, #""$__all""#, #""All""#, #"["*"]"#, #"".*""#, #""\\$__all""#])
    func every(index: String) async throws {
        try await check(index, [awkward, "axb", "prod_*", "prod_eu", "products"])
    }

    @Test(
        "The application itself is no index, an empty one, or is named",
        arguments: ["null", "[]", #""""#, #"[""]"#, #""(application)""#, #"["(application)"]"#])
    func application(index: String) async throws {
        try await check(index, ["(application)"])
    }

    private func check(_ index: String, _ expected: [String]) async throws {
        let site = try await Site.forGrafana()
        try await withServer(site.exporter) { web in
            let selected = try await indices(web, index)
            #expect(selected == expected.sorted())
        }
    }

    @Test("A word for every one is a name where such a thing exists")
    func everyIsName() async throws {
        let site = try Site()
        for index in ["All", "*", "other"] as [IndexName] { try await site.store(index: index, hours([1])) }
        try await withServer(site.exporter) { web in
            let range = #""range":{"from":"2026-07-15T00:00:00Z","to":"2026-07-16T00:00:00Z"}"#
            for (text, count) in [("All", 1), ("*", 1), ("$__all", 3), (".*", 3)] {
                let series = try await web.query(#"{"target":"records","payload":{"index":"\#(text)"}}"#, range)
                #expect(series.count == count, "\(text)")
            }
        }
    }

    @Test("Names that only look alike are two")
    func normalization() throws {
        let pattern = try NamePattern("caf.", field: "index", RegexBudget())
        #expect(try pattern.matches("caf\u{E9}"))
        #expect(try !pattern.matches("cafe\u{301}"))
    }

    @Test("Every character of a name is one that a dot matches")
    func lines() throws {
        #expect(try NamePattern(".*", field: "index", RegexBudget()).matches("line\nbreak"))
    }

    // Fault (Clients): Patterns that repeat and branch
    // Done: catastrophic ones for other engines
    // Seen: answered in linear time, or refused
    // Lost: nothing
    @Test(
        "No pattern takes for ever, however it repeats and branches",
        arguments: [
            "(a+)+b", "(a*)*!", "(a|aa)+", "((a?)b){30}", ".*.*.*.*.*!", "(a|b)(c|d)(e|f)(g|h)(i|j)", "(.+)+!",
        ])
    func hostile(pattern: String) throws {
        let pattern = try NamePattern(pattern, field: "index", RegexBudget())
        #expect(try !pattern.matches(String(repeating: "a", count: 10_000) + "c"))
    }

    @Test("An alternation is taken apart at its top only")
    func branches() {
        for (text, branches) in [
            ("a|b", ["a", "b"]), ("(a|b)", ["a", "b"]), ("((a|b))", ["((a|b))"]), ("(a|b)c", ["(a|b)c"]),
            ("(a)|(b)", ["(a)", "(b)"]), (#"a\|b"#, [#"a\|b"#]), ("[a|b]c|d", ["[a|b]c", "d"]), ("a", ["a"]),
            ("", [""]), ("(", ["("]), ("a)|(b", ["a)|(b"]), (#"(a\)"#, [#"(a\)"#]), ("{a,b}", ["a", "b"]),
            ("[]a|b]|c", ["[]a|b]|c"]), ("[^]a|b]", ["[^]a|b]"]), ("[[:digit:]|b]|c", ["[[:digit:]|b]|c"]),
            (#"\Qa|b\E"#, [#"\Qa|b\E"#]), (#"a\\Q|\[:b|\[\]"#, [#"a\\Q"#, #"\[:b"#, #"\[\]"#]),
        ] {
            #expect(NameAlternation.branches(of: text) == branches, "\(text)")
        }
    }
}
