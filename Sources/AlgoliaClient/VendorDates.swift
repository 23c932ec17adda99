private import Synchronization
public import UsageModel

/// When the vendor's clock said that it answered, by API: the check on our own clock.
public final class VendorDates: Sendable {
    /// What one answer said.
    public struct Reading: Sendable, Hashable {
        /// The `Date` header (RFC 9110, section 6.6.1); nil when the answer had none.
        public var date: UnixTime?
        /// ``WallClock/monotonic`` when the answer had arrived.
        public var arrived: Double

        public init(date: UnixTime?, arrived: Double) {
            self.date = date
            self.arrived = arrived
        }
    }

    private let readings = Mutex<[API: Reading]>([:])

    func note(_ date: UnixTime?, _ api: API, at arrived: Double) {
        readings.withLock { $0[api] = Reading(date: date, arrived: arrived) }
    }

    func newest(_ api: API) -> Reading? { readings.withLock { $0[api] } }
}
