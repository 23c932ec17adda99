import Synchronization

/// What Prometheus remembers without a window for late samples: the newest of each series.
final class NewestSamples: Sendable {
    private let newest = Mutex<[[String]: TestReceiver.Sample]>([:])

    /// Takes all of a request, or nothing for one sample that is out of order.
    func takes(_ samples: [TestReceiver.Sample]) -> Bool {
        newest.withLock { newest in
            var next = newest
            for sample in samples {
                if let last = next[sample.labels] {
                    if sample.milliseconds < last.milliseconds { return false }
                    if sample.milliseconds == last.milliseconds, sample.value != last.value { return false }
                }
                next[sample.labels] = sample
            }
            newest = next
            return true
        }
    }
}
