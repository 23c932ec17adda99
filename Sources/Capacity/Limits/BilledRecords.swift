internal import Forecast

/// The number of records that Algolia charges for a billing period.
///
/// Algolia takes a snapshot a day, disregards the three highest of the month and charges the fourth highest, so that a
/// `replaceAllObjects` that holds an index twice for a day costs nothing.
struct BilledRecords {
    /// How many of the highest days are disregarded.
    static let disregarded = 3

    /// The four highest days so far, the highest first.
    private var highest: [Double] = []

    init(_ days: some Sequence<Double> = []) {
        for day in days { append(day) }
    }

    /// The fourth highest day so far. While there are no more than three it is the lowest of them, and not final; nil
    /// before the first.
    var figure: Double? { highest.last }

    /// Whether there are days enough for a figure that can be charged; from then on it never falls.
    var isCharged: Bool { highest.count > Self.disregarded }

    /// The figure as far as it is charged: zero before the fourth day.
    var charged: Double { isCharged ? figure ?? 0 : 0 }

    /// Counts one more day.
    mutating func append(_ day: Double) {
        let place = highest.firstIndex { $0 < day } ?? highest.endIndex
        highest.insert(day, at: place)
        if highest.count > Self.disregarded + 1 { highest.removeLast() }
    }
}

/// The records that are charged for several billing periods, added up: how they count against an annual commitment.
///
/// A period counts from its fourth day on, so that the sum never falls.
struct BilledRecordsTotal {
    private let billing: BillingPeriod
    /// The sum of the periods before the newest one.
    private var closed = 0.0
    private var period: Range<Int64> = 0..<0
    private var records = BilledRecords()

    init(_ billing: BillingPeriod, _ days: some Sequence<DayValue> = []) {
        self.billing = billing
        for day in days { append(day) }
    }

    /// The sum so far.
    var total: Double { closed + records.charged }

    /// Counts one more day, later than those before.
    mutating func append(_ day: DayValue) {
        if !period.contains(day.day) {
            closed = total
            period = billing.containing(day.day)
            records = BilledRecords()
        }
        records.append(day.value)
    }
}

/// The figure of days that are not there yet.
///
/// A level that is high on one day is high on the next: the errors of its days go together. The fourth highest of the
/// days' bounds is therefore the bound of the fourth highest.
struct BilledRecordsOutlook {
    private var mean: BilledRecords
    private var lower80: BilledRecords
    private var upper80: BilledRecords
    private var lower95: BilledRecords
    private var upper95: BilledRecords

    /// - Parameter past: the days of the month that are over.
    init(_ past: some Sequence<Double> = []) {
        let known = BilledRecords(past)
        (mean, lower80, upper80, lower95, upper95) = (known, known, known, known, known)
    }

    var isCharged: Bool { mean.isCharged }

    /// Counts one more day, and returns the figure up to its end.
    mutating func append(_ day: ForecastPoint) -> Outlook {
        mean.append(day.mean)
        lower80.append(day.bounds.lower80)
        upper80.append(day.bounds.upper80)
        lower95.append(day.bounds.lower95)
        upper95.append(day.bounds.upper95)
        func figure(_ records: BilledRecords) -> Double { records.figure ?? day.mean }
        return Outlook(
            mean: figure(mean),
            bounds: ForecastPoint.Bounds(
                lower80: figure(lower80), upper80: figure(upper80), lower95: figure(lower95),
                upper95: figure(upper95)))
    }
}
