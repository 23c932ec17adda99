private import UsageModel

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
    /// Seconds since 1970, from the time when this value was made.
    private let started: Double

    public init(started: Double) {
        self.started = started
    }

    public func write(to writer: inout ExpositionWriter) {
        guard let stat = Self.read("/proc/self/stat"), let end = stat.lastIndex(of: ")") else { return }
        // Fields after the command, which may hold spaces: state is number 3 of proc(5).
        let fields = stat[stat.index(after: end)...].split(separator: " ").map(String.init)
        func field(_ number: Int) -> Double { number - 3 < fields.count ? Double(fields[number - 3]) ?? 0 : 0 }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        func metric(_ name: String, _ type: MetricType, _ help: String, _ value: Double) {
            writer.family(name, type, help: help)
            writer.sample(.init(), PointValue(value))
        }
        metric(
            "process_cpu_seconds_total", .counter, "Total user and system CPU time spent in seconds.",
            (field(14) + field(15)) / ticks)
        metric("process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.", field(23))
        metric("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", field(24) * page)
        metric(
            "process_start_time_seconds", .gauge, "Start time of the process since unix epoch in seconds.", started)
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            metric("process_open_fds", .gauge, "Number of open file descriptors.", Double(open))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(7), &limit) == 0 {  // RLIMIT_NOFILE
            metric("process_max_fds", .gauge, "Maximum number of open file descriptors.", Double(limit.rlim_cur))
        }
    }

    private static func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
