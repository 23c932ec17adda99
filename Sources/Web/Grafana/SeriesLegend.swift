internal import UsageModel

/// The names of the series of one answer.
///
/// The statistic, then what tells the series apart: an application, index or key is named as far as the
/// answer has several, and the granularity and aggregate where nothing else differs.
struct SeriesLegend {
    private var namesApplication = false
    private var namesIndex = false
    private var namesKey = false

    /// The names of `series`, in their order.
    static func names(_ series: [GrafanaResult.Series]) -> [String] {
        let legend = SeriesLegend(series)
        let identities = series.map { legend.identity($0.key).joined(separator: separator) }
        let alike = Dictionary(grouping: series.indices, by: { Array(identities[$0].utf8) })
        return zip(series, identities).map { one, identity in
            let others = (alike[Array(identity.utf8)] ?? []).map { series[$0] }
            var parts = [identity]
            if others.contains(where: { $0.granularity != one.granularity }) { parts.append(one.granularity.rawValue) }
            if others.contains(where: { $0.aggregate != one.aggregate }) { parts.append(one.aggregate.rawValue) }
            return parts.joined(separator: separator)
        }
    }

    private static let separator = " / "

    private init(_ series: [GrafanaResult.Series]) {
        func differs(_ part: (SeriesKey) -> some Hashable) -> Bool { Set(series.map { part($0.key) }).count > 1 }
        namesApplication = differs(\.application)
        namesIndex = differs(\.index)
        namesKey = differs(\.key)
    }

    private func identity(_ key: SeriesKey) -> [String] {
        var parts = [key.statistic.text]
        if namesApplication { parts.append(key.application.text) }
        if namesIndex { parts.append(key.index.isEmpty ? NameMatcher.applicationLevel.text : key.index.text) }
        if namesKey, !key.key.isEmpty { parts.append(key.key.text) }
        return parts
    }
}
