import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Presentation

@Suite struct CoverageCalendarTests {
    private func day(_ year: Int, _ month: Int, _ day: Int) throws -> Int64 {
        try #require(CivilTime.daysSinceEpoch(year: year, month: month, day: day))
    }

    @Test func `a month says in words what it shows`() throws {
        var days = [CoverageCalendar.State](repeating: .complete, count: 30)
        days[3] = .partial(0.5)
        days[4] = .missing
        let calendar = CoverageCalendar(firstDay: try day(2026, 6, 1), days: days)
        #expect(try XMLText.check(calendar.html).labels == ["June 2026: 28 days complete, 1 partial, 1 missing"])
        #expect(calendar.html.contains("<title>4 Jun 2026: partial (50%)</title>"))
        #expect(calendar.html.contains("<title>5 Jun 2026: missing</title>"))
    }

    @Test func `one day is one day`() throws {
        let calendar = CoverageCalendar(firstDay: try day(2028, 2, 29), days: [.fetching, .missing])
        #expect(
            try XMLText.check(calendar.html).labels == [
                "February 2028: 1 day being fetched", "March 2028: 1 day missing",
            ])
    }

    @Test func `a share of nothing is missing, and one of everything is complete`() throws {
        let calendar = CoverageCalendar(
            firstDay: try day(2026, 6, 1), days: [.partial(0), .partial(1), .partial(.nan)])
        #expect(try XMLText.check(calendar.html).labels == ["June 2026: 1 day complete, 2 missing"])
    }

    @Test func `a week is a column that begins on Monday`() throws {
        // 2026-06-01 is a Monday, 2026-06-07 a Sunday.
        let month = CoverageCalendar(
            firstDay: try day(2026, 6, 1), days: Array(repeating: .complete, count: 8)
        ).html
        let path = try #require(month.firstMatch(of: /class="day-full" d="([^"]*)"/)).1
        let places = path.matches(of: /M(\d+) (\d+)/).map { [Int($0.1), Int($0.2)] }
        #expect(places.map { $0[0] } == [1, 1, 1, 1, 1, 1, 1, 15])
        #expect(places.first?[1] == places.last?[1])
    }

    @Test func `states differ in shape`() throws {
        let states: [CoverageCalendar.State] = [
            .complete, .partial(0.5), .missing, .unwanted, .fetching, .blocked,
        ]
        let legend = CoverageCalendar(firstDay: 0, days: states).legend
        let shapes = legend.matches(of: /d="([^"]*)"/).map { String($0.1) }
        #expect(Set(legend.split(separator: "<li>").map { $0.replacing(/class="[^"]*"/, with: "") }).count == 7)
        #expect(shapes.count == 8)
        try XMLText.check(legend)
    }

    @Test func `three years are a small page, whatever is missing`() throws {
        for state in [CoverageCalendar.State.complete, .missing, .partial(0.3), .fetching, .blocked, .unwanted] {
            let html = CoverageCalendar(firstDay: 19_000, days: Array(repeating: state, count: 1095)).html
            #expect(html.utf8.count < 60_000)
            #expect(try XMLText.check(html).labels.count == 37)
        }
        let html = CoverageCalendar(
            firstDay: 19_000, days: (0..<1095).map { $0.isMultiple(of: 4) ? .missing : .complete }
        ).html
        #expect(html.utf8.count < 150_000)
    }

    @Test func `no days are no calendar`() throws {
        try XMLText.check(CoverageCalendar(firstDay: 0, days: []).html)
        #expect(CoverageCalendar(firstDay: 0, days: []).legend.isEmpty)
    }
}

@Suite struct StylesheetTests {
    @Test func `it is small and takes nothing from elsewhere`() {
        let css = Stylesheet.text
        #expect(css.utf8.count <= 20 * 1024)
        for word in ["url(", "@import", "http", "</"] { #expect(!css.contains(word), "\(word)") }
        #expect(css.count { $0 == "{" } == css.count { $0 == "}" })
    }

    @Test(arguments: ["light", "dark"])
    func `text and graphics stand out from the page`(scheme: String) throws {
        func color(_ name: String) throws -> Double {
            let pattern = try Regex("--\(name): light-dark\\(#([0-9a-f]+), #([0-9a-f]+)\\)")
            let match = try #require(Stylesheet.text.firstMatch(of: pattern))
            let hex = String(try #require(match.output[scheme == "light" ? 1 : 2].substring))
            let digits = hex.count == 3 ? hex.map { "\($0)\($0)" }.joined() : hex
            let number = try #require(Int(digits, radix: 16))
            let parts = [number >> 16, number >> 8 & 255, number & 255].map { part -> Double in
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        func contrast(_ one: String, _ other: String) throws -> Double {
            let both = [try color(one), try color(other)].sorted()
            return (both[1] + 0.05) / (both[0] + 0.05)
        }
        for ground in ["paper", "raised"] {
            for name in ["ink", "muted", "accent", "good", "warn", "bad"] {
                #expect(try contrast(name, ground) >= 4.5, "\(name) on \(ground)")
            }
        }
        #expect(try contrast("on-accent", "accent") >= 4.5)
        #expect(try contrast("paper", "bad") >= 4.5)
        for name in ["edge"] + (1...8).map({ "c\($0)" }) {
            #expect(try contrast(name, "paper") >= 3, "\(name)")
        }
    }
}
