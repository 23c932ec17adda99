package import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif
#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The `process_*` metrics that every Prometheus client library has, from Linux's `/proc`.
/// Where there is no `/proc`, there are none.
public struct ProcessMetrics: Sendable {
    private static let cpu = MetricDeclaration(
        "process_cpu_seconds_total", .counter, help: "Total user and system CPU time spent in seconds.")
    private static let virtualMemory = MetricDeclaration(
        "process_virtual_memory_bytes", .gauge, help: "Virtual memory size in bytes.")
    private static let residentMemory = MetricDeclaration(
        "process_resident_memory_bytes", .gauge, help: "Resident memory size in bytes.")
    private static let startTime = MetricDeclaration(
        "process_start_time_seconds", .gauge, help: "Start time of the process since unix epoch in seconds.")
    private static let openFiles = MetricDeclaration(
        "process_open_fds", .gauge, help: "Number of open file descriptors.")
    private static let mostFiles = MetricDeclaration(
        "process_max_fds", .gauge, help: "Maximum number of open file descriptors.")

    /// All of them, in the order of the page.
    package static let all = [cpu, virtualMemory, residentMemory, startTime, openFiles, mostFiles]

    /// Seconds since 1970, from the time when this value was made.
    public let started: Double

    public init(started: Double) {
        self.started = started
    }

    public func write(to writer: inout ExpositionWriter) {
        guard let stat = Self.read("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return }
        // Fields after the command, which may hold spaces: state is number 3 of proc(5).
        let fields = stat[stat.index(after: end)...].split(separator: " ").map(String.init)
        func field(_ number: Int) -> Double { number - 3 < fields.count ? Double(fields[number - 3]) ?? 0 : 0 }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let memory = ProcessMemory.current()
        func write(_ metric: MetricDeclaration, _ value: Double) {
            writer.family(metric)
            writer.sample(.init(), PointValue(value))
        }
        write(Self.cpu, (field(14) + field(15)) / ticks)
        write(Self.virtualMemory, Double(memory.virtual))
        write(Self.residentMemory, Double(memory.resident))
        write(Self.startTime, started)
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            write(Self.openFiles, Double(open))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(7), &limit) == 0 {  // RLIMIT_NOFILE
            write(Self.mostFiles, Double(limit.rlim_cur))
        }
    }

    private static func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}

/// The memory of this process in bytes, as Linux's `/proc/self/statm` has it; zeros where there is no such file.
package struct ProcessMemory: Sendable {
    /// The size of the address space.
    package var virtual = 0
    /// What of it is in main memory.
    package var resident = 0

    /// The memory now; reading it takes 10 µs.
    package static func current() -> ProcessMemory {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return ProcessMemory() }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &text, text.count)
        // `size resident shared …`, in pages.
        let fields = text.prefix(max(0, count)).split(separator: UInt8(ascii: " ")).prefix(2)
            .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard fields.count == 2 else { return ProcessMemory() }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return ProcessMemory(virtual: fields[0] * page, resident: fields[1] * page)
    }
}
