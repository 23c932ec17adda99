import TestSupport
import UsageModel

@testable import Capacity
@testable import Forecast
@testable import Reports

/// Capacity reports made by hand, from series that are the same in every run.
enum ReportFixture {
    /// 2026-11-22: the day after the newest.
    static let end: Int64 = 20_779
    static let month = CalendarMonth.containing(end - 1)

    /// A report of an application with everything in it.
    static func report(days count: Int = 1096, indices: Int = 25, statistics: Int = 100) -> CapacityReport {
        let days = end - Int64(count)..<end
        let searches = series(days) { day in 5e6 * (1 + Double(day) / 2000) * weekday[day % 7] * (1 + 0.05 * noise(day))
        }
        let records = series(days) { day in 8e6 + 3000 * Double(day) + 20_000 * noise(day, seed: 2) }
        let peaks = series(days) { day in (90 * weekday[day % 7] * (1 + 0.1 * noise(day, seed: 3))).rounded() }
        return CapacityReport(
            application: "DEMOAPP", timeZone: "Europe/Berlin", days: days,
            limits: [
                limit(.searchRequestsPerMonth, searches, agreed: 230e6),
                limit(.records, records, agreed: 12e6),
                limit(.maxQPS, peaks, agreed: 150),
            ],
            months: periods(searches, months(days), in: days),
            weeks: periods(searches, weeks(days), in: days),
            searchCapacity: searchCapacity(days), servers: ["c4-fr-1", "c4-fr-2", "c7-use-1"].map { server($0, days) },
            indices: indexReport(indices),
            unusualDays: [
                UnusualDay(
                    day: end - 8, statistic: "billed_search_requests", value: 12.4e6, expected: 7.9e6, deviations: 8.21),
                UnusualDay(
                    day: end - 200, statistic: "99p_processing_time", value: 310, expected: 41, deviations: 12.5),
            ],
            latency: latency(days), statistics: statisticUsage(days, statistics),
            quality: DataQuality(
                scopes: [ScopeQuality(index: "", coverage: 0.99, newest: end - 1)]
                    + (0..<indices).map { ScopeQuality(index: indexName($0), coverage: 1, newest: end - 1) },
                coverage: 0.99, missing: [end - 300..<end - 294, end - 90..<end - 89], silent: [],
                filled: ["records": 2],
                firstDay: days.lowerBound))
    }

    /// A report without a day.
    static var empty: CapacityReport {
        let nothing = DailySeries(firstDay: 0, values: [])
        return CapacityReport(
            application: "NEWAPP", timeZone: "UTC", days: 0..<0,
            limits: ContractLimit.usual.map { limit in
                LimitReport(
                    limit: limit, agreed: nil, series: forecasted(limit.statistic, nothing), used: nil, usedCoverage: 0,
                    month: 0..<31, projection: nil, exhaustion: .unlimited)
            },
            months: [], weeks: [],
            searchCapacity: SearchCapacityReport(
                peaks: nil, means: nil, highest: nil, daysAbove80: 0, daysSaturated: 0, degraded: []),
            servers: [], indices: IndexReport(usage: [], growing: [], growingRecords: [], unsearched: []),
            unusualDays: [], latency: LatencyReport(months: [], percentile99: nil, average: nil, changePer30Days: nil),
            statistics: [],
            quality: DataQuality(scopes: [], coverage: 0, missing: [], silent: [], filled: [:], firstDay: nil))
    }

    /// A report of so many days whose searches are `value`, with everything else missing.
    static func small(days count: Int, agreed: Double? = 1000, _ value: (Int) -> Double?) -> CapacityReport {
        var report = empty
        report.application = "SMALLAPP"
        report.days = end - Int64(count)..<end
        let searches = series(report.days, value)
        report.limits = ContractLimit.usual.map { one in
            one == .searchRequestsPerMonth
                ? limit(one, searches, agreed: agreed)
                : limit(one, DailySeries(firstDay: end, values: []), agreed: nil)
        }
        report.months = periods(searches, months(report.days), in: report.days)
        report.weeks = periods(searches, weeks(report.days), in: report.days)
        report.quality.coverage = 1
        report.quality.firstDay = searches.newest == nil ? nil : report.days.lowerBound
        report.quality.scopes = [ScopeQuality(index: "", coverage: 1, newest: searches.newest?.day)]
        return report
    }

    static func limit(_ limit: ContractLimit, _ days: DailySeries, agreed: Double?) -> LimitReport {
        let forecast = forecasted(limit.statistic, days)
        let known = days.values(in: month).map(\.value)
        let used: Double? =
            switch limit.measure {
            case .sum: known.isEmpty ? nil : known.reduce(0, +)
            case .fourthHighest, .sumOfFourthHighest: BilledRecords(known).figure
            case .highest: known.max()
            }
        var projection: Projection?
        if case .success(let future) = forecast.forecast, let used {
            let ahead = future.points.filter { month.contains($0.day) }.map(\.mean)
            let mean =
                switch limit.measure {
                case .sum: used + ahead.reduce(0, +)
                case .fourthHighest, .sumOfFourthHighest: ahead.last ?? used
                case .highest: max(used, ahead.max() ?? 0)
                }
            projection = Projection(
                mean: mean, bounds: bounds(around: mean, share: 0.03), exceedance: agreed == nil ? nil : 0.4321)
        }
        let exhaustion: Exhaustion =
            switch (forecast.forecast, agreed) {
            case (_, nil): .unlimited
            case (.failure(let failure), _): .unknown(failure)
            case (.success, _): .expected(day: end + 39, earliest: end + 9, latest: end + 101)
            }
        return LimitReport(
            limit: limit, agreed: agreed, series: forecast, used: used, usedCoverage: 1,
            usedDays: known.count, month: month,
            periods: days.values.isEmpty
                ? [] : periods(days, months(days.firstDay..<end), in: days.firstDay..<end).suffix(13),
            projection: projection, exhaustion: exhaustion)
    }

    static func bounds(around mean: Double, share: Double) -> ForecastPoint.Bounds {
        ForecastPoint.Bounds(
            lower80: mean * (1 - share), upper80: mean * (1 + share), lower95: mean * (1 - 2 * share),
            upper95: mean * (1 + 2 * share))
    }

    /// A year like the last week: what forecasts are worth is tested elsewhere.
    static func forecasted(_ statistic: StatisticName, _ days: DailySeries) -> ForecastedSeries {
        ForecastedSeries(
            key: SeriesKey(application: "DEMOAPP", statistic: statistic),
            unit: StatisticCatalogue.describe(statistic).unit, days: days,
            forecast: Result { () throws(ForecastFailure) in try forecast(days) })
    }

    private static func forecast(_ days: DailySeries) throws(ForecastFailure) -> Forecast {
        let known = days.values.compactMap(\.self)
        guard let newest = days.newest else { throw .empty }
        guard newest.day >= end - 14 else { throw .ended(day: newest.day + 1) }
        guard known.count >= 126 else { throw .tooShort(days: known.count, needed: 126) }
        let points = (0..<Forecast.longest).map { number in
            let mean = known[known.count - 7 + number % 7]
            return ForecastPoint(
                day: end + Int64(number), mean: mean,
                bounds: bounds(around: mean, share: 0.02 + 0.0001 * Double(number)))
        }
        return Forecast(
            method: .combination,
            backtest: BacktestResult(
                origins: 20, mase: known.max() == known.min() ? nil : 0.84, coverage80: 0.86, coverage95: 0.994),
            points: points)
    }

    static func series(_ days: Range<Int64>, _ value: (Int) -> Double?) -> DailySeries {
        DailySeries(firstDay: days.lowerBound, values: (0..<days.count).map(value))
    }

    static func periods(_ series: DailySeries, _ periods: [Range<Int64>], in days: Range<Int64>) -> [PeriodUsage] {
        periods.map { period in
            let values = series.values(in: period).map(\.value)
            return PeriodUsage(
                days: period, value: values.isEmpty ? nil : values.reduce(0, +),
                coverage: Double(period.clamped(to: days).count) / Double(period.count),
                isRunning: period.upperBound > days.upperBound)
        }
    }

    static func months(_ days: Range<Int64>) -> [Range<Int64>] {
        var months: [Range<Int64>] = []
        var day = days.lowerBound
        while day < days.upperBound {
            months.append(CalendarMonth.containing(day))
            day = CalendarMonth.containing(day).upperBound
        }
        return months
    }

    /// 1970-01-05 was a Monday.
    static func weeks(_ days: Range<Int64>) -> [Range<Int64>] {
        let first = days.lowerBound - (days.lowerBound + 3) % 7
        return stride(from: first, to: days.upperBound, by: 7).map { $0..<$0 + 7 }
    }

    private static let weekday = [1.2, 1.15, 1.1, 1.1, 1.25, 0.65, 0.55]
}

extension ReportFixture {
    private static let names = ["products", "products_fr", "articles", "blog", "users", "archive_2019"]

    static func indexName(_ number: Int) -> IndexName {
        number < names.count ? IndexName(names[number]) ?? "" : "index_\(number)"
    }

    static func indexReport(_ count: Int) -> IndexReport {
        let total = (0..<count).reduce(0.0) { $0 + searches($1) }
        let usage = (0..<count).map { number in
            IndexUsage(
                index: indexName(number), searches: searches(number),
                searchesBefore: searches(number) * (number == 0 ? 0.9 : 0.99),
                searchesYearAgo: number == 3 ? nil : searches(number) * 0.7,
                share: searches(number) / total,
                searchesGrowth: searches(number) * (number == 0 ? 0.1 : 0.01) / Double(IndexReport.span),
                records: 4.8e6 / Double(number + 1),
                recordsBefore: 4.7e6 / Double(number + 1), lastSearched: number < 20 ? end - 1 : nil, coverage: 1,
                weekly: (0..<26).map { $0 == 7 ? nil : searches(number) / 4 * (1 + 0.2 * noise($0 + number)) })
        }
        return IndexReport(
            usage: usage, growing: Array(usage.prefix(3)), growingRecords: Array(usage.prefix(4)),
            unsearched: Array(usage.suffix(max(count - 20, 0))))
    }

    private static func searches(_ number: Int) -> Double {
        number < 20 ? 80e6 / Double((number + 1) * (number + 1)) : 0
    }

    static func searchCapacity(_ days: Range<Int64>) -> SearchCapacityReport {
        let peaks = series(days) { min((60 + 40 * noise($0, seed: 7)).rounded(), 100) }
        return SearchCapacityReport(
            peaks: peaks, means: series(days) { 12 + 4 * noise($0, seed: 8) },
            highest: DayValue(day: end - 40, value: 100), daysAbove80: 6, daysSaturated: 1,
            degraded: [
                DegradedQueries(
                    server: "c4-fr-1", cause: .capacity, days: 4, worst: DayValue(day: end - 5, value: 2.4),
                    recentDays: 3, recentWorst: DayValue(day: end - 5, value: 2.4),
                    peakOnThoseDays: 97, peakOnOtherDays: 61),
                DegradedQueries(
                    server: "c7-use-1", cause: .ssd, days: 1, worst: DayValue(day: end - 300, value: 0.02),
                    recentDays: 0, recentWorst: nil,
                    peakOnThoseDays: nil, peakOnOtherDays: nil),
            ])
    }

    static func server(_ name: ServerName, _ days: Range<Int64>) -> ServerReport {
        let seed = UInt64(name.text.utf8.reduce(0) { $0 + Int($1) })
        func trend(_ resource: ServerTrend.Resource, _ level: Double, _ slope: Double?) -> ServerTrend {
            let values = series(days) { day in
                level + (slope ?? 0) * Double(day - days.count) / 30 + level * 0.04 * noise(day, seed: seed)
            }
            return ServerTrend(
                resource: resource, days: values, recent: level, highest: DayValue(day: end - 3, value: level * 1.1),
                changePer30Days: slope)
        }
        return ServerReport(
            server: name,
            trends: [
                trend(.cpu, 31, 0.2), trend(.ram, 54_000 + Double(seed % 10) * 1000, 820),
                trend(.ssd, 70 + Double(seed % 20), 1.3),
                trend(.buildTime, 12, nil),
            ])
    }

    static func latency(_ days: Range<Int64>) -> LatencyReport {
        let months = periods(series(days) { _ in 1 }, months(days), in: days).map { month in
            LatencyMonth(
                month: month, average: 4.1, percentile90: 11, percentile99: 38,
                worst: DayValue(day: month.days.lowerBound, value: 61), slowQueries: 12)
        }
        return LatencyReport(
            months: months, percentile99: series(days) { 38 + 6 * noise($0, seed: 4) },
            average: series(days) { 4 + noise($0, seed: 5) }, changePer30Days: 0.6)
    }

    static func statisticUsage(_ days: Range<Int64>, _ count: Int) -> [StatisticUsage] {
        StatisticCatalogue.every.prefix(count).enumerated().map { number, statistic in
            let values = series(days) { day in number % 9 == 8 ? 0 : Double(1000 * number + day % 31) }
            return StatisticUsage(
                key: SeriesKey(
                    application: "DEMOAPP", statistic: statistic.name, key: statistic.shape == .scalar ? "" : "c4-fr-1"),
                statistic: statistic, months: periods(values, months(days), in: days))
        }
    }
}

extension ReportFixture {
    /// Names that every form has to write without harm.
    static let awkwardNames = [
        "<\u{301}script>alert(1)</script>", #""><img src=x>"#, "a|b", "`code`", "*_[x](http://y.z)_*",
        "one\ntwo\r\nthree",
        "a,\"b\";c", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "{{answers}}", "&lt;b&gt;", "|\u{301}",
        "\u{202E}fdp", "\u{1}\u{FFFE}", "# no heading",
    ]

    /// A report in which everything that has a name has an awkward one.
    static func awkward(_ text: String) -> CapacityReport {
        let name: IndexName = "\(text)"
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 4)
        report.application = ApplicationID(name)
        report.timeZone = text
        report.indices.usage[0].index = name
        report.indices.growing[0].index = name
        report.indices.growingRecords[0].index = name
        report.indices.unsearched = [report.indices.usage[0]]
        report.servers[0].server = ServerName(name)
        report.servers[0].trends[2].recent = 99
        report.searchCapacity.degraded[0].server = ServerName(name)
        report.unusualDays[0].statistic = StatisticName(name)
        report.statistics[0].key = SeriesKey(
            application: ApplicationID(name), statistic: StatisticName(name), key: ServerName(name))
        report.quality.scopes[1].index = name
        report.quality.filled = [StatisticName(name): 3]
        return report
    }

    /// Every report that is unlike the usual one.
    static var edges: [(name: String, report: CapacityReport)] {
        var gaps = small(days: 200) { (50..<120).contains($0) || $0 % 7 == 3 ? nil : 5 + Double($0 % 7) }
        gaps.quality.missing = [gaps.days.lowerBound + 50..<gaps.days.lowerBound + 120]
        gaps.quality.coverage = 0.65
        var broken = report(days: 200, indices: 2, statistics: 4)
        broken.limits[0].used = .infinity
        broken.limits[1].projection?.mean = .nan
        broken.limits[2].agreed = 0
        broken.indices.usage[0].share = .nan
        broken.months[1].value = .infinity
        broken.latency.changePer30Days = .nan
        broken.servers[0].trends[2].changePer30Days = 1e-300
        return [
            ("empty", empty), ("one day", small(days: 1) { _ in 5 }), ("nothing", small(days: 30) { _ in nil }),
            ("one point", small(days: 200) { $0 == 3 ? 7 : nil }), ("constant", small(days: 200) { _ in 42 }),
            ("zeros", small(days: 200) { _ in 0 }), ("ended", small(days: 200) { $0 < 150 ? 9 : nil }),
            ("gaps", gaps), ("no contract", small(days: 200, agreed: nil) { Double($0) }),
            ("contract of nothing", small(days: 200, agreed: 0) { Double($0) }), ("not finite", broken),
            ("annual", annual), ("annual, not begun", ahead), ("annual, little known", littleKnown),
        ]
    }

    /// Whether a number that is none was written.
    static func hasNoNumber(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(/\b(nan|-?inf|infinity)\b/.ignoresCase())
    }
}
