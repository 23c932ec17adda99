import Foundation
import Testing
import UsageModel

@testable import Presentation

/// With ordinary spaces, which are easier to read and to write.
private func plain(_ text: String) -> String {
    text.replacingOccurrences(of: Figure.thinSpace, with: " ").replacingOccurrences(of: Figure.space, with: " ")
}

@Suite struct FigureTests {
    @Test(arguments: [
        (0, "0"), (950, "950"), (999, "999"), (999.6, "1 k"), (1000, "1 k"), (1_234, "1.23 k"), (12_345, "12.3 k"),
        (999_499, "999 k"), (999_999, "1 M"), (1_234_567, "1.23 M"), (1_200_000, "1.2 M"), (4e9, "4 B"),
        (5.67e12, "5.67 T"), (0.5, "0.5"), (0.0123, "0.0123"), (1e-9, "<0.000001"), (-1_234_567, "−1.23 M"),
        (1e21, "1.00e+21"), (.nan, "—"), (.infinity, "—"),
    ])
    func `a compact number has three digits and a prefix`(value: Double, text: String) {
        #expect(plain(Figure.compact(value)) == text)
    }

    @Test func `an exact number has all digits in groups`() {
        #expect(Figure.exact(1_234_567) == "1,234,567")
        #expect(Figure.exact(-1_234) == "−1,234")
        #expect(Figure.exact(Int64.min) == "−9,223,372,036,854,775,808")
        #expect(Figure.exact(1_234.5) == "1,234.5")
        #expect(Figure.exact(-0.0) == "0")
        #expect(Figure.exact(.nan) == "—")
    }

    @Test(arguments: [
        (0, "0"), (41.800000000000004, "41.8"), (246_606.375, "246,606"), (1.6666666666666667, "1.67"), (99.96, "100"),
        (0.0123, "0.0123"), (0.0625, "0.0625"), (-0.5, "−0.5"), (1e-9, "<0.000001"), (1_234_567.8, "1,234,568"),
        (.nan, "—"),
    ])
    func `a rounded number has no digits after its third that are not whole`(value: Double, text: String) {
        #expect(Figure.rounded(value) == text)
    }

    @Test(arguments: [
        (0, "0%"), (0.0004, "<0.1%"), (0.001, "0.1%"), (0.004, "0.4%"), (0.034, "3.4%"), (0.03, "3%"),
        (0.834, "83%"), (0.986, "99%"), (0.9951, "99.5%"), (0.999, "99.9%"), (0.9996, "99.9%"),
        (0.999_999, "99.9%"), (1, "100%"), (1.0001, ">100%"), (1.004, "100.4%"), (1.04, "104%"),
        (0.1 + 0.2 + 0.7, "100%"), (2.5, "250%"), (123, "12,300%"), (-0.5, "−50%"), (.infinity, "—"),
    ])
    func `a percentage is never rounded to nothing or to all`(share: Double, text: String) {
        #expect(plain(Figure.percent(share)) == text)
    }

    @Test func `a change has a sign`() {
        #expect(plain(Figure.change(0.12)) == "+12%")
        #expect(plain(Figure.change(-0.034)) == "−3.4%")
        #expect(plain(Figure.change(0)) == "±0%")
        #expect(plain(Figure.change(-0.0004)) == "±0%")
        #expect(plain(Figure.change(0.0006)) == "+0.1%")
        #expect(plain(Figure.change(-0.0006)) == "−0.1%")
        #expect(plain(Figure.change(1.0004)) == "+100%")
        #expect(plain(Figure.change(-0.9999)) == "−99.9%")
        #expect(plain(Figure.change(.nan)) == "—")
    }

    @Test(arguments: [
        (180e6, StatisticUnit.requests, "180 M requests"), (1, .queries, "1 query"), (2, .queries, "2 queries"),
        (1, .records, "1 record"), (34.5e9, .bytes, "34.5 GB"), (12_300, .megabytes, "12.3 GB"),
        (0.5, .megabytes, "500 kB"), (14, .milliseconds, "14 ms"), (1500, .milliseconds, "1.5 s"),
        (90, .seconds, "90 s"), (5400, .seconds, "90 min"), (128, .queriesPerSecond, "128/s"),
        (83, .percent, "83%"), (2, .severity, "2"), (1234, .unknown, "1.23 k"), (.nan, .bytes, "—"),
    ])
    func `a value is followed by its unit`(value: Double, unit: StatisticUnit, text: String) {
        #expect(plain(Figure.text(value, unit)) == text)
    }

    @Test func `no line can break inside a figure`() {
        for unit in StatisticUnit.allCases {
            #expect(!Figure.text(12_345_678, unit).contains(" "), "\(unit)")
        }
    }

    @Test func `the labels of an axis share a prefix, and their unit is named once`() {
        let labels = Figure.labels(ticks: [0, 2.5e6, 5e6, 7.5e6, 1e7], step: 2.5e6, unit: .requests)
        #expect(labels.texts.map(plain) == ["0", "2.5 M", "5 M", "7.5 M", "10 M"] && labels.word == "requests")
        let fine = Figure.labels(ticks: [1_204_000, 1_205_000], step: 1000, unit: .records)
        #expect(fine.texts.map(plain) == ["1.204 M", "1.205 M"] && fine.word == "records")
        #expect(Figure.labels(ticks: [0, 50], step: 50, unit: .percent).word.isEmpty)
    }

    @Test func `things are counted in words`() {
        #expect(plain(Figure.count(1, "day")) == "1 day")
        #expect(plain(Figure.count(1234, "day")) == "1,234 days")
        #expect(plain(Figure.count(0, "index", "indices")) == "0 indices")
    }

    @Test func `items are joined as in a sentence`() {
        #expect(Phrase.list([]) == "")
        #expect(Phrase.list(["a"]) == "a")
        #expect(Phrase.list(["a", "b"]) == "a and b")
        #expect(Phrase.list(["a", "b", "c"], conjunction: "or") == "a, b or c")
    }
}

@Suite struct CalendarTextTests {
    private func day(_ year: Int, _ month: Int, _ day: Int) throws -> Int64 {
        try #require(CivilTime.daysSinceEpoch(year: year, month: month, day: day))
    }

    @Test func `dates are English`() throws {
        let day = try day(2026, 11, 22)
        #expect(CalendarText.date(day) == "22 Nov 2026")
        #expect(CalendarText.month(day) == "November 2026")
        #expect(CalendarText.shortMonth(day) == "Nov 2026")
        #expect(CalendarText.iso(day) == "2026-11-22")
    }

    @Test func `a leap day is a day`() throws {
        #expect(CalendarText.date(try day(2028, 2, 29)) == "29 Feb 2028")
        #expect(CalendarText.date(try day(2028, 2, 29) + 1) == "1 Mar 2028")
    }

    @Test func `days before 1970 are days, too`() {
        #expect(CalendarText.date(-1) == "31 Dec 1969")
        #expect(CalendarText.day(of: -1) == -1)
    }

    @Test func `a period is named after what it is`() throws {
        let month = TimeRange(try day(2028, 2, 1) * 86_400, try day(2028, 3, 1) * 86_400)
        #expect(CalendarText.period(month) == "February 2028")
        #expect(CalendarText.period(TimeRange(month.start, month.start + 86_400)) == "1 Feb 2028")
        #expect(CalendarText.period(TimeRange(month.start, month.start + 7 * 86_400)) == "1 Feb 2028 to 7 Feb 2028")
    }
}
