import Collector
import History
import Simulator
import TestSupport
import UsageModel

/// Collects simulated data into a history on a virtual clock, until a given
/// time or until somebody kills it. Started again, it goes on a little after
/// the time at which it was killed, as a real exporter would.
///
///     CrashVictim FOLDER END SEED
@main
struct CrashVictim {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let end = UnixTime(arguments[2]), let seed = UInt64(arguments[3]) else {
            print("usage: CrashVictim FOLDER END SEED")
            return
        }
        let history = try History(path: arguments[1] + "/history.db")
        let newest = try await history.freshness().map(\.fetchedAt).max()
        let world = World(
            start: newest.map { $0 + 30 } ?? World.start, indices: CrashScenario.indices,
            faults: CrashScenario.faults)
        let collector = try world.collector(history, seed: seed)
        try await world.run(collector, until: end)
        // Complete as of the end, whatever failed last.
        world.simulator.faults = Faults()
        _ = try await world.settle(collector)
        try history.close()
        print("done")
    }
}
