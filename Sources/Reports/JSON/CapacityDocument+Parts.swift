internal import Capacity
internal import Forecast
internal import UsageModel

extension CapacityDocument {
    struct Indices: Encodable {
        /// How many days `searches` counts.
        var spanDays = IndexReport.span
        var usage: [Index]
        /// Names, in the report's order.
        var growing: [IndexName]
        var growingRecords: [IndexName]
        var unsearched: [IndexName]
        /// The number of indices that may have more searches than others, because days were not fetched.
        var unfetched: Int
        /// The application's searches beside those of its indices.
        @OrNull var attribution: Attribution?

        init(_ report: IndexReport) {
            usage = report.usage.map(Index.init)
            growing = report.growing.map(\.index)
            growingRecords = report.growingRecords.map(\.index)
            unsearched = report.unsearched.map(\.index)
            unfetched = report.unfetched
            attribution = report.attribution.map(Attribution.init)
        }
    }

    struct Attribution: Encodable {
        var application: JSONNumber
        var indices: JSONNumber
        var unattributed: JSONNumber
        var unattributedShare: JSONNumber
        /// Whether `unattributed` is exact; otherwise an upper bound.
        var complete: Bool

        init(_ attribution: IndexReport.Attribution) {
            application = JSONNumber(attribution.application)
            indices = JSONNumber(attribution.indices)
            unattributed = JSONNumber(attribution.unattributed)
            unattributedShare = JSONNumber(attribution.unattributedShare)
            complete = attribution.isComplete
        }
    }

    struct Index: Encodable {
        var index: IndexName
        var searches: JSONNumber
        var searchesBefore: JSONNumber
        var searchesYearAgo: JSONNumber
        var share: JSONNumber
        var records: JSONNumber
        var recordsBefore: JSONNumber
        var lastSearched: JSONDay
        var coverage: JSONNumber
        var weekly: [JSONNumber]

        init(_ usage: IndexUsage) {
            index = usage.index
            searches = JSONNumber(usage.searches)
            searchesBefore = JSONNumber(usage.searchesBefore)
            searchesYearAgo = JSONNumber(usage.searchesYearAgo)
            share = JSONNumber(usage.share)
            records = JSONNumber(usage.records)
            recordsBefore = JSONNumber(usage.recordsBefore)
            lastSearched = JSONDay(usage.lastSearched)
            coverage = JSONNumber(usage.coverage)
            weekly = usage.weekly.map(JSONNumber.init)
        }
    }

    /// A value and its day, both `null` without one.
    struct DayDocument: Encodable {
        var day: JSONDay
        var value: JSONNumber

        init(_ value: DayValue?) {
            day = JSONDay(value?.day)
            self.value = JSONNumber(value?.value)
        }
    }

    struct SearchCapacity: Encodable {
        var highest: DayDocument
        /// The number among the last 28 days.
        var daysAbove80: Int
        var daysSaturated: Int
        var degraded: [Degraded]

        init(_ report: SearchCapacityReport) {
            highest = DayDocument(report.highest)
            daysAbove80 = report.daysAbove80
            daysSaturated = report.daysSaturated
            degraded = report.degraded.map(Degraded.init)
        }
    }

    struct Degraded: Encodable {
        var server: ServerName
        var cause: String
        var days: Int
        var worst: DayDocument
        /// The number among the last 28 days.
        var recentDays: Int
        var recentWorst: DayDocument
        var peakOnThoseDays: JSONNumber
        var peakOnOtherDays: JSONNumber

        init(_ queries: DegradedQueries) {
            server = queries.server
            cause = queries.cause.rawValue
            days = queries.days
            worst = DayDocument(queries.worst)
            recentDays = queries.recentDays
            recentWorst = DayDocument(queries.recentWorst)
            peakOnThoseDays = JSONNumber(queries.peakOnThoseDays)
            peakOnOtherDays = JSONNumber(queries.peakOnOtherDays)
        }
    }

    struct Server: Encodable {
        var server: ServerName
        var trends: [Trend]

        init(_ report: ServerReport) {
            server = report.server
            trends = report.trends.map(Trend.init)
        }
    }

    struct Trend: Encodable {
        var resource: String
        var unit: String
        var recent: JSONNumber
        var highest: DayDocument
        // A digit begins no word: the strategy would write `change_per30_days`.
        var changeIn30Days: JSONNumber

        private enum CodingKeys: String, CodingKey {
            case resource, unit, recent, highest
            case changeIn30Days = "change_in_30_days"
        }

        init(_ trend: ServerTrend) {
            resource = trend.resource.rawValue
            unit = trend.resource.unit.rawValue
            recent = JSONNumber(trend.recent)
            highest = DayDocument(trend.highest)
            changeIn30Days = JSONNumber(trend.changePer30Days)
        }
    }

    /// In milliseconds.
    struct Latency: Encodable {
        var months: [LatencyMonthDocument]
        var changeIn30Days: JSONNumber

        private enum CodingKeys: String, CodingKey {
            case months
            case changeIn30Days = "change_in_30_days"
        }

        init(_ report: LatencyReport) {
            months = report.months.map(LatencyMonthDocument.init)
            changeIn30Days = JSONNumber(report.changePer30Days)
        }
    }

    struct LatencyMonthDocument: Encodable {
        var firstDay: JSONDay
        var lastDay: JSONDay
        var coverage: JSONNumber
        var running: Bool
        var average: JSONNumber
        var percentile90: JSONNumber
        var percentile99: JSONNumber
        var worst: DayDocument
        var slowQueries: JSONNumber

        init(_ month: LatencyMonth) {
            firstDay = JSONDay(month.month.days.lowerBound)
            lastDay = JSONDay(month.month.days.upperBound - 1)
            coverage = JSONNumber(month.month.coverage)
            running = month.month.isRunning
            average = JSONNumber(month.average)
            percentile90 = JSONNumber(month.percentile90)
            percentile99 = JSONNumber(month.percentile99)
            worst = DayDocument(month.worst)
            slowQueries = JSONNumber(month.slowQueries)
        }
    }

    struct Unusual: Encodable {
        var day: JSONDay
        var statistic: StatisticName
        var value: JSONNumber
        var expected: JSONNumber
        var deviations: JSONNumber
        @OrNull var event: String?

        init(_ day: UnusualDay) {
            self.day = JSONDay(day.day)
            statistic = day.statistic
            value = JSONNumber(day.value)
            expected = JSONNumber(day.expected)
            deviations = JSONNumber(day.deviations)
            event = day.event
        }
    }

    struct StatisticDocument: Encodable {
        var statistic: StatisticName
        var api: String
        @OrNull var key: String?
        var unit: String
        var aggregate: String
        var months: [Period]

        init(_ usage: StatisticUsage) {
            statistic = usage.key.statistic
            api = usage.key.api.rawValue
            key = usage.key.key.isEmpty ? nil : usage.key.key.text
            unit = usage.statistic.unit.rawValue
            aggregate = usage.statistic.defaultAggregate.rawValue
            months = usage.months.map(Period.init)
        }
    }

    struct Quality: Encodable {
        var coverage: JSONNumber
        /// The first with a value.
        var firstDay: JSONDay
        var missing: [JSONSpan]
        var silent: [JSONSpan]
        var filled: [Filled]
        var scopes: [ScopeDocument]

        init(_ quality: DataQuality) {
            coverage = JSONNumber(quality.coverage)
            firstDay = JSONDay(quality.firstDay)
            missing = quality.missing.map(JSONSpan.init)
            silent = quality.silent.map(JSONSpan.init)
            filled = quality.filled.sorted { $0.key < $1.key }.map { Filled(statistic: $0.key, days: $0.value) }
            scopes = quality.scopes.map(ScopeDocument.init)
        }
    }

    struct Filled: Encodable {
        var statistic: StatisticName
        var days: Int
    }

    struct ScopeDocument: Encodable {
        /// `null` for the application itself.
        @OrNull var index: String?
        var coverage: JSONNumber
        var newest: JSONDay

        init(_ scope: ScopeQuality) {
            index = scope.index.isEmpty ? nil : scope.index.text
            coverage = JSONNumber(scope.coverage)
            newest = JSONDay(scope.newest)
        }
    }
}
