import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Simulator
import Testing

@Suite("A simulator that runs")
struct RunningSimulatorTests {
    private func status(_ url: String) async throws -> HTTPResponseStatus {
        let request = HTTPClientRequest(url: url)
        return try await HTTPClient.shared.execute(request, deadline: .now() + .seconds(600)).status
    }

    @Test("It listens before anybody waits for it, and no longer once it was stopped")
    func lasts() async throws {
        let simulator = try await RunningSimulator(World().simulator)
        #expect(simulator.url.hasPrefix("http://127.0.0.1:"))
        #expect(try await status("\(simulator.url)/1/usage/records") == .unauthorized)
        let running = Task { try await simulator.run() }
        running.cancel()
        try await running.value
        await #expect(throws: (any Error).self) { try await status("\(simulator.url)/") }
    }

    @Test("A port that is taken is an error")
    func taken() async throws {
        let first = try await RunningSimulator(World().simulator)
        let port = try #require(Int(first.url.split(separator: ":").last ?? ""))
        await #expect(throws: (any Error).self) { try await RunningSimulator(World().simulator, port: port) }
        let running = Task { try await first.run() }
        running.cancel()
        try await running.value
    }
}
