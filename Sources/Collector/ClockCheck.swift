internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// A collector's check of its clock against the vendor's, with each answer.
///
/// The first answer after the start, or after the clock was set, confirms the time: what the file says of later than that is
/// void (``discardFuture(_:in:_:_:settleDelay:)``). Until then nothing else may be believed of the file.
struct ClockCheck {
    /// Whether an answer has confirmed the clock since the start, or since it was set.
    private(set) var isConfirmed = false
    /// Whether the log says that the clock is wrong.
    private var hasToldWrong = false
    private let clock: CollectionClock
    private let metrics: CollectorMetrics

    init(_ clock: CollectionClock, _ metrics: CollectorMetrics) {
        self.clock = clock
        self.metrics = metrics
    }

    /// The outcome of one comparison.
    struct Reading: Equatable {
        /// Seconds by which the time was set forward (or back, when negative); 0 for none.
        var step: Double
        /// When the vendor gave the answer, by its own clock.
        var date: UnixTime?
    }

    /// Compares the clock with the newest answer of an API.
    /// - Returns: nil without a dated answer: nobody knows.
    func compare(_ client: AlgoliaClient, _ api: API) -> Reading? {
        guard let reading = client.newestDate(api) else { return nil }
        let step = clock.synchronize(reading)
        if let offset = clock.offset { metrics.clockOffset(offset, api) }
        return Reading(step: step, date: reading.date)
    }

    /// Says when the clock goes wrong, and when it is right again.
    mutating func tell(_ log: Logger) {
        guard let offset = clock.offset, case let isWrong = abs(offset) > CollectionClock.tolerance,
            isWrong != hasToldWrong
        else { return }
        hasToldWrong = isWrong
        if isWrong {
            log.warning(
                """
                this machine's clock is \(Int(offset.magnitude)) s \(offset > 0 ? "ahead of" : "behind") Algolia's; \
                treating nothing later than the earlier of the two as settled until they agree; check the time service
                """)
        } else {
            log.info("this machine's clock agrees with Algolia's again")
        }
    }

    /// Voids what the file says of later than an answer allows.
    /// - Returns: nil when nothing was void.
    func discardFuture(
        _ reading: Reading, in history: History, _ application: ApplicationID, _ granularities: [Granularity],
        settleDelay: Int64
    ) async throws -> ForgottenFuture? {
        try await history.forgetFuture(
            application: application, granularities, now: max(clock.now, reading.date ?? .min),
            settleDelay: settleDelay)
    }

    /// Says what was voided.
    func tell(of future: ForgottenFuture, _ log: Logger) {
        log.warning(
            """
            the database has data up to \(RFC3339.string(future.latest)), which is in the future: a clock was ahead; \
            discarded the data later than now, fetching it again
            """)
    }

    /// Notes in the file when the application was first seen, by a clock that is right.
    func register(_ application: ApplicationID, _ reading: Reading, in history: History) async throws {
        // A time that was registered by a wrong clock is replaced.
        if reading.step != 0 {
            try await history.register(application: application, now: clock.now, isConfirmed: false)
        }
        try await history.confirm(application: application)
    }

    /// Notes that the file agrees with the clock.
    mutating func confirm() { isConfirmed = true }

    /// Notes that the clock was set: the next answer has to confirm it.
    mutating func wasSet() { isConfirmed = false }
}
