import UsageModel

/// How an answer changes with the time at which it is asked for.
///
/// 1. A bucket that has not begun is not reported.
/// 2. A bucket that has not ended shows the elapsed part of its counts.
/// 3. Until 90 minutes after its end, counts are 0.5 to 3 % too low.
/// 4. Two in a hundred hours are 0.2 to 1 % too low until 20 hours after
///    their end: the late revision that only asking again can find.
struct Revisions: Sendable {
    /// Seconds after its end during which an hour is still being counted.
    static let settling: Int64 = 90 * 60
    /// Seconds after its end at which a late revision arrives.
    static let late: Int64 = 20 * 3600

    private let noise: Noise

    init(noise: Noise) {
        self.noise = noise.stream("revisions")
    }

    /// The part of the hour that had passed at `asOf`, and the share of its
    /// counts that was still missing.
    func observe(_ hour: Int64, asOf: UnixTime) -> (elapsed: Double, lag: Double) {
        let start = hour * 3600
        let end = start + 3600
        guard asOf > start else { return (0, 0) }
        let elapsed = min(1, Double(asOf - start) / 3600)
        if asOf < end + Self.settling { return (elapsed, 0.005 + 0.025 * noise.unit(hour * 3)) }
        if asOf < end + Self.late, noise.unit(hour * 3 + 1) < 0.02 {
            return (elapsed, 0.002 + 0.008 * noise.unit(hour * 3 + 2))
        }
        return (elapsed, 0)
    }
}
