import UsageModel

/// Everything that is invented about one application, hashed once.
struct ApplicationModel: Sendable {
    let id: ApplicationID
    let noise: Noise
    let traffic: Traffic
    let fleet: Fleet
    /// In configuration order.
    let indices: [IndexModel]
    /// The hour it was created in, five years before the origin.
    let created: Int64
    let precision: Precision
    /// Draws for the steps that records and sizes move in.
    let steps: Noise
    private let revisions: Revisions
    private let indexByName: [IndexName: IndexModel]

    /// Hours that levels keep still for.
    private static let levelStep: Int64 = 8
    /// Hours between two resizings of the servers: half a year.
    private static let resizing: Int64 = 182 * 24

    init(_ application: SimulatedApplication, seed: UInt64, origin: UnixTime, precision: Precision) {
        id = application.id
        noise = Noise(seed: seed).stream(application.id.text)
        traffic = Traffic(noise: noise, origin: origin)
        fleet = Fleet(noise: noise)
        self.precision = precision
        steps = noise.stream("levels")
        revisions = Revisions(noise: noise)
        created = origin.hour - 5 * 365 * 24
        indices = IndexModel.population(application, noise: noise, origin: origin)
        indexByName = Dictionary(indices.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func index(_ name: IndexName) -> IndexModel? { indexByName[name] }

    /// The state of an hour as known at `asOf`.
    func hour(_ number: Int64, asOf: UnixTime) -> Hour {
        let burst = traffic.burst(number)
        let step = (number - created) / Self.levelStep
        let resized = created + (number - created) / Self.resizing * Self.resizing
        let (elapsed, lag) = revisions.observe(number, asOf: asOf)
        return Hour(
            number: number, searches: traffic.searches(number, burst: burst), burst: burst, step: step,
            size: traffic.growth(created + step * Self.levelStep), provisioned: traffic.growth(resized) * 1.05,
            elapsed: elapsed, lag: lag)
    }
}
