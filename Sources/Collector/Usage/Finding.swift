internal import History
internal import Logging
internal import UsageModel

/// A fact about the vendor that has to survive a restart.
///
/// ``CollectionState`` finds it, the collector writes it, and the state learns that it was written: what cannot be
/// written is found again.
enum Finding {
    /// The plan lacks these statistics (or `*`).
    case refused([StatisticName], EndpointLevel, at: UnixTime)
    /// The plan includes them again.
    case included([StatisticName], EndpointLevel)
    /// The vendor cannot or will not answer a range.
    case setAside(AnsweredWindow, reason: String, breaksAnswers: Bool)
    /// The vendor serves nothing older.
    case horizon(VendorHorizon)
    /// Something older was asked for again, in vain.
    case horizonTried(VendorHorizon)
    /// The vendor serves something older.
    case horizonGone(ReachKey)
    /// The settled newest week was asked for again.
    case revised(Scope, Granularity, at: UnixTime)

    /// Writes it.
    /// - Parameter isBilling: whether it is about billing metrics, and not about the other statistics.
    /// - Returns: what is set aside now in the scope and granularity, if that is what it is about.
    func write(
        to history: History, _ application: ApplicationID, billing isBilling: Bool = false
    ) async throws -> [SetAside]? {
        switch self {
        case .refused(let names, let level, let time):
            try await history.refuse(names, application: application, level: level, at: time)
        case .included(let names, let level):
            try await history.withdrawRefusal(of: names, application: application, level: level)
        case .setAside(let window, let reason, let breaksAnswers):
            return try await history.setAside(window, reason: reason, breaksAnswers: breaksAnswers)
        case .horizon(let horizon), .horizonTried(let horizon):
            try await history.note(horizon, application: application, billing: isBilling)
        case .horizonGone(let key):
            try await history.forgetVendorHorizon(
                key.level, key.granularity, application: application, billing: isBilling)
        case .revised(let scope, let granularity, let time):
            try await history.noteRevisionCheck(scope, granularity, at: time, billing: isBilling)
        }
        return nil
    }
}

extension Logger {
    /// Says that the plan lacks statistics.
    func refused(_ names: [StatisticName], _ level: EndpointLevel) {
        notice(
            "the plan does not include \(names.map(\.text).joined(separator: ", ")); continuing without, retrying in 24 h",
            metadata: ["level": "\(level)"])
    }
}
