internal import Collector
internal import History
internal import LinearRegex
internal import UsageModel

/// Something that happened, to mark in a panel.
struct GrafanaAnnotation: Sendable {
    /// Empty for an instant.
    var range: TimeRange
    var title: String
    var tags: [String]
    var text: String
}

/// The annotations of a dashboard's panels: `incidents` or `gaps`, of an application, of an index.
struct AnnotationQuery: Sendable {
    enum Kind: String {
        case incidents, gaps
    }

    /// The most annotations in one answer; the newest are kept.
    static let limit = 1000
    /// Names that one text lists.
    private static let namesInText = 10
    /// Messages of one incident that its text repeats.
    private static let messagesInText = 20
    static let accepted =
        "incidents, incidents APPLICATION, gaps, gaps APPLICATION, gaps APPLICATION INDEX"

    private let kind: Kind
    private var application: NameChoice
    private var index = NameChoice()
    /// The parameter that problems name.
    private let field: String

    /// Nil for a text that means something else.
    /// - Parameter payload: selects applications and indices that `text` does not name.
    init?(_ text: String, payload: GrafanaPayload = GrafanaPayload(), field: String) {
        // By scalars: a name may begin with an accent.
        let words = text.unicodeScalars.split(separator: " ", maxSplits: 2).map { String($0) }
        guard let kind = Kind(rawValue: words.first ?? ""), words.count <= (kind == .gaps ? 3 : 2) else { return nil }
        self.kind = kind
        self.field = field
        application = words.count > 1 ? NameChoice([words[1]]) : payload.application
        index = words.count > 2 ? NameChoice([words[2]]) : payload.index
    }

    /// The annotations that reach into `range`, oldest first.
    /// - Parameter patterns: the regular expressions of the request.
    func annotations(
        _ exporter: Exporter, in range: TimeRange, _ patterns: RegexBudget
    ) async throws -> [GrafanaAnnotation] {
        switch kind {
        case .incidents: try await incidents(exporter, range, patterns).suffix(Self.limit)
        case .gaps: try await gaps(exporter, range, patterns).suffix(Self.limit)
        }
    }

    private func incidents(
        _ exporter: Exporter, _ range: TimeRange, _ patterns: RegexBudget
    ) async throws -> [GrafanaAnnotation] {
        let now = exporter.clock.now
        // One that began before the range may reach into it.
        let told = try await exporter.history.incidents(range: TimeRange(0, range.end))
        let applications = try select(application, from: Set(told.map { AnyName($0.application) }), patterns)
        return ClusterOutage.outages(told.filter { applications.contains(AnyName($0.application)) })
            .filter { ($0.end ?? now) >= range.start }
            .map { outage in
                let first = outage.messages[0]
                var messages = outage.messages.suffix(Self.messagesInText)
                    .map { "\(RFC3339.string($0.time)) \($0.status): \($0.title)" }
                let more = outage.messages.count - messages.count
                if more > 0 { messages.insert("\(more) earlier messages", at: 0) }
                return GrafanaAnnotation(
                    range: TimeRange(outage.start, outage.end ?? min(now, range.end)), title: first.title,
                    tags: ["incident", first.application.text, first.cluster.text, first.status],
                    text: (["\(first.application), cluster \(first.cluster)"] + messages).joined(separator: "\n"))
            }
    }

    private func gaps(
        _ exporter: Exporter, _ range: TimeRange, _ patterns: RegexBudget
    ) async throws -> [GrafanaAnnotation] {
        let coverage = try await exporter.history.coverage()
        let freshness = try await exporter.history.freshness()
        let scopes = Set(coverage.map(\.scope) + freshness.map(\.scope))
        let applications = try select(application, from: Set(scopes.map { AnyName($0.application) }), patterns)
        let indices = try select(index, from: Set(scopes.map(Self.place)), patterns)
        let collected = Set(await exporter.status().map(\.application))
        let gaps = CoverageGaps(coverage, freshness).gaps(
            in: range, now: exporter.clock.now,
            selects: { applications.contains(AnyName($0.application)) && indices.contains(Self.place($0)) },
            // Without a collector there is no other source.
            isCollected: { collected.isEmpty || collected.contains($0) })
        return gaps.map(Self.annotation)
    }

    private static func place(_ scope: Scope) -> AnyName {
        scope.isIndex ? AnyName(scope.index) : NameMatcher.applicationLevel
    }

    private static func annotation(_ gap: CoverageGap) -> GrafanaAnnotation {
        let indices = gap.indices.filter { !$0.isEmpty }
        var places = gap.indices.contains("") ? ["the application"] : []
        places += indices.prefix(namesInText).map { "index \($0)" }
        if indices.count > namesInText { places.append("\(indices.count - namesInText) more indices") }
        return GrafanaAnnotation(
            range: gap.range, title: "Not fetched", tags: ["gap", gap.application.text, gap.granularity.rawValue],
            text: "\(gap.application), \(gap.granularity.rawValue): \(DurationText.string(gap.range.seconds)) of "
                + places.joined(separator: ", "))
    }

    /// The members of `names` that are chosen; all of them when nothing is.
    private func select(
        _ choice: NameChoice, from names: Set<AnyName>, _ patterns: RegexBudget
    ) throws -> Set<AnyName> {
        guard !choice.isEmpty else { return names }
        return try NameMatcher(choice, known: names, field: field, patterns).select(from: names)
    }
}
