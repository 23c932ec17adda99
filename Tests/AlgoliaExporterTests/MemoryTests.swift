import Foundation
import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("Memory")
struct MemoryTests {
    private static let days: Int64 = 29
    private static let servers = 23
    private static let points = servers * Int(days) * 1440

    /// Nearly a million minutes of servers.
    private func fill(_ path: String, _ range: TimeRange) async throws {
        let history = try History(path: path)
        _ = try await history.store(
            (0..<Self.servers).map { number in
                SeriesPoints(
                    statistic: "cpu_usage", key: ServerName(stringLiteral: "c\(number)-1"),
                    points: [Point(time: range.start, value: .real(0.25))])
            },
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), granularity: .minutely, range: range, statistics: .all,
                fetchedAt: range.end + 7200, settleDelay: 7200))
        try history.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { db in
            let values = (0..<60).map { "\(1000 + $0).25" }.joined(separator: ", ")
            try db.execute(
                sql: """
                    WITH RECURSIVE hours(hour) AS (SELECT ? UNION ALL SELECT hour + 1 FROM hours WHERE hour < ?)
                    INSERT OR REPLACE INTO minutely SELECT series.id, hour, \(values) FROM series, hours
                    WHERE series.statistic = 'cpu_usage'
                    """, arguments: [range.start / 3600, range.end / 3600 - 1])
        }
        try queue.close()
    }

    /// Kilobytes.
    private func memory(_ name: String, _ program: Program.Running) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
        return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1]))
    }

    // Fault (Clients): Nine clients of a million points each
    // Done: some do not read
    // Seen: less memory than their answers would take
    // Lost: nothing
    @Test("Nine clients of a million points each need less memory than their answers, whether they read them or not")
    func ranges() async throws {
        let folder = TemporaryFolder()
        let end = Granularity.daily.floor(SystemClock().now)
        try await fill(folder.file("history.db"), TimeRange(end - Self.days * 86_400, end))
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            #expect(try Peer(port: port).get("/health").contains("200 OK"))
            let before = try memory("VmRSS", program)
            let path =
                "/api/v1/range?statistic=cpu_usage&granularity=minutely"
                + "&start=\(RFC3339.string(end - Self.days * 86_400))&end=\(RFC3339.string(end))"
            let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let stalled = try (0..<8).map { _ in
                let peer = try Peer(port: port, receiveBuffer: 4096)
                peer.send(request)
                return peer
            }
            // The answer of each has begun.
            for peer in stalled { #expect(peer.receive(12) == "HTTP/1.1 200") }
            let reader = try Peer(port: port)
            reader.send(request)
            var bytes = 0
            while case let part = reader.receive(), !part.isEmpty { bytes += part.utf8.count }
            #expect(bytes > 15 * Self.points)
            let needed = try (memory("VmHWM", program) - before) * 1024
            #expect(needed < 9 * bytes, "\(needed) bytes for nine answers of \(bytes)")
            withExtendedLifetime(stalled) {}
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }
}
