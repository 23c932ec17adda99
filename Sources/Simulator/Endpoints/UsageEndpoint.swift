import UsageModel

/// `GET /1/usage/{statistics}[/{index}]`.
struct UsageEndpoint: Sendable {
    let truth: Truth
    let faults: Faults
    let now: UnixTime
    /// Seconds that buckets of each granularity are kept.
    let retention: (hourly: Int64, daily: Int64)

    /// - Parameter created: when the index was created, where older ranges shall be 404.
    /// - Throws: ``APIError`` as Algolia would answer.
    func answer(
        application: ApplicationID, statistics: [StatisticName], index: IndexName, created: UnixTime?,
        parameters: [String: String]
    ) throws(APIError) -> [UInt8] {
        let query = try UsageQuery(parameters)
        let names = try expand(statistics, index: index)
        guard index.isEmpty || truth.indices(application: application, at: now).contains(index) else {
            throw APIError(404, "Index \(index) does not exist")
        }
        guard !faults.failingIndices.contains(index) else { throw APIError(500, "Internal server error") }
        let kept = now - (query.granularity == .hourly ? retention.hourly : retention.daily)
        if let status = faults.refusedOldRangeStatus, query.range.start < kept {
            throw APIError.tooOld(status, retention: now - kept)
        }
        if let created, query.range.end <= created { throw APIError.noData }
        let range = TimeRange(max(query.range.start, kept), query.range.end)
        guard
            var evaluation = truth.evaluation(
                application: application, index: index, granularity: query.granularity, range: range, asOf: now)
        else { throw APIError.invalidCredentials }
        var answer = UsageAnswer(buckets: evaluation.buckets, statistics: names.count, faults: faults)
        for name in names {
            let isNumber = faults.averageCapacityIsNumber && name == "avg_used_search_capacity"
            answer.add(
                name, evaluation.values(isNumber ? "total_avg_used_search_capacity" : name),
                isMap: !isNumber && UsageAnswer.isMap(name),
                poison: faults.poisonedValues.filter { $0.concerns(name, index: index, query.granularity) })
        }
        guard !answer.isEmpty || !faults.emptyRangeIsNotFound else { throw APIError.noData }
        return answer.finish()
    }

    /// The statistics that a request means: `*` and groups become their members, what
    /// the plan does not have is left out of them, and nothing comes twice.
    private func expand(_ asked: [StatisticName], index: IndexName) throws(APIError) -> [StatisticName] {
        let served = Set(available(perIndex: !index.isEmpty))
        var names: [StatisticName] = []
        for name in asked {
            if name == "*" {
                if let status = faults.refusedWildcardStatus {
                    throw APIError(status, "Metric \"*\" not found")
                }
                names += available(perIndex: !index.isEmpty)
            } else if let members = StatisticCatalogue.groups[name] {
                names += members.filter(served.contains)
            } else if served.contains(name) {
                names.append(name)
            } else {
                throw APIError.unknownMetric(name.text)
            }
        }
        var seen: Set<StatisticName> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func available(perIndex: Bool) -> [StatisticName] {
        var names = StatisticCatalogue.all.filter { !perIndex || $0.perIndex }.map(\.name)
            .filter { !faults.refusedStatistics.contains($0) }
        if faults.unknownStatistics { names += perIndex ? ["future_metric_operations"] : Recipes.unknown }
        return names
    }
}
