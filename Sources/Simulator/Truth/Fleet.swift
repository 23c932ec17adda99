/// The servers of one application: four to six at a time in two or three
/// regions. Some stay for ever, others come and go every few weeks, and any of
/// them is missing from an hour now and then.
struct Fleet: Sendable {
    /// One server name and when it is in use.
    struct Server: Sendable {
        let name: String
        let region: String
        let cluster: String
        /// Relative strength, around 1.
        let weight: Double
        let noise: Noise
        /// Nil for a server that is always there.
        let shift: Shift?
    }

    /// A slot that names take in turns: each is there for `duty` hours of its
    /// `period`, in every third period.
    struct Shift: Sendable {
        let period: Int64
        let duty: Int64
        let offset: Int64
        let turn: Int64
    }

    /// Algolia's clusters that are nobody's here, so that every published region has one:
    /// au br ca de eu hk in jp sg uae uk usc use usw za.
    static let elsewhere: [(region: String, cluster: String)] = [
        ("au", "c2-au"), ("br", "c14-br"), ("ca", "c5-ca"), ("de", "c16-de"), ("hk", "c18-hk"), ("in", "c20-in"),
        ("jp", "c11-jp"), ("sg", "c22-sg"), ("uae", "c24-uae"), ("uk", "c9-uk"), ("usc", "c28-usc"),
        ("usw", "c30-usw"), ("za", "c32-za"),
    ]

    /// Names in a slot.
    private static let turns: Int64 = 3
    /// Share of hours in which a server is not reported although in use.
    private static let gaps = 0.004

    let regions: [String]
    let clusters: [String]
    /// All servers that ever exist.
    let servers: [Server]

    init(noise: Noise) {
        let noise = noise.stream("fleet")
        var places = [("eu", "c4-fr"), ("use", "c7-use")]
        let hasThird = noise.unit(0) < 0.6
        if hasThird { places.append(noise.unit(1) < 0.5 ? ("jp", "c11-jp") : ("br", "c14-br")) }
        var servers: [Server] = []
        func add(_ place: Int, _ number: Int64, _ shift: Shift?) {
            let (region, cluster) = places[place]
            let name = "\(cluster)-\(number)"
            let own = noise.stream(name)
            servers.append(
                Server(
                    name: name, region: region, cluster: cluster, weight: 0.8 + 0.4 * own.unit(-1),
                    noise: own, shift: shift))
        }
        for (place, number) in [(0, 1), (0, 2), (1, 1), hasThird ? (2, 1) : (1, 2)] { add(place, Int64(number), nil) }
        for place in 0..<2 {
            let period = 24 * (17 + noise.below(24, Int64(10 + place)))
            let duty = period * 7 / 10
            let offset = noise.below(period, Int64(20 + place))
            for turn in 0..<Self.turns {
                add(place, 3 + turn, Shift(period: period, duty: duty, offset: offset, turn: turn))
            }
        }
        self.servers = servers
        regions = places.map(\.0)
        clusters = places.map(\.1)
    }

    /// Whether the server belongs to the application in that hour.
    func isInUse(_ server: Server, _ hour: Int64) -> Bool {
        guard let shift = server.shift else { return true }
        let shifted = hour + shift.offset
        let within = ((shifted % shift.period) + shift.period) % shift.period
        let cycle = (shifted - within) / shift.period
        return within < shift.duty && ((cycle % Self.turns) + Self.turns) % Self.turns == shift.turn
    }

    /// Whether the hour's maps have the server as a key.
    func isReported(_ server: Server, _ hour: Int64) -> Bool {
        isInUse(server, hour) && server.noise.unit(hour) >= Self.gaps
    }
}
