import Foundation
import TestSupport
import Testing

@testable import AlgoliaExporter

@Suite("The service manager")
struct ServiceManagerTests {
    @Test("learns when the program serves, reloads and stops")
    func states() async throws {
        let folder = TemporaryFolder()
        let manager = try Manager(at: "/tmp/\(UUID().uuidString)")
        let (status, _) = try await Program.run(
            script: serving(before: "export NOTIFY_SOCKET=\(manager.name)"), in: folder
        ) { program in
            #expect(manager.next() == "READY=1")
            #expect(try listens(program.pid), "ready before it listened")
            program.send(SIGHUP)
            let reloading = manager.next()
            #expect(reloading.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=[0-9]+/) != nil, "\(reloading)")
            #expect(manager.next() == "READY=1")
            try Data("applications: wrong".utf8).write(to: URL(filePath: folder.file("exporter.yml")))
            program.send(SIGHUP)
            #expect(manager.next().hasPrefix("RELOADING=1"))
            #expect(manager.next() == "READY=1", "the previous configuration stays in force")
            program.send(SIGTERM)
            #expect(manager.next() == "STOPPING=1")
        }
        #expect(status == 0)
    }

    @Test("receives signs of life three times within its watchdog's timeout, by an abstract address as well")
    func watchdog() async throws {
        let folder = TemporaryFolder()
        let manager = try Manager(at: "@\(UUID().uuidString)")
        let exports = "export NOTIFY_SOCKET=\(manager.name) WATCHDOG_USEC=600000 WATCHDOG_PID=$$"
        let (status, _) = try await Program.run(script: serving(before: exports), in: folder) { program in
            var alive: [ContinuousClock.Instant] = []
            while alive.count < 4 {
                let message = manager.next()
                #expect(["READY=1", "WATCHDOG=1"].contains(message))
                if message == "WATCHDOG=1" { alive.append(.now) }
            }
            #expect(alive[3] - alive[0] > .milliseconds(400))
            program.send(SIGTERM)
            while case let message = manager.next(), message != "STOPPING=1" { #expect(message == "WATCHDOG=1") }
        }
        #expect(status == 0)
    }

    @Test(
        "is absent without an address that can be one",
        arguments: [nil, "", "notify", "/\(String(repeating: "a", count: 107))"])
    func noAddress(socket: String?) {
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": socket].compactMapValues { $0 }) == nil)
    }

    @Test("watches only the process that it names")
    func watchedProcess() {
        func timeout(_ environment: [String: String]) -> Duration? {
            ServiceManager(environment: environment.merging(["NOTIFY_SOCKET": "/run/notify"]) { $1 })?.watchdogTimeout
        }
        #expect(timeout(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(timeout(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(30))
        #expect(timeout(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(timeout(["WATCHDOG_USEC": "0"]) == nil)
        #expect(timeout([:]) == nil)
    }
}

/// Whether a process listens for TCP connections now. The log would tell it later: it is written beside the work.
private func listens(_ process: Int32) throws -> Bool {
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
    }
    // Fields of proc(5): the fourth is the state, 0A for a listening socket, and the tenth the inode.
    return try String(contentsOfFile: "/proc/\(process)/net/tcp", encoding: .utf8).split(separator: "\n").contains {
        let fields = $0.split(separator: " ")
        return fields.count > 9 && fields[3] == "0A" && open.contains("socket:[\(fields[9])]")
    }
}

/// What the program takes for its service manager: a socket that datagrams arrive at.
private final class Manager: Sendable {
    let name: String
    private let socket: Int32

    /// - Parameter name: a path, or an abstract name that begins with `@`; at most 107 bytes, which the folders of tests
    ///   exceed.
    init(at name: String) throws {
        self.name = name
        socket = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) }
        }
        guard result == 0 else { throw Missing(what: "a socket at \(name): \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(socket)
        unlink(name)
    }

    /// The next message; empty when none came within ten minutes.
    func next() -> String {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
