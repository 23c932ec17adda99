internal import Collector
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// `/`: a page for people. Plain HTML, no script, light and dark.
enum StatusPage {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            path: "/", summary: "Status page for people.",
            contents: [.init(type: "text/html; charset=utf-8", summary: "Freshness, coverage, progress, links.")]
        ) { _, _ in
            let page = try await html(exporter)
            var response = Response.bytes(Array(page.utf8), type: "text/html; charset=utf-8")
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'"
            response.headers[.cacheControl] = "no-store"
            response.headers[.xContentTypeOptions] = "nosniff"
            return response
        }
    }

    private static func html(_ exporter: Exporter) async throws -> String {
        let now = exporter.clock.now
        let statuses = await exporter.status()
        let freshness = try await exporter.history.freshness()
        let coverage = try await exporter.history.coverage()
        let sections = statuses.map { section($0, freshness, coverage, now: now) }.joined()
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>algolia-exporter</title>
            <style>\(style)</style>
            </head>
            <body>
            <header>
            <h1>algolia-exporter</h1>
            <p>Version \(escape(exporter.version)) · \(RFC3339.string(now)) · database \(bytes(exporter.history.size))</p>
            </header>
            <main>
            \(sections.isEmpty ? "<p>No application is configured.</p>" : sections)
            <section>
            <h2>Where to look</h2>
            <ul>
            <li><a href="/metrics">/metrics</a> for Prometheus</li>
            <li><a href="/api/v1/range?statistic=total_search_requests&amp;start=now-7d&amp;step=1d">/api/v1/range</a>: \
            search requests of the last week by day, as JSON (<a \
            href="/api/v1/range?statistic=total_search_requests&amp;start=now-7d&amp;step=1d&amp;format=csv">CSV</a>)</li>
            <li><a href="/api/v1/latest">/api/v1/latest</a>, <a href="/api/v1/series">/api/v1/series</a>, \
            <a href="/api/v1/statistics">/api/v1/statistics</a>, <a href="/api/v1/applications">/api/v1/applications</a>, \
            <a href="/api/v1/status">/api/v1/status</a></li>
            <li><a href="/openapi.json">/openapi.json</a> describes all of them</li>
            <li><a href="/health">/health</a> and <a href="/ready">/ready</a></li>
            </ul>
            </section>
            </main>
            </body>
            </html>

            """
    }

    private static func section(
        _ status: ApplicationStatus, _ freshness: [Freshness], _ coverage: [Coverage], now: UnixTime
    ) -> String {
        let application = Scope(application: status.application)
        let rows = [Granularity.hourly, .daily].map { granularity in
            let newest = freshness.filter { $0.scope == application && $0.granularity == granularity }
                .map(\.completeUntil).max()
            let covered = coverage.first { $0.scope == application && $0.granularity == granularity }
            let since = covered?.ranges.ranges.first.map { RFC3339.string($0.start) } ?? "—"
            return """
                <tr><th scope="row">\(granularity.rawValue)</th>\
                <td>\(newest.map { "\(RFC3339.string($0)), \(DurationText.string(max(now - $0, 0))) ago" } ?? "—")</td>\
                <td>\(since)</td>\
                <td>\(progress(status, granularity))</td></tr>
                """
        }.joined(separator: "\n")
        var notes: [String] = []
        if let error = status.lastError, let time = status.lastErrorTime {
            notes.append("Last error, \(RFC3339.string(time)): \(escape(error))")
        }
        if let until = status.pausedUntil { notes.append("Waiting until \(RFC3339.string(until)).") }
        for (level, names) in status.refused.sorted(by: { $0.key < $1.key }) where !names.isEmpty {
            notes.append("Refused by the plan (\(level) level): \(escape(names.joined(separator: ", ")))")
        }
        if let infrastructure = status.infrastructure {
            let names = infrastructure.clusters.isEmpty ? "none yet" : infrastructure.clusters.joined(separator: ", ")
            notes.append(
                infrastructure.isRefused && infrastructure.servers.isEmpty
                    ? "The key or the plan has no access to the Monitoring API."
                    : "\(infrastructure.servers.count) servers; clusters: \(escape(names))")
            if !infrastructure.isUp, !infrastructure.isRefused, let error = infrastructure.lastError {
                notes.append("Monitoring API: \(escape(error))")
            }
        }
        if !status.failing.isEmpty {
            let names = status.failing.map { $0.isEmpty ? "the application itself" : $0 }
            notes.append("Failing: \(escape(names.joined(separator: ", ")))")
        }
        return """
            <section>
            <h2>\(escape(status.application)) <span class="state \(status.state.rawValue)">\(status.state.rawValue)</span></h2>
            <p>\(status.indices) indices\(status.lastSuccess.map { " · last answer \(RFC3339.string($0))" } ?? "")</p>
            <div class="scroll"><table>
            <thead><tr><th scope="col">Granularity</th><th scope="col">Newest complete bucket ends</th>\
            <th scope="col">Covered since</th><th scope="col">Backfill, with all indices</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table></div>
            \(notes.map { "<p class=\"note\">\($0)</p>" }.joined(separator: "\n"))
            </section>

            """
    }

    private static func progress(_ status: ApplicationStatus, _ granularity: Granularity) -> String {
        let desired = status.desired[granularity] ?? 0
        let remaining = status.remaining[granularity] ?? 0
        guard desired > 0 else { return "—" }
        let percent = Int((Double(desired - remaining) / Double(desired) * 100).rounded(.down))
        let left = remaining > 0 ? ", \(DurationText.string(remaining / 3600 * 3600)) to fetch" : ", complete"
        return """
            <progress max="100" value="\(percent)" aria-label="\(granularity.rawValue) backfill">\(percent) %</progress> \
            \(percent) %\(left)
            """
    }

    private static func bytes(_ count: Int64) -> String {
        count < 1_000_000 ? "\(count / 1000) kB" : "\(Double(count / 100_000) / 10) MB"
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        // Scalars, because `<` and an accent after it are one character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark;--line:light-dark(#d0d7de,#3d444d);--soft:light-dark(#57606a,#9198a1)}
        body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1rem}
        h1{margin:0}header p{color:var(--soft);margin:.25rem 0 1.5rem}
        section{border:1px solid var(--line);border-radius:8px;padding:.5rem 1rem;margin:0 0 1rem}
        .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
        .state{font-size:.8rem;padding:.1rem .5rem;border-radius:1rem;border:1px solid;vertical-align:middle}
        .current{color:light-dark(#116329,#56d364)}.backfilling{color:light-dark(#0550ae,#79c0ff)}
        .paused{color:light-dark(#7d4e00,#e3b341)}.unauthorized{color:light-dark(#a40e26,#ff7b72)}
        .note{color:var(--soft);overflow-wrap:anywhere}progress{vertical-align:middle}
        """
}
