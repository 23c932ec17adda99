import ArgumentParser
import Foundation
import Simulator
import UsageModel

/// How the simulated vendor behaves beyond the ordinary; everything is off by default.
struct VendorSwitches: ParsableArguments {
    @Option(name: .customLong("fault"), help: "A fault to inject.", transform: FaultArgument.argument)
    var faults: [FaultArgument] = []

    @Option(
        name: .customLong("monitoring-fault"), help: "A fault of the Monitoring API.",
        transform: FaultArgument.argument)
    var monitoringFaults: [FaultArgument] = []

    @Option(help: "Location of redirects; {target} stands for the request's path and query.")
    var redirectTo = "/elsewhere{target}"

    @Option(help: "Retry-After of --fault=429: seconds, a date or any other text. (default: 5)")
    var retryAfter: String?

    @Flag(name: .customLong("usage-v2"), help: "Serve Usage API v2.")
    var servesUsageV2 = false

    @Flag(help: "Send infrastructure times in seconds.")
    var monitoringSeconds = false

    @Flag(help: "Refuse the wildcard.")
    var refuseWildcard = false

    @Option(name: .customLong("refuse-statistic"), help: "A statistic to refuse.")
    var refusedStatistics: [String] = []

    @Option(name: .customLong("fail-index"), help: "An index that answers 500.")
    var failingIndices: [String] = []

    @Flag(help: "Add statistics that no catalogue knows.")
    var unknownStatistics = false

    @Flag(help: "Send JSON with unusual order, white space and numbers, and times and percentages with decimals.")
    var untidy = false

    @Flag(help: "Send avg_used_search_capacity as one number instead of a map.")
    var scalarCapacity = false

    @Flag(help: "Respond with 404 instead of {} when a range has no data.")
    var emptyNotFound = false

    @Option(help: "How long hourly buckets are kept. (default: 90d)", transform: VendorSwitches.duration)
    var hourlyRetention: Int64?

    @Option(help: "How long daily buckets are kept. (default: 365d)", transform: VendorSwitches.duration)
    var dailyRetention: Int64?

    @Option(
        help: "Response to a range that begins before the retention: clip, or a status such as 400, 404 or 422.",
        transform: ArgumentRule.reading("clip, or a status from 400 to 499", OldRanges.init))
    var oldRanges = OldRanges.clip

    @Option(
        name: .customLong("poison"),
        help: """
            Text to send as the value of one bucket: STATISTIC@TIME=TEXT or STATISTIC/INDEX@TIME=TEXT, such as \
            records@now-26h=NaN. INDEX is percent-encoded; a date such as 2026-07-15 means the daily bucket.
            """,
        transform: ArgumentRule.reading("STATISTIC@TIME=TEXT, such as records@now-26h=NaN", PoisonArgument.init))
    var poisonedValues: [PoisonArgument] = []

    @Option(
        name: .customLong("stray-point"), help: "Time of a point that every series has outside the requested range.",
        transform: VendorSwitches.time)
    var strayPoints: [UnixTime] = []

    @Option(name: .customLong("index"), help: "Name of an index to add.")
    var addedIndices: [String] = []

    @Flag(help: "Add two indices that are both named café: one precomposed, one with a combining accent.")
    var unicodeTwins = false

    @Option(
        name: .customLong("young-index"),
        help: "An index created DAYS days ago, as NAME:DAYS; earlier ranges answer 404.",
        transform: ArgumentRule.reading("NAME:DAYS, such as new:30, of at most 3650 days", YoungIndexArgument.init))
    var youngIndices: [YoungIndexArgument] = []

    func validate() throws {
        for name in refusedStatistics
        where StatisticName(name).flatMap({ StatisticCatalogue.statistic(named: $0) }) == nil {
            throw ValidationError("--refuse-statistic: there is no statistic \"\(name)\"")
        }
    }

    /// Makes the vendor as awkward as the switches say.
    func apply(to configuration: inout SimulatorConfiguration) {
        let location = redirectTo
        configuration.faults.injected = faults.map { $0.fault(location: location, retryAfter: retryAfter) }
        configuration.faults.injected += monitoringFaults.map { argument in
            var fault = argument.fault(location: location, retryAfter: retryAfter)
            fault.target.api = .monitoring
            return fault
        }
        configuration.servesUsageV2 = servesUsageV2
        configuration.faults.monitoringSeconds = monitoringSeconds
        configuration.faults.refusedWildcardStatus = refuseWildcard ? 422 : nil
        configuration.faults.refusedStatistics = Set(refusedStatistics.compactMap { StatisticName($0) })
        configuration.faults.failingIndices = Set(failingIndices.compactMap { IndexName($0) })
        configuration.faults.unknownStatistics = unknownStatistics
        configuration.faults.untidyJSON = untidy
        configuration.hasDecimals = untidy
        configuration.faults.averageCapacityIsNumber = scalarCapacity
        configuration.faults.emptyRangeIsNotFound = emptyNotFound
        if let hourlyRetention { configuration.hourlyRetention = hourlyRetention }
        if let dailyRetention { configuration.dailyRetention = dailyRetention }
        configuration.faults.refusedOldRangeStatus = oldRanges.status
        configuration.faults.poisonedValues = poisonedValues.map(\.value)
        configuration.faults.strayPoints = strayPoints
        for position in configuration.applications.indices {
            let young = youngIndices.map(\.index)
            let added = addedIndices.compactMap { IndexName($0) }
            for name in added + (unicodeTwins ? SimulatorConfiguration.unicodeTwins : []) + young.map(\.name) {
                configuration.applications[position].add(index: name)
            }
            configuration.applications[position].youngIndices = young
        }
    }

    @Sendable private static func duration(_ text: String) throws -> Int64 {
        guard let seconds = DurationText.parse(text), seconds > 0 else {
            throw ValidationError("expected a duration such as 90d")
        }
        return seconds
    }

    @Sendable private static func time(_ text: String) throws -> UnixTime {
        guard let time = TimeText.parse(text, now: SystemClock().now) else {
            throw ValidationError("expected \(TimeText.accepted)")
        }
        return time
    }
}

extension SimulatedApplication {
    /// Adds an index behind the others, unless its bytes are there already.
    fileprivate mutating func add(index name: IndexName) {
        if !indices.contains(name) { indices.append(name) }
    }
}

/// `clip`, or the status with which old ranges are refused.
struct OldRanges: CustomStringConvertible {
    static let clip = OldRanges(status: nil)

    /// Nil clips them.
    let status: Int?

    private init(status: Int?) { self.status = status }

    init?(_ argument: String) {
        if argument == "clip" {
            status = nil
        } else if let status = Int(argument), (400...499).contains(status) {
            self.status = status
        } else {
            return nil
        }
    }

    var description: String { status.map { "\($0)" } ?? "clip" }
}

/// `STATISTIC@TIME=TEXT` or `STATISTIC/INDEX@TIME=TEXT`.
struct PoisonArgument {
    let value: PoisonedValue

    init?(_ argument: String) {
        guard let equals = argument.firstIndex(of: "="), let at = argument[..<equals].lastIndex(of: "@") else {
            return nil
        }
        let scope = argument[..<at].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let time = String(argument[argument.index(after: at)..<equals])
        let index = scope.count > 1 ? PercentEncoding.validated(scope[1]).flatMap { IndexName($0) } : ""
        guard let statistic = scope.first.flatMap({ StatisticName(String($0)) }), !statistic.isEmpty, let index else {
            return nil
        }
        let text = String(argument[argument.index(after: equals)...])
        if let day = RFC3339.parse(time + "T00:00:00Z") {
            value = PoisonedValue(statistic, index: index, granularity: .daily, at: day, text: text)
        } else if let hour = TimeText.parse(time, now: SystemClock().now) {
            value = PoisonedValue(statistic, index: index, at: hour, text: text)
        } else {
            return nil
        }
    }
}

/// `NAME:DAYS`.
struct YoungIndexArgument {
    let index: YoungIndex

    init?(_ argument: String) {
        guard let colon = argument.lastIndex(of: ":"), colon > argument.startIndex,
            let name = IndexName(String(argument[..<colon])),
            let days = Int64(argument[argument.index(after: colon)...]), (0...3650).contains(days)
        else { return nil }
        index = YoungIndex(name: name, created: SystemClock().now - days * 86_400)
    }
}
