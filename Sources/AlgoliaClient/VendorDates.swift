private import Synchronization
public import UsageModel

/// When the vendor's clock said that it answered, by API: the check on our own clock.
public final class VendorDates: Sendable {
    /// The dates of one answer.
    public struct Reading: Sendable, Hashable {
        /// The `Date` header (RFC 9110, section 6.6.1); nil when the answer had none.
        public var date: UnixTime?
        /// ``WallClock/monotonic`` when the question was sent.
        public var asked: Double
        /// ``WallClock/monotonic`` when the answer had arrived: the vendor wrote its date between the two.
        public var arrived: Double

        public init(date: UnixTime?, asked: Double, arrived: Double) {
            self.date = date
            self.asked = asked
            self.arrived = arrived
        }
    }

    private let readings = Mutex<[API: Reading]>([:])

    func note(_ date: UnixTime?, _ api: API, asked: Double, arrived: Double) {
        readings.withLock { $0[api] = Reading(date: date, asked: asked, arrived: arrived) }
    }

    func newest(_ api: API) -> Reading? { readings.withLock { $0[api] } }
}
