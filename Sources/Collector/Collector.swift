public import ServiceLifecycle

/// Collects many applications, each by itself: one in trouble leaves the others alone.
public struct Collector: Service {
    public let applications: [ApplicationCollector]

    public init(_ applications: [ApplicationCollector]) {
        self.applications = applications
    }

    /// Runs until cancelled or shut down; a request in flight is dropped, and asked again after the next start.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for application in applications {
                    group.addTask { await application.run() }
                }
            }
        }
    }

    /// What each application's collector is doing.
    public func status() async -> [ApplicationStatus] {
        var all: [ApplicationStatus] = []
        for application in applications { all.append(await application.status()) }
        return all
    }
}
