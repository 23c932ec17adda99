internal import History
internal import UsageModel

/// The statistics that one endpoint (of the application, or of its indices) serves, as far as known.
///
/// The wildcard is tried first. A plan that refuses it is asked for the
/// catalogue's names in batches; a batch that is refused is halved until the
/// refused name stands alone, and the rest is kept. Billing metrics have no wildcard, and the names of a registry.
struct StatisticsOffer {
    /// Names in one request.
    static let batchSize = 20

    let level: EndpointLevel
    /// When each name or the wildcard was refused.
    private(set) var refused: [StatisticName: UnixTime] {
        didSet { if refused.keys != oldValue.keys { names = Self.names(level, refused, listed) } }
    }
    /// The names that there are, where there is no wildcard; nil for the catalogue's, and a wildcard.
    private var listed: [StatisticName]?
    /// The catalogue's names, or those listed, that are not refused.
    private(set) var names: [StatisticName]
    /// Parts of batches that were refused without saying for which name.
    private var suspects: [Set<StatisticName>] = []
    /// Whether the wildcard was refused with a 403, which may have been the key's: believed, and
    /// remembered, once names are served with the same key.
    private(set) var doubtsWildcard = false
    /// The statistics served since the start: a key that is refused later is a key's problem.
    private var proven: Set<StatisticName> = []

    init(level: EndpointLevel, refused: [StatisticName: UnixTime], listed: [StatisticName]? = nil) {
        self.level = level
        self.refused = refused
        self.listed = listed
        names = Self.names(level, refused, listed)
    }

    private static func names(
        _ level: EndpointLevel, _ refused: [StatisticName: UnixTime], _ listed: [StatisticName]?
    ) -> [StatisticName] {
        (listed ?? StatisticCatalogue.names(perIndex: level == .index)).filter { refused[$0] == nil }
    }

    /// Offers other names by name alone.
    mutating func list(_ names: [StatisticName]) {
        guard names != listed else { return }
        listed = names
        suspects = []
        self.names = Self.names(level, refused, listed)
    }

    var servesWildcard: Bool { listed == nil && refused[.everything] == nil }

    /// A refusal that is old enough to be doubted, the wildcard's before any name's.
    func probe(now: UnixTime) -> StatisticName? {
        let doubtful = refused.filter {
            now - $0.value >= CollectionSettings.refusalMemory && listed?.contains($0.key) ?? true
        }.keys.sorted()
        if doubtful.contains(.everything) { return .everything }
        // With the wildcard served, names are not asked for.
        return servesWildcard ? nil : doubtful.first
    }

    /// The names of `wanted` to ask for in one request.
    func batch(of wanted: [StatisticName]) -> [StatisticName] {
        guard let first = wanted.first else { return [] }
        if let group = suspects.first(where: { $0.contains(first) }) { return wanted.filter(group.contains) }
        let free = wanted.filter { name in !suspects.contains { $0.contains(name) } }
        return Array(free.prefix(Self.batchSize))
    }

    /// Whether anything was served since the start.
    var hasProven: Bool { !proven.isEmpty }

    func isProven(_ selection: StatisticSelection) -> Bool {
        switch selection {
        case .all: proven.contains(.everything)
        case .names(let names): names.allSatisfy(proven.contains)
        }
    }

    mutating func noteServed(_ selection: StatisticSelection) {
        switch selection {
        case .all:
            proven.insert(.everything)
            refused[.everything] = nil
        case .names(let names):
            proven.formUnion(names)
            for name in names { refused[name] = nil }
            suspects = suspects.map { $0.subtracting(names) }.filter { !$0.isEmpty }
        }
    }

    /// Takes the wildcard for refused until a name tells whether it was, or the key.
    mutating func doubtWildcard(now: UnixTime) {
        doubtsWildcard = true
        refused[.everything] = now
    }

    /// Ends the doubt.
    /// - Parameter isRefused: whether it was the wildcard that was refused.
    mutating func resolveDoubt(isRefused: Bool) {
        guard doubtsWildcard else { return }
        doubtsWildcard = false
        if !isRefused { refused[.everything] = nil }
    }

    mutating func withdraw(_ names: [StatisticName]) {
        for name in names { refused[name] = nil }
    }

    /// Whether a refusal's message names what was asked for.
    static func names(_ selection: StatisticSelection, in message: String) -> Bool {
        !quoted(selection.answeredNames, in: message).isEmpty
    }

    /// The vendor's message names the culprit in quotes: Metric "x" not found.
    private static func quoted(_ names: [StatisticName], in message: String) -> [StatisticName] {
        let quoted = message.unicodeScalars.split(separator: "\"", omittingEmptySubsequences: false).compactMap {
            StatisticName(String($0))
        }
        // The vendor calls a billing metric by its own name.
        return names.filter { quoted.contains($0.billingName ?? $0) }
    }

    /// Returns the names to remember as refused after `selection` was refused with `message`;
    /// empty while the culprit is still being looked for.
    mutating func noteRefused(_ selection: StatisticSelection, message: String, now: UnixTime) -> [StatisticName] {
        let culprits: [StatisticName]
        switch selection {
        case .all: culprits = [.everything]
        case .names(let names):
            let named = Self.quoted(names, in: message)
            if named.isEmpty, names.count > 1 {
                suspects.removeAll { $0 == Set(names) }
                suspects.append(Set(names[..<(names.count / 2)]))
                suspects.append(Set(names[(names.count / 2)...]))
                return []
            }
            culprits = named.isEmpty ? names : named
        }
        for culprit in culprits {
            refused[culprit] = now
            proven.remove(culprit)
            suspects = suspects.map { $0.subtracting([culprit]) }.filter { !$0.isEmpty }
        }
        return culprits
    }
}
