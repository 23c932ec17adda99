/// The values that all series of an application share in one hour, computed once per
/// request rather than once per point.
struct Hour: Sendable {
    /// Hours since 1970-01-01T00:00Z.
    let number: Int64
    /// Searches of the whole application in the complete hour.
    let searches: Double
    /// How many times the usual traffic a campaign brings; 1 without one.
    let burst: Double
    /// Number of the eight-hour step that levels keep still in.
    let step: Int64
    /// Growth since the origin at the start of that step.
    let size: Double
    /// Growth that the servers were last sized for.
    let provisioned: Double
    /// The part of the hour that had passed at the observation, 0 when it had not begun.
    let elapsed: Double
    /// The share of counts that had not arrived yet at the observation.
    let lag: Double

    /// The part of a final `count` that an observer sees: the elapsed part, less what
    /// is late. Whole numbers, never more than `count`.
    func observed(_ count: Double) -> Double {
        let begun = (count * elapsed).rounded(.down)
        return begun - (begun * lag).rounded(.down)
    }

    /// The part of a final peak that an observer sees: the highest so far.
    func observedPeak(_ peak: Double) -> Double {
        peak * (0.7 + 0.3 * elapsed) * (1 - lag)
    }
}
