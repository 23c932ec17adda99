import Foundation
import TestSupport
import Testing

@Suite("Signals")
struct SignalTests {
    /// Waits until the program's first instructions have run: from then on it holds SIGHUP.
    private func started(_ program: Program.Running) async throws {
        _ = try await eventually("the start") {
            let status = (try? String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)) ?? ""
            guard status.contains("Name:\talgolia-exporte"), let match = status.firstMatch(of: /SigBlk:\s+([0-9a-f]+)/),
                let mask = UInt64(match.1, radix: 16)
            else { return nil as Bool? }
            return mask & (1 << UInt64(SIGHUP - 1)) != 0 ? true : nil
        }
    }

    // Fault (Lifecycle): `SIGHUP` during the start
    // Done: at many instants
    // Seen: the configuration is loaded again; nothing ends
    // Lost: nothing
    @Test("SIGHUP at any instant of the start loads the configuration again and ends nothing", arguments: 0..<8)
    func hangup(number: Int) async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            try await started(program)
            // Different instants of the start are the experiment.
            try await Task.sleep(for: .milliseconds(number * 30))
            program.send(SIGHUP)
            _ = try await folder.port()
            _ = try await eventually("a reload") {
                folder.text("log").contains("configuration loaded") ? true : nil
            }
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }

    // Fault (Lifecycle): `SIGTERM` during the start
    // Done: at many instants
    // Seen: it ends with 0
    // Lost: nothing
    @Test("SIGTERM during the start ends with 0", arguments: 0..<4)
    func stopDuringStart(number: Int) async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            try await started(program)
            try await Task.sleep(for: .milliseconds(number * 40))
            program.send(SIGTERM)
        }
        #expect(status == 0)
    }

    // Fault (Lifecycle): `SIGTERM` with every kind of client attached
    // Done: slow, silent and streaming ones
    // Seen: it ends with 0 within 10 s
    // Lost: their answers
    @Test("SIGTERM ends with 0 within 10 s, whatever clients are attached")
    func slowPeers() async throws {
        let undisturbed = try await undisturbedEnd()
        let folder = TemporaryFolder()
        let (status, end) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            var peers: [Peer] = []
            for number in 0..<30 {
                let peer = try Peer(port: port, receiveBuffer: 4096)
                switch number % 3 {
                case 0: break
                case 1: peer.send("POST /grafana/search HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
                // More than the systems' buffers hold, read by nobody.
                default:
                    for _ in 0..<100 { peer.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n") }
                }
                peers.append(peer)
            }
            #expect(try Peer(port: port).get("/health").contains("200 OK"))
            let start = ContinuousClock.now
            program.send(SIGTERM)
            _ = try await eventually("the end") { kill(program.pid, 0) != 0 || isZombie(program.pid) ? true : nil }
            let end = ContinuousClock.now - start
            withExtendedLifetime(peers) {}
            return end
        }
        #expect(status == 0)
        #expect(end < .seconds(10) + undisturbed * 3)
        #expect(folder.text("log").contains("all received data is stored"))
    }

    // Fault (Lifecycle): A second `SIGTERM`
    // Done: while the first is being obeyed
    // Seen: it ends at once, with 0
    // Lost: nothing
    @Test("A second SIGTERM ends at once, with 0")
    func twice() async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            let port = try await folder.port()
            let peer = try Peer(port: port)
            peer.send("POST /grafana/search HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            #expect(try Peer(port: port).get("/health").contains("200 OK"))
            program.send(SIGTERM)
            program.send(SIGINT)
            withExtendedLifetime(peer) {}
        }
        #expect(status == 0)
    }

    @Test("Signals that mean a crash end the process", arguments: [SIGABRT, SIGQUIT, SIGSEGV, SIGILL])
    func crash(signal: Int32) async throws {
        let folder = TemporaryFolder()
        let (status, _) = try await Program.run(script: serving(), in: folder) { program in
            _ = try await folder.port()
            program.send(signal)
        }
        #expect(status == -signal)
    }

    // Fault (Storage): The index of the write-ahead log is truncated while in use
    // Done: `truncate history.db-shm` to nothing, then requests
    // Seen: a last line that says so; the process ends by `SIGBUS`, and the next start continues
    // Lost: nothing
    @Test(
        "An index of the log that is cut ends the process with a line that says why, and the next start continues",
        arguments: ["logfmt", "json"])
    func truncatedIndex(format: String) async throws {
        let folder = TemporaryFolder()
        let script = serving("--log.format \(format)")
        let (status, _) = try await Program.run(script: script, in: folder) { program in
            let port = try await folder.port()
            #expect(truncate(folder.file("history.db-shm"), 0) == 0)
            _ = try await eventually("the end") {
                // Nobody may be there any more to answer.
                for path in ["series", "latest", "incidents"] { _ = try? Peer(port: port).get("/api/v1/\(path)") }
                return kill(program.pid, 0) != 0 || isZombie(program.pid) ? true : nil
            }
        }
        #expect(status == -SIGBUS)
        let last = try #require(folder.text("log").split(separator: "\n").last)
        #expect(last.contains("-shm file cannot be read any more: it was truncated"), "\(last)")
        #expect(last.hasPrefix(format == "json" ? "{\"level\":\"error\"," : "level=error "))

        let (again, _) = try await Program.run(script: serving(log: "2>\"$1/again\""), in: folder) { program in
            let port = try await folder.port("again")
            #expect(try Peer(port: port).get("/api/v1/series").contains("200 OK"))
            program.send(SIGTERM)
        }
        #expect(again == 0)
        #expect(folder.text("again").contains("all received data is stored"))
    }

    // Fault (Secrets): A core dump that would have the keys
    // Done: `ulimit -c unlimited` before the start
    // Seen: the limit of the process is 0
    // Lost: nothing
    @Test("The process leaves no core, and lets nobody read its memory")
    func dumps() async throws {
        let folder = TemporaryFolder()
        try await Program.run(script: serving(before: "ulimit -c unlimited || true"), in: folder) { program in
            let port = try await folder.port()
            let limits = try String(contentsOfFile: "/proc/\(program.pid)/limits", encoding: .utf8)
            #expect(limits.contains(/Max core file size\s+0\s+0/))
            // What it says of itself is still there.
            let page = try Peer(port: port).get("/metrics")
            #expect((value("process_open_fds", in: page) ?? 0) > 3)
            program.send(SIGTERM)
        }
    }

    private func isZombie(_ pid: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }
}
