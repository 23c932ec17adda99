internal import Capacity
internal import Logging
public import ServiceLifecycle
internal import UsageModel

/// Makes capacity reports before anyone asks, so that gauges are there and pages are quick.
public struct CapacityKeeper: Service {
    /// Seconds from the start to the first reports, which take as long as the start itself and would compete with the
    /// first scrape.
    private static let first = 1.0
    /// Seconds between looks at whether reports are still right. The second comes soon: by then a new history
    /// has its first days.
    private static let soon = 5.0
    private static let interval = 60.0

    private let exporter: Exporter

    public init(_ exporter: Exporter) {
        self.exporter = exporter
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await exporter.clock.sleep(for: Self.first)
                await pass()
                try await exporter.clock.sleep(for: Self.soon)
                while !Task.isCancelled {
                    await pass()
                    try await exporter.clock.sleep(for: Self.interval)
                }
            } catch {}
        }
    }

    /// Makes the reports that are not right any more.
    func pass() async {
        do {
            _ = try await exporter.capacity.reports()
        } catch is CancellationError {
        } catch {
            exporter.logger.warning("cannot compute the capacity metrics: \(error); retrying")
        }
    }
}
