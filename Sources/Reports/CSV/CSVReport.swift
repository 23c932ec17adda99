internal import Capacity
internal import Forecast
internal import Presentation
internal import UsageModel

/// A capacity report as one tidy table (RFC 4180, lines end in LF): a number a row, a column for everything that
/// tells which number it is.
///
/// `start` and `end` are days, both included; indices' records have none, as their newest number may be of any of the
/// last 28. Values are exact, and names are as they are: a spreadsheet takes a name
/// that begins with `=`, `+`, `-` or `@` for a formula, so import such columns as text.
struct CSVReport {
    private(set) var bytes = Array(
        ("section,application,index,key,statistic,unit,start,end,value,"
            + "lower80,upper80,lower95,upper95,coverage\n").utf8)
    private let application: ApplicationID

    init(_ report: CapacityReport) {
        application = report.application
        bytes.reserveCapacity(1 << 18)
        for limit in report.limits { append(limit, period: report.days.isEmpty ? nil : limit.period) }
        if let limit = report.protectiveLimit { append(limit) }
        append(report.months, "month", Self.searches)
        append(report.weeks, "week", Self.searches)
        for series in report.forecasts { append(series) }
        append(report.indices, end: report.days.upperBound)
        if let inventory = report.inventory { append(inventory) }
        append(report.searchCapacity, end: report.days.upperBound)
        for server in report.servers { append(server, end: report.days.upperBound) }
        for month in report.latency.months { append(month) }
        for day in report.unusualDays { append(day) }
        for statistic in report.statistics { append(statistic) }
        append(report.quality, days: report.days)
    }

    private static let searches = ContractLimit.searchRequestsPerMonth.statistic.text

    private mutating func append(_ limit: LimitReport, period: Range<Int64>?) {
        let key = limit.limit.rawValue
        let statistic = limit.limit.statistic.text
        let unit = limit.series.unit.rawValue
        row("limit", key: key, statistic, unit, period, limit.agreed)
        row("limit_used", key: key, statistic, unit, period, limit.used, coverage: limit.usedCoverage)
        if let term = limit.term {
            row("limit_pace", key: key, statistic, "ratio", period, term.pace)
            for month in term.months {
                row("limit_month", key: key, statistic, unit, month.days, month.value, coverage: month.coverage)
            }
        }
        guard limit.agreed != nil || limit.projection != nil else { return }
        row("limit_projected", key: key, statistic, unit, period, limit.projection?.mean, limit.projection?.bounds)
        row("limit_exceedance", key: key, statistic, "probability", period, limit.projection?.exceedance)
        if let cost = limit.excessCost {
            row("limit_excess_cost", key: key, statistic, cost.currency, period, cost.mean, cost.bounds)
        }
        func day(_ section: String, _ day: Int64?) {
            guard let day else { return }
            row(section, key: key, statistic, unit, day..<day + 1, limit.agreed)
        }
        switch limit.exhaustion {
        case .unlimited, .unknown, .unknownTerm: break
        case .reached(let since): day("limit_reached", since)
        case .expected(let expected, let earliest, let latest):
            day("limit_expected", expected)
            day("limit_earliest", earliest)
            day("limit_latest", latest)
        case .notExpected(_, let earliest): day("limit_earliest", earliest)
        }
    }

    private mutating func append(_ limit: ProtectiveLimit) {
        func operations(_ section: String, _ value: Double?, _ bounds: ForecastPoint.Bounds?, _ coverage: Double?) {
            row(
                section, "total_write_operations", StatisticUnit.operations.rawValue, limit.month, value, bounds,
                coverage: coverage)
        }
        operations("indexing_allowed", limit.allowed, nil, nil)
        operations("indexing_used", limit.used, nil, limit.usedCoverage)
        operations("indexing_projected", limit.projection?.mean, limit.projection?.bounds, nil)
        operations("indexing_projected_allowed", limit.projectedAllowed, nil, nil)
    }

    private mutating func append(_ periods: [PeriodUsage], _ section: String, _ statistic: String) {
        for period in periods {
            row(
                section, statistic, StatisticUnit.requests.rawValue, period.days, period.value,
                coverage: period.coverage)
        }
    }

    private mutating func append(_ series: ForecastedSeries) {
        guard case .success(let forecast) = series.forecast else { return }
        for point in forecast.points {
            row(
                "forecast", key: series.key.key.text, series.key.statistic.text, series.unit.rawValue,
                point.day..<point.day + 1,
                point.mean, point.bounds)
        }
    }

    private mutating func append(_ inventory: InventoryReport) {
        let day = Granularity.daily.floor(inventory.fetched) / Granularity.daily.seconds
        let days = day..<day + 1
        func number(_ section: String, _ key: String, _ unit: String, _ value: Double?) {
            row(section, key: key, StatisticCatalogue.entries.text, unit, days, value)
        }
        number("inventory_indices", "all", "indices", Double(inventory.indices))
        number("inventory_indices", "standard_replicas", "indices", Double(inventory.standardReplicas))
        number("inventory_indices", "virtual_replicas", "indices", Double(inventory.virtualReplicas))
        number("inventory_limit", "all", "indices", inventory.agreed)
        number("inventory_records", "all", "records", inventory.records)
        number("inventory_records", "standard_replicas", "records", inventory.replicaRecords)
        for (section, states) in [
            ("inventory_untouched", inventory.untouched), ("inventory_appeared", inventory.appeared),
            ("inventory_gone", inventory.gone),
        ] {
            for state in states {
                let day = Granularity.daily.floor(state.time) / Granularity.daily.seconds
                row(
                    section, index: state.index, StatisticCatalogue.entries.text, "records", day..<day + 1,
                    state.records)
            }
        }
    }

    private mutating func append(_ indices: IndexReport, end: Int64) {
        let span = Int64(IndexReport.span)
        let now = end - span..<end
        for usage in indices.usage {
            func searches(_ section: String, _ days: Range<Int64>, _ value: Double?, coverage: Double? = nil) {
                row(section, index: usage.index, Self.searches, "requests", days, value, coverage: coverage)
            }
            searches("index", now, usage.searches, coverage: usage.coverage)
            searches("index_before", end - 2 * span..<end - span, usage.searchesBefore)
            searches("index_year_ago", now.lowerBound - 364..<now.upperBound - 364, usage.searchesYearAgo)
            row("index", index: usage.index, "records", "records", nil, usage.records)
            row("index_before", index: usage.index, "records", "records", nil, usage.recordsBefore)
            if let last = usage.lastSearched {
                row("index_last_searched", index: usage.index, Self.searches, "requests", last..<last + 1, nil)
            }
        }
        if let attribution = indices.attribution {
            row("index_unattributed", Self.searches, "requests", now, attribution.unattributed)
        }
        for usage in indices.unsearched {
            row("index_unsearched", index: usage.index, "records", "records", nil, usage.records)
        }
    }

    private mutating func append(_ capacity: SearchCapacityReport, end: Int64) {
        let peak = "total_used_search_capacity"
        if let highest = capacity.highest { row("search_capacity_highest", peak, "percent", highest) }
        if capacity.peaks != nil {
            row("search_capacity_days_above_80", peak, "days", end - 28..<end, Double(capacity.daysAbove80))
            row("search_capacity_days_saturated", peak, "days", end - 28..<end, Double(capacity.daysSaturated))
        }
        for degraded in capacity.degraded {
            row("degraded_worst", key: degraded.server.text, degraded.cause.statistic.text, "percent", degraded.worst)
            row(
                "degraded_days", key: degraded.server.text, degraded.cause.statistic.text, "days", nil,
                Double(degraded.days))
            row(
                "degraded_recent_days", key: degraded.server.text, degraded.cause.statistic.text, "days",
                end - 28..<end,
                Double(degraded.recentDays))
        }
    }

    private mutating func append(_ server: ServerReport, end: Int64) {
        for trend in server.trends {
            let resource = trend.resource.rawValue
            let unit = trend.resource.unit.rawValue
            if let recent = trend.recent {
                row("server_recent", key: server.server.text, resource, unit, end - 7..<end, recent)
            }
            row("server_highest", key: server.server.text, resource, unit, trend.highest)
            row(
                "server_change_in_30_days", key: server.server.text, resource, unit, end - 90..<end,
                trend.changePer30Days)
        }
    }

    private mutating func append(_ month: LatencyMonth) {
        let values = [
            ("avg_processing_time", month.average), ("90p_processing_time", month.percentile90),
            ("99p_processing_time", month.percentile99),
        ]
        for (statistic, value) in values {
            row(
                "latency_median", statistic, "milliseconds", month.month.days, value, coverage: month.month.coverage)
        }
        if let worst = month.worst { row("latency_worst", "99p_processing_time", "milliseconds", worst) }
        row(
            "latency_slow", "queries_above_last_ms_processing_time", "queries", month.month.days, month.slowQueries,
            coverage: month.month.coverage)
    }

    private mutating func append(_ unusual: UnusualDay) {
        let unit = StatisticCatalogue.describe(unusual.statistic).unit.rawValue
        let day = unusual.day..<unusual.day + 1
        row("unusual_day", unusual.statistic.text, unit, day, unusual.value)
        row("unusual_day_expected", unusual.statistic.text, unit, day, unusual.expected)
    }

    private mutating func append(_ usage: StatisticUsage) {
        for month in usage.months {
            row(
                "statistic_month", key: usage.key.key.text, usage.key.statistic.text, usage.statistic.unit.rawValue,
                month.days,
                month.value, coverage: month.coverage)
        }
    }

    private mutating func append(_ quality: DataQuality, days: Range<Int64>) {
        for scope in quality.scopes { row("coverage", index: scope.index, "", "", days, nil, coverage: scope.coverage) }
        for run in quality.missing { row("missing", "", "", run, nil, coverage: 0) }
        for run in quality.silent { row("silent", "", "", run, nil) }
    }

    private mutating func row(
        _ section: String, key: String = "", _ statistic: String, _ unit: String, _ value: DayValue
    ) {
        row(section, key: key, statistic, unit, value.day..<value.day + 1, value.value)
    }

    private mutating func row(
        _ section: String, index: IndexName = "", key: String = "", _ statistic: String, _ unit: String,
        _ days: Range<Int64>?, _ value: Double?, _ bounds: ForecastPoint.Bounds? = nil, coverage: Double? = nil
    ) {
        for text in [section, application.text, index.text, key, statistic, unit] {
            field(text)
            bytes.append(UInt8(ascii: ","))
        }
        if let days, !days.isEmpty {
            bytes += "\(CalendarText.iso(days.lowerBound)),\(CalendarText.iso(days.upperBound - 1))".utf8
        } else {
            bytes.append(UInt8(ascii: ","))
        }
        for value in [value, bounds?.lower80, bounds?.upper80, bounds?.lower95, bounds?.upper95, coverage] {
            bytes.append(UInt8(ascii: ","))
            if let value, value.isFinite { number(JSONNumber.rounded(value)) }
        }
        bytes.append(0x0A)
    }

    private mutating func number(_ value: Double) {
        bytes += (Int64(exactly: value).map(String.init) ?? value.description).utf8
    }

    private mutating func field(_ text: String) { CSVField.appendForSpreadsheet(text, to: &bytes) }
}
