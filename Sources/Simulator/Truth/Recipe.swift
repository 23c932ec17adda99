/// How the values of one statistic come about.
enum Recipe: Sendable {
    /// Events that follow the traffic: so many for each search.
    case traffic(perSearch: Double)
    /// Events that happen in a `share` of the hours only; the others do not
    /// report the statistic at all. Zero is reported now and then.
    case rare(share: Double, typical: Double)
    /// The sum of statistics; not reported when none of them is.
    case total([String])
    /// Whole multiples of statistics, added up.
    case weighted([(statistic: String, factor: Double)])
    /// A share of another statistic, a little less from hour to hour.
    case part(of: String, share: Double)
    case level(Level)
    /// Milliseconds: so many times as long as another time, within bounds.
    case processingTime(ProcessingTime)
    case perServer(ServerMeasure)
    case perRegion(ServerMeasure, Combination)
    case overall(ServerMeasure, Combination)
    /// A map whose keys are none of the documented ones.
    case perZone(perSearch: Double)

    /// Whether it is a share of the bucket's whole time, so that a day is the mean of its hours.
    var isShareOfTime: Bool {
        switch self {
        case .perServer(.degradedSecondsBySSD), .perServer(.degradedSecondsByCapacity): true
        default: false
        }
    }

    enum Level: Sendable { case records, dataSize, fileSize }

    enum ProcessingTime: Sendable { case average, percentile90, percentile99 }

    /// Percent measures but for the first, which is in queries per second.
    enum ServerMeasure: Sendable, CaseIterable {
        case peakQueries, peakCapacity, meanCapacity
        case degradedQueriesBySSD, degradedSecondsBySSD
        case degradedQueriesByCapacity, degradedSecondsByCapacity
    }

    /// How a region's value comes from its servers'.
    enum Combination: Sendable {
        case highest, mean
        /// Peaks add up, but do not all fall into the same second.
        case simultaneous
    }
}
