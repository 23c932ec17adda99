internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Consequences of a clock that is wrong, or was.
extension ApplicationCollector {
    /// Compares the clock with the newest answer of an API.
    ///
    /// The first answer after the start, or after the clock was set, confirms the time. What the file says of
    /// later than that is void, and counters begin with it.
    /// - Returns: false when what was asked was asked for another time: the answer means nothing.
    func isClockRight(_ api: API = .usage) async -> Bool {
        // Without an answer nobody knows.
        guard let reading = client.newestDate(api) else { return true }
        let step = clock.synchronize(reading)
        noteOffset(api)
        guard step != 0 || !isClockConfirmed else { return true }
        if step != 0 { follow(step) }
        do {
            let application = client.application
            let future = try await history.forgetFuture(
                application: application, [.hourly, .daily], now: max(clock.now, reading.date ?? .min),
                settleDelay: settings.settleDelay)
            if let future {
                log.warning(
                    """
                    the database has data up to \(RFC3339.string(future.latest)), which is in the future: a clock was ahead; \
                    discarded the data later than now, fetching it again
                    """)
            }
            // A time that was registered by a wrong clock is replaced.
            if step != 0 { try await history.register(application: application, now: clock.now, isConfirmed: false) }
            try await history.confirm(application: application)
            isClockConfirmed = true
            guard step != 0 || future != nil else { return true }
            reload()
        } catch {
            _ = pauseForStorage(error)
        }
        return false
    }

    /// Goes on after the time was set.
    func follow(_ step: Double) {
        let direction = step > 0 ? "forward" : "back"
        log.notice(
            "the system time was set \(direction) by \(Int(step.magnitude)) s; continuing with the new time",
            metadata: ["now": "\(RFC3339.string(clock.now))"])
        health.shift(by: step)
        discovery.shift(by: step)
        readThroughPlanner.forgetFailures()
        isClockConfirmed = false
        reload()
    }

    /// Reads anew what the history knows.
    private func reload() {
        planner.setTracks([])
        isLoaded = false
    }

    private func noteOffset(_ api: API) {
        guard let offset = clock.offset else { return }
        metrics.clockOffset(offset, api)
        let isWrong = abs(offset) > CollectionClock.tolerance
        guard isWrong != hasToldClock else { return }
        hasToldClock = isWrong
        if isWrong {
            log.warning(
                """
                this machine's clock is \(Int(offset.magnitude)) s \(offset > 0 ? "ahead of" : "behind") Algolia's; \
                treating nothing later than the earlier of the two as settled until they agree; check the time service
                """)
        } else {
            log.info("this machine's clock agrees with Algolia's again")
        }
    }
}
