import Foundation
import TestSupport
import Testing

@Suite("Few descriptors")
struct DescriptorTests {
    @Test("At `ulimit -n 128`, 200 idle connections keep nobody from an answer and no core busy; one warning")
    func idleConnections() async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(before: "ulimit -n 128"), in: folder) { program in
            let port = try await folder.port()
            let idle = try (0..<200).map { _ in try Peer(port: port) }
            for _ in 0..<3 { #expect(try Peer(port: port).get("/health").contains("200 OK")) }
            #expect(try Peer(port: port).get("/metrics").contains("process_open_fds"))
            #expect(folder.text("log").matches(of: /HTTP connections are in use/).count == 1)
            withExtendedLifetime(idle) {}
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }

    @Test("Where no connection can be accepted the exporter waits, says so once, and goes on when it can")
    func exhausted() async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            // As if something else of the process had taken all of them.
            let limit = try #require(ProcessLimits(program.pid))
            try await limit.set(3)
            let waiting = try (0..<5).map { _ in try Peer(port: port) }
            _ = try await eventually("a warning") {
                folder.text("log").contains("cannot accept a connection") ? true : nil
            }
            let ticks = Self.processorTicks(program.pid)
            try await Task.sleep(for: .seconds(1))
            #expect(Self.processorTicks(program.pid) - ticks < 60)
            #expect(folder.text("log").matches(of: /cannot accept a connection/).count == 1)
            try await limit.set(limit.soft)
            for peer in waiting { #expect(peer.get("/health").contains("200 OK")) }
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }

    /// Hundredths of a second of processor time.
    private static func processorTicks(_ pid: Int32) -> Int {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }
}

/// How many descriptors another process may open.
private struct ProcessLimits {
    let pid: Int32
    let soft: Int

    init?(_ pid: Int32) {
        self.pid = pid
        guard let limits = try? String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8),
            let match = limits.firstMatch(of: /Max open files\s+([0-9]+)/), let soft = Int(match.1)
        else { return nil }
        self.soft = soft
    }

    func set(_ soft: Int) async throws {
        let outcome = try await Tool.run("prlimit", ["--pid", "\(pid)", "--nofile=\(soft):"])
        guard outcome.status == 0 else { throw Missing(what: "prlimit: \(outcome.output)") }
    }
}
