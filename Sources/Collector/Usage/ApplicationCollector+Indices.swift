internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// The history of what is collected, and the list of indices, as far as they are known.
extension ApplicationCollector {
    func load() async throws {
        let application = client.application
        try await history.register(application: application, now: clock.now, isConfirmed: false)
        await client.rememberQuota(in: HistoryQuota(history: history, application: application))
        let horizons = try await history.vendorHorizons(application: application)
        var refused: [EndpointLevel: [StatisticName: UnixTime]] = [:]
        for level in EndpointLevel.allCases {
            refused[level] = try await history.refusals(application: application, level: level)
                .mapValues { min($0, clock.now) }
        }
        state.load(horizons: horizons, refused: refused)
        try await setIndices()
        let filter = state.settings.indices
        if !state.collectsUsage {
            log.info("no usage key configured; collecting only records, sizes and build times of indices")
        } else if !client.canListIndices, filter.literalNames.isEmpty, filter.include != [] {
            log.info("no search key and no indices configured; collecting application-level statistics only")
        }
    }

    /// Collects this process's share of the indices that are known from now on; tracks that exist keep their state.
    func setIndices() async throws {
        let application = client.application
        let stored = state.discovery.needsStored ? try await history.knownIndices(application: application) : []
        let tracks = try await StoredTracks(history, application, now: clock.now)
        state.setTracks(of: state.discovery.selected(state.settings.indices, stored: stored), tracks)
    }

    func discoverIndices(now: UnixTime) async -> Bool {
        do throws(AlgoliaError) {
            let list = try await client.indexList()
            state.noteListed(list.names)
            guard await isClockRight(.search) else { return true }
            state.listingSucceeded(list, now: now)
            let owned = state.listedIndices
            await keep(
                IndexSnapshot(
                    application: client.application, indices: list.indices, isWhole: list.isWhole, collected: owned,
                    collectsApplication: state.settings.owns(Scope(application: client.application)),
                    time: min(now, client.newestDate(.search)?.date ?? .max)))
            if owned != state.indices {
                log.info("collecting \(owned.count) of \(list.names.count) indices")
                do { try await setIndices() } catch {
                    hasUnselected = true
                    pauseForStorage(error)
                }
            }
            return true
        } catch {
            if error != .cancelled { state.listingFailed(error, rotation: client.rotation(.search)) }
            return false
        }
    }

    func keep(_ list: IndexSnapshot) async {
        do { try await store(list) } catch {
            unstoredList = list
            pauseForStorage(error)
        }
    }

    func store(_ list: IndexSnapshot) async throws {
        state.noteStored(try await history.store(list))
    }
}
