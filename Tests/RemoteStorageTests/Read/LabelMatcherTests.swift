import LinearRegex
import PrometheusModel
import Testing
import UsageModel

@testable import RemoteStorage

@Suite("Matchers of remote read")
struct LabelMatcherTests {
    private static let set: MetricSeriesSet = {
        let keys = [
            SeriesKey(application: "APP", statistic: "records"),
            SeriesKey(application: "APP", statistic: "records", index: "shop"),
            SeriesKey(application: "APP", statistic: "records", index: "shop.eu"),
            SeriesKey(application: "APP", statistic: "records", index: "shop|eu"),
            SeriesKey(application: "APP", statistic: "records", index: "caf\u{E9}"),
            SeriesKey(application: "APP", statistic: "records", index: "cafe\u{301}"),
            SeriesKey(application: "APP", statistic: "records", index: "two\nlines"),
            SeriesKey(application: "APP", statistic: "max_qps", key: "c4-fr-1"),
            SeriesKey(application: "APP", statistic: "max_qps", key: "c4-fr-2"),
            SeriesKey(application: "OTHER", statistic: "total_search_requests"),
        ]
        return MetricSeriesSet(keys)
    }()

    private static let records = "algolia_index_usage_records"

    /// The last label of each match, or the metric's name where it is the application alone.
    private func matches(_ matchers: [LabelMatcher]) throws -> [String] {
        try Self.set.matching(matchers).map { position in
            let labels = Self.set.members[position].series.labels
            return labels.count > 2 ? labels[labels.count - 1].value : labels[0].value
        }
    }

    private static let indices = ["cafe\u{301}", "caf\u{E9}", "shop", "shop.eu", "shop|eu", "two\nlines"]

    @Test("No matcher is everything, in Prometheus' order: byte by byte, the name first")
    func everything() throws {
        #expect(
            try matches([]).map { Array($0.utf8) }
                == (Self.indices + [
                    "c4-fr-1", "c4-fr-2", "algolia_usage_records", "algolia_usage_total_search_requests_daily",
                    "algolia_usage_total_search_requests_hourly",
                ]).map { Array($0.utf8) })
        for member in Self.set.members {
            #expect(member.series.labels == member.series.labels.sorted())
        }
    }

    @Test(
        "A matcher takes what Prometheus takes",
        arguments: [
            // Equal.
            (LabelMatcher(.equal, "index", "shop"), ["shop"]),
            (LabelMatcher(.equal, "index", "Shop"), []),
            (LabelMatcher(.equal, "index", "cafe\u{301}"), ["cafe\u{301}"]),
            (LabelMatcher(.equal, "index", "caf\u{E9}"), ["caf\u{E9}"]),
            (LabelMatcher(.equal, "server", "c4-fr-1"), ["c4-fr-1"]),
            (LabelMatcher(.equal, "job", "x"), []),
            // Not equal; a label that is missing is not "shop" either.
            (
                LabelMatcher(.notEqual, "index", "shop"),
                ["cafe\u{301}", "caf\u{E9}", "shop.eu", "shop|eu", "two\nlines"]
            ),
            (LabelMatcher(.notEqual, "job", "x"), indices),
            (LabelMatcher(.notEqual, "index", ""), indices),
            // A label that is missing is empty.
            (LabelMatcher(.equal, "job", ""), indices),
            (LabelMatcher(.notEqual, "job", ""), []),
            (LabelMatcher(.equal, "index", ""), []),
            // Regular expressions match the whole value.
            (LabelMatcher(.matching, "index", "shop"), ["shop"]),
            (LabelMatcher(.matching, "index", "sho"), []),
            (LabelMatcher(.matching, "index", "hop"), []),
            (LabelMatcher(.matching, "index", "shop.*"), ["shop", "shop.eu", "shop|eu"]),
            (LabelMatcher(.matching, "index", "shop.+"), ["shop.eu", "shop|eu"]),
            (LabelMatcher(.matching, "index", "shop.eu"), ["shop.eu", "shop|eu"]),
            (LabelMatcher(.matching, "index", #"shop\.eu"#), ["shop.eu"]),
            (LabelMatcher(.matching, "index", #"shop\|eu|shop"#), ["shop", "shop|eu"]),
            (LabelMatcher(.matching, "index", "(shop|nothing)"), ["shop"]),
            (LabelMatcher(.matching, "index", "(sh|x)(op|y)"), ["shop"]),
            (LabelMatcher(.matching, "index", "^shop$"), ["shop"]),
            (LabelMatcher(.matching, "index", "(?i)SHOP"), ["shop"]),
            (LabelMatcher(.matching, "index", "(s+h*o?)+p"), ["shop"]),
            (LabelMatcher(.matching, "index", #".*\bshop\b.+"#), ["shop.eu", "shop|eu"]),
            (LabelMatcher(.matching, "index", #"\w+"#), ["shop"]),
            (LabelMatcher(.matching, "index", "s[a-i]o[^q]"), ["shop"]),
            (LabelMatcher(.matching, "index", "caf."), ["caf\u{E9}"]),
            (LabelMatcher(.matching, "index", "caf.."), ["cafe\u{301}"]),
            (LabelMatcher(.matching, "index", "caf\u{E9}|x"), ["caf\u{E9}"]),
            (LabelMatcher(.matching, "index", "two.lines"), ["two\nlines"]),
            (LabelMatcher(.matching, "index", ".*"), indices),
            (LabelMatcher(.matching, "index", ".+"), indices),
            (LabelMatcher(.matching, "index", ""), []),
            (LabelMatcher(.matching, "job", ""), indices),
            (LabelMatcher(.matching, "job", ".*"), indices),
            (LabelMatcher(.matching, "job", ".+"), []),
            (LabelMatcher(.matching, "job", "x|"), indices),
            (LabelMatcher(.matching, "job", "x?"), indices),
            (LabelMatcher(.matching, "job", "x+"), []),
            // And their opposites.
            (LabelMatcher(.notMatching, "index", "shop.*"), ["cafe\u{301}", "caf\u{E9}", "two\nlines"]),
            (LabelMatcher(.notMatching, "index", ".*"), []),
            (LabelMatcher(.notMatching, "index", ".+"), []),
            (
                LabelMatcher(.notMatching, "index", "shop|two\nlines"),
                ["cafe\u{301}", "caf\u{E9}", "shop.eu", "shop|eu"]
            ),
            (LabelMatcher(.notMatching, "job", "x.*"), indices),
            (LabelMatcher(.notMatching, "job", ".*"), []),
            (LabelMatcher(.notMatching, "job", ".+"), indices),
            (LabelMatcher(.notMatching, "job", ""), []),
        ])
    func table(matcher: LabelMatcher, expected: [String]) throws {
        // What has an index or a server, whichever the matcher is about.
        let family = matcher.name == "server" ? "algolia_usage_max_qps" : Self.records
        let found = try matches([LabelMatcher(.equal, "__name__", family), matcher])
        #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(matcher)")
    }

    @Test(
        "The metric's name is a label like the others",
        arguments: [
            ([LabelMatcher(.equal, "__name__", "algolia_usage_records")], 1),
            ([LabelMatcher(.equal, "__name__", "algolia_usage_record")], 0),
            ([LabelMatcher(.equal, "__name__", "")], 0),
            ([LabelMatcher(.notEqual, "__name__", "")], 11),
            ([LabelMatcher(.notEqual, "__name__", "algolia_usage_records")], 10),
            ([LabelMatcher(.matching, "__name__", "algolia_usage_.*")], 5),
            ([LabelMatcher(.matching, "__name__", "algolia_usage_records|algolia_usage_max_qps|nothing")], 3),
            ([LabelMatcher(.matching, "__name__", "algolia_(usage|index_usage)_records")], 7),
            ([LabelMatcher(.notMatching, "__name__", ".*_(hourly|daily)")], 9),
            ([LabelMatcher(.equal, "__name__", "algolia_usage_total_search_requests_total")], 0),
            (
                [
                    LabelMatcher(.matching, "__name__", ".*_requests_.*"),
                    LabelMatcher(.notMatching, "__name__", ".*_daily"), LabelMatcher(.equal, "application", "OTHER"),
                ], 1
            ),
            (
                [
                    LabelMatcher(.equal, "__name__", "algolia_usage_records"),
                    LabelMatcher(.equal, "__name__", "algolia_usage_max_qps"),
                ], 0
            ),
            ([LabelMatcher(.equal, "application", "OTHER")], 2),
            ([LabelMatcher(.equal, "server", "")], 9),
            ([LabelMatcher(.notEqual, "server", "c4-fr-1"), LabelMatcher(.notEqual, "server", "")], 1),
        ])
    func names(matchers: [LabelMatcher], expected: Int) throws {
        #expect(try matches(matchers).count == expected, "\(matchers)")
    }

    @Test("Plain alternatives are found without a regular expression; whatever is more is left to one")
    func alternatives() {
        #expect(LabelTest.alternatives("a|b-c|") == ["a", "b-c", ""])
        #expect(LabelTest.alternatives(#"(a\.b|c\\)"#) == ["a.b", #"c\"#])
        #expect(LabelTest.alternatives("") == [""])
        for expression in ["a.b", "(a)|(b)", "a*", "[ab]", #"\d"#, #"\pL"#, #"a\"#, "^a", "a{2}", "(?i)a", "((a))"] {
            #expect(LabelTest.alternatives(expression) == nil, "\(expression)")
        }
    }

    @Test("No regular expression takes for ever", arguments: ["(a+)+b", "(a*)*b", "(.+)+!", ".*.*.*.*!"])
    func hostile(expression: String) throws {
        let test = try LabelTest(LabelMatcher(.matching, "index", expression), RegexBudget())
        let isAccepted = try test.accepts(String(repeating: "a", count: 10_000) + "c")
        #expect(!isAccepted)
    }

    @Test("A long regular expression is shown in part")
    func long() {
        let error = #expect(throws: RemoteReadRefusal.self) {
            try matches([LabelMatcher(.matching, "index", "[" + String(repeating: "a", count: 5000))])
        }
        #expect(error?.detail.utf8.count ?? .max < 400)
    }

    @Test(
        "A regular expression that cannot be read is named",
        arguments: ["[", "(a", "a)", "*", "a{2,1}", #"\"#, "(?=a)", #"(a)\1"#, "a*+", "(a{1000}){1000}"])
    func wrong(expression: String) throws {
        let error = #expect(throws: RemoteReadRefusal.self) {
            try matches([LabelMatcher(.notMatching, "index", expression)])
        }
        #expect(error?.part == .matchers)
        #expect(error?.detail.contains("index!~\"\(expression)\"") == true, "\(error?.detail ?? "")")
    }

    @Test("Two unknown statistics that become one name: the first keeps it")
    func collision() {
        let set = MetricSeriesSet([
            SeriesKey(application: "A", statistic: "new.thing"), SeriesKey(application: "A", statistic: "new_thing"),
            SeriesKey(application: "B", statistic: "new.thing"),
        ])
        #expect(Set(set.members.map(\.position)) == [0, 2])
        #expect(Set(set.members.map(\.series.metric)) == ["algolia_usage_new_thing"])
    }
}
