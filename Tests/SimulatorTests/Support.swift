import Foundation
import Simulator
import TestSupport
import Testing
import UsageModel

/// A simulator at half past ten on 2026-07-15, and a client for it.
struct World: Sendable {
    static let now: UnixTime = RFC3339.parse("2026-07-15T10:30:00Z") ?? 0
    static let application: ApplicationID = "DEMOAPP"

    let clock = VirtualClock(World.now)
    let simulator: Simulator

    init(
        faults: Faults = Faults(), requestsPerMinute: Int = 6000, indices: [IndexName]? = nil,
        configure: (inout SimulatorConfiguration) -> Void = { _ in }
    ) {
        var configuration = SimulatorConfiguration.demo
        configuration.faults = faults
        configuration.requestsPerMinute = requestsPerMinute
        configuration.applications[0].indices = indices ?? SimulatorConfiguration.awkwardIndices
        configure(&configuration)
        simulator = Simulator(configuration: configuration, clock: clock)
    }

    var truth: Truth { simulator.truth }

    static func headers(_ key: String = "demo-usage-key", application: ApplicationID = application) -> [(
        String, String
    )] {
        [("x-algolia-application-id", application.text), ("X-ALGOLIA-API-KEY", key)]
    }

    func get(_ target: String, headers: [(String, String)] = World.headers()) async -> SimulatedResponse {
        await simulator.respond(to: SimulatedRequest(target: target, headers: headers))
    }

    /// A usage request for the hours or days between two times.
    func usage(
        _ statistics: String, index: IndexName? = nil, from start: String = "2026-07-14T00:00:00Z",
        to end: String = "2026-07-15T00:00:00Z", granularity: String = "hourly"
    ) async -> SimulatedResponse {
        await get(Self.target(statistics, index: index, from: start, to: end, granularity: granularity))
    }

    static func target(
        _ statistics: String, index: IndexName? = nil, from start: String = "2026-07-14T00:00:00Z",
        to end: String = "2026-07-15T00:00:00Z", granularity: String = "hourly"
    ) -> String {
        let segment = index.map { "/\(encode($0.text))" } ?? ""
        return "/1/usage/\(statistics)\(segment)?startDate=\(start)&endDate=\(end)&granularity=\(granularity)"
    }

    /// Everything but unreserved characters, as one path segment.
    static func encode(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }
}

extension SimulatedResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    func object() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
    }

    /// `message`, or `reason` of the Monitoring API.
    func message(_ attribute: String = "message") throws -> String {
        try #require(try object()[attribute] as? String)
    }

    /// A scalar statistic's values by the start of their bucket, in seconds.
    func scalar(_ statistic: StatisticName) throws -> [UnixTime: Double] {
        try points(statistic).compactMapValues { ($0 as? NSNumber)?.doubleValue }
    }

    /// A map statistic's values.
    func map(_ statistic: StatisticName) throws -> [UnixTime: [String: Double]] {
        try points(statistic).compactMapValues { value in
            (value as? [String: NSNumber])?.mapValues(\.doubleValue)
        }
    }

    private func points(_ statistic: StatisticName) throws -> [UnixTime: Any] {
        let list = try #require(try object()[statistic.text] as? [[String: Any]])
        return try Dictionary(
            uniqueKeysWithValues: list.map { point in
                let time = try #require(point["t"] as? NSNumber).int64Value
                return (time / 1000, try #require(point["v"]))
            })
    }
}

func time(_ text: String) throws -> UnixTime {
    try #require(RFC3339.parse(text))
}
