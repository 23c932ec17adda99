internal import PrometheusModel
public import UsageModel

/// Writes metric families in one of the exposition formats, byte by byte:
/// large pages have tens of thousands of lines.
///
/// Everything on the page is written by one writer, so its filter applies to all of it.
public struct ExpositionWriter: Sendable {
    public let format: ExpositionFormat
    public private(set) var bytes: [UInt8] = []
    /// Samples written so far.
    public private(set) var samples = 0
    private let filter: MetricFilter?
    /// The labels that are added to the samples of each application, as they follow others.
    private let added: [String: [UInt8]]
    private var name = ""
    private var isShown = true

    /// - Parameters:
    ///   - filter: which families to write; nil for all of them. The others are passed over.
    ///   - labels: those that are added to every sample with the label `application`.
    public init(
        _ format: ExpositionFormat, filter: MetricFilter? = nil, labels: ApplicationLabels = ApplicationLabels()
    ) {
        self.format = format
        self.filter = filter
        added = labels.applications.reduce(into: [:]) { added, application in
            let rendered = Labels(labels[application].map { Label($0.name, $0.value) })
            added[application.text] = [UInt8(ascii: ",")] + rendered.bytes
        }
    }

    /// Whether the filter lets a family through.
    public func shows(_ name: String) -> Bool { filter?.shows(name) ?? true }

    /// Labels as they stand between braces, rendered once for many samples.
    public struct Labels: Sendable, Hashable {
        fileprivate var bytes: [UInt8] = []
        /// The value of the label `application`; empty without one.
        fileprivate var application = ""

        /// The text between the braces.
        var text: String { String(decoding: bytes, as: UTF8.self) }

        public init(_ labels: KeyValuePairs<String, String> = [:]) {
            for (name, value) in labels { append(name, value) }
        }

        /// The labels of one series of `metric`, a value for each in their order.
        public init(_ metric: MetricDeclaration, _ values: String...) {
            for (name, value) in metric.dimensions(values) { append(name, value) }
        }

        public mutating func append(_ name: String, _ value: String) {
            if name == "application" { application = value }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
            bytes += name.utf8
            bytes += #"=""#.utf8
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
                case UInt8(ascii: "\""): bytes += #"\""#.utf8
                case 0x0A: bytes += #"\n"#.utf8
                default: bytes.append(byte)
                }
            }
            bytes.append(UInt8(ascii: "\""))
        }

        /// In the order of their bytes.
        static func < (left: Labels, right: Labels) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
    }

    /// Begins the family of a declared metric.
    public mutating func family(_ metric: MetricDeclaration) { family(metric.name, metric.type, help: metric.help) }

    /// Begins a family; every sample until the next one belongs to it.
    /// - Parameters:
    ///   - name: as samples carry it; a counter's ends in `_total`.
    ///   - help: one sentence.
    public mutating func family(_ name: String, _ type: MetricType, help: String) {
        self.name = name
        isShown = shows(name)
        guard isShown else { return }
        // OpenMetrics names a counter's family without the suffix of its samples.
        let family = format == .openMetrics && type == .counter ? String(name.dropLast("_total".count)) : name
        bytes += "# HELP \(family) ".utf8
        for byte in help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case UInt8(ascii: "\"") where format == .openMetrics: bytes += #"\""#.utf8
            default: bytes.append(byte)
            }
        }
        bytes += "\n# TYPE \(family) \(type.rawValue)\n".utf8
        let unit = MetricName.unit(of: family)
        if format == .openMetrics, !unit.isEmpty { bytes += "# UNIT \(family) \(unit)\n".utf8 }
    }

    /// One sample of the family; `suffix` for the parts of a histogram.
    public mutating func sample(suffix: String = "", _ labels: Labels, _ value: PointValue) {
        guard isShown else { return }
        samples += 1
        bytes += name.utf8
        bytes += suffix.utf8
        if !labels.bytes.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels.bytes
            if !added.isEmpty, let more = added[labels.application] { bytes += more }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes += Self.number(value).utf8
        bytes.append(0x0A)
    }

    /// Ends the page as the format demands.
    public mutating func finish() {
        if format == .openMetrics { bytes += "# EOF\n".utf8 }
    }

    static func number(_ value: PointValue) -> String {
        switch value {
        case .integer(let integer): integer.description
        case .real(let real) where real.isNaN: "NaN"
        case .real(let real) where real.isInfinite: real < 0 ? "-Inf" : "+Inf"
        case .real(let real): real.description
        }
    }
}

extension ExpositionWriter.Labels {
    /// The labels of a series; its key has the label of the statistic's shape.
    init(_ key: SeriesKey, _ statistic: Statistic) {
        self.init(Label.all(key, statistic))
    }

    init(_ labels: some Sequence<Label>) {
        self.init()
        for label in labels { append(label.name, label.value) }
    }
}
