import AlgoliaClient
import ArgumentParser
import AsyncHTTPClient
import Foundation
import History
import Output
import Prometheus
import Settings
import UsageModel

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, keys and database.",
        discussion:
            "Sends at most two usage and two monitoring requests for each application, lists its indices, and sends one empty request to each remote write receiver. Exit status 1 when any check fails."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let logger = common.logging.start()
        try await Failures.reported(logger) {
            let settings = try common.settings()
            report(true, "configuration", "\(settings.applications.count) application(s)")
            var isGood = checkDatabase(settings.storage.path)
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: AsyncHTTPTransport.configuration)
            let clients = ClientFactory(http: http, clock: SystemClock(), registry: MetricsRegistry())
            for application in settings.applications {
                do {
                    let client = try clients.client(application, settings.requests)
                    if await !checkUsage(client) { isGood = false }
                    if await !checkIndices(client) { isGood = false }
                    if await !checkMonitoring(client) { isGood = false }
                } catch {
                    report(false, application.id.text, "\(error)")
                    isGood = false
                }
            }
            try? await http.shutdown()
            for receiver in settings.remoteWrite {
                let (works, text) = await RemoteWriteCheck.check(
                    receiver, userAgent: "algolia-exporter/\(AlgoliaExporter.version)")
                report(works, "remote write \(receiver.name)", text)
                if !works { isGood = false }
            }
            if !isGood { throw ExitCode.failure }
        }
    }

    private func report(_ isGood: Bool, _ what: String, _ text: String) {
        do {
            try Console.output("\(isGood ? "ok  " : "FAIL")  \(what.printable()): \(text.printable())")
        } catch {
            // Nobody sees what else would be found.
            Console.error("\(error)")
            ProcessControl.shared.end(1)
        }
    }

    private func checkDatabase(_ path: String) -> Bool {
        guard FileManager.default.fileExists(atPath: path) else {
            report(true, "database", "\(path) does not exist yet; serve creates it")
            return true
        }
        do {
            let history = try History(path: path, readOnly: true)
            report(true, "database", "\(path), \(history.size) bytes")
            try history.close()
            return true
        } catch {
            report(false, "database", "\(error)")
            return false
        }
    }

    private func checkUsage(_ client: AlgoliaClient) async -> Bool {
        let now = SystemClock().now
        let end = Granularity.hourly.floor(now)
        func ask(_ statistics: StatisticSelection) async -> Result<UsageAnswer, AlgoliaError> {
            let request = UsageRequest(
                scope: Scope(application: client.application), statistics: statistics, granularity: .hourly,
                range: TimeRange(end - 7200, end))
            do throws(AlgoliaError) { return .success(try await client.usage(request)) } catch {
                return .failure(error)
            }
        }
        let what = "\(client.application) usage API"
        switch await ask(.all) {
        case .success(let answer):
            let statistics = Set(answer.series.map(\.statistic)).count
            guard let failure = answer.failure else {
                report(true, what, "the key works; \(statistics) statistics in the last hours")
                return true
            }
            report(false, what, "incomplete response: \(failure)")
            return false
        case .failure(let refusal):
            guard case .success = await ask(.names(["total_search_requests"])) else {
                report(false, what, "\(refusal)")
                return false
            }
            report(true, what, "the key works; the plan does not include the wildcard, requesting statistics by name")
            return true
        }
    }

    private func checkIndices(_ client: AlgoliaClient) async -> Bool {
        let what = "\(client.application) search API"
        guard client.canListIndices else {
            report(true, what, "no search key; only indices named in the configuration are collected")
            return true
        }
        do throws(AlgoliaError) {
            report(true, what, "the key works; \(try await client.indexNames().count) indices")
            return true
        } catch {
            report(false, what, "\(error)")
            return false
        }
    }

    private func checkMonitoring(_ client: AlgoliaClient) async -> Bool {
        let what = "\(client.application) monitoring API"
        guard client.key(.monitoring) != nil else {
            report(true, what, "no monitoring key; servers and clusters are not collected")
            return true
        }
        do throws(AlgoliaError) {
            let servers = try await client.inventory()
            let metrics = Set(try await client.infrastructure(.hour).map(\.statistic))
            report(true, what, "the key works; \(servers.count) servers, \(metrics.count) metrics")
            return true
        } catch {
            report(false, what, "\(error)")
            return false
        }
    }
}
