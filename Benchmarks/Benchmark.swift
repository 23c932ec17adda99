import Foundation

/// Measures what the exporter promises, and prints a table: each figure beside
/// a peer or a limit, because absolute times say little on a shared machine.
@main
struct Benchmark {
    static func main() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "benchmark-\(UUID().uuidString)").path(
            percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let wanted = CommandLine.arguments.dropFirst()
        func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }

        Table.header()
        if isWanted("decode") { DecodeBenchmark.run() }
        if isWanted("store") { try await StoreBenchmark.run(folder: folder) }
        if isWanted("range") { try await RangeBenchmark.run(folder: folder) }
        if isWanted("read") { try await ReadBenchmark.run(folder: folder) }
        if isWanted("write") { try await WriteBenchmark.run(folder: folder) }
        if isWanted("metrics") { try await MetricsBenchmark.run(folder: folder) }
        if isWanted("forecast") { try ForecastBenchmark.run(folder: folder) }
        if isWanted("start") { try await StartBenchmark.run(folder: folder) }
        if isWanted("report") { try await ReportBenchmark.run(folder: folder) }
        if isWanted("memory") { try await MemoryBenchmark.run(folder: folder) }
    }
}

/// The printed table.
enum Table {
    static func header() {
        row("what", "measured", "beside")
        row("----", "--------", "------")
    }

    static func row(_ what: String, _ measured: String, _ beside: String) {
        print(
            what.padding(toLength: 48, withPad: " ", startingAt: 0)
                + measured.padding(toLength: max(28, measured.count + 2), withPad: " ", startingAt: 0) + beside)
    }
}

/// The median of some runs of `body`, in seconds.
func median(runs: Int, _ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<runs {
        let start = ContinuousClock.now
        try body()
        let elapsed = ContinuousClock.now - start
        times.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    }
    return times.sorted()[runs / 2]
}

/// The median of some runs of `body`, in seconds.
func median(runs: Int, _ body: () async throws -> Void) async rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<runs {
        let start = ContinuousClock.now
        try await body()
        let elapsed = ContinuousClock.now - start
        times.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    }
    return times.sorted()[runs / 2]
}

extension Double {
    func text(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

/// Resident bytes of a process.
func residentMemory(_ process: Int32) -> Double {
    let statm = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)) ?? ""
    let pages = statm.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
}

var ownResidentMegabytes: String { (residentMemory(getpid()) / 1e6).text(0) + " MB resident" }
