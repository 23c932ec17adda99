public import UsageModel

/// Something in the file that no version of the exporter writes, and what to do about it.
public struct Finding: Sendable, Hashable {
    /// The remedy.
    enum Remedy: Sendable, Hashable {
        /// The file has lost something.
        case restore
        /// So it looks, unless the vendor has not reported it.
        case restoreUnlessUnreported
        /// Nothing reads it.
        case none
        /// The next start corrects it.
        case restart
    }

    /// The table; nil for the file as a whole.
    public var table: String?
    public var application: ApplicationID?
    /// The index; empty for the application itself, nil where it is not known.
    public var index: IndexName?
    public var statistic: StatisticName?
    public var key: ServerName?
    /// The range of time that it concerns; nil where there is none.
    public var range: TimeRange?
    /// The state and its cause.
    public var what: String
    let action: Remedy

    init(table: String?, _ what: String, _ remedy: Remedy) {
        self.table = table
        self.what = what
        action = remedy
    }

    /// A finding about a series.
    init(table: String, series: SeriesKey?, _ range: TimeRange? = nil, _ what: String, _ remedy: Remedy) {
        self.init(table: table, what, remedy)
        application = series?.application
        index = series?.index
        statistic = series?.statistic
        key = series?.key
        self.range = range
    }

    /// A finding about a scope.
    init(table: String, scope: Scope, _ range: TimeRange? = nil, _ what: String, _ remedy: Remedy) {
        self.init(table: table, what, remedy)
        application = scope.application
        index = scope.index
        self.range = range
    }

    /// The remedy in words.
    public var remedy: String {
        switch action {
        case .restore: "restore a backup"
        case .restoreUnlessUnreported: "restore a backup, unless Algolia did not report it"
        case .none: "nothing reads it"
        case .restart: "check the clock; the next start of the exporter corrects it"
        }
    }
}

extension Finding: CustomStringConvertible {
    /// One line: the place, the state, what to do.
    public var description: String { (place.isEmpty ? "" : "\(place): ") + "\(what); \(remedy)" }

    /// Table, series and range, as far as they are known.
    private var place: String {
        var place: [String] = []
        if let table { place.append("table \(table)") }
        if let application { place.append("application \(application)") }
        if let index, !index.isEmpty { place.append("index \(index.text.debugDescription)") }
        if let statistic { place.append("statistic \(statistic)") }
        if let key, !key.isEmpty { place.append("key \(key)") }
        if let range { place.append(Self.text(range)) }
        return place.joined(separator: ", ")
    }

    /// The day of a range, and its hours where it is no whole one.
    private static func text(_ range: TimeRange) -> String {
        let (start, end) = (RFC3339.string(range.start), RFC3339.string(range.end))
        let isDays = range.start % 86_400 == 0 && range.end % 86_400 == 0
        guard isDays else { return "\(start)/\(end)" }
        return range.seconds == 86_400 ? String(start.prefix(10)) : "\(start.prefix(10))/\(end.prefix(10))"
    }
}
