public import UsageModel

/// The true events, as the simulator invents it: a pure function of the
/// seed and of what is asked for, so that a test can tell at any time what a
/// client should have stored.
///
/// Usage looks like search traffic (see ``SimulatorConfiguration``): it grows,
/// follows the day and the week, has campaigns and noise; rare operations are
/// not reported in most hours, and servers come and go. A daily bucket is
/// always the fold of its 24 hours. `asOf` is the time of the observation: see
/// `Revisions` for how young buckets differ from what they become.
public struct Truth: Sendable {
    /// An observation after everything has settled.
    public static let settled: UnixTime = 1 << 40

    private let models: [ApplicationID: ApplicationModel]

    /// - Parameters:
    ///   - seed: another seed, another world.
    ///   - origin: the time that growth and ages are relative to; applications
    ///     exist since five years before it.
    ///   - hasDecimals: whether times and percentages have a decimal; Algolia's have none.
    public init(seed: UInt64, origin: UnixTime, applications: [SimulatedApplication], hasDecimals: Bool = false) {
        let precision: Precision = hasDecimals ? .tenths : .whole
        models = Dictionary(
            applications.map { ($0.id, ApplicationModel($0, seed: seed, origin: origin, precision: precision)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// One bucket's value, or nil when it is not reported.
    ///
    /// - Parameters:
    ///   - index: an index, or `""` for the application.
    ///   - key: server, region or zone; `""` for a scalar statistic.
    ///   - bucket: a time in the bucket.
    ///   - asOf: when it is looked at; by default after everything has settled.
    public func value(
        application: ApplicationID, index: IndexName = "", statistic: StatisticName, key: ServerName = "",
        granularity: Granularity,
        bucket: UnixTime, asOf: UnixTime = Truth.settled
    ) -> PointValue? {
        let start = granularity.floor(bucket)
        let range = TimeRange(start, start + granularity.seconds)
        let series = series(
            application: application, index: index, statistic: statistic, granularity: granularity, range: range,
            asOf: asOf)
        return series.first { $0.key == key }?.points.first?.value
    }

    /// All points of a statistic whose buckets begin in `range`, a series for
    /// each key: the quick way to compare many.
    public func series(
        application: ApplicationID, index: IndexName = "", statistic: StatisticName, granularity: Granularity,
        range: TimeRange,
        asOf: UnixTime = Truth.settled
    ) -> [SeriesPoints] {
        guard
            var evaluation = evaluation(
                application: application, index: index, granularity: granularity, range: range, asOf: asOf)
        else { return [] }
        return evaluation.values(statistic).map { key, column in
            let points = zip(evaluation.buckets, column).compactMap { time, value in
                value.isNaN ? nil : Point(time: time, value: PointValue(value))
            }
            return SeriesPoints(statistic: statistic, key: ServerName(key) ?? "", points: points)
        }
    }

    /// The keys of a statistic's map in a bucket: the servers or regions that
    /// report anything then, or `[""]` for a scalar statistic. A statistic may
    /// still have no value for one of them.
    public func keys(
        application: ApplicationID, statistic: StatisticName, granularity: Granularity, bucket: UnixTime
    ) -> [String] {
        guard let model = models[application], granularity != .minutely else { return [] }
        let first = granularity.floor(bucket).hour
        let hours = first..<first + granularity.seconds / 3600
        let alive = model.fleet.servers.filter { server in
            hours.contains { model.fleet.isReported(server, $0) }
        }
        switch Recipes.all[statistic.text] {
        case nil: return []
        case .perServer: return alive.map(\.name)
        case .perRegion: return model.fleet.regions.filter { region in alive.contains { $0.region == region } }
        case .perZone: return Recipes.zones
        default: return [""]
        }
    }

    /// Names of the indices that exist at a time, the largest first.
    public func indices(application: ApplicationID, at time: UnixTime) -> [IndexName] {
        guard let model = models[application] else { return [] }
        return model.indices.filter { $0.created <= time.hour }.map(\.name)
    }

    /// When an index was created, at the start of an hour; nil for an unknown one.
    public func created(application: ApplicationID, index: IndexName) -> UnixTime? {
        models[application]?.index(index).map { $0.created * 3600 }
    }

    /// When the records of an index were last changed at a time, at the start of an hour; nil for an unknown index.
    public func updated(application: ApplicationID, index: IndexName, at time: UnixTime) -> UnixTime? {
        models[application]?.index(index).map { min($0.updated ?? .max, time.hour) * 3600 }
    }

    /// Nil for an unknown application or index, and for minutely buckets.
    func evaluation(
        application: ApplicationID, index: IndexName, granularity: Granularity, range: TimeRange, asOf: UnixTime
    ) -> Evaluation? {
        guard let model = models[application], granularity != .minutely else { return nil }
        let indexModel = index.isEmpty ? nil : model.index(index)
        guard index.isEmpty || indexModel != nil else { return nil }
        return Evaluation(
            model: model, index: indexModel, granularity: granularity, range: range, asOf: min(asOf, Truth.settled))
    }

    func model(_ application: ApplicationID) -> ApplicationModel? { models[application] }

    /// The models of all applications, in a stable order.
    var allModels: [ApplicationModel] { models.values.sorted { $0.id < $1.id } }
}
