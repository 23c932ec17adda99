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
}
