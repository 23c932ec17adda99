import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("Quota")
struct RateLimitTests {
    @Test("requests over the quota are 429 until the window has moved on")
    func window() async throws {
        let world = World(requestsPerMinute: 3)
        for _ in 0..<3 {
            #expect(await world.usage("records").status == 200)
            world.clock.advance(by: 10)
        }
        let refused = await world.usage("records")
        #expect(refused.text == #"{"status":429,"message":"Too many requests"}"#)
        #expect(refused.header("Retry-After") == "30")
        #expect(world.simulator.limitViolations == 1)
        #expect(world.simulator.requests.map(\.exceededLimit) == [false, false, false, true])
        world.clock.advance(by: 29.5)
        #expect(await world.usage("records").status == 429)
        world.clock.advance(by: 0.5)
        #expect(await world.usage("records").status == 200)
        #expect(await world.usage("records").status == 429)
        #expect(world.simulator.limitViolations == 3)
    }

    @Test("all APIs share an application's quota, applications do not share theirs")
    func scope() async {
        var configuration = SimulatorConfiguration.demo
        configuration.applications.append(SimulatedApplication(id: "SECOND", usageKey: "second-key"))
        configuration.requestsPerMinute = 2
        let world = World()
        let simulator = Simulator(configuration: configuration, clock: world.clock)
        func status(_ target: String, _ headers: [(String, String)]) async -> Int {
            await simulator.respond(to: SimulatedRequest(target: target, headers: headers)).status
        }
        #expect(await status("/1/indexes", World.headers("demo-search-key")) == 200)
        #expect(await status("/1/inventory/servers", World.headers("demo-monitoring-key")) == 200)
        #expect(await status(World.target("records"), World.headers()) == 429)
        #expect(await status(World.target("records"), World.headers("second-key", application: "SECOND")) == 200)
    }
}
