import AsyncHTTPClient
import Foundation
import History
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing
import UsageModel
import Web

@Suite("Listening")
struct ListeningTests {
    /// Runs a server on `addresses`, and stops it after `body`, which is given the addresses as they were bound.
    private func listening(
        on addresses: [ListenAddress], _ body: ([ListenAddress]) async throws -> Void
    ) async throws {
        let site = try Site()
        let (bounds, bound) = AsyncStream.makeStream(of: [ListenAddress].self)
        let server = try WebServer(
            site.exporter, addresses: addresses, logger: site.exporter.logger, onRunning: { bound.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { bound.finish() }
                try await server.run()
            }
            if let addresses = await bounds.first(where: { _ in true }) { try await body(addresses) }
            group.cancelAll()
            while let end = await group.nextResult() {
                do { try end.get() } catch is CancellationError {}
            }
        }
        try site.history.close()
    }

    /// The status of /health at `address`.
    private func status(_ address: ListenAddress, host: String = "localhost") async throws -> UInt {
        let url = try #require(address.url(isSecure: false))
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        var request = HTTPClientRequest(url: "\(url)/health")
        request.headers.replaceOrAdd(name: "Host", value: host)
        let answer: Result<UInt, any Error>
        do {
            answer = .success(try await http.execute(request, timeout: .seconds(3600)).status.code)
        } catch {
            answer = .failure(error)
        }
        try await http.shutdown()
        return try answer.get()
    }

    @Test("Several addresses are served at once, with their ports told when all are bound")
    func several() async throws {
        let folder = TemporaryFolder(isForSockets: true)
        let path = folder.file("x.sock")
        let addresses: [ListenAddress] = [
            .tcp(host: "127.0.0.1", port: 0), .tcp(host: "localhost", port: 0), .unix(path: path),
        ]
        try await listening(on: addresses) { (bound: [ListenAddress]) async throws in
            let ports = bound.map(\.port)
            #expect(bound.count == 3 && !ports.contains(0))
            for address in bound { #expect(try await status(address) == 200, "\(address)") }
        }
    }

    @Test("A port alone serves IPv6 and IPv4")
    func families() async throws {
        let hasIPv6 =
            (try? await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: "::1", port: 0).get().close()) != nil
        try await listening(on: [.tcp(host: "", port: 0)]) { (bound: [ListenAddress]) async throws in
            let port = try #require(bound.first?.port)
            #expect(try await status(.tcp(host: "127.0.0.1", port: port)) == 200)
            if hasIPv6 { #expect(try await status(.tcp(host: "::1", port: port)) == 200) }
        }
    }

    @Test("A socket file is open to owner and group, replaces a stale one, and goes with the server")
    func socketFile() async throws {
        let folder = TemporaryFolder(isForSockets: true)
        let path = folder.file("x.sock")
        for _ in 1...2 {
            // What a process leaves that is killed.
            try leaveSocketFile(path)
            #expect(FileManager.default.fileExists(atPath: path))
            try await listening(on: [.unix(path: path)]) { (bound: [ListenAddress]) async throws in
                #expect(bound == [.unix(path: path)])
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o660)
                #expect(try await status(bound[0]) == 200)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    private func leaveSocketFile(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
    }

    @Test("A path that another server listens on, or that is no socket, is refused and left as it is")
    func taken() async throws {
        let folder = TemporaryFolder(isForSockets: true)
        let (path, file) = (folder.file("x.sock"), folder.file("file"))
        try Data("kept".utf8).write(to: URL(filePath: file))
        try await listening(on: [.unix(path: path)]) { (bound: [ListenAddress]) async throws in
            let error = await #expect(throws: ListenError.self) {
                try await listening(on: [.tcp(host: "127.0.0.1", port: 0), .unix(path: path)]) { _ in }
            }
            #expect(
                error?.description
                    == "cannot listen on unix:\(path): another process listens there; stop it or choose another path")
            #expect(try await status(bound[0]) == 200)
        }
        let error = await #expect(throws: ListenError.self) { try await listening(on: [.unix(path: file)]) { _ in } }
        #expect(error?.description.contains("not a socket") == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
    }

    @Test("When one address cannot be bound none is, and the error names it")
    func none() async throws {
        let folder = TemporaryFolder(isForSockets: true)
        let path = folder.file("x.sock")
        try await listening(on: [.tcp(host: "127.0.0.1", port: 0)]) { (bound: [ListenAddress]) async throws in
            let error = await #expect(throws: ListenError.self) {
                try await listening(on: [.unix(path: path), bound[0]]) { _ in }
            }
            #expect(error?.description == "cannot listen on \(bound[0]): address already in use")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        let nowhere = await #expect(throws: ListenError.self) {
            try await listening(on: [.tcp(host: "nowhere.invalid", port: 0)]) { _ in }
        }
        #expect(nowhere?.description.contains("nowhere.invalid:0: host not found") == true)
    }

    @Test("A socket that was opened before the start is served")
    func inherited() async throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(status == 0 && listen(descriptor, 16) == 0)
        try await listening(on: [.descriptor(descriptor)]) { (bound: [ListenAddress]) async throws in
            #expect(try await self.status(bound[0]) == 200)
            #expect(try await self.status(bound[0], host: "evil.example") == 421)
        }
    }

    @Test("The names that a loopback address asks for do not bind who comes through a socket file")
    func hosts() async throws {
        let folder = TemporaryFolder(isForSockets: true)
        let addresses: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 0), .unix(path: folder.file("x.sock"))]
        try await listening(on: addresses) { (bound: [ListenAddress]) async throws in
            #expect(try await status(bound[0], host: "metrics.example.com") == 421)
            #expect(try await status(bound[1], host: "metrics.example.com") == 200)
        }
    }
}
