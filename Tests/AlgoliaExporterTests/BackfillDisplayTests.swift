import AlgoliaClient
import Collector
import Foundation
import History
import Synchronization
import TestSupport
import Testing
import UsageModel

@testable import AlgoliaExporter

@Suite("The progress of `backfill`")
struct BackfillDisplayTests {
    /// The states of a collector while it fetches everything, with a minute between two.
    private func states(_ world: World) async throws -> [ApplicationStatus] {
        let history = try world.openHistory()
        let states = Mutex<[ApplicationStatus]>([])
        let missing = try await world.collector(history).runUntilComplete { status in
            states.withLock { $0.append(status) }
        }
        #expect(missing.isEmpty)
        return states.withLock { $0 }
    }

    @Test("Off a terminal it is a line of the log every ten seconds, and one at the end")
    func lines() async throws {
        let states = try await states(World())
        let log = CapturedLog()
        let clock = VirtualClock(World.start)
        let display = BackfillDisplay(
            clock: clock, logger: log.logger, columns: { nil }, show: { _ in Issue.record("a bar without a terminal") })
        for state in states {
            display.update(state)
            clock.advance(by: 1)
        }
        display.finish()
        // What is left is known once the indices are listed, which is after three requests for the application itself.
        #expect(log.lines.count == 6, "\(log.lines)")
        #expect(log.lines[0].contains("backfill 0%: 42 requests left, under 1 min"))
        #expect(log.lines[1].contains("backfill 23%: 32 requests left, under 1 min"))
        #expect(log.lines.last?.contains("backfill complete: 42 requests in 46s") == true)
        #expect(display.lastWords("SIGINT") == nil, "nothing is stopped any more")
    }

    @Test("On a terminal it is one bar that fits, ten times a second at most, and Ctrl-C says what is kept")
    func bars() async throws {
        let states = try await states(World()).filter { $0.requestsLeft != nil }
        let log = CapturedLog()
        let clock = VirtualClock(World.start)
        let shown = Mutex<[String?]>([])
        let display = BackfillDisplay(
            clock: clock, logger: log.logger, columns: { 100 }, show: { text in shown.withLock { $0.append(text) } })
        for state in states.prefix(31) {
            display.update(state)
            display.update(state)
            clock.advance(by: 1)
        }
        #expect(
            display.lastWords("SIGINT")
                == "stopped by SIGINT at 71%; all fetched data is stored, backfill and serve continue with the remaining 12 requests"
        )
        display.finish()
        let bars = shown.withLock { $0 }
        #expect(bars.count == 31 + 2 && bars.last == .some(nil))
        #expect(log.lines.isEmpty)
        #expect(bars[0]?.hasPrefix(String(repeating: "░", count: 40)) == true)
        #expect(bars[0]?.hasSuffix("  0% · 0 of 42 requests · under 1 min left") == true)
        let last = try #require(bars[bars.count - 2])
        #expect(last.hasPrefix(String(repeating: "█", count: 28) + "░"), "\(last)")
        #expect(last.hasSuffix("  71% · 30 of 42 requests · 58/min · under 1 min left"), "\(last)")
        #expect(bars.compactMap(\.self).allSatisfy { $0.count < 100 })
    }

    @Test("On a narrow terminal the least important goes first")
    func narrow() async throws {
        var meter = BackfillMeter()
        let states = try await states(World(indices: []))
        meter.note(try #require(states.first { $0.requestsLeft != nil }), now: 0)
        meter.note(try #require(states.last), now: 3600)
        for columns in 1...100 {
            let text = ProgressDisplay.bar(
                percent: meter.percent, parts: BackfillDisplay.parts(meter, now: 3600), columns: columns)
            #expect(text.count <= columns - 1)
            if columns >= 15 { #expect(text.hasSuffix("100%") || text.contains("100% · "), "\(columns): \(text)") }
        }
    }

    /// A script that fetches from a simulator of few requests a minute, on a terminal of so many columns, which `script`
    /// makes. What the terminal shows is in the file `screen`.
    private func onTerminal(_ before: String) -> String {
        """
        cd "$1"; unset ALGOLIA_APPLICATION_ID ALGOLIA_USAGE_API_KEY
        "$0" simulate --web.listen-address 127.0.0.1:0 --indices 2 2> simulator & simulator=$!
        trap 'kill $simulator' EXIT
        for i in $(seq 6000); do url=$(grep -oE 'http://127[0-9.:]+' simulator) && break; sleep 0.1; done
        cat > exporter.yml <<END
        applications: [{ id: DEMOAPP, usage_api_key: demo-usage-key, search_api_key: demo-search-key }]
        endpoints: { usage: $url, monitoring: $url, search: $url }
        polling: { requests_per_minute: 60 }
        END
        \(before)
        """
    }

    private static let hasScript = Tool.isInstalled("script")

    @Test(
        "A terminal shows the log above the bar; Ctrl-C ends it with what is kept, and exit status 130",
        .enabled(if: hasScript))
    func interrupted() async throws {
        let folder = TemporaryFolder()
        // The bar appears, then Ctrl-C is typed.
        let status = try await Program.run(
            script: onTerminal(
                """
                cat > run <<END
                trap : INT; stty cols 60
                TERM=xterm "$0" backfill --config.file exporter.yml --storage.path history.db
                echo "status=\\$?"
                END
                mkfifo keys; exec 3<>keys
                # A shell lets its background ignore Ctrl-C.
                env --default-signal=INT script -qefc "bash run" /dev/null < keys > screen & terminal=$!
                for i in $(seq 6000); do grep -q ' requests' screen && break; sleep 0.1; done
                printf '\\003' >&3
                wait $terminal
                "$0" db verify --storage.path history.db > verified
                """), in: folder)
        #expect(status == 0)
        let screen = folder.text("screen")
        #expect(screen.contains("\r\u{1B}[K"))
        #expect(screen.contains(/[█░]{8,40}  [0-9]+% · [0-9]+ of [0-9]+ requests/), "\(screen)")
        #expect(screen.contains("stopped by SIGINT at "), "\(screen)")
        #expect(screen.contains("all fetched data is stored"))
        #expect(screen.contains("status=130"), "\(screen)")
        // No bar is longer than the terminal; the echo of Ctrl-C comes behind one.
        let bars = screen.split(whereSeparator: \.isNewline).filter { $0.contains("% · ") && !$0.contains("^C") }
        #expect(bars.allSatisfy { $0.replacing("\u{1B}[K", with: "").count < 60 }, "\(bars)")
        #expect(folder.text("verified").contains("is intact"))
    }

    @Test("A terminal that cannot move its cursor has lines, and no bar", .enabled(if: hasScript))
    func dumb() async throws {
        let folder = TemporaryFolder()
        let status = try await Program.run(
            script: """
                cd "$1"
                script -qefc "TERM=dumb '$0' backfill --demo --storage.path history.db" /dev/null < /dev/null > screen
                """, in: folder)
        #expect(status == 0)
        let screen = folder.text("screen")
        #expect(!screen.contains("\u{1B}") && !screen.contains("█"))
        #expect(screen.contains(/backfill complete: [0-9]+ requests in [0-9]+s/), "\(screen)")
    }
}
