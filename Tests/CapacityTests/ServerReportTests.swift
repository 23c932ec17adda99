import Forecast
import TestSupport
import Testing

@testable import Capacity
import UsageModel

@Suite struct ServerReportTests {
    private func trends(_ fixture: CapacityFixture) -> [ServerTrend.Resource: ServerTrend] {
        let servers = ServerReport.all(fixture.input)
        return Dictionary(uniqueKeysWithValues: (servers.first?.trends ?? []).map { ($0.resource, $0) })
    }

    @Test func `processors are busy when they are not idle`() throws {
        var fixture = CapacityFixture(days: 28)
        fixture.add("cpu_usage", key: "c1-de-1") { 90 - Double($0) }
        let cpu = try #require(trends(fixture)[.cpu])
        #expect(cpu.days.values.first == 10)
        #expect(cpu.highest == DayValue(day: fixture.day(27), value: 37))
        #expect(cpu.recent == 34)
        #expect(cpu.changePer30Days == 30)
    }

    @Test func `memory is that of searching and of indexing, where both are known`() throws {
        var fixture = CapacityFixture(days: 4)
        fixture.add("ram_search_usage", key: "c1-de-1") { $0 == 1 ? nil : 100 }
        fixture.add("ram_indexing_usage", key: "c1-de-1") { $0 == 2 ? nil : 10 }
        let ram = try #require(trends(fixture)[.ram])
        #expect(ram.days.values == [110, nil, nil, 110])
    }

    @Test func `memory of a server that does not index is that of searching`() throws {
        var fixture = CapacityFixture(days: 2)
        fixture.add("ram_search_usage", key: "c1-de-1") { _ in 100 }
        let ram = try #require(trends(fixture)[.ram])
        #expect(ram.days.values == [100, 100])
    }

    @Test func `servers are in the order of names, with what was reported of them`() {
        var fixture = CapacityFixture(days: 3)
        fixture.add("ssd_usage", key: "c1-de-2") { _ in 120 }
        fixture.add("avg_build_time", key: "c1-de-1") { _ in 2 }
        fixture.add("cpu_usage", key: "c1-de-1") { _ in 60 }
        let servers = ServerReport.all(fixture.input)
        #expect(servers.map(\.server) == ["c1-de-1", "c1-de-2"])
        #expect(servers.map { $0.trends.map(\.resource) } == [[.cpu, .buildTime], [.ssd]])
    }

    @Test func `what was reported of the newest seven days is recent`() throws {
        var fixture = CapacityFixture(days: 20)
        fixture.add("ssd_usage", key: "a") { $0.isMultiple(of: 2) ? Double($0) : nil }
        // 14, 16 and 18.
        let ssd = try #require(trends(fixture)[.ssd])
        #expect(ssd.recent == 16)
    }

    @Test func `of a server that is gone nothing is recent`() throws {
        for (days, isGone) in [(93, true), (94, false)] {
            var fixture = CapacityFixture(days: 100)
            fixture.add("ssd_usage", key: "a") { $0 < days ? Double($0) : nil }
            let ssd = try #require(trends(fixture)[.ssd])
            #expect((ssd.recent == nil) == isGone && (ssd.changePer30Days == nil) == isGone)
            #expect(ssd.highest.value == Double(days - 1))
        }
    }

    @Test func `wild days do not bend the line`() throws {
        var fixture = CapacityFixture(days: 90)
        fixture.add("ssd_usage", key: "a") { $0 % 9 == 4 ? 5000 : 50 + Double($0) / 10 }
        let change = try #require(trends(fixture)[.ssd]?.changePer30Days)
        #expect(abs(change - 3) < 0.5)
    }

    @Test func `a line takes 28 days, all of them among the newest 90`() throws {
        for (days, hasLine) in [(27, false), (28, true)] {
            var fixture = CapacityFixture(days: 200)
            fixture.add("ssd_usage", key: "a") { $0 >= 200 - days ? 1 : nil }
            let ssd = try #require(trends(fixture)[.ssd])
            #expect((ssd.changePer30Days != nil) == hasLine)
        }
        var fixture = CapacityFixture(days: 300)
        fixture.add("ssd_usage", key: "gone") { $0 < 200 ? Double($0) : nil }
        let gone = try #require(trends(fixture)[.ssd])
        #expect(gone.changePer30Days == nil)
        #expect(gone.recent == nil)
        #expect(gone.days.endDay == fixture.day(200))
    }

    @Test func `a line ignores what was before the newest 90 days`() throws {
        var fixture = CapacityFixture(days: 400)
        fixture.add("ssd_usage", key: "a") { $0 < 310 ? Double($0) : 1000 - Double($0) }
        let ssd = try #require(trends(fixture)[.ssd])
        #expect(ssd.changePer30Days == -30)
    }

    @Test func `nothing reported is no server`() {
        #expect(ServerReport.all(CapacityFixture(days: 100).input).isEmpty)
        var fixture = CapacityFixture(days: 30)
        fixture.add("used_search_capacity", key: "a") { _ in 1 }
        #expect(ServerReport.all(fixture.input).isEmpty)
    }
}
