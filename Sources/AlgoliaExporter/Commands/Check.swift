import AlgoliaClient
import ArgumentParser
import AsyncHTTPClient
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
        discussion:
            "Sends at most two usage and two monitoring requests for each application, lists its indices, and sends one empty request to each remote write receiver. Exit status 1 when any check fails."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await common.logging.run { _ in
            let settings = try common.settings()
            report(true, "configuration", "\(settings.applications.count) application(s)")
            var isGood = checkDatabase(settings.storage.path)
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .algolia)
            let clock = SystemClock()
            let clients = ClientPool(
                transport: AsyncHTTPTransport(http), clock: clock, metrics: NOOPMetricsHandler.instance)
            for application in settings.applications {
                do {
                    let check = ClientCheck(try clients.client(application, settings.requests))
                    if !report(await check.usage(now: clock.now)) { isGood = false }
                    if !report(await check.indices()) { isGood = false }
                    if !report(await check.monitoring()) { isGood = false }
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

    private func report(_ finding: ClientCheck.Finding) -> Bool {
        report(finding.isGood, finding.what, finding.text)
        return finding.isGood
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
}
