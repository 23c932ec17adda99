import UsageModel

/// One index of an application: its share of everything, and its age.
struct IndexModel: Sendable {
    let name: IndexName
    let noise: Noise
    /// Its part of the application's traffic and records, in 0 ... 1.
    let share: Double
    /// Where its part begins when all shares are laid end to end in 0 ..< 1:
    /// a rare event belongs to the index whose part a draw falls into.
    let shareStart: Double
    /// The hour it was created in.
    let created: Int64
    /// The hour since which its records and sizes stand still; nil when they do not.
    let updated: Int64?

    /// All shares together. The rest is what the application does outside of any index.
    private static let total = 0.97

    func owns(_ draw: Double) -> Bool {
        draw >= shareStart && draw < shareStart + share
    }

    /// The indices in the order of their size, the first the largest: shares
    /// fall with the rank, as search traffic does. The largest third is older than
    /// three years; of the others every fifth appeared 40 days before the origin, and
    /// those whose creation is configured then.
    static func population(_ application: SimulatedApplication, noise: Noise, origin: UnixTime) -> [IndexModel] {
        let names = application.indices
        let noise = noise.stream("indices")
        let weights = names.indices.map { rank in 1 / (Double(rank + 1) * Double(rank + 1).squareRoot()) }
        let scale = total / weights.reduce(0, +)
        var start = 0.0
        var models: [IndexModel] = []
        for (rank, name) in names.enumerated() {
            let own = noise.stream(name.text)
            let daysBefore: Int64 =
                if rank * 3 <= names.count { 1100 + own.below(300, -1) } else if rank % 5 == 4 { 40 } else {
                    60 + own.below(320, -1)
                }
            let share = weights[rank] * scale
            models.append(
                IndexModel(
                    name: name, noise: own, share: share, shareStart: start,
                    created: application.creation(of: name)?.hour
                        ?? origin.hour - daysBefore * 24 + own.below(24, -2),
                    updated: application.lastUpdates[name]?.hour))
            start += share
        }
        return models
    }
}
