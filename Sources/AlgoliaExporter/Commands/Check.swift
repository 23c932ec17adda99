import AlgoliaClient
import ArgumentParser
import AsyncHTTPClient
import Collector
import CoreMetrics
import Foundation
import History
import Output
import RemoteStorage
import Settings
import Transport
import UsageModel

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, keys and database.",
        discussion: """
            Sends two usage and a few monitoring requests for each application, lists its indices, asks whether Usage \
            API v2 is served, and sends one empty request to each remote write receiver. Says how many requests the \
            first backfill takes, and what to do \
            next. What is not configured is skipped. Exit status 1 when any check fails.
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "Check the built-in simulator and the demo database instead of Algolia.")
    var demo = false

    func run() async throws {
        try await common.logging.run { logger in
            var settings = try common.settings(requireApplication: false)
            if demo {
                try await Demo(logger: logger).redirect(&settings, keepsPath: common.storagePath != nil)
            }
            try await check(settings)
        }
    }

    private func check(_ settings: Settings) async throws {
        var isGood = true
        func report(_ verdict: ClientCheck.Finding.Verdict, _ what: String, _ text: String) {
            if verdict == .fails { isGood = false }
            Self.line(verdict.label, what, text)
        }
        let source = demo ? "demo" : common.configFile ?? "the environment"
        let count = settings.applications.count
        if settings.applications.isEmpty {
            // A file is there to name some; the environment may have nothing yet.
            report(common.configFile == nil ? .skipped : .fails, "configuration", "\(source) names no application")
        } else {
            report(.works, "configuration", "\(source), \(count) \(count == 1 ? "application" : "applications")")
        }
        if let proxy = settings.proxies.proxy(for: settings.requests.endpoints.usage) {
            report(.works, "proxy", "requests to the Usage API go through \(proxy)")
        }
        let database = await Self.database(settings.storage.path)
        report(database.verdict, "database", database.text)
        defer { try? database.history?.close() }
        let transport = AsyncHTTPTransport(
            .algolia, proxies: settings.proxies,
            authorities: try CertificateAuthorities(file: settings.requests.endpoints.certificateAuthorityFile))
        let clock = SystemClock()
        let clients = ClientPool(
            transport: transport, clock: clock, metrics: NOOPMetricsHandler.instance)
        for application in settings.applications {
            do {
                let check = ClientCheck(try clients.client(application, settings.requests))
                let usage = await check.usage(now: clock.now)
                let indices = await check.indices()
                let monitoring = await check.monitoring()
                var clusters = application.clusters ?? monitoring.clusters
                if clusters == nil, let history = database.history {
                    clusters = try await history.clustersOfServers(application.id, now: clock.now)
                }
                let status = await check.status(of: clusters ?? [], areConfigured: application.clusters != nil)
                let usageV2 = await check.usageV2(isOn: application.collectsBilling)
                for finding in [usage, indices, monitoring, status, usageV2] {
                    report(finding.verdict, finding.what, finding.text)
                }
                guard usage.verdict == .works, indices.verdict != .fails else { continue }
                let estimate = try await BackfillEstimate(
                    of: application.id, settings: settings.collection(of: application, shard: nil),
                    listed: indices.indices, servesWildcard: usage.servesWildcard, history: database.history,
                    now: clock.now)
                report(
                    .works, "\(application.id) backfill", Self.text(estimate, settings.requests.requestsPerMinute))
            } catch {
                report(.fails, application.id.text, "\(error)")
            }
        }
        await transport.closed()
        if settings.remoteWrite.isEmpty { report(.skipped, "remote write", "no receiver is configured") }
        for receiver in settings.remoteWrite {
            let (works, text) = await RemoteWriteCheck.check(
                receiver, userAgent: "algolia-exporter/\(AlgoliaExporter.version)", proxies: settings.proxies)
            report(works ? .works : .fails, "remote write \(receiver.name)", text)
        }
        Self.line("next", nil, next(settings, isGood: isGood))
        if !isGood { throw ExitCode.failure }
    }

    private static func text(_ estimate: BackfillEstimate, _ requestsPerMinute: Int) -> String {
        let count = "\(CountText.grouped(estimate.requests)) \(estimate.requests == 1 ? "request" : "requests")"
        guard !estimate.isComplete else { return "complete; a start makes \(count) for the newest data" }
        let time = BackfillMeter.about(
            TokenBucket.seconds(for: estimate.requests, requestsPerMinute: requestsPerMinute))
        return "\(count) to make, \(time) at \(CountText.grouped(requestsPerMinute)) requests/min"
    }

    /// What to do after these checks.
    private func next(_ settings: Settings, isGood: Bool) -> String {
        let command =
            (common.configFile.map { " --config.file=\($0)" } ?? "")
            + (common.storagePath.map { " --storage.path=\($0)" } ?? "") + (demo ? " --demo" : "")
        guard isGood else { return "correct what FAIL names, then run `algolia-exporter check\(command)` again" }
        guard settings.applications.isEmpty else { return "run `algolia-exporter serve\(command)`" }
        return "set ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY or name a file with --config.file; "
            + "`algolia-exporter serve --demo` needs neither"
    }

    private static func line(_ label: String, _ what: String?, _ text: String) {
        let start = "\(label.padding(toLength: 4, withPad: " ", startingAt: 0))  "
        do {
            try Console.output(start + (what.map { "\($0.printable()): " } ?? "") + text.printable())
        } catch {
            // Nobody sees what else would be found.
            for line in FailureText(error).lines { Console.error(line) }
            ProcessControl.shared.end(1)
        }
    }

    /// - Returns: the finding, and the history if there is one.
    private static func database(
        _ path: String
    ) async -> (verdict: ClientCheck.Finding.Verdict, text: String, history: History?) {
        guard FileManager.default.fileExists(atPath: path) else {
            return (.works, "\(path) does not exist yet; serve creates it", nil)
        }
        do {
            let history = try History(path: path, readOnly: true)
            return (.works, "\(path), \(CountText.grouped(history.size)) bytes", history)
        } catch {
            return (.fails, "\(error)", nil)
        }
    }
}

extension ClientCheck.Finding.Verdict {
    /// The first word of its line.
    fileprivate var label: String {
        switch self {
        case .works: "ok"
        case .skipped: "skip"
        case .fails: "FAIL"
        }
    }
}
