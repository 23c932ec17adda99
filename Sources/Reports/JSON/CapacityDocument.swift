public import Capacity
internal import Forecast
internal import UsageModel

/// A whole capacity report for programs: one of `/api/v1/capacity`'s applications.
///
/// Its keys become snake case by the encoder's strategy. What is not known is `null`; nothing is left out.
public struct CapacityDocument: Encodable {
    var application: ApplicationID
    var timeZone: String
    var days: JSONSpan
    var answers: [Answer]
    var limits: [Limit]
    @OrNull var protectiveLimit: ProtectiveLimitDocument?
    var forecasts: [ForecastDocument]
    var months: [Period]
    var weeks: [Period]
    var indices: Indices
    @OrNull var inventory: Inventory?
    var searchCapacity: SearchCapacity
    var servers: [Server]
    var latency: Latency
    var unusualDays: [Unusual]
    var statistics: [StatisticDocument]
    var quality: Quality

    public init(_ report: CapacityReport) {
        application = report.application
        timeZone = report.timeZone
        days = JSONSpan(report.days)
        answers = report.answers.map(Answer.init)
        limits = report.limits.map { Limit($0, hasDays: !report.days.isEmpty) }
        protectiveLimit = report.protectiveLimit.map(ProtectiveLimitDocument.init)
        forecasts = report.forecasts.map(ForecastDocument.init)
        months = report.months.map(Period.init)
        weeks = report.weeks.map(Period.init)
        indices = Indices(report.indices)
        inventory = report.inventory.map(Inventory.init)
        searchCapacity = SearchCapacity(report.searchCapacity)
        servers = report.servers.map(Server.init)
        latency = Latency(report.latency)
        unusualDays = report.unusualDays.map(Unusual.init)
        statistics = report.statistics.map(StatisticDocument.init)
        quality = Quality(report.quality)
    }

    /// `{"applications":[…]}`, the body of `/api/v1/capacity`.
    public static func json(_ reports: [CapacityReport]) throws -> [UInt8] { try JSONReport.bytes(reports) }
}

extension CapacityDocument {
    struct Answer: Encodable {
        var id: String
        var question: String
        var answer: String
        var details: String
        var severity: String

        init(_ answer: CapacityAnswer) {
            id = answer.id
            question = answer.question
            self.answer = answer.answer
            details = answer.details
            severity = answer.severity.rawValue
        }
    }

    struct Limit: Encodable {
        var limit: String
        var statistic: StatisticName
        var unit: String
        var agreed: JSONNumber
        var month: JSONSpan
        var used: JSONNumber
        /// The newest day's value.
        var newest: DayDocument
        var usedCoverage: JSONNumber
        var utilization: JSONNumber
        @OrNull var projected: Projected?
        var exhaustion: ExhaustionDocument
        /// Projections of whole months ahead.
        var comingMonths: [ProjectedMonth]
        /// The term of an annual commitment, which `used` and `projected` are about; null for any other limit.
        @OrNull var term: TermDocument?
        @OrNull var excessCost: CostDocument?

        init(_ report: LimitReport, hasDays: Bool) {
            limit = report.limit.rawValue
            statistic = report.limit.statistic
            unit = report.series.unit.rawValue
            agreed = JSONNumber(report.agreed)
            month = JSONSpan(hasDays ? report.month : 0..<0)
            used = JSONNumber(report.used)
            newest = DayDocument(report.series.days.newest)
            usedCoverage = JSONNumber(report.usedCoverage)
            utilization = JSONNumber(report.utilization)
            projected = report.projection.map { Projected($0, report.projectedUtilization) }
            exhaustion = ExhaustionDocument(report.exhaustion)
            comingMonths = report.comingMonths.map { month in
                ProjectedMonth(
                    month: JSONSpan(month.days),
                    projected: Projected(month.projection, report.agreed.map { month.projection.mean / $0 }))
            }
            term = report.term.map(TermDocument.init)
            excessCost = report.excessCost.map(CostDocument.init)
        }
    }

    struct ProjectedMonth: Encodable {
        var month: JSONSpan
        var projected: Projected
    }

    /// At the end of the running month or term.
    struct Projected: Encodable {
        var mean: JSONNumber
        var lower80: JSONNumber
        var upper80: JSONNumber
        var lower95: JSONNumber
        var upper95: JSONNumber
        var utilization: JSONNumber
        var exceedance: JSONNumber

        init(_ projection: Projection, _ utilization: Double?) {
            mean = JSONNumber(projection.mean)
            lower80 = JSONNumber(projection.bounds.lower80)
            upper80 = JSONNumber(projection.bounds.upper80)
            lower95 = JSONNumber(projection.bounds.lower95)
            upper95 = JSONNumber(projection.bounds.upper95)
            self.utilization = JSONNumber(utilization)
            exceedance = JSONNumber(projection.exceedance)
        }
    }

    struct ExhaustionDocument: Encodable {
        /// `unlimited`, `unknown`, `reached`, `expected` or `not_expected`.
        var state: String
        @OrNull var reason: String?
        var day = JSONDay(nil)
        var earliest = JSONDay(nil)
        var latest = JSONDay(nil)
        var withinDays = JSONNumber(nil)

        init(_ exhaustion: Exhaustion) {
            switch exhaustion {
            case .unlimited: state = "unlimited"
            case .unknown(let failure):
                state = "unknown"
                reason = failure.words
            case .unknownTerm(let known, let over):
                state = "unknown"
                reason = "only \(known) of \(over) days of the term have values"
            case .reached(let day):
                state = "reached"
                self.day = JSONDay(day)
            case .expected(let day, let earliest, let latest):
                state = "expected"
                self.day = JSONDay(day)
                self.earliest = JSONDay(earliest)
                self.latest = JSONDay(latest)
            case .notExpected(let within, let earliest):
                state = "not_expected"
                withinDays = JSONNumber(Double(within))
                self.earliest = JSONDay(earliest)
            }
        }
    }

    struct ForecastDocument: Encodable {
        var statistic: StatisticName
        var unit: String
        @OrNull var method: String?
        /// Why there is none.
        @OrNull var reason: String?
        var backtest: BacktestDocument
        var points: [PointDocument] = []

        init(_ series: ForecastedSeries) {
            statistic = series.key.statistic
            unit = series.unit.rawValue
            switch series.forecast {
            case .success(let forecast):
                method = forecast.method.rawValue
                backtest = BacktestDocument(forecast.backtest)
                points = forecast.points.map(PointDocument.init)
            case .failure(let failure):
                reason = failure.words
                backtest = BacktestDocument(nil)
            }
        }
    }

    struct BacktestDocument: Encodable {
        var origins: Int
        var mase: JSONNumber
        var coverage80: JSONNumber
        var coverage95: JSONNumber

        init(_ backtest: BacktestResult?) {
            origins = backtest?.origins ?? 0
            mase = JSONNumber(backtest?.mase)
            coverage80 = JSONNumber(backtest?.coverage80)
            coverage95 = JSONNumber(backtest?.coverage95)
        }
    }

    /// `[day, mean, lower80, upper80, lower95, upper95]`.
    struct PointDocument: Encodable {
        var point: ForecastPoint

        init(_ point: ForecastPoint) { self.point = point }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(JSONDay(point.day))
            let bounds = point.bounds
            for value in [point.mean, bounds.lower80, bounds.upper80, bounds.lower95, bounds.upper95] {
                try container.encode(JSONNumber(value))
            }
        }
    }

    struct Period: Encodable {
        var firstDay: JSONDay
        var lastDay: JSONDay
        var value: JSONNumber
        var coverage: JSONNumber
        var running: Bool

        init(_ period: PeriodUsage) {
            firstDay = JSONDay(period.days.lowerBound)
            lastDay = JSONDay(period.days.upperBound - 1)
            value = JSONNumber(period.value)
            coverage = JSONNumber(period.coverage)
            running = period.isRunning
        }
    }
}
