import AlgoliaClient
import Foundation
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector
@testable import Web

@Suite("Trouble on the pages")
struct TroubleTests {
    private func status(
        _ application: ApplicationID, _ state: ApplicationStatus.State, error: String? = nil,
        errorTime: UnixTime = World.start, lastSuccess: UnixTime? = nil, storageFailingSince: UnixTime? = nil
    ) -> ApplicationStatus {
        var status = ApplicationStatus(
            application: application, state: state, pausedUntil: state == .current ? nil : World.start + 600,
            lastSuccess: lastSuccess, lastError: error, lastErrorTime: error.map { _ in errorTime }, indices: 0,
            hasNothing: false, remaining: [.hourly: 86_400], desired: [.hourly: 172_800], refused: [:], failing: [],
            keys: [.usage], quota: TokenBucket.Use(requestsPerMinute: 60, sentInLastMinute: 0))
        status.storageFailingSince = storageFailingSince
        return status
    }

    /// The entries of the banner of a page.
    private func banner(_ answer: Answer) -> [String] {
        guard let list = answer.text.firstMatch(of: /<ul class="answers" aria-label="Problems">([\s\S]*?)<\/ul>/) else {
            return []
        }
        return list.1.matches(of: /<li class="bad">(.*?)<\/li>/).map { String($0.1.replacing(/<[^>]*>/, with: "")) }
    }

    @Test("Every page names the cause, what to do and the next try")
    func every() async throws {
        let site = try Site()
        let statuses = [
            status("KEY", .unauthorized, error: "401: Invalid credentials"),
            status("NET", .paused, error: "connection refused", lastSuccess: World.start - 3600),
            status("DISK", .paused, error: "cannot write the history database", storageFailingSince: World.start - 60),
            status("FINE", .current, error: "timeout", errorTime: World.start - 900, lastSuccess: World.start),
        ]
        try await withServer(site.exporter { statuses }) { web in
            for path in ["/", "/explore", "/capacity", "/collector", "/setup", "/explore?statistic=nope"] {
                let answer = try await web.get(path)
                try answer.page(path.contains("?") ? 404 : 200)
                let banner = banner(answer)
                #expect(banner.count == 3, "\(path): \(banner)")
                #expect(banner[0].hasPrefix("KEY: the usage key does not work: 401: Invalid"))
                #expect(banner[0].contains("Replace the key"))
                #expect(banner[1].hasPrefix("NET: nothing has been fetched from Algolia since "))
                #expect(banner[2].hasPrefix("DISK: nothing has been stored since "))
                #expect(banner.allSatisfy { $0.contains("Next try: 2026-07-15 10:30\u{A0}UTC.") }, "\(banner)")
            }
            let collector = try await web.get("/collector").text
            #expect(collector.contains("blocked") && collector.contains("being fetched"))
            #expect(
                !collector.contains("Last error, <time datetime=\"2026-07-15T10:20:00Z\""), "said at the top already")
            #expect(collector.contains("timeout"), "the error that passed is told where it happened")
        }
    }

    @Test("Waiting for the quota is no trouble, and neither is a backfill")
    func none() async throws {
        let site = try Site()
        let statuses = [
            status("WAIT", .paused), status("FILL", .backfilling, error: "timeout", lastSuccess: World.start),
        ]
        try await withServer(site.exporter { statuses }) { web in
            let (overview, collector) = (try await web.get("/"), try await web.get("/collector"))
            #expect(banner(overview).isEmpty && !collector.text.contains("blocked"))
        }
    }

    @Test("A database that is gone is the one thing to say")
    func database() async throws {
        let site = try Site()
        try await site.store(hours([1]))
        try FileManager.default.removeItem(atPath: site.history.path)
        try await withServer(site.exporter { [status("APP", .unauthorized, error: "401")] }) { web in
            let log = CapturedLog()
            let watch = HistoryWatch(
                history: site.history, clock: site.clock, metrics: site.registry, logger: log.logger)
            _ = watch.check(nil)
            let banner = banner(try await web.get("/"))
            #expect(banner.count == 1 && banner[0].hasPrefix("Database \(site.history.path) was deleted while in use"))
        }
    }
}
