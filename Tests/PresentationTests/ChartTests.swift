import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Presentation

@Suite struct ChartTests {
    private static let day: Int64 = 86_400
    /// 2026-01-01.
    private static let start: UnixTime = 1_767_225_600
    private static let year = TimeRange(start, start + 365 * day)

    private func line(_ values: [Double?], step: Int64 = day) -> Chart.Line {
        Chart.Line(
            name: "measured",
            points: values.enumerated().map { .init(time: Self.start + Int64($0) * step, value: $1) })
    }

    private func chart(
        _ lines: [Chart.Line] = [], bars: [Chart.Bars] = [], limits: [Chart.Limit] = [], range: TimeRange = year
    ) -> Chart {
        Chart(
            title: "Searches", summary: "What there was.", unit: .requests, range: range, bars: bars, lines: lines,
            limits: limits)
    }

    /// Everything that a chart can have, with names as people and attackers choose them.
    private var full: Chart {
        let odd = "<script>&\"'\u{0}\u{1F}\u{FFFE}<\u{301}é日本"
        var chart = chart(
            [line([1, 2, nil, 3, nil, 4, 5]), Chart.Line(name: odd, points: [], style: .forecast, color: 9)],
            limits: [.init(name: odd, value: 6), .init(name: "far " + odd, value: 6000)])
        chart.title = odd
        chart.summary = odd
        chart.boundary = .init(time: Self.start + 200 * Self.day, label: odd)
        chart.step = Self.day
        chart.zoom = .init(address: "/explore?statistic=\(odd)", finest: .hourly)
        chart.bars = [
            .init(
                name: odd,
                bars: [
                    .init(range: TimeRange(Self.start, Self.start + 31 * Self.day), value: 3),
                    .init(
                        range: TimeRange(Self.start + 31 * Self.day, Self.start + 59 * Self.day), value: 1,
                        standing: .partial),
                ], color: 2)
        ]
        chart.bands = [.init(name: odd, points: [.init(time: Self.start, lower: 1, upper: 2)], level: .ninetyFive)]
        return chart
    }

    /// Values that are hard to draw.
    static let awkward: [(name: String, values: [Double?])] = [
        ("nothing", []), ("only gaps", [nil, nil]), ("one point", [5]), ("zeros", [0, 0, 0]),
        ("a constant", [7, 7, 7]), ("negative", [-5, -3, -9]), ("both signs", [-5, 5]),
        ("gaps", [1, nil, 2, nil, nil]),
        ("not finite", [.nan, .infinity, -.infinity, 1]), ("huge", [1e300, -1e300, 1e99, -1e99]),
        ("tiny", [1e-300, .leastNonzeroMagnitude]), ("close", [1e9, 1e9 + 1e-7]), ("fractions", [0.1, 0.25]),
    ]

    @Test(arguments: awkward.indices)
    func `awkward values make a well-formed chart without a number that is none`(index: Int) throws {
        let values = Self.awkward[index].values
        for startsAtZero in [true, false] {
            for limits in [[], [Chart.Limit(name: "limit", value: 10), Chart.Limit(name: "none", value: .nan)]] {
                var chart = chart([line(values)], limits: limits)
                chart.startsAtZero = startsAtZero
                chart.bars = [
                    Chart.Bars(
                        name: "bars",
                        bars: values.enumerated().map { index, value in
                            let start = Self.start + Int64(index) * Self.day
                            return .init(range: TimeRange(start, start + Self.day), value: value ?? 0)
                        })
                ]
                chart.step = index % 2 == 0 ? Self.day : 0
                try XMLText.check(chart.figure(id: "chart"))
            }
        }
    }

    @Test func `names cannot leave their place`() throws {
        let figure = full.figure(id: "chart")
        try XMLText.check(figure)
        #expect(!figure.contains("<script"))
        #expect(figure.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0xFFFE })
        #expect(figure.contains("&lt;\u{301}"))
    }

    @Test func `there is no style attribute, no script and nothing from elsewhere`() {
        let figure = full.figure(id: "chart")
        for word in ["style=", "<script", "http:", "https:", "onload"] {
            #expect(!figure.contains(word), "\(word)")
        }
    }

    @Test func `identifiers are unique and begin with the chart's`() throws {
        let page = "<div>" + full.figure(id: "one") + full.figure(id: "two") + "</div>"
        let ids = try XMLText.check(page).ids
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.hasPrefix("one-") || $0.hasPrefix("two-") })
        for reference in page.matches(of: /url\(#([^)]+)\)/) {
            #expect(ids.contains(String(reference.1)))
        }
    }

    @Test func `the same chart gives the same bytes`() {
        #expect(full.figure(id: "chart") == full.figure(id: "chart"))
    }

    @Test func `without values it says so`() {
        #expect(chart([line([nil, .nan])]).svg(id: "chart").contains("no data in this range"))
        #expect(!chart([line([0])]).svg(id: "chart").contains("no data in this range"))
    }

    @Test func `what lies outside of the range is not drawn`() {
        let early = TimeRange(Self.start - 20 * Self.day, Self.start - 10 * Self.day)
        #expect(chart([line([1, 2, 3])], range: early).svg(id: "chart").contains("no data in this range"))
    }

    @Test func `an empty range is a chart without data`() throws {
        try XMLText.check(chart([line([1])], range: TimeRange(Self.start, Self.start)).figure(id: "chart"))
    }

    @Test func `the axis contains a limit of up to four times the largest value`() {
        let chart = chart([line([10, 25])], limits: [.init(name: "near", value: 100)])
        let scale = ValueScale(chart, ChartValues(chart), intervals: 4)
        #expect(scale.lower == 0 && scale.upper >= 100)
        #expect(!chart.svg(id: "chart").contains("above this chart"))
    }

    @Test func `a limit far above the values is named and not drawn`() {
        let chart = chart([line([10, 25])], limits: [.init(name: "far", value: 12e6)])
        let scale = ValueScale(chart, ChartValues(chart), intervals: 4)
        #expect(scale.upper <= 50)
        let svg = chart.svg(id: "chart")
        #expect(svg.contains("far: 12\u{202F}M, above this chart"))
        #expect(!svg.contains("class=\"limit\""))
    }

    @Test func `an axis begins at zero unless the chart allows another beginning and varies little`() {
        func lower(_ values: [Double], startsAtZero: Bool, bars: Bool = false) -> Double {
            var chart = chart([line(values)])
            chart.startsAtZero = startsAtZero
            if bars { chart.bars = [.init(name: "bars", bars: [.init(range: Self.year, value: 1000)])] }
            return ValueScale(chart, ChartValues(chart), intervals: 4).lower
        }
        #expect(lower([1000, 1010], startsAtZero: true) == 0)
        #expect(lower([1000, 1010], startsAtZero: false) == 1000)
        #expect(lower([500, 1010], startsAtZero: false) == 0)
        #expect(lower([1000, 1010], startsAtZero: false, bars: true) == 0)
        #expect(lower([1000, 1000], startsAtZero: false) == 0)
    }

    @Test(arguments: [
        (0.0, 93.0, [0, 20, 40, 60, 80, 100]), (0, 10, [0, 2.5, 5, 7.5, 10]), (-3, 4, [-4, -2, 0, 2, 4]),
        (0, 0.4, [0, 0.1, 0.2, 0.3, 0.4]),
    ])
    func `gridlines are at round values`(lowest: Double, highest: Double, ticks: [Double]) {
        let scale = ValueScale(
            lowest: lowest, highest: highest, intervals: highest > 50 ? 5 : 4, isWhole: false)
        #expect(scale.ticks.count == ticks.count)
        for (one, other) in zip(scale.ticks, ticks) { #expect(abs(one - other) < 1e-9) }
    }

    @Test func `things that cannot be halved have whole gridlines`() {
        let chart = chart([line([0, 1, 2])])
        #expect(ValueScale(chart, ChartValues(chart), intervals: 5).ticks == [0, 1, 2])
    }

    @Test func `a gap interrupts the line and a lone value is a dot`() {
        let svg = chart([line([1, 2, nil, 3, nil, 4, 5])]).svg(id: "chart")
        let path = svg.firstMatch(of: /class="line c1 d1" data-series="1" d="([^"]*)"/)?.1
        #expect(path?.count { $0 == "M" } == 2)
        #expect(svg.matches(of: /class="dot c1"/).count == 1)
    }

    @Test func `a long line is reduced and keeps its extremes, ends and gaps`() throws {
        var values = (0..<26_280).map { hour -> Double? in 100 + 50 * sin(Double(hour) / 24 * 2 * .pi) }
        values[12_345] = 900
        values[20_001] = 1
        for hour in 5000..<6000 { values[hour] = nil }
        let range = TimeRange(Self.start, Self.start + 26_280 * 3600)
        let line = line(values, step: 3600)
        let segments = LineReduction.segments(line.points, range: range)
        #expect(segments.count == 2)
        let kept = segments.joined().map(\.value)
        #expect(kept.count < 1500)
        #expect(kept.max() == 900 && kept.min() == 1)
        #expect(kept.first == values[0] && kept.last == values[26_279])
        let times = segments.joined().map(\.time)
        #expect(zip(times, times.dropFirst()).allSatisfy(<))
        let svg = chart([line], range: range).svg(id: "chart")
        #expect(svg.utf8.count < 30_000)
    }

    @Test func `a line with a gap at every second hour stays small`() {
        let values = (0..<26_280).map { $0.isMultiple(of: 2) ? Double($0) : nil }
        let range = TimeRange(Self.start, Self.start + 26_280 * 3600)
        #expect(chart([line(values, step: 3600)], range: range).svg(id: "chart").utf8.count < 30_000)
    }

    @Test func `coordinates have at most one decimal`() throws {
        let svg = chart([line((0..<50).map { Double($0) / 7 })]).svg(id: "chart")
        let path = try #require(svg.firstMatch(of: /class="line[^"]*" data-series="1" d="([^"]*)"/)).1
        #expect(path.firstMatch(of: /\.\d\d/) == nil)
    }

    @Test func `a part of a period is hatched and said to be one`() {
        let figure = full.figure(id: "chart")
        #expect(
            figure.contains("Incomplete: 1 Feb 2026 to 28 Feb 2026.") || figure.contains("Incomplete: February 2026."))
        #expect(figure.contains("incomplete period</li>"))
        #expect(figure.contains("fill=\"url(#chart-hatch-c2)\""))
    }

    @Test func `several measured lines differ by more than their colour`() {
        let lines = (1...8).map { Chart.Line(name: "\($0)", points: line([1, 2]).points, color: $0) }
        let svg = chart(lines).svg(id: "chart")
        for number in 1...8 { #expect(svg.contains("line c\(number) d\(number)\"")) }
    }

    @Test func `a single line needs no legend`() {
        #expect(!chart([line([1, 2])]).figure(id: "chart").contains("legend"))
        #expect(full.figure(id: "chart").contains("<ul class=\"legend\">"))
    }
}

@Suite struct TimeTicksTests {
    private func labels(_ start: String, hours: Int64) throws -> [String] {
        let start = try #require(RFC3339.parse(start))
        return TimeTicks(TimeRange(start, start + hours * 3600)).ticks.map(\.label)
    }

    @Test func `a day has hours, and midnight is a date`() throws {
        #expect(try labels("2026-03-01T10:00:00Z", hours: 24) == ["12:00", "18:00", "2 Mar", "06:00"])
    }

    @Test func `a month has Mondays and names its year once`() throws {
        #expect(
            try labels("2026-03-01T00:00:00Z", hours: 31 * 24) == ["2 Mar", "9 Mar", "16 Mar 2026", "23 Mar", "30 Mar"])
    }

    @Test func `a year has months, and January is the year`() throws {
        #expect(try labels("2025-11-15T00:00:00Z", hours: 120 * 24) == ["Dec", "2026", "Feb", "Mar"])
    }

    @Test func `months of one year tell it`() throws {
        let labels = try labels("2026-03-15T00:00:00Z", hours: 150 * 24)
        #expect(labels.count { $0.contains("2026") } == 1)
    }

    @Test func `there is no range without a label, and none with too many`() throws {
        for hours: Int64 in [1, 5, 24, 100, 500, 2000, 9000, 30_000, 200_000] {
            let labels = try labels("2026-03-15T07:31:00Z", hours: hours)
            #expect((2...17).contains(labels.count), "\(hours) hours: \(labels)")
        }
    }

    @Test func `no label on a phone is one that is next to another`() throws {
        let ticks = TimeTicks(TimeRange(1_767_225_600, 1_767_225_600 + 365 * 86_400)).ticks
        let wide = ticks.map(\.isWideOnly)
        #expect(zip(wide, wide.dropFirst()).allSatisfy { $0 != $1 })
        #expect(ticks.filter { $0.label == "2026" }.allSatisfy { !$0.isWideOnly })
    }
}
