import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Simulator
import Testing
import UsageModel

@Suite("Over a socket")
struct ServerTests {
    /// Runs a server on any free port and hands over a function that gets a target from it.
    private func withServer(
        _ world: World,
        _ body: (_ get: @escaping @Sendable (String) async throws -> (HTTPResponseStatus, [UInt8])) async throws -> Void
    ) async throws {
        let server = SimulatorServer(simulator: world.simulator)
        // The configuration of the shared client decompresses. Without its limits of time: a busy machine is no fault.
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.timeout = .init(connect: .seconds(600))
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try await server.port
            do {
                try await body { target in
                    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(target)")
                    for (name, value) in World.headers() { request.headers.add(name: name, value: value) }
                    request.headers.add(name: "Accept-Encoding", value: "gzip")
                    let response = try await client.execute(request, deadline: .now() + .seconds(600))
                    let body = try await response.body.collect(upTo: 1 << 24)
                    return (response.status, Array(body.readableBytesView))
                }
            } catch {
                try await client.shutdown()
                group.cancelAll()
                throw error
            }
            try await client.shutdown()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("answers are the same as without a socket, gzip included")
    func normal() async throws {
        let world = World()
        try await withServer(world) { get in
            let target = World.target("*")
            let (status, body) = try await get(target)
            #expect(status == .ok)
            #expect(body == (await world.get(target)).body)
        }
    }

    @Test("the path arrives as it was encoded", arguments: ["shop/eu", "100% cotton", "a+b", "商品", "line\nbreak"])
    func rawPath(index: IndexName) async throws {
        let world = World()
        try await withServer(world) { get in
            let (status, _) = try await get(World.target("records", index: index))
            #expect(status == .ok)
            #expect(world.simulator.requests.map(\.index) == [index])
        }
    }

    @Test("a slow body arrives whole")
    func slow() async throws {
        let fault = Fault(.slowBody(chunkBytes: 100, delay: .milliseconds(1)), times: 1)
        let world = World(faults: Faults(injected: [fault]))
        try await withServer(world) { get in
            let target = World.target("records")
            let (_, body) = try await get(target)
            #expect(body == (await world.get(target)).body)
        }
    }

    @Test("a cut connection ends in the middle of the body")
    func cut() async throws {
        let world = World(faults: Faults(injected: [Fault(.cutConnection(), times: 1)]))
        try await withServer(world) { get in
            await #expect(throws: (any Error).self) { try await get(World.target("*")) }
            let (status, _) = try await get(World.target("*"))
            #expect(status == .ok)
        }
    }

    @Test("statuses that HTTP does not have arrive as they are", arguments: [0, 7, 42, 99, 600, 999])
    func odd(status: Int) async throws {
        let world = World(faults: Faults(injected: [Fault(.status(status))]))
        let answer = try await raw(world, "GET /1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.hasSuffix("\r\n\r\nInjected error"))
    }

    /// What a server says to these bytes until it closes: no HTTP library takes every status.
    private func raw(_ world: World, _ request: String) async throws -> String {
        let server = SimulatorServer(simulator: world.simulator)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let answer = try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: request))
                var answer = ""
                for try await bytes in inbound { answer += String(buffer: bytes) }
                return answer
            }
            group.cancelAll()
            try await group.waitForAll()
            return answer
        }
    }

    @Test("a hanging request never gets an answer, and ends when its client gives up")
    func hang() async throws {
        let world = World(faults: Faults(injected: [Fault(.hang, times: 1)]))
        try await withServer(world) { get in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    _ = try? await get(World.target("records"))
                    return !Task.isCancelled
                }
                // A later request is answered although the first one still hangs.
                await world.simulator.waitForRequests(1)
                let (status, _) = try await get(World.target("records"))
                #expect(status == .ok)
                group.cancelAll()
                for try await answered in group { #expect(!answered) }
            }
            #expect(world.simulator.requests.map(\.status) == [0, 200])
        }
    }

    @Test("a server that is cancelled while a request hangs still stops")
    func stopsWhileHanging() async throws {
        let world = World(faults: Faults(injected: [Fault(.hang)]))
        let server = SimulatorServer(simulator: world.simulator)
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let running = Task { try await server.run() }
        let port = try await server.port
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/1/status")
        let asking = Task { try await client.execute(request, timeout: .seconds(600)) }
        await world.simulator.waitForRequests(1)
        running.cancel()
        try await running.value
        await #expect(throws: (any Error).self) { try await asking.value }
        try await client.shutdown()
    }
}
