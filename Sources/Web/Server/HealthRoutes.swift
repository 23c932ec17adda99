internal import Collector
internal import History
internal import Hummingbird
internal import UsageModel

/// Liveness and readiness, in the spelling of Kubernetes and in Prometheus's.
enum HealthRoutes {
    /// Seconds for which the history may fail before the exporter is not ready.
    private static let storagePatience: Int64 = 60

    /// The paths of liveness.
    static let alive = ["/health", "/-/healthy"]

    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        let text = [Endpoint.Content(type: "text/plain; charset=utf-8", summary: "One word.")]
        let health = alive.map { path in
            Endpoint(path: path, summary: "Whether the process is alive.", contents: text, isUrgent: true) { _, _ in
                .text("ok\n")
            }
        }
        let ready = ["/ready", "/-/ready"].map { path in
            Endpoint(
                path: path, summary: "Whether the database is open and the first data is stored.", contents: text,
                failures: [503: "Not ready; the body states the reason."], isUrgent: true
            ) { _, _ in
                if let problem = exporter.history.look() {
                    return .text("not ready: \(problem.sentence(exporter.history.path))\n", status: .serviceUnavailable)
                }
                let statuses = await exporter.status()
                let now = exporter.clock.now
                if let since = statuses.compactMap(\.storageFailingSince).min(), now - since >= storagePatience {
                    let time = RFC3339.string(since)
                    return .text(
                        "not ready: history database unavailable since \(time)\n", status: .serviceUnavailable)
                }
                let hasData: Bool
                do {
                    hasData = try await exporter.hasFirstData(statuses)
                } catch let error as HistoryError {
                    return .text("not ready: \(HistoryError.sentence(error))\n", status: .serviceUnavailable)
                }
                if hasData {
                    let ranges = statuses.reduce(0) { $0 + $1.setAside.count }
                    return .text(
                        ranges == 0
                            ? "ready\n"
                            : "ready; \(ranges) ranges skipped after errors, see \(exporter.paths.link("/api/v1/status"))\n"
                    )
                }
                // A shard may own nothing at all, and has then nothing to wait for.
                if !statuses.isEmpty, statuses.allSatisfy(\.hasNothing) { return .text("ready\n") }
                return .text(
                    "not ready: \(await reason(exporter))\n", status: .serviceUnavailable)
            }
        }
        return health + ready
    }

    /// In words of our own: who probes needs no password, and an error of the vendor may hold anything.
    private static func reason(_ exporter: Exporter) async -> String {
        let failing = await exporter.status().filter { $0.lastError != nil }.map { status in
            let state =
                switch status.state {
                case .unauthorized: "the key is missing or rejected"
                case .paused: "requests fail, retrying later"
                case .backfilling, .current: "the newest request failed, retrying"
                }
            return "\(status.application): \(state)\(code(status.lastError))"
        }
        return "no data is stored yet"
            + (failing.isEmpty
                ? "" : "; " + failing.joined(separator: "; ") + "; see \(exporter.paths.link("/api/v1/status"))")
    }

    /// The status at the beginning of an error, the one part that is no text of others.
    private static func code(_ error: String?) -> String {
        guard let digits = error?.utf8.prefix(while: { (0x30...0x39).contains($0) }), digits.count == 3 else {
            return ""
        }
        return " (\(Substring(digits)))"
    }
}

extension Exporter {
    /// Whether the first data of what is configured is stored: answers of the Usage API or, where no application has a
    /// key for it, a list of indices.
    func hasFirstData(_ statuses: [ApplicationStatus]) async throws -> Bool {
        if try await history.hasAnswers() { return true }
        guard !statuses.isEmpty, statuses.allSatisfy({ !$0.keys.contains(.usage) }) else { return false }
        return try await history.hasIndexLists()
    }
}
