import Foundation
import TestSupport
import Testing

@Suite("Few descriptors")
struct DescriptorTests {
    /// Files that the program finds open at its start, as some supervisors leave them.
    private static let inherited = "for number in $(seq 20 79); do eval \"exec $number</dev/null\"; done"

    /// Seconds of processor time that a process has used.
    private func processorTime(_ pid: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return (fields[12...13].compactMap { Double($0) }.reduce(0, +)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private func warnings(_ folder: TemporaryFolder) -> [Substring] {
        folder.text("log").split(separator: "\n").filter {
            $0.contains("level=warning") && ($0.contains("connections") || $0.contains("ulimit"))
        }
    }

    // Fault (Clients): 300 idle connections at `ulimit -n 128`
    // Done: opened and kept
    // Seen: every scrape is answered; no core is busy; one warning
    // Lost: nothing
    @Test(
        "At `ulimit -n 128`, 300 idle connections keep nobody from an answer and no core busy; one warning",
        arguments: ["", inherited])
    func idle(before: String) async throws {
        let folder = TemporaryFolder()
        let undisturbed = try await undisturbedEnd()
        let (status, end) = try await Program.run(
            script: serving(before: "\(before)\nulimit -n 128"), in: folder
        ) { program in
            let port = try await folder.port()
            let idle = try (0..<300).map { _ in try Peer(port: port) }
            for _ in 0..<3 { #expect(try Peer(port: port).get("/health").contains("200 OK")) }
            let open = try #require(value("process_open_fds", in: try Peer(port: port).get("/metrics")))
            // Connections leave a quarter to others.
            #expect(open <= 100)
            let used = try processorTime(program.pid)
            // A process that spins would use all of it, unless others need the core.
            try await Task.sleep(for: .seconds(3))
            #expect(try processorTime(program.pid) - used < 1.5)
            let warned = try await eventually("a warning") { warnings(folder).isEmpty ? nil : warnings(folder) }
            #expect(warned.count == 1, "\(warned)")
            withExtendedLifetime(idle) {}
            program.send(SIGTERM)
            return ContinuousClock.now
        }
        #expect(status == 0)
        #expect(ContinuousClock.now - end < .seconds(10) + undisturbed * 3)
    }

    @Test(
        "At `ulimit -n 128`, 200 connections that are all busy make others wait, and no longer",
        arguments: ["", inherited])
    func busy(before: String) async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(
            script: serving(before: "\(before)\nulimit -n 128"), in: folder
        ) { program in
            let port = try await folder.port()
            let first = try Peer(port: port)
            var peers: [Peer] = []
            for _ in 0..<200 {
                let peer = try Peer(port: port)
                peer.send("POST /grafana/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
                peers.append(peer)
            }
            let used = try processorTime(program.pid)
            try await Task.sleep(for: .seconds(3))
            #expect(try processorTime(program.pid) - used < 1.5)
            withExtendedLifetime(first) {}
            peers = []
            let page = try Peer(port: port).get("/metrics")
            #expect(try #require(value("process_open_fds", in: page)) <= 100)
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }

    @Test("With too few descriptors to work it does not start, and says how many it needs")
    func tooFew() async throws {
        let folder = TemporaryFolder()
        let status = try await Program.run(script: serving(before: "ulimit -n 40"), in: folder)
        #expect(status == 1)
        #expect(folder.text("log").contains("the open file limit is 40, but serve needs 64"))
    }
}
