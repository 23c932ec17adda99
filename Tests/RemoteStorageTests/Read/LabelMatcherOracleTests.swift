import LinearRegex
import PrometheusModel
import TestSupport
import Testing
import UsageModel

@testable import RemoteStorage

/// Random selectors; the seed is in each failure.
@Suite("Matchers of remote read: the same series as others would take")
struct LabelMatcherOracleTests {
    private static let texts = [
        "", "shop", "shop.eu", "shop|eu", "Shop", "caf\u{E9}", "cafe\u{301}", "a\\b", "a\"b", "a b", "1", "(a)", "ab",
        "abab",
    ]

    private static let set = MetricSeriesSet(
        texts.flatMap { text in
            ["APP", "OTHER"].flatMap { (application: ApplicationID) in
                [
                    SeriesKey(application: application, statistic: "records", index: "\(text)"),
                    SeriesKey(application: application, statistic: "total_search_requests", index: "\(text)"),
                    SeriesKey(application: application, statistic: "max_qps", key: "c-\(text)"),
                ]
            }
        })

    private static let patterns = [
        "", ".*", ".+", "shop", "shop|1", "(shop|a b)", "shop.*", ".*eu", "[a-c].*", "(?i)shop", "caf.", "caf..",
        #"a\\b"#,
        #"a"b"#, #"\(a\)"#, "(ab)*", "(ab)+", "[^a]*", #"\w+"#, #"shop\.eu|shop\|eu"#, "APP", "APP|X",
        "algolia_.*_hourly",
        "algolia_(index_)?usage_records", ".*_(daily|hourly)", "c-.*", "c-", "x|", "a{2}|1?", #"\d"#, "caf\u{E9}|ab",
    ]

    private static func matchers(_ generator: inout SeededGenerator) -> [LabelMatcher] {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            let name = ["__name__", "application", "index", "server", "job"].randomElement(using: &generator)!
            let kind = [LabelMatcher.Kind.equal, .notEqual, .matching, .notMatching].randomElement(using: &generator)!
            switch kind {
            case .equal, .notEqual:
                let values = texts + ["APP", "algolia_usage_records", "c-shop"]
                return LabelMatcher(kind, name, values.randomElement(using: &generator)!)
            case .matching, .notMatching: return LabelMatcher(kind, name, patterns.randomElement(using: &generator)!)
            }
        }
    }

    @Test("They are those of which every matcher is true, one after the other", arguments: 0..<10 as Range<UInt64>)
    func naive(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<100 {
            let matchers = Self.matchers(&generator)
            let expected = try Self.set.members.indices.filter { position in
                try matchers.allSatisfy { matcher in
                    let labels = Self.set.members[position].series.labels
                    let value = labels.first { $0.name == matcher.name }?.value ?? ""
                    return switch matcher.kind {
                    case .equal: Array(value.utf8) == Array(matcher.value.utf8)
                    case .notEqual: Array(value.utf8) != Array(matcher.value.utf8)
                    case .matching: try LinearRegex(matcher.value).matchesWhole(value)
                    case .notMatching: try !LinearRegex(matcher.value).matchesWhole(value)
                    }
                }
            }
            #expect(try Self.set.matching(matchers) == expected, "seed \(seed): \(matchers)")
        }
    }

    @Test("They are those of Prometheus itself", .enabled(if: Promtool.isInstalled, "promtool is not installed"))
    func prometheus() async throws {
        var generator = SeededGenerator(1)
        let series = Self.set.members.map { member in
            "{" + member.series.labels.map { "\($0.name)=\(Promtool.quoted($0.value))" }.joined(separator: ",") + "}"
        }
        // Prometheus takes no selector that everything might match.
        let named = LabelMatcher(.matching, "__name__", "algolia.+")
        let selections = try (0..<400).map { _ in
            let matchers = [named] + Self.matchers(&generator)
            let text = matchers.map { "\($0.name)\($0.kind.rawValue)\(Promtool.quoted($0.value))" }
            return ("{\(text.joined(separator: ","))}", try Self.set.matching(matchers))
        }
        #expect(selections.count { !$0.1.isEmpty } > 50, "the selectors find something")
        let disagreements = try await Promtool.disagreements(series: series, selections: selections)
        #expect(disagreements == "")
    }

    @Test(
        "The texts that a pattern stands for are exactly those that the regular expression matches",
        arguments: 0..<10 as Range<UInt64>)
    func alternatives(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        var count = 0
        for _ in 0..<500 {
            let pattern = (0..<Int.random(in: 0...6, using: &generator))
                .map { _ in
                    ["a", "b", "|", "|", "(", ")", #"\."#, #"\|"#, #"\\"#, "\u{E9}", "\u{301}", " ", "-", ".", "^"]
                        .randomElement(using: &generator)!
                }.joined()
            guard let texts = LabelTest.alternatives(pattern) else { continue }
            guard let regex = try? LinearRegex(pattern) else {
                // Only what is not closed or opened: `(` and `)` at the ends that do not belong together.
                Issue.record("seed \(seed): \(pattern) stands for \(texts), but is no regular expression")
                continue
            }
            count += 1
            for text in texts { #expect(regex.matchesWhole(text), "seed \(seed): \(pattern)") }
            for text in ["", "a", "b", "ab", "a|b", ".", "e\u{301}", "\u{E9}", "\\", "(a)"] {
                let isListed = texts.contains { Array($0.utf8) == Array(text.utf8) }
                #expect(regex.matchesWhole(text) == isListed, "seed \(seed): \(pattern) and \(text)")
            }
        }
        #expect(count > 20)
    }
}
