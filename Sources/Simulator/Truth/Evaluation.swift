import UsageModel

/// The values of one application or index over a range of buckets, as they
/// stand at one observation.
///
/// Statistics depend on each other (totals on their parts, regions on their
/// servers), so columns are kept while the evaluation lives. Everything is
/// hourly until the end: a day is always the fold of its hours.
struct Evaluation {
    let model: ApplicationModel
    let index: IndexModel?
    /// Bucket starts, ascending, without gaps.
    let buckets: [UnixTime]
    /// The hours of all buckets.
    let hours: [Hour]
    /// Positions of the hours that exist: after creation, begun at the observation.
    private let live: Range<Int>
    private let hoursPerBucket: Int
    private var columns: [String: Column] = [:]

    /// - Parameter range: the buckets that begin in it are evaluated.
    init(model: ApplicationModel, index: IndexModel?, granularity: Granularity, range: TimeRange, asOf: UnixTime) {
        self.model = model
        self.index = index
        let first = granularity.ceiling(range.start)
        let width = granularity.seconds
        let buckets = Array(stride(from: first, to: range.end, by: Int(width)))
        let hoursPerBucket = Int(width / 3600)
        let hours = (0..<Int64(buckets.count * hoursPerBucket)).map { model.hour(first.hour + $0, asOf: asOf) }
        let created = max(model.created, index?.created ?? model.created)
        let start = hours.firstIndex { $0.number >= created } ?? hours.count
        let end = hours.firstIndex { $0.elapsed <= 0 } ?? hours.count
        live = start..<max(start, end)
        self.buckets = buckets
        self.hoursPerBucket = hoursPerBucket
        self.hours = hours
    }

    /// The statistic's values by bucket, for each of its keys (`""` for a scalar). Keys
    /// without any value are left out.
    mutating func values(_ name: StatisticName) -> [(key: String, column: Column)] {
        let statistic = name.text
        guard let recipe = Recipes.all[statistic] else { return [] }
        let described = StatisticCatalogue.describe(name)
        guard index == nil || described.perIndex else { return [] }
        let kind: StatisticKind = recipe.isShareOfTime ? .mean : described.isKnown ? described.kind : .count
        let keys: [String] =
            switch recipe {
            case .perServer: model.fleet.servers.map(\.name)
            case .perRegion: model.fleet.regions
            case .perZone: index == nil ? Recipes.zones : []
            default: [""]
            }
        return keys.compactMap { key in
            let column = hourly(statistic, recipe, key).folded(
                by: hoursPerBucket, kind: kind, precision: model.precision)
            return column.contains { !$0.isNaN } ? (key, column) : nil
        }
    }

    private mutating func hourly(_ statistic: String, _ recipe: Recipe, _ key: String) -> Column {
        let name = key.isEmpty ? statistic : "\(statistic)\u{0}\(key)"
        if let known = columns[name] { return known }
        let column = compute(statistic, recipe, key)
        columns[name] = column
        return column
    }

    private mutating func hourly(_ statistic: String) -> Column {
        guard let recipe = Recipes.all[statistic] else { return Column(repeating: .nan, count: hours.count) }
        return hourly(statistic, recipe, "")
    }

    private mutating func compute(_ statistic: String, _ recipe: Recipe, _ key: String) -> Column {
        switch recipe {
        case .traffic(let perSearch):
            return traffic(model.noise.stream(statistic), index?.noise.stream(statistic), perSearch)
        case .rare(let share, let typical):
            return rare(model.noise.stream(statistic), share, typical)
        case .total(let parts):
            var sum = Column(repeating: .nan, count: hours.count)
            for part in parts { sum.add(hourly(part)) }
            return sum
        case .weighted(let parts):
            var sum = Column(repeating: .nan, count: hours.count)
            for part in parts { sum.add(hourly(part.statistic), factor: part.factor) }
            return sum.map { $0.rounded(.down) }
        case .part(let whole, let share):
            let whole = hourly(whole)
            let noise = model.noise.stream(statistic)
            return hours.indices.map {
                (whole[$0] * share * (0.9 + 0.1 * noise.unit(hours[$0].number))).rounded(.down)
            }
        case .level(let level):
            let last = index?.updated.map { model.hour($0, asOf: Truth.settled) }
            return fill { hour in
                model.level(level, last.flatMap { $0.number < hour.number ? $0 : nil } ?? hour, index)
            }
        case .processingTime(let time):
            return processingTime(time, statistic)
        case .perServer(let measure):
            guard let server = model.fleet.servers.first(where: { $0.name == key }) else { return [] }
            return fill { model.measure(measure, server, $0) }
        case .perRegion(let measure, let combination):
            return combined(measure, combination) { $0.region == key }
        case .overall(let measure, let combination):
            return combined(measure, combination) { _ in true }
        case .perZone(let perSearch):
            return traffic(model.noise.stream(key), nil, perSearch)
        }
    }

    /// One value for each hour that exists.
    private func fill(_ value: (Hour) -> Double) -> Column {
        var column = Column(repeating: .nan, count: hours.count)
        for position in live { column[position] = value(hours[position]) }
        return column
    }

    /// An index takes at most its share of the application's final count. When
    /// that is nothing, it reports zero or nothing at all.
    private func traffic(_ noise: Noise, _ own: Noise?, _ perSearch: Double) -> Column {
        fill { hour in
            let all = (hour.searches * perSearch * (0.9 + 0.2 * noise.unit(hour.number))).rounded(.down)
            guard let index, let own else { return hour.observed(all) }
            let draw = own.unit(hour.number)
            let count = (all * index.share * (0.8 + 0.2 * draw)).rounded(.down)
            return count == 0 && draw < 0.5 ? .nan : hour.observed(count)
        }
    }

    /// A rare event happens as a whole in one index, or in none.
    private func rare(_ noise: Noise, _ share: Double, _ typical: Double) -> Column {
        fill { hour in
            guard noise.unit(hour.number * 3) < share else { return .nan }
            if let index, !index.owns(noise.unit(hour.number * 3 + 1)) { return .nan }
            let draw = noise.unit(hour.number * 3 + 2)
            return hour.observed((typical * 3 * draw * draw).rounded(.down))
        }
    }

    /// An hour without searches has no processing time.
    private mutating func processingTime(_ time: Recipe.ProcessingTime, _ statistic: String) -> Column {
        let searches = hourly("queries_operations")
        let average = time == .average ? [] : hourly("avg_processing_time")
        let noise = (index?.noise ?? model.noise).stream(statistic)
        let base = model.searchTime * (index.map { 0.6 + 0.8 * $0.noise.unit(-3) } ?? 1)
        return hours.indices.map { position in
            guard searches[position] > 0 else { return .nan }
            let draw = noise.unit(hours[position].number)
            return switch time {
            case .average:
                model.precision.round(
                    base * (0.85 + 0.3 * draw) * (0.8 + 0.2 * hours[position].burst))
            case .percentile90: (average[position] * (1.8 + 0.6 * draw)).rounded()
            case .percentile99: model.precision.round(average[position] * (4 + 2 * draw))
            }
        }
    }

    private func combined(
        _ measure: Recipe.ServerMeasure, _ combination: Recipe.Combination, _ includes: (Fleet.Server) -> Bool
    ) -> Column {
        let servers = model.fleet.servers.filter(includes)
        return fill { hour in combination.apply(servers.map { model.measure(measure, $0, hour) }, model.precision) }
    }
}
