internal import AlgoliaClient
internal import History
internal import Logging
internal import Transport
internal import UsageModel

/// The registry: asked once a day, and believed until then.
extension BillingCollector {
    /// When the registry is to be asked for, in seconds since 1970.
    func registryDue(_ now: UnixTime) -> Double {
        guard let registry, registry.askedAt <= now else { return registryNotBefore }
        return max(Double(registry.askedAt + Self.registryMemory), registryNotBefore)
    }

    /// Makes the registry due.
    func forgetRegistry() { registry?.askedAt = clock.now - Self.registryMemory }

    func readRegistry() async -> Bool {
        do throws(AlgoliaError) {
            let metrics = try await client.billingMetrics()
            guard isClockRight() else { return false }
            tell(of: metrics)
            (registryError, refusedKey) = (nil, nil)
            self.metrics.succeeded(.usageV2, now: clock.now)
            await note(BillingRegistry(askedAt: clock.now, isServed: true, metrics: metrics))
            return true
        } catch {
            guard error != .cancelled else { return false }
            registryError = error.description
            if error.refusesRegistry { await noteRefused(error) } else { backOff(error) }
            return false
        }
    }

    func note(_ registry: BillingRegistry) async {
        self.registry = registry
        (registryFailures, registryNotBefore) = (0, 0)
        state.list(registry.metrics.map(\.statistic))
        hasUnwrittenRegistry = true
        do {
            try await history.note(registry, application: client.application)
            hasUnwrittenRegistry = false
        } catch {
            pauseForStorage(error)
        }
    }

    /// The key, the plan or the vendor does not have this API.
    func noteRefused(_ error: AlgoliaError) async {
        if registry?.isServed == true {
            log.notice(
                "Usage API v2 is no longer served: \(error); keeping the stored billing metrics, retrying in 24 h")
        } else if !hasToldRefusal {
            log.debug("Usage API v2 is not served: \(error); continuing without billing metrics, retrying in 24 h")
        }
        hasToldRefusal = true
        refusedKey = try? client.key(.usageV2)?.current()
        metrics.forget([.usageV2])
        await note(BillingRegistry(askedAt: clock.now, isServed: false, metrics: registry?.metrics ?? []))
    }

    func backOff(_ error: AlgoliaError) {
        let wasServed = registry?.isServed == true
        registryFailures += 1
        var delay = FailureKind(error).scheduledDelay(failures: registryFailures, using: &generator)
        // Nobody knows whether there is such an API: it is not worth many requests.
        if !wasServed {
            delay = max(
                delay, FailureKind.unauthorized.scheduledDelay(failures: registryFailures, using: &generator))
        }
        registryNotBefore = (clock.seconds + delay).rounded(.up)
        let text = "Usage API v2 request failed (registry): \(error); retrying in \(Int(delay.rounded(.up))) s"
        guard wasServed else { return log.debug("\(text)") }
        metrics.failed(.usageV2)
        log.warning("\(text)")
    }

    /// Says what is new in the registry.
    func tell(of metrics: [BillingMetric]) {
        let known = registry?.isServed == true ? Set(registry?.metrics.map(\.name) ?? []) : []
        let new = metrics.map(\.name).filter { !known.contains($0) }
        guard !new.isEmpty else { return }
        let names = new.prefix(10).map { ForeignText.shown($0.text) }.joined(separator: ", ")
        log.info(
            """
            Usage API v2 lists \(new.count) new billing \(new.count == 1 ? "metric" : "metrics"): \(names)\
            \(new.count > 10 ? " and others" : ""); collecting
            """)
    }
}
