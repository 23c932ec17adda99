internal import Collector
internal import History
internal import Hummingbird

/// Liveness and readiness, in the spelling of Kubernetes and in Prometheus's.
enum HealthRoutes {
    static func endpoints(_ exporter: Exporter) -> [Endpoint] {
        let text = [Endpoint.Content(type: "text/plain; charset=utf-8", summary: "One word.")]
        let health = ["/health", "/-/healthy"].map { path in
            Endpoint(path: path, summary: "Whether the process is alive.", contents: text) { _, _ in .text("ok\n") }
        }
        let ready = ["/ready", "/-/ready"].map { path in
            Endpoint(
                path: path, summary: "Whether the database is open and first answers are stored.", contents: text,
                failures: [503: "Not yet; the body says why."]
            ) { _, _ in
                if let problem = exporter.history.look() {
                    return .text("not ready: \(problem.sentence(exporter.history.path))\n", status: .serviceUnavailable)
                }
                if try await exporter.history.hasAnswers() { return .text("ready\n") }
                let statuses = await exporter.status()
                // A shard may own nothing at all, and has then nothing to wait for.
                if !statuses.isEmpty, statuses.allSatisfy(\.hasNothing) { return .text("ready\n") }
                return .text(
                    "not ready: \(await reason(exporter))\n", status: .serviceUnavailable)
            }
        }
        return health + ready
    }

    private static func reason(_ exporter: Exporter) async -> String {
        let errors = await exporter.status().compactMap { status in
            status.lastError.map { "\(status.application): \($0)" }
        }
        return "no answer is stored yet" + (errors.isEmpty ? "" : "; " + errors.joined(separator: "; "))
    }
}
