import Foundation
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
    /// Standard error is a FIFO that the test holds open for reading.
    private func withReader(_ folder: TemporaryFolder, _ body: (Int32) async throws -> Void) async throws {
        try #require(mkfifo(folder.file("stderr"), 0o600) == 0)
        let reader = open(folder.file("stderr"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
        // The smallest there is: it is full after some lines.
        _ = fcntl(reader, 1031 /* F_SETPIPE_SZ */, 4096)
        try await body(reader)
    }

    private func port(_ reader: Int32) async throws -> Int {
        var log = ""
        return try await eventually("listening") {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = read(reader, &bytes, bytes.count)
            if count > 0 { log += String(decoding: bytes.prefix(count), as: UTF8.self) }
            return TemporaryFolder.port(in: log)
        }
    }

    @Test("A reader of standard error that goes away ends nothing: lines are dropped and counted")
    func readerGone() async throws {
        let folder = TemporaryFolder()
        try await withReader(folder) { reader in
            let (status, _) = try await Program.run(script: serving(log: "2>\"$1/stderr\""), in: folder) { program in
                let port = try await port(reader)
                close(reader)
                // Each reload logs a line.
                let dropped = try await eventually("a dropped line") {
                    program.send(SIGHUP)
                    return value("algolia_exporter_log_lines_dropped_total", in: try Peer(port: port).get("/metrics"))
                        .flatMap { $0 > 0 ? $0 : nil }
                }
                #expect(dropped > 0)
                program.send(SIGTERM)
            }
            #expect(status == 0)
        }
    }

    // Fault (Lifecycle): A reader of the log that stalls or goes away
    // Done: a pipe that nobody reads
    // Seen: lines are dropped and counted; answers are on time
    // Lost: log lines
    @Test("A reader of standard error that stalls delays neither answers nor the end")
    func readerStalls() async throws {
        let folder = TemporaryFolder()
        let undisturbed = try await undisturbedEnd()
        try await withReader(folder) { reader in
            let (status, start) = try await Program.run(
                script: serving("--log.level debug", log: "2>\"$1/stderr\""), in: folder
            ) { program in
                let port = try await port(reader)
                // More than the pipe holds.
                for _ in 0..<100 {
                    program.send(SIGHUP)
                    #expect(try Peer(port: port).get("/health").contains("200 OK"))
                }
                let start = ContinuousClock.now
                program.send(SIGTERM)
                return start
            }
            #expect(status == 0)
            #expect(ContinuousClock.now - start < .seconds(10) + undisturbed * 3)
            close(reader)
        }
    }

    @Test("Closed standard descriptors are not given to the history")
    func closedDescriptors() async throws {
        let folder = TemporaryFolder()
        let port = try freePort()
        let (status, _) = try await Program.run(
            script: serving(log: "0<&- 1>&- 2>&-").replacing("127.0.0.1:0 ", with: "127.0.0.1:\(port) "), in: folder
        ) { program in
            for descriptor in 0...2 {
                let target = try await eventually("descriptor \(descriptor)") {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(program.pid)/fd/\(descriptor)")
                }
                #expect(target == "/dev/null")
            }
            _ = try await eventually("an answer") {
                (try? Peer(port: port).get("/health").contains("200 OK")) == true ? true : nil
            }
            program.send(SIGTERM)
        }
        #expect(status == 0)
        #expect(try await Program.run(script: #"exec "$0" db verify --storage.path "$1/history.db""#, in: folder) == 0)
    }

    private func freePort() throws -> Int {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        try #require(result)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
