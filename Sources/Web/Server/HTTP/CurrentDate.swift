private import Synchronization
private import Transport
private import UsageModel

/// The `Date` header of now, which is written once a second and not once an answer.
final class CurrentDate: Sendable {
    private let newest = Mutex<(time: UnixTime, text: String)>((.min, ""))

    var text: String {
        let now = SystemClock().now
        return newest.withLock { newest in
            if newest.time != now { newest = (now, HTTPDate.string(now)) }
            return newest.text
        }
    }
}
