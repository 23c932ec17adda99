internal import History
internal import UsageModel

/// How far back the vendor serves one endpoint in one granularity, as far as known.
///
/// A range that starts too long ago is refused as a whole, with whatever status, so the newest start that is refused
/// and the oldest that is served are searched for from both sides: first at usual retentions, then by halves. What is
/// kept over the search are ages, seconds from a range's start to its request, because what the vendor keeps
/// moves on with the clock.
struct VendorReach {
    /// How far back vendors tend to serve, the likeliest first.
    private static let usual: [Int64] = [90, 180, 60, 30, 14, 7].map { $0 * 86_400 }

    /// The running search, in starts of buckets. The bounds are times and not ages: a search may take an hour.
    private struct Search {
        /// The first start that is not known to be refused.
        var open: UnixTime
        /// The first start that is known to be served.
        var served: UnixTime
        /// The age of the youngest start that was refused.
        var refusedAge: Int64
        /// Whose request was refused last.
        var scope: Scope?
    }

    /// The age that another granularity of the same vendor has: the first guess.
    var hint: Int64?
    /// The age of the oldest start that was served; nothing younger is refused because of its age.
    private(set) var served: Int64 = 0
    /// The age of the oldest start that is served, once it is found.
    private(set) var age: Int64 = 0
    private var search: Search?
    /// Refusals of the running search: one alone may have been an accident.
    private var refusals = 0
    /// The vendor's newest refusal, in its words.
    private(set) var reason = ""
    /// Whether the vendor said that there are no data (404), and not that the range is refused.
    private(set) var isAbsence = false
    /// Scopes of which everything older than ``age`` that is absent may be believed to be: it was searched.
    private(set) var searched: Set<Scope> = []

    var isSearching: Bool { search != nil }

    /// Where the running search still looks; nil without one.
    var openRange: TimeRange? { search.map { TimeRange($0.open, $0.served) } }

    mutating func noteServed(_ start: UnixTime, _ granularity: Granularity, now: UnixTime) {
        let age = now - start
        // Older data after all: what is absent beyond them is to be searched again.
        if age > served + granularity.seconds { searched = [] }
        served = max(served, age)
        guard var search else { return }
        search.served = min(search.served, start)
        // What is older than something that was refused is served: that was not its age.
        self.search = start < search.open ? nil : search
    }

    mutating func noteRefused(
        _ start: UnixTime, _ granularity: Granularity, now: UnixTime, reason: String, isAbsence: Bool,
        scope: Scope? = nil
    ) {
        let open = start + granularity.seconds
        var search = search ?? Search(open: open, served: granularity.floor(now - served), refusedAge: now - start)
        search.open = max(search.open, open)
        search.refusedAge = min(search.refusedAge, now - start)
        search.scope = scope
        self.search = search
        refusals += 1
        self.reason = reason
        self.isAbsence = isAbsence
    }

    /// Whether no bucket is left between what is served and what is refused.
    var isFound: Bool { search.map { $0.open >= $0.served } ?? false }

    /// Whether the refusals are more than one accident.
    func isConfirmed(_ granularity: Granularity) -> Bool { refusals > 1 || isUsual(granularity) }

    private var guesses: [Int64] { (hint.map { [$0] } ?? []) + Self.usual }

    /// Whether a guess was right, as far as can be told from one side.
    private func isUsual(_ granularity: Granularity) -> Bool {
        guesses.contains { served <= $0 && served > $0 - 2 * granularity.seconds }
    }

    /// Ends the search: ``age`` is what it found.
    mutating func finish() {
        // Contracts are about days: whole ones, if the search allows them, and else what was seen to be served.
        let days = (served + 86_399) / 86_400 * 86_400
        age = search.map { days < $0.refusedAge } ?? false ? days : served
        search = nil
        refusals = 0
    }

    /// Gives the search up: a single refusal is not believed.
    mutating func doubt() { search = nil }

    /// Ends the search, because nobody asks for anything in which it still looks. What it has looked at is absent for the
    /// scope that was refused last: it has everything newer, and would begin the same search again and again.
    mutating func abandon() {
        if isAbsence, let scope = search?.scope { noteSearched(scope) } else { doubt() }
    }

    /// Whether a search of a scope would begin that was concluded before, and did not help.
    func isSearchedInVain(_ scope: Scope) -> Bool { search == nil && searched.contains(scope) }

    /// Ends the search of a scope that has no data further back.
    mutating func noteSearched(_ scope: Scope) {
        searched.insert(scope)
        finish()
    }

    /// The part of `range` to ask for now; nil when all of it is refused.
    func limit(_ range: TimeRange, _ granularity: Granularity, now: UnixTime) -> TimeRange? {
        guard let search, range.start < search.open else { return range }
        let end = min(search.served, range.end)
        guard search.open < end else {
            return search.served < range.end ? TimeRange(search.served, range.end) : nil
        }
        let start: UnixTime
        if isUsual(granularity) {
            // The guess was right, most likely: the bucket before it is refused.
            start = max(search.open, end - granularity.seconds)
        } else if let guess = guesses.lazy.map({ granularity.ceiling(now - $0) }).first(where: {
            $0 >= search.open && $0 < end
        }) {
            start = guess
        } else {
            start = max(search.open, granularity.floor(search.open + (end - search.open) / 2))
        }
        return TimeRange(start, range.end)
    }
}

/// The endpoint and granularity of a ``VendorReach``.
struct ReachKey: Hashable {
    var level: EndpointLevel
    var granularity: Granularity

    init(_ level: EndpointLevel, _ granularity: Granularity) {
        self.level = level
        self.granularity = granularity
    }

    init(_ horizon: VendorHorizon) { self.init(horizon.level, horizon.granularity) }

    init(_ request: PlannedRequest) { self.init(EndpointLevel(request.scope), request.granularity) }
}
