internal import AlgoliaClient
internal import History
internal import UsageModel

/// The search for the statistic, and the buckets of it, that make the vendor's answers fail.
///
/// A request that fails again and again while others succeed has something in it that the vendor cannot answer. It is
/// split: by statistics first, then by time, breadth first, so that the half that works follows the half that fails and
/// an outage is told apart. What succeeds is stored as it comes; what fails alone is set aside.
struct AnswerSearch {
    /// Failures in a row of one request before it is split.
    static let patience = 4
    private static let longestPatience = 64
    /// Requests of one search.
    private static let budget = 64
    /// Failures of pieces in a row that look like an outage: before any piece has succeeded, and after.
    private static let outage = (before: 6, after: 10)
    /// Culprits that are told apart from the start.
    private static let mostKnown = 8
    /// Pieces of one statistic that fail in a row before the rest of its range is believed to.
    private static let loneFailures = 6

    /// The consequence of a piece that failed.
    enum Verdict: Equatable {
        /// There is more to ask for, or the search is over.
        case next
        /// These fail alone.
        case culprits([PlannedRequest])
    }

    /// The request that fails.
    private(set) var whole: PlannedRequest
    /// When it first failed.
    private(set) var since: Double
    /// How often it has failed since then.
    private(set) var failures = 0
    private var patience = Self.patience
    /// How often it has failed since another request has succeeded: the first may be the end of an outage.
    private var failuresAlone = 0
    /// The pieces that are still to be asked for.
    private(set) var pieces: [PlannedRequest] = []
    /// Whether the pieces only find out whether the vendor answers anything.
    private var isProbe = false
    private var requests = 0
    /// Failures of pieces in a row.
    private(set) var streak = 0
    private(set) var hasSucceeded = false
    private var hasCulprit = false
    /// Searches that found nothing though the whole went on to fail.
    private var fruitless = 0
    private var lone: [StatisticName: Int] = [:]
    private var confirmed: Set<PlannedRequest> = []

    init(_ request: PlannedRequest, now: Double) {
        whole = request
        since = now
    }

    var isRunning: Bool { !pieces.isEmpty }

    /// Notes that the whole request failed, and splits it if it is time to.
    /// - Parameters:
    ///   - othersSucceed: whether another request has succeeded since it first failed.
    ///   - names: what stands for `*`.
    ///   - culprits: statistics that are known to make answers fail; they are told apart from the start.
    ///   - setAside: what need not be asked for.
    mutating func wholeFailed(
        _ request: PlannedRequest, othersSucceed: Bool, names: [StatisticName], culprits: Set<StatisticName>,
        setAside: [SetAside]
    ) {
        whole = request
        failures += 1
        failuresAlone = othersSucceed ? failuresAlone + 1 : 0
        guard failures >= (culprits.isEmpty ? patience : min(patience, 2)) else { return }
        let asked =
            switch request.statistics {
            case .all: names
            case .names(let names): names
            }
        guard !asked.isEmpty else { return }
        if othersSucceed {
            guard failuresAlone > 1 || !culprits.isEmpty else { return }
            isProbe = false
        } else {
            guard failures % Self.patience == 0, asked.count > 1 else { return }
            isProbe = true
        }
        (requests, streak, hasSucceeded, hasCulprit) = (0, 0, false, false)
        (lone, confirmed) = ([:], [])
        let known = asked.filter(culprits.contains)
        let rest = asked.filter { !culprits.contains($0) }
        guard !isProbe, !known.isEmpty, known.count <= Self.mostKnown else {
            let all = piece(of: request, .names(asked))
            pieces = asked.count > 1 ? halves(all) : [all]
            return
        }
        pieces = rest.isEmpty ? [] : [piece(of: request, .names(rest))]
        for name in known {
            let holes = setAside.filter { $0.breaksAnswers && $0.statistic == name }.map(\.range)
            pieces += TimeRangeSet(request.range).subtracting(TimeRangeSet(holes)).ranges.reversed().map { range in
                var piece = piece(of: request, .names([name]))
                piece.range = range
                return piece
            }
        }
    }

    /// Notes that a request failed that is never split.
    mutating func noteFailure(_ request: PlannedRequest) {
        whole = request
        failures += 1
    }

    private func piece(of request: PlannedRequest, _ statistics: StatisticSelection) -> PlannedRequest {
        var piece = request
        piece.statistics = statistics
        piece.purpose = .isolation
        return piece
    }

    /// Both halves of a piece: of its statistics, or of its range when there is one statistic; the newer first.
    private func halves(_ piece: PlannedRequest, at boundary: UnixTime? = nil) -> [PlannedRequest] {
        var (first, second) = (piece, piece)
        if case .names(let names) = piece.statistics, names.count > 1 {
            first.statistics = .names(Array(names[..<(names.count / 2)]))
            second.statistics = .names(Array(names[(names.count / 2)...]))
        } else {
            let middle = boundary ?? piece.granularity.floor(piece.range.start + piece.range.seconds / 2)
            first.range = TimeRange(middle, piece.range.end)
            second.range = TimeRange(piece.range.start, middle)
        }
        return [first, second]
    }

    /// Notes that a piece was answered.
    mutating func succeeded(_ piece: PlannedRequest) {
        guard take(piece) else { return }
        hasSucceeded = true
        streak = 0
        if case .names(let names) = piece.statistics, names.count == 1 { lone[names[0]] = 0 }
        if isProbe { pieces = [] }
    }

    /// Notes that a piece was refused for what it is: more than one statistic is told apart, one is not asked for.
    mutating func refused(_ piece: PlannedRequest) {
        guard take(piece), case .names(let names) = piece.statistics, names.count > 1 else { return }
        pieces += halves(piece)
    }

    /// Notes that a piece failed.
    /// - Parameter unsettled: where the live tail begins, which fails or not as a whole.
    mutating func failed(_ piece: PlannedRequest, unsettled: UnixTime, now: Double) -> Verdict {
        guard take(piece) else { return .next }
        streak += 1
        guard !isProbe else { return .next }
        guard case .names(let names) = piece.statistics, let name = names.first else { return .next }
        if names.count == 1 {
            lone[name, default: 0] += 1
            if lone[name, default: 0] >= Self.loneFailures {
                let rest = pieces.filter { $0.statistics == piece.statistics }
                pieces.removeAll { $0.statistics == piece.statistics }
                hasCulprit = true
                return .culprits([piece] + rest)
            }
        }
        guard streak < (hasSucceeded ? Self.outage.after : Self.outage.before), requests < Self.budget else {
            giveUp(now: now)
            return .next
        }
        if names.count > 1 {
            pieces += halves(piece)
        } else if piece.range.start < unsettled, unsettled < piece.range.end {
            pieces += halves(piece, at: unsettled)
        } else if piece.range.start < unsettled, piece.range.seconds > piece.granularity.seconds {
            pieces += halves(piece)
        } else if confirmed.insert(piece).inserted {
            // Once more, after all others.
            pieces.append(piece)
        } else {
            hasCulprit = true
            return .culprits([piece])
        }
        return .next
    }

    /// Takes a piece off the list.
    private mutating func take(_ piece: PlannedRequest) -> Bool {
        guard let position = pieces.firstIndex(of: piece) else { return false }
        pieces.remove(at: position)
        requests += 1
        return true
    }

    /// Ends a search that looks like an outage, or takes too long: the whole is asked for again, for longer.
    private mutating func giveUp(now: Double) {
        pieces = []
        failures = 0
        since = now
        patience = min(patience * 2, Self.longestPatience)
    }

    /// The outcome when no piece is left.
    enum End: Equatable {
        /// It goes on, or the whole is asked for again.
        case open
        /// The culprit is found.
        case found
        /// Every statistic is answered by name, and all of them at once are not: twice.
        case wildcardFails
    }

    /// Ends the search if no piece is left.
    mutating func finish(now: Double) -> End {
        guard pieces.isEmpty, requests > 0, !isProbe, streak == 0 || hasCulprit else { return .open }
        requests = 0
        failures = 0
        since = now
        if hasCulprit { return .found }
        fruitless += 1
        return fruitless > 1 && whole.statistics == .all ? .wildcardFails : .open
    }
}
