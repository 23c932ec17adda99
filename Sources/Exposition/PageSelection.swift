public import UsageModel

/// The groups of metrics that a scrape may choose (`collect[]`), told apart by the beginnings of their names.
public enum MetricGroup: String, Sendable, Hashable, CaseIterable {
    /// Statistics and billing metrics of applications.
    case usage
    /// Statistics of indices.
    case indices
    /// Servers and clusters.
    case monitoring
    /// Contract limits and projections.
    case capacity
    /// The exporter itself.
    case exporter
    /// The process, as every Prometheus client library describes it.
    case process

    private static let prefixes: [(prefix: [UInt8], group: MetricGroup)] = {
        let names: KeyValuePairs<String, MetricGroup> = [
            "algolia_usage_by_index": .indices, "algolia_usage_": .usage, "algolia_billing_": .usage,
            "algolia_infra_metric": .monitoring,
            "algolia_index_": .indices, "algolia_infrastructure_": .monitoring,
            "algolia_cluster_": .monitoring, "algolia_capacity_": .capacity, "algolia_contract_": .capacity,
            "algolia_exporter_": .exporter, "process_": .process,
        ]
        return names.map { (Array($0.key.utf8), $0.value) }
    }()

    /// The group of a metric; nil for a name that this program has not.
    public init?(metric name: some Sequence<UInt8>) {
        guard let group = Self.prefixes.first(where: { name.starts(with: $0.prefix) })?.group else { return nil }
        self = group
    }
}

/// The part of `/metrics` that a request asks for.
///
/// It is cut out of the rendered page, which is cached: no request makes the database work, and what is left is what
/// the whole page says.
public struct PageSelection: Sendable, Hashable {
    /// Nil for every application.
    public var applications: Set<ApplicationID>?
    /// Nil for every group.
    public var groups: Set<MetricGroup>?
    /// Whether samples are kept that are about no application.
    public var includesGlobal: Bool

    public init(
        applications: Set<ApplicationID>? = nil, groups: Set<MetricGroup>? = nil, includesGlobal: Bool = true
    ) {
        self.applications = applications
        self.groups = groups
        self.includesGlobal = includesGlobal
    }

    /// Whether the whole page is asked for.
    public var isEverything: Bool { self == PageSelection() }

    /// The chosen samples of a rendered page, with the heads of their families.
    public func selected(from page: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        var scopes = ScopeTest(self)
        /// Where the head of the present family is, while it is not written.
        var head: Range<Int>?
        var isShown = true
        var start = 0
        while start < page.count {
            let end = page[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? page.count
            let line = page[start..<end]
            if line.first == UInt8(ascii: "#") {
                if line.starts(with: Self.help) {
                    head = start..<end
                    isShown = shows(line.dropFirst(Self.help.count))
                } else if line.starts(with: Self.end) {
                    result += line
                } else if let begun = head {
                    head = begun.lowerBound..<end
                }
            } else if isShown, scopes.accepts(line) {
                if let begun = head { result += page[begun] }
                head = nil
                result += line
            }
            start = end
        }
        return result
    }

    private static let help = Array("# HELP ".utf8)
    private static let end = Array("# EOF".utf8)

    private func shows(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let groups else { return true }
        return MetricGroup(metric: name).map(groups.contains) ?? false
    }
}

/// Decides by the label `application`, or `app_id` of ``CompatibilityFamilies``, which is the first of every sample that
/// has it.
private struct ScopeTest {
    private static let names = ["application", "app_id"]
    private static let labels = names.map { Array("{\($0)=\"".utf8) }

    /// The labels of the applications that are kept, as they stand on the page; nil for all.
    private let labels: Set<[UInt8]>?
    private let includesGlobal: Bool
    /// The newest decision: samples of one application stand together.
    private var last: (label: [UInt8], isKept: Bool) = ([], false)

    init(_ selection: PageSelection) {
        includesGlobal = selection.includesGlobal
        labels = selection.applications.map { applications in
            Set(
                applications.flatMap { application in
                    Self.names.map { name in
                        var label = ExpositionWriter.Labels()
                        label.append(name, application.text)
                        return Array("{\(label.text)".utf8)
                    }
                })
        }
    }

    mutating func accepts(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard labels != nil || !includesGlobal else { return true }
        // A metric's name has neither of the two.
        guard let brace = line.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: " ") }),
            let prefix = Self.labels.first(where: { line[brace...].starts(with: $0) })
        else { return includesGlobal }
        guard let labels else { return true }
        if line[brace...].starts(with: last.label), !last.label.isEmpty { return last.isKept }
        var end = brace + prefix.count
        while end < line.endIndex, line[end] != UInt8(ascii: "\"") { end += line[end] == UInt8(ascii: "\\") ? 2 : 1 }
        let label = Array(line[brace..<min(end + 1, line.endIndex)])
        last = (label, labels.contains(label))
        return last.isKept
    }
}
