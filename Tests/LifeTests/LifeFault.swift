import History
import Simulator
import TestSupport
import UsageModel

/// Something that happens to an exporter while it lives.
enum LifeFault: Sendable {
    /// Algolia misbehaves for a while.
    case vendor(VendorTrouble, minutes: Int)
    /// The disk fails from the n-th call on, for a while.
    case disk(FaultyFileSystem.Fault, call: Int, minutes: Int)
    /// Another process holds the database's lock.
    case locked(minutes: Int)
    /// The process stops as told, and starts again later.
    case restart(minutes: Int)
    case kill(Death, minutes: Int)
    case backup
    /// The oldest backup takes the database's place; with `merging`, what it lacks is imported from the database.
    case restore(merging: Bool)
    case compact
    case verify
    /// Another history is imported: a backup, or one that another exporter went on with.
    case merge(advanced: Bool)
    /// The time of day is set, and set right again later.
    case clock(seconds: Int, minutes: Int)
    /// The machine sleeps.
    case suspended(minutes: Int)
    /// The machine starts without a clock.
    case epoch(minutes: Int)
    /// One index is no longer selected.
    case filter(minutes: Int)
    case interval(Int64)
    /// The receiver of remote write misbehaves for some requests.
    case receiver(LifeReceiver.Trouble, requests: Int)

    /// How a process ends that nobody has asked to.
    enum Death: Sendable {
        /// `SIGKILL`.
        case killed
        /// `SIGKILL` within the next writes: before the n-th call.
        case writing(call: Int)
        /// The end of the write-ahead log is lost, at any byte that was not synced.
        case cut
        /// Nothing is left but what was synced.
        case powerLoss
    }
}

/// The ways in which Algolia misbehaves.
enum VendorTrouble: Sendable {
    /// A share of the answers is another one.
    case effect(Fault.Effect, probability: Double, api: API?)
    /// Bodies are larger than is accepted.
    case tooLarge
    /// Nobody answers.
    case down
    /// An error stands beside one statistic, and the others are missing.
    case partial
    case failingIndex(IndexName)
    /// An index is deleted, and comes back.
    case deleted(IndexName)
    /// The newest hours are not there yet.
    case late(hours: Int)
    case poisoned(StatisticName, IndexName, hoursAgo: Int, String)
    /// Points outside of what was asked for.
    case stray
    case untidy
    /// The plan lacks `*`.
    case withoutWildcard
    case keyRefused
    case withoutMonitoring
}

extension LifeFault {
    /// Draws a fault.
    static func draw(_ indices: LifePlan.Indices, using generator: inout SeededGenerator) -> LifeFault {
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &generator)] }
        func minutes() -> Int {
            Int.random(in: 0..<12, using: &generator) == 0
                ? Int.random(in: 60...300, using: &generator) : Int.random(in: 1...25, using: &generator)
        }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<56:
            let length = minutes()
            return .vendor(.draw(indices, using: &generator), minutes: length)
        case 56..<64:
            let fault = pick([FaultyFileSystem.Fault.failing, .full, .short, .readOnly, .lostSync])
            return .disk(
                fault, call: Int.random(in: 1...60, using: &generator),
                minutes: min(minutes(), 60))
        case 64..<66: return .locked(minutes: Int.random(in: 1...20, using: &generator))
        case 66..<70: return .restart(minutes: pick([0, 0, 1, 5, minutes()]))
        case 70..<76:
            let call = Int.random(in: 1...80, using: &generator)
            return .kill(
                pick([.killed, .writing(call: call), .writing(call: call), .cut, .powerLoss]),
                minutes: pick([0, 0, 1, 10]))
        case 76..<78: return .backup
        case 78: return .restore(merging: Bool.random(using: &generator))
        case 79: return .compact
        case 80..<82: return .verify
        case 82: return .merge(advanced: Bool.random(using: &generator))
        case 83..<87:
            let sizes = [90, 3600, 7200, 36_000, 864_000, 34_560_000]
            return .clock(
                seconds: pick(sizes) * (Bool.random(using: &generator) ? 1 : -1), minutes: pick([1, 3, 20, 90]))
        case 87: return .suspended(minutes: Int.random(in: 5...240, using: &generator))
        case 88: return .epoch(minutes: Int.random(in: 1...10, using: &generator))
        case 89..<92: return .filter(minutes: minutes())
        case 92..<94: return .interval(pick([300, 900, 1800]))
        default:
            return .receiver(
                pick([.status(500), .status(429), .tooLarge, .timeout, .cut, .storedAndFailed]),
                requests: Int.random(in: 1...4, using: &generator))
        }
    }
}

extension VendorTrouble {
    fileprivate static func draw(_ indices: LifePlan.Indices, using generator: inout SeededGenerator) -> VendorTrouble {
        func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &generator)] }
        switch Int.random(in: 0..<30, using: &generator) {
        case 0: return .tooLarge
        case 1: return .down
        case 2: return .failingIndex(pick(indices.all))
        case 3: return .deleted(indices.deleted)
        case 4, 5: return .late(hours: pick([1, 3, 5]))
        case 6, 7:
            return .poisoned(
                pick(LifeVendor.counts), pick(["", ""] + indices.all),
                hoursAgo: Int.random(in: 0...30, using: &generator),
                pick(["NaN", "\"12\"", "{}", "1e999", "-", "null"]))
        case 8: return .stray
        case 9: return .untidy
        // A day of requests by name follows.
        case 10 where Int.random(in: 0..<6, using: &generator) == 0: return .withoutWildcard
        case 11: return .keyRefused
        case 12: return .withoutMonitoring
        case 13: return .partial
        default:
            let effect: Fault.Effect = pick([
                .tooManyRequests(.seconds(Int.random(in: 1...90, using: &generator))), .tooManyRequests(.absent),
                .tooManyRequests(.date(in: Int.random(in: -100...100, using: &generator))),
                .tooManyRequests(.text("soon")), .status(500), .status(502), .status(503), .status(504), .status(599),
                .hang, .cutConnection(), .truncatedJSON, .garbage, .errorObject, .wrappedObject, .arrayOfObjects,
                .redirect(status: 302, location: "http://127.0.0.1:1{target}"),
                .redirect(status: 308, location: "https://example.org/"),
                .answer(status: 503, contentType: "text/html", body: "<html><title>Maintenance</title></html>"),
                .answer(status: 200, contentType: "application/json", body: String(repeating: "[", count: 5000)),
                .slowBody(chunkBytes: 100, delay: .seconds(1)),
            ])
            return .effect(
                effect, probability: pick([0.1, 0.3, 0.7, 1]), api: pick([nil, .usage, .search, .monitoring, .usageV2]))
        }
    }
}
