internal import History
internal import UsageModel

/// Requests that are made once a day, because the vendor may have changed its mind or its numbers.
extension Planner {
    /// Asks for one statistic that was refused, on the newest bucket alone.
    func probeRequest(now: UnixTime) -> PlannedRequest? {
        for level in EndpointLevel.allCases {
            guard let statistic = offers[level]?.probe(now: now) else { continue }
            let free = tracks.lazy.filter {
                EndpointLevel($0.scope) == level && $0.granularity == .hourly && $0.notBefore <= Double(now)
            }
            // An index that fails may be refused for itself, whatever the plan has.
            guard let track = free.first(where: { $0.failures == 0 }) ?? free.first else { continue }
            return PlannedRequest(
                scope: track.scope, granularity: .hourly, range: settings.tail(.hourly, now: now),
                statistics: statistic == .everything ? .all : .names([statistic]), purpose: .probe)
        }
        return nil
    }

    /// Asks again for what was set aside a day ago.
    func retryRequest(now: UnixTime) -> PlannedRequest? {
        for position in tracks.indices where !tracks[position].setAside.isEmpty && isFree(position, now: now) {
            let track = tracks[position]
            guard let due = track.setAside.first(where: { Self.isDue($0.triedAt, now: now) }) else { continue }
            // What is set aside of the same range is asked for at once.
            let names = track.setAside.filter {
                $0.range == due.range && $0.isOpen == due.isOpen && $0.statistic != .everything
            }.map(\.statistic)
            // The newest buckets tell whether the live tail can have it again.
            let range =
                due.isOpen
                ? settings.tail(track.granularity, now: now)
                : TimeRange(
                    due.range.start, min(due.range.end, due.range.start + PlannedRequest.longest(track.granularity)))
            return PlannedRequest(
                scope: track.scope, granularity: track.granularity, range: range,
                statistics: due.statistic == .everything
                    ? .all : .names(Array(names.prefix(StatisticsOffer.batchSize))), purpose: .retry)
        }
        return nil
    }

    /// Asks for something older than the vendor served a day ago, one bucket of it.
    func horizonRequest(now: UnixTime) -> PlannedRequest? {
        for (key, horizon) in reaches.horizons where Self.isDue(horizon.triedAt, now: now) {
            let oldest = key.granularity.ceiling(now - horizon.age)
            // The next bucket but one: the age is known to a bucket.
            let start = oldest - 2 * key.granularity.seconds
            guard start >= settings.desired(key.granularity, now: now).start,
                let track = tracks.first(where: {
                    EndpointLevel($0.scope) == key.level && $0.granularity == key.granularity
                        && $0.notBefore <= Double(now)
                })
            else { continue }
            let offer = offer(track.scope)
            guard offer.servesWildcard || !offer.names.isEmpty else { continue }
            return PlannedRequest(
                scope: track.scope, granularity: key.granularity,
                range: TimeRange(start, start + key.granularity.seconds),
                statistics: offer.servesWildcard ? .all : .names(offer.batch(of: offer.names)), purpose: .horizon)
        }
        return nil
    }

    /// Whether what was last tried at `time` is tried again. A time that lies ahead of the clock is void.
    private static func isDue(_ time: UnixTime, now: UnixTime) -> Bool {
        time > now || now - time >= CollectionSettings.setAsideMemory
    }

    func revisionRequest(now: UnixTime) -> PlannedRequest? {
        for position in tracks.indices {
            guard let checked = tracks[position].revisionChecked,
                now - checked >= CollectionSettings.revisionInterval, isFree(position, now: now),
                !tracks[position].searches.isRunning(.revision)
            else { continue }
            let track = tracks[position]
            let offer = offer(track.scope)
            guard offer.servesWildcard || !offer.names.isEmpty else { continue }
            let end = track.granularity.floor(now - settings.settleDelay)
            let range = TimeRange(end - CollectionSettings.revisedRange, end)
            return PlannedRequest(
                scope: track.scope, granularity: track.granularity, range: range,
                statistics: track.revisionBatches.first ?? revisionBatches(track)[0], purpose: .revision)
        }
        return nil
    }

    /// The requests that one revision check takes.
    private func revisionBatches(_ track: Track) -> [StatisticSelection] {
        let offer = tailOffer(track)
        let names = offer.names
        guard !offer.servesWildcard, !names.isEmpty else { return [.all] }
        return stride(from: 0, to: names.count, by: StatisticsOffer.batchSize).map {
            .names(Array(names[$0..<min($0 + StatisticsOffer.batchSize, names.count)]))
        }
    }

    /// Takes an answered batch off the running revision check; whether it was the last.
    mutating func finishRevisionBatch(_ request: PlannedRequest) -> Bool {
        guard let all = track(request.scope, request.granularity).map(revisionBatches) else { return true }
        return update(request.scope, request.granularity) { track in
            if track.revisionBatches.isEmpty { track.revisionBatches = all }
            track.revisionBatches.removeAll { $0 == request.statistics }
            return track.revisionBatches.isEmpty
        } ?? true
    }
}
