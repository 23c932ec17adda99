import Simulator
import Testing
import UsageModel

@Suite("Truth")
struct TruthTests {
    let truth = World().truth
    let application = World.application
    let day = Granularity.daily.floor(World.now) - 40 * 86_400

    private func series(
        _ statistic: StatisticName, index: IndexName = "", granularity: Granularity = .hourly, days: Int64 = 1,
        of truth: Truth? = nil
    ) -> [SeriesPoints] {
        (truth ?? self.truth).series(
            application: application, index: index, statistic: statistic, granularity: granularity,
            range: TimeRange(day, day + days * 86_400))
    }

    @Test("the same seed is the same world, another seed another")
    func determinism() {
        let configuration = SimulatorConfiguration.demo
        func truth(_ seed: UInt64) -> Truth {
            Truth(seed: seed, origin: configuration.origin, applications: configuration.applications)
        }
        for statistic in ["queries_operations", "max_qps", "records", "avg_processing_time"] as [StatisticName] {
            #expect(series(statistic, of: truth(1)) == series(statistic, of: truth(1)))
            #expect(series(statistic, of: truth(1)) != series(statistic, of: truth(2)))
        }
    }

    @Test("a single value is the same as in its series", arguments: [Granularity.hourly, .daily])
    func singleValues(granularity: Granularity) {
        for statistic in [
            "total_operations", "used_search_capacity", "region_max_qps", "clear_index_operations",
        ] as [StatisticName] {
            for series in series(statistic, granularity: granularity, days: 2) {
                for point in series.points {
                    let value = truth.value(
                        application: application, statistic: statistic, key: series.key, granularity: granularity,
                        bucket: point.time)
                    #expect(value == point.value)
                }
            }
        }
    }

    @Test("a daily count is the sum of its hours", arguments: ["", "products", "line\nbreak"])
    func dailyCounts(index: IndexName) {
        for statistic in StatisticCatalogue.all where statistic.kind == .count {
            let hours = series(statistic.name, index: index).first?.points ?? []
            let days = series(statistic.name, index: index, granularity: .daily).first?.points ?? []
            #expect(hours.isEmpty == days.isEmpty)
            #expect(days.first.map(\.value.double) ?? 0 == hours.reduce(0) { $0 + $1.value.double })
        }
    }

    @Test("a daily maximum is the highest of its hours, for each server")
    func dailyMaximum() {
        let hours = series("max_qps")
        let days = series("max_qps", granularity: .daily)
        #expect(hours.map(\.key) == days.map(\.key))
        for (hour, day) in zip(hours, days) {
            #expect(day.points.map(\.value) == [hour.points.map(\.value).max()])
        }
    }

    @Test("a daily level is its last hour's, a daily mean the mean of its hours")
    func dailyLevelAndMean() throws {
        let records = try #require(series("records").first).points
        #expect(series("records", granularity: .daily).first?.points.last?.value == records.last?.value)
        let times = try #require(series("avg_processing_time").first).points.map(\.value.double)
        let mean = try #require(series("avg_processing_time", granularity: .daily).first?.points.first?.value.double)
        #expect(mean == (times.reduce(0, +) / Double(times.count)).rounded())
    }

    @Test("totals are the sums of their parts")
    func totals() {
        func sum(_ statistic: StatisticName) -> Double {
            series(statistic, days: 30).flatMap(\.points).reduce(0) { $0 + $1.value.double }
        }
        #expect(sum("total_search_operations") == sum("queries_operations") + sum("multi_queries_operations"))
        #expect(sum("total_operations") == sum("total_read_operations") + sum("total_write_operations"))
        let groups: [StatisticName] = ["search", "acl", "indexing", "records", "synonym", "rules"]
        #expect(sum("total_operations") == groups.reduce(0) { $0 + sum("total_" + $1 + "_operations") })
        #expect(sum("querysuggestions_total_search_requests") > 0)
        #expect(sum("querysuggestions_total_search_requests") < sum("total_search_requests") / 5)
    }

    @Test("indices add up to at most their application, also while an hour is running")
    func indexShares() {
        let range = TimeRange(World.now - 6 * 3600, World.now + 3600)
        for statistic in StatisticCatalogue.all where statistic.perIndex && statistic.kind == .count {
            func hourly(_ index: IndexName) -> [UnixTime: Double] {
                let series = truth.series(
                    application: application, index: index, statistic: statistic.name, granularity: .hourly,
                    range: range, asOf: World.now)
                return Dictionary(
                    uniqueKeysWithValues: series.flatMap(\.points).map { ($0.time, $0.value.double) })
            }
            let whole = hourly("")
            var parts: [UnixTime: Double] = [:]
            for index in SimulatorConfiguration.awkwardIndices { parts.merge(hourly(index), uniquingKeysWith: +) }
            for (time, sum) in parts { #expect(sum <= whole[time, default: -1], "\(statistic.name)") }
        }
    }

    @Test("rare operations are not reported in most hours, and are zero in some")
    func sparseness() throws {
        let points = try #require(series("clear_index_operations", days: 30).first).points
        #expect(points.count > 5)
        #expect(points.count < 30 * 24 / 10)
        let zeros = try #require(series("set_settings_operations", days: 30).first).points.count {
            $0.value.double == 0
        }
        #expect(zeros > 0)
    }

    @Test("a small index has hours without an event, some reported as zero and some not at all")
    func longTail() throws {
        let smallest = try #require(SimulatorConfiguration.awkwardIndices.last)
        let points = try #require(series("get_settings_operations", index: smallest, days: 30).first).points
        #expect(points.count < 30 * 24)
        #expect(points.contains { $0.value == .integer(0) })
        #expect(points.contains { $0.value > .integer(0) })
    }

    @Test("a share of time is the mean of its hours when it is a day's")
    func shareOfTime() throws {
        for statistic in ["degraded_queries_ssd_used_seconds_impacted"] as [StatisticName] {
            let days = series(statistic, granularity: .daily, days: 30)
            let hours = series(statistic, days: 30)
            #expect(days.map(\.key) == hours.map(\.key))
            var higher = 0
            for (day, hour) in zip(days, hours) {
                for point in day.points {
                    let values = hour.points.filter { Granularity.daily.floor($0.time) == point.time }.map(
                        \.value.double)
                    #expect(point.value.double == (values.reduce(0, +) / Double(values.count)).rounded())
                    higher += values.contains { $0 > point.value.double } ? 1 : 0
                }
            }
            #expect(higher > 0)
        }
    }

    @Test("percentages lie in 0 to 100, some with a decimal where there are decimals")
    func percentages() {
        let configuration = SimulatorConfiguration.demo
        let truth = Truth(
            seed: configuration.seed, origin: configuration.origin, applications: configuration.applications,
            hasDecimals: true)
        var fractions = 0
        for statistic in StatisticCatalogue.all where statistic.unit == .percent {
            for point in series(statistic.name, days: 14, of: truth).flatMap(\.points) {
                #expect((0...100).contains(point.value.double))
                if case .real = point.value { fractions += 1 }
            }
        }
        #expect(fractions > 100)
    }

    @Test("four to six servers at a time, which come and go")
    func servers() {
        var names: Set<String> = []
        var numbers: Set<Int> = []
        for hour in stride(from: day, to: day + 90 * 86_400, by: 3600) {
            let keys = truth.keys(
                application: application, statistic: "max_qps", granularity: .hourly, bucket: hour)
            names.formUnion(keys)
            numbers.insert(keys.count)
            for key in keys where hour == day {
                #expect(
                    truth.value(
                        application: application, statistic: "max_qps", key: ServerName(key) ?? "",
                        granularity: .hourly,
                        bucket: hour)
                        != nil)
            }
        }
        #expect(numbers.isSuperset(of: [4, 5]))
        #expect(numbers.isSubset(of: [3, 4, 5, 6]))
        #expect(names.count > 6)
        #expect(
            truth.keys(application: application, statistic: "records", granularity: .hourly, bucket: day) == [""])
        #expect((2...3).contains(series("region_max_qps").count))
    }

    @Test("nothing is reported before the application, or an index, was created")
    func creation() throws {
        let young = SimulatorConfiguration.awkwardIndices[14]
        let created = try #require(truth.created(application: application, index: young))
        func value(_ index: IndexName, _ time: UnixTime) -> PointValue? {
            truth.value(
                application: application, index: index, statistic: "records", granularity: .hourly, bucket: time)
        }
        #expect(value(young, created) != nil)
        #expect(value(young, created - 1) == nil)
        #expect(value("products", World.now - 400 * 86_400) != nil)
        #expect(value("", World.now - 3 * 365 * 86_400) != nil)
        #expect(value("", World.now + 3 * 365 * 86_400) != nil)
        #expect(value("", World.now - 6 * 365 * 86_400) == nil)
    }

    @Test("traffic grows, and evenings are busier than nights")
    func rhythm() {
        func searches(_ time: UnixTime, _ granularity: Granularity) -> Double {
            truth.value(
                application: application, statistic: "total_search_requests", granularity: granularity, bucket: time)?
                .double ?? 0
        }
        for offset in 0..<7 {
            let day = day + Int64(offset) * 86_400
            #expect(searches(day + 20 * 3600, .hourly) > 2 * searches(day + 3 * 3600, .hourly))
        }
        let year = stride(from: day, to: day + 28 * 86_400, by: 86_400).map {
            (searches($0, .daily), searches($0 + 364 * 86_400, .daily))
        }
        #expect(year.reduce(0) { $0 + $1.1 } > 1.05 * year.reduce(0) { $0 + $1.0 })
    }
}
