import History
import TestSupport
import Testing

@testable import Capacity
import UsageModel

@Suite struct IndexReportTests {
    private func usage(_ fixture: CapacityFixture) throws -> IndexUsage {
        try #require(IndexReport(fixture.input).usage.first)
    }

    @Test func `searches are those of 28 days, of the 28 before, and of the same weekdays a year ago`() throws {
        var fixture = CapacityFixture(days: 400, indices: ["products"])
        fixture.add("billed_search_requests", index: "products") { day in
            switch day {
            case 372...: 10
            case 344..<372: 5
            case 8..<36: 2
            default: 1000
            }
        }
        let products = try usage(fixture)
        #expect(products.searches == 280)
        #expect(products.searchesBefore == 140)
        #expect(products.searchesYearAgo == 56)
        #expect(products.searchesGrowth == 5)
        #expect(products.share == 1)
        #expect(products.coverage == 1)
        #expect(products.lastSearched == fixture.day(399))
    }

    @Test func `the month so far is held against the same days of the month before, where all of them were fetched`()
        throws
    {
        var fixture = CapacityFixture(days: 100, indices: ["products"])
        let newest = fixture.day(99)
        let month = CalendarMonth.containing(newest).lowerBound..<newest + 1
        let whole = CalendarMonth.containing(month.lowerBound - 1)
        let before = whole.lowerBound..<min(whole.lowerBound + Int64(month.count), whole.upperBound)
        let first = fixture.day(0)
        // Other days of the month before have other searches.
        fixture.add("billed_search_requests", index: "products") { day in
            let date = first + Int64(day)
            return month.contains(date) ? 7 : before.contains(date) ? 5 : 1000
        }
        let report = IndexReport(fixture.input)
        #expect(report.month == month && report.monthBefore == before)
        let products = try #require(report.usage.first)
        #expect(products.monthSearches == Double(7 * month.count))
        #expect(products.monthSearchesBefore == Double(5 * before.count))
        #expect(products.monthGrowth == Double(7 * month.count - 5 * before.count))

        var short = CapacityFixture(from: "2026-03-20", days: 26, indices: ["products"])
        short.add("billed_search_requests", index: "products") { _ in 1 }
        let young = try usage(short)
        #expect(young.monthSearches == 14 && young.monthSearchesBefore == nil)
        #expect(young.monthGrowth == nil, "not every one of the days before was fetched")
    }

    @Test func `an index without billed searches is counted by all searches`() throws {
        var fixture = CapacityFixture(days: 28, indices: ["products"])
        fixture.add("total_search_requests", index: "products") { _ in 3 }
        #expect(try usage(fixture).searches == 84)
        fixture.add("billed_search_requests", index: "products") { _ in 2 }
        #expect(try usage(fixture).searches == 56)
    }

    @Test func `the last four weeks of a sparkline are the searches`() throws {
        var fixture = CapacityFixture(days: 100, indices: ["products"])
        fixture.add("billed_search_requests", index: "products") { $0 < 93 ? Double($0) : nil }
        let products = try usage(fixture)
        #expect(products.weekly.count == 26)
        #expect(products.weekly.suffix(4).compactMap(\.self).reduce(0, +) == products.searches)
        #expect(products.weekly.last == .some(nil))
        // 100 days are 14 weeks and 2 days, which are no week.
        #expect(products.weekly.prefix(12).allSatisfy { $0 == nil })
        #expect(products.weekly[12] == 35.0)
    }

    @Test func `the most searched come first, with shares, and those without a number last`() {
        var fixture = CapacityFixture(days: 28, indices: ["a", "b", "c", "d", "e"])
        for (index, searches) in [("b", 1.0), ("c", 3), ("d", 1), ("e", 0)] as [(IndexName, Double)] {
            fixture.add("billed_search_requests", index: index) { _ in searches }
        }
        let report = IndexReport(fixture.input)
        #expect(report.usage.map(\.index) == ["c", "b", "d", "e", "a"])
        #expect(report.usage.map(\.share) == [0.6, 0.2, 0.2, 0, nil])
    }

    @Test func `shares are of what was fetched, and not told of an index that was not`() {
        var fixture = CapacityFixture(days: 28, indices: ["a", "b", "c"])
        for (index, searches) in [("a", 3.0), ("b", 2), ("c", 1)] as [(IndexName, Double)] {
            fixture.add("billed_search_requests", index: index) { _ in searches }
        }
        func shares() -> [Double?] { IndexReport(fixture.input).usage.sorted { $0.index < $1.index }.map(\.share) }
        // Two days more or less do not change the order.
        fixture.leaveOut(0..<2, index: "b")
        #expect(IndexReport(fixture.input).unfetched == 0 && shares().allSatisfy { $0 != nil })
        fixture.leaveOut(0..<28, index: "b")
        #expect(IndexReport(fixture.input).unfetched == 1)
        #expect(shares() == [0.75, nil, 0.25])
        fixture.leaveOut(0..<14, index: "c")
        #expect(IndexReport(fixture.input).unfetched == 2)
        #expect(shares() == [84.0 / 98, nil, nil])
        // What is gone is not fetched, and has no more searches than it had.
        fixture.inventory = IndexInventory(
            firstFetched: 0, fetched: 86_400, isWhole: true,
            indices: ["b", "c"].map {
                InventoriedIndex(
                    $0, primary: nil, isVirtual: false, entries: nil, created: nil, updated: 0, firstSeen: 0,
                    lastSeen: 0,
                    gone: 86_400)
            })
        #expect(IndexReport(fixture.input).unfetched == 0)
        #expect(shares() == [84.0 / 98, nil, 14.0 / 98])
        fixture.hasUsage = false
        fixture.inventory = nil
        #expect(IndexReport(fixture.input).unfetched == 0)
    }

    @Test func `what no index has of the application's searches is told, as far as every day is known`() throws {
        var fixture = CapacityFixture(days: 40, indices: ["a", "b"])
        fixture.add("billed_search_requests") { $0 < 12 ? 900 : 10 }
        fixture.add("billed_search_requests", index: "a") { _ in 6 }
        fixture.add("billed_search_requests", index: "b") { _ in 3 }
        let whole = try #require(IndexReport(fixture.input).attribution)
        #expect(whole.application == 280 && whole.indices == 252)
        #expect(whole.unattributed == 28 && whole.unattributedShare == 0.1 && whole.isComplete)
        // A day of an index that was not fetched looks like one without searches.
        fixture.leaveOut(30..<31, index: "b")
        let bound = try #require(IndexReport(fixture.input).attribution)
        #expect(bound.unattributed == 31 && !bound.isComplete)
        fixture.leaveOut(20..<21)
        #expect(IndexReport(fixture.input).attribution == nil)
    }

    @Test func `indices never have less than nothing of what the application has`() throws {
        var fixture = CapacityFixture(days: 28, indices: ["a"])
        fixture.add("billed_search_requests") { _ in 5 }
        fixture.add("total_search_requests", index: "a") { _ in 7 }
        #expect(try #require(IndexReport(fixture.input).attribution).unattributed == 0)
        fixture.add("billed_search_requests") { _ in 0 }
        #expect(try #require(IndexReport(fixture.input).attribution).unattributedShare == nil)
        #expect(IndexReport(CapacityFixture(days: 28, indices: ["a"]).input).attribution == nil)
    }

    @Test func `indices that grew come in the order of searches a day`() {
        var fixture = CapacityFixture(days: 56, indices: ["big", "calm", "new", "small"])
        fixture.add("billed_search_requests", index: "big") { $0 < 28 ? 1000 : 1010 }
        fixture.add("billed_search_requests", index: "small") { $0 < 28 ? 1 : 3 }
        fixture.add("billed_search_requests", index: "calm") { _ in 500 }
        fixture.add("billed_search_requests", index: "new") { $0 < 42 ? nil : 100 }
        let growing = IndexReport(fixture.input).growing
        #expect(growing.map(\.index) == ["new", "big", "small"])
        #expect(growing.map(\.searchesGrowth) == [50, 10, 2])
    }

    @Test func `days that were not fetched are no growth`() throws {
        var fixture = CapacityFixture(days: 56, indices: ["products"])
        fixture.add("billed_search_requests", index: "products") { _ in 10 }
        fixture.leaveOut(0..<14, index: "products")
        var products = try usage(fixture)
        #expect(products.searchesGrowth == 0)
        #expect(products.searchesBefore == nil)
        fixture.leaveOut(0..<15, index: "products")
        products = try usage(fixture)
        #expect(products.searchesGrowth == nil)
        fixture = CapacityFixture(days: 56, indices: ["products"])
        fixture.add("billed_search_requests", index: "products") { _ in 10 }
        fixture.leaveOut(0..<2, index: "products")
        #expect(try usage(fixture).searchesBefore == 260)
    }

    @Test func `records are the newest number, and that of 28 days before`() throws {
        var fixture = CapacityFixture(days: 60, indices: ["products"])
        fixture.add("records", index: "products") { $0 == 59 || $0 == 30 ? nil : Double($0) }
        var products = try usage(fixture)
        #expect(products.records == 58)
        // Day 30 is not known, the one before is.
        #expect(products.recordsBefore == 29)
        #expect(products.recordsGrowth == 29)
        fixture.add("records", index: "products") { $0 < 32 ? Double($0) : nil }
        products = try usage(fixture)
        #expect(products.records == nil && products.recordsBefore == nil)
    }

    @Test func `an index that had no records has grown by all of them, if it is known that it had none`() throws {
        var fixture = CapacityFixture(days: 60, indices: ["products"])
        fixture.add("records", index: "products") { $0 < 50 ? nil : 70 }
        #expect(try usage(fixture).recordsGrowth == 70)
        #expect(IndexReport(fixture.input).growingRecords.map(\.index) == ["products"])
        fixture.leaveOut(0..<40, index: "products")
        #expect(try usage(fixture).recordsGrowth == nil)
        #expect(IndexReport(fixture.input).growingRecords.isEmpty)
    }

    @Test func `an index is unsearched when it holds records and every day of four weeks says so`() {
        var fixture = CapacityFixture(days: 60, indices: ["empty", "gap", "large", "once", "small", "suggestions"])
        for (index, records) in [
            ("empty", 0.0), ("gap", 9), ("large", 8), ("once", 7), ("small", 6), ("suggestions", 5),
        ] as [(IndexName, Double)] {
            fixture.add("records", index: index) { _ in records }
        }
        fixture.leaveOut(50..<51, index: "gap")
        fixture.add("billed_search_requests", index: "once") { $0 == 32 ? 1 : 0 }
        fixture.add("billed_search_requests", index: "small") { $0 <= 31 ? 1 : 0 }
        fixture.add("billed_search_requests", index: "suggestions") { _ in 0 }
        fixture.add("total_search_requests", index: "suggestions") { _ in 1 }
        let unsearched = IndexReport(fixture.input).unsearched
        #expect(unsearched.map(\.index) == ["large", "small"])
        #expect(unsearched.map(\.lastSearched) == [nil, fixture.day(31)])
    }

    @Test func `at most ten have grown`() {
        let names = (10..<40).map { "index\($0)" as IndexName }
        var fixture = CapacityFixture(days: 60, indices: names)
        for (number, name) in names.enumerated() {
            fixture.add("billed_search_requests", index: name) { Double($0 * number) }
            fixture.add("records", index: name) { Double($0 * number) }
        }
        let report = IndexReport(fixture.input)
        #expect(report.growing.map(\.index) == names.suffix(10).reversed())
        #expect(report.growingRecords.map(\.index) == names.suffix(10).reversed())
    }

    @Test func `an index without any series is there`() throws {
        let products = try usage(CapacityFixture(days: 60, indices: ["products"]))
        #expect(products.searches == nil && products.searchesGrowth == nil && products.share == nil)
        #expect(products.records == nil && products.lastSearched == nil)
        #expect(products.coverage == 1)
    }

    @Test func `nobody's searches have no shares`() {
        var fixture = CapacityFixture(days: 28, indices: ["a", "b"])
        fixture.add("billed_search_requests", index: "a") { _ in 0 }
        fixture.add("billed_search_requests", index: "b") { _ in -5 }
        #expect(IndexReport(fixture.input).usage.map(\.share) == [nil, nil])
    }
}
